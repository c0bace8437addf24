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
  values(resource: R): SearchValue[];
}

const r4 = (id: string): string => `http://hl7.org/fhir/SearchParameter/${id}`;
const pdsm = (id: string): string => `https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/${id}`;

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
