/** Golden answers about patients and authorisations (TD0.3 to TD0.5, TD1.1 to TD1.6), read by the client to expected.json. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizationRow } from '../../../mappings/habilitations.ts';
import type { PatientListRow } from '../../../mappings/patient-list.ts';
import { td0_3 } from '../../../server/dmp/transactions/td0-3.ts';
import { td0_4 } from '../../../server/dmp/transactions/td0-4.ts';
import { td0_5 } from '../../../server/dmp/transactions/td0-5.ts';
import { td1_1 } from '../../../server/dmp/transactions/td1-1.ts';
import { td1_2 } from '../../../server/dmp/transactions/td1-2.ts';
import { td1_3a } from '../../../server/dmp/transactions/td1-3a.ts';
import { td1_3b } from '../../../server/dmp/transactions/td1-3b.ts';
import { td1_4 } from '../../../server/dmp/transactions/td1-4.ts';
import { td1_6 } from '../../../server/dmp/transactions/td1-6.ts';
import type { CallContext, DmpClient } from '../../../server/dmp/types.ts';
import { describeShared } from '../../support/shared.ts';
import { replay, startFarEnd, type FarEnd } from './far-end.ts';
import { readGolden, type Json } from './http-file.ts';
import { listed, pairedClient, present } from './paired.ts';
import { testPki, type TestPki } from './pki.ts';
import { byDoctor, byNurse, doctor, p1 } from './setup.ts';

const about = (value: string): CallContext => ({ ...byDoctor, patient: { ...p1, value } });
const regulation: CallContext = { requester: { ...doctor, purpose: 'centre_15' } };

/** Ours, with the names of the wire, as expected.json has them. */
const wireAuthorization = (row: AuthorizationRow): Json =>
  present({
    nationalId: row.holder.id,
    nationalIdType: { professional: '1.2.250.1.71.4.2.1', structure: '1.2.250.1.71.4.2.2' }[row.holder.kind],
    firstName: row.given,
    lastName: row.family,
    codeSpeciality: row.specialties.length > 0 ? row.specialties.map((s) => s.code) : undefined,
    libSpeciality: row.specialties.length > 0 ? row.specialties.map((s) => s.display) : undefined,
    startOfAuthorization: row.start,
    lastActionDate: row.lastAction,
    mode: row.mode,
    specificRight: row.treatingPhysician ? ['MEDECIN_TRAITANT'] : undefined,
  });
const wirePatient = (row: PatientListRow): Json =>
  present({
    patientIdentifier: row.identifiers.map((i) => ({ nationalId: i.value, nationalIdType: i.system })),
    lastName: row.names.usage,
    patronymicalName: row.names.birth,
    firstName: row.names.given,
    civility: row.civility,
    dateOfBirth: row.birthDate,
    MT: row.treatingPhysician,
    message: row.hasMessage,
    lastAccessDate: row.lastAccess,
    lastUpdateDate: row.lastUpdate,
    lastAddDate: row.lastAdd,
  });

