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
  /** Current version of the metadata: id is the entryUUID, lid the logical id. */
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
  /** Changes the status of the current version, keeping its id (ITI-57, UpdateAvailabilityStatus). */
  setStatus(entryUuid: string, to: string): void;
  /** Puts a new version in the place of the current one: same lid, new entryUUID (ITI-57). */
  replaceVersion(lid: string, entry: RegistryObject): void;
}

export function createRegistry(): Registry {
  let documents: StoredDocument[] = [];
  let sets: StoredPackage[] = [];
  let folders: StoredPackage[] = [];
  let associations: Association[] = [];
  const newId = uuidSource();

  const byEntryUuid = (id: string): StoredDocument | undefined => documents.find((d) => d.entry.id === id);
  const known = (id: string): StoredDocument => {
    const document = documents.find((d) => d.entry.id === id || d.entry.lid === id);
    if (document === undefined) throw new Error('no such document');
    return document;
  };

  return {
    reset: () => {
      documents = [];
      sets = [];
      folders = [];
      associations = [];
    },
    newId,
    documents: () => documents,
    sets: () => sets,
    folders: () => folders,
    associations: () => associations,
    byEntryUuid,
    byUniqueId: (uniqueId) => documents.find((d) => uniqueIdOf(d.entry) === uniqueId),
    setByUniqueId: (uniqueId) => sets.find((s) => identifier(s.object, setScheme.uniqueId) === uniqueId),
    register: (registration) => {
      documents = [...documents, ...registration.documents];
      sets = [...sets, registration.set];
      associations = [...associations, ...registration.associations];
      for (const { associationType: type, targetObject } of registration.associations) {
        const replaced = type === associationType.replace ? byEntryUuid(targetObject) : undefined;
        if (replaced !== undefined) replaced.entry = { ...replaced.entry, status: status.deprecated };
      }
    },
    addFolder: (folder) => void (folders = [...folders, folder]),
    setStatus: (entryUuid, to) => {
      const document = known(entryUuid);
      document.entry = { ...document.entry, status: to };
    },
    replaceVersion: (lid, entry) => {
      const document = known(lid);
      document.previous = [...document.previous, document.entry];
      document.entry = entry;
    },
  };
}

/** Hash of an entry as registered. */
export const hashOf = (entry: RegistryObject): string | undefined => slotValue(entry, 'hash');
