/** Criteria that the store answers alone, so that pages are cut there: what it cannot answer is refused, never passed over. */
import type { Criterion, CriterionValue } from '../../mappings/criteria.ts';
import { IssueError } from '../../mappings/outcome.ts';
import { insOfToken, localId } from './patient-of.ts';
import type { Services } from './services.ts';

export type Token = Extract<CriterionValue, { type: 'token' }>;

/** @throws IssueError always: `search-parameter-invalid` */
export const refuse = (name: string, detail: string): never => {
  throw new IssueError({ key: 'search-parameter-invalid', values: { name, detail } });
};

/** @throws IssueError `search-parameter-invalid` when there are several */
export function oneValue({ name, values }: Criterion): CriterionValue {
  const [value, ...more] = values;
  return value && more.length === 0 ? value : refuse(name, '1 value');
}

/** Values of a token, any of which will do. @throws IssueError `search-parameter-invalid` when there are more than `most` */
export const idsOf = ({ name, values }: Criterion, most: number): string[] =>
  values.length > most
    ? refuse(name, `≤ ${most}`)
    : values.flatMap((v) => (v.type === 'token' && v.code !== undefined ? [v.code] : []));

/** Years that a database knows; nothing is on record of others. */
const within = (ms: number): Date => new Date(Math.min(Math.max(ms, Date.UTC(1900)), Date.UTC(9999, 11)));

/** From, inclusive; until, exclusive. */
export interface Period {
  from?: Date;
  until?: Date;
}

/** The period of a date with its prefix. @throws IssueError `search-parameter-invalid` for a prefix that leaves no period */
export function period(criterion: Criterion): Period {
  const value = oneValue(criterion);
  if (value.type !== 'date') return refuse(criterion.name, 'date');
  const [start, end] = [within(value.start), within(value.end)];
  switch (value.prefix) {
    case 'eq':
      return { from: start, until: end };
    case 'ge':
      return { from: start };
    case 'gt':
    case 'sa':
      return { from: end };
    case 'lt':
    case 'eb':
      return { until: start };
    case 'le':
      return { until: end };
    default:
      return refuse(criterion.name, 'eq, ge, gt, le, lt, sa, eb');
  }
}

const both = <T>(a: T | undefined, b: T | undefined, pick: (a: T, b: T) => T): T | undefined =>
  a === undefined ? b : b === undefined ? a : pick(a, b);

/** What lies in both. */
export function overlap(a: Period, b: Period): Period {
  const from = both(a.from, b.from, (x, y) => (x > y ? x : y));
  const until = both(a.until, b.until, (x, y) => (x < y ? x : y));
  return { ...(from ? { from } : {}), ...(until ? { until } : {}) };
}

/** What is in both lists; a list that is absent holds everything. */
export const common = <T>(a: readonly T[] | undefined, b: readonly T[] | undefined): T[] | undefined =>
  both(a && [...a], b && [...b], (x, y) => x.filter((item) => y.includes(item)));

/**
 * `Patient.id` that a criterion names, by reference or by INS; undefined: nobody here has it, so that nothing can match.
 * @throws IssueError `search-parameter-invalid`, and what is wrong with an INS
 */
export async function patientIdOf(criterion: Criterion, { config, store }: Services): Promise<string | undefined> {
  const value = oneValue(criterion);
  if (value.type === 'reference') return localId(value.reference, 'Patient', config.fhirBase);
  if (value.type !== 'token') return refuse(criterion.name, 'urn:oid:…|value');
  const { ins } = insOfToken(value, config, criterion.name);
  const known = await store.patients.byIns(ins);
  if (!known.isNew) return known.id;
  // To look for somebody leaves no trace of them.
  await store.patients.forget(known.id);
  return undefined;
}
