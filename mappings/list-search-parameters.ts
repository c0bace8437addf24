/**
 * The search parameters of List: name, type, FHIRPath, the definition that they come from, and where in a resource their
 * values stand. PDSm (spec fhir A.2) and MHD ITI-66 (B.2).
 */
import type { HumanName, Identifier, List, Organization, Reference, Resource } from '@medplum/fhirtypes';
import { extAuthorOrg, extDesignationType, extIsArchived, extSourceId } from './canonicals.ts';
import type { SearchType } from './criteria.ts';
import { designationTypes } from './list-rows.ts';
import type { SearchParameterRow } from './search-parameters.ts';
import { code, concepts, date, identifiers, present, references, strings, type SearchValue } from './search-values.ts';

/** A parameter of List. */
export interface ListParameterRow extends SearchParameterRow<List> {
  /** Says something of submission sets only: a search of folders passes it over (MHD ITI-66 §3.66.4.1.2.1). */
  setOnly?: true;
}

const r4 = (id: string): string => `http://hl7.org/fhir/SearchParameter/${id}`;
const pdsm = (id: string): string => `https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/${id}`;
const mhd = (id: string): string => `https://profiles.ihe.net/ITI/MHD/SearchParameter/${id}`;

const contained = (list: List, reference: Reference | undefined): Resource | undefined =>
  reference?.reference === undefined
    ? undefined
    : list.contained?.find((c) => reference.reference === `#${c.id ?? ''}`);

/** Who submitted: of a role, its practitioner. */
interface Person {
  type: 'Patient' | 'PractitionerRole' | 'Device' | 'Practitioner' | 'unknown';
  identifier: Identifier[];
  name: HumanName[];
}

function submitter(list: List): Person | undefined {
  const reference = list.source as Reference | undefined;
  if (reference === undefined) return undefined;
  const resource = contained(list, reference);
  const person = resource?.resourceType === 'PractitionerRole' ? contained(list, resource.practitioner) : resource;
  const { identifier = [], name = [] } = (person ?? {}) as { identifier?: Identifier[]; name?: HumanName[] };
  switch (resource?.resourceType) {
    case 'Patient':
    case 'PractitionerRole':
    case 'Practitioner':
      return { type: resource.resourceType, identifier, name };
    case 'Device':
      return { type: 'Device', identifier, name: [] };
    default:
      return { type: 'unknown', identifier: present([reference.identifier]), name: [] };
  }
}

/** Of a role its own identifiers count too: an organisation that submits has no person. */
const sourceIdentifiers = (list: List): Identifier[] => submitter(list)?.identifier ?? [];

/** Names of the submitter, when the submitter is of one of the types (or of any). */
const named =
  (part: 'given' | 'family' | 'any', ...types: Person['type'][]) =>
  (list: List): SearchValue[] => {
    const person = submitter(list);
    if (person === undefined || (types.length > 0 && !types.includes(person.type))) return [];
    return person.name.flatMap(({ given = [], family, text, prefix = [], suffix = [] }) => {
      if (part === 'given') return strings(given);
      return strings(part === 'family' ? [family] : [text, family, ...given, ...prefix, ...suffix]);
    });
  };

/** The organisation that submits, or for which somebody does. */
const organizations = (list: List): (Organization | Reference)[] =>
  ((list.source as Reference | undefined)?.extension ?? []).flatMap((e) => {
    if (e.url !== extAuthorOrg || !e.valueReference) return [];
    const resource = contained(list, e.valueReference);
    return [resource?.resourceType === 'Organization' ? resource : e.valueReference];
  });
const organizationIdentifiers = (list: List): Identifier[] =>
  organizations(list).flatMap((o) => ('resourceType' in o ? (o.identifier ?? []) : present([o.identifier])));

const listStatus = 'http://hl7.org/fhir/list-status';

/** MHD and XDS say `superseded` of what List can only call `retired`: both words are understood. */
const statusOf = ({ status }: List): SearchValue[] => [
  ...code(status, listStatus),
  ...(status === 'retired' ? code('superseded', listStatus) : []),
];

function isArchived(list: List): SearchValue[] {
  const value = list.extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
  return code(value === undefined ? undefined : String(value), 'http://terminology.hl7.org/CodeSystem/special-values');
}

type Short = [string, SearchType, string, string, (list: List) => SearchValue[], Partial<ListParameterRow>?];

const source = 'List.source.resolve()';
const practitioner = `List.source.resolve().ofType(PractitionerRole).practitioner.resolve()`;
const asPatient = pdsm('PDSm-List-PatientAsSource');
const asRole = pdsm('PDSm-List-PractitionerRoleAsSource');

