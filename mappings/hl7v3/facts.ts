/**
 * What the DMP's HL7 V3 answers say, as data: 201308 of TD0.2 and TD1.3a, 201306 of TD0.5, 201312 to 201316 of TD1.1 to
 * TD1.4. One shape, for they have one. Source: dmp-wire §6.
 */

/** root and extension of a message or query id */
export interface InstanceId {
  root: string;
  extension?: string;
}

export interface PersonName {
  prefix?: string;
  given: string[];
  /** family name in use (qualifier SP) */
  usage?: string;
  /** family name at birth (qualifier BR) */
  birth?: string;
}

/** Parts of an address, in the order of the message; lines are separated by a line feed. */
export const addressParts = ['streetAddressLine', 'additionalLocator', 'postalCode', 'city', 'country'] as const;
export type PostalAddress = Partial<Record<(typeof addressParts)[number], string>>;

/** A URL (`tel:`, `mailto:`) and its use (HP, WP, MC…). */
export interface Telecom {
  value: string;
  use?: string;
}

/** A legal representative or relative (personalRelationship). */
export interface Relationship {
  /** code of `2.16.840.1.113883.1.11.19579`: FTH, MTH, RESPRSN… */
  relation: string;
  name: { prefix?: string; given?: string; family?: string };
  telecom: Telecom[];
  address?: PostalAddress;
}

/** One patient of an answer, as the message says it. */
export interface PatientFacts {
  /** in the order of the message; `system` is an OID */
  identifiers: { system: string; value: string }[];
  /** `active` | `terminated` */
  status?: string;
  name?: PersonName;
  /** M, F, U */
  sex?: string;
  /** HL7 TS, usually yyyyMMdd */
  birthDate?: string;
  deceased?: boolean;
  /** HL7 TS */
  deceasedTime?: string;
  telecom?: Telecom[];
  address?: PostalAddress;
  birthPlace?: PostalAddress;
  relationships?: Relationship[];
  /** administrativeObservation: code → value, e.g. `RATTACHEMENT_ENS` */
  observations?: Record<string, boolean>;
  /** TD0.5 only */
  matchPercent?: number;
}

/** The facts of the answer. What a message does not say is absent. */
export interface ExistenceAnswer {
  /** local name of the interaction */
  interaction: string;
  /** AA accepted, AE application error, AR rejected */
  acknowledgement: string;
  details: { code: string; text?: string }[];
  /** `VALIDE`, `EXPIRE`, `INTERDIT`, `NON_EXISTE`… (wire spelling, dmp-wire §6) */
  authorization?: string;
  /** The requester is the patient's « médecin traitant DMP ». */
  treatingPhysician?: boolean;
  reasonCode?: string;
  /** `OK`, `NF` (no DMP), `AE` */
  queryResponse?: string;
  /** HL7 TS (UTC) */
  closureDate?: string;
  closureReason?: { code: string; text?: string };
  total?: number;
  current?: number;
  remaining?: number;
  patients: PatientFacts[];
}
