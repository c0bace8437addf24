/**
 * ITI-67 / PDSm flux 05b: the documents of one patient. One TD3.1 for a search, none for its further pages.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Criterion } from '../../mappings/criteria.ts';
import { holdsIns, insToCx } from '../../mappings/ins.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { getDocuments, type StoredQuery } from '../../mappings/query.ts';
import { Memory } from '../../mappings/recurring.ts';
import { matches, toStoredQuery } from '../../mappings/search.ts';
import type { Pair } from '../search/pairs.ts';
import { parseSearch, type Search } from '../search/parse.ts';
import type { Ins, StoredDocument } from '../store/types.ts';
import { isCount, searchset, type Selection } from './bundle.ts';
import { definitionOf } from './definition.ts';
import { order, sortable } from './document-order.ts';
import type { Call, Handler, Reply } from './interaction.ts';
import { continuedPage, firstPage, isContinuation, pageSize, type Slice } from './paging.ts';
import { isPatientCriterion, patientOf } from './patient-of.ts';
import { askRegistry, deleted, hitOf, toResource, type Answer, type Hit } from './registry.ts';
import type { Services } from './services.ts';

const type = 'DocumentReference';
const { searchParameters } = definitionOf(type);

/** What the pages of a search need besides the hits. */
interface Context {
  selection: Selection;
  patientId: string;
}
type DocumentSlice = Slice<Hit, Context>;

export const searchDocuments: Handler = async (call, services) => {
  const { config, store } = services;
  if (isContinuation(call.pairs)) {
    const page: DocumentSlice = await continuedPage(call.pairs, call.caller, store, config);
    return reply(page, createMapper(page.context.patientId, config.fhirBase), [], call, services);
  }
  const search = parseSearch(call.pairs, searchParameters, { handling: call.prefer.handling, sortable });
  const known = await documentsOfIds(search, services);
  const designated = await patientOf(search.criteria, services);
  const ins = designated?.ins ?? known?.[0]?.ins;
  requireMandatory(search, ins !== undefined || known !== undefined);
  const warnings = [...(designated?.warnings ?? []), ...search.warnings];
  const selection = { summary: search.summary, elements: search.elements };

  const plan = ins && (await planOf(search, known, ins, services));
  if (!ins || !plan) {
    const nothing = { total: 0, items: [], context: { selection, patientId: '' }, links: [linkToSelf(search)] };
    return reply(nothing, createMapper('', config.fhirBase), warnings, call, services);
  }
  const answer = await askRegistry(plan.query, ins, call, services);
  warnings.push(...answer.warnings);
  const context = { selection, patientId: answer.patient.id };
  const mapper = createMapper(context.patientId, config.fhirBase);
  const hits = order(filter(answer, plan.residual, mapper, services), search.sort, mapper.resourceOf);
  const self = linkToSelf(search, context.patientId);
  const page = isCount(selection, search.count)
    ? { total: hits.length, items: [], context, links: [self] }
    : await firstPage(hits, context, pageSize(search.count, config), self[1], call.caller, store);
  return reply(page, mapper, warnings, call, services);
};

/** Makes each resource once, and only when it is looked at. What cannot be made is counted, not a reason to hide the rest. */
interface Mapper {
  resourceOf: (hit: Hit) => DocumentReference | undefined;
  unreadable: () => number;
}

function createMapper(patientId: string, base: string): Mapper {
  const made = new Map<Hit, DocumentReference | undefined>();
  const memory = new Memory();
  const make = (hit: Hit): DocumentReference | undefined => {
    try {
      return toResource(hit, patientId, base, memory);
    } catch (e) {
      if (e instanceof IssueError) return undefined;
      throw e;
    }
  };
  return {
    resourceOf(hit) {
      if (!made.has(hit)) made.set(hit, make(hit));
      return made.get(hit);
    },
    unreadable: () => [...made.values()].filter((r) => r === undefined).length,
  };
}

function reply(slice: DocumentSlice, mapper: Mapper, warnings: Issue[], call: Call, services: Services): Reply {
  const { language, requestId } = call;
  const { total, links, context } = slice;
  const resources = slice.items.map(mapper.resourceOf).filter((r) => r !== undefined);
  for (let i = mapper.unreadable(); i > 0; i--) warnings.push({ key: 'dmp-garbage', severity: 'warning' });
  return {
    status: 200,
    resource: searchset({
      base: services.config.fhirBase,
      type,
      total,
      resources,
      selection: context.selection,
      links,
      warnings,
      language,
      requestId,
      now: services.now(),
    }),
  };
}

/** PDSm and MHD: the patient and `status`, both; with `identifier` or `_id` the DMP's own reference search asks for less. */
function requireMandatory(search: Search, hasPatient: boolean): void {
  const issues: Issue[] = [];
  const required = (name: string): void =>
    void issues.push({ key: 'search-parameter-required', values: { name, rule: 'PDSm, MHD ITI-67' } });
  if (!hasPatient) required('patient.identifier | patient');
  if (!search.criteria.some((c) => ['status', 'identifier', '_id'].includes(c.name))) required('status');
  if (issues.length > 0) throw new IssueError(issues);
}

