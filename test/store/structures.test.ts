/** What one structure sees of what another made, method by method; and whose the rows are that are older than the difference. */
import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrationsDir } from '../../server/store/migrate.ts';
import { openStore, type NewDocument, type Store } from '../../server/store/index.ts';
import { freshDatabase } from '../support/database.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const [first, second] = ['1990100109', '399910047700025'];
const repositoryUniqueId = '1.2.250.1.213.4.1.1.1.2';
let world: TestStore;
let one: Store;
let other: Store;
beforeAll(async () => {
  world = await openTestStore({ STRUCTURE_ID: first });
  one = world.store.as(first);
  other = world.store.as(second);
});
afterAll(() => world.close());

let serial = 0;
const insOf = (): { value: string; oid: string } => ({ value: `9${String(++serial).padStart(14, '0')}`, oid: '1.2.3' });
const newUniqueId = (): string => `2.16.840.1.113883.19.7602.77.${++serial}`;
const depositOf = (patientId: string, change: Partial<NewDocument> = {}): NewDocument => ({
  uniqueId: newUniqueId(),
  repositoryUniqueId,
  patientId,
  setId: randomUUID(),
  contentDigest: 'a'.repeat(64),
  hash: 'b'.repeat(40),
  size: 12,
  mimeType: 'text/xml',
  labels: ['MASQUE_PS'],
  ...change,
});

/** A patient of the first structure, with a document and a folder that it deposited. */
async function given() {
  const ins = insOf();
  const { id: patientId } = await one.patients.byIns(ins);
  const document = depositOf(patientId);
  const [reservation] = await one.documents.reserve([document]);
  const { id } = reservation!.document;
  const set = { id: document.setId, patientId, uniqueId: newUniqueId(), payload: 1, documentIds: [id] };
  await one.sets.save(set);
  const folder = { ...set, id: randomUUID(), kind: 'folder' as const, uniqueId: newUniqueId() };
  await one.sets.save(folder);
  return { ins, patientId, document, id, set, folder };
}
let held: Awaited<ReturnType<typeof given>>;
beforeEach(async () => {
  held = await given();
});

