/**
 * The turns of the feed: jobs of pg-boss, on our database and in our transactions. A job only says whose turn it is (its id is the
 * item's) and from when; the row says everything else. One queue for each lane of each structure, so that one that is closed or
 * slowed down costs the others nothing.
 *
 * Of pg-boss nothing runs by itself: a job is taken and removed in the transaction that claims its row, so that there is
 * none to expire, retry or archive, and nothing of cron is used.
 */
import type { Pool } from 'pg';
import PgBoss from 'pg-boss';
import type { Database } from '../database.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { FeedLane } from '../feed-types.ts';
import { transactionTimes } from './transaction.ts';

/** Of one structure (its keyed hash). */
export interface Lane {
  structure: Uint8Array<ArrayBuffer>;
  lane: FeedLane;
}

export interface Turns {
  /** Makes the queue of a lane, if there is none; outside any transaction, before jobs are given. */
  prepare(lanes: readonly Lane[]): Promise<void>;
  /** Gives an item its turn, unless it has one. @param delayMs from now, by the database's clock */
  give(db: Database, lane: Lane, item: string, delayMs?: number): Promise<void>;
  /** Takes up to so many turns that have come. @returns the items */
  take(db: Database, lane: Lane, most: number): Promise<string[]>;
  /** The first of each line, unless it has its turn or is being worked on. */
  lost(): Promise<{ id: string; line: Lane & { patientId: string } }[]>;
  /** The lanes where somebody's turn has come. */
  due(): Promise<Lane[]>;
}

/** Advisory lock: queues are made one after the other, or two of them could wait for each other at pg-boss's tables. */
const QUEUE_LOCK = 71202620;
/** How many lost turns are given back at once. */
const MOST_LOST = 1000;
/** How many lanes are asked for in one statement. */
const AT_ONCE = 100;

const nameOf = ({ structure, lane }: Lane): string => `feed_${lane}_${Buffer.from(structure).toString('hex')}`;

const options = { schema: 'pgboss', supervise: false, schedule: false } as const;

/** pg-boss on a connection or transaction: nothing is started, every call is one statement. */
const bossOn = (executeSql: PgBoss.Db['executeSql']): PgBoss => new PgBoss({ ...options, db: { executeSql } });

/**
 * Where something is in line. From one to the next by the index, however many stand in each: PostgreSQL makes no such « loose index
 * scan » of a DISTINCT.
 */
const lanesInUse = (prisma: PrismaClient): Promise<Lane[]> => prisma.$queryRaw<Lane[]>`
  WITH RECURSIVE step AS (
    SELECT state, first.* FROM (VALUES ('queued'), ('waiting')) AS s(state), LATERAL (
      SELECT lane, structure FROM feed_item f WHERE f.state = s.state ORDER BY lane, structure LIMIT 1) AS first
    UNION ALL
    SELECT state, next.* FROM step, LATERAL (
      SELECT lane, structure FROM feed_item f
      WHERE f.state = step.state AND (f.lane, f.structure) > (step.lane, step.structure)
      ORDER BY lane, structure LIMIT 1) AS next
  )
  SELECT DISTINCT lane, structure FROM step`;

/** pg-boss leaves undefined what Prisma wants as null. */
const answering =
  (db: Database): PgBoss.Db['executeSql'] =>
  async (text, values) => ({
    rows: await db.$queryRawUnsafe<unknown[]>(text, ...(values as unknown[]).map((value) => value ?? null)),
  });

/** For what answers nothing, of a type that Prisma does not read. */
const withoutAnswer = (db: Database): PgBoss =>
  bossOn(async (text, values) => {
    await db.$executeRawUnsafe(text, ...(values as unknown[]));
    return { rows: [] };
  });

/**
 * Makes or updates pg-boss's own tables. Several instances may start at once: called under the lock of the migrations.
 * @param pool several statements in one, which only a connection without parameters takes
 */
export async function installTurns(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    const boss = bossOn((text, values) => client.query(text, values as unknown[] | undefined));
    await boss.start();
    await boss.stop({ graceful: false });
  } catch (error) {
    // Its script opens a transaction of its own.
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

export function openTurns(prisma: PrismaClient): Turns {
  const prepared = new Set<string>();
  let preparing: Promise<unknown> = Promise.resolve();

  const make = (names: readonly string[]): Promise<void> =>
    prisma.$transaction(async (db) => {
      await db.$executeRaw`SELECT pg_advisory_xact_lock(${QUEUE_LOCK}::bigint)`;
      for (const name of names) await withoutAnswer(db).createQueue(name, { name, policy: 'standard' });
    }, transactionTimes);

  return {
    async prepare(lanes) {
      const names = [...new Set(lanes.map(nameOf))].filter((name) => !prepared.has(name)).sort();
      if (names.length === 0) return;
      // One after the other in this process: each holds a connection while it waits.
      const mine = preparing.then(() => make(names));
      preparing = mine.catch(() => undefined);
      await mine;
      for (const name of names) prepared.add(name);
    },

    async give(db, lane, item, delayMs = 0) {
      const startAfter = Math.max(0, delayMs) / 1000;
      await bossOn(answering(db)).send(nameOf(lane), {}, { id: item, startAfter, retryLimit: 0 });
    },

    async take(db, lane, most) {
      const name = nameOf(lane);
      // What goes wrong with it, pg-boss keeps to itself.
      const failures: unknown[] = [];
      const boss = bossOn((text, values) =>
        answering(db)(text, values).catch((error: unknown) => {
          failures.push(error);
          throw error;
        }),
      );
      const jobs = await boss.fetch(name, { batchSize: most });
      for (const failure of failures) throw failure;
      const ids = jobs.map((job) => job.id);
      if (ids.length > 0) await boss.deleteJob(name, ids);
      return ids;
    },

    async lost() {
      const lost: { id: string; line: Lane & { patientId: string } }[] = [];
      for (const { lane, structure } of await lanesInUse(prisma)) {
        if (lost.length >= MOST_LOST) break;
        const rows = await prisma.$queryRaw<{ id: string; patientId: string }[]>`
          SELECT f.id, f.patient_id AS "patientId" FROM (
            SELECT DISTINCT ON (patient_id) id, patient_id, state FROM feed_item
            WHERE structure = ${structure} AND lane = ${lane} AND state IN ('queued', 'active', 'waiting')
            ORDER BY patient_id, place
          ) f WHERE f.state <> 'active' AND NOT EXISTS (
            SELECT 1 FROM pgboss.job j WHERE j.name = ${nameOf({ structure, lane })} AND j.id = f.id)
          LIMIT ${MOST_LOST}`;
        lost.push(...rows.map(({ id, patientId }) => ({ id, line: { structure, lane, patientId } })));
      }
      return lost;
    },

    async due() {
      const lanes = await lanesInUse(prisma);
      const due: Lane[] = [];
      for (let i = 0; i < lanes.length; i += AT_ONCE) {
        const some = lanes.slice(i, i + AT_ONCE);
        // pg-boss tells no queue's due jobs without taking them. A queue is a partition: by its name, no other is planned or locked.
        const each = some.map(
          (lane, n) => Prisma.sql`
            SELECT ${n}::int AS n WHERE EXISTS (
              SELECT 1 FROM pgboss.job WHERE name = ${nameOf(lane)} AND state < 'active' AND start_after < now())`,
        );
        const rows = await prisma.$queryRaw<{ n: number }[]>`${Prisma.join(each, ' UNION ALL ')}`;
        due.push(...rows.flatMap(({ n }) => some[n] ?? []));
      }
      return due;
    },
  };
}
