/**
 * Pages of the record. It only grows, at its head: a page begins after the last record of the one before, and the store cuts it. The
 * link carries an opaque cursor; what was asked is kept behind it, for this caller, for SEARCH_TTL_SECONDS.
 */
import { z } from 'zod';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Pair } from '../../search/pairs.ts';
import type { Call } from '../interaction.ts';
import type { Services } from '../services.ts';

const position = z.object({
  wanted: z.object({
    ids: z.array(z.string()).readonly().optional(),
    person: z.string().optional(),
    patientId: z.string().optional(),
    outcome: z.enum(['pending', 'success', 'refused', 'failure', 'major']).optional(),
    terms: z.array(z.array(z.string()).readonly()).readonly().optional(),
    from: z.coerce.date().optional(),
    until: z.coerce.date().optional(),
  }),
  selection: z.object({
    summary: z.enum(['true', 'false', 'text', 'data', 'count']).optional(),
    elements: z.array(z.string()).optional(),
  }),
  size: z.number(),
  /** What was counted for the first page; absent: more than is counted. */
  total: z.number().optional(),
  self: z.array(z.tuple([z.string(), z.string()]).readonly()),
  /** The last record of the page before. */
  after: z.string().optional(),
});

/** Where a page begins, and what it is a page of. */
export type Position = z.output<typeof position>;

const ownerOf = ({ clientId, personId, structure, isAdministrator = false }: Caller): string =>
  [clientId, personId, structure.id, String(isAdministrator), 'AuditEvent'].join('\n');

/** The link to what comes after a record. */
export async function nextPage(
  now: Position,
  after: string,
  { caller }: Call,
  { store }: Services,
): Promise<(readonly ['next', readonly Pair[]])[]> {
  const cursor = await store.searches.save(ownerOf(caller), { ...now, after });
  return [['next', [['_cursor', cursor]]]];
}

/** The position behind the cursor of a request. @throws IssueError `search-expired` when it is gone or another's */
export async function resumed({ caller, pairs }: Call, { store }: Services): Promise<Position> {
  const cursor = pairs.find(([name]) => name === '_cursor')?.[1] ?? '';
  const kept = await store.searches.load(ownerOf(caller), cursor);
  if (kept === undefined) throw new IssueError({ key: 'search-expired' });
  return { ...position.parse(kept), self: [['_cursor', cursor]] };
}
