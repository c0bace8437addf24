/**
 * The document registry and repository of one world, in memory. It stores what it is told: the rules are checked
 * before (rules/), the visibility after (visibility.ts).
 */
import type { PatientKey } from '../vihf/types.ts';
import { type Association, identifier, type RegistryObject, type Slot, slotValue, uniqueIdOf } from './metadata.ts';
import { associationType, folderScheme, setScheme, status } from './vocabulary.ts';
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

/** When a document was registered, and when its metadata last got a new version (DTM); a status is no version. */
export interface DocumentDates {
  added: string;
  updated: string;
}

export interface StoredPackage {
  object: RegistryObject;
  patient: PatientKey;
}

/** What one accepted submission adds; identifiers are final, entries complete. */
export interface Registration {
  documents: StoredDocument[];
  set: StoredPackage;
  folders?: StoredPackage[];
  /** An association that puts a document in a folder moves the folder's lastUpdateTime to `at`. */
  associations: Association[];
  /** Instant of the registration (DTM). */
  at: string;
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
  /** Their ends are current entryUUIDs: an association follows a document from version to version. */
  associations(): readonly Association[];
  /** Those that have the object at one end, in the order of their registration. */
  associationsOf(id: string): readonly Association[];
  associationById(id: string): Association | undefined;
  /** By the entryUUID of the current version. */
  byEntryUuid(id: string): StoredDocument | undefined;
  byLogicalId(lid: string): StoredDocument | undefined;
  byUniqueId(uniqueId: string): StoredDocument | undefined;
  /** True for the id of any object or former version. */
  has(id: string): boolean;
  setById(id: string): StoredPackage | undefined;
  setByUniqueId(uniqueId: string): StoredPackage | undefined;
  folderById(id: string): StoredPackage | undefined;
  folderByUniqueId(uniqueId: string): StoredPackage | undefined;
  /** Adds everything at once; an entry that is replaced by the registration becomes Deprecated. */
  register(registration: Registration): void;
  /** Changes the status of the version whose entryUUID this is, keeping it (ITI-57, UpdateAvailabilityStatus). */
  setStatus(entryUuid: string, to: string): void;
  /** Puts a new version in the place of the current one: same lid, new entryUUID (ITI-57). `at`: instant (DTM). */
  replaceVersion(lid: string, entry: RegistryObject, at: string): void;
  datesOf(document: StoredDocument): DocumentDates;
}

/** Associations whose target the registry deprecates (ITI TF-2 §3.42.4.1.3.3). */
export const replacing: string[] = [associationType.replace, associationType.transformAndReplace];

/** Associations whose source does not outlive its target (same section). */
const dependent: string[] = [associationType.append, associationType.transform];

/** Packages of one kind, in the order of registration. */
function packageStore(uniqueIdScheme: string) {
  const list: StoredPackage[] = [];
  const byId = new Map<string, StoredPackage>();
  const byUniqueId = new Map<string, StoredPackage>();
  return {
    list,
    byId,
    byUniqueId,
    add: (stored: StoredPackage): void => {
      list.push(stored);
      byId.set(stored.object.id, stored);
      byUniqueId.set(identifier(stored.object, uniqueIdScheme) ?? '', stored);
    },
    clear: (): void => {
      list.length = 0;
      byId.clear();
      byUniqueId.clear();
    },
  };
}

