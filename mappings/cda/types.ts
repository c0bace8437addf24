/**
 * What a CDA R2 header says, and what is needed to write one. Times stay HL7 TS strings (`20261012093000+0200`) as
 * they are in the document; identifiers are OIDs.
 *
 * Source: HL7 CDA R2 (2005), CI-SIS « Structuration minimale de documents de santé » (header), IHE XDS-SD.
 */
import type { DocumentEntry, XdsCode } from '../xds.ts';
import type { StatedRelation } from './related.ts';

/** II */
export interface CdaId {
  root: string;
  extension?: string;
}

/** One `name`: parts in the order of the document. `qualifier`: BR birth, CL usage, SP spouse. */
export interface CdaName {
  prefix: string[];
  given: CdaNamePart[];
  family: CdaNamePart[];
  suffix: string[];
  /** Text of a name that has no parts (organisations, some devices). */
  text?: string;
}

export interface CdaNamePart {
  value: string;
  qualifier?: string;
}

export interface CdaOrganization {
  ids: CdaId[];
  name?: string;
  /** standardIndustryClassCode: the practice setting (TRE_A01). */
  setting?: XdsCode;
}

/** Somebody, or something, that acts: author, legal authenticator, performer. */
export interface CdaActor {
  /** `person` also for a patient author (then `patient` is true). */
  kind: 'person' | 'device' | 'organization';
  /** The actor is identified by an INS: the patient writes. */
  patient: boolean;
  ids: CdaId[];
  /** assignedAuthor/code: profession and specialty (TRE_A02…). */
  code?: XdsCode;
  /** functionCode/@displayName, the XDS authorRole. */
  role?: string;
  name?: CdaName;
  /** assignedAuthoringDevice */
  device?: { model?: string; software?: string };
  organization?: CdaOrganization;
  /** telecom/@value */
  telecoms: string[];
  /** TS */
  time?: string;
}

export interface CdaServiceEvent {
  ids: CdaId[];
  code?: XdsCode;
  /** statusCode of a laboratory report (XD-LAB extension): `active` while it is not over, `completed`. */
  status?: string;
  /** TS; a plain `effectiveTime/@value` counts as low. */
  low?: string;
  high?: string;
  performer?: CdaActor;
}

export interface CdaPatient {
  ids: CdaId[];
  name?: CdaName;
  /** administrativeGenderCode: M, F, UN… */
  sex?: string;
  /** TS */
  birthTime?: string;
}

export interface CdaHeader {
  /** « CDA auto-présentable »: the document stands inside an XSLT (XDS mimeType `application/xslt+xml`). */
  selfPresenting: boolean;
  /** realmCode values */
  realms: string[];
  templateIds: string[];
  id: CdaId;
  code: XdsCode;
  title?: string;
  /** TS */
  effectiveTime: string;
  confidentiality?: XdsCode;
  languageCode?: string;
  setId?: CdaId;
  versionNumber?: string;
  patients: CdaPatient[];
  authors: CdaActor[];
  legalAuthenticator?: CdaActor;
  custodian?: CdaOrganization;
  serviceEvents: CdaServiceEvent[];
  encounter?: { ids: CdaId[]; code?: XdsCode; low?: string; high?: string };
  /** componentOf…healthCareFacility/code */
  facility?: XdsCode;
  /** inFulfillmentOf/order/id */
  orders: CdaId[];
  relatedDocuments: { type: string; id?: CdaId; setId?: CdaId; versionNumber?: string }[];
  /** `N1`: nonXMLBody, with the media type of its text; `N3`: structuredBody. */
  body:
    { kind: 'N1'; mediaType: string; encoding: 'B64' | 'TXT'; reference?: string } | { kind: 'N3' } | { kind: 'none' };
}

/** Identity traits, as `sourcePatientInfo` and recordTarget hold them. Dates YYYYMMDD. */
export interface PatientTraits {
  birthFamily?: string;
  usageFamily?: string;
  /** First given name of the birth certificate. */
  given?: string;
  /** The other given names, as one text. */
  otherGiven?: string;
  usageGiven?: string;
  birthDate?: string;
  /** M | F | U */
  sex?: string;
}

export interface CdaN1Input {
  /** Metadata of the document; `uniqueId` becomes ClinicalDocument/id. */
  entry: DocumentEntry;
  /** The document to wrap, not empty. */
  content: Uint8Array;
  /** One of `depositMedia`'s body types (`application/pdf`, `text/plain`, `text/rtf`, `image/jpeg`, `image/tiff`). */
  mediaType: string;
  /** Defaults to the traits in `entry.sourcePatientInfo`. */
  patient?: PatientTraits;
  /** Struct_IdNat and name of the structure that keeps the document. */
  custodian: { id: string; name: string };
  /** Zone in which times are written, for the reader of the document; IANA name, default `Europe/Paris`. */
  timeZone?: string;
  /** The documents that this one replaces, transforms or completes (`relatedDocument`). */
  related?: readonly StatedRelation[];
  /** OID of the set of versions; default: the document's own id. */
  setId?: string;
  versionNumber?: number;
}
