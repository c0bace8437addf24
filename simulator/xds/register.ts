/**
 * Turns an accepted submission into what the registry keeps: identifiers assigned, references rewritten, hash, size and
 * repository added; everything that was submitted stays (ITI TF-2 §3.41.4.1.3 and §3.42.4.1.3).
 */
import { readIns } from './composites.ts';
import { type Association, type Classification, identifier, type RegistryObject, type Slot } from './metadata.ts';
import type { Registration, Registry, StoredDocument } from './registry.ts';
import { isSignature } from './rules/metadata.ts';
import { sha1Hex } from './rules/registry.ts';
import type { Submission } from './rules/index.ts';
import { setOf } from './rules/rule.ts';
import { oid, setScheme, status } from './vocabulary.ts';

const packageType = 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage';

/** Identifiers of an object and of what hangs on it, as the registry assigns them. */
function renamed(object: RegistryObject, id: string, newId: () => string): RegistryObject {
  return {
    ...object,
    id,
    lid: id,
    status: status.approved,
    version: '1',
    classifications: object.classifications.map((c): Classification => ({ ...c, id: newId(), classifiedObject: id })),
    identifiers: object.identifiers.map((i) => ({ ...i, id: newId(), registryObject: id })),
  };
}

/** Slots with `hash`, `size` and `repositoryUniqueId` as the repository knows them. */
function withOctets(slots: Slot[], bytes: Uint8Array): Slot[] {
  const own: Slot[] = [
    { name: 'hash', values: [sha1Hex(bytes)] },
    { name: 'size', values: [String(bytes.length)] },
    { name: 'repositoryUniqueId', values: [oid.repository] },
  ];
  return [...slots.filter((s) => !own.some((o) => o.name === s.name)), ...own];
}

/** The registration of a submission that was found right. */
export function registrationOf(submission: Submission, registry: Registry): Registration {
  const newId = (): string => registry.newId(submission.now);
  const set = setOf(submission);
  const cx = readIns(identifier(set, setScheme.patientId));
  const patient = { value: cx?.id ?? '', oid: cx?.authority ?? '' };
  const depositor = { person: submission.vihf.nameId, structure: submission.vihf.structure };
  const ids = new Map([set, ...submission.list.documents].map((o) => [o.id, newId()]));
  const final = (id: string): string => ids.get(id) ?? id;

  const documents = submission.list.documents.map((entry): StoredDocument => {
    const content = Uint8Array.from(submission.documents.find((d) => d.id === entry.id)?.bytes ?? []);
    const stored = renamed(entry, final(entry.id), newId);
    return {
      entry: { ...stored, isOpaque: 'false', slots: withOctets(stored.slots, content) },
      previous: [],
      patient,
      depositor,
      signature: isSignature(entry),
      content,
    };
  });
  const associations = submission.list.associations.map((association): Association => {
    const id = newId();
    const { sourceObject, targetObject } = association;
    return {
      ...association,
      id,
      lid: id,
      status: status.approved,
      sourceObject: final(sourceObject),
      targetObject: final(targetObject),
    };
  });
  const object = { ...renamed(set, final(set.id), newId), objectType: packageType };
  return { documents, set: { object, patient }, associations };
}
