/**
 * Deciding a criterion on values taken out of a resource: what the registry cannot filter is filtered here, by the rules
 * of FHIR R4 search.html (§3.1.1.4.7 date, .8 number, .10 token, .9 string).
 *
 * One departure, asked by PDSm and MHD (spec/fhir.md B.3 “period (overlap)”): against a Period, `eq` means overlap.
 */
import type { Criterion, CriterionValue, Prefix } from '../../mappings/criteria.ts';
import { sameSystem } from '../../mappings/terminology/systems.ts';
import type { Interval } from './dates.ts';

/** A value found in a resource at the place that a parameter names. */
export type Found =
  | { type: 'token'; system?: string; code?: string; text?: string }
  | ({ type: 'date'; period?: boolean } & Interval)
  | { type: 'string'; text: string }
  | { type: 'reference'; reference?: string; identifier?: { system?: string; code?: string } };

/** Whether a resource whose values at the parameter's place are `found` satisfies the criterion. */
export function matches(criterion: Criterion, found: readonly Found[]): boolean {
  const { modifier, values } = criterion;
  if (modifier === 'missing') {
    const wanted = values[0]?.type === 'token' && values[0].code === 'true';
    return (found.length === 0) === wanted;
  }
  if (modifier === 'not') return !found.some((f) => values.some((v) => matchesValue(v, f, undefined)));
  return found.some((f) => values.some((v) => matchesValue(v, f, modifier)));
}

function matchesValue(value: CriterionValue, found: Found, modifier: string | undefined): boolean {
  if (found.type === 'reference' && modifier === 'identifier' && value.type === 'token') {
    return found.identifier !== undefined && tokenMatches(value, found.identifier);
  }
  if (modifier === 'text' && value.type === 'string') {
    return found.type === 'token' && found.text !== undefined && normalise(found.text).startsWith(normalise(value.text));
  }
  if (value.type === 'token' && found.type === 'token') return tokenMatches(value, found);
  if (value.type === 'date' && found.type === 'date') return dateMatches(value.prefix, value, found, found.period ?? false);
  if (value.type === 'string' && found.type === 'string') return stringMatches(value.text, found.text, modifier);
  if (value.type === 'reference' && found.type === 'reference') return referenceMatches(value.reference, found.reference);
  return false;
}

function tokenMatches(wanted: { system?: string; code?: string }, found: { system?: string; code?: string }): boolean {
  if (wanted.system !== undefined) {
    if (wanted.system === '' ? (found.system ?? '') !== '' : !(found.system !== undefined && sameSystem(wanted.system, found.system))) return false;
  }
  if (wanted.code === undefined) return true;
  return found.code !== undefined && wanted.code.toLowerCase() === found.code.toLowerCase();
}

function dateMatches(prefix: Prefix, wanted: Interval, found: Interval, period: boolean): boolean {
  const overlaps = found.start < wanted.end && wanted.start < found.end;
  const equal = period ? overlaps : wanted.start <= found.start && found.end <= wanted.end;
  switch (prefix) {
    case 'eq':
      return equal;
    case 'ne':
      return !equal;
    case 'gt':
      return found.end > wanted.end;
    case 'ge':
      return found.end > wanted.end || equal;
    case 'lt':
      return found.start < wanted.start;
    case 'le':
      return found.start < wanted.start || equal;
    case 'sa':
      return found.start >= wanted.end;
    case 'eb':
      return found.end <= wanted.start;
    case 'ap':
      return overlaps;
  }
}

/** Without accents, case and repeated blanks: how people compare names. */
export function normalise(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

function stringMatches(wanted: string, found: string, modifier: string | undefined): boolean {
  if (modifier === 'exact') return wanted === found;
  if (modifier === 'contains') return normalise(found).includes(normalise(wanted));
  return normalise(found).startsWith(normalise(wanted));
}

/** `Type/id`, absolute URL or bare id; versions are ignored. */
function referenceMatches(wanted: string, found: string | undefined): boolean {
  if (found === undefined) return false;
  const strip = (r: string): string => r.replace(/\/_history\/[^/]*$/, '');
  const [a, b] = [strip(wanted), strip(found)];
  return a === b || (a.includes('/') ? b.endsWith(`/${a}`) || a.endsWith(`/${b}`) : b.endsWith(`/${a}`));
}
