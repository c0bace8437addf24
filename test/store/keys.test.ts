import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createIndexer, createSealer, keyIdOf } from '../../server/store/cipher.ts';
import { openDatabase } from '../../server/store/database.ts';
import {
  openStore,
  rotateKeys,
  type RotationStep,
  type Store,
  type StoreConfig,
  type StoreLogger,
} from '../../server/store/index.ts';
import { REFRESH_MS } from '../../server/store/keyring.ts';
import { migrate, migrationsDir } from '../../server/store/migrate.ts';
import { sealedColumns } from '../../server/store/reseal.ts';
import { addKey, createWrapper } from '../../server/store/store-keys.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { blindIndexes, fill, sealedBy } from '../support/sealed.ts';

const ins = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
const refusal = 'This database was written with another key: give back its STORE_KEY (or DATA_DIR/keys/store.key).';
const atOnce = { learnMs: 0, bothMs: 0 };

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function newDatabase(template?: string): Promise<TestDatabase> {
  const database = await freshDatabase(template);
  cleanUp.push(() => database.drop());
  return database;
}
const newKey = () => randomBytes(32).toString('base64');
const configOf = (database: TestDatabase, STORE_KEY: string, previous?: string): StoreConfig => ({
  dataDir: path.join(os.tmpdir(), 'no-such-folder'),
  DATABASE_URL: database.url,
  STORE_KEY,
  SEARCH_TTL_SECONDS: 600,
  STRUCTURE_ID: '1990100109',
  ...(previous === undefined ? {} : { STORE_KEY_PREVIOUS: previous }),
});
async function open(config: StoreConfig, logger?: StoreLogger): Promise<Store> {
  const store = await openStore(config, logger);
  cleanUp.push(() => store.close());
  return store;
}
/** A store on a database of its own, with the key that opens it. */
async function world() {
  const database = await newDatabase();
  const key = newKey();
  return { database, key, config: configOf(database, key), store: await open(configOf(database, key)) };
}
interface KeyRow extends pg.QueryResultRow {
  id: string;
  purpose: string;
  wrapped: string | null;
  retired: boolean;
}
const keysOf = (database: TestDatabase) =>
  database.query<KeyRow>(`
    SELECT encode(key_id, 'hex') AS id, purpose, encode(wrapped, 'hex') AS wrapped, retired_at IS NOT NULL AS retired
    FROM store_key ORDER BY purpose, seals_from, created_at`);
const sealing = async (database: TestDatabase) =>
  (await keysOf(database)).filter((row) => row.purpose === 'seal').map((row) => row.id);

describe('the keys of a new database', () => {
  it('are two, neither is the store’s, and both are wrapped with it', async () => {
    const { database, key, config, store } = await world();
    const { read } = await fill(store, ins.value);
    const rows = await keysOf(database);
    expect(rows.map((row) => row.purpose)).toEqual(['index', 'seal']);
    const own = Buffer.from(keyIdOf(Buffer.from(key, 'base64'))).toString('hex');
    expect(new Set([...rows.map((row) => row.id), own]).size).toBe(3);
    for (const row of rows) expect(row.wrapped!.slice(2, 10), 'says what wrapped it').toBe(own);
    expect(Object.keys(await sealedBy(database))).toEqual([rows[1]!.id]);
    expect(await read(await open(config))).toEqual(await read(store));
  });

  it('are made once by several instances that start at once', async () => {
    const database = await newDatabase();
    const config = configOf(database, newKey());
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(config)));
    expect(await keysOf(database)).toHaveLength(2);
    const ids = await Promise.all(stores.map(async (store) => (await store.patients.byIns(ins)).id));
    expect(new Set(ids).size).toBe(1);
  });

  it('do not open to another store key', async () => {
    const { database } = await world();
    await expect(openStore(configOf(database, newKey()))).rejects.toThrow(refusal);
    await expect(openStore(configOf(database, newKey(), `${newKey()},${newKey()}`))).rejects.toThrow(refusal);
  });

  it('are refused when they were altered, exchanged or taken away', async () => {
    const { database, config, store } = await world();
    await store.patients.byIns(ins);
    const tampered = async (sql: string) => {
      await database.query('CREATE TABLE kept AS TABLE store_key');
      await database.query(sql);
      const error: unknown = await openStore(config).then(
        (opened) => opened.close(),
        (e: unknown) => e,
      );
      await database.query('DELETE FROM store_key; INSERT INTO store_key SELECT * FROM kept; DROP TABLE kept');
      return String(error);
    };
    const last = 'length(wrapped) - 1';
    expect(
      await tampered(`UPDATE store_key SET wrapped = set_byte(wrapped, ${last}, get_byte(wrapped, ${last}) # 1)`),
    ).toMatch(/altered.*backup/);
    expect(
      await tampered(`UPDATE store_key a SET wrapped = b.wrapped FROM store_key b WHERE a.purpose <> b.purpose`),
    ).toMatch(/altered.*backup/);
    expect(await tampered("UPDATE store_key SET wrapped = '\\x00'")).toMatch(/another key/);
    expect(await tampered("DELETE FROM store_key WHERE purpose = 'index'")).toMatch(/blind indexes is gone.*backup/);
    expect(await tampered('DELETE FROM store_key')).toMatch(/are gone.*backup/);
    expect(await tampered('SELECT 1'), 'all is as before').toBe('undefined');
  });
});

