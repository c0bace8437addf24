/** Which document a proposal is: to whom its Task says it, and that it does not once somebody has decided. */
import { createHash, randomUUID } from 'node:crypto';
import type { DocumentReference, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../../server/auth/caller.ts';
import { describedResource, mayRead, type Described } from '../../../server/fhir/task/described.ts';
import { doctor, nurse } from '../../support/callers.ts';
import { errorsOf, loadR4 } from '../../support/profiles.ts';
import { P1, startBench, testOid, type Bench } from '../fhir/support.ts';

const scopes = ['user/Task.rus', 'user/DocumentReference.crus'];
const physician: Caller = { ...doctor, clientId: 'console', personId: '899700109999', isAdministrator: true, scopes };
const actor = { system: '1.2.250.1.213.1.6.1.140', code: '99', display: 'Acteur caractérisé par son rôle' };
const callers: Record<string, Caller> = {
  nurse: { ...nurse, clientId: 'dui', scopes },
  service: { ...nurse, personId: '899700100000', clientId: 'dui', scopes: ['system/*.cruds'] },
  physician,
  director: { ...physician, roles: [actor] },
  'no-reader': { ...physician, scopes: ['user/Task.rus', 'user/DocumentReference.c'] },
  local: { ...physician, strength: 'local' },
  launched: { ...physician, scopes: ['user/Task.rus', 'patient/DocumentReference.r'] },
};
const labels = [{ code: 'N', scheme: '2.16.840.1.113883.5.25' }];
const document: Described = {
  typeCode: { code: '11502-2', scheme: '2.16.840.1.113883.6.1', display: 'CR d’examens biologiques' },
  classCode: { code: '11', scheme: '1.2.250.1.213.1.1.4.1', display: 'Examens' },
  practiceSettingCode: { code: 'AMBULATOIRE', scheme: '1.2.250.1.213.1.1.4.9', display: 'Ambulatoire' },
  confidentialityCodes: labels,
  mimeType: 'text/xml',
  title: 'Bilan d’automne',
  creationTime: '20261127093000',
  authors: ['YANN LE BIHAN, EHPAD FICTIF LE VERGER'],
};
const masked: Described = {
  ...document,
  title: 'Bilan masqué',
  confidentialityCodes: [...labels, { code: 'MASQUE_PS', scheme: '1.2.250.1.213.1.1.4.13' }],
};

let bench: Bench;
beforeAll(async () => {
  loadR4();
  bench = await startBench({}, undefined, (token) => Promise.resolve(callers[token]!));
});
afterAll(() => bench.close());

async function propose(): Promise<string> {
  const { item } = await bench.store.feed.accept(
    {
      owner: { structure: nurse.structure.id, clientId: 'dui', personId: nurse.personId },
      patientId: (await bench.store.patients.byIns({ value: P1, oid: testOid })).id,
      ...{ lane: 'live', kind: 'set', state: 'proposed', reason: 'feeding-rule-manual' },
      uniqueIds: [randomUUID()],
      digest: createHash('sha256').update(randomUUID()).digest('hex'),
      size: 10,
      content: {},
      result: { proposed: [document, masked] },
    },
    new Date(),
  );
  return item!.id;
}
const titlesFor = async (who: string, id: string): Promise<(string | undefined)[]> => {
  const { status, body } = await bench.get(`/fhir/Task/${id}`, who);
  expect(status).toBe(200);
  const task = body as Task;
  expect(errorsOf(task)).toEqual([]);
  const contained = (task.contained ?? []) as DocumentReference[];
  expect(task.input?.map((i) => i.valueReference!.reference)).toEqual(task.input && contained.map((c) => `#${c.id!}`));
  return contained.map((c) => c.content[0]!.attachment.title);
};

describe('which document a proposal is', () => {
  it.each([
    ['nurse', ['Bilan d’automne', 'Bilan masqué']],
    ['service', ['Bilan d’automne', 'Bilan masqué']],
    ['physician', ['Bilan d’automne']],
    ['director', []],
    ['no-reader', []],
    ['local', []],
    ['launched', []],
  ])('is shown to %s: %j', async (who, titles) => {
    expect(await titlesFor(who, await propose())).toEqual(titles);
  });

  it('is nobody’s any more once it is released', async () => {
    const id = await propose();
    expect((await bench.post(`/fhir/Task/${id}/$release`, 'physician')).status).toBe(200);
    expect(await titlesFor('nurse', id)).toEqual([]);
  });

  it('follows the deployer’s habilitations', () => {
    const rows = [{ role: '10', typeCode: '11502-2', allow: false }];
    const matrix = (all: typeof rows) => ({ version: '1', source: 'test', default: true, rows: all });
    expect(mayRead(document, physician, matrix([]))).toBe(true);
    expect(mayRead(document, physician, matrix(rows))).toBe(false);
  });

  it('says type, title, date, author and service, and no identifier', () => {
    expect(describedResource(document, 'proposed-1')).toMatchObject({
      type: { coding: [{ system: 'http://loinc.org', code: '11502-2' }] },
      date: '2026-11-27T09:30:00Z',
      author: [{ display: 'YANN LE BIHAN, EHPAD FICTIF LE VERGER' }],
      content: [{ attachment: { title: 'Bilan d’automne' } }],
      context: { practiceSetting: { coding: [{ code: 'AMBULATOIRE', display: 'Ambulatoire' }] } },
    });
  });
});
