/** The database of an external server, by the programs that come with PostgreSQL: `pg_dump` and `pg_restore`, at least as new as it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { checkFile, describeFile } from './copy.ts';
import type { BackupFile } from './manifest.ts';

const DUMP = 'database.dump';

/** Neither owners nor rights: the database may be another's when it comes back. */
const common = ['--no-owner', '--no-privileges', '--no-password'];

/**
 * @param client in a transaction (REPEATABLE READ): what it sees is what is dumped
 * @param to folder of the backup
 */
export async function dump(client: pg.Client, url: string, to: string): Promise<BackupFile[]> {
  const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
  const file = path.join(to, DUMP);
  // `pg_dump` would make it readable for all, in a folder that was there before perhaps.
  await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  await runProgram('pg_dump', url, [...common, '--format=custom', `--snapshot=${rows[0]!.snapshot}`, `--file=${file}`]);
  return [await describeFile(file, DUMP)];
}

/**
 * All of it, or nothing.
 * @param url of an empty database
 * @throws Error when it is not empty, or the dump is not what was backed up
 */
export async function restoreDump(
  client: pg.Client,
  url: string,
  from: string,
  files: readonly BackupFile[],
): Promise<void> {
  for (const file of files) checkFile(await describeFile(path.join(from, file.name), file.name), file);
  const { rows } = await client.query<{ tables: number }>(
    `SELECT count(*)::int AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`,
  );
  if (rows[0]!.tables > 0)
    throw new Error('The database of DATABASE_URL is not empty: create another, it is not overwritten.');
  await runProgram('pg_restore', url, [...common, '--exit-on-error', '--single-transaction', path.join(from, DUMP)]);
}

/** The password goes by the environment: whoever lists processes reads arguments. */
async function runProgram(program: 'pg_dump' | 'pg_restore', url: string, args: readonly string[]): Promise<void> {
  const { password, bare } = parted(url);
  const child = spawn(program, [`--dbname=${bare}`, ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, ...(password === '' ? {} : { PGPASSWORD: password }) },
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)));
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${program} is not installed here: it comes with PostgreSQL (Debian: postgresql-client).`);
  })) as [number | null];
  if (code !== 0) throw new Error(`${program} failed:\n${said.trim()}`);
}

/** @param url of libpq, which takes a password among the parameters too */
export function parted(url: string): { password: string; bare: string } {
  const bare = new URL(url);
  const password = bare.searchParams.get('password') ?? decodeURIComponent(bare.password);
  bare.password = '';
  bare.searchParams.delete('password');
  return { password, bare: bare.href };
}
