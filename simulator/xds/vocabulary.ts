/** Constants of XDS.b and of the DMP's use of it (IHE ITI TF-3 §4.2.5, shared facts on the DMP §3.1, §3.4, §3.5, §4). */

export const ns = {
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0',
  rs: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0',
  lcm: 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0',
  query: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0',
  xdsb: 'urn:ihe:iti:xds-b:2007',
  xop: 'http://www.w3.org/2004/08/xop/include',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  hl7: 'urn:hl7-org:v3',
  xad: 'http://uri.etsi.org/01903/v1.1.1#',
} as const;

export const documentEntryType = 'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1';
export const submissionSetNode = 'urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd';
export const folderNode = 'urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2';

/** Classification and identification schemes of a DocumentEntry. */
export const entryScheme = {
  author: 'urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d',
  classCode: 'urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a',
  typeCode: 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983',
  confidentialityCode: 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f',
  eventCodeList: 'urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
  formatCode: 'urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d',
  healthcareFacilityTypeCode: 'urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practiceSettingCode: 'urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead',
  patientId: 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  uniqueId: 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab',
} as const;

/** Classification and identification schemes of a SubmissionSet. */
export const setScheme = {
  author: 'urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  contentTypeCode: 'urn:uuid:aa543740-bdda-424e-8c96-df4873be8500',
  patientId: 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  sourceId: 'urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832',
  uniqueId: 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8',
} as const;

/** Classification and identification schemes of a Folder. */
export const folderScheme = {
  codeList: 'urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5',
  patientId: 'urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a',
  uniqueId: 'urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a',
} as const;

export const status = {
  approved: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
  deprecated: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated',
  archived: 'urn:asip:ci-sis:2010:StatusType:Archived',
  deleted: 'urn:asip:ci-sis:2010:StatusType:Deleted',
} as const;

export const associationType = {
  hasMember: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember',
  replace: 'urn:ihe:iti:2007:AssociationType:RPLC',
  append: 'urn:ihe:iti:2007:AssociationType:APND',
  transform: 'urn:ihe:iti:2007:AssociationType:XFRM',
  transformAndReplace: 'urn:ihe:iti:2007:AssociationType:XFRM_RPLC',
  signs: 'urn:ihe:iti:2007:AssociationType:signs',
  updateStatus: 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus',
} as const;

/** Code systems and identification domains. */
export const oid = {
  confidentiality: '2.16.840.1.113883.5.25',
  visibility: '1.2.250.1.213.1.1.4.13',
  professionals: '1.2.250.1.71.4.2.1',
  structures: '1.2.250.1.71.4.2.2',
  repository: '1.2.250.1.213.4.1.1.1.2',
} as const;

/** OIDs under which an INS is given: NIR, NIA, test, demonstration (shared facts on the DMP §3.3). */
export const insOids = ['1.2.250.1.213.1.4.8', '1.2.250.1.213.1.4.9', '1.2.250.1.213.1.4.10', '1.2.250.1.213.1.4.11'];

/** The coded values that make an entry the signature of its set (shared facts on the DMP §3.8). */
export const signatureEntry = {
  classCode: { code: 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1', system: 'URN' },
  typeCode: { code: 'E1762', system: 'ASTM' },
  formatCode: { code: 'http://www.w3.org/2000/09/xmldsig#', system: 'URN' },
  eventCode: { code: '1.2.840.10065.1.12.1.14', system: '1.2.840.10065.1.12' },
  languageCode: 'art',
} as const;
