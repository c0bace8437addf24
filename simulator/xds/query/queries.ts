/** The stored queries that the DMP answers (shared facts on the DMP §4), each with its parameters and its search. */
import { findPatient } from '../../world.ts';
import { type Exchange, senderFault } from '../../exchange.ts';
import { detailOf } from '../../vihf/rules.ts';
import { readCx, readIns } from '../composites.ts';
import { type Association, identifier, type RegistryObject } from '../metadata.ts';
import type { StoredDocument, StoredPackage } from '../registry.ts';
import { entryScheme, folderScheme, setScheme, signatureEntry, status } from '../vocabulary.ts';
import { isVisible, isVisibleAssociation } from '../visibility.ts';
import { hasAuthor, hasCode, hasValue, isAmong, isWithin } from './filters.ts';
import { type ParameterRow, type Parameters, QueryRefused, valueOf, valuesOf } from './parameters.ts';

export interface Found {
  objects: RegistryObject[];
  associations: Association[];
}

export interface StoredQuery {
  id: string;
  name: string;
  parameters: ParameterRow[];
  search: (parameters: Parameters, exchange: Exchange) => Found;
}

const statuses = Object.values(status);
const list = (name: string, form: ParameterRow['form'], extra: Partial<ParameterRow> = {}): ParameterRow => ({
  name,
  form,
  list: true,
  ...extra,
});
const dates = (prefix: string): ParameterRow[] =>
  ['From', 'To'].map((end) => ({ name: `${prefix}${end}`, form: 'dtm' as const }));

const entry = (name: string): string => `$XDSDocumentEntry${name}`;

/** Parameters that FindDocuments and FindDocumentsByReferenceId share. */
const findDocumentsParameters: ParameterRow[] = [
  { name: entry('PatientId'), form: 'string', required: true },
  list(entry('Status'), 'string', { required: true, among: statuses }),
  list(entry('ClassCode'), 'code'),
  list(entry('TypeCode'), 'code'),
  list(entry('PracticeSettingCode'), 'code'),
  list(entry('HealthcareFacilityTypeCode'), 'code'),
  list(entry('EventCodeList'), 'code', { and: true }),
  list(entry('ConfidentialityCode'), 'code', { and: true }),
  list(entry('FormatCode'), 'code'),
  list(entry('AuthorPerson'), 'string'),
  list(entry('Type'), 'string'),
  ...dates(entry('CreationTime')),
  ...dates(entry('ServiceStartTime')),
  ...dates(entry('ServiceStopTime')),
];

const signatureClass = `${signatureEntry.classCode.code}^^${signatureEntry.classCode.system}`;

function findDocuments(parameters: Parameters, exchange: Exchange): Found {
  requireOpenDmp(valueOf(parameters, entry('PatientId')), exchange);
  const wanted = (document: StoredDocument): boolean => {
    const { entry: e } = document;
    return (
      isVisible(document, exchange) &&
      // a list of documents does not show the signatures of their sets, unless they are what is asked for
      (!document.signature || (valuesOf(parameters, entry('ClassCode'))?.includes(signatureClass) ?? false)) &&
      isAmong(e.status, parameters, entry('Status')) &&
      isAmong(e.objectType, parameters, entry('Type')) &&
      hasCode(e, entryScheme.classCode, parameters, entry('ClassCode')) &&
      hasCode(e, entryScheme.typeCode, parameters, entry('TypeCode')) &&
      hasCode(e, entryScheme.practiceSettingCode, parameters, entry('PracticeSettingCode')) &&
      hasCode(e, entryScheme.healthcareFacilityTypeCode, parameters, entry('HealthcareFacilityTypeCode')) &&
      hasCode(e, entryScheme.eventCodeList, parameters, entry('EventCodeList')) &&
      hasCode(e, entryScheme.confidentialityCode, parameters, entry('ConfidentialityCode')) &&
      hasCode(e, entryScheme.formatCode, parameters, entry('FormatCode')) &&
      hasValue(e, 'urn:ihe:iti:xds:2013:referenceIdList', parameters, entry('ReferenceIdList')) &&
      hasAuthor(e, entryScheme.author, parameters, entry('AuthorPerson')) &&
      isWithin(e, 'creationTime', parameters, entry('CreationTime')) &&
      isWithin(e, 'serviceStartTime', parameters, entry('ServiceStartTime')) &&
      isWithin(e, 'serviceStopTime', parameters, entry('ServiceStopTime'))
    );
  };
  const objects = exchange.world.registry.documents().filter(wanted);
  return { objects: objects.map((d) => d.entry), associations: [] };
}

