/** A database that goes away is known as such, wherever it catches a query: each error is one that PostgreSQL, `pg` and Prisma really make. */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDatabaseAway } from '../../server/store/away.ts';
import { openDatabase, type OpenDatabase } from '../../server/store/database.ts';
import { DatabaseError } from '../../server/store/errors.ts';
import type { Prisma } from '../../server/store/generated/prisma/client.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let opened: OpenDatabase;
let other: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  opened = await openDatabase(database.url);
  other = new pg.Client({ connectionString: database.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await opened.close();
  await database.drop();
});

/** Ends every connection of the pool, as a restart or a failover does. */
const cutAll = (): Promise<unknown> =>
  other.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
const sleeps = async (): Promise<boolean> => {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
  return (await other.query(sql)).rowCount !== 0;
};

/** What it fails with when it is cut while it sleeps. One that was cut the last time may fail before. */
async function cutWhile(run: () => Promise<unknown>): Promise<unknown> {
  const over = new AbortController();
  const failed = run()
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .finally(() => over.abort());
  while (!over.signal.aborted && !(await sleeps())) await wait(20);
  await cutAll();
  return failed;
}

describe('a connection that is cut', () => {
  it('under a query', async () => {
    const error = await cutWhile(() => opened.prisma.$queryRaw`SELECT 1 FROM pg_sleep(30)`);
    expect([error instanceof Error, isDatabaseAway(error)]).toEqual([true, true]);
  });

  it('under a query of a transaction', async () => {
    const error = await cutWhile(() =>
      opened.prisma.$transaction(async (tx) => tx.$queryRaw`SELECT 1 FROM pg_sleep(30)`),
    );
    expect([error instanceof Error, isDatabaseAway(error)]).toEqual([true, true]);
  });

  it.each([
    ['before its next query', (tx: Prisma.TransactionClient) => tx.document.count()],
    ['before it is committed', () => Promise.resolve(0)],
  ])('between the queries of a transaction, %s', async (_, next) => {
    const error = await opened.prisma
      .$transaction(async (tx) => {
        await tx.document.count();
        await cutAll();
        return next(tx);
      })
      .catch((e: unknown) => e);
    expect([error instanceof Error, isDatabaseAway(error)]).toEqual([true, true]);
  });
});

it('a server that is not there, a standby, and what the store itself says', async () => {
  const nowhere = await openDatabase('postgresql://x@127.0.0.1:1/x').catch((e: unknown) => e);
  expect(nowhere).toBeInstanceOf(DatabaseError);
  const standby = await opened.prisma
    .$transaction(async (tx) => {
      await tx.$executeRaw`SET TRANSACTION READ ONLY`;
      await tx.document.deleteMany();
    })
    .catch((e: unknown) => e);
  expect([nowhere, standby].map(isDatabaseAway)).toEqual([true, true]);
  expect(isDatabaseAway(new Error('on the way', { cause: standby }))).toBe(true);
});

it('what is wrong in itself is not that', async () => {
  const wrong = await opened.prisma.$queryRaw`SELECT no_such_column`.catch((e: unknown) => e);
  expect([wrong, new TypeError('x'), 'text', undefined].map(isDatabaseAway)).toEqual([false, false, false, false]);
});
