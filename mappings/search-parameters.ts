/**
 * The search parameters of DocumentReference: name, type, FHIRPath, the definition that they come from, and where in a
 * resource their values stand. PDSm (spec fhir A.2) and MHD ITI-67 (B.3), plus a few of R4.
 */
import type { DocumentReference, HumanName, Identifier, Reference, Resource } from '@medplum/fhirtypes';
import { extIsArchived } from './canonicals.ts';
import type { SearchType } from './criteria.ts';
import {
  code,
  coding,
  concepts,
  date,
  identifiers,
  period,
  present,
  references,
  strings,
  type SearchValue,
} from './search-values.ts';

export type { SearchValue } from './search-values.ts';

/** One search parameter of a resource type. */
export interface SearchParameterRow<R = DocumentReference> {
  /** code, chain included: `patient.identifier` */
  name: string;
  type: SearchType;
  /** FHIRPath from the resource */
  expression: string;
  /** Canonical of the SearchParameter; for a chain, of its first link. */
  definition: string;
  /** What of the stored query answers or narrows it (without `$XDSDocumentEntry`, `$XDSSubmissionSet`…). */
  slot?: string;
  /** Of a chain that goes through one type only: that type. */
  target?: string;
  /** Names that PDSm's and MHD's CapabilityStatements print instead of the code (spec fhir A.2). */
  aliases?: readonly string[];
  values(resource: R): SearchValue[];
}

const r4 = (id: string): string => `http://hl7.org/fhir/SearchParameter/${id}`;
const pdsm = (id: string): string => `https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/${id}`;

const contained = (d: DocumentReference, reference: Reference | undefined): Resource | undefined =>
  d.contained?.find((c) => reference?.reference === `#${c.id ?? ''}`);

interface Author {
  type: 'Practitioner' | 'Patient' | 'Device' | 'unknown';
  identifier: Identifier[];
  name: HumanName[];
  deviceName: string[];
}

/** Persons and devices who are authors: of a role, its practitioner. */
function authors(d: DocumentReference, ...types: Author['type'][]): Author[] {
  const all = (d.author ?? []).flatMap((reference): Author[] => {
    let resource = contained(d, reference);
    if (resource?.resourceType === 'PractitionerRole') resource = contained(d, resource.practitioner);
    const common = { identifier: [] as Identifier[], name: [] as HumanName[], deviceName: [] as string[] };
    if (resource?.resourceType === 'Practitioner' || resource?.resourceType === 'Patient') {
      const { resourceType: type, identifier = [], name = [] } = resource;
      return [{ ...common, type, identifier, name }];
    }
    if (resource?.resourceType === 'Device') {
      const deviceName = present((resource.deviceName ?? []).map((n) => n.name));
      return [{ ...common, type: 'Device', identifier: resource.identifier ?? [], deviceName }];
    }
    return reference.identifier ? [{ ...common, type: 'unknown', identifier: [reference.identifier] }] : [];
  });
  return types.length === 0 ? all : all.filter((a) => types.includes(a.type));
}
const identifiersOf = (all: Author[]): SearchValue[] => all.flatMap((a) => identifiers(a.identifier));
const givens = (all: Author[]): SearchValue[] => all.flatMap((a) => strings(a.name.flatMap((n) => n.given ?? [])));
const families = (all: Author[]): SearchValue[] => all.flatMap((a) => strings(a.name.map((n) => n.family)));
/** R4 `name` of a person: any part of a name. */
const names = (all: Author[]): SearchValue[] =>
  all.flatMap((a) =>
    strings(a.name.flatMap((n) => [n.text, n.family, ...(n.given ?? []), ...(n.prefix ?? []), ...(n.suffix ?? [])])),
  );

const attachments = (d: DocumentReference) => d.content.map((c) => c.attachment);

const author = r4('DocumentReference-author');
/** An author is a role when it is a person with a structure: a chain through Practitioner goes through the role (PDSm). */
const through = (type: string, path: string): string =>
  type === 'Practitioner'
    ? `(DocumentReference.author.resolve() | DocumentReference.author.resolve().practitioner.resolve()).ofType(Practitioner).${path}`
    : `DocumentReference.author.resolve().ofType(${type}).${path}`;

