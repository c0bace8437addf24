/**
 * The store's contract about whom the façade speaks for and who speaks to it: structures with their certificates, and OAuth
 * clients. What they hold is the business of `server/registry/`; here it is JSON, encrypted at rest, as private keys and client
 * secrets are. Every change is on record, in the same transaction: the number of the last one is the registry's version.
 */

export type EntryKind = 'structure' | 'client';
export type EntryState = 'active' | 'withdrawn';
/** `tls`: ORG AUTH_CLI; `seal`: ORG SIGN. */
export type CertificateKind = 'tls' | 'seal';

export interface StoredCertificate {
  /** Opaque, random. */
  id: string;
  kind: CertificateKind;
  state: EntryState;
  /** SHA-256 of the certificate's DER, hex. */
  fingerprint: string;
  /** PEM of the certificate, followed by its authorities. */
  chain: string;
  /** PEM. */
  key: string;
  notBefore: Date;
  notAfter: Date;
  addedAt: Date;
}

interface StoredEntry {
  state: EntryState;
  /** 1, 2…: grows with every change. */
  version: number;
  /** Any JSON. */
  content: unknown;
  createdAt: Date;
  updatedAt: Date;
}

export interface StoredStructure extends StoredEntry {
  /** Struct_IdNat; in clear in the database. */
  id: string;
  /** In the order in which they were added, withdrawn ones too. */
  certificates: readonly StoredCertificate[];
}

export interface StoredClient extends StoredEntry {
  /** `client_id`; in clear in the database. */
  id: string;
  secret?: string;
}

/** Everything, as it was at one moment. */
export interface StoredRegistry {
  version: number;
  structures: readonly StoredStructure[];
  clients: readonly StoredClient[];
}

interface EntryWrite {
  /** Struct_IdNat or `client_id`. */
  id: string;
  /** The version that is changed; 0: there must be none yet. */
  expected: number;
  state?: EntryState;
  /** Required for a new one. */
  content?: unknown;
}

export interface StructureWrite extends EntryWrite {
  entry: 'structure';
  add?: Omit<StoredCertificate, 'id' | 'state' | 'addedAt'>;
  /** Id of a certificate of this structure. */
  withdraw?: string;
}

export interface ClientWrite extends EntryWrite {
  entry: 'client';
  /** null: it has none any more. */
  secret?: string | null;
}

/** What an administrator did. */
export interface NewChange {
  at: Date;
  /** e.g. `client-add`. */
  action: string;
  /** Any JSON, encrypted at rest: who did it, what was before and after. Never a secret. */
  content: unknown;
}

export interface StoredChange extends NewChange {
  number: number;
  entry: EntryKind;
  entryId: string;
}

export interface RegistryStore {
  /** Changes with every change, made by whomever; 0 when there was none yet. */
  version(): Promise<number>;
  registry(): Promise<StoredRegistry>;
  /**
   * Writes an entry and puts the change on record, both or neither.
   * @returns the registry's new version; `conflict` when the entry has not the version that was expected
   */
  write(entry: StructureWrite | ClientWrite, change: NewChange): Promise<number | 'conflict'>;
  /** What happened to an entry, the last first. */
  changes(entry: EntryKind, id: string, most: number): Promise<StoredChange[]>;
}
