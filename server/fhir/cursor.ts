/**
 * Pages that the store cuts: each begins behind the last of the one before. The link carries an opaque cursor; what was asked is kept
 * behind it, encrypted, for this caller, for SEARCH_TTL_SECONDS.
 */
import { z } from 'zod';
import { IssueError } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import type { Pair } from '../search/pairs.ts';
import type { Call } from './interaction.ts';
import type { Services } from './services.ts';

/** What every position holds, besides what is looked for and where it goes on. */
export const pagePosition = {
  selection: z.object({
    summary: z.enum(['true', 'false', 'text', 'data', 'count']).optional(),
    elements: z.array(z.string()).optional(),
  }),
  size: z.number(),
  /** What was counted for the first page; absent: more than is counted. */
  total: z.number().optional(),
  self: z.array(z.tuple([z.string(), z.string()]).readonly()),
};

const ownerOf = ({ clientId, personId, structure, isAdministrator = false, strength }: Caller, type: string): string =>
  [clientId, personId, structure.id, String(isAdministrator), strength, type].join('\n');

/** The link to what comes behind a position. @param position JSON */
export async function nextLink(
  position: unknown,
  type: string,
  { caller }: Call,
  { store }: Services,
): Promise<(readonly ['next', readonly Pair[]])[]> {
  const cursor = await store.searches.save(ownerOf(caller, type), position);
  return [['next', [['_cursor', cursor]]]];
}

/**
 * The position behind the cursor of a request.
 * @throws IssueError `search-expired` when it is gone or another's
 */
export async function resumedAt<F extends z.ZodType<{ self: unknown }>>(
  form: F,
  type: string,
  { caller, pairs }: Call,
  { store }: Services,
): Promise<z.output<F>> {
  const cursor = pairs.find(([name]) => name === '_cursor')?.[1] ?? '';
  const kept = await store.searches.load(ownerOf(caller, type), cursor);
  if (kept === undefined) throw new IssueError({ key: 'search-expired' });
  return { ...form.parse(kept), self: [['_cursor', cursor]] };
}
