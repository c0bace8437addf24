/** The stored queries that the DMP answers (shared facts on the DMP §4), each with its parameters and its search. */
import type { Exchange } from '../../exchange.ts';
import { associationType, documentEntryType, status } from '../vocabulary.ts';
import { findDocuments, findFolders, findSubmissionSets } from './find.ts';
import {
  getAssociations,
  getDocuments,
  getDocumentsAndAssociations,
  getFolderAndContents,
  getRelatedDocuments,
  getSubmissionSets,
} from './get.ts';
import { entryParameter as entry, type Found, type ParameterRow, type Parameters } from './parameters.ts';

export interface StoredQuery {
  id: string;
  name: string;
  parameters: ParameterRow[];
  search: (parameters: Parameters, exchange: Exchange) => Found;
}

/** Documents that are made when they are asked for (ITI TF-3 table 4.2.5.2); the DMP has none. */
const onDemand = 'urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248';

const one = (name: string, extra: Partial<ParameterRow> = {}): ParameterRow => ({ name, form: 'string', ...extra });
const list = (name: string, form: ParameterRow['form'], extra: Partial<ParameterRow> = {}): ParameterRow => ({
  name,
  form,
  list: true,
  ...extra,
});
const dates = (prefix: string): ParameterRow[] =>
  ['From', 'To'].map((end) => ({ name: `${prefix}${end}`, form: 'dtm' as const }));
const statuses = (name: string): ParameterRow => list(name, 'string', { required: true, among: Object.values(status) });

const type = list(entry('Type'), 'string', { among: [documentEntryType, onDemand] });
const confidentiality = list(entry('ConfidentialityCode'), 'code', { and: true });
const format = list(entry('FormatCode'), 'code');
const uuids = list('$uuid', 'string', { required: true });
/** One of the two: get.ts says which is missing or too many. */
const byId = (kind: 'DocumentEntry' | 'Folder', row: typeof one): ParameterRow[] =>
  ['EntryUUID', 'UniqueId'].map((id) => row(`$XDS${kind}${id}`));
const many = (name: string): ParameterRow => list(name, 'string');

/** Parameters that FindDocuments and FindDocumentsByReferenceId share. */
const findDocumentsParameters: ParameterRow[] = [
  one(entry('PatientId'), { required: true }),
  statuses(entry('Status')),
  list(entry('ClassCode'), 'code'),
  list(entry('TypeCode'), 'code'),
  list(entry('PracticeSettingCode'), 'code'),
  list(entry('HealthcareFacilityTypeCode'), 'code'),
  list(entry('EventCodeList'), 'code', { and: true }),
  confidentiality,
  format,
  list(entry('AuthorPerson'), 'string'),
  type,
  ...dates(entry('CreationTime')),
  ...dates(entry('ServiceStartTime')),
  ...dates(entry('ServiceStopTime')),
];

/** The table. */
export const storedQueries: StoredQuery[] = [
  {
    id: 'urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d',
    name: 'FindDocuments',
    parameters: findDocumentsParameters,
    search: findDocuments,
  },
  {
    id: 'urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492',
    name: 'FindDocumentsByReferenceId',
    parameters: [...findDocumentsParameters, list(entry('ReferenceIdList'), 'string', { and: true, required: true })],
    search: findDocuments,
  },
  {
    id: 'urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4',
    name: 'GetDocuments',
    parameters: byId('DocumentEntry', many),
    search: getDocuments,
  },
  {
    id: 'urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9',
    name: 'FindSubmissionSets',
    parameters: [
      one('$XDSSubmissionSetPatientId', { required: true }),
      statuses('$XDSSubmissionSetStatus'),
      list('$XDSSubmissionSetSourceId', 'string'),
      list('$XDSSubmissionSetContentType', 'code'),
      one('$XDSSubmissionSetAuthorPerson'),
      ...dates('$XDSSubmissionSetSubmissionTime'),
    ],
    search: findSubmissionSets,
  },
  {
    id: 'urn:uuid:958f3006-baad-4929-a4de-ff1114824431',
    name: 'FindFolders',
    parameters: [
      one('$XDSFolderPatientId', { required: true }),
      statuses('$XDSFolderStatus'),
      list('$XDSFolderCodeList', 'code', { and: true }),
      ...dates('$XDSFolderLastUpdateTime'),
    ],
    search: findFolders,
  },
  {
    id: 'urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155',
    name: 'GetAssociations',
    parameters: [uuids],
    search: getAssociations,
  },
  {
    id: 'urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a',
    name: 'GetDocumentsAndAssociations',
    parameters: byId('DocumentEntry', many),
    search: getDocumentsAndAssociations,
  },
  {
    id: 'urn:uuid:51224314-5390-4169-9b91-b1980040715a',
    name: 'GetSubmissionSets',
    parameters: [uuids],
    search: getSubmissionSets,
  },
  {
    id: 'urn:uuid:b909a503-523d-4517-8acf-8e5834dfc4c7',
    name: 'GetFolderAndContents',
    parameters: [...byId('Folder', one), format, confidentiality, type],
    search: getFolderAndContents,
  },
  {
    id: 'urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6',
    name: 'GetRelatedDocuments',
    parameters: [
      ...byId('DocumentEntry', one),
      list('$AssociationTypes', 'string', { required: true, among: Object.values(associationType) }),
      type,
    ],
    search: getRelatedDocuments,
  },
];
