/**
 * The default database: a real PostgreSQL from npm, a child process of ours, on the loopback interface only.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DatabaseError } from '../errors.ts';
import type { StoreLogger } from '../types.ts';
import { type Binaries, findBinaries, isCopy } from './binaries.ts';
import { type Cluster, clusterArgument, openCluster, OWNER } from './cluster.ts';
import { type Identity, serverEnvironment, serverIdentity } from './identity.ts';
import { lockFolder } from './lock.ts';
import { stopOrphans } from './orphans.ts';
import { databaseUrl } from './running.ts';

export interface EmbeddedDatabase {
  /** Of the façade's database, password included: for the driver, never for a log. */
  url: string;
  /** Resolves when the server has ended by itself, not by `stop`. */
  lost: Promise<void>;
  /** Fast shutdown; waits until the server has ended, then frees the folder. */
  stop(): Promise<void>;
}

const LOG_MAX_BYTES = 4 * 1024 * 1024;
const RECOVERY_MS = 300_000;

/**
 * Starts the embedded server of a data folder, stopping first one that a killed façade left behind.
 * @param dataDir DATA_DIR, absolute; everything goes to its `postgres` folder
 * @param find the programs, by default those that npm installed
 * @throws DatabaseError when it cannot be had, or another façade uses the folder
 */
export async function startEmbedded(
  dataDir: string,
  logger?: StoreLogger,
  find: (identity: Identity) => Promise<Binaries> = findBinaries,
): Promise<EmbeddedDatabase> {
  const folder = path.join(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(folder);
  const identity = serverIdentity();
  let binaries: Binaries | undefined;
  try {
    binaries = await find(identity);
    const cluster = await openCluster(folder, binaries, identity);
    const orphans = await stopOrphans(cluster.dir);
    await forgetCopy(folder, binaries.copy);
    if (orphans > 0) logger?.warn({ processes: orphans }, 'stopped the database that a killed process left behind');
    const { child, port } = await launch(folder, cluster, binaries, identity);
    const url = (database: string) => databaseUrl(cluster.password, port, database);
    const { stop, lost } = supervise(child, unlock, binaries, logger);
    await ensureDatabase(url('postgres')).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    logger?.info({ port, created: cluster.created }, 'embedded database ready');
    return { url: url(OWNER), lost, stop };
  } catch (error) {
    await discard(binaries);
    unlock();
    throw error;
  }
}

async function launch(
  folder: string,
  cluster: Cluster,
  binaries: Binaries,
  identity: Identity,
): Promise<{ child: ChildProcess; port: number }> {
  // Between our choosing a free port and the server's taking it, another program may come first.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = await spawnServer(folder, cluster, binaries, identity, port);
    const failure = await ready(child, cluster.dir);
    if (failure === undefined) return { child, port };
    const log = await readFile(path.join(folder, 'server.log'), 'utf8').catch(() => '');
    if (attempt < 3 && /could not bind|Address already in use/.test(log.slice(-2000))) continue;
    throw new DatabaseError(
      `The embedded PostgreSQL did not start (${failure}); see ${path.join(folder, 'server.log')}.`,
    );
  }
}

async function spawnServer(
  folder: string,
  cluster: Cluster,
  { bin }: Binaries,
  identity: Identity,
  port: number,
): Promise<ChildProcess> {
  const log = path.join(folder, 'server.log');
  const size = await stat(log).then(
    (s) => s.size,
    () => 0,
  );
  if (size > LOG_MAX_BYTES) await rename(log, `${log}.1`);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    cluster_name: OWNER,
    shared_buffers: '32MB',
    // What a statement holds is nobody's business, least of all a log's.
    log_statement: 'none',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  };
  const output = openSync(log, 'a', 0o600);
  try {
    return spawn(
      path.join(bin, 'postgres'),
      [
        '-D',
        clusterArgument(cluster.dir, identity),
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...identity,
        cwd: cluster.dir,
        env: serverEnvironment,
        stdio: ['ignore', output, output],
        // In a session of its own: Ctrl-C reaches the façade, which still needs its database while it drains.
        detached: true,
      },
    );
  } finally {
    closeSync(output);
  }
}

/** Waits until the server accepts connections; the reason if it does not. */
async function ready(child: ChildProcess, cluster: string): Promise<string | undefined> {
  const failures: string[] = [];
  child.once('error', (error) => failures.push(error.message));
  child.once('exit', (code, signal) => failures.push(`it ended with ${code ?? signal}`));
  for (let waited = 0; waited < RECOVERY_MS; waited += 10) {
    if (failures[0] !== undefined) return failures[0];
    const lines = (await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return undefined;
    await sleep(10);
  }
  child.kill('SIGQUIT');
  return 'it was not ready in time';
}

function supervise(
  child: ChildProcess,
  unlock: () => void,
  binaries: Binaries,
  logger: StoreLogger | undefined,
): { stop(): Promise<void>; lost: Promise<void> } {
  const onExit = () => child.kill('SIGINT');
  process.once('exit', onExit);
  child.unref();
  let stopping: Promise<void> | undefined;
  const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  const lost = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      if (stopping !== undefined) return;
      logger?.warn({ code, signal }, 'the embedded database ended by itself');
      resolve();
    });
  });
  const stop = () =>
    (stopping ??= (async () => {
      child.ref();
      process.off('exit', onExit);
      child.kill('SIGINT');
      const hurry = setTimeout(() => child.kill('SIGQUIT'), 10_000);
      await ended;
      clearTimeout(hurry);
      await discard(binaries);
      unlock();
    })());
  return { stop, lost };
}

/** Removes the copy of the programs that a killed façade left behind, and notes ours, for the same case. */
async function forgetCopy(folder: string, own: string | undefined): Promise<void> {
  const note = path.join(folder, 'programs');
  const left = await readFile(note, 'utf8').catch(() => '');
  if (isCopy(left)) await rm(left, { recursive: true, force: true });
  await writeFile(note, own ?? '', { mode: 0o600 });
}

async function discard(binaries: Binaries | undefined): Promise<void> {
  if (binaries?.copy !== undefined) await rm(binaries.copy, { recursive: true, force: true });
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [OWNER]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${OWNER}`);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