export function createRegistry(): Registry {
  /** In the order of registration. */
  const documents: StoredDocument[] = [];
  const byUuid = new Map<string, StoredDocument>();
  const byUniqueId = new Map<string, StoredDocument>();
  const byLid = new Map<string, StoredDocument>();
  const dates = new WeakMap<StoredDocument, DocumentDates>();
  const sets = packageStore(setScheme.uniqueId);
  const folders = packageStore(folderScheme.uniqueId);
  const associations: Association[] = [];
  const associationsById = new Map<string, Association>();
  /** By the id of either end. */
  const byEnd = new Map<string, Association[]>();

  const addDocument = (document: StoredDocument): void => {
    documents.push(document);
    byUuid.set(document.entry.id, document);
    byUniqueId.set(uniqueIdOf(document.entry), document);
    byLid.set(document.entry.lid ?? document.entry.id, document);
  };
  const addAssociation = (submitted: Association, at: string): void => {
    const association = { ...submitted };
    associations.push(association);
    associationsById.set(association.id, association);
    for (const end of new Set([association.sourceObject, association.targetObject])) {
      const others = byEnd.get(end);
      if (others === undefined) byEnd.set(end, [association]);
      else others.push(association);
    }
    if (replacing.includes(association.associationType)) deprecate(association.targetObject);
    const folder = folders.byId.get(association.sourceObject);
    if (folder !== undefined && association.associationType === associationType.hasMember)
      folder.object = { ...folder.object, slots: withLastUpdate(folder.object.slots, at) };
  };
  /** A replaced document, and with it what completes or transforms it. */
  const deprecate = (id: string): void => {
    const document = byUuid.get(id);
    if (document === undefined || document.entry.status === status.deprecated) return;
    document.entry = { ...document.entry, status: status.deprecated };
    for (const { associationType: type, sourceObject, targetObject } of byEnd.get(id) ?? [])
      if (targetObject === id && dependent.includes(type)) deprecate(sourceObject);
  };
  const known = (document: StoredDocument | undefined): StoredDocument => {
    if (document === undefined) throw new Error('no such document');
    return document;
  };

  return {
    reset: () => {
      documents.length = 0;
      associations.length = 0;
      for (const index of [byUuid, byUniqueId, byLid, byEnd, associationsById]) index.clear();
      sets.clear();
      folders.clear();
    },
    newId: uuidSource(),
    documents: () => documents,
    sets: () => sets.list,
    folders: () => folders.list,
    associations: () => associations,
    associationsOf: (id) => byEnd.get(id) ?? [],
    associationById: (id) => associationsById.get(id),
    byEntryUuid: (id) => byUuid.get(id),
    byLogicalId: (lid) => byLid.get(lid),
    byUniqueId: (uniqueId) => byUniqueId.get(uniqueId),
    has: (id) =>
      byUuid.has(id) ||
      sets.byId.has(id) ||
      folders.byId.has(id) ||
      documents.some((d) => d.previous.some((v) => v.id === id)),
    setById: (id) => sets.byId.get(id),
    setByUniqueId: (uniqueId) => sets.byUniqueId.get(uniqueId),
    folderById: (id) => folders.byId.get(id),
    folderByUniqueId: (uniqueId) => folders.byUniqueId.get(uniqueId),
    register: (registration) => {
      for (const document of registration.documents) {
        addDocument(document);
        dates.set(document, { added: registration.at, updated: registration.at });
      }
      sets.add(registration.set);
      registration.folders?.forEach(folders.add);
      for (const association of registration.associations) addAssociation(association, registration.at);
    },
    setStatus: (entryUuid, to) => {
      const document = known(byUuid.get(entryUuid));
      document.entry = { ...document.entry, status: to };
    },
    replaceVersion: (lid, entry, at) => {
      const document = known(byLid.get(lid));
      dates.set(document, { added: dates.get(document)?.added ?? at, updated: at });
      const { id: former } = document.entry;
      byUuid.delete(former);
      document.previous = [...document.previous, document.entry];
      document.entry = entry;
      byUuid.set(entry.id, document);
      const following = byEnd.get(former) ?? [];
      byEnd.delete(former);
      byEnd.set(entry.id, following);
      for (const association of following) {
        if (association.sourceObject === former) association.sourceObject = entry.id;
        if (association.targetObject === former) association.targetObject = entry.id;
      }
    },
    datesOf: (document) => dates.get(document) ?? { added: '', updated: '' },
  };
}

/** Slots of a folder whose content changed at an instant (DTM). */
const withLastUpdate = (slots: Slot[], at: string): Slot[] => [
  ...slots.filter((s) => s.name !== 'lastUpdateTime'),
  { name: 'lastUpdateTime', values: [at] },
];

/** Hash of an entry as registered. */
export const hashOf = (entry: RegistryObject): string | undefined => slotValue(entry, 'hash');
