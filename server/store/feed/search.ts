/** Looking items up, and counting them. */
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import { livingStates } from '../feed-types.ts';
import type { FeedBacklog, FeedFilter, FeedItem, FeedLane, FeedState, FeedStore } from '../feed-types.ts';
import { isUuid } from '../identifiers.ts';
import { itemColumns, type FeedRows } from './rows.ts';

type Reader = Pick<FeedStore, 'byId' | 'search' | 'backlog' | 'countsOf'>;

const uuids = (given: readonly string[]): string[] => given.filter(isUuid);
const range = (from?: Date, until?: Date) => ({
  ...(from === undefined ? {} : { gte: from }),
  ...(until === undefined ? {} : { lt: until }),
});

function conditions(filter: FeedFilter): Prisma.FeedItemWhereInput {
  const { ids, states, patientIds, lanes, kinds, takeoverId, reasons } = filter;
  return {
    ...(ids === undefined ? {} : { id: { in: uuids(ids) } }),
    ...(states === undefined ? {} : { state: { in: [...states] } }),
    ...(patientIds === undefined ? {} : { patientId: { in: uuids(patientIds) } }),
    ...(lanes === undefined ? {} : { lane: { in: [...lanes] } }),
    ...(kinds === undefined ? {} : { kind: { in: [...kinds] } }),
    ...(takeoverId === undefined ? {} : { takeoverId: { in: uuids([takeoverId]) } }),
    ...(reasons === undefined ? {} : { reason: { in: [...reasons] } }),
    createdAt: range(filter.createdFrom, filter.createdUntil),
    updatedAt: range(filter.updatedFrom, filter.updatedUntil),
  };
}

/** What comes after an item in the order of a search. */
const behind = ({ createdAt, id }: Pick<FeedItem, 'createdAt' | 'id'>, oldestFirst: boolean) => {
  const later = <T>(value: T) => (oldestFirst ? { gt: value } : { lt: value });
  return { OR: [{ createdAt: later(createdAt) }, { createdAt, id: later(id) }] };
};

export function feedReader(prisma: PrismaClient, rows: FeedRows): Reader {
  return {
    async byId(id, viewer) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.feedItem.findFirst({ where: { id, ...rows.seenBy(viewer) }, ...itemColumns });
      return row === null ? undefined : rows.read(row);
    },

    async search(viewer, filter, { offset, count, oldestFirst = false, after }) {
      const where = { AND: [rows.seenBy(viewer), conditions(filter)] };
      const order = oldestFirst ? 'asc' : 'desc';
      const [total, found] = await Promise.all([
        after === undefined ? prisma.feedItem.count({ where }) : undefined,
        prisma.feedItem.findMany({
          where: after === undefined ? where : { AND: [where, behind(after, oldestFirst)] },
          orderBy: [{ createdAt: order }, { id: order }],
          skip: offset,
          take: count,
          ...itemColumns,
        }),
      ]);
      return { ...(total === undefined ? {} : { total }), items: found.map((row) => rows.read(row)) };
    },

    async backlog(structure) {
      const where = structure === undefined ? Prisma.sql`true` : Prisma.sql`structure = ${rows.structureOf(structure)}`;
      const counted = await prisma.$queryRaw<{ lane: FeedLane; state: FeedState; n: number; oldest: Date }[]>`
        SELECT lane, state, count(*)::int AS n, min(created_at) AS oldest
        FROM feed_item WHERE ${where} GROUP BY lane, state ORDER BY lane, state`;
      return (['live', 'takeover'] as const).map((lane): FeedBacklog => {
        const mine = counted.filter((row) => row.lane === lane);
        const living = mine.filter((row) => livingStates.some((state) => state === row.state));
        const [oldest] = living.map((row) => row.oldest).sort((a, b) => a.getTime() - b.getTime());
        return {
          lane,
          counts: Object.fromEntries(mine.map((row) => [row.state, row.n])),
          ...(oldest === undefined ? {} : { oldest }),
        };
      });
    },

    async countsOf(takeoverId) {
      if (!isUuid(takeoverId)) return [];
      const counted = await prisma.feedItem.groupBy({
        by: ['state', 'reason'],
        where: { takeoverId },
        _count: true,
        orderBy: [{ state: 'asc' }, { reason: 'asc' }],
      });
      return counted.map(({ state, reason, _count }) => ({
        state: state as FeedState,
        ...(reason === null ? {} : { reason }),
        count: _count,
      }));
    },
  };
}