describe('before it has met the patient, another structure', () => {
  it('understands no id of the patient', async () => {
    expect(await other.patients.byId(held.patientId)).toBeUndefined();
    expect((await one.patients.byId(held.patientId))?.ins).toEqual(held.ins);
  });

  it('finds no document of theirs, by any name', async () => {
    await one.documents.confirm([held.id]);
    const { uniqueId } = held.document;
    const found = async (store: Store) => [
      (await store.documents.byId(held.id))?.id,
      (await store.documents.byIdentifier(`urn:oid:${uniqueId}`))?.id,
      (await store.documents.allByIdentifier(uniqueId))[0]?.id,
      (await store.documents.byIdentifiers([uniqueId])).get(uniqueId)?.id,
    ];
    expect(await found(one)).toEqual([held.id, held.id, held.id, held.id]);
    expect(await found(other)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('finds no list of theirs, by any name', async () => {
    for (const { id, uniqueId } of [held.set, held.folder]) {
      expect(await one.lists.byId(id)).toMatchObject({ isDeposited: true });
      expect(await other.lists.byId(id)).toBeUndefined();
      expect(await other.lists.byIdentifier(uniqueId)).toBeUndefined();
      expect((await other.lists.byIdentifiers([uniqueId])).size).toBe(0);
    }
  });

  it('finds no authorisation for their record by its id', async () => {
    const { id } = await one.authorizations.of(held.patientId, '899700101233');
    expect(await other.authorizations.byId(id)).toBeUndefined();
    expect((await one.authorizations.byId(id))?.patientId).toBe(held.patientId);
  });
});

describe('once it has met the patient, another structure', () => {
  beforeEach(async () => {
    expect((await other.patients.byIns(held.ins)).id).toBe(held.patientId);
  });

  it('has the same patient under the same id', async () => {
    expect((await other.patients.byId(held.patientId))?.ins).toEqual(held.ins);
  });

  it('finds what the DMP has, and nothing of how it was deposited', async () => {
    expect(await other.documents.byId(held.id), 'not known to be in the DMP').toBeUndefined();
    await one.documents.confirm([held.id]);
    expect(await one.documents.byId(held.id)).toMatchObject({ setId: held.document.setId });
    const seen = await other.documents.byId(held.id);
    expect(seen).toMatchObject({ id: held.id, uniqueId: held.document.uniqueId });
    expect(seen?.setId).toBeUndefined();
    const [bound] = await other.documents.bind([
      { ...held.document, entryUuid: `urn:uuid:${randomUUID()}`, patientId: held.patientId },
    ]);
    expect(bound).toMatchObject({ id: held.id });
    expect(bound?.setId).toBeUndefined();
    expect((await other.documents.depositedBy(second, { all: true })).map((d) => d.id)).not.toContain(held.id);
  });

  it('reads and overwrites no set or folder of theirs', async () => {
    for (const { id, kind, uniqueId } of [{ ...held.set, kind: undefined }, held.folder]) {
      expect(await other.lists.byId(id)).toMatchObject({ isDeposited: false });
      expect(await other.sets.byId(id)).toBeUndefined();
      expect(await other.sets.byUniqueId(uniqueId, kind)).toBeUndefined();
      expect([await one.sets.isAnothers(uniqueId, kind), await other.sets.isAnothers(uniqueId, kind)]).toEqual([
        false,
        true,
      ]);
      const mine = { patientId: held.patientId, payload: 'theirs', documentIds: [] };
      for (const attempt of [
        { ...mine, id, uniqueId: newUniqueId() },
        { ...mine, id: randomUUID(), uniqueId, ...(kind ? { kind } : {}) },
      ])
        await expect(other.sets.save(attempt)).rejects.toThrow(RangeError);
      expect(await one.sets.byId(id)).toMatchObject({ payload: 1, uniqueId });
    }
  });

  it('keeps its own of a list that both have seen', async () => {
    const uniqueId = newUniqueId();
    const [list] = await one.lists.bind([
      { kind: 'folder', uniqueId, patientId: held.patientId, entryUuid: `urn:uuid:${randomUUID()}` },
    ]);
    const set = {
      id: list!.id,
      kind: 'folder' as const,
      patientId: held.patientId,
      uniqueId,
      payload: 2,
      documentIds: [],
    };
    await other.sets.save(set);
    expect(await other.lists.byId(list!.id)).toMatchObject({ isDeposited: true });
    expect(await one.lists.byId(list!.id)).toMatchObject({ isDeposited: false });
    expect(await one.sets.byId(list!.id)).toBeUndefined();
  });

  it.each<['pending' | 'confirmed']>([['pending'], ['confirmed']])(
    'a uniqueId of theirs is taken, whatever the bytes, and told nothing of (%s)',
    async (state) => {
      if (state === 'confirmed') await one.documents.confirm([held.id]);
      const again = { ...held.document, setId: randomUUID() };
      const [taken] = await other.documents.reserve([again]);
      const [foreseen] = await other.documents.foresee([again], held.ins);
      expect([taken?.state, foreseen?.state]).toEqual(['conflict', 'conflict']);
      expect([taken?.document.setId, foreseen?.document?.setId]).toEqual([undefined, undefined]);
      const [own] = await one.documents.reserve([again]);
      expect(own?.state).toBe(state === 'pending' ? 'pending' : 'existing');
    },
  );

  it('does not move a document to another patient by a reference that it only assumes to be theirs', async () => {
    await one.documents.confirm([held.id]);
    const { id } = await other.patients.byIns(insOf());
    const entryUuid = `urn:uuid:${randomUUID()}`;
    const assumed = { ...held.document, entryUuid, patientId: id, mimeType: 'text/plain', assumed: true as const };
    const [bound] = await other.documents.bind([assumed]);
    expect(bound).toMatchObject({ id: held.id, patientId: held.patientId, mimeType: 'text/xml' });
    expect(await one.documents.byId(held.id)).toMatchObject({ patientId: held.patientId, mimeType: 'text/xml' });
  });
});

describe('a patient of whom nothing is on record', () => {
  it('is forgotten by who met them alone, not when another has', async () => {
    const alone = insOf();
    const { id } = await other.patients.byIns(alone);
    await one.patients.forget(id);
    expect(await other.patients.byId(id), 'who has not met them').toBeDefined();
    await other.patients.forget(id);
    expect((await other.patients.byIns(alone)).id).not.toBe(id);

    const shared = await other.patients.byIns(insOf());
    await one.patients.byIns(shared.ins);
    await other.patients.forget(shared.id);
    expect((await one.patients.byId(shared.id))?.ins).toEqual(shared.ins);
    expect((await other.patients.byId(shared.id))?.ins, 'whoever named them still has').toEqual(shared.ins);
  });

  it('is met by several at once, and forgotten meanwhile', async () => {
    for (let i = 0; i < 20; i++) {
      const ins = insOf();
      const ids = await Promise.all([
        one.patients.byIns(ins).then(async (p) => one.patients.forget(p.id)),
        other.patients.byIns(ins).then((p) => p.id),
      ]);
      expect((await other.patients.byId(ids[1]))?.ins).toEqual(ins);
    }
  });
});

describe('at rest', () => {
  it('no structure is named', async () => {
    const rows = await world.database.query(
      `SELECT encode(structure, 'escape') AS s FROM patient_structure UNION ALL SELECT encode(structure, 'escape') FROM list`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const id of [first, second]) expect(JSON.stringify(rows)).not.toContain(id);
  });
});

describe('rows from before several structures were told apart', () => {
  it('are the primary’s', async () => {
    // A database as the version before left it.
    const database = await freshDatabase('template0');
    const ours = '20261128040000_structures';
    const pool = new pg.Pool({ connectionString: database.url });
    const names = (await readdir(migrationsDir)).filter((name) => /^\d{14}_/.test(name)).sort();
    const sql = (name: string) => readFile(path.join(migrationsDir, name, 'migration.sql'), 'utf8');
    for (const name of names.filter((n) => n < ours)) await pool.query(await sql(name));
    await pool.query(`INSERT INTO store_key (key_id, purpose) VALUES ('\\x00000000', 'seal')`);
    const sealed = `'\\x0100000000'`;
    await pool.query(
      `INSERT INTO patient (id, ins_sealed, ins_index) VALUES ('${held.patientId}', ${sealed}, '\\x01')`,
    );
    const list = `INSERT INTO list (id, kind, patient_id, unique_id, payload_sealed) VALUES`;
    await pool.query(`${list} ('${held.set.id}', 'submissionset', '${held.patientId}', '1', ${sealed})`);
    await pool.query(`${list} ('${held.folder.id}', 'folder', '${held.patientId}', '2', NULL)`);
    await pool.query(await sql(ours));
    const { rows } = await pool.query<{ of: string; structure: string | null }>(
      `SELECT patient_id::text AS of, encode(structure, 'hex') AS structure FROM patient_structure
       UNION ALL SELECT id::text, encode(structure, 'hex') FROM list`,
    );
    await pool.end();
    await database.drop();
    expect(new Map(rows.map((r) => [r.of, r.structure]))).toEqual(
      new Map([
        [held.patientId, ''],
        [held.set.id, ''],
        [held.folder.id, null],
      ]),
    );
    // The mark that it leaves, under the store's own keys.
    await world.database.query(`UPDATE patient_structure SET structure = '\\x' WHERE patient_id = '${held.patientId}'`);
    await world.database.query(`UPDATE list SET structure = '\\x' WHERE id = '${held.set.id}'`);
    await world.database.query(`UPDATE document SET structure = NULL WHERE id = '${held.id}'`);
    expect((await one.patients.byId(held.patientId))?.ins).toEqual(held.ins);
    expect(await one.sets.byId(held.set.id)).toMatchObject({ payload: 1 });
    expect(await one.documents.byId(held.id)).toMatchObject({ setId: held.document.setId });
    await other.patients.byIns(held.ins);
    expect(await other.sets.byId(held.set.id)).toBeUndefined();
    expect(await other.documents.byId(held.id)).toBeUndefined();
    // Of whoever the settings name, not of this structure for ever.
    const renamed = await openStore({ ...world.config, STRUCTURE_ID: second });
    expect(await renamed.sets.byId(held.set.id)).toMatchObject({ payload: 1 });
    await renamed.close();
  });
});
