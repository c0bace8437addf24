/**
 * The store's contract about what patients allow: their consents as the structure recorded them, and what is known of the
 * authorisations that they gave in their DMP. Contents are encrypted; holders and structures are keyed hashes.
 */
import type { Ins } from './types.ts';

/**
 * What is asked of a patient and recorded by the structure (the DMP does not hold it). Of the first three nothing goes without
 * `permit`; of the last two, which are oppositions, everything but `deny` is no opposition.
 */
export const consentTopics = ['information', 'feeding', 'consultation', 'break-glass', 'regulation'] as const;
export type ConsentTopic = (typeof consentTopics)[number];

/** `inactive`: withdrawn, or replaced by nothing; `entered-in-error`: it never was. */
export type ConsentStatus = 'active' | 'inactive' | 'entered-in-error';

/** What is recorded at one time. */
export interface ConsentStatement {
  status: ConsentStatus;
  decision: 'permit' | 'deny';
  /** Its period, as far as it has one. */
  from?: Date;
  until?: Date;
  /** Any JSON; encrypted at rest: the Consent as FHIR, and who recorded it. */
  content: unknown;
}

/** One version of a consent. There is one consent a patient, structure and topic; every change makes a version. */
export interface StoredConsent extends ConsentStatement {
  /** `Consent.id`: opaque, random, the same for all versions. */
  id: string;
  /** Our `Patient.id`. */
  patientId: string;
  ins: Ins;
  topic: ConsentTopic;
  /** `meta.versionId`: 1, 2… */
  version: number;
  recordedAt: Date;
}

export interface ConsentStore {
  /**
   * Records a statement: the first version, or the next one.
   * @param structure Struct_IdNat; never stored in clear
   * @param expected the version that it follows (If-Match); absent: whatever is current
   * @returns `conflict` when another version is current
   */
  record(
    about: { patientId: string; structure: string; topic: ConsentTopic },
    statement: ConsentStatement,
    now: Date,
    expected?: number,
  ): Promise<{ consent: StoredConsent; isNew: boolean } | 'conflict'>;
  /** The current version, or the one asked for. Undefined when unknown or another structure's. */
  byId(id: string, structure: string, version?: number): Promise<StoredConsent | undefined>;
  /** All versions, newest first. */
  history(id: string, structure: string): Promise<StoredConsent[]>;
  /** The current version of each topic. */
  ofPatient(patientId: string, structure: string): Promise<StoredConsent[]>;
  /**
   * What counts of each topic by INS, without opening contents: what the gate asks before every call of the DMP. The current
   * version, but one that is active and begins later leaves what was said before in force until then. Empty for a patient who is
   * unknown here.
   */
  decisions(
    ins: Ins,
    structure: string,
    now?: Date,
  ): Promise<Pick<StoredConsent, 'topic' | 'status' | 'decision' | 'from' | 'until'>[]>;
}

/** What the DMP last said of a professional's (or structure's) authorisation for a patient. */
export interface StoredAuthorization {
  /** `Consent.id` of the authorisation: opaque, random. */
  id: string;
  patientId: string;
  ins: Ins;
  /** PS_IdNat or Struct_IdNat. */
  holder: string;
  /** The DMP's word (`VALIDE`, `EXPIRE`…) and whether the holder is the médecin traitant; absent: never asked. */
  status?: string;
  treatingPhysician?: boolean;
  /** When the DMP said so. */
  checkedAt?: Date;
  /** Struct_IdNat for which it was asked: where the DMP authorised the structure, the same person is not elsewhere (FI-526 note 1). */
  checkedFor?: string;
  /** When it was last declared from here (TD0.3 AJOUT). */
  declaredAt?: Date;
  updatedAt: Date;
}

export interface AuthorizationStore {
  /** Gets or creates the row of a patient and a holder. Safe when called twice at once. */
  of(patientId: string, holder: string): Promise<StoredAuthorization>;
  /** The same by INS, without creating anything. */
  known(ins: Ins, holder: string): Promise<StoredAuthorization | undefined>;
  byId(id: string): Promise<StoredAuthorization | undefined>;
  /** Until when the emergency access of a token was found good; undefined when it was not examined. */
  emergencyOf(ins: Ins, holder: string, token: string): Promise<Date | undefined>;
  /** Keeps what the DMP said, or what was done; fields that are left out stay as they are, null empties. */
  save(
    id: string,
    change: {
      status?: string | null;
      treatingPhysician?: boolean;
      checkedAt?: Date | null;
      /** Comes with every `checkedAt` that is a date. */
      checkedFor?: string;
      declaredAt?: Date;
      /** An emergency access that was examined and found good; its token is never stored in clear. */
      emergency?: { token: string; until: Date } | null;
    },
    now: Date,
  ): Promise<void>;
  /**
   * Takes the right to declare: of several at once, over all instances, one gets true until it says `save` with a
   * `checkedAt`, or `leaseMs` have passed.
   */
  claimDeclaration(id: string, now: Date, leaseMs: number): Promise<boolean>;
}
