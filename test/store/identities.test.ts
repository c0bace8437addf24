import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FedIdentity, openStore, type Store, type StoredIdentity } from '../../server/store/index.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const ins = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
const otherIns = { value: '154039999900287', oid: '1.2.250.1.213.1.4.10' };
const structure = '1990100109';
const other = '1750000018';
const nurse = '899700204581';
const system = 'urn:oid:2.16.840.1.113883.19.7602.9';
const at = (minute: number) => new Date(Date.UTC(2026, 10, 28, 9, minute));

let world: TestStore;
let second: Store;
let patientId: string;
let otherId: string;
beforeAll(async () => {
  world = await openTestStore();
  second = await openStore(world.config);
  patientId = (await world.store.patients.byIns(ins)).id;
  otherId = (await world.store.patients.byIns(otherIns)).id;
});
afterAll(async () => {
  await second.close();
  await world.close();
});

let serial = 0;
const fed = (change: Partial<FedIdentity> = {}): FedIdentity => ({
  structure,
  system,
  value: `IPP-${String(++serial).padStart(6, '0')}`,
  content: { resourceType: 'Patient', name: [{ family: 'DUPONT', given: ['Marie'] }] },
  active: true,
  ...change,
});
async function feed(given: FedIdentity, minute = 1, expected?: number): Promise<StoredIdentity> {
  const result = await world.store.identities.feed(given, nurse, at(minute), expected);
  if (result === 'conflict') throw new Error(result);
  return result.identity;
}

describe('a fed identity', () => {
  it('is found by its id, its local identifier and its INS, by its structure only', async () => {
    const { identities } = world.store;
    const given = fed({
      ins,
      patientId,
      reliability: 'VALI',
      differences: ['birthPlace'],
      comparedAt: at(1),
    });
    const result = await identities.feed(given, nurse, at(1));
    if (result === 'conflict') throw new Error(result);
    const { identity } = result;
    const { structure: _structure, ...rest } = given;
    expect(result).toEqual({ isNew: true, identity: { ...rest, id: identity.id, version: 1, updatedAt: at(1) } });
    expect(identity.id).not.toBe(patientId);
    expect(await second.identities.byId(identity.id, structure)).toEqual(identity);
    expect(await second.identities.byLocal(structure, system, given.value)).toEqual(identity);
    expect(await second.identities.byIns(structure, ins)).toEqual([identity]);
    expect(await identities.byId(identity.id, other)).toBeUndefined();
    expect(await identities.byLocal(other, system, given.value)).toBeUndefined();
    expect(await identities.byLocal(structure, 'urn:oid:1.2.3', given.value)).toBeUndefined();
    expect(await identities.byIns(other, ins)).toEqual([]);
    expect(await identities.byIns(structure, { ...ins, oid: '1.2.250.1.213.1.4.8' })).toEqual([]);
    expect(await identities.history(identity.id, other)).toEqual([]);
    for (const unknown of [randomUUID(), "1' OR 1=1"]) {
      expect(await identities.byId(unknown, structure)).toBeUndefined();
      expect(await identities.history(unknown, structure)).toEqual([]);
    }
  });

  it('is the same local identifier of another structure to another', async () => {
    const mine = fed();
    const theirs = { ...mine, structure: other };
    expect((await feed(mine)).id).not.toBe((await feed(theirs)).id);
    expect(await feed({ ...mine, content: 2 }, 2)).toMatchObject({ version: 2, content: 2 });
    expect(await world.store.identities.byLocal(other, system, mine.value)).toMatchObject({ version: 1 });
  });

  it('is replaced whole, and what happened is kept', async () => {
    const { identities } = world.store;
    const given = fed();
    const { id } = await feed(given, 1);
    await feed({ ...given, reliability: 'PROV' }, 2);
    await feed({ ...given, reliability: 'VALI', ins, patientId, differences: [], comparedAt: at(3) }, 3);
    await feed({ ...given, reliability: 'VALI', ins: otherIns, patientId: otherId }, 4);
    const last = await feed({ ...given, active: false }, 5);
    expect(last).toEqual({
      id,
      system,
      value: given.value,
      content: given.content,
      active: false,
      version: 5,
      updatedAt: at(5),
    });
    expect((await identities.byIns(structure, otherIns)).map((i) => i.id)).not.toContain(id);
    const side = (change: object) => ({ active: true, ...change });
    expect(await identities.history(id, structure)).toEqual([
      ...['delete', 'link'].map((kind) => ({
        kind,
        at: at(5),
        by: nurse,
        details: { before: side({ reliability: 'VALI', ins: otherIns }), after: { active: false } },
      })),
      {
        kind: 'link',
        at: at(4),
        by: nurse,
        details: { before: side({ reliability: 'VALI', ins }), after: side({ reliability: 'VALI', ins: otherIns }) },
      },
      {
        kind: 'link',
        at: at(3),
        by: nurse,
        details: { before: side({ reliability: 'PROV' }), after: side({ reliability: 'VALI', ins }) },
      },
      { kind: 'update', at: at(2), by: nurse, details: { before: side({}), after: side({ reliability: 'PROV' }) } },
      { kind: 'create', at: at(1), by: nurse, details: { after: side({}) } },
    ]);
  });

  it('follows the version that is expected, or conflicts', async () => {
    const { identities } = world.store;
    const given = fed();
    expect(await identities.feed(given, nurse, at(1), 1), 'there is none yet').toBe('conflict');
    expect(await identities.byLocal(structure, system, given.value)).toBeUndefined();
    await feed(given);
    await feed(given, 2, 1);
    expect(await identities.feed(given, nurse, at(3), 1)).toBe('conflict');
    expect(await identities.byLocal(structure, system, given.value)).toMatchObject({ version: 2, updatedAt: at(2) });
  });

  it('is made once by many at two instances, and none of them is lost', async () => {
    const given = fed();
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? world.store : second).identities.feed({ ...given, content: i }, nurse, at(i)),
      ),
    );
    const made = all.map((one) => (one === 'conflict' ? { isNew: false, identity: { id: '', version: 0 } } : one));
    expect(made.filter((one) => one.isNew)).toHaveLength(1);
    expect(new Set(made.map((one) => one.identity.id)).size).toBe(1);
    expect(made.map((one) => one.identity.version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const history = await world.store.identities.history(made[0]!.identity.id, structure);
    expect(history.map((event) => event.kind)).toEqual([...Array<string>(11).fill('update'), 'create']);
  });

  it('keeps its patient', async () => {
    const { patients } = world.store;
    const own = { value: '171127299004426', oid: ins.oid };
    const { id } = await patients.byIns(own);
    await feed(fed({ ins: own, patientId: id }));
    await patients.forget(id);
    expect(await patients.byId(id)).toBeDefined();
  });
});

