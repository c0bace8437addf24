/**
 * The store's contract about what must stay on record: every request, every call of the DMP, every login, and what is notable by
 * itself. Append-only: there is no change and no removal. Persons and what a record is found by are keyed hashes, details are
 * encrypted.
 */
import type { Ins } from './types.ts';

export type RecordKind =
  | 'break-glass' // an emergency access was opened, or refused
  | 'authorization' // TD0.3, asked for or automatic
  | 'consent' // a consent was recorded or withdrawn
  | 'identity' // a link or merge of identities
  | 'correction' // a step of the correction of a wrong record
  | 'record-administration' // a DMP was created, changed, closed, reactivated
  | 'request' // a request of the REST API, answered or refused
  | 'dmp' // a call of the DMP
  | 'login' // somebody logged in or out, or could not
  | 'token' // an access token was issued, exchanged, revoked, or refused
  | 'registration' // a structure, certificate or client was registered, changed, withdrawn
  | 'restore'; // the database was put back from a backup

/** `pending`: about to be done; another record says how it ended. `major`: nobody had foreseen it. */
export type RecordOutcome = 'pending' | 'success' | 'refused' | 'failure' | 'major';

export interface NewRecord {
  kind: RecordKind;
  at: Date;
  /** Struct_IdNat; empty: none was known. */
  structure: string;
  /** PS_IdNat of who did it; absent: nobody who was known. */
  person?: string;
  /** Empty: no client that was known. */
  clientId: string;
  requestId?: string;
  /** Our `Patient.id`. */
  patientId?: string;
  outcome: RecordOutcome;
  /** What it is found by beside the members above: any texts, kept as keyed hashes, compared whole. */
  terms?: readonly string[];
  /** Any JSON; encrypted at rest. */
  details: unknown;
}

export interface StoredRecord extends Omit<NewRecord, 'terms'> {
  /** `AuditEvent.id`: opaque, random. */
  id: string;
  ins?: Ins;
}

export interface RecordQuery {
  structure: string;
  ids?: readonly string[];
  kinds?: readonly RecordKind[];
  person?: string;
  patientId?: string;
  outcome?: RecordOutcome;
  /** Of each list at least one. */
  terms?: readonly (readonly string[])[];
  /** inclusive */
  from?: Date;
  /** exclusive */
  until?: Date;
  /** Newest first; what comes after this record. */
  after?: string;
  most: number;
  /** How far is counted; absent: to the end, however long it takes. */
  countTo?: number;
}

export interface RecordStore {
  /**
   * Durable, and in the chain, when it resolves; several records all or none.
   * @returns the id, or the ids in order
   * @throws DatabaseError when it could not be written
   */
  append(record: NewRecord): Promise<string>;
  append(records: readonly NewRecord[]): Promise<string[]>;
  byId(id: string, structure: string): Promise<StoredRecord | undefined>;
  /** @returns `total` undefined: there are more than `countTo` */
  search(query: RecordQuery): Promise<{ total?: number; records: StoredRecord[] }>;
}
