/**
 * A search of AuditEvent as a query of the store. Every criterion is answered by the store alone, so that pages are cut there: what
 * it cannot answer is refused, never passed over.
 */
import { oidPerson } from '../../../mappings/codecs/identifiers.ts';
import { outcomes } from '../../../mappings/audit/event.ts';
import { kinds, kindsOf, type Kind } from '../../../mappings/audit/kinds.ts';
import type { Criterion, CriterionValue } from '../../../mappings/criteria.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { RecordKind, RecordQuery, StoredRecord } from '../../store/types.ts';
import { localId, insOfToken, isPatientCriterion } from '../patient-of.ts';
import type { Services } from '../services.ts';

/** Of a query, what the criteria say. */
export type Wanted = Pick<RecordQuery, 'kinds' | 'person' | 'patientId' | 'outcome' | 'from' | 'until'>;

/** No record is of none of the kinds: the way to say that nothing can match. */
const nothing: Wanted = { kinds: [] };

type Token = Extract<CriterionValue, { type: 'token' }>;

const refuse = (name: string, detail: string): never => {
  throw new IssueError({ key: 'search-parameter-invalid', values: { name, detail } });
};

function one({ name, values }: Criterion): CriterionValue {
  const [value, ...more] = values;
  return value && more.length === 0 ? value : refuse(name, '1 value');
}

const tokens = ({ values }: Criterion): Token[] => values.flatMap((v) => (v.type === 'token' ? [v] : []));

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

function person(criterion: Criterion): Wanted {
  const value = one(criterion);
  if (value.type !== 'token' || value.code === undefined) return refuse(criterion.name, 'system|value');
  const { system, code } = value;
  return system === undefined || system === `urn:oid:${oidPerson}` ? { person: code } : nothing;
}

function outcome(criterion: Criterion): Wanted {
  const value = one(criterion) as Token;
  const names = Object.keys(outcomes) as (keyof typeof outcomes)[];
  const found = names.find((name) => outcomes[name] === value.code);
  const isOurs =
    value.system === undefined || value.system === 'http://terminology.hl7.org/CodeSystem/audit-event-outcome';
  return found && isOurs ? { outcome: found } : nothing;
}

/** Alternatives of a token that tells kinds apart. What a reader may see in an event but no kind has, is refused. */
function kind(criterion: Criterion, codings: (k: Kind) => Kind['subtypes']): Wanted {
  const found = tokens(criterion).flatMap((token) => kindsOf(codings, token));
  if (found.length > 0) return { kinds: [...new Set(found)] };
  const known = Object.values(kinds).flatMap((k) => codings(k).map((c) => c.code));
  return refuse(criterion.name, [...new Set(known)].join(', '));
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
  if (isPatientCriterion(criterion)) return patient(criterion, services);
  switch (criterion.name) {
    case 'date':
      return period(criterion);
    case 'agent.identifier':
      return person(criterion);
    case 'outcome':
      return outcome(criterion);
    case 'type':
      return kind(criterion, (k) => [k.type]);
    case 'subtype':
      return kind(criterion, (k) => k.subtypes);
    default:
      return {};
  }
}

const both = <T>(a: T | undefined, b: T | undefined, pick: (a: T, b: T) => T): T | undefined =>
  a === undefined ? b : b === undefined ? a : pick(a, b);

/** All criteria together: two that exclude each other leave nothing. */
function and(a: Wanted, b: Wanted): Wanted {
  for (const name of ['person', 'patientId', 'outcome'] as const)
    if (a[name] !== undefined && b[name] !== undefined && a[name] !== b[name]) return nothing;
  const all: Wanted = { ...a, ...b };
  const common = both<readonly RecordKind[]>(a.kinds, b.kinds, (x, y) => x.filter((k) => y.includes(k)));
  const from = both(a.from, b.from, (x, y) => (x > y ? x : y));
  const until = both(a.until, b.until, (x, y) => (x < y ? x : y));
  return {
    ...all,
    ...(common ? { kinds: common } : {}),
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

/** Whether a record is one of those that a query finds. */
export const isWanted = (record: StoredRecord, { kinds: among, from, until, ...exact }: Wanted): boolean =>
  (among === undefined || among.includes(record.kind)) &&
  (from === undefined || record.at >= from) &&
  (until === undefined || record.at < until) &&
  Object.entries(exact).every(([name, value]) => record[name as keyof typeof exact] === value);
