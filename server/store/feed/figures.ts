/** What came of the items of a structure, for whoever looks after it. */
import type { PrismaClient } from '../generated/prisma/client.ts';
import { deadStates, type FeedFigures } from '../feed-types.ts';

const hourMs = 3_600_000;

/** @param structure its keyed hash */
export async function figures(
  prisma: PrismaClient,
  structure: Uint8Array<ArrayBuffer>,
  now: Date,
): Promise<FeedFigures> {
  const since = (hours: number) => ({ gte: new Date(now.getTime() - hours * hourMs) });
  const delivered = (hours: number): Promise<number> =>
    prisma.feedItem.count({ where: { structure, state: 'delivered', finishedAt: since(hours) } });
  const [hour, day, failed] = await Promise.all([
    delivered(1),
    delivered(24),
    prisma.feedItem.groupBy({
      by: ['state', 'reason'],
      where: { structure, state: { in: [...deadStates] } },
      _count: { id: true },
      _max: { updatedAt: true },
      orderBy: [{ _count: { id: 'desc' } }, { reason: 'asc' }],
    }),
  ]);
  return {
    delivered: { hour, day },
    failed: failed.map(({ state, reason, _count, _max }) => ({
      state: state as (typeof deadStates)[number],
      reason: reason ?? 'internal',
      count: _count.id,
      last: _max.updatedAt ?? now,
    })),
  };
}
