/** Pages of a list that does not change while the server runs: a page is its place in the list. */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Pair } from '../../search/pairs.ts';

/** The parameter of a page, in the links that we give. */
export const offsetName = '_offset';

/** Links of the page, and what is on it. @param count `_count`; absent: everything */
export function paged<R>(
  found: readonly R[],
  pairs: readonly Pair[],
  count: number | undefined,
): { resources: R[]; links: [string, Pair[]][] } {
  const given = pairs.find(([name]) => name === offsetName)?.[1];
  if (given !== undefined && !/^\d{1,6}$/.test(given))
    throw new IssueError({ key: 'search-parameter-invalid', values: { name: offsetName, detail: '0, 1, 2…' } });
  const offset = Number(given ?? 0);
  const query = pairs.filter(([name]) => name !== offsetName);
  const at = (n: number): Pair[] => (n === 0 ? query : [...query, [offsetName, String(n)]]);
  const links: [string, Pair[]][] = [['self', at(offset)]];
  if (count === undefined || count === 0) return { resources: found.slice(offset), links };
  if (offset + count < found.length) links.push(['next', at(offset + count)]);
  if (offset > 0) links.push(['previous', at(Math.max(0, offset - count))]);
  return { resources: found.slice(offset, offset + count), links };
}
