/**
 * The store's contract about what must stay on record: accesses in emergency, authorisations declared by the software, consents
 * given and withdrawn, identities corrected. Append-only: there is no change and no removal. Persons are keyed hashes, details
 * are encrypted.
 */
import type { Ins } from './types.ts';

export type RecordKind =
  | 'break-glass' // an emergency access was opened, or refused
  | 'authorization' // TD0.3, asked for or automatic
  | 'consent' // a consent was recorded or withdrawn
  | 'identity' // a link or merge of identities
  | 'correction' // a step of the correction of a wrong record
  | 'record-administration'; // a DMP was created, changed, closed, reactivated

export interface NewRecord {
  kind: RecordKind;
  at: Date;
  /** Struct_IdNat; empty: none was known. */
  structure: string;
  /** PS_IdNat of who did it; absent: nobody was known. */
  person?: string;
  clientId: string;
  requestId?: string;
  /** Our `Patient.id`. */
  patientId?: string;
  outcome: 'success' | 'refused' | 'failure';
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
  kinds?: readonly RecordKind[];
  person?: string;
  patientId?: string;
  outcome?: NewRecord['outcome'];
  /** inclusive */
  from?: Date;
  /** exclusive */
  until?: Date;
  /** Newest first; what comes after this record. */
  after?: string;
  most: number;
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
  search(query: RecordQuery): Promise<{ total: number; records: StoredRecord[] }>;
}
