/**
 * The store's contract: what the façade remembers between two requests. Everything that identifies a person (INS,
 * payloads of sets and searches) is encrypted at rest; ids are random and say nothing.
 */

/** An INS with its authority (OID without prefix). */
export interface Ins {
  value: string;
  oid: string;
}

export interface StoredPatient {
  /** `Patient.id`: opaque, random. */
  id: string;
  ins: Ins;
}

/**
 * - `pending`: reserved by a submission whose outcome is not known yet;
 * - `confirmed`: deposited here, accepted by the DMP;
 * - `seen`: found in the DMP, not deposited here.
 */
export type DocumentState = 'pending' | 'confirmed' | 'seen';

export interface StoredDocument {
  /** `DocumentReference.id` and `Binary.id`: opaque, random, for the life of the document. */
  id: string;
  /** Our `Patient.id`. */
  patientId: string;
  ins: Ins;
  repositoryUniqueId: string;
  /** OID (or OID^extension) of the document. */
  uniqueId: string;
  /** The registry's identity of the entry across its versions, once seen, as the registry wrote it. */
  logicalId?: string;
  /** The current entryUUID, once seen; changes at every metadata update. */
  entryUuid?: string;
  version?: string;
  /** SHA-1 of what the DMP holds, hex. */
  hash?: string;
  size?: number;
  mimeType: string;
  state: DocumentState;
  /** The submission set that deposited it here. */
  setId?: string;
  createdAt: Date;
  updatedAt: Date;
}

/** A document about to be submitted. */
export interface NewDocument {
  uniqueId: string;
  repositoryUniqueId: string;
  /** Our `Patient.id`. */
  patientId: string;
  setId: string;
  /** SHA-256 (hex) of the bytes that the client deposited: tells “the same again” from “something else”. */
  contentDigest: string;
  /** SHA-1 (hex) and size of what is sent to the DMP. */
  hash: string;
  size: number;
  mimeType: string;
}

/**
 * - `new`: free; reserved now if (and only if) every other of the same call is `new` too;
 * - `existing`: the same patient, the same bytes, known to be in the DMP;
 * - `pending`: the same patient, the same bytes, by a submission whose outcome is not known
 *   (`document.updatedAt`: since when);
 * - `conflict`: the uniqueId belongs to other bytes or to another patient.
 */
export type ReservationState = 'new' | 'existing' | 'conflict' | 'pending';

export interface Reservation {
  state: ReservationState;
  /** The holder of the uniqueId; for `new`, the document reserved (its id means nothing when another is not `new`). */
  document: StoredDocument;
}

/** A document found in an answer of the registry. */
export interface SeenDocument {
  repositoryUniqueId: string;
  uniqueId: string;
  entryUuid: string;
  logicalId?: string;
  version?: string;
  hash?: string;
  size?: number;
  mimeType: string;
  /** Our `Patient.id`. */
  patientId: string;
}

export interface StoredSet {
  /** `List.id`. */
  id: string;
  /** Our `Patient.id`. */
  patientId: string;
  uniqueId: string;
  /** Any JSON; encrypted at rest. */
  payload: unknown;
  documentIds: string[];
}

export interface PatientStore {
  /**
   * Gets or creates the patient of an INS. Safe when called twice at once.
   * @returns `isNew`: this very call created it
   */
  byIns(ins: Ins): Promise<StoredPatient & { isNew?: boolean }>;
  byId(id: string): Promise<StoredPatient | undefined>;
  /** Removes a patient of whom nothing is on record: of one who has a document or a set it does nothing. */
  forget(id: string): Promise<void>;
}

export interface DocumentStore {
  /**
   * Takes the uniqueIds of a submission, all or none, in one transaction: of two calls at once for the same uniqueId
   * exactly one gets `new`.
   * @returns one reservation a deposit, in the same order; unless all are `new`, nothing was reserved
   * @throws RangeError when a uniqueId comes twice in `deposits`
   */
  reserve(deposits: readonly NewDocument[]): Promise<Reservation[]>;
  /** The DMP accepted: `pending` → `confirmed`. */
  confirm(ids: readonly string[]): Promise<void>;
  /** The DMP refused: forgets those that are still `pending`. */
  release(ids: readonly string[]): Promise<void>;
  /**
   * Takes over a submission whose outcome never came, to submit it again or look it up: atomic, so that of two callers
   * one gets true. Restarts the clock of `updatedAt`.
   * @param olderThan only when it has been pending since before this instant
   */
  takeOver(id: string, olderThan: Date): Promise<boolean>;
  /**
   * The submission ended and its outcome is not known: what is still `pending` may be taken over at once, whatever
   * `olderThan`.
   */
  abandon(ids: readonly string[]): Promise<void>;
  /**
   * Remembers what the registry answered: mints the id at first sight, keyed on repository and uniqueId, and keeps every
   * entryUUID and logicalId ever seen. A `pending` document that is seen with its own hash becomes `confirmed`.
   * @returns one document each, in the same order
   */
  bind(seen: readonly SeenDocument[]): Promise<StoredDocument[]>;
  byId(id: string): Promise<StoredDocument | undefined>;
  /** By any entryUUID, logicalId or uniqueId ever seen, with or without `urn:uuid:` / `urn:oid:`. */
  byIdentifier(value: string): Promise<StoredDocument | undefined>;
  /** The same for many, in one query: what was given → document; unknown ones are not in it. */
  byIdentifiers(values: readonly string[]): Promise<Map<string, StoredDocument>>;
}

export interface SetStore {
  /** Saves or replaces. */
  save(set: StoredSet): Promise<void>;
  byId(id: string): Promise<StoredSet | undefined>;
  byUniqueId(uniqueId: string): Promise<StoredSet | undefined>;
}

export interface SearchStore {
  /**
   * Keeps the snapshot of a search for SEARCH_TTL_SECONDS.
   * @param owner who may read it again, e.g. client and person; never stored in clear
   * @returns an opaque cursor
   */
  save(owner: string, payload: unknown): Promise<string>;
  /** Undefined when unknown, expired, or another's. */
  load(owner: string, cursor: string): Promise<unknown>;
}

export interface Store {
  patients: PatientStore;
  documents: DocumentStore;
  sets: SetStore;
  searches: SearchStore;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Resolves when the embedded server has ended by itself: the process cannot work on. Absent with an external one. */
  lost?: Promise<void>;
  /** Closes the connections, and stops the embedded server if there is one. */
  close(): Promise<void>;
}

/** What the store says of itself; a pino logger fits. */
export interface StoreLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
