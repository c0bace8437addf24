/** A small submission set of the story: one N1-shaped document by Dr MAUREL for P1. */
import type { DocumentEntry, SubmissionSet } from '../../../mappings/xds.ts';
import type { SubmissionInput } from '../../../server/dmp/transactions/td2-1.ts';
import type { StatusInput, VersionInput } from '../../../server/dmp/transactions/td3-3.ts';
import { lpsOid } from './setup.ts';

const patientId = '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH';
const author = {
  person: '899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
  institutions: ['EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109'],
  roles: [],
  specialties: ['G15_60^Infirmier^1.2.250.1.213.1.1.4.5'],
  telecommunications: [],
  slots: {},
};

export const content = Buffer.from(
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- fictif -->\n<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Été  &amp; "hiver"</title></ClinicalDocument>\n',
);

export const entry: DocumentEntry = {
  id: 'Document01',
  objectType: 'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1',
  mimeType: 'text/xml',
  title: 'Transmission du matin',
  languageCode: 'fr-FR',
  creationTime: '20261020063000',
  serviceStartTime: '20261020060000',
  legalAuthenticator: author.person,
  sourcePatientId: patientId,
  sourcePatientInfo: ['PID-5|BASTIDE^ODETTE^^^^^L', 'PID-7|19360412', 'PID-8|F'],
  referenceIdList: [],
  authors: [author],
  classCode: { code: '11', scheme: '1.2.250.1.213.1.1.4.1', display: 'Synthèse' },
  typeCode: { code: '11490-0', scheme: '2.16.840.1.113883.6.1', display: 'Lettre de liaison' },
  formatCode: { code: 'urn:ihe:iti:xds-sd:text:2008', scheme: '1.3.6.1.4.1.19376.1.2.3', display: 'Texte' },
  healthcareFacilityTypeCode: { code: 'SA17', scheme: '1.2.250.1.71.4.2.4', display: 'EHPAD' },
  practiceSettingCode: { code: 'ESSMS', scheme: '1.2.250.1.213.1.1.4.9', display: 'ESSMS' },
  confidentialityCodes: [{ code: 'N', scheme: '2.16.840.1.113883.5.25', display: 'Normal' }],
  eventCodes: [],
  patientId,
  uniqueId: `${lpsOid}.50.20261020.1`,
  slots: {},
};

export const set: SubmissionSet = {
  id: 'SubmissionSet01',
  submissionTime: '20261020063000',
  title: 'Dépôt',
  authors: [author],
  contentTypeCode: { code: '11', scheme: '1.2.250.1.213.2.2', display: 'Hébergement complet' },
  intendedRecipients: [],
  patientId,
  sourceId: lpsOid,
  uniqueId: `${lpsOid}.40.20261020.1`,
  slots: {},
};

export const submission = (): SubmissionInput => ({ set, entries: [{ entry, content }], associations: [] });

/** The document, registered, as a new version of its metadata. */
export const newVersion = (over: Partial<DocumentEntry> = {}): VersionInput => ({
  set,
  entry: {
    ...entry,
    id: 'urn:uuid:703cf27c-c610-11f1-849f-02420a1e0f31',
    logicalId: 'urn:uuid:703cf27c-c610-11f1-849f-02420a1e0f31',
    version: '1',
    availabilityStatus: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
    ...over,
  },
  previousVersion: '1',
});

export const newStatus = (over: Partial<StatusInput> = {}): StatusInput => ({
  set,
  target: 'urn:uuid:bf918179-c890-11f1-86c4-02420a1e0f31',
  originalStatus: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
  newStatus: 'urn:asip:ci-sis:2010:StatusType:Deleted',
  ...over,
});
