/** A search of Task as a query of the feed. Every criterion is answered by the store alone, so that pages are cut there. */
import { depositKinds, depositStates, kindSystem, stateSystem, statesOf } from '../../../mappings/feed/task.ts';
import { uris } from '../../../mappings/canonicals.ts';
import type { Criterion } from '../../../mappings/criteria.ts';
import { isUuid } from '../../store/identifiers.ts';
import type { FeedFilter, FeedKind, FeedState } from '../../store/types.ts';
import { isPatientCriterion } from '../patient-of.ts';
import type { Services } from '../services.ts';
import { common, idsOf, overlap, patientIdOf, period, type Period, type Token } from '../store-criteria.ts';

/** No item has none of the ids: the way to say that nothing can match. */
const nothing: FeedFilter = { ids: [] };

const statusSystem = 'http://hl7.org/fhir/task-status';
const states = Object.keys(depositStates) as FeedState[];
const kinds = Object.keys(depositKinds) as FeedKind[];

/** What the values of a token stand for, any of which will do; a system that is not its own names nothing. */
const meant = <T>(criterion: Criterion, system: string, find: (code: string) => readonly T[]): T[] =>
  (criterion.values as Token[]).flatMap(({ system: given, code }) =>
    given !== undefined && given !== system ? [] : code === undefined ? [] : [...find(code)],
  );

const createdIn = ({ from, until }: Period): FeedFilter => ({
  ...(from ? { createdFrom: from } : {}),
  ...(until ? { createdUntil: until } : {}),
});
const updatedIn = ({ from, until }: Period): FeedFilter => ({
  ...(from ? { updatedFrom: from } : {}),
  ...(until ? { updatedUntil: until } : {}),
});

/** By the name of the parameter. */
const readers: Readonly<Record<string, (c: Criterion, services: Services) => FeedFilter>> = {
  _id: (c, { config }) => ({ ids: idsOf(c, config.PAGE_SIZE_MAX).filter(isUuid) }),
  status: (c) => ({ states: meant(c, statusSystem, statesOf) }),
  'business-status': (c) => ({ states: meant(c, stateSystem, (code) => states.filter((s) => s === code)) }),
  code: (c) => ({ kinds: meant(c, kindSystem, (code) => kinds.filter((k) => depositKinds[k].code === code)) }),
  'group-identifier': (c) => {
    const [id, ...more] = meant(c, uris, (code) => [code.replace(/^urn:uuid:/i, '')]);
    // Two identifiers of one take-over do not exist.
    return id === undefined || more.length > 0 || !isUuid(id) ? nothing : { takeoverId: id };
  },
  'authored-on': (c) => createdIn(period(c)),
  modified: (c) => updatedIn(period(c)),
  _lastUpdated: (c) => updatedIn(period(c)),
};

async function wantedBy(criterion: Criterion, services: Services): Promise<FeedFilter> {
  if (isPatientCriterion(criterion)) {
    const id = await patientIdOf(criterion, services);
    return id === undefined || !isUuid(id) ? nothing : { patientIds: [id] };
  }
  return readers[criterion.name]?.(criterion, services) ?? nothing;
}

/** All criteria together: two that exclude each other leave nothing. */
function and(a: FeedFilter, b: FeedFilter): FeedFilter {
  if (a.takeoverId !== undefined && b.takeoverId !== undefined && a.takeoverId !== b.takeoverId) return nothing;
  const lists = (['ids', 'states', 'patientIds', 'kinds'] as const).map((name) => [
    name,
    common<string>(a[name], b[name]),
  ]);
  const within = (name: 'created' | 'updated'): Period =>
    overlap({ from: a[`${name}From`], until: a[`${name}Until`] }, { from: b[`${name}From`], until: b[`${name}Until`] });
  return {
    ...a,
    ...b,
    ...(Object.fromEntries(lists.filter(([, list]) => list !== undefined)) as FeedFilter),
    ...createdIn(within('created')),
    ...updatedIn(within('updated')),
  };
}

/** @throws IssueError `search-parameter-invalid`, and what is wrong with an INS */
export async function wantedOf(criteria: readonly Criterion[], services: Services): Promise<FeedFilter> {
  let wanted: FeedFilter = {};
  for (const criterion of criteria) wanted = and(wanted, await wantedBy(criterion, services));
  return wanted;
}