describe('a database from before keys were wrapped', () => {
  const id = randomUUID();
  const setId = randomUUID();

  /** As the versions before wrote it: the store's key sealed and indexed by itself. */
  async function legacy(): Promise<{ database: TestDatabase; key: string }> {
    const database = await newDatabase('template0');
    const dir = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
    const pool = new pg.Pool({ connectionString: database.url });
    try {
      const before = (await readdir(migrationsDir)).filter((name) => name < '20261128');
      for (const name of before) await cp(path.join(migrationsDir, name), path.join(dir, name), { recursive: true });
      await migrate(pool, dir);
    } finally {
      await pool.end();
      await rm(dir, { recursive: true, force: true });
    }
    const key = randomBytes(32);
    const { seal } = createSealer(key);
    await database.query('INSERT INTO store_key (key_id) VALUES ($1)', [keyIdOf(key)]);
    const index = createIndexer(key).index('patient.ins', ins.oid, ins.value);
    await database.query('INSERT INTO patient VALUES ($1, $2, $3)', [
      id,
      seal(['patient', 'ins_sealed', id], ins),
      index,
    ]);
    await database.query(
      "INSERT INTO list (id, kind, patient_id, unique_id, payload_sealed) VALUES ($1, 'submissionset', $2, '1.2.3', $3)",
      [setId, id, seal(['submission_set', 'payload_sealed', setId], { set: 1 })],
    );
    return { database, key: key.toString('base64') };
  }
  const read = async ({ patients, sets }: Store) => [
    await patients.byId(id),
    await patients.byIns(ins),
    (await sets.byId(setId))?.payload,
  ];
  const all = [{ id, ins }, { id, ins }, { set: 1 }];

  it('opens with its key as before, which is adopted', async () => {
    const { database, key } = await legacy();
    await expect(openStore(configOf(database, newKey())), 'before it is adopted').rejects.toThrow(refusal);
    const stores = await Promise.all([open(configOf(database, key)), open(configOf(database, key))]);
    for (const store of stores) expect(await read(store)).toEqual(all);
    const own = Buffer.from(keyIdOf(Buffer.from(key, 'base64'))).toString('hex');
    expect(await keysOf(database)).toEqual(
      ['index', 'seal'].map((purpose) => ({ id: own, purpose, wrapped: expect.any(String) as string, retired: false })),
    );
    await expect(openStore(configOf(database, newKey()))).rejects.toThrow(refusal);
    expect(await read(await open(configOf(database, key))), 'and again').toEqual(all);
  });

  it('opens with a new key that replaces its own, and then without the old one', async () => {
    const { database, key } = await legacy();
    const next = newKey();
    expect(await read(await open(configOf(database, next, key)))).toEqual(all);
    expect(await read(await open(configOf(database, next)))).toEqual(all);
    await expect(openStore(configOf(database, key))).rejects.toThrow(refusal);
  });

  it('can be sealed anew: its key seals nothing any more, and still finds everybody', async () => {
    const { database, key } = await legacy();
    await rotateKeys(configOf(database, key), atOnce);
    const own = Buffer.from(keyIdOf(Buffer.from(key, 'base64'))).toString('hex');
    expect(await sealing(database)).not.toContain(own);
    expect(Object.keys(await sealedBy(database))).toEqual(await sealing(database));
    expect(await read(await open(configOf(database, key)))).toEqual(all);
  });
});

