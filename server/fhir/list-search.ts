/**
 * ITI-66 / PDSm flux 05a: the submission sets or folders of one patient, with their members. One stored query a kind of list
 * for a search, none for its further pages; for each page that shows members, one more that tells them.
 */
import type { Resource } from '@medplum/fhirtypes';
import { listMatches, type TranslatedListSearch } from '../../mappings/list-search.ts';
import type { Issue } from '../../mappings/outcome.ts';
import { parseSearch, type Include } from '../search/parse.ts';
import type { Ins, StoredDocument } from '../store/types.ts';
import { isCount, searchset, type Selection } from './bundle.ts';
import { definitionOf } from './definition.ts';
import { documentsOf } from './include-documents.ts';
import { includes, listIncludes, patientIncluded } from './includes.ts';
import type { Call, Handler, Reply } from './interaction.ts';
import { membersOf, type Members } from './list-members.ts';
import { listKeys, listSortable } from './list-order.ts';
import { listsOfIds, planOf, requireMandatory } from './list-plan.ts';
import { bindLists, toList, type ListHit } from './list-registry.ts';
import { createMapper } from './mapper.ts';
import { orderBy } from './order.ts';
import { admitPage, continuedPage, firstPage, isContinuation, pageSize, type Slice } from './paging.ts';
import { patientOf } from './patient-of.ts';
import { ask, warning } from './registry.ts';
import { linkToSelf } from './self-link.ts';
import type { Services } from './services.ts';

const type = 'List';
const { searchParameters } = definitionOf(type);

/** What the pages of a search need besides the hits. */
interface Context {
  selection: Selection;
  patientId: string;
  /** Absent: nothing was asked of the DMP, and nothing will be. */
  ins?: Ins;
  include: Include[];
}
type ListSlice = Slice<ListHit, Context>;

export const searchLists: Handler = async (call, services) => {
  const { config, store } = services;
  if (isContinuation(call.pairs)) {
    const page: ListSlice = await continuedPage(call.pairs, call.caller, store, config, type);
    await admitPage(page.context.ins, call, services);
    return reply(page, [], call, services);
  }
  const { handling } = call.prefer;
  const options = { handling, sortable: listSortable, includes: listIncludes };
  const search = parseSearch(call.pairs, searchParameters, options);
  const known = await listsOfIds(search, services);
  const designated = await patientOf(search.criteria, services, call.caller.structure.id);
  const ins = designated?.ins ?? known?.[0]?.ins;
  requireMandatory(search, ins !== undefined || known !== undefined);
  const warnings = [...(designated?.warnings ?? []), ...search.warnings];
  const selection = { summary: search.summary, elements: search.elements };
  const { include } = search;

  const plan = ins ? await planOf(search, known, ins, services) : [];
  if (!ins || plan.length === 0) {
    const context = { selection, patientId: '', include };
    return reply({ total: 0, items: [], context, links: [linkToSelf(search)] }, warnings, call, services);
  }
  const patient = await store.patients.byIns(ins);
  const found = await Promise.all(plan.map((one) => answerTo(one, ins, patient.id, warnings, call, services)));
  // Members are no criterion: those of the page alone are asked for, in the end.
  const { resourceOf } = createMapper((hit: ListHit) => toList(hit, patient.id, []));
  const instantOfSearch = services.now().getTime();
  const matching = found.flatMap(({ hits, residual }) =>
    residual.length === 0
      ? hits
      : hits.filter((hit) => {
          const list = resourceOf(hit);
          return list !== undefined && residual.every((c) => listMatches(list, c, instantOfSearch));
        }),
  );
  const hits = orderBy(matching, search.sort, listKeys, resourceOf);
  const context: Context = { selection, patientId: patient.id, ins, include };
  const self = linkToSelf(search, patient.id);
  const page = isCount(selection, search.count)
    ? { total: hits.length, items: [], context, links: [self] }
    : await firstPage(hits, context, pageSize(search.count, config), self[1], call.caller, store, type);
  return reply(page, warnings, call, services);
};

/** What the registry answers to one stored query, and what is left to check on it. */
async function answerTo(
  { query, residual }: TranslatedListSearch,
  ins: Ins,
  patientId: string,
  warnings: Issue[],
  call: Call,
  services: Services,
) {
  const answer = await ask(query, ins, call, services);
  warnings.push(...answer.errors.map(warning));
  return { hits: await bindLists(answer.objects, ins, { id: patientId, ins }, services), residual };
}

/** Whether an answer of these elements shows members at all: `entry` is no summary element of R4. */
function showsMembers({ summary, elements }: Selection): boolean {
  if (elements) return elements.some((e) => e.split('.')[0] === 'entry');
  return summary === undefined || summary === 'false' || summary === 'data';
}

async function reply(slice: ListSlice, warnings: Issue[], call: Call, services: Services): Promise<Reply> {
  const { total, links, context, items } = slice;
  const { selection, patientId, ins, include } = context;
  const itemsIncluded = includes(include, 'List:item', 'DocumentReference');
  const isTold = items.length > 0 && (showsMembers(selection) || itemsIncluded);
  const members = ins && isTold ? await membersOf(items, ins, call, services) : new Map<string, Members>();
  const { resourceOf, unreadable } = createMapper((hit: ListHit) =>
    toList(hit, patientId, members.get(hit.id)?.items ?? []),
  );
  const resources = items.map(resourceOf).filter((r) => r !== undefined);
  for (let i = unreadable(); i > 0; i--) warnings.push({ key: 'dmp-garbage', severity: 'warning' });
  const included: Resource[] =
    items.length > 0 ? patientIncluded(include, ['List:subject', 'List:patient'], patientId, ins) : [];
  if (ins && itemsIncluded) {
    const documents = new Map<string, StoredDocument>();
    for (const list of members.values()) for (const d of list.documents) documents.set(d.id, d);
    const told = await documentsOf([...documents.values()], ins, call, services);
    included.push(...told.resources);
    warnings.push(...told.warnings);
  }
  return {
    status: 200,
    resource: searchset({
      base: services.config.fhirBase,
      type,
      total,
      resources,
      included,
      selection,
      links,
      warnings,
      language: call.language,
      requestId: call.requestId,
      now: services.now(),
    }),
  };
}