describe('a merge', () => {
  it('leaves one, and is in both histories', async () => {
    const { identities } = world.store;
    const survivor = await feed(fed({ ins, patientId, reliability: 'VALI' }));
    const given = fed({ reliability: 'PROV' });
    const obsolete = await feed(given);
    await identities.merge(survivor.id, obsolete.id, structure, nurse, at(7));
    expect(await identities.byId(obsolete.id, structure)).toEqual({
      ...obsolete,
      active: false,
      replacedBy: survivor.id,
      version: 2,
      updatedAt: at(7),
    });
    expect(await identities.byId(survivor.id, structure)).toEqual(survivor);
    expect((await identities.history(obsolete.id, structure))[0]).toEqual({
      kind: 'merge',
      at: at(7),
      by: nurse,
      details: {
        before: { active: true, reliability: 'PROV' },
        after: { active: false, reliability: 'PROV', replacedBy: survivor.id },
      },
    });
    expect((await identities.history(survivor.id, structure))[0]).toEqual({
      kind: 'merge',
      at: at(7),
      by: nurse,
      details: { after: { active: true, reliability: 'VALI', ins, replaces: obsolete.id } },
    });
    await identities.merge(survivor.id, obsolete.id, structure, nurse, at(8));
    expect(await identities.history(obsolete.id, structure), 'the same again').toHaveLength(2);
    expect(await feed(given, 9), 'what is fed later does not bring it back').toMatchObject({
      active: false,
      replacedBy: survivor.id,
      version: 3,
    });
  });

  it('is refused of what is unknown, another’s, the same, or merged away', async () => {
    const { identities } = world.store;
    const [a, b, c] = [await feed(fed()), await feed(fed()), await feed(fed())];
    const theirs = await feed(fed({ structure: other }));
    await identities.merge(a.id, b.id, structure, nurse, at(1));
    for (const [survivor, obsolete] of [
      [a.id, a.id],
      [a.id, randomUUID()],
      [a.id, "1' OR 1=1"],
      [a.id, theirs.id],
      [theirs.id, c.id],
      [b.id, c.id],
      [b.id, a.id],
      [c.id, b.id],
    ] as const)
      await expect(identities.merge(survivor, obsolete, structure, nurse, at(2))).rejects.toThrow(RangeError);
    expect(await identities.byId(c.id, structure)).toEqual(c);
    expect(await identities.byId(theirs.id, other)).toEqual(theirs);
  });

  it('of two that would replace each other, one is done', async () => {
    const { identities } = world.store;
    const [a, b] = [await feed(fed()), await feed(fed())];
    const done = await Promise.allSettled([
      identities.merge(a.id, b.id, structure, nurse, at(1)),
      second.identities.merge(b.id, a.id, structure, nurse, at(1)),
    ]);
    expect(done.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    const both = await Promise.all([a, b].map(({ id }) => identities.byId(id, structure)));
    expect(both.filter((one) => one!.active)).toHaveLength(1);
  });

  it('and what happened cannot be changed or removed in the database', async () => {
    for (const sql of [
      "UPDATE identity_event SET kind = 'update'",
      'DELETE FROM identity_event',
      'TRUNCATE identity_event',
    ])
      for (const prefix of ['', "SET dmp_fhir.reseal = 'on'; "])
        await expect(world.database.query(prefix + sql), prefix + sql).rejects.toThrow(/append-only/);
    await expect(world.database.query('DELETE FROM identity')).rejects.toThrow(/identity_event/);
  });
});

describe('a correction', () => {
  const item = () => ({ documentId: randomUUID(), uniqueId: `1.2.3.${++serial}` });
  const correction = () => ({
    structure,
    wrongPatientId: patientId,
    reason: 'homonyme : DUPONT Marie',
    items: [item(), item()],
  });

  it('is kept with its steps, for its structure', async () => {
    const { corrections } = world.store;
    const given = correction();
    const made = await corrections.create(given, at(1));
    const { structure: _structure, ...rest } = given;
    expect(made).toEqual({ ...rest, id: made.id, state: 'open', version: 1, createdAt: at(1), updatedAt: at(1) });
    const step = {
      ...made,
      rightPatientId: otherId,
      state: 'done' as const,
      items: [
        { ...made.items[0]!, deletedAt: at(2), refedId: randomUUID() },
        { ...made.items[1]!, dropped: true, problem: 'dmp-unavailable' },
      ],
    };
    expect(await corrections.save(step, at(2))).toBe(true);
    expect(await second.corrections.byId(made.id, structure)).toEqual({ ...step, version: 2, updatedAt: at(2) });
    expect(await corrections.byId(made.id, other)).toBeUndefined();
    for (const unknown of [randomUUID(), "1' OR 1=1"]) {
      expect(await corrections.byId(unknown, structure)).toBeUndefined();
      expect(await corrections.save({ ...made, id: unknown }, at(3))).toBe(false);
    }
  });

  it('of one wrong patient is open once, however many begin at once', async () => {
    const place = '1990100125';
    const begun = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        (i % 2 ? world.store : second).corrections.create({ ...correction(), structure: place }, at(i)),
      ),
    );
    expect(new Set(begun.map((c) => c.id)).size).toBe(1);
    const elsewhere = await second.corrections.create({ ...correction(), structure: '1990100133' }, at(7));
    expect(elsewhere.id).not.toBe(begun[0]!.id);
    await world.store.corrections.save({ ...begun[0]!, state: 'done' }, at(8));
    const next = await second.corrections.create({ ...correction(), structure: place }, at(9));
    expect(next.id).not.toBe(begun[0]!.id);
  });

  it('is not saved over what another saved', async () => {
    const made = await world.store.corrections.create(correction(), at(1));
    const saved = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 ? world.store : second).corrections.save(made, at(i))),
    );
    expect(saved.filter(Boolean)).toHaveLength(1);
    expect(await world.store.corrections.byId(made.id, structure)).toMatchObject({ version: 2 });
  });

  it('is listed with those of its structure, newest first', async () => {
    const { corrections } = world.store;
    const place = '1990100117';
    const first = await corrections.create({ ...correction(), structure: place }, at(1));
    const last = await corrections.create({ ...correction(), structure: place, wrongPatientId: otherId }, at(2));
    await corrections.save({ ...first, state: 'done' }, at(3));
    const ids = async (of?: Parameters<typeof corrections.ofStructure>[1]) =>
      (await corrections.ofStructure(place, of)).map((c) => c.id);
    expect(await ids()).toEqual([last.id, first.id]);
    expect(await ids({ state: 'open' })).toEqual([last.id]);
    expect(await ids({ patientId })).toEqual([first.id]);
    expect(await ids({ state: 'open', patientId })).toEqual([]);
    expect(await ids({ patientId: "1' OR 1=1" })).toEqual([]);
  });

  it('keeps both its patients', async () => {
    const { patients, corrections } = world.store;
    const own = await Promise.all(
      ['277127299004471', '188127299004493'].map((value) => patients.byIns({ value, oid: ins.oid })),
    );
    await corrections.create({ ...correction(), wrongPatientId: own[0]!.id, rightPatientId: own[1]!.id }, at(1));
    for (const { id } of own) {
      await patients.forget(id);
      expect(await patients.byId(id)).toBeDefined();
    }
  });
});

it('at rest, neither names nor identifiers of anyone can be read', async () => {
  const rows = await rawRows(world.database, ['identity', 'identity_event', 'correction', 'patient']);
  expect(rows).toContain('VALI');
  for (const secret of [
    ins.value,
    otherIns.value,
    ins.oid,
    structure,
    other,
    nurse,
    'IPP-',
    system,
    'DUPONT',
    'Marie',
    'homonyme',
  ])
    expect(rows, secret).not.toContain(secret);
});
