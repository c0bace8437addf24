/**
 * Searchsets: the Bundle, its links, its outcome entry, and its parts by `_summary` and `_elements`.
 * FHIR R4 bundle.html, search.html §3.1.1.5; PDSm asks for `total` and a `fullUrl` on every entry.
 */
import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import type { Issue } from '../../mappings/outcome.ts';
import { formatPairs, type Pair } from '../search/pairs.ts';
import type { Summary } from '../search/parse.ts';
import { toOutcome, type Language } from './outcome.ts';

/** Which elements of the matches are sent. */
export interface Selection {
  summary?: Summary;
  elements?: string[];
}

export interface Page {
  base: string;
  type: string;
  /** All that match, on all pages; undefined: more than is counted. */
  total: number | undefined;
  resources: readonly Resource[];
  /** What `_include` adds to the matches of this page. */
  included?: readonly Resource[];
  selection: Selection;
  /** relation → query */
  links: readonly (readonly [relation: string, query: readonly Pair[]])[];
  warnings: readonly Issue[];
  language: Language;
  requestId: string;
  now: Date;
}

/** Whether only the number is asked for. */
export const isCount = (selection: Selection, count: number | undefined): boolean =>
  selection.summary === 'count' || count === 0;

export function searchset(page: Page): Bundle {
  const fullUrl = (r: Resource): string => `${page.base}/${r.resourceType}/${r.id}`;
  const entries: BundleEntry[] = page.resources.map((r) => ({
    fullUrl: fullUrl(r),
    resource: select(r, page.selection),
    search: { mode: 'match' },
  }));
  for (const r of page.included ?? []) entries.push({ fullUrl: fullUrl(r), resource: r, search: { mode: 'include' } });
  if (page.warnings.length > 0) {
    entries.push({
      fullUrl: `urn:uuid:${randomUUID()}`,
      resource: toOutcome(page.warnings, page.language, page.requestId),
      search: { mode: 'outcome' },
    });
  }
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: { lastUpdated: page.now.toISOString() },
    type: 'searchset',
    ...(page.total === undefined ? {} : { total: page.total }),
    link: page.links.map(([relation, query]) => ({
      relation,
      url: `${page.base}/${page.type}${query.length > 0 ? `?${formatPairs(query)}` : ''}`,
    })),
    ...(entries.length > 0 ? { entry: entries } : {}),
  };
}

/** Elements that FHIR marks as summary (isSummary in R4's StructureDefinitions) of the types that a search returns. */
const summaryElements: Record<string, readonly string[]> = {
  DocumentReference: [
    'masterIdentifier',
    'identifier',
    'status',
    'docStatus',
    'type',
    'category',
    'subject',
    'date',
    'author',
    'relatesTo',
    'description',
    'securityLabel',
    'content',
  ],
  List: ['status', 'mode', 'title', 'code', 'subject', 'date', 'source'],
  Consent: [
    'identifier',
    'status',
    'scope',
    'category',
    'patient',
    'dateTime',
    'organization',
    'sourceAttachment',
    'sourceReference',
    'policyRule',
    'provision',
  ],
  Task: [
    'groupIdentifier',
    'status',
    'statusReason',
    'businessStatus',
    'intent',
    'focus',
    'for',
    'executionPeriod',
    'code',
    'lastModified',
    'requester',
  ],
  AuditEvent: ['type', 'subtype', 'action', 'recorded', 'outcome', 'outcomeDesc', 'purposeOfEvent'],
  Patient: [
    'identifier',
    'active',
    'name',
    'telecom',
    'gender',
    'birthDate',
    'deceasedBoolean',
    'deceasedDateTime',
    'address',
    'managingOrganization',
    'link',
  ],
};

/** Elements without which a resource is not valid, kept whatever is selected. */
const mandatory: Record<string, readonly string[]> = {
  DocumentReference: ['status', 'content'],
  List: ['status', 'mode'],
  AuditEvent: ['type', 'recorded', 'agent', 'source'],
  Patient: [],
  // What the profile asks for besides R4.
  Task: ['status', 'intent', 'businessStatus', 'code', 'for', 'authoredOn', 'lastModified', 'requester', 'extension'],
  // ppc-1: a policy or a rule.
  Consent: ['status', 'scope', 'category', 'policy'],
};

/** A copy with the selected elements, tagged SUBSETTED; the resource itself when nothing is selected. */
export function select<R extends Resource>(resource: R, { summary, elements }: Selection): R {
  const type = resource.resourceType;
  let wanted: ((name: string) => boolean) | undefined;
  if (elements) wanted = (n) => elements.some((e) => e.split('.')[0] === n);
  else if (summary === 'true') wanted = (n) => (summaryElements[type] ?? []).includes(n);
  else if (summary === 'text') wanted = (n) => n === 'text';
  else if (summary === 'data') wanted = (n) => n !== 'text';
  if (!wanted) return resource;
  const always = ['resourceType', 'id', 'implicitRules', 'modifierExtension', ...(mandatory[type] ?? [])];
  const kept = Object.entries(resource).filter(([n]) => always.includes(n) || wanted(n.replace(/^_/, '')));
  const copy = Object.fromEntries(kept) as R & { contained?: Resource[] };
  // What is referred to inside stays, or the references would point at nothing.
  const contained = (resource as { contained?: Resource[] }).contained?.filter((c) =>
    JSON.stringify(copy).includes(`"#${c.id}"`),
  );
  if (contained && contained.length > 0) copy.contained = contained;
  else delete copy.contained;
  const tag = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
  const meta = resource.meta ?? {};
  const others = (meta.tag ?? []).filter((t) => t.system !== tag.system || t.code !== tag.code);
  return { ...copy, meta: { ...meta, tag: [...others, tag] } };
}
