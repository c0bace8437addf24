/**
 * ITI-67 / PDSm flux 05b: the documents of one patient. One TD3.1 for a search, none for its further pages; for each page,
 * one more that tells what its documents relate to.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Visibility } from '../../mappings/attributes.ts';
import type { Criterion } from '../../mappings/criteria.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { Memory } from '../../mappings/recurring.ts';
import { matches } from '../../mappings/search.ts';
import { parseSearch, type Include, type Search } from '../search/parse.ts';
import type { Ins } from '../store/types.ts';
import { relate, relationsOf, relationsOrWarning, showsRelations, type Relations } from './associations.ts';
import { isCount, searchset, type Selection } from './bundle.ts';
import { definitionOf } from './definition.ts';
import { order, documentSortable } from './document-order.ts';
import { documentsOfIds, planOf, requireMandatory } from './document-plan.ts';
import { documentIncludes, includedWith, includeIssues } from './includes.ts';
import type { Call, Handler, Reply } from './interaction.ts';
import { createMapper, type Mapper } from './mapper.ts';
import { admitPage, continuedPage, firstPage, isContinuation, pageSize, type Slice } from './paging.ts';
import { patientOf } from './patient-of.ts';
import { askRegistry, deleted, hitOf, toResource, type Answer, type Hit } from './registry.ts';
import { reminderOf, waitingDocuments } from './reminder.ts';
import { linkToSelf } from './self-link.ts';
import type { Services } from './services.ts';

const type = 'DocumentReference';
const { searchParameters } = definitionOf(type);

/** What the pages of a search need besides the hits. */
interface Context {
  selection: Selection;
  patientId: string;
  ins?: Ins;
  include: Include[];
}
type DocumentSlice = Slice<Hit, Context>;

export const searchDocuments: Handler = async (call, services) => {
  const { config, store } = services;
  if (isContinuation(call.pairs)) {
    const page: DocumentSlice = await continuedPage(call.pairs, call.caller, store, config, type);
    await admitPage(page.context.ins, call, services);
    const { relations, warnings } = await relationsShown(page.items, page.context, call, services);
    return reply(page, mapperOf(page.context.patientId, config.fhirBase), relations, warnings, call, services);
  }
  const { handling } = call.prefer;
  const search = parseSearch(call.pairs, searchParameters, {
    handling,
    sortable: documentSortable,
    includes: documentIncludes,
  });
  const known = await documentsOfIds(search, services);
  const designated = await patientOf(search.criteria, services, call.caller.structure.id);
  const ins = designated?.ins ?? known?.[0]?.ins;
  const reminder = designated || known ? undefined : reminderOf(search);
  if (reminder) return remind(reminder, search, call, services);
  requireMandatory(search, ins !== undefined || known !== undefined);
  const warnings = [...(designated?.warnings ?? []), ...search.warnings, ...includeIssues(search.include)];
  const selection = { summary: search.summary, elements: search.elements };
  const { include } = search;
  const related = config.RELATIONS && showsRelations(selection) && !isCount(selection, search.count);

  const plan = ins && (await planOf(search, known, ins, related, services));
  if (!ins || !plan) {
    const context = { selection, patientId: '', include };
    const nothing = { total: 0, items: [], context, links: [linkToSelf(search)] };
    return reply(nothing, mapperOf('', config.fhirBase), new Map(), warnings, call, services);
  }
  const answer = await askRegistry(plan.query, ins, call, services);
  warnings.push(...answer.warnings);
  const context: Context = { selection, patientId: answer.patient.id, ins, include };
  const mapper = mapperOf(context.patientId, config.fhirBase);
  const found = await filter(answer, plan.residual, mapper, ins, call, services);
  const hits = order(found.hits, search.sort, mapper.resourceOf);
  const self = linkToSelf(search, context.patientId);
  if (isCount(selection, search.count)) {
    const page = { total: hits.length, items: [], context, links: [self] };
    return reply(page, mapper, new Map(), warnings, call, services);
  }
  const size = pageSize(search.count, config);
  const [page, told] = await Promise.all([
    firstPage(hits, context, size, self[1], call.caller, store, type),
    found.relations
      ? { relations: found.relations, warnings: [] }
      : relationsShown(hits.slice(0, size), context, call, services, knownIn(answer)),
  ]);
  return reply(page, mapper, told.relations, [...warnings, ...told.warnings], call, services);
};

