import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findBinaries, packageRoot } from '../../server/store/embedded/binaries.ts';
import { serverIdentity } from '../../server/store/embedded/identity.ts';
import { type EmbeddedDatabase, startEmbedded } from '../../server/store/embedded/index.ts';
import { processExists } from '../../server/store/embedded/lock.ts';

const root = path.resolve(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** 0700, and so out of reach of the user that the server runs as when we are root. */
async function privateDir(): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'embedded-'));
  cleanUp.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function start(dir: string): Promise<EmbeddedDatabase> {
  const database = await startEmbedded(dir);
  cleanUp.push(() => database.stop());
  return database;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function startChild(dir: string, options: { uid?: number; gid?: number } = {}) {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'test/store/embedded-child.ts', dir], {
    ...options,
    cwd: root,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanUp.push(async () => {
    child.kill('SIGKILL');
    await stopServer(dir);
  });
  const errors: string[] = [];
  child.stderr!.on('data', (text) => errors.push(String(text)));
  const said = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit').then(() => undefined)]);
  if (said === undefined) throw new Error(errors.join(''));
  return { child, ...(JSON.parse(String(said[0])) as { url: string; uid: number }) };
}

const serverPid = async (dir: string) =>
  Number((await readFile(path.join(dir, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0]);

/** What a killed façade left behind; a folder in which it still writes cannot be removed. */
async function stopServer(dir: string): Promise<void> {
  const pid = await serverPid(dir).catch(() => undefined);
  if (pid === undefined || !processExists(pid)) return;
  process.kill(pid, 'SIGINT');
  // Not its process, which whoever adopts it may leave unreaped: the last thing that it does is to remove this file.
  await vi.waitUntil(() => !existsSync(path.join(dir, 'postgres/cluster/postmaster.pid')), { timeout: 30_000 });
}

describe('the embedded database', () => {
  it('keeps what was written when it is stopped and started again, under a folder that only we may enter', async () => {
    const dir = await privateDir();
    const first = await start(dir);
    await query(first.url, 'CREATE TABLE t AS SELECT 42 AS n');
    await first.stop();
    await first.stop();
    expect(await readdir(path.join(dir, 'postgres'))).not.toContain('facade.lock');
    const second = await start(dir);
    expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }]);
  });

  it('listens on the loopback interface only, and to nobody without the password', async () => {
    const dir = await privateDir();
    const { url } = await start(dir);
    const settings = await query(
      url,
      "SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories', 'fsync', 'data_checksums') ORDER BY 1",
    );
    expect(settings.map(({ setting }) => setting)).toEqual(['on', 'on', '127.0.0.1', '']);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password/);
    const [rule] = await query(url, "SELECT string_agg(DISTINCT auth_method, ',') AS methods FROM pg_hba_file_rules");
    expect(rule!.methods).toBe('scram-sha-256');
    expect((await stat(path.join(dir, 'postgres/password'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(dir, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  it('is not given our environment', async () => {
    process.env.STORE_KEY_OF_TEST = 'very secret';
    try {
      const dir = await privateDir();
      await start(dir);
      const environment = await readFile(`/proc/${await serverPid(dir)}/environ`, 'utf8').catch(() => 'PATH=');
      expect(environment).toContain('PATH=');
      expect(environment).not.toContain('very secret');
    } finally {
      delete process.env.STORE_KEY_OF_TEST;
    }
  });

  it('writes no statement and no value into its log', async () => {
    const dir = await privateDir();
    const { url } = await start(dir);
    await query(url, 'CREATE TABLE t (secret text UNIQUE)');
    await query(url, "INSERT INTO t VALUES ('236046999012376')");
    await expect(query(url, "INSERT INTO t VALUES ('236046999012376')")).rejects.toThrow(/unique/);
    const log = await readFile(path.join(dir, 'postgres/server.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('236046999012376');
  });

  it('of two façades on one folder refuses the second, by its own words, and leaves the first alone', async () => {
    const dir = await privateDir();
    const outcomes = await Promise.allSettled([startEmbedded(dir), startEmbedded(dir)]);
    const running = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    for (const database of running) cleanUp.push(() => database.stop());
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    expect(running).toHaveLength(1);
    expect(refused[0]).toMatch(new RegExp(`in use by another façade \\(process ${process.pid} .*DATA_DIR`));
    expect(await query(running[0]!.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('stops the server that a killed façade left behind, and loses nothing', async () => {
    const dir = await privateDir();
    const { child, url } = await startChild(dir);
    await query(url, 'CREATE TABLE t AS SELECT 7 AS n');
    const orphan = await serverPid(dir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await query(url, 'SELECT n FROM t')).toEqual([{ n: 7 }]);
    const next = await start(dir);
    expect(processExists(orphan)).toBe(false);
    expect(await serverPid(dir)).not.toBe(orphan);
    expect(await query(next.url, 'SELECT n FROM t')).toEqual([{ n: 7 }]);
  });

  it('starts although the id of its last process is now another program’s', async () => {
    const dir = await privateDir();
    const first = await start(dir);
    await first.stop();
    const pidFile = path.join(dir, 'postgres/cluster/postmaster.pid');
    await writeFile(pidFile, `${process.pid}\n/elsewhere\n1\n5432\n\n127.0.0.1\n\nready\n`);
    if (isRoot) await chown(pidFile, 65534, 65534);
    const second = await start(dir);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts over when its first start was interrupted', async () => {
    const dir = await privateDir();
    const first = await start(dir);
    await first.stop();
    const folder = path.join(dir, 'postgres');
    await cp(path.join(folder, 'cluster/base'), path.join(folder, 'cluster.new/base'), { recursive: true });
    await rm(path.join(folder, 'cluster'), { recursive: true });
    const second = await start(dir);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('does not touch a cluster of another PostgreSQL version', async () => {
    const dir = await privateDir();
    await (await start(dir)).stop();
    await writeFile(path.join(dir, 'postgres/cluster/PG_VERSION'), '12\n');
    await expect(startEmbedded(dir)).rejects.toThrow(/PostgreSQL 12.*DATABASE_URL/);
  });
});

describe('the lock of the folder', () => {
  const lockOf = (dir: string) => path.join(dir, 'postgres/facade.lock');
  const stopped = async () => {
    const dir = await privateDir();
    await (await start(dir)).stop();
    return dir;
  };

  it('of a process that is gone, or whose id was given again, is taken over', async () => {
    const dir = await stopped();
    await writeFile(lockOf(dir), JSON.stringify({ pid: 2 ** 22 + 1, host: os.hostname(), started: '1' }));
    await (await start(dir)).stop();
    await writeFile(lockOf(dir), JSON.stringify({ pid: process.pid, host: os.hostname(), started: '1' }));
    await (await start(dir)).stop();
  });

  it('of another machine holds as long as its heart beats', async () => {
    const dir = await stopped();
    await writeFile(lockOf(dir), JSON.stringify({ pid: 1, host: 'elsewhere', started: '1' }));
    await expect(startEmbedded(dir)).rejects.toThrow(/elsewhere/);
    const before = new Date(Date.now() - 120_000);
    await utimes(lockOf(dir), before, before);
    await (await start(dir)).stop();
  });
});

describe('the programs', () => {
  it('are asked for by name on a platform that has none', () => {
    expect(() => packageRoot('plan9', 'mips')).toThrow(/plan9-mips.*DATABASE_URL/);
  });

  it('get their library links when install scripts were off', async () => {
    const dir = await copyOfPackage(0o755);
    const found = await findBinaries({}, dir);
    expect(found.major).toBe('18');
    expect(found.copy).toBeUndefined();
  });

  async function copyOfPackage(mode: number): Promise<string> {
    const dir = await privateDir();
    await cp(path.join(packageRoot(), 'native'), path.join(dir, 'native'), { recursive: true, verbatimSymlinks: true });
    const links = JSON.parse(await readFile(path.join(dir, 'native/pg-symlinks.json'), 'utf8')) as { target: string }[];
    expect(links.length).toBeGreaterThan(0);
    for (const { target } of links) await rm(path.join(dir, target), { force: true });
    await chmod(dir, mode);
    return dir;
  }

  describeWhere('under root', isRoot, 'not root', () => {
    it('run as somebody else, who cannot enter our folder', async () => {
      const dir = await privateDir();
      await start(dir);
      expect((await stat(`/proc/${await serverPid(dir)}`)).uid).toBe(65534);
      expect((await stat(dir)).mode & 0o077).toBe(0);
    });

    it('are copied to a place that the server’s user can reach, and that only we can write', async () => {
      const dir = await copyOfPackage(0o700);
      const found = await findBinaries(serverIdentity(), dir);
      cleanUp.push(() => rm(found.copy!, { recursive: true, force: true }));
      expect(found.major).toBe('18');
      expect(found.bin.startsWith(found.copy!)).toBe(true);
      const { mode, uid } = await stat(found.copy!);
      expect([mode & 0o022, uid]).toEqual([0, 0]);
    });

    it('are not left in the temporary directory, not even by a façade that was killed', async () => {
      const dir = await privateDir();
      const database = await startEmbedded(dir, undefined, async (identity) =>
        findBinaries(identity, await copyOfPackage(0o700)),
      );
      const copy = await readFile(path.join(dir, 'postgres/programs'), 'utf8');
      expect((await stat(copy)).isDirectory()).toBe(true);
      await cp(copy, `${copy}-killed`, { recursive: true });
      await database.stop();
      await expect(stat(copy)).rejects.toThrow(/ENOENT/);
      // As if it had been killed: its copy is still there, and noted.
      await writeFile(path.join(dir, 'postgres/programs'), `${copy}-killed`);
      await start(dir);
      await expect(stat(`${copy}-killed`)).rejects.toThrow(/ENOENT/);
    });

    const reachable = [root, path.dirname(process.execPath)].every(everyoneMayEnter);
    describeWhere('as an ordinary user', reachable, `others may not enter ${root}`, () => {
      it('run as that user', async () => {
        const dir = await privateDir();
        await chown(dir, 65534, 65534);
        const { url, uid } = await startChild(dir, { uid: 65534, gid: 65534 });
        expect(uid).toBe(65534);
        expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      });
    });
  });
});

/** Where the tests run decides, which nothing can be installed for: a skip in CI too. */
function describeWhere(name: string, holds: boolean, otherwise: string, fn: () => void): void {
  if (!holds) process.stderr.write(`skipped: ${name}: ${otherwise}\n`);
  describe.runIf(holds)(name, fn);
}

function everyoneMayEnter(folder: string): boolean {
  const parent = path.dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || everyoneMayEnter(parent));
}
