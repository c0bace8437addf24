/**
 * A search of AuditEvent as a query of the store. Every criterion is answered by the store alone, so that pages are cut there: what
 * it cannot answer is refused, never passed over. What is sealed is found by the terms that it was kept with (mappings/audit/terms.ts).
 */
import { oidPerson } from '../../../mappings/codecs/identifiers.ts';
import { outcomes } from '../../../mappings/audit/event.ts';
import { isTermParameter, termsOfValue, type TermParameter } from '../../../mappings/audit/terms.ts';
import type { Criterion, CriterionValue } from '../../../mappings/criteria.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { RecordQuery } from '../../store/types.ts';
import { insOfToken, isPatientCriterion, localId } from '../patient-of.ts';
import type { Services } from '../services.ts';

/** Of a query, what the criteria say. */
export type Wanted = Pick<RecordQuery, 'ids' | 'person' | 'patientId' | 'outcome' | 'terms' | 'from' | 'until'>;

/** No record has none of the ids: the way to say that nothing can match. */
const nothing: Wanted = { ids: [] };

type Token = Extract<CriterionValue, { type: 'token' }>;

const refuse = (name: string, detail: string): never => {
  throw new IssueError({ key: 'search-parameter-invalid', values: { name, detail } });
};

function one({ name, values }: Criterion): CriterionValue {
  const [value, ...more] = values;
  return value && more.length === 0 ? value : refuse(name, '1 value');
}

/** Years that a database knows; nothing is on record of others. */
const within = (ms: number): Date => new Date(Math.min(Math.max(ms, Date.UTC(1900)), Date.UTC(9999, 11)));

/** [from, until) of a date with its prefix; several criteria narrow it. */
function period(criterion: Criterion): Pick<Wanted, 'from' | 'until'> {
  const value = one(criterion);
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

function outcome(criterion: Criterion): Wanted {
  const value = one(criterion) as Token;
  const names = Object.keys(outcomes) as (keyof typeof outcomes)[];
  const found = names.find((name) => outcomes[name] === value.code);
  const isOurs =
    value.system === undefined || value.system === 'http://terminology.hl7.org/CodeSystem/audit-event-outcome';
  return found && isOurs ? { outcome: found } : nothing;
}

const ids = ({ name, values }: Criterion, most: number): Wanted =>
  values.length > most
    ? refuse(name, `≤ ${most}`)
    : { ids: values.flatMap((v) => (v.type === 'token' && v.code !== undefined ? [v.code] : [])) };

/** The terms that one value may be. */
function termsOf(name: TermParameter, value: CriterionValue, base: string): string[] {
  if (value.type === 'token')
    return value.code === undefined ? refuse(name, 'system|value') : termsOfValue(name, value.code, value.system);
  if (value.type === 'string') return termsOfValue(name, value.text);
  if (value.type !== 'reference') return refuse(name, 'value');
  const { reference } = value;
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  return /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(relative)
    ? termsOfValue(name, relative)
    : refuse(name, 'Type/id');
}

/** Who is looked for, where it is one professional. @returns undefined when it is somebody or something else, or several */
export function personOf({ name, values }: Criterion): string | undefined {
  const [value, ...more] = values;
  if (name !== 'agent.identifier' || value?.type !== 'token' || more.length > 0) return undefined;
  return value.system === undefined || value.system === `urn:oid:${oidPerson}` ? value.code : undefined;
}

async function patient(criterion: Criterion, { config, store }: Services): Promise<Wanted> {
  const value = one(criterion);
  if (value.type === 'reference') {
    const id = localId(value.reference, 'Patient', config.fhirBase);
    return id === undefined ? nothing : { patientId: id };
  }
  if (value.type !== 'token') return refuse(criterion.name, 'urn:oid:…|value');
  const { ins } = insOfToken(value, config, criterion.name);
  const known = await store.patients.byIns(ins);
  if (!known.isNew) return { patientId: known.id };
  // To look for somebody leaves no trace of them.
  await store.patients.forget(known.id);
  return nothing;
}

function wantedBy(criterion: Criterion, services: Services): Wanted | Promise<Wanted> {
  const { name, values } = criterion;
  if (isPatientCriterion(criterion)) return patient(criterion, services);
  if (isTermParameter(name))
    return { terms: [values.flatMap((value) => termsOf(name, value, services.config.fhirBase))] };
  switch (name) {
    case '_id':
      return ids(criterion, services.config.PAGE_SIZE_MAX);
    case 'date':
      return period(criterion);
    case 'outcome':
      return outcome(criterion);
    default:
      return refuse(name, '—');
  }
}

const both = <T>(a: T | undefined, b: T | undefined, pick: (a: T, b: T) => T): T | undefined =>
  a === undefined ? b : b === undefined ? a : pick(a, b);

/** All criteria together: two that exclude each other leave nothing. */
export function and(a: Wanted, b: Wanted): Wanted {
  for (const name of ['person', 'patientId', 'outcome'] as const)
    if (a[name] !== undefined && b[name] !== undefined && a[name] !== b[name]) return nothing;
  const all: Wanted = { ...a, ...b };
  const common = both(a.ids, b.ids, (x, y) => x.filter((id) => y.includes(id)));
  const terms = both(a.terms, b.terms, (x, y) => [...x, ...y]);
  const from = both(a.from, b.from, (x, y) => (x > y ? x : y));
  const until = both(a.until, b.until, (x, y) => (x < y ? x : y));
  return {
    ...all,
    ...(common ? { ids: common } : {}),
    ...(terms ? { terms } : {}),
    ...(from ? { from } : {}),
    ...(until ? { until } : {}),
  };
}

/** @throws IssueError `search-parameter-invalid`, and what is wrong with an INS */
export async function wantedOf(criteria: readonly Criterion[], services: Services): Promise<Wanted> {
  let wanted: Wanted = {};
  for (const criterion of criteria) wanted = and(wanted, await wantedBy(criterion, services));
  return wanted;
}
