/**
 * Applies `prisma/migrations` at start-up, with the lock, the table and the checksums of `prisma migrate deploy`, so
 * that the CLI and we agree on what was done. The CLI itself is not used: it can report success when its engine dies.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { DatabaseError } from './errors.ts';
import { installTurns } from './feed/turns.ts';

/** The advisory lock that Prisma takes: of several instances that start at once, one migrates. */
const LOCK = 72707369;

const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/** How often it is asked whether the lock is free. */
const LOCK_EVERY_MS = 100;

/** SQLSTATE lock_not_available. */
const NOT_AVAILABLE = '55P03';

export interface Patience {
  /**
   * How long a statement may wait for a table, ms. Whoever asks for that table after it waits behind it: the instances that run
   * meanwhile are kept waiting no longer than this at a time.
   */
  lockMs: number;
  /** Between two tries, ms: the instances that run come first. */
  pauseMs: number;
  /** How often a file is tried before it is given up. */
  tries: number;
}
const usual: Patience = { lockMs: 2000, pauseMs: 3000, tries: 60 };

/** Where the migrations of this version stand. */
export const migrationsDir = path.resolve(import.meta.dirname, '../../prisma/migrations');

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Applies what is missing, in order, one transaction a file; then pg-boss makes or updates its own schema.
 * @returns the names of those applied now
 * @throws DatabaseError when an applied file was edited, the database is newer than this version, or a table stayed taken; the
 *   database's own error when a statement fails (its file is rolled back whole)
 */
export async function migrate(pool: Pool, dir = migrationsDir, patience = usual): Promise<string[]> {
  const migrations = await readMigrations(dir);
  const client = await pool.connect();
  try {
    await takeLock(client);
    try {
      const done = await applyMissing(client, migrations, patience);
      await installTurns(pool);
      return done;
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    }
  } finally {
    client.release();
  }
}

/** Asked for again and again: a statement that waits holds a snapshot, and is in the way of whoever builds an index concurrently. */
async function takeLock(client: PoolClient): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LOCK]);
    if (rows[0]?.taken) return;
    await sleep(LOCK_EVERY_MS);
  }
}

async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => /^\d+_/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyMissing(client: PoolClient, migrations: Migration[], patience: Patience): Promise<string[]> {
  await client.query(TABLE);
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const known = new Set(migrations.map(({ name }) => name));
  const newer = [...applied.keys()].find((name) => !known.has(name));
  if (newer !== undefined) {
    throw new DatabaseError(`The database is newer than this version: it has the migration ${newer}.`);
  }
  const done: string[] = [];
  for (const migration of migrations) {
    const checksum = applied.get(migration.name);
    if (checksum === undefined) done.push(await applyPatiently(client, migration, patience));
    else if (checksum !== migration.checksum) {
      throw new DatabaseError(`The migration ${migration.name} was edited after it was applied.`);
    }
  }
  return done;
}

/** A table that a long transaction holds is not waited for in one go, nor for ever. */
async function applyPatiently(client: PoolClient, migration: Migration, patience: Patience): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await apply(client, migration, patience.lockMs);
    } catch (error) {
      if ((error as { code?: string }).code !== NOT_AVAILABLE) throw error;
      if (attempt >= patience.tries)
        throw new DatabaseError(
          `The migration ${migration.name} could not have its tables: a transaction holds them (pg_stat_activity names it). End it and start again.`,
          { cause: error },
        );
      await sleep(patience.pauseMs);
    }
  }
}

async function apply(client: PoolClient, { name, sql, checksum }: Migration, lockMs: number): Promise<string> {
  await client.query('BEGIN');
  try {
    await client.query("SELECT set_config('lock_timeout', $1, true)", [`${lockMs}ms`]);
    await client.query(sql);
    await client.query(
      'INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
    return name;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
