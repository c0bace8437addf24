/**
 * How a search of Lists is asked of the registry: which kinds of list, by which stored queries, and what is left to check on
 * the answers.
 */
import { dtm, intervalOf } from '../../mappings/codecs/dtm.ts';
import type { Criterion, CriterionValue } from '../../mappings/criteria.ts';
import { insToCx } from '../../mappings/ins.ts';
import { kindsOf, toListQuery, type TranslatedListSearch } from '../../mappings/list-search.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { wire } from '../../mappings/push-down.ts';
import type { StoredQuery } from '../../mappings/query.ts';
import type { Search } from '../search/parse.ts';
import type { Ins, StoredList } from '../store/types.ts';
import { isPatientCriterion } from './patient-of.ts';
import type { Services } from './services.ts';

/** PDSm and MHD: the patient, `code` and `status`, all three; with `identifier` or `_id` the list is named already. */
export function requireMandatory(search: Search, hasPatient: boolean): void {
  const issues: Issue[] = [];
  const required = (name: string): void =>
    void issues.push({ key: 'search-parameter-required', values: { name, rule: 'PDSm, MHD ITI-66' } });
  if (!hasPatient) required('patient.identifier | patient');
  for (const name of ['code', 'status'])
    if (!search.criteria.some((c) => [name, 'identifier', '_id'].includes(c.name))) required(name);
  if (issues.length > 0) throw new IssueError(issues);
}

/** The lists that `_id` names, when it is given; those unknown here are left out. */
export async function listsOfIds(search: Search, { store }: Services): Promise<StoredList[] | undefined> {
  const criterion = search.criteria.find((c) => c.name === '_id' && c.modifier === undefined);
  if (!criterion) return undefined;
  const ids = criterion.values.flatMap((v) => (v.type === 'token' && v.code !== undefined ? [v.code] : []));
  const lists = await Promise.all([...new Set(ids)].map((id) => store.lists.byId(id)));
  return lists.filter((l) => l !== undefined);
}

/**
 * The stored queries that answer, none when nothing can match.
 * @param known the lists of `_id`
 */
export async function planOf(
  search: Search,
  known: readonly StoredList[] | undefined,
  ins: Ins,
  services: Services,
): Promise<TranslatedListSearch[]> {
  const criteria = await Promise.all(
    search.criteria
      .filter((c) => !isPatientCriterion(c))
      .map(async (c) => (c.name === 'identifier' ? spelledOut(c, services) : c)),
  );
  const mine = known?.filter((l) => l.ins.value === ins.value && l.ins.oid === ins.oid);
  return kindsOf(criteria)
    .filter((kind) => mine?.some((l) => l.kind === kind) ?? true)
    .flatMap((kind) => {
      const translated = toListQuery(criteria, kind, insToCx(ins));
      if (!translated) return [];
      const sets = kind === 'submissionset' ? mine : undefined;
      return [sets ? { ...translated, query: withinTimes(translated.query, sets) } : translated];
    });
}

/**
 * `identifier` as the resources write it: an OID or UUID may be given bare; an entryUUID of the past, which a folder changes
 * with every version, also stands for what it has become.
 */
async function spelledOut(criterion: Criterion, { store }: Services): Promise<Criterion> {
  if (criterion.modifier !== undefined && criterion.modifier !== 'not') return criterion;
  const codes = criterion.values.flatMap((v) => (v.type === 'token' && v.code !== undefined ? [v.code] : []));
  const seen = await store.lists.byIdentifiers(codes);
  const values = criterion.values.flatMap((value): CriterionValue[] => {
    if (value.type !== 'token' || value.code === undefined) return [value];
    const { code } = value;
    const list = seen.get(code);
    const spellings = [
      ...(/^[0-2](\.\d+)+$/.test(code) ? [`urn:oid:${code}`] : []),
      ...(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(code) ? [`urn:uuid:${code}`] : []),
      ...(list ? [`urn:oid:${list.uniqueId}`] : []),
    ];
    return [value, ...spellings.map((s): CriterionValue => ({ ...value, code: s }))];
  });
  return { ...criterion, values };
}

/** ITI-18 finds no set by its id in the DMP: when each was submitted narrows the search to few. */
export function withinTimes(query: StoredQuery, sets: readonly StoredList[]): StoredQuery {
  const intervals = sets
    .filter((l) => l.kind === 'submissionset')
    .map(({ submittedAt }) => intervalOf(dtm.decode(submittedAt ?? '') ?? ''));
  if (intervals.length === 0 || intervals.includes(undefined)) return query;
  const known = intervals as { start: number; end: number }[];
  const time = '$XDSSubmissionSetSubmissionTime';
  const parameters = {
    // A bound of the search itself stays: every match lies within both.
    [`${time}From`]: [[wire.from(Math.min(...known.map((i) => i.start)))]],
    [`${time}To`]: [[wire.to(Math.max(...known.map((i) => i.end)))]],
    ...query.parameters,
  };
  return { ...query, parameters };
}
