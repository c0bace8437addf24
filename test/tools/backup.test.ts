/** Backup and restore as an operator does them, of the embedded server while it works, and of a server of the distribution. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { runningEmbedded } from '../../server/store/embedded/running.ts';
import { openStore, type Store } from '../../server/store/index.ts';
import { main as backup } from '../../tools/backup.ts';
import { copyFile, describeFile } from '../../tools/backup/copy.ts';
import { parted } from '../../tools/backup/dump.ts';
import type { Manifest } from '../../tools/backup/manifest.ts';
import { main as restore } from '../../tools/restore.ts';
import { record, structure } from '../support/audit.ts';
import { noDistribution, startDistribution } from '../support/distribution.ts';
import { describeNeeding } from '../support/shared.ts';

const ins = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
const key = randomBytes(32).toString('base64');
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'backup-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function withStore<Result>(env: NodeJS.ProcessEnv, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openStore(loadConfig(env));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** A patient, what is on record, a session, and a deposit in each state. @returns the patient's id */
async function fill(store: Store, url: string): Promise<string> {
  const { id } = await store.patients.byIns(ins);
  await store.records.append([record(), record()]);
  await store.oauth.put({ kind: 'Session', id: 'a', content: {}, expiresAt: new Date(Date.now() + 3_600_000) });
  for (const state of [
    'proposed',
    'queued',
    'active',
    'waiting',
    'delivered',
    'refused',
    'exhausted',
    'cancelled',
    'declined',
  ])
    // prettier-ignore
    await query(
      url,
      `INSERT INTO feed_item (id, structure, client, owner, patient_id, lane, kind, state, digest, size, created_at, updated_at)
       VALUES ($1, 's', 'c', 'o', $2, 'live', 'document', $3, 'd', 1, now(), now())`,
      [randomUUID(), id, state],
    );
  return id;
}

/** What is restored is whole, and knows that time has passed. */
async function check(env: NodeJS.ProcessEnv, url: () => Promise<string>, patient: string): Promise<void> {
  await withStore(env, async (store) => {
    expect(await store.patients.byId(patient)).toEqual({ id: patient, ins });
    expect(await store.oauth.find('Session', 'a')).toBeUndefined();
    const [restored] = (await store.records.search({ structure, kinds: ['restore'], most: 2 })).records;
    expect(restored?.details).toMatchObject({ what: { uncertain: 6, ended: 1 } });
    const rows = await query<{ state: string }>(
      await url(),
      'SELECT state FROM feed_item WHERE NOT uncertain ORDER BY 1',
    );
    expect(rows.map(({ state }) => state)).toEqual(['cancelled', 'declined', 'delivered']);
  });
}

