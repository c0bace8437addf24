import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, migrationsDir } from '../../server/store/migrate.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let dir: string;
let pools: pg.Pool[];

beforeEach(async () => {
  database = await freshDatabase('template0');
  dir = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
  await cp(migrationsDir, dir, { recursive: true });
  pools = [];
});
afterEach(async () => {
  for (const pool of pools) await pool.end();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

function pool(): pg.Pool {
  const made = new pg.Pool({ connectionString: database.url });
  pools.push(made);
  return made;
}
async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(dir, name), { recursive: true });
  await writeFile(path.join(dir, name, 'migration.sql'), sql);
}
const applied = async () => {
  const rows = await database.query<{ n: string }>('SELECT migration_name AS n FROM _prisma_migrations ORDER BY 1');
  return rows.map(({ n }) => n);
};

describe('migrations', () => {
  it('are applied once, by one of several instances that start at once', async () => {
    const done = await Promise.all([1, 2, 3, 4].map(() => migrate(pool(), dir)));
    expect(done.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await migrate(pool(), dir)).toEqual([]);
    expect(await applied()).toEqual(done.flat());
  });

  it('go whole or not at all: a file that fails in its middle leaves nothing', async () => {
    await write('29990101000000_bad', 'CREATE TABLE half (n int); SELECT no_such_function();');
    const shared = pool();
    await expect(migrate(shared, dir)).rejects.toThrow(/no_such_function/);
    expect(await database.query("SELECT 1 FROM pg_tables WHERE tablename = 'half'")).toEqual([]);
    expect(await applied()).not.toContain('29990101000000_bad');
    // The lock was let go: another instance is not kept waiting.
    await write('29990101000000_bad', 'CREATE TABLE half (n int);');
    expect(await migrate(pool(), dir)).toEqual(['29990101000000_bad']);
  });

  it('refuse a file that was edited after it was applied', async () => {
    await write('29990101000000_more', 'CREATE TABLE more (n int);');
    await migrate(pool(), dir);
    await write('29990101000000_more', 'CREATE TABLE more (n bigint);');
    await expect(migrate(pool(), dir)).rejects.toThrow(/29990101000000_more was edited/);
  });

  it('refuse a database that is newer than this version', async () => {
    await write('29990101000000_more', 'CREATE TABLE more (n int);');
    await migrate(pool(), dir);
    await rm(path.join(dir, '29990101000000_more'), { recursive: true });
    await expect(migrate(pool(), dir)).rejects.toThrow(/newer/);
  });

  describe('beside a long transaction that holds their table', () => {
    const patience = { lockMs: 50, pauseMs: 50, tries: 1000 };
    async function holder(): Promise<pg.PoolClient> {
      await migrate(pool(), dir);
      await write('29990101000000_column', 'ALTER TABLE patient ADD COLUMN more int');
      const client = await pool().connect();
      await client.query('BEGIN');
      await client.query('SELECT count(*) FROM patient');
      return client;
    }

    it('let those pass who read and write it meanwhile, and go on when it has ended', async () => {
      const held = await holder();
      const migrating = migrate(pool(), dir, patience);
      let isDone = false;
      void migrating.finally(() => (isDone = true));
      const instance = pool();
      const insert =
        'INSERT INTO patient (id, ins_index, ins_sealed) SELECT gen_random_uuid(), $1, ins_sealed FROM patient';
      // Queued behind the migration's request for the table, each gets through although the transaction does not end.
      for (let i = 0; i < 20; i++) await instance.query(insert, [Buffer.from([i])]);
      expect(isDone).toBe(false);
      await held.query('COMMIT');
      held.release();
      expect(await migrating).toEqual(['29990101000000_column']);
    });

    it('give up with the reason when it never ends, and leave nothing', async () => {
      const held = await holder();
      await expect(migrate(pool(), dir, { ...patience, tries: 2 })).rejects.toThrow(/29990101000000_column.*pg_stat/);
      await held.query('COMMIT');
      held.release();
      expect(await applied()).not.toContain('29990101000000_column');
      expect(await migrate(pool(), dir)).toEqual(['29990101000000_column']);
    });
  });

  it('keep a semicolon in a literal and a function’s body in one piece', async () => {
    await write(
      '29990101000000_function',
      "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END $$;",
    );
    await migrate(pool(), dir);
    expect(await database.query('SELECT f()')).toEqual([{ f: 'a;b' }]);
  });
});