/** The structure's own documents that wait to be made visible, of all its patients. */
async function remind(label: Visibility, search: Search, call: Call, services: Services): Promise<Reply> {
  const { config, store, gate } = services;
  // Of no patient, and of all.
  const problems = gate.purpose(call.caller, undefined);
  if (problems.length > 0) throw new IssueError(problems);
  const mapper = mapperOf('', config.fhirBase);
  const hits = order(await waitingDocuments(label, search, call, services), search.sort, mapper.resourceOf);
  const selection = { summary: search.summary, elements: search.elements };
  const context: Context = { selection, patientId: '', include: [] };
  const self = linkToSelf(search);
  const page = isCount(selection, search.count)
    ? { total: hits.length, items: [], context, links: [self] }
    : await firstPage(hits, context, pageSize(search.count, config), self[1], call.caller, store, type);
  return reply(page, mapper, new Map(), search.warnings, call, services);
}

/** The associations that came with an answer, when it is of the kind that tells them all. */
const knownIn = (answer: Answer) => (answer.query === 'GetDocumentsAndAssociations' ? answer : undefined);

/** The relations of a page, when it shows them. */
async function relationsShown(
  hits: readonly Hit[],
  { selection, ins }: Context,
  call: Call,
  services: Services,
  known?: Answer,
): Promise<{ relations: Relations; warnings: Issue[] }> {
  if (!ins || !services.config.RELATIONS || !showsRelations(selection)) return { relations: new Map(), warnings: [] };
  return relationsOrWarning(hits, ins, call, services, known);
}

type DocumentMapper = Mapper<Hit, DocumentReference>;

function mapperOf(patientId: string, base: string): DocumentMapper {
  const memory = new Memory();
  return createMapper((hit) => toResource(hit, hit.patientId ?? patientId, base, memory));
}

function reply(
  slice: DocumentSlice,
  mapper: DocumentMapper,
  relations: Relations,
  warnings: Issue[],
  call: Call,
  services: Services,
): Reply {
  const { language, requestId } = call;
  const { total, links, context } = slice;
  const resources = slice.items.map(mapper.resourceOf).filter((r) => r !== undefined);
  for (const resource of resources) relate(resource, relations);
  for (let i = mapper.unreadable(); i > 0; i--) warnings.push({ key: 'dmp-garbage', severity: 'warning' });
  const included = resources.length > 0 ? includedWith(context.include, context.patientId, context.ins) : [];
  return {
    status: 200,
    resource: searchset({
      base: services.config.fhirBase,
      type,
      total,
      resources,
      included,
      selection: context.selection,
      links,
      warnings,
      language,
      requestId,
      now: services.now(),
    }),
  };
}

/**
 * The hits that satisfy what the registry did not decide. Relations are no part of an entry: only a search that looks at them
 * asks for those of every hit, and then cannot do without.
 */
async function filter(
  answer: Answer,
  residual: readonly Criterion[],
  { resourceOf }: DocumentMapper,
  ins: Ins,
  call: Call,
  services: Services,
): Promise<{ hits: Hit[]; relations?: Relations }> {
  const instant = services.now().getTime();
  // Get… gives deleted documents too; FindDocuments only to who asks for them. Here they are treated alike.
  const withDeleted = answer.query.startsWith('Find') || residual.some((c) => c.name === 'status');
  const hits = answer.found.filter((f) => withDeleted || f.entry.availabilityStatus !== deleted).map(hitOf);
  const those = (among: readonly Hit[], criteria: readonly Criterion[]): Hit[] =>
    among.filter((hit) => {
      const resource = resourceOf(hit);
      return resource !== undefined && criteria.every((c) => matches(resource, c, instant));
    });
  const ofRelations = residual.filter((c) => c.name === 'relatesto');
  const others = residual.filter((c) => c.name !== 'relatesto');
  const candidates = others.length > 0 ? those(hits, others) : hits;
  if (ofRelations.length === 0) return { hits: candidates };
  const relations = await relationsOf(candidates, ins, call, services, knownIn(answer));
  for (const hit of candidates) {
    const resource = resourceOf(hit);
    if (resource) relate(resource, relations);
  }
  return { hits: those(candidates, ofRelations), relations };
}
