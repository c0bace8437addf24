/** The embedded server of a façade that runs: another program of the same user on the same machine may connect to it. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { OWNER } from './cluster.ts';
import { holderOf } from './lock.ts';

/**
 * @param dataDir DATA_DIR, absolute
 * @returns URL of its database, password included; undefined when no façade of this machine has one that is ready
 */
export async function runningEmbedded(dataDir: string): Promise<string | undefined> {
  const folder = path.join(dataDir, 'postgres');
  // What a killed façade left is not used: the next one stops it.
  if ((await holderOf(folder))?.host !== os.hostname()) return undefined;
  const read = (file: string) => readFile(path.join(folder, file), 'utf8').catch(() => '');
  const lines = (await read('cluster/postmaster.pid')).split('\n');
  const [port, state] = [lines[3]?.trim() ?? '', lines[7]?.trim()];
  if (state !== 'ready' || !/^\d+$/.test(port)) return undefined;
  return databaseUrl((await read('password')).trim(), Number(port), OWNER);
}

/** Of a database of the embedded server: for the driver, never for a log. */
export const databaseUrl = (password: string, port: number, database: string): string =>
  `postgresql://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
