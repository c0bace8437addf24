/** A fresh, migrated database for a test file: a copy of the run's template (some 20 ms). */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import './global-setup.ts';

/** SQLSTATE object_in_use. */
const IN_USE = '55006';

export interface TestDatabase {
  url: string;
  /** For looking at what stands in the tables; owned by the test. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** @param template by default the run's; `template0` for an empty one, without migrations */
export async function freshDatabase(template = inject('template')): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const server = inject('postgres');
  await asAdmin(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    async query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) {
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      try {
        return (await client.query<Row>(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    drop: () => drop(server, name),
  };
}

/** `pool.end()` returns before its connections have gone: they get a moment, being cut off would be an error of theirs. */
async function drop(server: string, name: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await asAdmin(server, `DROP DATABASE ${name}`);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== IN_USE) throw error;
      await sleep(20);
    }
  }
  await asAdmin(server, `DROP DATABASE ${name} WITH (FORCE)`);
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
