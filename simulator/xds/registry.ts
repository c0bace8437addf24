/**
 * The document registry and repository of one world, in memory. It stores what it is told: the rules are checked
 * before (rules/), the visibility after (visibility.ts).
 */
import type { PatientKey } from '../vihf/types.ts';
import { type Association, identifier, type RegistryObject, slotValue, uniqueIdOf } from './metadata.ts';
import { associationType, setScheme, status } from './vocabulary.ts';
import { uuidSource } from './uuid.ts';

/** Who submitted: PS_IdNat and Struct_IdNat of the VIHF. */
export interface Depositor {
  person: string;
  structure: string;
}

export interface StoredDocument {
  /** Current version of the metadata: id is the entryUUID, lid the logical id. Replaced as a whole, never changed. */
  entry: RegistryObject;
  /** Versions before it, oldest first: not found by queries. */
  previous: RegistryObject[];
  patient: PatientKey;
  depositor: Depositor;
  /** The entry is the signature of its set. */
  signature: boolean;
  /** Absent: the repository was never given it (seeded entries that are only described). */
  content?: Uint8Array;
}

export interface StoredPackage {
  object: RegistryObject;
  patient: PatientKey;
}

/** What one accepted submission adds; identifiers are final, entries complete. */
export interface Registration {
  documents: StoredDocument[];
  set: StoredPackage;
  associations: Association[];
}

export interface Registry {
  /** Forgets everything. */
  reset(): void;
  /** A new `urn:uuid:…`. */
  newId(now: Date): string;
  /** In the order of their registration. */
  documents(): readonly StoredDocument[];
  sets(): readonly StoredPackage[];
  folders(): readonly StoredPackage[];
  associations(): readonly Association[];
  /** By the entryUUID of the current version. */
  byEntryUuid(id: string): StoredDocument | undefined;
  byUniqueId(uniqueId: string): StoredDocument | undefined;
  setByUniqueId(uniqueId: string): StoredPackage | undefined;
  /** Adds everything at once; an entry that a RPLC of the registration targets becomes Deprecated. */
  register(registration: Registration): void;
  addFolder(folder: StoredPackage): void;
  /** Changes the status of the version whose entryUUID this is, keeping it (ITI-57, UpdateAvailabilityStatus). */
  setStatus(entryUuid: string, to: string): void;
  /** Puts a new version in the place of the current one: same lid, new entryUUID (ITI-57). */
  replaceVersion(lid: string, entry: RegistryObject): void;
}

export function createRegistry(): Registry {
  /** In the order of registration. */
  const documents: StoredDocument[] = [];
  const byUuid = new Map<string, StoredDocument>();
  const byUniqueId = new Map<string, StoredDocument>();
  const byLid = new Map<string, StoredDocument>();
  const sets: StoredPackage[] = [];
  const setsByUniqueId = new Map<string, StoredPackage>();
  const folders: StoredPackage[] = [];
  const associations: Association[] = [];

  const add = (document: StoredDocument): void => {
    documents.push(document);
    byUuid.set(document.entry.id, document);
    byUniqueId.set(uniqueIdOf(document.entry), document);
    byLid.set(document.entry.lid ?? document.entry.id, document);
  };
  const known = (document: StoredDocument | undefined): StoredDocument => {
    if (document === undefined) throw new Error('no such document');
    return document;
  };

  return {
    reset: () => {
      for (const list of [documents, sets, folders, associations]) list.length = 0;
      for (const index of [byUuid, byUniqueId, byLid, setsByUniqueId]) index.clear();
    },
    newId: uuidSource(),
    documents: () => documents,
    sets: () => sets,
    folders: () => folders,
    associations: () => associations,
    byEntryUuid: (id) => byUuid.get(id),
    byUniqueId: (uniqueId) => byUniqueId.get(uniqueId),
    setByUniqueId: (uniqueId) => setsByUniqueId.get(uniqueId),
    register: (registration) => {
      registration.documents.forEach(add);
      sets.push(registration.set);
      setsByUniqueId.set(identifier(registration.set.object, setScheme.uniqueId) ?? '', registration.set);
      associations.push(...registration.associations);
      for (const { associationType: type, targetObject } of registration.associations) {
        const replaced = type === associationType.replace ? byUuid.get(targetObject) : undefined;
        if (replaced !== undefined) replaced.entry = { ...replaced.entry, status: status.deprecated };
      }
    },
    addFolder: (folder) => void folders.push(folder),
    setStatus: (entryUuid, to) => {
      const document = known(byUuid.get(entryUuid));
      document.entry = { ...document.entry, status: to };
    },
    replaceVersion: (lid, entry) => {
      const document = known(byLid.get(lid));
      byUuid.delete(document.entry.id);
      document.previous = [...document.previous, document.entry];
      document.entry = entry;
      byUuid.set(entry.id, document);
    },
  };
}

/** Hash of an entry as registered. */
export const hashOf = (entry: RegistryObject): string | undefined => slotValue(entry, 'hash');
