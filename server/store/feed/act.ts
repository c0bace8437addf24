/** What a person does with an item: take it back, queue it again, release or decline what was proposed. */
import type { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { deadStates, type FeedItem, type FeedState, type FeedStore, type FeedViewer } from '../feed-types.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../identifiers.ts';
import { lineColumns, lineOf, lockLines, nextOf } from './line.ts';
import { itemColumns, type FeedRows } from './rows.ts';
import { transactionTimes } from './transaction.ts';
import type { Turns } from './turns.ts';

type Action = Parameters<FeedStore['act']>[2];

/** From which states to which; whether the request and the uniqueIds are kept. */
const actions: Record<Action, { from: readonly FeedState[]; to: FeedState; ends: boolean }> = {
  cancel: { from: ['queued', 'waiting'], to: 'cancelled', ends: true },
  requeue: { from: deadStates, to: 'queued', ends: false },
  release: { from: ['proposed'], to: 'queued', ends: false },
  decline: { from: ['proposed'], to: 'declined', ends: true },
};

interface Deed {
  id: string;
  viewer: FeedViewer;
  action: Action;
  reason?: string;
  version?: number;
  result?: unknown;
}

/** See `FeedStore.act`. */
export async function act(
  prisma: PrismaClient,
  rows: FeedRows,
  turns: Turns,
  { id, viewer, action, reason, version, result }: Deed,
  now: Date,
): Promise<{ item: FeedItem; changed: boolean } | undefined> {
  if (!isUuid(id)) return undefined;
  const where = { id, ...rows.seenBy(viewer) };
  const found = await prisma.feedItem.findFirst({ where, select: lineColumns });
  if (found === null) return undefined;
  const line = lineOf(found);
  await turns.prepare([line]);
  return prisma.$transaction(async (db) => {
    await lockLines(db, [line]);
    const before = await db.feedItem.findUnique({ where: { id }, select: { place: true } });
    if (before === null) return undefined;
    const { from, to, ends } = actions[action];
    const asMeant = { id, state: { in: [...from] }, ...(version === undefined ? {} : { version }) };
    const isFree = action !== 'requeue' || (await takeAgain(db, rows, asMeant));
    const { count } = !isFree
      ? { count: 0 }
      : await db.feedItem.updateMany({
          where: { ...asMeant, ...(action === 'cancel' ? { uncertain: false } : {}) },
          data: {
            state: to,
            reason: reason ?? null,
            nextAt: null,
            version: { increment: 1 },
            updatedAt: now,
            ...(result === undefined ? {} : { resultSealed: rows.sealResult(id, result) }),
            ...(ends ? { contentSealed: null, finishedAt: now } : { attempts: 0, finishedAt: null }),
          },
        });
    if (count === 1) {
      if (ends) await db.feedDocument.deleteMany({ where: { itemId: id } });
      // At the end of its line: those that came after it may be under way.
      else
        await db.$executeRaw`
        UPDATE feed_item SET place = nextval(pg_get_serial_sequence('feed_item', 'place')) WHERE id = ${id}::uuid`;
      await nextOf(db, turns, line, (first) => (ends ? first.place > before.place : first.id === id));
    }
    const row = await db.feedItem.findUnique({ where: { id }, ...itemColumns });
    return row === null ? undefined : { item: rows.read(row), changed: count === 1 };
  }, transactionTimes);
}

/** Takes the uniqueIds of an item that had ended. @returns false when another has one of them meanwhile: nothing was taken */
async function takeAgain(db: Database, rows: FeedRows, where: Prisma.FeedItemWhereUniqueInput): Promise<boolean> {
  const row = await db.feedItem.findUnique({ where, select: { id: true, contentSealed: true } });
  if (row === null || row.contentSealed === null) return false;
  const { id } = row;
  const { owner, uniqueIds } = rows.openContent(id, row.contentSealed);
  const uniques = [...new Set(uniqueIds)].map((uniqueId) => rows.uniqueOf(owner.structure, uniqueId));
  const taken = await db.$executeRaw`
    INSERT INTO feed_document ("unique", item_id)
    SELECT u, ${id}::uuid FROM unnest(${uniques}::bytea[]) AS u ORDER BY u
    ON CONFLICT ("unique") DO NOTHING`;
  if (taken === uniques.length) return true;
  await db.feedDocument.deleteMany({ where: { itemId: id } });
  return false;
}