describe('a new store key', () => {
  it('wraps the keys anew at the next start, also of several at once, while one with the old key works', async () => {
    const { database, key, store } = await world();
    const { read } = await fill(store, ins.value);
    const before = await keysOf(database);
    const indexes = await blindIndexes(database);
    const next = newKey();
    const said: unknown[] = [];
    const logger = { info: (...line: unknown[]) => said.push(line), warn: () => undefined };
    const config = configOf(database, next, ` ${newKey()},${key}`);
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(config, logger)));
    expect(said).toEqual([[{ keys: 2 }, 'keys of the database wrapped with the store key of now']]);
    for (const one of [...stores, store]) expect(await read(one)).toEqual(await read(store));
    const after = await keysOf(database);
    expect(after.map((row) => row.id)).toEqual(before.map((row) => row.id));
    for (const [i, row] of after.entries()) expect(row.wrapped).not.toBe(before[i]!.wrapped);
    expect(await blindIndexes(database)).toEqual(indexes);
    await expect(openStore(configOf(database, key))).rejects.toThrow(refusal);
    expect(await read(await open(configOf(database, next)))).toEqual(await read(store));
  });
});

describe('sealing anew', () => {
  it('reaches every sealed column that the database has, and each is guarded', async () => {
    const { database } = await world();
    const names = (rows: { name: string }[]) => rows.map((row) => row.name).sort();
    const ours = sealedColumns.map(({ table, column }) => `${table}.${column}`).sort();
    const columns = await database.query<{ name: string }>(
      "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE column_name LIKE '%sealed' AND table_schema = 'public'",
    );
    expect(names(columns)).toEqual(ours);
    const guarded = await database.query<{ name: string }>(
      "SELECT event_object_table || '.' || event_object_column AS name FROM information_schema.triggered_update_columns WHERE trigger_name LIKE 'key_is_current%'",
    );
    expect(names(guarded)).toEqual(ours);
  });

  it('leaves nothing of the old key, and everything else as it was, while others read and write', async () => {
    const { database, config, store } = await world();
    const filled = await Promise.all(['1', '2', '3', '4', '5'].map((value) => fill(store, value)));
    const before = await Promise.all(filled.map((one) => one.read(store)));
    const [old] = await sealing(database);
    const indexes = await blindIndexes(database);
    const second = await open(config);
    const steps: RotationStep[] = [];
    let rotating = true;
    // Both go on all the time: they knew the old key only.
    const work = async (of: Store, name: string) => {
      let rounds = 0;
      for (; rotating || rounds === 0; rounds++) {
        expect(await Promise.all(filled.map((one) => one.read(of)))).toEqual(before);
        await (await fill(of, `${name}${rounds}`)).read(of);
      }
      return rounds;
    };
    const working = Promise.all([work(store, '7'), work(second, '8')]);
    await rotateKeys(config, { ...atOnce, batch: 2, onStep: (step) => void steps.push(step) }).finally(
      () => (rotating = false),
    );
    const rounds = await working;
    const [key, ...others] = await sealing(database);
    expect(others).toEqual([]);
    expect(key).not.toBe(old);
    expect(Object.keys(await sealedBy(database))).toEqual([key]);
    expect(await blindIndexes(database)).toEqual(expect.arrayContaining(indexes));
    expect(steps[0]).toEqual({ step: 'made', resumed: false, waitMs: expect.any(Number) as number });
    expect(steps.at(-1)).toEqual({ step: 'removed', keys: 1 });
    const columns = new Set(steps.flatMap((step) => (step.step === 'sealed' ? [`${step.table}.${step.column}`] : [])));
    expect([...columns].sort()).toEqual(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort());
    for (const of of [store, second, await open(config)])
      expect(await Promise.all(filled.map((one) => one.read(of)))).toEqual(before);
    expect(Math.min(...rounds)).toBeGreaterThan(0);
    await expect(database.query("UPDATE consent_version SET decision = 'deny'")).rejects.toThrow(/append-only/);
  });

  it('waits for who still writes with the old key, and seals that anew too', async () => {
    const { database, config, store } = await world();
    await fill(store, ins.value);
    const [old] = await sealing(database);
    const writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
    const steps: string[] = [];
    try {
      await writer.query('BEGIN');
      // The same bytes again: sealed with the old key, and not committed yet.
      await writer.query('UPDATE patient SET ins_sealed = ins_sealed');
      const rotation = rotateKeys(config, { ...atOnce, onStep: ({ step }) => void steps.push(step) });
      await vi.waitFor(() => expect(steps).toEqual(['made']), { timeout: 10_000 });
      await sleep(500);
      expect(steps, 'waits').toEqual(['made']);
      await writer.query('COMMIT');
      await rotation;
    } finally {
      await writer.end();
    }
    expect(steps.at(-1)).toBe('removed');
    expect(await sealedBy(database)).not.toHaveProperty(old!);
  });

  it('can be interrupted anywhere, and goes on where it stopped', async () => {
    const { database, config, store } = await world();
    const filled = await Promise.all(['1', '2', '3'].map((value) => fill(store, value)));
    const before = await Promise.all(filled.map((one) => one.read(store)));
    const [old] = await sealing(database);
    let resumed: boolean | undefined;
    let stops = 0;
    for (let done = false; !done; stops++) {
      let steps = 0;
      const run = rotateKeys(config, {
        ...atOnce,
        batch: 1,
        onStep: (step) => {
          if (step.step === 'made') resumed = step.resumed;
          // Each time a little further, so that it stops after every kind of step.
          if (++steps > 1 + (stops % 4) && step.step !== 'removed') throw new Error('interrupted');
        },
      });
      const failure = await run.then(
        () => undefined,
        (error: unknown) => String(error),
      );
      expect([undefined, 'Error: interrupted']).toContain(failure);
      done = failure === undefined;
      if (!done) expect(await sealing(database), 'both keys stay').toHaveLength(2);
      if (stops % 5 === 0) expect(await Promise.all(filled.map((one) => one.read(store)))).toEqual(before);
    }
    expect(stops).toBeGreaterThan(10);
    expect(resumed).toBe(true);
    expect(await sealing(database)).toHaveLength(1);
    expect(await sealing(database)).not.toContain(old);
    expect(Object.keys(await sealedBy(database))).toEqual(await sealing(database));
    const later = await open(config);
    expect(await Promise.all(filled.map((one) => one.read(later)))).toEqual(before);
  });

  it('stops at what was altered, without saying what it held, and keeps the old key', async () => {
    const { database, config, store } = await world();
    const { patientId, read } = await fill(store, ins.value);
    await database.query(
      'ALTER TABLE patient DISABLE TRIGGER key_is_current; UPDATE patient SET ins_sealed = set_byte(ins_sealed, 40, get_byte(ins_sealed, 40) # 1); ALTER TABLE patient ENABLE TRIGGER key_is_current',
    );
    const error: unknown = await rotateKeys(config, atOnce).catch((e: unknown) => e);
    expect(String(error)).toContain(`patient.ins_sealed of row ${patientId} cannot be opened`);
    expect(String(error)).not.toContain(ins.value);
    expect(await sealing(database)).toHaveLength(2);
    await expect(read(store)).rejects.toThrow(/Altered/);
  });

  it('of two who do it at once, none undoes the other', async () => {
    const { database, config, store } = await world();
    const filled = await Promise.all(['1', '2', '3'].map((value) => fill(store, value)));
    const before = await Promise.all(filled.map((one) => one.read(store)));
    await Promise.all([1, 2, 3].map(() => rotateKeys(config, { ...atOnce, batch: 1 })));
    expect(await sealing(database)).toHaveLength(1);
    expect(Object.keys(await sealedBy(database))).toEqual(await sealing(database));
    expect(await Promise.all(filled.map((one) => one.read(store)))).toEqual(before);
  });
});

