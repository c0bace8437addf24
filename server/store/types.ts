/**
 * The store's contract: what the façade remembers between two requests. Everything that identifies a person (INS,
 * payloads of sets and searches) is encrypted at rest; ids are random and say nothing.
 */

import type { AuthorizationStore, ConsentStore } from './consent-types.ts';
import type { FeedStore, FeedViewer, FeedWork } from './feed-types.ts';
import type { CorrectionStore, IdentityStore } from './identity-types.ts';
import type { LimitStore } from './limit-types.ts';
import type { OauthKeyStore, OauthStore, PractitionerStore } from './oauth-types.ts';
import type { RecordStore } from './record-types.ts';
import type { RegistryStore } from './registry-types.ts';
import type { RulesStore } from './rules/types.ts';
import type { TakeoverStore } from './takeover/types.ts';
import type { AuditFeedStore } from './trail/feed.ts';
import type { ChainStatus } from './trail/status.ts';

export * from './consent-types.ts';
export * from './feed-types.ts';
export type * from './identity-types.ts';
export type * from './limit-types.ts';
export type * from './oauth-types.ts';
export type * from './record-types.ts';
export type * from './registry-types.ts';
export type * from './rules/types.ts';
export * from './takeover/types.ts';
export type { AuditFeedStore } from './trail/feed.ts';
export type { ChainStatus } from './trail/status.ts';

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

/** One that is reserved, as of when: whoever takes it over changes that. */
export type HeldDocument = Pick<StoredDocument, 'id' | 'updatedAt'>;

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
  /** URN of the status, as the registry last said. */
  availabilityStatus?: string;
  /**
   * `meta.versionId`: never less than the version, one more whenever the version or the status was seen to change (a change of
   * status makes no version in XDS).
   */
  revision: number;
  /** SHA-1 of what the DMP holds, hex. */
  hash?: string;
  size?: number;
  mimeType: string;
  state: DocumentState;
  /** The submission set by which the structure that looks at it deposited it here. */
  setId?: string;
  /** Its visibility codes, as they were deposited or last seen. */
  labels: readonly string[];
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
  /** Its visibility codes (TRE_A07): `MASQUE_PS`, `INVISIBLE_PATIENT`, `INVISIBLE_REPRESENTANTS_LEGAUX`. */
  labels: readonly string[];
}

/**
 * - `new`: free; reserved now if (and only if) every other of the same call is `new` too;
 * - `existing`: the same patient, the same bytes, known to be in the DMP;
 * - `pending`: the same patient, the same bytes, by a submission whose outcome is not known
 *   (`document.updatedAt`: since when);
 * - `conflict`: the uniqueId belongs to other bytes, to another patient, or to what another structure deposited.
 */
export type ReservationState = 'new' | 'existing' | 'conflict' | 'pending';

export interface Reservation {
  state: ReservationState;
  /** The holder of the uniqueId; for `new`, the document reserved (its id means nothing when another is not `new`). */
  document: StoredDocument;
}

/** What a reservation would be; `document` is the holder of the uniqueId. */
export interface Foreseen {
  state: ReservationState;
  document?: StoredDocument;
}

/** A document found in an answer of the registry. */
export interface SeenDocument {
  repositoryUniqueId: string;
  uniqueId: string;
  entryUuid: string;
  logicalId?: string;
  version?: string;
  /** URN */
  availabilityStatus?: string;
  hash?: string;
  size?: number;
  mimeType: string;
  /** Its visibility codes; absent: not looked at. */
  labels?: readonly string[];
  /** Our `Patient.id`. */
  patientId: string;
  /** Only its reference was given: patient and media type are assumed, and give way to what is known of it. */
  assumed?: true;
}

/** The two kinds of `List`. */
export type ListKind = 'submissionset' | 'folder';

/** A list found in an answer of the registry, or about to be deposited (then without entryUUID). */
export interface SeenList {
  kind: ListKind;
  uniqueId: string;
  entryUuid?: string;
  logicalId?: string;
  version?: string;
  /** submissionTime of a set (DTM). */
  submittedAt?: string;
  /** Our `Patient.id`. */
  patientId: string;
  /** The id to give it when it is new: minted here otherwise. */
  id?: string;
}

