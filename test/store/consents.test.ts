import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsentStatement, type Store } from '../../server/store/index.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { openTestStores, type TestStore } from '../support/store.ts';

const ins = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
const structure = '1990100109';
const other = '1750000018';
const doctor = '899700101233';
const at = (minute: number) => new Date(Date.UTC(2026, 10, 28, 9, minute));

let world: TestStore;
/** A second instance on the same database. */
let second: Store;
beforeAll(async () => {
  [world, second] = await openTestStores();
});
afterAll(() => world.close());

let serial = 100_000_000_000_000;
/** A patient of their own for each test. */
async function someone() {
  const own = { value: String(serial++), oid: ins.oid };
  return { ins: own, patientId: (await world.store.patients.byIns(own)).id };
}
const permit = (content: unknown = { note: 'asked at admission' }): ConsentStatement => ({
  status: 'active',
  decision: 'permit',
  content,
});

describe('consents', () => {
  it('keep every version, and give the last', async () => {
    const { consents } = world.store;
    const { patientId, ins: own } = await someone();
    const about = { patientId, structure, topic: 'consultation' } as const;
    const first = await consents.record(about, { ...permit({ n: 1 }), from: at(0), until: at(50) }, at(1));
    if (first === 'conflict') throw new Error(first);
    expect(first).toEqual({
      isNew: true,
      consent: {
        id: first.consent.id,
        patientId,
        ins: own,
        topic: 'consultation',
        version: 1,
        status: 'active',
        decision: 'permit',
        from: at(0),
        until: at(50),
        content: { n: 1 },
        recordedAt: at(1),
      },
    });
    const { id } = first.consent;
    const withdrawn = await consents.record(
      about,
      { status: 'inactive', decision: 'permit', content: { n: 2 } },
      at(2),
    );
    expect(withdrawn).toMatchObject({ isNew: false, consent: { id, version: 2, status: 'inactive' } });
    expect(await consents.byId(id, structure)).toMatchObject({ version: 2, content: { n: 2 }, recordedAt: at(2) });
    expect(await consents.byId(id, structure)).not.toHaveProperty('until');
    expect(await consents.byId(id, structure, 1)).toEqual(first.consent);
    expect((await consents.history(id, structure)).map((c) => [c.version, c.content])).toEqual([
      [2, { n: 2 }],
      [1, { n: 1 }],
    ]);
    for (const version of [0, 3, -1, 1.5, 2 ** 40, NaN])
      expect(await consents.byId(id, structure, version), String(version)).toBeUndefined();
    for (const unknown of [randomUUID(), "1' OR 1=1"]) {
      expect(await consents.byId(unknown, structure)).toBeUndefined();
      expect(await consents.history(unknown, structure)).toEqual([]);
      expect(await consents.ofPatient(unknown, structure)).toEqual([]);
    }
  });

  it('are one a topic, and another structure’s are not seen', async () => {
    const { consents } = world.store;
    const { patientId, ins: own } = await someone();
    const mine = await consents.record({ patientId, structure, topic: 'feeding' }, permit(), at(1));
    await consents.record({ patientId, structure, topic: 'break-glass' }, { ...permit(), decision: 'deny' }, at(2));
    await consents.record({ patientId, structure: other, topic: 'regulation' }, permit(), at(3));
    if (mine === 'conflict') throw new Error(mine);
    expect(await consents.byId(mine.consent.id, other)).toBeUndefined();
    expect(await consents.history(mine.consent.id, other)).toEqual([]);
    expect((await consents.ofPatient(patientId, structure)).map((c) => c.topic).sort()).toEqual([
      'break-glass',
      'feeding',
    ]);
    expect((await consents.ofPatient(patientId, other)).map((c) => c.topic)).toEqual(['regulation']);
    const decisions = await consents.decisions(own, structure);
    expect(decisions.sort((a, b) => (a.topic < b.topic ? -1 : 1))).toEqual([
      { topic: 'break-glass', status: 'active', decision: 'deny' },
      { topic: 'feeding', status: 'active', decision: 'permit' },
    ]);
    expect(await consents.decisions({ ...own, oid: '1.2.250.1.213.1.4.8' }, structure), 'other authority').toEqual([]);
  });

  it('decisions are those of the current version, also at another instance, at once', async () => {
    const { consents } = world.store;
    const { patientId, ins: own } = await someone();
    const about = { patientId, structure, topic: 'feeding' } as const;
    await consents.record(about, { ...permit(), until: at(30) }, at(1));
    expect(await second.consents.decisions(own, structure)).toEqual([
      { topic: 'feeding', status: 'active', decision: 'permit', until: at(30) },
    ]);
    await consents.record(about, { ...permit(), status: 'entered-in-error' }, at(2));
    expect(await second.consents.decisions(own, structure)).toEqual([
      { topic: 'feeding', status: 'entered-in-error', decision: 'permit' },
    ]);
  });

  it('a version that begins later leaves what was said in force until then; a withdrawal does not wait', async () => {
    const { consents } = world.store;
    const { patientId, ins: own } = await someone();
    const about = { patientId, structure, topic: 'break-glass' } as const;
    const decisionAt = async (n: number): Promise<string[]> =>
      (await consents.decisions(own, structure, at(n))).map((d) => `${d.status} ${d.decision}`);
    await consents.record(about, { ...permit(), decision: 'deny' }, at(1));
    await consents.record(about, { ...permit(), from: at(50) }, at(2));
    expect(await decisionAt(10), 'the opposition is not lifted before').toEqual(['active deny']);
    expect(await decisionAt(50)).toEqual(['active permit']);
    await consents.record(about, { ...permit(), status: 'inactive', from: at(50) }, at(3));
    expect(await decisionAt(10)).toEqual(['inactive permit']);
  });

  it('follow the version that is expected, or conflict', async () => {
    const { consents } = world.store;
    const { patientId } = await someone();
    const about = { patientId, structure, topic: 'information' } as const;
    expect(await consents.record(about, permit(), at(1), 1), 'there is none yet').toBe('conflict');
    expect(await consents.ofPatient(patientId, structure)).toEqual([]);
    expect(await consents.record(about, permit(), at(1))).toMatchObject({ isNew: true });
    expect(await consents.record(about, permit(), at(2), 1)).toMatchObject({ consent: { version: 2 } });
    expect(await consents.record(about, permit(), at(3), 1)).toBe('conflict');
    expect(await consents.ofPatient(patientId, structure)).toMatchObject([{ version: 2 }]);
  });

  it('of many at two instances, nothing is lost, and of those that expect the same one is taken', async () => {
    const { patientId } = await someone();
    const about = { patientId, structure, topic: 'regulation' } as const;
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? world.store : second).consents.record(about, permit(i), at(i))),
    );
    const versions = all.map((one) => (one === 'conflict' ? 0 : one.consent.version));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(all.filter((one) => one !== 'conflict' && one.isNew)).toHaveLength(1);
    const same = await Promise.all(
      Array.from({ length: 8 }, (_, i) => (i % 2 ? world.store : second).consents.record(about, permit(i), at(i), 12)),
    );
    expect(same.filter((one) => one !== 'conflict')).toHaveLength(1);
    const { id } = (await world.store.consents.ofPatient(patientId, structure))[0]!;
    expect(await world.store.consents.history(id, structure)).toHaveLength(13);
  });

  it('cannot be changed or removed in the database either', async () => {
    const { patientId } = await someone();
    await world.store.consents.record({ patientId, structure, topic: 'feeding' }, permit(), at(1));
    const { database } = world;
    for (const sql of [
      "UPDATE consent_version SET decision = 'deny'",
      "UPDATE consent_version SET content_sealed = '\\x00'",
      'DELETE FROM consent_version',
      'TRUNCATE consent_version',
      "UPDATE consent SET topic = 'x'",
      'DELETE FROM consent',
      'TRUNCATE consent CASCADE',
    ]) {
      await expect(database.query(sql), sql).rejects.toThrow(/is append-only/);
      const asReseal = `SET dmp_fhir.reseal = 'on'; ${sql}`;
      await expect(database.query(asReseal), asReseal).rejects.toThrow(/append-only|retired or unknown/);
    }
  });

  it('keep their patient', async () => {
    const { patientId } = await someone();
    await world.store.consents.record({ patientId, structure, topic: 'feeding' }, permit(), at(1));
    await world.store.patients.forget(patientId);
    expect(await world.store.patients.byId(patientId)).toBeDefined();
  });
});

