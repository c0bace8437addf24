/**
 * Parts of a criterion that a stored query can take over, without ever losing a match: codes with their systems, and
 * bounds on times. ITI TF-2 §3.18.4.1.2.3.5–7.
 */
import { scheme } from './codecs/coded.ts';
import { dtmOfInstant } from './codecs/dtm.ts';
import type { Criterion, CriterionValue } from './criteria.ts';

/** Of the 256 characters of a rim:Value, what quotes and the code's scheme leave. */
export const longestCode = 120;

/**
 * `code^^scheme` of every alternative. An alternative whose system has no scheme matches no entry and is left out.
 * undefined: the criterion is not one of codes with their systems (a code alone could stand in any scheme).
 */
export function codesOf(criterion: Criterion): string[] | undefined {
  if (criterion.modifier !== undefined) return undefined;
  const codes: string[] = [];
  for (const value of criterion.values) {
    if (value.type !== 'token' || !value.system || !value.code) return undefined;
    // A registry may read `^` as the end of the code; what is longer than a value of ebRIM has no place in a query.
    if (value.code.includes('^') || value.code.length > longestCode) return undefined;
    const oid = scheme.encode(value.system);
    if (oid !== undefined) codes.push(`${value.code}^^${oid}`);
  }
  return codes;
}

/** Bounds on a time of the entry, in milliseconds: what a match must satisfy. */
export interface Bounds {
  from?: number;
  to?: number;
}
export type DateValue = Extract<CriterionValue, { type: 'date' }>;

/** For a parameter that is one time of the entry. */
export function pointBounds({ prefix, start, end }: DateValue): Bounds {
  switch (prefix) {
    case 'eq':
      return { from: start, to: end };
    case 'gt':
    case 'sa':
      return { from: end };
    case 'ge':
      return { from: start };
    case 'lt':
    case 'eb':
      return { to: start };
    case 'le':
      return { to: end };
    default:
      return {}; // ne and ap
  }
}

/** The alternatives together: the widest bounds. */
export function hull(criterion: Criterion, bounds: (value: DateValue) => Bounds): Bounds {
  if (criterion.modifier !== undefined) return {};
  const all = criterion.values.map((v) => (v.type === 'date' ? bounds(v) : {}));
  const froms = all.map((b) => b.from);
  const tos = all.map((b) => b.to);
  return {
    ...(froms.some((f) => f === undefined) ? {} : { from: Math.min(...(froms as number[])) }),
    ...(tos.some((t) => t === undefined) ? {} : { to: Math.max(...(tos as number[])) }),
  };
}

const day = 86_400_000;
export const isWritable = (ms: number): boolean => ms >= Date.UTC(1, 0, 2) && ms < Date.UTC(9999, 0, 1);

/**
 * Bounds on the wire. The DMP keeps seconds (dmp-wire §3.2); a time of day precision is not lost either: From goes down
 * to before the day, so that it does not matter how the registry compares `20261015` with `20261015000000`. No match
 * begins at To itself, so that it does not matter whether To counts in.
 */
export const wire = {
  from: (ms: number): string => dtmOfInstant(Math.floor(ms / day) * day - 1000),
  to: (ms: number): string => dtmOfInstant(Math.ceil(ms / 1000) * 1000),
};