export interface StoredList {
  /** `List.id`: opaque, random, for the life of the list. */
  id: string;
  kind: ListKind;
  /** Our `Patient.id`. */
  patientId: string;
  ins: Ins;
  uniqueId: string;
  /** The current entryUUID, once seen. */
  entryUuid?: string;
  version?: string;
  /** submissionTime of a set (DTM), once seen. */
  submittedAt?: string;
  /** Whether `SetStore` holds what the structure that looks at it deposited here. */
  isDeposited: boolean;
  /** When what the registry says of it was seen to change; at first when it was deposited here or seen. */
  updatedAt: Date;
}

/** What was deposited here of a set or a folder, by the structure that looks at it. */
export interface StoredSet {
  /** `List.id`. */
  id: string;
  /** Absent: a submission set. */
  kind?: ListKind;
  /** Our `Patient.id`. */
  patientId: string;
  uniqueId: string;
  /** Any JSON; encrypted at rest. */
  payload: unknown;
  documentIds: string[];
}

export interface PatientStore {
  /**
   * Gets or creates the patient of an INS, whom the structure has met from then on. Safe when called twice at once.
   * @returns `isNew`: this very call created it
   */
  byIns(ins: Ins): Promise<StoredPatient & { isNew?: boolean }>;
  /** Undefined also for one whom the structure has not met: an id alone opens nothing. */
  byId(id: string): Promise<StoredPatient | undefined>;
  /** Of some ids, those that are a patient's. */
  among(ids: readonly string[]): Promise<string[]>;
  /**
   * Removes a patient of whom nothing is on record: of one who has a document, a list, a consent or anything else, or whom another
   * structure has met, it does nothing.
   */
  forget(id: string): Promise<void>;
}

export interface DocumentStore {
  /**
   * Takes the uniqueIds of a submission in the name of the structure, all or none, in one transaction: of two calls at once for the same uniqueId
   * exactly one gets `new`.
   * @returns one reservation a deposit, in the same order; unless all are `new`, nothing was reserved
   * @throws RangeError when a uniqueId comes twice in `deposits`
   */
  reserve(deposits: readonly NewDocument[]): Promise<Reservation[]>;
  /** What `reserve` would say, one a deposit, in the same order; nothing is reserved or written. */
  foresee(deposits: readonly Omit<NewDocument, 'patientId' | 'setId'>[], ins: Ins): Promise<Foreseen[]>;
  /** The DMP accepted: `pending` → `confirmed`. */
  confirm(ids: readonly string[]): Promise<void>;
  /** The DMP refused: forgets those that are still `pending`, unless somebody else has taken them over since. */
  release(held: readonly HeldDocument[]): Promise<void>;
  /**
   * Takes over a submission whose outcome never came, to submit it again or look it up: atomic, so that of two callers
   * one gets it. Restarts the clock of `updatedAt`.
   * @param olderThan only when it has been pending since before this instant
   * @returns its `updatedAt` from now on; undefined when it was not taken over
   */
  takeOver(id: string, olderThan: Date): Promise<Date | undefined>;
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
  /** All that the identifier was ever seen for: a uniqueId may stand in two repositories. The last seen first. */
  allByIdentifier(value: string): Promise<StoredDocument[]>;
  /** The DMP was given a new status (URN) for a document, and took it. */
  changeStatus(id: string, availabilityStatus: string): Promise<void>;
  /** The DMP was given new visibility codes for a document, and took them. */
  changeLabels(id: string, labels: readonly string[]): Promise<void>;
  /**
   * What a structure deposited here (accepted by the DMP), oldest first, and is not known to be deleted or superseded.
   * @param of.label only with this visibility code
   * @param of.patientId only this patient's
   * @param of.since of.until when it was deposited: from, inclusive; until, exclusive
   * @param of.all with what is superseded, and what may have been deposited (`pending`): all but what is known to be deleted
   */
  depositedBy(
    structure: string,
    of: { label?: string; patientId?: string; since?: Date; until?: Date; all?: boolean },
  ): Promise<StoredDocument[]>;
  /** The same for many, in one query: what was given → document; unknown ones are not in it. */
  byIdentifiers(values: readonly string[]): Promise<Map<string, StoredDocument>>;
}

