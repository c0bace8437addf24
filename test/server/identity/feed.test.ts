/** Issue line 5: the feed of identities, its links and its history, and what the DMP is asked for it. */
import type { Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DmpError } from '../../../server/dmp/types.ts';
import { feedIdentity, removeIdentity } from '../../../server/identity/feed.ts';
import { mergeIdentity } from '../../../server/identity/merge.ts';
import {
  answerFor,
  asker,
  domain,
  elsewhere,
  insOf,
  known,
  newLocal,
  nobody,
  openOffice,
  refusal,
  structure,
  type Office,
} from './support.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());
beforeEach(() => {
  office.dmp.calls.length = 0;
  office.dmp.answers['TD0.2'] = ({ patient }: { patient: { value: string } }) => answerFor(patient.value);
});

const keysOf = (issues: readonly { key: string }[]): string[] => issues.map((i) => i.key);
const kinds = async (id: string): Promise<string[]> =>
  (await office.store.identities.history(id, structure)).map((e) => e.kind);
/** What is on record of an identity: event and references. */
const told = async (id: string) =>
  (await records())
    .map((r) => (r.details as { what: { event: string; references: string[] } }).what)
    .filter((what) => what.references.includes(`Patient/${id}`));
const records = async () => (await office.store.records.search({ structure, kinds: ['identity'], most: 100 })).records;

