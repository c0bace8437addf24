/**
 * The limits of structures towards the DMP: one row each, see `limit-types.ts`. The pace is GCRA (a leaky bucket that keeps the time
 * of the next turn) without tolerance: two turns are never closer than an interval, so there is no burst.
 */
import type { Cipher } from '../cipher.ts';
import { feedRows } from '../feed/rows.ts';
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import type { DmpHealth, LimitKey, LimitStore, StoredLimits } from '../limit-types.ts';
import { bookTurn } from './turn.ts';

type Nullable<T> = { [K in keyof Required<T>]: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] };

const healthColumns = Prisma.raw(`
  factor, slowed_at AS "slowedAt", latency_ms AS "latencyMs", failures, openings, open_until AS "openUntil",
  probe_until AS "probeUntil", clock_timestamp() AS now`);

const healthOf = (row: Nullable<DmpHealth>): DmpHealth => ({
  ...{ factor: row.factor, failures: row.failures, openings: row.openings },
  ...(row.slowedAt ? { slowedAt: row.slowedAt } : {}),
  ...(row.latencyMs === null ? {} : { latencyMs: row.latencyMs }),
  ...(row.openUntil ? { openUntil: row.openUntil } : {}),
  ...(row.probeUntil ? { probeUntil: row.probeUntil } : {}),
});

export function limitStore(prisma: PrismaClient, cipher: Cipher): LimitStore {
  const { structureOf } = feedRows(cipher);
  const keyOf = ({ structure, software }: LimitKey) => cipher.index('feed.limit', structure, software);
  const begin = (key: Uint8Array<ArrayBuffer>) => prisma.$executeRaw`
    INSERT INTO feed_limit (key, next_at, day) VALUES (${key}, clock_timestamp(), current_date) ON CONFLICT DO NOTHING`;

  return {
    async turn(of, rules) {
      const key = keyOf(of);
      const answer = await bookTurn(prisma, key, rules);
      if (answer) return answer;
      await begin(key);
      return (await bookTurn(prisma, key, rules))!;
    },

    async learn(of, change) {
      const key = keyOf(of);
      await prisma.$transaction(async (db) => {
        const [row] = await db.$queryRaw<(Nullable<DmpHealth> & { now: Date })[]>`
          WITH locked AS MATERIALIZED (SELECT * FROM feed_limit WHERE key = ${key} FOR UPDATE)
          SELECT ${healthColumns} FROM locked`;
        // Nothing goes out without a turn, which makes the row.
        if (row === undefined) return;
        const to = change(healthOf(row), row.now);
        await db.$executeRaw`
          UPDATE feed_limit SET factor = ${to.factor}, slowed_at = ${to.slowedAt ?? null},
            latency_ms = ${to.latencyMs ?? null}, failures = ${to.failures}, openings = ${to.openings},
            open_until = ${to.openUntil ?? null}, probe_until = ${to.probeUntil ?? null}
          WHERE key = ${key}`;
      });
    },

    async read(of) {
      const [row] = await prisma.$queryRaw<(Nullable<DmpHealth> & Pick<StoredLimits, 'now' | 'today' | 'midnight'>)[]>`
        WITH clock AS (SELECT (clock_timestamp() AT TIME ZONE 'Europe/Paris')::date AS today)
        SELECT ${healthColumns}, CASE WHEN day = clock.today THEN documents ELSE 0 END AS today,
          (clock.today + 1)::timestamp AT TIME ZONE 'Europe/Paris' AS midnight
        FROM feed_limit, clock WHERE key = ${keyOf(of)}`;
      return row && { ...healthOf(row), now: row.now, today: row.today, midnight: row.midnight };
    },

    async backlog(structure) {
      const owner = structureOf(structure);
      const [row] = await prisma.$queryRaw<{ count: number; oldestMs: number }[]>`
        SELECT count(*)::int AS count, coalesce(1000 * extract(epoch FROM clock_timestamp() - min(i.updated_at) FILTER (
          WHERE i.state = 'queued' AND NOT EXISTS (
            SELECT FROM feed_item o
            WHERE o.structure = i.structure AND o.lane = i.lane AND o.patient_id = i.patient_id AND o.place < i.place
              AND o.state IN ('queued', 'active', 'waiting')))), 0)::float8 AS "oldestMs"
        FROM feed_item i
        WHERE i.structure = ${owner} AND i.lane = 'live' AND i.state IN ('queued', 'active', 'waiting')`;
      return row!;
    },
  };
}
