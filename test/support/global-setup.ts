/**
 * Runs once before all test files: one PostgreSQL for the whole run, with a migrated database to copy from. With TEST_DATABASE_URL it is
 * that server, whose role may create databases; otherwise the embedded one.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../server/store/embedded/index.ts';
import { migrate } from '../../server/store/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the run's server, as a role that may create databases. */
    postgres: string;
    /** The migrated database, copied by `freshDatabase`. */
    template: string;
  }
}

async function serverOfRun(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { url, stop: () => Promise.resolve() };
  const dir = await mkdtemp(path.join(os.tmpdir(), 'dmp-fhir-test-'));
  const server = await startEmbedded(dir);
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await serverOfRun();
  // A given server may be shared with another run.
  const template = `migrated_${randomBytes(4).toString('hex')}`;
  const asAdmin = async (sql: string): Promise<void> => {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(sql);
    await admin.end();
  };
  await asAdmin(`CREATE DATABASE ${template}`);
  const url = new URL(server.url);
  url.pathname = template;
  const pool = new pg.Pool({ connectionString: url.href });
  await migrate(pool);
  await pool.end();
  project.provide('postgres', server.url);
  project.provide('template', template);
  return async () => {
    await asAdmin(`DROP DATABASE ${template} WITH (FORCE)`);
    await server.stop();
  };
}
