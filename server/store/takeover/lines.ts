/** The lines of a take-over: what came, and what became of it. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from '../cipher.ts';
import { Prisma, type PrismaClient, type TakeoverLine as Row } from '../generated/prisma/client.ts';
import type { TakeoverLine, TakeoverLineState, TakeoverStore } from './types.ts';

type LineStore = Pick<TakeoverStore, 'linesBy' | 'receive' | 'received' | 'counts' | 'lines'>;

/** What is sealed of a line. */
interface Content {
  reference: string;
  issues: unknown;
}

export function lineStore(prisma: PrismaClient, cipher: Cipher): LineStore {
  const referenceOf = (takeover: string, reference: string) => cipher.index('takeover.line', takeover, reference);
  const digestOf = (takeover: string, digest: string) => cipher.index('takeover.digest', takeover, digest);
  const placeOf = (id: string) => ['takeover_line', 'content_sealed', id] as const;
  const read = (row: Row): TakeoverLine => ({
    ...(cipher.open(placeOf(row.id), row.contentSealed) as Content),
    state: row.state as TakeoverLineState,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.itemId === null ? {} : { itemId: row.itemId }),
  });

  /** Copies what became of the items. Of one that is forgotten meanwhile, the migration's trigger has copied it. */
  const follow = (takeover: string, now: Date) => prisma.$executeRaw`
    UPDATE takeover_line l SET state = i.state, reason = i.reason, updated_at = ${now}
    FROM feed_item i
    WHERE l.takeover_id = ${takeover}::uuid AND i.id = l.item_id
      AND (l.state, l.reason) IS DISTINCT FROM (i.state, i.reason)`;

  return {
    async linesBy(takeover, received) {
      const rows = await prisma.takeoverLine.findMany({
        where: { takeoverId: takeover, reference: { in: received.map((r) => referenceOf(takeover, r.reference)) } },
      });
      const digests = new Map(received.map((r) => [r.reference, r.digest]));
      return new Map(
        rows.map((row) => {
          const line = read(row);
          const digest = digestOf(takeover, digests.get(line.reference) ?? '');
          return [line.reference, { ...line, isSame: Buffer.compare(row.digest, digest) === 0 }];
        }),
      );
    },

    async receive(takeover, lines, now) {
      if (lines.length === 0) return;
      const values = lines.map(({ reference, digest, state, reason, itemId, issues }) => {
        const id = randomUUID();
        const sealed = cipher.seal(placeOf(id), { reference, issues } satisfies Content);
        return Prisma.sql`(${id}::uuid, ${takeover}::uuid, ${referenceOf(takeover, reference)}, ${digestOf(takeover, digest)},
          ${state}, ${reason ?? null}, ${itemId ?? null}::uuid, ${sealed}, ${now})`;
      });
      // The id goes with what is sealed for it.
      await prisma.$executeRaw`
        INSERT INTO takeover_line AS l
          (id, takeover_id, reference, digest, state, reason, item_id, content_sealed, updated_at)
        VALUES ${Prisma.join(values)}
        ON CONFLICT (takeover_id, reference) DO UPDATE SET
          id = excluded.id, digest = excluded.digest, state = excluded.state, reason = excluded.reason,
          item_id = excluded.item_id, content_sealed = excluded.content_sealed, updated_at = excluded.updated_at
        WHERE l.state = 'rejected'`;
    },

    received: (takeover) => prisma.takeoverLine.count({ where: { takeoverId: takeover } }),

    async counts(takeover, now) {
      await follow(takeover, now);
      const groups = await prisma.takeoverLine.groupBy({
        by: ['state', 'reason'],
        where: { takeoverId: takeover },
        _count: { _all: true },
        orderBy: [{ state: 'asc' }, { reason: 'asc' }],
      });
      return groups.map(({ state, reason, _count }) => ({
        state: state as TakeoverLineState,
        ...(reason === null ? {} : { reason }),
        count: _count._all,
      }));
    },

    async lines(takeover, { after, most, states }) {
      const rows = await prisma.takeoverLine.findMany({
        where: {
          takeoverId: takeover,
          ...(after === undefined ? {} : { number: { gt: BigInt(after) } }),
          ...(states ? { state: { in: [...states] } } : {}),
        },
        orderBy: { number: 'asc' },
        take: most + 1,
      });
      const next = rows.length > most ? rows[most - 1]?.number : undefined;
      return { lines: rows.slice(0, most).map(read), ...(next === undefined ? {} : { next: String(next) }) };
    },
  };
}