type Short = [string, SearchType, string, string, (d: DocumentReference) => SearchValue[], string?];

const table: readonly Short[] = [
  [
    '_id',
    'token',
    'DocumentReference.id',
    r4('Resource-id'),
    (d) => code(d.id).map((id) => ({ ...id, case: 'always' as const })),
  ],
  [
    '_lastUpdated',
    'date',
    'DocumentReference.meta.lastUpdated',
    r4('Resource-lastUpdated'),
    (d) => date(d.meta?.lastUpdated),
  ],
  [
    'patient',
    'reference',
    'DocumentReference.subject.where(resolve() is Patient)',
    r4('clinical-patient'),
    (d) => references([d.subject]),
    'PatientId',
  ],
  [
    'patient.identifier',
    'token',
    'DocumentReference.subject.identifier',
    r4('clinical-patient'),
    (d) => identifiers([d.subject?.identifier]),
    'PatientId',
  ],
  [
    'identifier',
    'token',
    'DocumentReference.masterIdentifier | DocumentReference.identifier',
    r4('clinical-identifier'),
    (d) => identifiers([d.masterIdentifier, ...(d.identifier ?? [])]),
  ],
  [
    'status',
    'token',
    'DocumentReference.status',
    r4('DocumentReference-status'),
    (d) => code(d.status, 'http://hl7.org/fhir/document-reference-status'),
    'Status',
  ],
  [
    'isArchived',
    'token',
    `DocumentReference.extension.where(url='${extIsArchived}').value`,
    pdsm('PDSm-isArchived'),
    (d) => isArchived(d),
    'Status',
  ],
  ['type', 'token', 'DocumentReference.type', r4('clinical-type'), (d) => concepts([d.type]), 'TypeCode'],
  [
    'category',
    'token',
    'DocumentReference.category',
    r4('DocumentReference-category'),
    (d) => concepts(d.category),
    'ClassCode',
  ],
  ['date', 'date', 'DocumentReference.date', r4('DocumentReference-date'), (d) => date(d.date), 'CreationTime'],
  [
    'creation',
    'date',
    'DocumentReference.content.attachment.creation',
    'https://profiles.ihe.net/ITI/MHD/SearchParameter/DocumentReference-Creation',
    (d) => attachments(d).flatMap((a) => date(a.creation)),
    'CreationTime',
  ],
  [
    'period',
    'date',
    'DocumentReference.context.period',
    r4('DocumentReference-period'),
    (d) => period(d.context?.period),
    'ServiceStartTime, ServiceStopTime',
  ],
  [
    'period-start',
    'date',
    'DocumentReference.context.period.start',
    pdsm('PDSm-DocumentReference-period-start'),
    (d) => date(d.context?.period?.start),
    'ServiceStartTime',
  ],
  [
    'period-end',
    'date',
    'DocumentReference.context.period.end',
    pdsm('PDSm-DocumentReference-period-end'),
    (d) => date(d.context?.period?.end),
    'ServiceStopTime',
  ],
  [
    'facility',
    'token',
    'DocumentReference.context.facilityType',
    r4('DocumentReference-facility'),
    (d) => concepts([d.context?.facilityType]),
    'HealthcareFacilityTypeCode',
  ],
  [
    'setting',
    'token',
    'DocumentReference.context.practiceSetting',
    r4('DocumentReference-setting'),
    (d) => concepts([d.context?.practiceSetting]),
    'PracticeSettingCode',
  ],
  [
    'format',
    'token',
    'DocumentReference.content.format',
    r4('DocumentReference-format'),
    (d) => present(d.content.map((c) => c.format)).map(coding),
    'FormatCode',
  ],
  [
    'event',
    'token',
    'DocumentReference.context.event',
    r4('DocumentReference-event'),
    (d) => concepts(d.context?.event),
    'EventCodeList',
  ],
  [
    'security-label',
    'token',
    'DocumentReference.securityLabel',
    r4('DocumentReference-security-label'),
    (d) => concepts(d.securityLabel),
    'ConfidentialityCode',
  ],
  [
    'author',
    'reference',
    'DocumentReference.author',
    author,
    (d) => authors(d).map((a) => ({ type: 'reference', identifiers: a.identifier })),
  ],
  [
    'author.identifier',
    'token',
    'DocumentReference.author.resolve().identifier',
    author,
    (d) => identifiersOf(authors(d)),
    'AuthorPerson',
  ],
  ['author.given', 'string', 'DocumentReference.author.resolve().name.given', author, (d) => givens(authors(d))],
  ['author.family', 'string', 'DocumentReference.author.resolve().name.family', author, (d) => families(authors(d))],
  ...(['Practitioner', 'Patient'] as const).flatMap((type): Short[] => [
    [`author:${type}.identifier`, 'token', through(type, 'identifier'), author, (d) => identifiersOf(authors(d, type))],
    [`author:${type}.given`, 'string', through(type, 'name.given'), author, (d) => givens(authors(d, type))],
    [`author:${type}.family`, 'string', through(type, 'name.family'), author, (d) => families(authors(d, type))],
  ]),
  [
    'author:PractitionerRole.name',
    'string',
    through('Practitioner', 'name'),
    author,
    (d) => names(authors(d, 'Practitioner')),
  ],
  [
    'author:Device.identifier',
    'token',
    through('Device', 'identifier'),
    author,
    (d) => identifiersOf(authors(d, 'Device')),
  ],
  [
    'author:Device.device-name',
    'string',
    through('Device', 'deviceName.name'),
    author,
    (d) => authors(d, 'Device').flatMap((a) => strings(a.deviceName)),
  ],
  [
    'related',
    'reference',
    'DocumentReference.context.related',
    r4('DocumentReference-related'),
    (d) => references(d.context?.related ?? []),
    'ReferenceIdList',
  ],
  [
    'relatesto',
    'reference',
    'DocumentReference.relatesTo.target',
    r4('DocumentReference-relatesto'),
    (d) => references((d.relatesTo ?? []).map((r) => r.target)),
  ],
  [
    'contenttype',
    'token',
    'DocumentReference.content.attachment.contentType',
    r4('DocumentReference-contenttype'),
    (d) => attachments(d).flatMap((a) => code(a.contentType)),
  ],
  [
    'language',
    'token',
    'DocumentReference.content.attachment.language',
    r4('DocumentReference-language'),
    (d) => attachments(d).flatMap((a) => code(a.language)),
  ],
  [
    'description',
    'string',
    'DocumentReference.description',
    r4('DocumentReference-description'),
    (d) => strings([d.description]),
  ],
];