export interface SetStore {
  /**
   * Saves or replaces. A list that was seen under another id moves to this one, and is found by the other as before.
   * @throws RangeError when another structure deposited it
   */
  save(set: StoredSet): Promise<void>;
  byId(id: string): Promise<StoredSet | undefined>;
  byUniqueId(uniqueId: string, kind?: ListKind): Promise<StoredSet | undefined>;
  /** Whether another structure deposited here a set or folder of this uniqueId. */
  isAnothers(uniqueId: string, kind?: ListKind): Promise<boolean>;
}

export interface ListStore {
  /**
   * Remembers lists: mints the id at first sight, keyed on kind and uniqueId, and keeps every entryUUID and logicalId ever
   * seen. What was deposited here keeps the id of the deposit.
   * @returns one list each, in the same order
   */
  bind(seen: readonly SeenList[]): Promise<StoredList[]>;
  byId(id: string): Promise<StoredList | undefined>;
  /** By any entryUUID, logicalId or uniqueId ever seen, with or without `urn:uuid:` / `urn:oid:`. */
  byIdentifier(value: string): Promise<StoredList | undefined>;
  /** The same for many, in one query; what is unknown is left out. */
  byIdentifiers(values: readonly string[]): Promise<Map<string, StoredList>>;
  /** Forgets those that came to nothing: neither seen in the registry nor deposited. */
  forget(ids: readonly string[]): Promise<void>;
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

/**
 * - `requested`: the receiver has not been reached yet;
 * - `active`: it is told of news;
 * - `error`: given up, for `reason`; may be asked for again;
 * - `off`: at its end, or ended by its owner.
 */
export type SubscriptionStatus = 'requested' | 'active' | 'error' | 'off';

export interface StoredSubscription {
  /** `Subscription.id`: opaque, random. */
  id: string;
  /** Absent: it tells of Tasks, whoever they are for. */
  patientId?: string;
  ins?: Ins;
  status: SubscriptionStatus;
  /** Row of the error table: why it is in error or off. */
  reason?: string;
  /** Any JSON; encrypted at rest. */
  content: unknown;
  /** Grows at every change of its owner or of its status. */
  version: number;
  /** Number of the last event, and of the last one delivered. */
  events: number;
  delivered: number;
  /** What was registered in the DMP since then has not been looked at. */
  since: Date;
  startedAt: Date;
  endsAt: Date;
  /** When the DMP is asked again; absent: it is not asked. */
  pollAt?: Date;
  /** The last delivery failed: not before. */
  retryAt?: Date;
  heartbeatAt?: Date;
  /** In a row. */
  quietPolls: number;
  failedPolls: number;
  failedDeliveries: number;
  /** The receiver has not been told of the end yet. */
  farewell: boolean;
  /** Its owner took it back. */
  deleted: boolean;
  updatedAt: Date;
}

export interface NewSubscription {
  /** Who may see and end it, e.g. client, person and structure; never stored in clear. */
  owner: string;
  /** Struct_IdNat: whose deposits it hears of; never stored in clear. */
  structure: string;
  /** Mandatory unless it follows Tasks. */
  patientId?: string;
  /** It tells of the Tasks that these see, by itself (see the migration `…_task_events`); never stored in clear. */
  tasksOf?: FeedViewer;
  content: unknown;
  endsAt: Date;
  pollAt?: Date;
}

/** One thing that a subscription tells. */
export interface SubscriptionEvent {
  /** The same key is never told twice. */
  key: string;
  /** Told only when this key was known before: what happened to something after it was told. */
  after?: string;
  /** When it happened. */
  at: Date;
  /** `DocumentReference.id` */
  documentId: string;
}

/** One that was told, or will be. */
export interface NumberedEvent extends Pick<SubscriptionEvent, 'key' | 'at'> {
  number: number;
  /** `Type/id` */
  about: string;
}

/** How many may live at once. */
export interface SubscriptionLimits {
  perOwner: number;
  perPatient: number;
}

/** What an owner changes. */
export interface SubscriptionChange {
  status: 'requested' | 'off';
  reason?: string;
  content?: unknown;
  endsAt?: Date;
  /** null: the DMP is not asked any more. */
  pollAt?: Date | null;
  /** Whose Tasks it tells of from now on. */
  tasksOf?: FeedViewer;
  farewell: boolean;
  deleted?: boolean;
}

/**
 * The subscriptions. Every instant is given by the caller: one clock decides. Of several instances one works on a
 * subscription at a time, by a lease (`claim`, `save`, `release`).
 */
export interface SubscriptionStore {
  /** @returns the limit that it would exceed, instead */
  create(
    given: NewSubscription,
    limits: SubscriptionLimits,
    now: Date,
  ): Promise<StoredSubscription | keyof SubscriptionLimits>;
  /** Also one that its owner took back, until it is forgotten. Undefined when unknown or another's. */
  byId(id: string, owner: string): Promise<StoredSubscription | undefined>;
  /** Those of an owner, newest first, without those taken back. */
  ofOwner(owner: string): Promise<StoredSubscription[]>;
  /** A change of the owner: work under way on it is not saved. Undefined when unknown or another's. */
  change(id: string, owner: string, change: SubscriptionChange, now: Date): Promise<StoredSubscription | undefined>;
  /** One that is over lives again. @returns as `change`, or the limit that it would exceed */
  resume(
    id: string,
    owner: string,
    change: SubscriptionChange,
    limits: SubscriptionLimits,
    now: Date,
  ): Promise<StoredSubscription | keyof SubscriptionLimits | undefined>;
  /** Those that hear of the documents that a structure deposits for a patient. */
  listening(structure: string, patientId: string): Promise<StoredSubscription[]>;
  /** Takes those whose time has come and that nobody else holds. @param worker UUID of the instance */
  claim(worker: string, now: Date, leaseMs: number, most: number): Promise<StoredSubscription[]>;
  /**
   * Ends the work on one that was claimed.
   * @param nextAt when somebody must look at it again, undelivered events apart
   * @returns false when its owner changed it meanwhile: nothing was saved, and somebody looks at it again at once
   */
  save(worker: string, subscription: StoredSubscription, nextAt: Date | undefined, now: Date): Promise<boolean>;
  /** Gives back everything that an instance holds. */
  release(worker: string): Promise<void>;
  /**
   * Numbers what is not known yet, and has it told.
   * @param silent remembers only, so that it will not be told
   * @returns how many were new
   */
  addEvents(id: string, events: readonly SubscriptionEvent[], now: Date, silent?: boolean): Promise<number>;
  /** Those numbered from `first` to `last`, in order. */
  events(id: string, first: number, last: number, most: number): Promise<NumberedEvent[]>;
  /** Forgets what ended before. @returns how many */
  purge(before: Date): Promise<number>;
}

/** Connections of the pool: open ones, those of them that nobody uses, requests that wait for one; and records that wait to be written. */
export interface StoreLoad {
  connections: { total: number; idle: number; waiting: number };
  records: number;
}

export interface Store {
  patients: PatientStore;
  documents: DocumentStore;
  sets: SetStore;
  lists: ListStore;
  searches: SearchStore;
  subscriptions: SubscriptionStore;
  consents: ConsentStore;
  authorizations: AuthorizationStore;
  identities: IdentityStore;
  corrections: CorrectionStore;
  records: RecordStore;
  /** @throws DatabaseError */
  auditChain(): Promise<ChainStatus>;
  registry: RegistryStore;
  feedingRules: RulesStore;
  auditFeed: AuditFeedStore;
  limits: LimitStore;
  feed: FeedStore;
  feedWork: FeedWork;
  oauth: OauthStore;
  oauthKeys: OauthKeyStore;
  practitioners: PractitionerStore;
  takeovers: TakeoverStore;
  /**
   * The same as another structure sees it: patients that it has met and what is theirs, what it deposited itself. What callers ask
   * goes through the view of their structure. The store is opened as the primary's.
   */
  as(structure: string): Store;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Rejects when no record can be put on the audit trail: it may not be written, or takes no writing at all. Puts none on it. */
  pingTrail(): Promise<void>;
  /** What is under way at this moment, of the whole store; for metrics. */
  load(): StoreLoad;
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