describe('an identity is fed', () => {
  it('creates and links it, asks the DMP once, and keeps that nothing differs', async () => {
    const local = newLocal();
    const { identity, isNew, issues } = await feedIdentity(known('P1', local), local, asker, office);
    expect({ isNew, issues }).toEqual({ isNew: true, issues: [] });
    expect(office.dmp.names()).toEqual(['TD0.2']);
    expect(office.dmp.calls[0]!.context).toMatchObject({ patient: insOf('P1'), requestId: 'r-1' });
    expect(identity).toMatchObject({
      ...local,
      ins: insOf('P1'),
      reliability: 'VALI',
      active: true,
      differences: [],
      version: 1,
    });
    expect(identity.patientId).toBe((await office.store.patients.byIns(insOf('P1'))).id);
    expect(await kinds(identity.id)).toEqual(['create']);
    const [record] = await records();
    expect(record).toMatchObject({
      person: asker.caller.personId,
      patientId: identity.patientId,
      details: { who: { family: 'LE BIHAN' }, what: { event: 'link', references: [`Patient/${identity.id}`] } },
    });
  });

  it('without INS nothing is asked; the INS that comes later is asked about, once', async () => {
    const local = newLocal();
    const bare = { ...known('P1', local, 'PROV'), identifier: [local] };
    const first = await feedIdentity(bare, local, asker, office);
    expect(office.dmp.names()).toEqual([]);
    expect(first.identity.ins).toBeUndefined();
    const second = await feedIdentity(known('P1', local), local, asker, office);
    await feedIdentity({ ...known('P1', local), telecom: [{ value: '0639980001' }] }, local, asker, office);
    expect(office.dmp.names()).toEqual(['TD0.2']);
    expect(second).toMatchObject({ isNew: false, identity: { id: first.identity.id, ins: insOf('P1') } });
    expect(await kinds(first.identity.id)).toEqual(['update', 'link', 'create']);
  });

  it('traits that differ are warnings by name, remembered and said again; corrected ones are compared again', async () => {
    const local = newLocal();
    const wrong: Partial<Patient> = { birthDate: '1936-04-21', gender: 'male' };
    const first = await feedIdentity(known('P1', local, 'VALI', wrong), local, asker, office);
    expect(first.issues).toEqual([
      {
        key: 'identity-trait-differs',
        severity: 'warning',
        expression: 'Patient.birthDate',
        values: { trait: 'birthDate' },
      },
      { key: 'identity-trait-differs', severity: 'warning', expression: 'Patient.gender', values: { trait: 'gender' } },
    ]);
    expect(first.identity.differences).toEqual(['birthDate', 'gender']);
    const again = await feedIdentity(known('P1', local, 'VALI', wrong), local, asker, office);
    expect(again.issues).toEqual(first.issues);
    expect(office.dmp.names()).toEqual(['TD0.2']);
    const corrected = await feedIdentity(known('P1', local), local, asker, office);
    expect(corrected).toMatchObject({ issues: [], identity: { differences: [] } });
    expect(office.dmp.names()).toEqual(['TD0.2', 'TD0.2']);
  });

  it.each([
    ['a person without a DMP', nobody, 'identity-compare-absent'],
    [
      'a DMP that does not answer',
      () => Promise.reject(new DmpError('timeout', 'HEADERS', 'TD0.2')),
      'identity-compare-failed',
    ],
  ])('%s does not stop the feed, and is compared the next time', async (_, answer, key) => {
    const local = newLocal();
    office.dmp.answers['TD0.2'] = answer;
    const first = await feedIdentity(known('P1', local), local, asker, office);
    expect(keysOf(first.issues)).toEqual([key]);
    expect(first.identity.comparedAt).toBeUndefined();
    office.dmp.answers['TD0.2'] = () => answerFor(insOf('P1').value, { birthDate: '19360413' });
    const second = await feedIdentity(known('P1', local), local, asker, office);
    expect(second.identity.differences).toEqual(['birthDate']);
  });

  it('an INS with a wrong key of a real authority, or two INS, are refused; nothing is kept, nobody is asked', async () => {
    const local = newLocal();
    const real = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '236046999012377' };
    const two = known('P1', local);
    for (const [patient, key] of [
      [{ ...two, identifier: [local, real] }, 'ins-key'],
      [
        { ...two, identifier: [...two.identifier!, { ...two.identifier![1], value: insOf('P2').value }] },
        'patient-inconsistent',
      ],
    ] as [Patient, string][])
      expect(await refusal(feedIdentity(patient, local, asker, office))).toEqual([key]);
    expect(office.dmp.calls).toEqual([]);
    expect(await office.store.identities.byLocal(structure, local.system, local.value)).toBeUndefined();
  });

  it('a test INS is refused in production', async () => {
    const local = newLocal();
    const production = { ...office, config: { ...office.config, ENVIRONMENT: 'production' as const } };
    expect(await refusal(feedIdentity(known('P1', local), local, asker, production))).toEqual(['ins-environment']);
  });

  it('an INS-C is kept and never used', async () => {
    const local = newLocal();
    const insc = { system: 'urn:oid:1.2.250.1.213.1.4.2', value: '0944009023609680323697' };
    const { identity } = await feedIdentity({ ...known('P1', local), identifier: [local, insc] }, local, asker, office);
    expect(identity.ins).toBeUndefined();
    expect((identity.content as Patient).identifier).toContainEqual(insc);
    expect(office.dmp.calls).toEqual([]);
  });

  it('another version than the one named is a conflict, before the DMP is asked', async () => {
    const local = newLocal();
    await feedIdentity({ ...known('P1', local), identifier: [local] }, local, asker, office);
    expect(await refusal(feedIdentity(known('P1', local), local, asker, office, 7))).toEqual(['version-conflict']);
    expect(office.dmp.calls).toEqual([]);
    expect(await refusal(feedIdentity(known('P1', local), local, asker, office, 1))).toEqual(['accepted']);
  });

  it('another INS than before says what to correct: the record of the former', async () => {
    const local = newLocal();
    await feedIdentity(known('P1', local), local, asker, office);
    const { issues, identity } = await feedIdentity(known('P2', local), local, asker, office);
    const { id } = await office.store.patients.byIns(insOf('P1'));
    expect(issues).toEqual([{ key: 'identity-wrong-record', severity: 'warning', values: { wrong: id } }]);
    expect(await kinds(identity.id)).toEqual(['link', 'create']);
  });

  it('of two that link it to different INS at once, the later one says what the earlier one may have done', async () => {
    const local = newLocal();
    const both = await Promise.all(
      (['P1', 'P2'] as const).map((who) => feedIdentity(known(who, local), local, asker, office)),
    );
    expect(both.map((f) => f.isNew).sort()).toEqual([false, true]);
    const later = both.find((f) => !f.isNew)!;
    const earlier = both.find((f) => f.isNew)!;
    expect(later.issues).toEqual([
      { key: 'identity-wrong-record', severity: 'warning', values: { wrong: earlier.identity.patientId } },
    ]);
    const { id } = later.identity;
    expect((await told(id)).map((what) => what.references)).toContainEqual([
      `Patient/${id}`,
      `Patient/${earlier.identity.patientId!}`,
    ]);
  });

  it('one that is fed as inactive is on record as taken out', async () => {
    const local = newLocal();
    await feedIdentity(known('P1', local), local, asker, office);
    const { identity } = await feedIdentity(known('P1', local, 'VALI', { active: false }), local, asker, office);
    expect((await told(identity.id)).map((what) => what.event).sort()).toEqual(['delete', 'link']);
  });

  it('the same identifier of another structure is another identity', async () => {
    const local = newLocal();
    const one = await feedIdentity(known('P1', local), local, asker, office);
    const other = await feedIdentity(known('P2', local), local, { caller: elsewhere }, office);
    expect(other.isNew).toBe(true);
    expect(other.identity.id).not.toBe(one.identity.id);
    expect(await office.store.identities.byId(one.identity.id, elsewhere.structure.id)).toBeUndefined();
  });
});

describe('an identity is taken out', () => {
  it('becomes inactive, once, with its history; fed again it lives again', async () => {
    const local = newLocal();
    expect(await removeIdentity(local, asker, office)).toBeUndefined();
    const { identity } = await feedIdentity(known('P1', local), local, asker, office);
    expect(await removeIdentity(local, asker, office)).toMatchObject({ id: identity.id, active: false, version: 2 });
    expect(await removeIdentity(local, asker, office)).toMatchObject({ version: 2 });
    const again = await feedIdentity(known('P1', local), local, asker, office);
    expect(again.identity).toMatchObject({ active: true, version: 3 });
    expect((await kinds(identity.id)).filter((k) => k === 'delete')).toHaveLength(1);
    expect((await told(identity.id)).filter((what) => what.event === 'delete')).toHaveLength(1);
  });
});

