import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationsDir } from '../../server/store/migrate.ts';
import type { SeenList, StoredSet } from '../../server/store/types.ts';
import { freshDatabase } from '../support/database.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const OID = '1.2.250.1.213.1.4.10';
let world: TestStore;
let patientId: string;

beforeAll(async () => {
  world = await openTestStore();
  patientId = (await world.store.patients.byIns({ value: '236046999012376', oid: OID })).id;
});
afterAll(() => world.close());

let serial = 0;
const uniqueId = () => `2.16.840.1.113883.19.7603.${++serial}`;
const uuid = () => `urn:uuid:${randomUUID()}`;
const seen = (change: Partial<SeenList> = {}): SeenList => ({
  kind: 'submissionset',
  uniqueId: uniqueId(),
  entryUuid: uuid(),
  patientId,
  ...change,
});
const deposit = (change: Partial<StoredSet> = {}): StoredSet => ({
  id: randomUUID(),
  patientId,
  uniqueId: uniqueId(),
  payload: { title: 'Séjour' },
  documentIds: [],
  ...change,
});

describe('lists seen in the registry', () => {
  it('get one id for good, and are found by every identifier ever seen', async () => {
    const one = seen({ kind: 'folder', version: '1' });
    const [first] = await world.store.lists.bind([one]);
    expect(first).toMatchObject({ kind: 'folder', uniqueId: one.uniqueId, isDeposited: false, ins: { oid: OID } });
    expect(await world.store.lists.bind([one])).toEqual([first]);

    const next = { ...one, entryUuid: uuid(), logicalId: one.entryUuid!, version: '2' };
    const [second] = await world.store.lists.bind([next]);
    expect(second).toMatchObject({ id: first!.id, entryUuid: next.entryUuid, version: '2' });
    expect(await world.store.lists.byId(first!.id)).toEqual(second);
    const spellings = [one.uniqueId, `urn:oid:${one.uniqueId}`, one.entryUuid!, next.entryUuid.toUpperCase()];
    const found = await world.store.lists.byIdentifiers([...spellings, randomUUID()]);
    expect([...found].map(([value, list]) => [value, list.id])).toEqual(spellings.map((s) => [s, first!.id]));
    expect(await world.store.lists.byIdentifier(randomUUID())).toBeUndefined();
    expect(await world.store.lists.byId('x')).toBeUndefined();
  });

  it('an older version in the same answer does not become the current one', async () => {
    const one = seen({ kind: 'folder', version: '2' });
    const older = { ...one, entryUuid: uuid(), version: '1' };
    const [a, b] = await world.store.lists.bind([one, older]);
    expect(a).toEqual(b);
    expect(a!.entryUuid).toBe(one.entryUuid);
    expect((await world.store.lists.byIdentifier(older.entryUuid))?.id).toBe(a!.id);
  });

  it('a set and a folder of the same uniqueId are two', async () => {
    const one = seen();
    const [set, folder] = await world.store.lists.bind([one, { ...one, kind: 'folder', entryUuid: uuid() }]);
    expect(set!.id).not.toBe(folder!.id);
  });

  it('get the same ids from those who see them at once', async () => {
    const all = Array.from({ length: 30 }, () => seen());
    const bound = await Promise.all(
      Array.from({ length: 6 }, (_, i) => world.store.lists.bind(i % 2 ? all : [...all].reverse())),
    );
    const ids = bound.map((lists) => [...new Set(lists.map((l) => l.id))].sort().join());
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]!.split(',')).toHaveLength(30);
  });

  it('a list that is known is only read', async () => {
    const all = [seen({ version: '1' }), seen()];
    const first = await world.store.lists.bind(all);
    expect(await world.store.lists.bind(all)).toEqual(first);
    const rows = await world.database.query<{ n: string }>(
      'SELECT count(DISTINCT xmin::text) AS n FROM list WHERE id = ANY($1)',
      [first.map(({ id }) => id)],
    );
    expect(rows[0]!.n).toBe('1');
  });
});