describe('a backup of the embedded server', { timeout: 120_000 }, () => {
  const place = (name: string) => ({ DATA_DIR: path.join(dir, name) });
  const from = () => path.join(dir, 'backup');
  /** A place that has the key, and nothing else. */
  async function withKey(name: string): Promise<{ DATA_DIR: string }> {
    await cp(path.join(dir, 'first/keys'), path.join(dir, name, 'keys'), { recursive: true });
    return place(name);
  }
  let patient: string;
  let acknowledged: string[];

  it('is made while others write, and holds no key', async () => {
    const env = place('first');
    await withStore(env, async (store) => {
      patient = await fill(store, (await runningEmbedded(env.DATA_DIR))!);
      acknowledged = [await store.records.append(record())];
      const done = new AbortController();
      const writing = (async () => {
        while (!done.signal.aborted) await store.records.append(Array.from({ length: 50 }, () => record()));
      })();
      const said = await backup(['--to', from()], env).finally(() => done.abort());
      await writing;
      expect(said).toContain('NOT in it: the store');
    });
    const manifest = JSON.parse(await readFile(path.join(from(), 'backup.json'), 'utf8')) as Manifest;
    expect(manifest).toMatchObject({ kind: 'cluster', atLeast: { records: expect.any(Number) as number } });
    const storeKey = Buffer.from(await readFile(path.join(dir, 'first/keys/store.key'), 'utf8'), 'base64');
    for (const { name } of manifest.files) {
      const bytes = await readFile(path.join(from(), name));
      for (const secret of [storeKey, storeKey.toString('base64'), ins.value])
        expect(bytes.includes(secret), name).toBe(false);
    }
  });

  it('comes back as it was, with what is uncertain now marked, and everybody logged out', async () => {
    const env = await withKey('second');
    const said = await restore(['--from', from()], env);
    expect(said).toMatch(/1 patients, .*the audit trail is good/);
    await check(env, async () => (await runningEmbedded(env.DATA_DIR))!, patient);
    await withStore(env, async (store) => {
      expect(await store.records.byId(acknowledged[0]!, structure)).toBeDefined();
    });
  });

  it('is made of a façade that is stopped, too', async () => {
    await backup(['--to', path.join(dir, 'cold')], place('second'));
    const env = await withKey('third');
    expect(await restore(['--from', path.join(dir, 'cold')], env)).toContain('the audit trail is good');
  });

  it.each([
    ['a DATA_DIR that has a database', () => place('second'), /not overwritten/],
    ['a place without the key, where none is made', () => place('nowhere'), /There is no store key/],
    ['another key', () => ({ ...place('nowhere'), STORE_KEY: key }), /not that of the backup/],
  ])('does not go into %s', async (_, env, message) => {
    await expect(restore(['--from', from()], env())).rejects.toThrow(message);
    expect(existsSync(path.join(dir, 'nowhere'))).toBe(false);
  });

  it('goes in under the key of then, given as the previous one', async () => {
    const storeKey = (await readFile(path.join(dir, 'first/keys/store.key'), 'utf8')).trim();
    const env = { ...place('moved'), STORE_KEY: key, STORE_KEY_PREVIOUS: storeKey };
    await restore(['--from', from()], env);
    await withStore({ ...place('moved'), STORE_KEY: key }, async (store) => {
      expect(await store.patients.byId(patient)).toEqual({ id: patient, ins });
    });
  });

  it('of which a file was changed, or that was not finished, is not used, and leaves nothing', async () => {
    const env = await withKey('fourth');
    const broken = path.join(dir, 'broken');
    await cp(from(), broken, { recursive: true });
    await appendFile(path.join(broken, 'cluster/global/pg_control'), 'x');
    await expect(restore(['--from', broken], env)).rejects.toThrow(/pg_control is not what was backed up/);
    const outside = { ...env, DATABASE_URL: 'postgresql://nowhere.invalid/x' };
    await expect(restore(['--from', from()], outside)).rejects.toThrow(/Take DATABASE_URL away/);
    // Whoever may write there writes the hashes, too; but has no key.
    await cp(from(), broken, { recursive: true });
    const settings = path.join(broken, 'cluster/postgresql.auto.conf');
    await appendFile(settings, "archive_command = 'touch /tmp/owned'\n");
    const manifest = JSON.parse(await readFile(path.join(broken, 'backup.json'), 'utf8')) as Manifest;
    const forged = await describeFile(settings, 'cluster/postgresql.auto.conf');
    const files = manifest.files.map((file) => (file.name === forged.name ? forged : file));
    await writeFile(path.join(broken, 'backup.json'), JSON.stringify({ ...manifest, files }));
    await expect(restore(['--from', broken], env)).rejects.toThrow(/not what was written with the store key/);
    await rm(path.join(broken, 'backup.json'));
    await expect(restore(['--from', broken], env)).rejects.toThrow(/no complete backup/);
    expect(existsSync(path.join(env.DATA_DIR, 'postgres/cluster'))).toBe(false);
    await restore(['--from', from()], env);
  });

  it.each(['../../escaped', 'cluster/../../escaped', '/tmp/escaped', 'cluster//x'])(
    'that names a file outside of itself (%s) is not used',
    async (name) => {
      const env = { ...place('outsider'), STORE_KEY: key };
      const forged = await mkdtemp(path.join(dir, 'forged-'));
      const manifest = JSON.parse(await readFile(path.join(from(), 'backup.json'), 'utf8')) as Manifest;
      const files = [{ ...manifest.files[0], name }];
      await writeFile(path.join(forged, 'backup.json'), JSON.stringify({ ...manifest, files }));
      await expect(restore(['--from', forged], env)).rejects.toThrow(/names files that are not in it/);
      expect(existsSync(path.join(dir, 'outsider'))).toBe(false);
    },
  );

  it('goes neither beside its keys nor over something else', async () => {
    const env = place('second');
    await expect(backup(['--to', path.join(env.DATA_DIR, 'backup')], env)).rejects.toThrow(/in DATA_DIR/);
    await writeFile(path.join(dir, 'first/note'), 'x');
    await expect(backup(['--to', path.join(dir, 'first')], env)).rejects.toThrow(/not empty/);
    await expect(backup(['--to', path.join(dir, 'new')], { ...place('void'), STORE_KEY: key })).rejects.toThrow(
      /no database/,
    );
  });
});

it('a password is never among the arguments of a program, wherever the URL has it', () => {
  expect(parted('postgresql://u:p%40ss@h/d?host=/run/postgresql')).toEqual({
    password: 'p@ss',
    bare: 'postgresql://u@h/d?host=%2Frun%2Fpostgresql',
  });
  const { password, bare } = parted('postgresql://u@h/d?password=secret&sslmode=require');
  expect([password, bare]).toEqual(['secret', 'postgresql://u@h/d?sslmode=require']);
});

it('a link is not followed', async () => {
  await writeFile(path.join(dir, 'shadow'), 'x');
  await symlink(path.join(dir, 'shadow'), path.join(dir, 'link'));
  await expect(copyFile(path.join(dir, 'link'), path.join(dir, 'copied'), 'x')).rejects.toThrow('ELOOP');
  expect(existsSync(path.join(dir, 'copied'))).toBe(false);
});

describeNeeding('a backup of a server of the distribution', noDistribution, () => {
  it('is a dump, and comes back into an empty database', { timeout: 120_000 }, async () => {
    const server = await startDistribution();
    try {
      const env = { DATA_DIR: path.join(dir, 'outside'), DATABASE_URL: server.url, STORE_KEY: key };
      const to = path.join(dir, 'dump');
      const patient = await withStore(env, (store) => fill(store, server.url));
      // A folder that was there, open to all.
      await mkdir(to, { mode: 0o755 });
      await backup(['--to', to], env);
      expect((await stat(path.join(to, 'database.dump'))).mode & 0o777).toBe(0o600);
      await expect(restore(['--from', to], env)).rejects.toThrow(/not empty/);
      await query(server.url, 'CREATE DATABASE second');
      const second = new URL(server.url);
      second.pathname = 'second';
      const there = { ...env, DATABASE_URL: second.href };
      await expect(restore(['--from', to], { ...env, DATABASE_URL: '' })).rejects.toThrow(/set DATABASE_URL/);
      await expect(backup(['--to', path.join(dir, 'none')], { ...there, PATH: '' })).rejects.toThrow();
      expect(await restore(['--from', to], there)).toContain('the audit trail is good');
      await check(there, () => Promise.resolve(second.href), patient);
    } finally {
      await server.stop();
    }
  });
});
