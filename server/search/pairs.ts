/**
 * The raw pairs of a query string or form body (application/x-www-form-urlencoded), in order, repeated names kept.
 * Strict: a malformed escape or a byte sequence that is not UTF-8 is refused rather than repaired.
 */
import { IssueError } from '../../mappings/outcome.ts';

export type Pair = readonly [name: string, value: string];

const maxPairs = 200;

/**
 * @param text without the leading `?`
 * @throws IssueError `query-malformed`
 */
export function parsePairs(text: string): Pair[] {
  if (text === '') return [];
  const parts = text.split('&').filter((p) => p !== '');
  if (parts.length > maxPairs)
    throw new IssueError({ key: 'query-malformed', values: { detail: `> ${maxPairs} parameters` } });
  return parts.map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    throw new IssueError({ key: 'query-malformed', values: { detail: '%-escape, UTF-8' } });
  }
}

/** The inverse of `parsePairs`: what a link holds. Commas, colons, slashes and bars stay readable. */
export function formatPairs(pairs: readonly Pair[]): string {
  const encode = (s: string): string => encodeURIComponent(s).replace(/%(2C|3A|2F)/g, (e) => decodeURIComponent(e));
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}
