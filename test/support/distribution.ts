/**
 * A PostgreSQL of the distribution (Debian's is older than the embedded one), on a folder of its own. As a program it runs a command
 * with its address in DATABASE_URL and TEST_DATABASE_URL: `tsx test/support/distribution.ts npx vitest run test/store`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../server/store/embedded/index.ts';

const base = '/usr/lib/postgresql';
const major = existsSync(base)
  ? readdirSync(base).find((version) => existsSync(path.join(base, version, 'bin/initdb')))
  : undefined;

/** As `describeNeeding` wants it. */
export const noDistribution = major ? undefined : `no PostgreSQL server under ${base}`;

/** Folder of its programs. */
export const distributionBin = path.join(base, major ?? '', 'bin');

/** @returns URL of an empty database, as a superuser */
export async function startDistribution(): Promise<{ url: string; stop(): Promise<void> }> {
  if (major === undefined) throw new Error(noDistribution);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'distribution-'));
  // Before version 16 the programs leave their folder and come back to it by name: others must be able to enter it.
  await mkdir(path.join(dir, 'postgres'), { mode: 0o755 });
  await chmod(dir, 0o755);
  const server = await startEmbedded(dir, undefined, async () => ({ bin: distributionBin, major }));
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function runWith([command, ...args]: string[]): Promise<number> {
  if (command === undefined) throw new Error('Which command?');
  const { url, stop } = await startDistribution();
  try {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env: { ...process.env, DATABASE_URL: url, TEST_DATABASE_URL: url },
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    await stop();
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await runWith(process.argv.slice(2));
