/**
 * Values of search parameters, by type. Escapes: `\,` `\|` `\$` `\\` (FHIR R4 search.html#escaping).
 */
import type { CriterionValue, Prefix, SearchType } from '../../mappings/criteria.ts';
import { intervalOf } from './dates.ts';

/** The text is not a value of that type. `reason` goes to the client: it names the rule and never repeats the value. */
export class ValueError extends Error {
  override name = 'ValueError';
}

/** Splits at a separator that no backslash protects; the pieces keep their escapes. */
export function splitEscaped(text: string, separator: ',' | '|'): string[] {
  const out: string[] = [];
  let piece = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') {
      piece += text.slice(i, i + 2);
      i++;
    } else if (text[i] === separator) {
      out.push(piece);
      piece = '';
    } else piece += text.charAt(i);
  }
  out.push(piece);
  return out;
}

/** @throws ValueError on a backslash that escapes nothing */
export function unescape(text: string): string {
  return text.replace(/\\([\s\S]?)/g, (_, c: string) => {
    if (c === '' || !',|$\\'.includes(c)) throw new ValueError('\\, \\| \\$ \\\\');
    return c;
  });
}

/** The inverse of `unescape`. */
export const escape = (text: string): string => text.replace(/[\\,|$]/g, '\\$&');

/** `code`, `system|code`, `|code`, `system|`. */
export function parseToken(text: string): CriterionValue {
  const parts = splitEscaped(text, '|').map(unescape);
  if (parts.length > 2) throw new ValueError('system|code');
  const [system = '', code] = parts;
  if (code === undefined) return { type: 'token', code: system };
  if (system === '' && code === '') throw new ValueError('system|code');
  return code === '' ? { type: 'token', system } : { type: 'token', system, code };
}

const prefixes: readonly string[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

/** A prefix and the interval that the written date stands for; how wide `ap` is, the matching decides. */
export function parseDate(text: string): CriterionValue {
  const given = text.slice(0, 2);
  const prefix = (prefixes.includes(given) ? given : 'eq') as Prefix;
  // A `+` of a zone that the client did not escape arrives as a blank.
  const written = text.slice(prefixes.includes(given) ? 2 : 0).replace(/ (?=\d{2}:\d{2}$)/, '+');
  const interval = intervalOf(written);
  if (!interval) throw new ValueError('[eq|ne|gt|lt|ge|le|sa|eb|ap]YYYY[-MM[-DD[Thh:mm[:ss[.sss]][Z|±hh:mm]]]]');
  return { type: 'date', prefix, start: interval.start, end: interval.end, text: written };
}

/** One value (already split from its alternatives). @throws ValueError */
export function parseValue(type: SearchType, text: string): CriterionValue {
  switch (type) {
    case 'token':
      return parseToken(text);
    case 'date':
      return parseDate(unescape(text));
    case 'string':
      return { type: 'string', text: unescape(text) };
    case 'reference':
      return { type: 'reference', reference: unescape(text) };
  }
}