function isArchived(d: DocumentReference): SearchValue[] {
  const value = d.extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
  return code(value === undefined ? undefined : String(value), 'http://terminology.hl7.org/CodeSystem/special-values');
}

const aliases: Record<string, readonly string[]> = {
  patient: ['DocumentReference Patient'],
  author: ['DocumentRefence Author'],
  isArchived: ['PDSm_isArchived'],
  'period-start': ['PDSm_DocumentReference_period-start'],
  'period-end': ['PDSm_DocumentReference_period-end'],
  relatesto: ['relatesTo'],
  _lastUpdated: ['_lastupdated'],
};

/** Every search parameter of DocumentReference that is served. */
export const documentSearchParameters: readonly SearchParameterRow[] = table.map(
  ([name, type, expression, definition, values, slot]) => ({
    name,
    type,
    expression,
    definition,
    values,
    ...(slot === undefined ? {} : { slot }),
    ...(name.startsWith('patient.') ? { target: 'Patient' } : {}),
    ...(aliases[name] ? { aliases: aliases[name] } : {}),
  }),
);

const byName = new Map(documentSearchParameters.map((row) => [row.name, row]));

/** The row of a parameter. @throws RangeError when it is not served: the grammar refuses it before */
export function searchParameter(name: string): SearchParameterRow {
  const row = byName.get(name);
  if (!row) throw new RangeError(`search parameter ${name} is not served`);
  return row;
}