/** The documents that `_id` names, when it is given; those unknown here are left out. */
async function documentsOfIds(search: Search, { store }: Services): Promise<StoredDocument[] | undefined> {
  const criterion = search.criteria.find((c) => c.name === '_id' && c.modifier === undefined);
  if (!criterion) return undefined;
  const ids = criterion.values.flatMap((v) => (v.type === 'token' && v.code !== undefined ? [v.code] : []));
  const documents = await Promise.all([...new Set(ids)].map((id) => store.documents.byId(id)));
  return documents.filter((d) => d !== undefined);
}

interface Plan {
  query: StoredQuery;
  residual: Criterion[];
}

/** Which stored query answers, and what is left to check. Undefined: nothing can match, no need to ask. */
async function planOf(
  search: Search,
  known: StoredDocument[] | undefined,
  ins: Ins,
  services: Services,
): Promise<Plan | undefined> {
  const criteria = search.criteria.filter((c) => !isPatientCriterion(c));
  if (known) {
    const uniqueIds = known.filter((d) => d.ins.value === ins.value && d.ins.oid === ins.oid).map((d) => d.uniqueId);
    return uniqueIds.length === 0
      ? undefined
      : { query: getDocuments({ uniqueIds }), residual: criteria.filter((c) => c.name !== '_id') };
  }
  const byIdentifier = criteria.find((c) => c.name === 'identifier' && c.modifier === undefined);
  const query = byIdentifier && (await getByIdentifier(byIdentifier, services));
  if (query) return { query, residual: criteria.filter((c) => c !== byIdentifier) };
  const translated = toStoredQuery(criteria, insToCx(ins));
  return translated.empty ? undefined : translated;
}

/** GetDocuments for `identifier` values that are uniqueIds, entryUUIDs or logicalIds; undefined when one is something else. */
async function getByIdentifier(criterion: Criterion, { store }: Services): Promise<StoredQuery | undefined> {
  const uniqueIds: string[] = [];
  const entryUuids: string[] = [];
  for (const value of criterion.values) {
    const code = value.type === 'token' ? value.code : undefined;
    if (code === undefined) return undefined;
    const oid = /^(?:urn:oid:)?([0-2](?:\.\d+)+(?:\^.+)?)$/.exec(code)?.[1];
    const uuid = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i.exec(code)?.[1];
    if (oid) uniqueIds.push(oid);
    else if (uuid) {
      // An entryUUID changes with every version: one that was seen leads to the document, whatever its version is now.
      const seen = await store.documents.byIdentifier(uuid);
      if (seen) uniqueIds.push(seen.uniqueId);
      else entryUuids.push(`urn:uuid:${uuid.toLowerCase()}`);
    } else return undefined;
  }
  if (uniqueIds.length > 0 && entryUuids.length > 0) return undefined;
  return uniqueIds.length > 0 ? getDocuments({ uniqueIds }) : getDocuments({ entryUuids });
}

/** The hits that satisfy what the registry did not decide. */
function filter(answer: Answer, residual: readonly Criterion[], { resourceOf }: Mapper, { now }: Services): Hit[] {
  const instant = now().getTime();
  // GetDocuments gives deleted documents too; FindDocuments only to who asks for them. Here they are treated alike.
  const withDeleted = answer.query !== 'GetDocuments' || residual.some((c) => c.name === 'status');
  const hits = answer.found.filter((f) => withDeleted || f.entry.availabilityStatus !== deleted).map(hitOf);
  if (residual.length === 0) return hits;
  return hits.filter((hit) => {
    const resource = resourceOf(hit);
    return resource !== undefined && residual.every((c) => matches(resource, c, instant));
  });
}

/** What the search was, with the opaque patient in place of the INS; a link is a URL, and no INS gets into it. */
function linkToSelf(search: Search, patientId?: string): readonly ['self', Pair[]] {
  const criteria = search.criteria
    .filter((c) => !isPatientCriterion(c) && !holdsIns(c.raw))
    .map((c): Pair => [c.modifier ? `${c.name}:${c.modifier}` : c.name, c.raw]);
  const query: Pair[] = [
    ...(patientId ? [['patient', `Patient/${patientId}`] as const] : []),
    ...criteria,
    ...(search.sort.length > 0
      ? [['_sort', search.sort.map((s) => (s.descending ? '-' : '') + s.name).join(',')] as const]
      : []),
    ...(search.count === undefined ? [] : [['_count', String(search.count)] as const]),
    ...(search.summary === undefined ? [] : [['_summary', search.summary] as const]),
    ...(search.elements === undefined ? [] : [['_elements', search.elements.join(',')] as const]),
  ];
  return ['self', query];
}
