/** What a new metadata version changes beside the visibility of its document: nothing may be. */
import { readIns } from '../composites.ts';
import { type Classification, codes, identifier, type RegistryObject, type Slot } from '../metadata.ts';
import { entryScheme, oid } from '../vocabulary.ts';

/** A comparable form of one attribute; order means nothing in ebRIM, display names are never compared. */
type Attributes = Map<string, string>;

const text = (values: string[]): string => JSON.stringify([...values].sort());

const slotText = (slots: Slot[]): string => text(slots.map(({ name, values }) => `${name} ${text(values)}`));

/** Every attribute of an entry but confidentialityCode, status, version and what identifies the version. */
function attributesOf(entry: RegistryObject): Attributes {
  const attributes: Attributes = new Map([
    ['mimeType', entry.mimeType ?? ''],
    ['objectType', entry.objectType ?? ''],
    ['title', text(entry.name.map((t) => t.value))],
    ['comments', text(entry.description.map((t) => t.value))],
    ['patientId', patientOf(entry)],
    ['uniqueId', identifier(entry, entryScheme.uniqueId) ?? ''],
  ]);
  for (const { name, values } of entry.slots) if (values.length > 0) attributes.set(name, text(values));
  for (const [name, scheme] of Object.entries(entryScheme)) {
    const own = entry.classifications.filter((c) => c.classificationScheme === scheme);
    if (name !== 'confidentialityCode' && own.length > 0) attributes.set(name, text(own.map(classificationText)));
  }
  return attributes;
}

const classificationText = ({ nodeRepresentation, slots }: Classification): string =>
  `${nodeRepresentation ?? ''} ${slotText(slots)}`;

/** Number and authority: the DMP writes the CX of one patient with and without its effective date. */
function patientOf(entry: RegistryObject): string {
  const cx = readIns(identifier(entry, entryScheme.patientId));
  return `${cx?.id ?? ''} ${cx?.authority ?? ''}`;
}

/** Names of the attributes that differ, in the order of the first object. */
export function differences(current: RegistryObject, sent: RegistryObject): string[] {
  const [before, after] = [attributesOf(current), attributesOf(sent)];
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));
}

/** N, R or V; undefined when there is none or several. */
export function baseLevel(entry: RegistryObject): string | undefined {
  const [level, ...others] = codes(entry, entryScheme.confidentialityCode).filter(
    (c) => c.system === oid.confidentiality,
  );
  return others.length === 0 ? level?.code : undefined;
}