/** @throws QueryRefused when the patient has no DMP or is not the VIHF's; SoapFault when the DMP is closed */
function requireOpenDmp(patientId: string | undefined, { vihf, world }: Exchange): void {
  const cx = readIns(patientId);
  if (cx === undefined)
    throw new QueryRefused('XDSUnknownPatientId', `Aucun DMP pour ${readCx(patientId)?.id ?? patientId ?? ''}`);
  if (vihf.patient?.value !== cx.id || vihf.patient.oid !== cx.authority)
    throw new QueryRefused('XDSPatientIdDoesNotMatch', 'Le patient de la recherche diffère de celui du VIHF');
  const patient = findPatient(world, { value: cx.id, oid: cx.authority });
  if (patient === undefined || patient.dmp === 'none')
    throw new QueryRefused('XDSUnknownPatientId', `Aucun DMP pour ${cx.id}`);
  if (patient.dmp === 'terminated')
    throw senderFault('DMPClosed', 'Le DMP de ce patient est fermé', detailOf('PATIENT_CLOSED'));
}

const byIdParameters: ParameterRow[] = [list(entry('EntryUUID'), 'string'), list(entry('UniqueId'), 'string')];

/** Documents named by entryUUID or by uniqueId; what was deleted is not found. */
function documentsById(parameters: Parameters, exchange: Exchange): RegistryObject[] {
  const uuids = valuesOf(parameters, entry('EntryUUID'));
  const uniqueIds = valuesOf(parameters, entry('UniqueId'));
  if (uuids === undefined && uniqueIds === undefined)
    throw new QueryRefused('XDSStoredQueryMissingParam', `${entry('EntryUUID')} ou ${entry('UniqueId')}`);
  if (uuids !== undefined && uniqueIds !== undefined)
    throw new QueryRefused('XDSStoredQueryParamNumber', `${entry('EntryUUID')} et ${entry('UniqueId')} s’excluent`);
  const { registry } = exchange.world;
  const found = [
    ...(uuids ?? []).map((id) => registry.byEntryUuid(id)),
    ...(uniqueIds ?? []).map((id) => registry.byUniqueId(id)),
  ];
  return [...new Set(found)]
    .filter((d) => d !== undefined)
    .filter((d) => d.entry.status !== status.deleted && isVisible(d, exchange))
    .map((d) => d.entry);
}

/** Associations with one of the ids at either end, grouped by id in the order asked, each once. */
function associationsOf(ids: string[], exchange: Exchange): Association[] {
  const all = exchange.world.registry.associations();
  const found = ids.flatMap((id) => all.filter((a) => a.sourceObject === id || a.targetObject === id));
  return [...new Set(found)].filter((a) => isVisibleAssociation(a, exchange));
}

const ofPatient = ({ patient }: StoredPackage, { vihf }: Exchange): boolean =>
  patient.value === vihf.patient?.value && patient.oid === vihf.patient.oid;

