/** The database of a run: the server that DATABASE_URL names (an empty database of it), or an embedded one made for the run. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../server/store/embedded/index.ts';

/** @returns URL of an empty database; `close` removes it */
export async function databaseOfRun(): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env.DATABASE_URL;
  const [server, stop] = given ? [given, () => Promise.resolve()] : await embedded();
  const name = `crash_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    async close() {
      await query(server, `DROP DATABASE ${name} WITH (FORCE)`);
      await stop();
    },
  };
}

async function embedded(): Promise<[string, () => Promise<void>]> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'dmp-fhir-run-'));
  const server = await startEmbedded(dir);
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return [server.url, stop];
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
