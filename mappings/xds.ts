/**
 * The neutral XDS model: what stands between ebRIM on one side and FHIR on the other.
 *
 * Composite HL7 v2 values (CX, XCN, XON, DTM…) stay the strings that travel on the wire; the codecs in `codecs/` read
 * and write them. The ebRIM reader and writer are thereby lossless, and a row of the mapping table is the only place
 * that gives a value its meaning.
 *
 * Source: IHE ITI TF-3 §4.1–4.2 (metadata), §4.3 (DMP use: CI-SIS volet Partage).
 */

/** One coded value: ebRIM Classification (nodeRepresentation, codingScheme slot, Name). `scheme` is an OID without prefix. */
export interface XdsCode {
  code: string;
  scheme: string;
  display?: string;
}

/** One author (Classification 93606bcf… of a document, a7058bb9… of a set). Values are raw XCN / XON / coded strings. */
export interface XdsAuthor {
  /** XCN */
  person?: string;
  /** XON */
  institutions: string[];
  roles: string[];
  /** `code^display^scheme` */
  specialties: string[];
  telecommunications: string[];
  /** Slots that no specification names: kept as they are. */
  slots: Slots;
}

/** Slot name → values, in the order of the message. */
export type Slots = Record<string, string[]>;

/** A Classification that no row of the mapping names: kept as it is (the ids are the message's own and are not kept). */
export interface ExtraClassification {
  /** classificationScheme, `urn:uuid:…`; absent when `node` stands for it */
  scheme?: string;
  /** classificationNode */
  node?: string;
  /** nodeRepresentation */
  code: string;
  /** Name */
  display?: string;
  slots: Slots;
}

/** An ExternalIdentifier that no row of the mapping names. */
export interface ExtraIdentifier {
  /** identificationScheme */
  scheme: string;
  value: string;
  /** Name */
  name?: string;
}

/** What an object holds beyond the model: it travels through untouched. */
export interface Extras {
  classifications?: ExtraClassification[];
  externalIdentifiers?: ExtraIdentifier[];
}

export interface DocumentEntry extends Extras {
  /** id of the ExtrinsicObject in a request (`Document01`), or its `urn:uuid:…` in an answer. */
  id: string;
  /** `urn:uuid:…`, the same for all metadata versions. */
  logicalId?: string;
  /** VersionInfo/@versionName */
  version?: string;
  homeCommunityId?: string;
  objectType: string;
  /** URN, e.g. `urn:oasis:names:tc:ebxml-regrep:StatusType:Approved`; absent in a submission. */
  availabilityStatus?: string;
  mimeType: string;
  title?: string;
  comments?: string;
  /** DTM (UTC). */
  creationTime?: string;
  serviceStartTime?: string;
  serviceStopTime?: string;
  /** SHA-1, lower-case hexadecimal, of the raw bytes. */
  hash?: string;
  /** bytes, decimal */
  size?: string;
  languageCode?: string;
  repositoryUniqueId?: string;
  uri?: string;
  /** XCN */
  legalAuthenticator?: string;
  /** CX */
  sourcePatientId?: string;
  /** `PID-5|…`, in the order of the message */
  sourcePatientInfo: string[];
  /** CXi */
  referenceIdList: string[];
  authors: XdsAuthor[];
  classCode?: XdsCode;
  typeCode?: XdsCode;
  formatCode?: XdsCode;
  healthcareFacilityTypeCode?: XdsCode;
  practiceSettingCode?: XdsCode;
  confidentialityCodes: XdsCode[];
  eventCodes: XdsCode[];
  /** CX of the INS */
  patientId: string;
  /** OID, without `urn:oid:` */
  uniqueId: string;
  /** Slots that no specification names: they travel through untouched. */
  slots: Slots;
}

export interface SubmissionSet extends Extras {
  id: string;
  homeCommunityId?: string;
  availabilityStatus?: string;
  title?: string;
  comments?: string;
  /** DTM (UTC) */
  submissionTime: string;
  authors: XdsAuthor[];
  contentTypeCode?: XdsCode;
  intendedRecipients: string[];
  /** CX */
  patientId: string;
  /** OID */
  sourceId: string;
  /** OID */
  uniqueId: string;
  slots: Slots;
}

export interface Folder extends Extras {
  id: string;
  logicalId?: string;
  version?: string;
  homeCommunityId?: string;
  availabilityStatus?: string;
  title?: string;
  comments?: string;
  lastUpdateTime?: string;
  codes: XdsCode[];
  patientId: string;
  uniqueId: string;
  slots: Slots;
}

export interface Association {
  id?: string;
  /** full URN, e.g. `urn:ihe:iti:2007:AssociationType:RPLC` */
  type: string;
  source: string;
  target: string;
  slots: Slots;
}

/** What a RegistryObjectList holds. */
export interface RegistryObjects {
  documentEntries: DocumentEntry[];
  submissionSets: SubmissionSet[];
  folders: Folder[];
  associations: Association[];
  /** ids of ObjectRef */
  objectRefs: string[];
}

/** One RegistryError (ebRS), severity without its URN prefix. */
export interface RegistryError {
  code: string;
  context?: string;
  location?: string;
  severity: 'Error' | 'Warning';
}

export interface RegistryResponse {
  status: 'Success' | 'PartialSuccess' | 'Failure';
  errors: RegistryError[];
}
