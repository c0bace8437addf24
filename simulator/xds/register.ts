/**
 * Turns an accepted submission into what the registry keeps: identifiers assigned, references rewritten, hash, size and
 * repository added; everything that was submitted stays (ITI TF-2 §3.41.4.1.3 and §3.42.4.1.3).
 */
import type { PatientKey } from '../vihf/types.ts';
import { readIns, toDtm } from './composites.ts';
import { type Association, type Classification, identifier, type RegistryObject, type Slot } from './metadata.ts';
import type { Registration, Registry, StoredDocument, StoredPackage } from './registry.ts';
import { isSignature } from './rules/metadata.ts';
import { sha1Hex } from './rules/registry.ts';
import type { Submission } from './rules/index.ts';
import { setOf } from './rules/rule.ts';
import { oid, setScheme, status } from './vocabulary.ts';

const packageType = 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage';

/** Identifiers of a new object and of what hangs on it, as the registry assigns them. */
export function renamed(object: RegistryObject, id: string, newId: () => string): RegistryObject {
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

/** The set as registered, under an identifier. */
export function storedSet(submission: Submission, id: string, newId: () => string): StoredPackage {
  const set = setOf(submission);
  return {
    object: { ...renamed(set, id, newId), objectType: packageType },
    patient: patientOf(set, setScheme.patientId),
  };
}

/** An association as registered, its ends already final. */
export function storedAssociation(association: Association, newId: () => string): Association {
  const id = newId();
  return { ...association, id, lid: id, status: status.approved };
}

const patientOf = (object: RegistryObject, scheme: string): PatientKey => {
  const cx = readIns(identifier(object, scheme));
  return { value: cx?.id ?? '', oid: cx?.authority ?? '' };
};

/** The registration of a submission that was found right. */
export function registrationOf(submission: Submission, registry: Registry): Registration {
  const newId = (): string => registry.newId(submission.now);
  const set = setOf(submission);
  const patient = patientOf(set, setScheme.patientId);
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
  const associations = submission.list.associations.map((association) =>
    storedAssociation(
      { ...association, sourceObject: final(association.sourceObject), targetObject: final(association.targetObject) },
      newId,
    ),
  );
  return { documents, set: storedSet(submission, final(set.id), newId), associations, at: toDtm(submission.now) };
}