function findSubmissionSets(parameters: Parameters, exchange: Exchange): Found {
  requireOpenDmp(valueOf(parameters, '$XDSSubmissionSetPatientId'), exchange);
  const objects = exchange.world.registry
    .sets()
    .filter(
      (s) =>
        ofPatient(s, exchange) &&
        isAmong(s.object.status, parameters, '$XDSSubmissionSetStatus') &&
        isAmong(identifier(s.object, setScheme.sourceId), parameters, '$XDSSubmissionSetSourceId') &&
        hasCode(s.object, setScheme.contentTypeCode, parameters, '$XDSSubmissionSetContentType') &&
        hasAuthor(s.object, setScheme.author, parameters, '$XDSSubmissionSetAuthorPerson') &&
        isWithin(s.object, 'submissionTime', parameters, '$XDSSubmissionSetSubmissionTime'),
    );
  return { objects: objects.map((s) => s.object), associations: [] };
}

function findFolders(parameters: Parameters, exchange: Exchange): Found {
  requireOpenDmp(valueOf(parameters, '$XDSFolderPatientId'), exchange);
  const objects = exchange.world.registry
    .folders()
    .filter(
      (f) =>
        ofPatient(f, exchange) &&
        isAmong(f.object.status, parameters, '$XDSFolderStatus') &&
        hasCode(f.object, folderScheme.codeList, parameters, '$XDSFolderCodeList') &&
        isWithin(f.object, 'lastUpdateTime', parameters, '$XDSFolderLastUpdateTime'),
    );
  return { objects: objects.map((f) => f.object), associations: [] };
}

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
    parameters: byIdParameters,
    search: (parameters, exchange) => ({ objects: documentsById(parameters, exchange), associations: [] }),
  },
  {
    id: 'urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9',
    name: 'FindSubmissionSets',
    parameters: [
      { name: '$XDSSubmissionSetPatientId', form: 'string', required: true },
      list('$XDSSubmissionSetStatus', 'string', { required: true, among: statuses }),
      list('$XDSSubmissionSetSourceId', 'string'),
      list('$XDSSubmissionSetContentType', 'code'),
      { name: '$XDSSubmissionSetAuthorPerson', form: 'string' },
      ...dates('$XDSSubmissionSetSubmissionTime'),
    ],
    search: findSubmissionSets,
  },
  {
    id: 'urn:uuid:958f3006-baad-4929-a4de-ff1114824431',
    name: 'FindFolders',
    parameters: [
      { name: '$XDSFolderPatientId', form: 'string', required: true },
      list('$XDSFolderStatus', 'string', { required: true, among: statuses }),
      list('$XDSFolderCodeList', 'code', { and: true }),
      ...dates('$XDSFolderLastUpdateTime'),
    ],
    search: findFolders,
  },
  {
    id: 'urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155',
    name: 'GetAssociations',
    parameters: [list('$uuid', 'string', { required: true })],
    search: (parameters, exchange) => ({
      objects: [],
      associations: associationsOf(valuesOf(parameters, '$uuid') ?? [], exchange),
    }),
  },
  {
    id: 'urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a',
    name: 'GetDocumentsAndAssociations',
    parameters: byIdParameters,
    search: (parameters, exchange) => {
      const objects = documentsById(parameters, exchange);
      const ids = objects.map((o) => o.id);
      return { objects, associations: associationsOf(ids, exchange) };
    },
  },
  {
    id: 'urn:uuid:51224314-5390-4169-9b91-b1980040715a',
    name: 'GetSubmissionSets',
    parameters: [list('$uuid', 'string', { required: true })],
    search: (parameters, exchange) => {
      const associations = associationsOf(valuesOf(parameters, '$uuid') ?? [], exchange);
      const sources = new Set(associations.map((a) => a.sourceObject));
      const sets = exchange.world.registry.sets().filter((s) => ofPatient(s, exchange) && sources.has(s.object.id));
      const ids = sets.map((s) => s.object.id);
      return {
        objects: sets.map((s) => s.object),
        associations: associations.filter((a) => ids.includes(a.sourceObject)),
      };
    },
  },
];