describe('an identity is taken out while it is fed', () => {
  it('what was fed at the same time is not overwritten', async () => {
    const local = newLocal();
    await feedIdentity(known('P1', local), local, asker, office);
    const { identities } = office.store;
    let isFirst = true;
    const meanwhile: Office = {
      ...office,
      store: {
        ...office.store,
        identities: {
          ...identities,
          byLocal: async (...of) => {
            const found = await identities.byLocal(...of);
            if (isFirst) await feedIdentity(known('P2', local), local, asker, office);
            isFirst = false;
            return found;
          },
        },
      },
    };
    const removed = await removeIdentity(local, asker, meanwhile);
    expect(removed).toMatchObject({ active: false, ins: insOf('P2') });
  });
});

describe('two identities become one', () => {
  const gone = (patient: Patient): Patient => ({ ...patient, active: false });

  it('the one that is gone is inactive and names the other; repeated, nothing happens', async () => {
    const [survivor, obsolete] = [newLocal(), newLocal()];
    const kept = await feedIdentity(known('P1', survivor), survivor, asker, office);
    const before = await feedIdentity(known('P1', obsolete), obsolete, asker, office);
    const merge = () => mergeIdentity(gone(known('P1', obsolete)), obsolete, { local: survivor }, asker, office);
    const { identity, issues } = await merge();
    expect(issues).toEqual([]);
    expect(identity).toMatchObject({ id: before.identity.id, active: false, replacedBy: kept.identity.id });
    expect((await merge()).identity.version).toBe(identity.version);
    expect(await kinds(identity.id)).toEqual(['merge', 'create']);
    expect(await kinds(kept.identity.id)).toEqual(['merge', 'create']);
    expect(await refusal(feedIdentity(known('P1', obsolete), obsolete, asker, office))).toEqual(['identity-merged']);
  });

  it('one that was never fed is fed first, so that it has a history', async () => {
    const [survivor, obsolete] = [newLocal(), newLocal()];
    const kept = await feedIdentity(known('P1', survivor), survivor, asker, office);
    const merged = await mergeIdentity(gone(known('P1', obsolete)), obsolete, { id: kept.identity.id }, asker, office);
    expect(merged).toMatchObject({ isNew: true, identity: { active: false, replacedBy: kept.identity.id } });
    expect(await kinds(merged.identity.id)).toEqual(['merge', 'create']);
  });

  it('where their INS differ, the record of the one that is gone has to be corrected', async () => {
    const [survivor, obsolete] = [newLocal(), newLocal()];
    await feedIdentity(known('P1', survivor), survivor, asker, office);
    await feedIdentity(known('P2', obsolete), obsolete, asker, office);
    const { issues } = await mergeIdentity(gone(known('P2', obsolete)), obsolete, { local: survivor }, asker, office);
    const { id } = await office.store.patients.byIns(insOf('P2'));
    expect(issues).toEqual([{ key: 'identity-wrong-record', severity: 'warning', values: { wrong: id } }]);
  });

  it('the survivor must be another one, known, active and of the same domain', async () => {
    const other = 'urn:oid:2.16.840.1.113883.19.7602.10';
    const two = { ...office, config: { ...office.config, LOCAL_ID_SYSTEMS: [domain, other] } };
    const [obsolete, foreign, inactive] = [newLocal(), newLocal(other), newLocal()];
    await feedIdentity(known('P1', obsolete), obsolete, asker, two);
    await feedIdentity(known('P1', foreign), foreign, asker, two);
    await feedIdentity(known('P1', inactive), inactive, asker, two);
    await removeIdentity(inactive, asker, two);
    for (const survivor of [obsolete, foreign, inactive, newLocal(), newLocal('urn:oid:2.999')])
      expect(
        await refusal(mergeIdentity(gone(known('P1', obsolete)), obsolete, { local: survivor }, asker, two)),
      ).toEqual(['identity-survivor']);
    expect(await refusal(mergeIdentity(gone(known('P1', obsolete)), obsolete, { id: 'x' }, asker, two))).toEqual([
      'identity-survivor',
    ]);
  });

  it('one that is merged already is not merged into a third', async () => {
    const [a, b, c] = [newLocal(), newLocal(), newLocal()];
    for (const local of [a, b, c]) await feedIdentity(known('P1', local), local, asker, office);
    await mergeIdentity(gone(known('P1', a)), a, { local: b }, asker, office);
    expect(await refusal(mergeIdentity(gone(known('P1', a)), a, { local: c }, asker, office))).toEqual([
      'identity-merged',
    ]);
    expect(await refusal(mergeIdentity(gone(known('P1', c)), c, { local: a }, asker, office))).toEqual([
      'identity-survivor',
    ]);
  });
});