describeShared('golden answers about patients', (dir) => {
  const { messages } = JSON.parse(readFileSync(path.join(dir, 'wire/expected.json'), 'utf8')) as {
    messages: Record<string, Json>;
  };
  const files = (prefix: RegExp): string[] => Object.keys(messages).filter((f) => prefix.test(f));
  let pki: TestPki;
  let far: FarEnd;
  beforeAll(async () => {
    pki = await testPki();
    far = await startFarEnd(pki);
  }, 60_000);
  afterAll(() => far.close());

  /** Answers with a golden message, which the client is made to have asked for. */
  async function answered<T>(file: string, ask: (client: DmpClient) => Promise<T>): Promise<T> {
    far.reply = replay(readGolden(dir, file));
    const client = pairedClient(dir, file, pki, far);
    try {
      return await ask(client);
    } finally {
      await client.close();
    }
  }

  describe('TD0.3', () => {
    it.each(files(/td0-3\/0[1-35]/))('%s', async (file) => {
      const answer = await answered(file, (c) => c.call(td0_3, { action: 'AJOUT' }, byDoctor));
      expect(present(answer)).toEqual(present(messages[file]));
    });

    it.each(files(/td0-3\/04/))('%s is a refusal', async (file) => {
      await expect(answered(file, (c) => c.call(td0_3, { action: 'AJOUT' }, byDoctor))).rejects.toMatchObject({
        kind: 'habilitation',
        code: messages[file].status,
        context: messages[file].context,
      });
    });
  });

  it.each(files(/td1-6\//))('TD1.6 %s', async (file) => {
    const rows = await answered(file, (c) => c.call(td1_6, { mode: 'TOUTE' }, byDoctor));
    expect(rows.map(wireAuthorization)).toEqual(messages[file].rows);
  });

  it.each(files(/td0-4\//))('TD0.4 %s', async (file) => {
    const rows = await answered(file, (c) => c.call(td0_4, { by: 'LASTDOC' }, { requester: doctor }));
    expect(rows.map(wirePatient)).toEqual(messages[file].rows);
  });

  describe('TD0.5', () => {
    it.each(files(/td0-5\/0[13]/))('%s', async (file) => {
      const answer = await answered(file, (c) => c.call(td0_5, { family: 'ROUSSELIN' }, regulation));
      expect(listed(answer)).toEqual(present(messages[file]));
    });

    it.each(files(/td0-5\/02/))('%s is a refusal', async (file) => {
      const [detail] = messages[file].details;
      await expect(answered(file, (c) => c.call(td0_5, { family: 'MARTIN' }, regulation))).rejects.toMatchObject({
        kind: 'hl7',
        code: detail.code,
        context: detail.text,
      });
    });
  });

  describe('TD1.3a', () => {
    const file = 'messages/td1-3a/01-response.xml';
    it(file, async () => {
      const context = about('213052B99001288');
      const answer = await answered(file, (c) => c.call(td1_3a, { patient: context.patient! }, context));
      expect(listed(answer)).toEqual(present(messages[file]));
    });

    it('about another patient it is refused', async () => {
      await expect(answered(file, (c) => c.call(td1_3a, { patient: p1 }, byNurse))).rejects.toMatchObject({
        kind: 'mismatch',
        code: 'patient',
        transaction: 'TD1.3a',
      });
    });
  });

  describe('TD1.1, TD1.2, TD1.3b, TD1.4', () => {
    const name = { given: ['X'], usage: 'X' };
    const consentedOn = '20261021';
    const calls: Record<string, (c: DmpClient, context: CallContext) => Promise<unknown>> = {
      'td1-1': (c, x) => c.call(td1_1, { patient: x.patient!, person: { name }, consentedOn, oppositions: {} }, x),
      'td1-2': (c, x) => c.call(td1_2, { patient: x.patient!, name, consentedOn }, x),
      'td1-3b': (c, x) => c.call(td1_3b, { patient: x.patient!, person: { name }, oppositions: {} }, x),
      'td1-4': (c, x) => c.call(td1_4, { patient: x.patient!, name, motive: { code: 'X' } }, x),
    };
    const ask = (file: string, patient: string): Promise<unknown> =>
      answered(file, (c) => calls[/td1-(?:1|2|3b|4)/.exec(file)![0]]!(c, about(patient)));
    const patientOf = (file: string): string => messages[file].patients[0].identifiers[0].value;

    it.each(files(/td1-(1|2|3b|4)\/01/))('%s', async (file) => {
      const answer = await ask(file, patientOf(file));
      expect(listed(answer as Parameters<typeof listed>[0])).toEqual(present(messages[file]));
      await expect(ask(file, '150027499020862')).rejects.toMatchObject({ kind: 'mismatch', code: 'patient' });
    });

    it.each(files(/td1-(1|2|4)\/02/))('%s is a refusal', async (file) => {
      const [detail] = messages[file].details;
      await expect(ask(file, patientOf(file))).rejects.toMatchObject({
        kind: 'hl7',
        code: detail.code,
        context: detail.text,
      });
    });
  });
});