describe('an instance', () => {
  /** Adds a key as a rotation does. */
  async function add(config: StoreConfig, learnMs: number): Promise<void> {
    const { prisma, close } = await openDatabase(config.DATABASE_URL!);
    const wrapper = createWrapper({ current: Buffer.from(config.STORE_KEY!, 'base64'), previous: [] });
    await addKey(prisma, wrapper, 'seal', { learnMs }).finally(close);
  }
  const pass = (ms: number) => {
    const real = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => real() + ms);
  };
  let serial = 0;
  const write = (store: Store) => store.patients.byIns({ value: String(++serial), oid: ins.oid });

  it('learns of a new key in time, and seals with it when all must know it', async () => {
    const { database, config, store } = await world();
    await add(config, 3 * REFRESH_MS);
    const [old, next] = await sealing(database);
    const late = await open(config);
    for (const one of [store, late]) await write(one);
    expect(await sealedBy(database)).toEqual({ [old!]: 2 });
    pass(REFRESH_MS);
    for (const one of [store, late]) await write(one);
    expect(await sealedBy(database), 'known, and not in use yet').toEqual({ [old!]: 4 });
    vi.restoreAllMocks();
    pass(4 * REFRESH_MS);
    // The database's clock has not moved: what the first instance knows from before is what counts.
    await write(late);
    expect(Object.keys(await sealedBy(database))).toEqual([old]);
    await database.query("UPDATE store_key SET seals_from = seals_from - interval '1 hour'");
    vi.restoreAllMocks();
    pass(6 * REFRESH_MS);
    for (const one of [store, late]) await write(one);
    expect((await sealedBy(database))[next!]).toBe(2);
  });

  it('does not ask for keys at every operation', async () => {
    const { config, database, store } = await world();
    await write(store);
    await database.query('ALTER TABLE store_key RENAME TO elsewhere');
    expect(await store.patients.byId(randomUUID())).toBeUndefined();
    pass(REFRESH_MS);
    await expect(store.patients.byId(randomUUID())).rejects.toThrow();
    await database.query('ALTER TABLE elsewhere RENAME TO store_key');
    expect(await store.patients.byId(randomUUID())).toBeUndefined();
    expect(config.STORE_KEY).toBeDefined();
  });

  it('that met an unknown or retired key reads the keys again, and goes on', async () => {
    const { database, config, store } = await world();
    const { read } = await fill(store, ins.value);
    const before = await read(store);
    const second = await open(config);
    await rotateKeys(config, atOnce);
    const [key] = await sealing(database);
    expect(await read(store), 'unknown').toEqual(before);
    // The second wrote nothing and read nothing since: it would use the old key.
    const made = await write(second);
    expect(await second.patients.byId(made.id)).toMatchObject({ id: made.id });
    expect(Object.keys(await sealedBy(database))).toEqual([key]);
  });

  it('with the store key of before works on while it can, and says what to do', async () => {
    const { database, key, store } = await world();
    await write(store);
    const said: unknown[] = [];
    const old = await open(configOf(database, key), { info: () => undefined, warn: (_, text) => said.push(text) });
    const next = newKey();
    const current = await open(configOf(database, next, key));
    await add(configOf(database, next), 0);
    pass(REFRESH_MS);
    await write(old);
    expect(said).toEqual([expect.stringContaining('restart this instance with the STORE_KEY of now')]);
    const { id } = await write(current);
    await expect(old.patients.byId(id)).rejects.toThrow(/another key/);
    expect(Object.keys(await sealedBy(database))).toHaveLength(2);
  });

  it('cannot write anything with a key that was retired', async () => {
    const { database, store } = await world();
    await write(store);
    await database.query("UPDATE store_key SET retired_at = now() WHERE purpose = 'seal'");
    await expect(write(store)).rejects.toThrow();
    await expect(database.query("UPDATE patient SET ins_sealed = ins_sealed || '\\x00'")).rejects.toThrow(
      /retired or unknown/,
    );
    expect(await database.query('SELECT 1 FROM patient')).toHaveLength(1);
  });
});