describe('a list deposited here', () => {
  it('and seen later in the registry is one list with one id', async () => {
    const set = deposit();
    await world.store.sets.save(set);
    const before = await world.store.lists.byId(set.id);
    const submittedAt = '20261012091500';
    const [bound] = await world.store.lists.bind([seen({ uniqueId: set.uniqueId, id: randomUUID(), submittedAt })]);
    expect(bound).toMatchObject({ id: set.id, isDeposited: true, submittedAt, updatedAt: before!.updatedAt });
    expect(await world.store.sets.byId(set.id)).toEqual(set);
    expect(await world.store.lists.byIdentifier(bound!.entryUuid!)).toEqual(bound);
    expect((await world.store.lists.byIdentifier(`urn:oid:${set.uniqueId}`))?.id).toBe(set.id);
  });

  it('and announced before it was sent keeps the announced id', async () => {
    const id = randomUUID();
    const announced: SeenList = { kind: 'submissionset', uniqueId: uniqueId(), patientId, id };
    expect((await world.store.lists.bind([announced]))[0]).toMatchObject({ id, isDeposited: false });
    const [met] = await world.store.lists.bind([seen({ uniqueId: announced.uniqueId })]);
    expect(met!.id).toBe(id);
    await world.store.sets.save(deposit({ id, uniqueId: announced.uniqueId }));
    expect(await world.store.lists.byId(id)).toMatchObject({ isDeposited: true, entryUuid: met!.entryUuid });
  });

  it('and seen before its outcome was known moves to the id of the deposit; the other goes on leading to it', async () => {
    const one = seen();
    const [met] = await world.store.lists.bind([one]);
    const set = deposit({ uniqueId: one.uniqueId });
    await world.store.sets.save(set);
    await world.store.sets.save({ ...set, payload: 2 });
    expect(await world.store.lists.byId(met!.id)).toBeUndefined();
    for (const name of [met!.id, one.entryUuid!, one.uniqueId])
      expect(await world.store.lists.byIdentifier(name)).toMatchObject({ id: set.id, isDeposited: true });
    expect((await world.store.lists.bind([one]))[0]!.id).toBe(set.id);
    expect(await world.store.sets.byId(set.id)).toEqual({ ...set, payload: 2 });
  });

  it('is forgotten only when it came to nothing', async () => {
    const announced = await world.store.lists.bind([{ kind: 'folder', uniqueId: uniqueId(), patientId }, seen()]);
    const set = deposit();
    await world.store.sets.save(set);
    await world.store.lists.forget([...announced.map((l) => l.id), set.id, 'x']);
    expect(await world.store.lists.byId(announced[0]!.id)).toBeUndefined();
    expect(await world.store.lists.byId(announced[1]!.id)).toBeDefined();
    expect(await world.store.sets.byId(set.id)).toEqual(set);
  });

  it('may be a folder, whose uniqueId is not taken for a set’s', async () => {
    const folder = deposit({ kind: 'folder' });
    await world.store.sets.save(folder);
    expect(await world.store.sets.byId(folder.id)).toEqual(folder);
    expect(await world.store.sets.byUniqueId(folder.uniqueId)).toBeUndefined();
    expect(await world.store.sets.byUniqueId(folder.uniqueId, 'folder')).toEqual(folder);
  });
});

it('sets deposited before there were lists keep their ids and what they hold', async () => {
  const database = await freshDatabase();
  // A database of a test has its tables already: here they are made again, beside, in the order of their history.
  await database.query('CREATE SCHEMA history');
  const pool = new pg.Pool({ connectionString: database.url, max: 1, options: '-c search_path=history' });
  try {
    const [first] = (await readdir(migrationsDir)).filter((n) => n.endsWith('_first'));
    await pool.query(await readFile(path.join(migrationsDir, first!, 'migration.sql'), 'utf8'));
    const [id, patient] = [randomUUID(), randomUUID()];
    await pool.query("INSERT INTO patient VALUES ($1, '\\x00', '\\x01')", [patient]);
    await pool.query(
      "INSERT INTO submission_set (id, patient_id, unique_id, payload_sealed) VALUES ($1, $2, '1.2.3', '\\x0203')",
      [id, patient],
    );
    const rest = (await readdir(migrationsDir)).filter((n) => /^\d+_/.test(n) && n !== first).sort();
    for (const name of rest) await pool.query(await readFile(path.join(migrationsDir, name, 'migration.sql'), 'utf8'));
    const { rows } = await pool.query(
      "SELECT id, kind, encode(payload_sealed, 'hex') AS held, value FROM list JOIN list_identifier ON list_id = id",
    );
    expect(rows).toEqual([{ id, kind: 'submissionset', held: '0203', value: '1.2.3' }]);
  } finally {
    await pool.end();
    await database.drop();
  }
});
