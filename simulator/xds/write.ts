/** ebRIM and registry answers as XML text: the order of children is that of the ebRIM 3.0 schema. */
import { escapeXml } from '../dom.ts';
import type { Association, Classification, ExternalIdentifier, LocalText, RegistryObject, Slot } from './metadata.ts';
import { ns } from './vocabulary.ts';

export type ResponseStatus = 'Success' | 'Failure' | 'PartialSuccess';

export interface RegistryError {
  code: string;
  /** The sentence that names what is wrong (codeContext). */
  context: string;
  location?: string;
  severity?: 'Error' | 'Warning';
}

const statusUri: Record<ResponseStatus, string> = {
  Success: 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success',
  Failure: 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure',
  PartialSuccess: 'urn:ihe:iti:2007:ResponseStatusType:PartialSuccess',
};

/** `name="value"` for each value that is there. */
export const attributes = (values: Record<string, string | undefined>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(value ?? '')}"`)
    .join('');

const writeSlot = (slot: Slot): string =>
  `<rim:Slot${attributes({ name: slot.name })}><rim:ValueList>${slot.values
    .map((v) => `<rim:Value>${escapeXml(v)}</rim:Value>`)
    .join('')}</rim:ValueList></rim:Slot>`;

const writeText = (element: 'Name' | 'Description', texts: LocalText[]): string =>
  texts.length === 0
    ? ''
    : `<rim:${element}>${texts
        .map((t) => `<rim:LocalizedString${attributes({ charset: t.charset, value: t.value, 'xml:lang': t.lang })}/>`)
        .join('')}</rim:${element}>`;

const writeClassification = ({ slots, name, description, ...attrs }: Classification): string =>
  `<rim:Classification${attributes({ ...attrs })}>${slots.map(writeSlot).join('')}${writeText('Name', name)}${writeText(
    'Description',
    description,
  )}</rim:Classification>`;

const writeIdentifier = ({ name, ...attrs }: ExternalIdentifier): string =>
  `<rim:ExternalIdentifier${attributes({ ...attrs })}>${writeText('Name', name)}</rim:ExternalIdentifier>`;

/** Registered objects are replaced, never changed: their XML is written once. */
const written = new WeakMap<RegistryObject, string>();

/** A document entry, submission set or folder. */
export function writeObject(object: RegistryObject): string {
  const xml = written.get(object) ?? serialize(object);
  written.set(object, xml);
  return xml;
}

function serialize(object: RegistryObject): string {
  const { id, lid, home, objectType, status, mimeType, isOpaque } = object;
  return (
    `<rim:${object.kind}${attributes({ id, isOpaque, lid, home, status, mimeType, objectType })}>` +
    object.slots.map(writeSlot).join('') +
    writeText('Name', object.name) +
    writeText('Description', object.description) +
    (object.version === undefined ? '' : `<rim:VersionInfo${attributes({ versionName: object.version })}/>`) +
    object.classifications.map(writeClassification).join('') +
    object.identifiers.map(writeIdentifier).join('') +
    `</rim:${object.kind}>`
  );
}

export const writeAssociation = ({ slots, name, ...attrs }: Association): string =>
  `<rim:Association${attributes({
    ...attrs,
    objectType: 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association',
  })}>${slots.map(writeSlot).join('')}${writeText('Name', name)}</rim:Association>`;

function writeErrors(errors: RegistryError[]): string {
  if (errors.length === 0) return '';
  const severity = (s: string): string => `urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:${s}`;
  const highest = errors.some((e) => (e.severity ?? 'Error') === 'Error') ? 'Error' : 'Warning';
  return `<rs:RegistryErrorList xmlns:rs="${ns.rs}" highestSeverity="${severity(highest)}">${errors
    .map(
      (e) =>
        `<rs:RegistryError${attributes({
          errorCode: e.code,
          codeContext: e.context,
          location: e.location ?? '',
          severity: severity(e.severity ?? 'Error'),
        })}/>`,
    )
    .join('')}</rs:RegistryErrorList>`;
}

/** rs:RegistryResponse, the answer to ITI-41 and the head of that to ITI-43. */
export const writeRegistryResponse = (status: ResponseStatus, errors: RegistryError[] = []): string =>
  `<rs:RegistryResponse xmlns:rs="${ns.rs}"${attributes({ status: statusUri[status] })}>${writeErrors(errors)}</rs:RegistryResponse>`;

/** query:AdhocQueryResponse around a serialised list of `total` objects. */
export const writeQueryResponse = (status: ResponseStatus, objects: string[], errors: RegistryError[] = []): string =>
  `<query:AdhocQueryResponse xmlns:query="${ns.query}"${attributes({
    status: statusUri[status],
    startIndex: '0',
    totalResultCount: String(objects.length),
  })}>${writeErrors(errors)}<rim:RegistryObjectList xmlns:rim="${ns.rim}">${objects.join('')}</rim:RegistryObjectList></query:AdhocQueryResponse>`;