describe('authorisations', () => {
  it('have one row a patient and holder, also for many at two instances', async () => {
    const { patientId, ins: own } = await someone();
    const rows = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? world.store : second).authorizations.of(patientId, doctor)),
    );
    expect(new Set(rows.map((row) => row.id)).size).toBe(1);
    expect(rows[0]).toEqual({ id: rows[0]!.id, patientId, ins: own, holder: doctor, updatedAt: rows[0]!.updatedAt });
    expect((await world.store.authorizations.of(patientId, structure)).id).not.toBe(rows[0]!.id);
    expect(await world.store.authorizations.byId(rows[0]!.id)).toEqual(rows[0]);
    expect(await world.store.authorizations.known(own, doctor)).toEqual(rows[0]);
  });

  it('are known without being made', async () => {
    const { patientId, ins: own } = await someone();
    const { authorizations, patients } = world.store;
    expect(await authorizations.known(own, doctor)).toBeUndefined();
    expect(await authorizations.known({ value: '199099900899971', oid: ins.oid }, doctor)).toBeUndefined();
    for (const unknown of [randomUUID(), "1' OR 1=1"]) expect(await authorizations.byId(unknown)).toBeUndefined();
    await patients.forget(patientId);
    expect(await patients.byId(patientId), 'nothing was made').toBeUndefined();
  });

  it('keep what is said, and what is left out', async () => {
    const { authorizations } = world.store;
    const { patientId } = await someone();
    const { id } = await authorizations.of(patientId, doctor);
    await authorizations.save(id, { status: 'VALIDE', treatingPhysician: true, checkedAt: at(1) }, at(1));
    await authorizations.save(id, { declaredAt: at(2), emergency: { token: 'jti-1', until: at(9) } }, at(2));
    expect(await authorizations.byId(id)).toMatchObject({
      status: 'VALIDE',
      treatingPhysician: true,
      checkedAt: at(1),
      declaredAt: at(2),
      updatedAt: at(2),
    });
    const { ins } = (await authorizations.byId(id))!;
    expect(await authorizations.emergencyOf(ins, doctor, 'jti-1')).toEqual(at(9));
    expect(await authorizations.emergencyOf(ins, doctor, 'jti-2')).toBeUndefined();
    await authorizations.save(id, { status: null, checkedAt: null, emergency: null }, at(3));
    expect(await authorizations.emergencyOf(ins, doctor, 'jti-1')).toBeUndefined();
    const emptied = await authorizations.byId(id);
    expect(emptied).toMatchObject({ treatingPhysician: true, declaredAt: at(2), updatedAt: at(3) });
    expect([emptied!.status, emptied!.checkedAt]).toEqual([undefined, undefined]);
    await authorizations.save("1' OR 1=1", { status: 'x' }, at(4));
  });

  it('know the emergency access of one token of one holder for one patient, and keep no token in clear', async () => {
    const { authorizations } = world.store;
    const { patientId, ins: own } = await someone();
    const { id } = await authorizations.of(patientId, doctor);
    const until = (token: string, of = own, holder = doctor) => second.authorizations.emergencyOf(of, holder, token);
    await authorizations.save(id, { emergency: { token: 'token-1', until: at(9) } }, at(1));
    await authorizations.save(id, { status: 'VALIDE', checkedAt: at(2) }, at(2));
    expect(await until('token-1')).toEqual(at(9));
    expect(await until('token-1', own, structure)).toBeUndefined();
    expect(await until('token-1', (await someone()).ins)).toBeUndefined();
    expect(await rawRows(world.database, ['dmp_authorization'])).not.toContain('token-1');
    await authorizations.save(id, { emergency: { token: 'token-2', until: at(10) } }, at(3));
    expect([await until('token-1'), await until('token-2')]).toEqual([undefined, at(10)]);
  });

  it('are declared by one of many, until the DMP has answered or the time is over', async () => {
    const { authorizations } = world.store;
    const { patientId } = await someone();
    const { id } = await authorizations.of(patientId, doctor);
    const claim = (minute: number) =>
      Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 ? world.store : second).authorizations.claimDeclaration(id, at(minute), 60_000),
        ),
      );
    const winners = async (minute: number) => (await claim(minute)).filter(Boolean).length;
    expect(await winners(1)).toBe(1);
    expect(await winners(1)).toBe(0);
    await authorizations.save(id, { declaredAt: at(1) }, at(1));
    expect(await winners(1), 'said nothing of the DMP yet').toBe(0);
    expect(await winners(2), 'one minute later').toBe(1);
    await authorizations.save(id, { status: 'VALIDE', checkedAt: at(2) }, at(2));
    expect(await winners(2)).toBe(1);
    for (const unknown of [randomUUID(), "1' OR 1=1"])
      expect(await authorizations.claimDeclaration(unknown, at(1), 1000)).toBe(false);
  });

  it('keep their patient', async () => {
    const { patientId } = await someone();
    await world.store.authorizations.of(patientId, doctor);
    await world.store.patients.forget(patientId);
    expect(await world.store.patients.byId(patientId)).toBeDefined();
  });
});

it('at rest, neither names nor identifiers of anyone can be read', async () => {
  const { patientId, ins: own } = await someone();
  await world.store.consents.record(
    { patientId, structure, topic: 'feeding' },
    permit({ patient: 'DUPONT Marie', recordedBy: doctor }),
    at(1),
  );
  await world.store.authorizations.of(patientId, doctor);
  const rows = await rawRows(world.database, ['patient', 'consent', 'consent_version', 'dmp_authorization']);
  expect(rows).toContain('regulation');
  for (const secret of [own.value, ins.oid, structure, other, doctor, 'DUPONT', 'Marie'])
    expect(rows, secret).not.toContain(secret);
});
