import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NewRecord, openStore, type RecordQuery, type Store } from '../../server/store/index.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const ins = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
const structure = '1990100109';
const other = '1750000018';
const doctor = '899700101233';
const nurse = '899700204581';
const at = (minute: number) => new Date(Date.UTC(2026, 10, 28, 9, minute));

let world: TestStore;
let second: Store;
let patientId: string;
beforeAll(async () => {
  world = await openTestStore();
  second = await openStore(world.config);
  patientId = (await world.store.patients.byIns(ins)).id;
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const record = (change: Partial<NewRecord> = {}): NewRecord => ({
  kind: 'consent',
  at: at(0),
  structure,
  person: nurse,
  clientId: 'demo',
  outcome: 'success',
  details: { said: 'OUI', patient: 'DUPONT Marie' },
  ...change,
});

it('a record is kept whole, for its structure', async () => {
  const { records } = world.store;
  const full = record({ patientId, requestId: 'r-1', kind: 'break-glass', outcome: 'refused' });
  const id = await records.append(full);
  expect(await second.records.byId(id, structure)).toEqual({ ...full, id, ins });
  const bare = record();
  const plain = await records.append(bare);
  expect(await records.byId(plain, structure)).toEqual({ ...bare, id: plain });
  expect(await records.byId(id, other)).toBeUndefined();
  for (const unknown of [randomUUID(), "1' OR 1=1"]) expect(await records.byId(unknown, structure)).toBeUndefined();
});

it('several are kept together, or none', async () => {
  const { records } = world.store;
  const place = '1990100125';
  const ids = await records.append([record({ structure: place }), record({ structure: place, outcome: 'pending' })]);
  for (const id of ids) expect(await records.byId(id, place)).toBeDefined();
  const unknown = record({ structure: place, patientId: randomUUID() });
  await expect(records.append([record({ structure: place }), unknown])).rejects.toThrow();
  expect((await records.search({ structure: place, most: 9 })).total).toBe(2);
});

it('cannot be changed or removed in the database either', async () => {
  await world.store.records.append(record());
  for (const sql of [
    "UPDATE kept_record SET outcome = 'success'",
    "UPDATE kept_record SET at = now(), content_sealed = content_sealed || '\\x00'",
    'DELETE FROM kept_record',
    'TRUNCATE kept_record',
  ])
    for (const prefix of ['', "SET dmp_fhir.reseal = 'on'; "])
      await expect(world.database.query(prefix + sql), prefix + sql).rejects.toThrow(/kept_record is append-only/);
});

it('keeps its patient', async () => {
  const { patients, records } = world.store;
  const { id } = await patients.byIns({ value: '171127299004426', oid: ins.oid });
  await records.append(record({ patientId: id }));
  await patients.forget(id);
  expect(await patients.byId(id)).toBeDefined();
});

describe('a search', () => {
  const place = '1990100117';
  const ids: string[] = [];
  beforeAll(async () => {
    for (let i = 0; i < 6; i++)
      ids.push(
        await world.store.records.append(
          record({
            structure: place,
            // Two at the same instant.
            at: at(Math.min(i, 4)),
            kind: i % 2 ? 'authorization' : 'identity',
            // The last one is nobody's.
            person: i < 4 ? nurse : i === 4 ? doctor : undefined,
            terms: i % 2 ? ['kind=authorization', 'odd'] : ['kind=identity'],
            outcome: i === 3 ? 'failure' : 'success',
            ...(i === 2 ? { patientId } : {}),
          }),
        ),
      );
    await world.store.records.append(record({ structure: other, patientId, kind: 'authorization' }));
  });
  const search = async (query: Partial<RecordQuery> = {}) => {
    const { total, records } = await world.store.records.search({ structure: place, most: 100, ...query });
    return { total, found: records.map((r) => ids.indexOf(r.id)) };
  };

  it('gives the newest first, with the criteria', async () => {
    const { total, found } = await search();
    expect(total).toBe(6);
    expect(found.slice(2)).toEqual([3, 2, 1, 0]);
    expect(found.slice(0, 2).sort()).toEqual([4, 5]);
    expect(await search({ terms: [['kind=authorization']] })).toMatchObject({ total: 3 });
    expect(await search({ terms: [['kind=authorization', 'kind=identity']] })).toMatchObject({ total: 6 });
    expect(await search({ terms: [['kind=authorization'], ['kind=identity', 'odd']] })).toMatchObject({ total: 3 });
    expect(await search({ terms: [['kind=identity'], ['odd']] })).toEqual({ total: 0, found: [] });
    expect(await search({ terms: [['kind']] })).toEqual({ total: 0, found: [] });
    expect(await search({ kinds: ['authorization'] })).toMatchObject({ total: 3 });
    expect(await search({ kinds: [] })).toEqual({ total: 0, found: [] });
    expect(await search({ ids: [] })).toEqual({ total: 0, found: [] });
    expect(await search({ ids: [ids[1]!, ids[3]!, "1' OR 1=1"] })).toEqual({ total: 2, found: [3, 1] });
    expect(await search({ person: doctor })).toMatchObject({ total: 1 });
    expect(await search({ patientId })).toEqual({ total: 1, found: [2] });
    expect(await search({ patientId: "1' OR 1=1" })).toEqual({ total: 0, found: [] });
    expect(await search({ outcome: 'failure' })).toEqual({ total: 1, found: [3] });
    expect(await search({ from: at(1), until: at(3) })).toEqual({ total: 2, found: [2, 1] });
    expect(await search({ person: nurse, outcome: 'success', terms: [['odd']] })).toEqual({
      total: 1,
      found: [1],
    });
    expect(await search({ structure: '9' })).toEqual({ total: 0, found: [] });
  });

  it('counts as far as it is told, and says when there is more', async () => {
    expect(await search({ countTo: 6 })).toMatchObject({ total: 6 });
    expect(await search({ countTo: 5 })).not.toMatchObject({ total: expect.anything() as number });
    expect((await search({ countTo: 0 })).found).toHaveLength(6);
  });

  it('what it is found by is not read in the table', async () => {
    expect(await rawRows(world.database, ['kept_record'])).not.toMatch(/kind=|odd/);
    const [row] = await world.database.query<{ n: number }>(
      'SELECT cardinality(terms) AS n FROM kept_record WHERE id = $1',
      [ids[1]],
    );
    expect(row!.n).toBe(2);
  });

  it('goes on after a record, without losing one of the same instant', async () => {
    const found: string[] = [];
    for (let after: string | undefined; ;) {
      const { total, records } = await world.store.records.search({
        structure: place,
        most: 1,
        ...(after === undefined ? {} : { after }),
      });
      expect(total).toBe(6);
      if (records.length === 0) break;
      expect(records).toHaveLength(1);
      found.push(records[0]!.id);
      after = records[0]!.id;
    }
    expect(found).toHaveLength(6);
    expect(new Set(found)).toEqual(new Set(ids));
    for (const unknown of [randomUUID(), "1' OR 1=1"])
      expect(await search({ after: unknown })).toEqual({ total: 6, found: [] });
    const theirs = await world.store.records.append(record({ structure: other, at: at(9) }));
    expect((await search({ after: theirs })).found).toEqual([]);
  });
});

it('at rest, neither names nor identifiers of anyone can be read', async () => {
  const rows = await rawRows(world.database, ['kept_record', 'patient']);
  expect(rows).toContain('break-glass');
  for (const secret of [ins.value, structure, other, doctor, nurse, 'DUPONT', 'Marie', 'OUI'])
    expect(rows, secret).not.toContain(secret);
});
