/**
 * A search of AuditEvent as a query of the store. Every criterion is answered by the store alone, so that pages are cut there: what
 * it cannot answer is refused, never passed over. What is sealed is found by the terms that it was kept with (mappings/audit/terms.ts).
 */
import { oidPerson } from '../../../mappings/codecs/identifiers.ts';
import { outcomes } from '../../../mappings/audit/event.ts';
import { isTermParameter, termsOfValue, type TermParameter } from '../../../mappings/audit/terms.ts';
import type { Criterion, CriterionValue } from '../../../mappings/criteria.ts';
import type { RecordQuery } from '../../store/types.ts';
import { isPatientCriterion } from '../patient-of.ts';
import type { Services } from '../services.ts';
import { common, idsOf, oneValue, overlap, patientIdOf, period, refuse, type Token } from '../store-criteria.ts';

/** Of a query, what the criteria say. */
export type Wanted = Pick<RecordQuery, 'ids' | 'person' | 'patientId' | 'outcome' | 'terms' | 'from' | 'until'>;

/** No record has none of the ids: the way to say that nothing can match. */
const nothing: Wanted = { ids: [] };

function outcome(criterion: Criterion): Wanted {
  const value = oneValue(criterion) as Token;
  const names = Object.keys(outcomes) as (keyof typeof outcomes)[];
  const found = names.find((name) => outcomes[name] === value.code);
  const isOurs =
    value.system === undefined || value.system === 'http://terminology.hl7.org/CodeSystem/audit-event-outcome';
  return found && isOurs ? { outcome: found } : nothing;
}

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

async function patient(criterion: Criterion, services: Services): Promise<Wanted> {
  const patientId = await patientIdOf(criterion, services);
  return patientId === undefined ? nothing : { patientId };
}

function wantedBy(criterion: Criterion, services: Services): Wanted | Promise<Wanted> {
  const { name, values } = criterion;
  if (isPatientCriterion(criterion)) return patient(criterion, services);
  if (isTermParameter(name))
    return { terms: [values.flatMap((value) => termsOf(name, value, services.config.fhirBase))] };
  switch (name) {
    case '_id':
      return { ids: idsOf(criterion, services.config.PAGE_SIZE_MAX) };
    case 'date':
      return period(criterion);
    case 'outcome':
      return outcome(criterion);
    default:
      return refuse(name, '—');
  }
}

/** All criteria together: two that exclude each other leave nothing. */
export function and(a: Wanted, b: Wanted): Wanted {
  for (const name of ['person', 'patientId', 'outcome'] as const)
    if (a[name] !== undefined && b[name] !== undefined && a[name] !== b[name]) return nothing;
  const all: Wanted = { ...a, ...b };
  const ids = common(a.ids, b.ids);
  const terms = a.terms && b.terms ? [...a.terms, ...b.terms] : (a.terms ?? b.terms);
  return { ...all, ...(ids ? { ids } : {}), ...(terms ? { terms } : {}), ...overlap(a, b) };
}

/** @throws IssueError `search-parameter-invalid`, and what is wrong with an INS */
export async function wantedOf(criteria: readonly Criterion[], services: Services): Promise<Wanted> {
  let wanted: Wanted = {};
  for (const criterion of criteria) wanted = and(wanted, await wantedBy(criterion, services));
  return wanted;
}
