/**
 * The search parameters of DocumentReference: name, type, FHIRPath, the definition that they come from, and where in a
 * resource their values stand. PDSm (spec fhir A.2) and MHD ITI-67 (B.3), plus a few of R4.
 */
import type {
  CodeableConcept,
  Coding,
  DocumentReference,
  HumanName,
  Identifier,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { extIsArchived } from './canonicals.ts';
import { intervalOf } from './codecs/dtm.ts';
import type { SearchType } from './criteria.ts';

/** One value of a parameter in a resource, ready to be compared. */
export type SearchValue =
  | {
      type: 'token';
      system?: string;
      code?: string;
      text?: string;
      /** Where upper and lower case differ: always, or when the search names the system. */
      case?: 'always' | 'system';
    }
  /** [start, end) in epoch milliseconds; an open end is infinite. */
  | { type: 'date'; start: number; end: number; period?: true }
  | { type: 'string'; text: string }
  | { type: 'reference'; reference?: string; identifiers: Identifier[] };

/** One search parameter. */
export interface SearchParameterRow {
  /** code, chain included: `patient.identifier` */
  name: string;
  type: SearchType;
  /** FHIRPath from DocumentReference */
  expression: string;
  /** Canonical of the SearchParameter; for a chain, of its first link. */
  definition: string;
  /** What of FindDocuments answers or narrows it (without `$XDSDocumentEntry`). */
  slot?: string;
  values(resource: DocumentReference): SearchValue[];
}

const r4 = (id: string): string => `http://hl7.org/fhir/SearchParameter/${id}`;
const pdsm = (id: string): string => `https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/${id}`;

const present = <T>(values: (T | undefined)[]): T[] => values.filter((v) => v !== undefined);

const coding = ({ system, code, display }: Coding): SearchValue => ({
  type: 'token',
  case: 'system',
  ...(system === undefined ? {} : { system }),
  ...(code === undefined ? {} : { code }),
  ...(display === undefined ? {} : { text: display }),
});
const concepts = (all: readonly (CodeableConcept | undefined)[] | undefined): SearchValue[] =>
  present([...(all ?? [])]).flatMap((c) => [
    ...(c.coding ?? []).map(coding),
    ...(c.text === undefined ? [] : [{ type: 'token' as const, text: c.text }]),
  ]);
const identifiers = (all: readonly (Identifier | undefined)[] | undefined): SearchValue[] =>
  present([...(all ?? [])]).map(({ system, value }) => ({
    type: 'token',
    ...(system === undefined ? {} : { system }),
    ...(value === undefined ? {} : { code: value }),
  }));
const code = (value: string | undefined, system?: string): SearchValue[] =>
  value === undefined ? [] : [{ type: 'token', code: value, ...(system === undefined ? {} : { system }) }];
const strings = (values: readonly (string | undefined)[]): SearchValue[] =>
  present([...values]).map((text) => ({ type: 'string', text }));
function date(value: string | undefined): SearchValue[] {
  const interval = value === undefined ? undefined : intervalOf(value);
  return interval === undefined ? [] : [{ type: 'date', ...interval }];
}

/** R4: a period without start or end is open on that side. */
function period({ start, end }: { start?: string; end?: string } = {}): SearchValue[] {
  const [from, to] = [start, end].map((d) => (d === undefined ? undefined : intervalOf(d)));
  if (from === undefined && to === undefined) return [];
  return [{ type: 'date', start: from?.start ?? -Infinity, end: to?.end ?? Infinity, period: true }];
}

const contained = (d: DocumentReference, reference: Reference | undefined): Resource | undefined =>
  d.contained?.find((c) => reference?.reference === `#${c.id ?? ''}`);

/** Persons and devices who are authors: of a role, its practitioner. */
function authors(d: DocumentReference): { identifier?: Identifier[]; name?: HumanName[] }[] {
  return (d.author ?? []).flatMap((reference): { identifier?: Identifier[]; name?: HumanName[] }[] => {
    let resource = contained(d, reference);
    if (resource?.resourceType === 'PractitionerRole') resource = contained(d, resource.practitioner);
    if (resource?.resourceType === 'Practitioner' || resource?.resourceType === 'Patient') return [resource];
    if (resource?.resourceType === 'Device') return [{ identifier: resource.identifier ?? [] }];
    return reference.identifier ? [{ identifier: [reference.identifier] }] : [];
  });
}

const references = (all: readonly (Reference | undefined)[]): SearchValue[] =>
  present([...all]).map((r) => ({
    type: 'reference',
    ...(r.reference === undefined ? {} : { reference: r.reference }),
    identifiers: present([r.identifier]),
  }));

const attachments = (d: DocumentReference) => d.content.map((c) => c.attachment);

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
    r4('DocumentReference-author'),
    (d) => authors(d).map((a) => ({ type: 'reference', identifiers: a.identifier ?? [] })),
  ],
  [
    'author.identifier',
    'token',
    'DocumentReference.author.resolve().identifier',
    r4('DocumentReference-author'),
    (d) => authors(d).flatMap((a) => identifiers(a.identifier)),
    'AuthorPerson',
  ],
  [
    'author.given',
    'string',
    'DocumentReference.author.resolve().name.given',
    r4('DocumentReference-author'),
    (d) => authors(d).flatMap((a) => strings((a.name ?? []).flatMap((n) => n.given ?? []))),
  ],
  [
    'author.family',
    'string',
    'DocumentReference.author.resolve().name.family',
    r4('DocumentReference-author'),
    (d) => authors(d).flatMap((a) => strings((a.name ?? []).map((n) => n.family))),
  ],
  [
    'related',
    'reference',
    'DocumentReference.context.related',
    r4('DocumentReference-related'),
    (d) => references(d.context?.related ?? []),
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

/** Every search parameter of DocumentReference that is served. */
export const documentSearchParameters: readonly SearchParameterRow[] = table.map(
  ([name, type, expression, definition, values, slot]) => ({
    name,
    type,
    expression,
    definition,
    values,
    ...(slot === undefined ? {} : { slot }),
  }),
);

const byName = new Map(documentSearchParameters.map((row) => [row.name, row]));

/** The row of a parameter. @throws RangeError when it is not served: the grammar refuses it before */
export function searchParameter(name: string): SearchParameterRow {
  const row = byName.get(name);
  if (!row) throw new RangeError(`search parameter ${name} is not served`);
  return row;
}
