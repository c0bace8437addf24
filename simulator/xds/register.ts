/**
 * Turns an accepted submission into what the registry keeps: identifiers assigned, references rewritten, hash, size and
 * repository added; everything that was submitted stays (ITI TF-2 §3.41.4.1.3 and §3.42.4.1.3).
 */
import type { PatientKey } from '../vihf/types.ts';
import { readIns, toDtm } from './composites.ts';
import { type Association, type Classification, identifier, type RegistryObject, type Slot } from './metadata.ts';
import { type Registration, type Registry, replacing, type StoredDocument, type StoredPackage } from './registry.ts';
import { isSignature } from './rules/metadata.ts';
import { sha1Hex } from './rules/registry.ts';
import type { Submission } from './rules/index.ts';
import { setOf } from './rules/rule.ts';
import { associationType, folderScheme, oid, setScheme, status } from './vocabulary.ts';

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
export function storedAssociation(association: Association, id: string): Association {
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
  const { list } = submission;
  const objects = [set, ...list.folders, ...list.documents, ...list.associations];
  const ids = new Map(objects.map((o) => [o.id, newId()]));
  const final = (id: string): string => ids.get(id) ?? id;
  const at = toDtm(submission.now);

  const documents = list.documents.map((entry): StoredDocument => {
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
  const folders = list.folders.map((folder): StoredPackage => {
    const object = renamed(folder, final(folder.id), newId);
    const slots = object.slots.filter((s) => s.name !== 'lastUpdateTime');
    return {
      object: { ...object, slots: [...slots, { name: 'lastUpdateTime', values: [at] }] },
      patient: patientOf(folder, folderScheme.patientId),
    };
  });
  const associations = list.associations.map((association): Association => {
    const { id, sourceObject, targetObject } = association;
    const ends = { sourceObject: final(sourceObject), targetObject: final(targetObject) };
    return storedAssociation({ ...association, ...ends }, final(id));
  });
  const inherited = inheritedMemberships(associations, registry).map((a) => storedAssociation(a, newId()));
  return {
    documents,
    set: storedSet(submission, final(set.id), newId),
    folders,
    associations: [...associations, ...inherited],
    at,
  };
}

/** A replacement is put in the folders of what it replaces (ITI TF-3 §4.2.2.2.1). */
function inheritedMemberships(associations: Association[], registry: Registry): Association[] {
  const member = associationType.hasMember;
  return associations
    .filter((a) => replacing.includes(a.associationType))
    .flatMap(({ sourceObject: replacement, targetObject: replaced }) =>
      registry
        .associationsOf(replaced)
        .filter((a) => a.associationType === member && registry.folderById(a.sourceObject) !== undefined)
        .filter((a) => !associations.some((b) => b.sourceObject === a.sourceObject && b.targetObject === replacement))
        .map((a) => ({ ...a, targetObject: replacement, slots: [], name: [] })),
    );
}
