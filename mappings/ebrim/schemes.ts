/**
 * The UUIDs and names of XDS metadata in ebRIM: one table that the reader and the writer share.
 * Source: IHE ITI TF-3 §4.2; dmp-wire §3.1; Folder: ITI TF-3 §4.2.3.4.
 */
const urn = (uuid: string): string => `urn:uuid:${uuid}`;

export const namespaces = {
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0',
  rs: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0',
  lcm: 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0',
  query: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0',
  xdsb: 'urn:ihe:iti:xds-b:2007',
  xop: 'http://www.w3.org/2004/08/xop/include',
} as const;

/** objectType of a stable document. */
export const stableDocument = urn('7edca82f-054d-47f2-a032-9b2a5b5186c1');

/** RegistryPackage kinds, by classificationNode. */
export const packageNodes = {
  submissionSet: urn('a54d6aa5-d40d-43f9-88c5-b4633d873bdd'),
  folder: urn('d9d542f3-6cc4-48b6-8870-ea235fbc94c2'),
} as const;

/** Classification schemes, by object and field of the model. */
export const schemes = {
  document: {
    authors: urn('93606bcf-9494-43ec-9b4e-a7748d1a838d'),
    classCode: urn('41a5887f-8865-4c09-adf7-e362475b143a'),
    typeCode: urn('f0306f51-975f-434e-a61c-c59651d33983'),
    confidentialityCodes: urn('f4f85eac-e6cb-4883-b524-f2705394840f'),
    formatCode: urn('a09d5840-386c-46f2-b5ad-9c3699a4309d'),
    healthcareFacilityTypeCode: urn('f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1'),
    practiceSettingCode: urn('cccf5598-8b07-4b77-a05e-ae952c785ead'),
    eventCodes: urn('2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4'),
  },
  submissionSet: {
    authors: urn('a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d'),
    contentTypeCode: urn('aa543740-bdda-424e-8c96-df4873be8500'),
  },
  folder: {
    codes: urn('1ba97051-7806-41a8-a48b-8fce7af683c5'),
  },
} as const;

/** External identifiers, by object and field of the model: scheme and the Name that goes with it. */
export const identifiers = {
  document: {
    patientId: [urn('58a6f841-87b3-4a3e-92fd-a8ffeff98427'), 'XDSDocumentEntry.patientId'],
    uniqueId: [urn('2e82c1f6-a085-4c72-9da3-8640a32e42ab'), 'XDSDocumentEntry.uniqueId'],
  },
  submissionSet: {
    patientId: [urn('6b5aea1a-874d-4603-a4bc-96a0a7b38446'), 'XDSSubmissionSet.patientId'],
    sourceId: [urn('554ac39e-e3fe-47fe-b233-965d2a147832'), 'XDSSubmissionSet.sourceId'],
    uniqueId: [urn('96fdda7c-d067-4183-912e-bf5ee74998a8'), 'XDSSubmissionSet.uniqueId'],
  },
  folder: {
    patientId: [urn('f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a'), 'XDSFolder.patientId'],
    uniqueId: [urn('75df8f67-9973-4fbe-a900-df66cefecc5a'), 'XDSFolder.uniqueId'],
  },
} as const;

/** Slots of an ExtrinsicObject, in the order in which they are written: slot name → field of DocumentEntry. */
export const documentSlots = [
  ['creationTime', 'creationTime'],
  ['languageCode', 'languageCode'],
  ['legalAuthenticator', 'legalAuthenticator'],
  ['hash', 'hash'],
  ['size', 'size'],
  ['repositoryUniqueId', 'repositoryUniqueId'],
  ['serviceStartTime', 'serviceStartTime'],
  ['serviceStopTime', 'serviceStopTime'],
  ['sourcePatientId', 'sourcePatientId'],
  ['sourcePatientInfo', 'sourcePatientInfo'],
  ['URI', 'uri'],
  ['urn:ihe:iti:xds:2013:referenceIdList', 'referenceIdList'],
] as const;

/** Slots of an author Classification, in the order in which they are written: slot name → field of XdsAuthor. */
export const authorSlots = [
  ['authorPerson', 'person'],
  ['authorInstitution', 'institutions'],
  ['authorRole', 'roles'],
  ['authorSpecialty', 'specialties'],
  ['authorTelecommunication', 'telecommunications'],
] as const;

/** XDS availabilityStatus as ebRIM status (dmp-wire §3.4). */
export const statuses = {
  approved: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
  deprecated: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated',
  archived: 'urn:asip:ci-sis:2010:StatusType:Archived',
  deleted: 'urn:asip:ci-sis:2010:StatusType:Deleted',
} as const;

/** Associations between a set and what it holds or changes (dmp-wire §3.5, §3.7); those between documents: `relates-to.ts`. */
export const associationTypes = {
  hasMember: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember',
  signs: 'urn:ihe:iti:2007:AssociationType:signs',
  updateStatus: 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus',
} as const;

/** ITI-18 stored queries (ITI TF-2 §3.18.4.1.2.4; dmp-wire §4). */
export const storedQueries = {
  FindDocuments: urn('14d4debf-8f97-4251-9a74-a90016b0af0d'),
  FindDocumentsByReferenceId: urn('12941a89-e02e-4be5-967c-ce4bfc8fe492'),
  FindSubmissionSets: urn('f26abbcb-ac74-4422-8a30-edb644bbc1a9'),
  FindFolders: urn('958f3006-baad-4929-a4de-ff1114824431'),
  GetDocuments: urn('5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4'),
  GetAssociations: urn('a7ae438b-4bc2-4642-93e9-be891f7bb155'),
  GetDocumentsAndAssociations: urn('bab9529a-4a10-40b3-a01f-f68a615d247a'),
  GetSubmissionSets: urn('51224314-5390-4169-9b91-b1980040715a'),
  GetFolderAndContents: urn('b909a503-523d-4517-8acf-8e5834dfc4c7'),
  GetRelatedDocuments: urn('d90e5407-b356-4d91-a89f-873917b4b0e6'),
} as const;

export type QueryName = keyof typeof storedQueries;
