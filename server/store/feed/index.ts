/** The feed's table and its turns: see `FeedStore` and `FeedWork`. */
import type { Cipher } from '../cipher.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import { endedStates, type FeedStore, type FeedWork } from '../feed-types.ts';
import { acceptAll } from './accept.ts';
import { act } from './act.ts';
import { figures } from './figures.ts';
import { feedRows } from './rows.ts';
import { feedReader } from './search.ts';
import { openTurns } from './turns.ts';
import { feedWork } from './work.ts';

export function depositFeed(prisma: PrismaClient, cipher: Cipher): { feed: FeedStore; feedWork: FeedWork } {
  const rows = feedRows(cipher);
  const turns = openTurns(prisma);
  return {
    feed: {
      ...feedReader(prisma, rows),
      figures: (structure, now) => figures(prisma, rows.structureOf(structure), now),
      async accept(item, now) {
        const [accepted] = await acceptAll(prisma, rows, turns, [item], now);
        return accepted!;
      },
      acceptAll: (items, now) => acceptAll(prisma, rows, turns, items, now),
      act: (id, viewer, action, now, reason, more) =>
        act(prisma, rows, turns, { id, viewer, action, ...(reason === undefined ? {} : { reason }), ...more }, now),
      purge: (endedBefore, most) => prisma.$executeRaw`
        DELETE FROM feed_item WHERE id IN (
          SELECT id FROM feed_item WHERE state = ANY(${[...endedStates]}::text[]) AND finished_at < ${endedBefore}
          ORDER BY finished_at LIMIT ${most} FOR UPDATE SKIP LOCKED)`,
    },
    feedWork: feedWork(prisma, rows, turns),
  };
}
