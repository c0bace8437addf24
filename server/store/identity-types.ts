/**
 * The store's contract about identities that a structure feeds (PIXm): its local identifiers (IPP), the traits and the INS that
 * belong to them, their reliability and their history; and the corrections of what was fed to the wrong record. Everything that
 * names a person is encrypted, and found again by keyed hashes.
 */
import type { Ins } from './types.ts';

/** An identity as one structure's domain knows it. */
export interface StoredIdentity {
  /** `Patient.id` of the fed identity: opaque, random; not that of the person in the DMP. */
  id: string;
  /** Domain of the local identifier, as a FHIR system. */
  system: string;
  /** The local identifier (IPP). */
  value: string;
  /** The INS that it was fed with, and our `Patient.id` of that INS. */
  ins?: Ins;
  patientId?: string;
  /** identityStatus of fr-core-identity-reliability (`VALI`, `PROV`…); absent: it was not said. */
  reliability?: string;
  /** Any JSON; encrypted at rest: the Patient as it was fed. */
  content: unknown;
  /** False: inactive, or merged away. */
  active: boolean;
  /** The identity that took its place in a merge. */
  replacedBy?: string;
  /** Names of the traits that differ from the DMP's answer, when it was compared. */
  differences?: string[];
  comparedAt?: Date;
  /** `meta.versionId`. */
  version: number;
  updatedAt: Date;
}

/** `link`: an INS was attached, changed or taken away; `merge`: another took its place. */
export type IdentityEventKind = 'create' | 'update' | 'link' | 'merge' | 'delete';

/** What happened to an identity, kept for good. */
export interface IdentityEvent {
  kind: IdentityEventKind;
  at: Date;
  /** PS_IdNat of who did it; encrypted. */
  by: string;
  /**
   * `{ before?, after }`, each with `ins`, `reliability`, `active` and, of one merged away, `replacedBy`; after a merge the
   * survivor's `after` has `replaces`. Encrypted.
   */
  details: unknown;
}

export interface FedIdentity {
  structure: string;
  system: string;
  value: string;
  ins?: Ins;
  patientId?: string;
  reliability?: string;
  content: unknown;
  active: boolean;
  differences?: string[];
  comparedAt?: Date;
}

export interface IdentityStore {
  /**
   * Creates or updates the identity of a local identifier, and keeps what happened. What is left out is not kept from before.
   * One that was merged away stays inactive, whatever is fed.
   * @param expected version that it follows; absent: whatever is current
   * @returns `before`: what it took the place of, whoever fed that
   */
  feed(
    given: FedIdentity,
    by: string,
    now: Date,
    expected?: number,
  ): Promise<{ identity: StoredIdentity; isNew: boolean; before?: StoredIdentity } | 'conflict'>;
  /**
   * The obsolete one becomes inactive, `replacedBy` the survivor; one transaction, kept in both histories. The same merge again
   * does nothing.
   * @throws RangeError when they are not two identities of the structure, or one of them was merged away already
   */
  merge(survivor: string, obsolete: string, structure: string, by: string, now: Date): Promise<void>;
  byId(id: string, structure: string): Promise<StoredIdentity | undefined>;
  byLocal(structure: string, system: string, value: string): Promise<StoredIdentity | undefined>;
  /** All that bear the INS, active or not. */
  byIns(structure: string, ins: Ins): Promise<StoredIdentity[]>;
  /** Newest first. */
  history(id: string, structure: string): Promise<IdentityEvent[]>;
}

/** One document that was fed to the wrong record. */
export interface CorrectionItem {
  /** `DocumentReference.id` in the wrong record. */
  documentId: string;
  uniqueId: string;
  /** Deleted in the DMP (TD3.3c). */
  deletedAt?: Date;
  /** `DocumentReference.id` of what was fed to the right record in its place. */
  refedId?: string;
  /** The structure decided that it does not belong into the right record either. */
  dropped?: boolean;
  /** The DMP does not delete it in the state in which it holds it: an older version. */
  obsolete?: boolean;
  /** A deposit in its place is under way, under this uniqueId; nobody else begins another before `until` (ISO instant). */
  feeding?: { uniqueId: string; until: string };
  /** Key of the error table: why the last step on it failed. */
  problem?: string;
}

export interface StoredCorrection {
  id: string;
  /** Our `Patient.id`s; the right one may not be known at first. */
  wrongPatientId: string;
  rightPatientId?: string;
  /** Why; encrypted at rest. */
  reason: string;
  items: CorrectionItem[];
  state: 'open' | 'done';
  /** Grows at every change. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface CorrectionStore {
  /** Of a wrong patient a structure has one open correction: where there is one, also begun at this moment, it is answered. */
  create(
    given: {
      structure: string;
      wrongPatientId: string;
      rightPatientId?: string;
      reason: string;
      items: CorrectionItem[];
    },
    now: Date,
  ): Promise<StoredCorrection>;
  byId(id: string, structure: string): Promise<StoredCorrection | undefined>;
  /** @returns false when another has changed it since it was read: nothing was saved. Otherwise its version is one more. */
  save(correction: StoredCorrection, now: Date): Promise<boolean>;
  /** Newest first. @param patientId only those about this wrong patient */
  ofStructure(
    structure: string,
    options?: { state?: 'open' | 'done'; patientId?: string },
  ): Promise<StoredCorrection[]>;
}