const table: readonly Short[] = [
  ['_id', 'token', 'List.id', r4('Resource-id'), (l) => code(l.id).map((id) => ({ ...id, case: 'always' as const }))],
  [
    '_lastUpdated',
    'date',
    'List.meta.lastUpdated',
    r4('Resource-lastUpdated'),
    (l) => date(l.meta?.lastUpdated),
    { aliases: ['_lastupdated'] },
  ],
  [
    'patient',
    'reference',
    'List.subject.where(resolve() is Patient)',
    r4('clinical-patient'),
    (l) => references([l.subject]),
    { slot: 'PatientId' },
  ],
  [
    'patient.identifier',
    'token',
    'List.subject.identifier',
    r4('clinical-patient'),
    (l) => identifiers([l.subject?.identifier]),
    { slot: 'PatientId', target: 'Patient' },
  ],
  ['code', 'token', 'List.code', r4('clinical-code'), (l) => concepts([l.code])],
  ['status', 'token', 'List.status', r4('List-status'), statusOf, { slot: 'Status' }],
  [
    'isArchived',
    'token',
    `List.extension.where(url='${extIsArchived}').value`,
    pdsm('PDSm-isArchived'),
    isArchived,
    { slot: 'Status', aliases: ['PDSm_isArchived', 'PDSm-isArchived'] },
  ],
  ['identifier', 'token', 'List.identifier', r4('clinical-identifier'), (l) => identifiers(l.identifier ?? [])],
  ['date', 'date', 'List.date', r4('clinical-date'), (l) => date(l.date), { slot: 'SubmissionTime, LastUpdateTime' }],
  ['title', 'string', 'List.title', r4('List-title'), (l) => strings([l.title])],
  [
    'designationType',
    'token',
    `List.extension.where(url='${extDesignationType}').value`,
    mhd('List-DesignationType'),
    (l) => concepts(designationTypes(l)),
    { slot: 'ContentType, CodeList', aliases: ['DesignationType'] },
  ],
  [
    'sourceId',
    'token',
    `List.extension.where(url='${extSourceId}').value`,
    mhd('List-SourceId'),
    (l) => identifiers((l.extension ?? []).flatMap((e) => (e.url === extSourceId ? [e.valueIdentifier] : []))),
    { slot: 'SourceId', setOnly: true, aliases: ['SourceId'] },
  ],
  [
    'source',
    'reference',
    'List.source',
    r4('List-source'),
    (l) => (l.source ? [{ type: 'reference', ...referenceOf(l.source), identifiers: sourceIdentifiers(l) }] : []),
    { setOnly: true, aliases: ['PDSm_List_PatientAsSource', 'PDSm_List_PractitionerRoleAsSource'] },
  ],
  [
    'source.identifier',
    'token',
    `${source}.identifier`,
    r4('List-source'),
    (l) => identifiers(sourceIdentifiers(l)),
    { slot: 'AuthorPerson', setOnly: true },
  ],
  ['source.given', 'string', `${source}.name.given`, r4('List-source'), named('given'), { setOnly: true }],
  [
    'source.family',
    'string',
    `${source}.name.family`,
    r4('List-source'),
    named('family'),
    { slot: 'AuthorPerson', setOnly: true },
  ],
  [
    'source:Patient.given',
    'string',
    `${source}.ofType(Patient).name.given`,
    asPatient,
    named('given', 'Patient'),
    { setOnly: true },
  ],
  [
    'source:Patient.family',
    'string',
    `${source}.ofType(Patient).name.family`,
    asPatient,
    named('family', 'Patient'),
    { slot: 'AuthorPerson', setOnly: true },
  ],
  [
    'source:PractitionerRole.name',
    'string',
    `${practitioner}.name`,
    asRole,
    named('any', 'PractitionerRole'),
    { setOnly: true },
  ],
  [
    'source:PractitionerRole.practitioner.given',
    'string',
    `${practitioner}.name.given`,
    asRole,
    named('given', 'PractitionerRole'),
    {
      setOnly: true,
      // The chains that PDSm's SearchParameter and pages print lead through elements that PractitionerRole does not have.
      aliases: chains('given'),
    },
  ],
  [
    'source:PractitionerRole.practitioner.family',
    'string',
    `${practitioner}.name.family`,
    asRole,
    named('family', 'PractitionerRole'),
    { slot: 'AuthorPerson', setOnly: true, aliases: chains('family') },
  ],
  [
    'authorOrg',
    'reference',
    `List.source.extension.where(url='${extAuthorOrg}').value`,
    pdsm('PDSm-List-authorOrg'),
    (l) =>
      organizations(l).map((o) => ({
        type: 'reference',
        ...('resourceType' in o ? {} : referenceOf(o)),
        identifiers: organizationIdentifiers(l),
      })),
    { setOnly: true, aliases: ['PDSm_authorOrg'] },
  ],
  [
    'authorOrg.identifier',
    'token',
    `List.source.extension.where(url='${extAuthorOrg}').value.resolve().identifier`,
    pdsm('PDSm-List-authorOrg'),
    (l) => identifiers(organizationIdentifiers(l)),
    { setOnly: true },
  ],
  [
    'authorOrg.name',
    'string',
    `List.source.extension.where(url='${extAuthorOrg}').value.resolve().name`,
    pdsm('PDSm-List-authorOrg'),
    (l) => organizations(l).flatMap((o) => ('resourceType' in o ? strings([o.name]) : strings([o.display]))),
    { setOnly: true },
  ],
];

function referenceOf({ reference }: Reference): { reference?: string } {
  return reference === undefined ? {} : { reference };
}

function chains(part: 'given' | 'family'): string[] {
  const role = 'source:PractitionerRole';
  return [
    ...['practitioner.', 'practitioner:Practitioner.'].map((p) => `${role}.partOf.${p}${part}`),
    ...[`${part}Ex`, `${part}-ex`].map((p) => `${role}.partOf.${p}`),
    `${role}.practitioner:Practitioner.${part}`,
  ];
}

/** Every search parameter of List that is served. */
export const listSearchParameters: readonly ListParameterRow[] = table.map(
  ([name, type, expression, definition, values, more]) => ({ name, type, expression, definition, values, ...more }),
);

const byName = new Map(listSearchParameters.map((row) => [row.name, row]));

/** The row of a parameter. @throws RangeError when it is not served: the grammar refuses it before */
export function listSearchParameter(name: string): ListParameterRow {
  const row = byName.get(name);
  if (!row) throw new RangeError(`search parameter ${name} of List is not served`);
  return row;
}
