/** Whether a resource satisfies a criterion: FHIR R4 search.html, on normalised values. */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Criterion, CriterionValue } from './criteria.ts';
import { searchParameter, type SearchValue } from './search-parameters.ts';
import { sameSystem } from './terminology/systems.ts';

type Of<T extends CriterionValue['type']> = Extract<CriterionValue, { type: T }>;
type Value<T extends SearchValue['type']> = Extract<SearchValue, { type: T }>;

type Token = { system?: string | undefined; code?: string | undefined; case?: 'system' | 'always' | undefined };

/**
 * R4 search.html#token: "when in doubt, servers SHOULD treat tokens in a case-insensitive manner". There is no doubt about
 * an id of FHIR, nor about a code whose system the search names: those of the DMP (ANS, HL7 V3) are case-sensitive.
 */
function codeMatches(value: Token, wanted: Of<'token'>): boolean {
  if (wanted.code === value.code) return true;
  if (wanted.code === undefined || value.code === undefined) return wanted.code === undefined;
  if (value.case === 'always' || (value.case === 'system' && wanted.system)) return false;
  return wanted.code.toLowerCase() === value.code.toLowerCase();
}

function tokenMatches(value: Token, wanted: Of<'token'>): boolean {
  if (!codeMatches(value, wanted)) return false;
  if (wanted.system === undefined) return wanted.code !== undefined;
  if (wanted.system === '') return value.system === undefined;
  return value.system !== undefined && sameSystem(value.system, wanted.system);
}

const dateRules: Record<Of<'date'>['prefix'], (v: Value<'date'>, p: Of<'date'>, now: number) => boolean> = {
  // A period is found by what it overlaps (MHD ITI-67, PDSm); R4's containment would miss every open one.
  eq: (v, p) => (v.period ? v.start < p.end && v.end > p.start : p.start <= v.start && v.end <= p.end),
  ne: (v, p) => !dateRules.eq(v, p, 0),
  gt: (v, p) => v.end > p.end,
  lt: (v, p) => v.start < p.start,
  ge: (v, p) => v.end > p.end || dateRules.eq(v, p, 0),
  le: (v, p) => v.start < p.start || dateRules.eq(v, p, 0),
  sa: (v, p) => v.start >= p.end,
  eb: (v, p) => v.end <= p.start,
  // R4: 10 % of the gap between now and the date.
  ap: (v, p, now) => {
    const margin = Math.abs(now - p.start) / 10;
    return v.start < p.end + margin && v.end > p.start - margin;
  },
};

/** Case and accents do not count (R4: string). */
const folded = (s: string): string => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Made once of a value that is sought, which may be long, and not again for each of thousands of documents. */
function once<T extends CriterionValue>(make: (wanted: T) => string): (wanted: T) => string {
  const made = new WeakMap<T, string>();
  return (wanted) => {
    const known = made.get(wanted);
    if (known !== undefined) return known;
    const text = make(wanted);
    made.set(wanted, text);
    return text;
  };
}

const foldedText = once((wanted: Of<'string'>) => folded(wanted.text));
const foldedCode = once((wanted: Of<'token'>) => folded(wanted.code ?? ''));

function stringMatches(text: string, wanted: Of<'string'>, modifier: string | undefined): boolean {
  if (modifier === 'exact') return text === wanted.text;
  const sought = foldedText(wanted);
  return modifier === 'contains' ? folded(text).includes(sought) : folded(text).startsWith(sought);
}

/** `Type/id` of a literal reference, without base and version; a bare id stays bare. */
function literal(reference: string): string {
  const parts = reference.replace(/\/_history\/[^/]*$/, '').split('/');
  return parts.slice(-2).join('/');
}

const literalOf = once((wanted: Of<'reference'>) => literal(wanted.reference));

function referenceMatches(value: Value<'reference'>, wanted: Of<'reference'>): boolean {
  if (value.reference === undefined) return false;
  const [have, want] = [literal(value.reference), literalOf(wanted)];
  return have === want || (!want.includes('/') && have.endsWith(`/${want}`));
}

/** The identifier that a value of a reference parameter says. */
export function asToken(value: CriterionValue): Of<'token'> | undefined {
  if (value.type === 'token') return value;
  if (value.type !== 'reference') return undefined;
  const at = value.reference.indexOf('|');
  if (at < 0) return { type: 'token', code: value.reference };
  const code = value.reference.slice(at + 1);
  return { type: 'token', system: value.reference.slice(0, at), ...(code === '' ? {} : { code }) };
}

function valueMatches(value: SearchValue, wanted: CriterionValue, modifier: string | undefined, now: number): boolean {
  switch (value.type) {
    case 'token':
      if (modifier === 'text') {
        const text =
          wanted.type === 'token' && wanted.code !== undefined
            ? foldedCode(wanted)
            : wanted.type === 'string'
              ? foldedText(wanted)
              : undefined;
        return text !== undefined && value.text !== undefined && folded(value.text).includes(text);
      }
      return wanted.type === 'token' && tokenMatches(value, wanted);
    case 'date':
      return wanted.type === 'date' && dateRules[wanted.prefix](value, wanted, now);
    case 'string':
      return wanted.type === 'string' && stringMatches(value.text, wanted, modifier);
    case 'reference': {
      // `system|value` is no reference: it can only mean the identifier.
      if (modifier !== 'identifier' && wanted.type === 'reference' && !wanted.reference.includes('|'))
        return referenceMatches(value, wanted);
      const token = asToken(wanted);
      if (token === undefined) return false;
      return value.identifiers.some((i) => tokenMatches({ system: i.system, code: i.value, case: 'system' }, token));
    }
  }
}

/** The values of a parameter in a resource, normalised: tokens, intervals, strings, references. */
export function valuesOf(resource: DocumentReference, name: string): SearchValue[] {
  return searchParameter(name).values(resource);
}

/**
 * Whether the values that a resource has for a parameter satisfy a criterion on it (one of its values matches). Modifiers: `:not`, `:text`, `:exact`,
 * `:contains`, `:identifier`, `:missing`.
 * @param now for the prefix `ap`
 */
export function satisfies(values: readonly SearchValue[], criterion: Criterion, now: number = Date.now()): boolean {
  const { modifier } = criterion;
  if (modifier === 'missing') {
    const [wanted] = criterion.values;
    const missing = wanted?.type === 'token' ? wanted.code : wanted?.type === 'string' ? wanted.text : undefined;
    return (values.length === 0) === (missing === 'true');
  }
  const some = criterion.values.some((wanted) => values.some((value) => valueMatches(value, wanted, modifier, now)));
  return modifier === 'not' ? !some : some;
}

/** Whether a document satisfies a criterion. @throws RangeError when the parameter is not served */
export function matches(resource: DocumentReference, criterion: Criterion, now: number = Date.now()): boolean {
  return satisfies(valuesOf(resource, criterion.name), criterion, now);
}
