/**
 * The worker's side of the feed: which lanes have something to do, claiming it, and saying what came of it. A claim is a lease by
 * the database's clock: what its instance does not renew (killed, cut off) is anybody's, and its outcome is not known then.
 */
import { SealError, UnknownKeyError } from '../cipher.ts';
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import { type ClaimedItem, type FeedWork, livingStates } from '../feed-types.ts';
import { isUuid } from '../identifiers.ts';
import type { Database } from '../database.ts';
import { lineColumns, lineOf, lockClaims, lockLines, nextOf } from './line.ts';
import type { FeedRows } from './rows.ts';
import { transactionTimes } from './transaction.ts';
import type { Lane, Turns } from './turns.ts';

/** How many lapsed claims are looked at in one transaction. */
const LAPSED = 100;
/** Of so many requests one can be read, unless somebody alters them all. */
const TRIED = 10;
/** The longest pause of what was interrupted time and again. */
const MOST_PAUSE_MS = 10_000;

const interval = (ms: number) => Prisma.sql`make_interval(secs => ${ms / 1000}::float8)`;

export function feedWork(prisma: PrismaClient, rows: FeedRows, turns: Turns): FeedWork {
  /** Struct_IdNat by keyed hash. */
  const names = new Map<string, string>();

  /** The row keeps only a hash of its structure: what it is, the request says. */
  async function nameOf({ structure }: Lane): Promise<string | undefined> {
    const key = Buffer.from(structure).toString('hex');
    const known = names.get(key);
    if (known !== undefined) return known;
    const some = await prisma.feedItem.findMany({
      where: { structure, state: { in: [...livingStates] }, contentSealed: { not: null } },
      select: { id: true, contentSealed: true },
      orderBy: { size: 'asc' },
      take: TRIED,
    });
    for (const { id, contentSealed } of some) {
      const name = openOrUndefined(() => rows.openContent(id, contentSealed!))?.owner.structure;
      if (name === undefined) continue;
      names.set(key, name);
      return name;
    }
    return undefined;
  }

  const withPatient = (db: Database, where: Prisma.FeedItemWhereInput) =>
    db.feedItem.findMany({ where, include: { patient: { select: { insSealed: true } } }, orderBy: { place: 'asc' } });

  return {
    async due() {
      const lanes = await Promise.all(
        (await turns.due()).map(async (lane) => ({ structure: await nameOf(lane), lane: lane.lane })),
      );
      return lanes.flatMap(({ structure, lane }) => (structure === undefined ? [] : [{ structure, lane }]));
    },

    async claim({ structure, lane }, { worker, most, concurrency, leaseMs }) {
      const of: Lane = { structure: rows.structureOf(structure), lane };
      return prisma.$transaction(async (db) => {
        await lockClaims(db, of.structure);
        const [busy] = await db.$queryRaw<{ n: number }[]>`
          SELECT count(*)::int AS n FROM feed_item
          WHERE structure = ${of.structure} AND state = 'active' AND lease_until > clock_timestamp()`;
        const free = Math.min(most, concurrency - (busy?.n ?? 0));
        const ids = free < 1 ? [] : await turns.take(db, of, free);
        if (ids.length === 0) return [];
        // A turn of what was taken back meanwhile leads nowhere.
        await db.$executeRaw`
          UPDATE feed_item SET state = 'active', next_at = NULL, claim = gen_random_uuid(), lease_owner = ${worker}::uuid,
            lease_until = clock_timestamp() + ${interval(leaseMs)}, version = version + 1
          WHERE id = ANY(${ids}::uuid[]) AND state IN ('queued', 'waiting')`;
        const claimed = await withPatient(db, { id: { in: ids }, leaseOwner: worker, state: 'active' });
        return claimed.flatMap((row): ClaimedItem[] => {
          const { contentSealed, claim, ...item } = row;
          if (contentSealed === null || claim === null) return [];
          const { owner, content } = openOrUndefined(() => rows.openContent(row.id, contentSealed)) ?? {
            owner: { structure, clientId: '', personId: '' },
            content: undefined,
          };
          const read = (given: typeof item) => rows.read({ ...given, claim });
          const shown = openOrUndefined(() => read(item)) ?? read({ ...item, resultSealed: null });
          return [{ ...shown, owner, content, claim }];
        });
      }, transactionTimes);
    },

    async renew(worker, claims, leaseMs) {
      const held = await prisma.$queryRaw<{ claim: string }[]>`
        UPDATE feed_item SET lease_until = clock_timestamp() + ${interval(leaseMs)}
        WHERE lease_owner = ${worker}::uuid AND claim = ANY(${claims.filter(isUuid)}::uuid[]) AND state = 'active'
        RETURNING claim::text`;
      return held.map((row) => row.claim);
    },

    async finish({ id, claim }, outcome, now) {
      const row = await prisma.feedItem.findUnique({ where: { id }, select: { place: true, ...lineColumns } });
      if (row === null) return false;
      const line = lineOf(row);
      return prisma.$transaction(async (db) => {
        await lockLines(db, [line]);
        const isWaiting = outcome.state === 'waiting';
        const { count } = await db.feedItem.updateMany({
          where: { id, claim, state: 'active' },
          data: {
            state: outcome.state,
            reason: outcome.state === 'delivered' ? null : outcome.reason,
            ...(outcome.result === undefined ? {} : { resultSealed: rows.sealResult(id, outcome.result) }),
            ...(isWaiting && !outcome.attempted ? {} : { attempts: { increment: 1 } }),
            uncertain: outcome.state !== 'delivered' && outcome.isUncertain === true,
            ...(isWaiting ? { nextAt: outcome.nextAt } : { finishedAt: now }),
            ...(outcome.state === 'delivered' ? { contentSealed: null } : {}),
            ...{ claim: null, leaseOwner: null, leaseUntil: null, version: { increment: 1 }, updatedAt: now },
          },
        });
        if (count === 0) return false;
        if (isWaiting) await turns.give(db, line, id, outcome.nextAt.getTime() - now.getTime());
        else {
          await db.feedDocument.deleteMany({ where: { itemId: id } });
          await nextOf(db, turns, line, ({ place }) => place > row.place);
        }
        return true;
      }, transactionTimes);
    },

    async mend() {
      const lost = await turns.lost();
      await turns.prepare(lost.map(({ line }) => line));
      for (const { id, line } of lost)
        await prisma.$transaction(async (db) => {
          await lockLines(db, [line]);
          await nextOf(db, turns, line, (first) => first.id === id);
        }, transactionTimes);
      return lost.length;
    },

    async takeBack(now) {
      return prisma.$transaction(async (db) => {
        const lapsed = await db.$queryRaw<{ id: string; attempts: number; reason: string | null }[]>`
          SELECT id, attempts, reason FROM feed_item WHERE state = 'active' AND lease_until <= clock_timestamp()
          ORDER BY lease_until LIMIT ${LAPSED} FOR UPDATE SKIP LOCKED`;
        const ids = lapsed.map((row) => row.id);
        const pauses = new Map(lapsed.map((row) => [row.id, pauseOf(row)]));
        await db.feedItem.updateMany({
          where: { id: { in: ids } },
          data: {
            ...{
              state: 'waiting',
              reason: 'feed-interrupted',
              uncertain: true,
              nextAt: now,
              attempts: { increment: 1 },
            },
            ...{ claim: null, leaseOwner: null, leaseUntil: null, version: { increment: 1 }, updatedAt: now },
          },
        });
        // They are the first of their lines, and stay so: no line needs to be locked.
        for (const row of await db.feedItem.findMany({
          where: { id: { in: ids } },
          select: { id: true, ...lineColumns },
        }))
          await turns.give(db, lineOf(row), row.id, pauses.get(row.id));
        return ids.length;
      }, transactionTimes);
    },
  };
}

/**
 * What was interrupted once goes on at once. Of several that are interrupted together time and again, one may be what kills the
 * instance: at random moments, the others come through without it. Milliseconds.
 */
const pauseOf = ({ attempts, reason }: { attempts: number; reason: string | null }): number =>
  reason === 'feed-interrupted' ? Math.random() * Math.min(MOST_PAUSE_MS, 1000 * 2 ** attempts) : 0;

/** Undefined when it was altered: whoever claimed it must end it, or its line would stand still. */
function openOrUndefined<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof SealError && !(error instanceof UnknownKeyError)) return undefined;
    throw error;
  }
}
