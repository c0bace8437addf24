/** The transactions that the DMP has withdrawn: 501 as a rule; where the setting serves them, what is asked and kept on record. */
import type { OperationOutcome, Parameters, Patient } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExistenceAnswer, PatientFacts } from '../../../../mappings/hl7v3/facts.ts';
import { patientExtensions } from '../../../../mappings/patient.ts';
import { DmpError } from '../../../../server/dmp/types.ts';
import { patientResource, patients, reliability, type Who } from '../../../support/resources.ts';
import { startBench, testOid, type Bench } from '../support.ts';

let bench: Bench;
let off: Bench;
beforeAll(async () => {
  bench = await startBench({ WITHDRAWN_TRANSACTIONS: 'true' });
  off = await startBench();
});
afterAll(async () => {
  await bench.close();
  await off.close();
});
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const consentedOn = (valueDate: string) => ({ url: patientExtensions.consent, valueDate });
const opposition = (code: string, value: boolean) => ({
  url: patientExtensions.observation,
  extension: [
    { url: 'code', valueCode: code },
    { url: 'value', valueBoolean: value },
  ],
});
const oppositions = [opposition('OPPOSITION_BRIS_DE_GLACE', false), opposition('OPPOSITION_ACCES_URGENCE', true)];
const person = (who: Who, over: Partial<Patient> = {}): Patient => {
  const base = patientResource(who);
  return {
    ...base,
    id: undefined,
    name: [{ use: 'official', family: patients[who].family, given: [patients[who].given], prefix: ['M'] }],
    extension: [reliability('VALI'), consentedOn('2026-05-12'), ...oppositions],
    ...over,
  };
};
const parameters = (...parameter: Parameters['parameter'] & object): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});
const answer = (who: Who, over: Partial<PatientFacts> = {}): ExistenceAnswer => ({
  interaction: 'PRPA_IN201315UV02',
  acknowledgement: 'AA',
  details: [],
  patients: [
    {
      identifiers: [{ system: testOid, value: patients[who].ins }],
      status: 'active',
      name: { prefix: 'M', given: [patients[who].given], usage: patients[who].family },
      ...over,
    },
  ],
});
const codesOf = (res: { body: unknown }) =>
  (res.body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code) ?? []);
const idOf = async (who: Who, at = bench): Promise<string> =>
  (await at.store.patients.byIns({ value: patients[who].ins, oid: testOid })).id;
const inputs = () => bench.dmp.calls.map((c) => [c.name, c.input]);
async function recorded(who: Who): Promise<[string, unknown][]> {
  const query = {
    structure: '1990100109',
    kinds: ['record-administration'] as const,
    patientId: await idOf(who),
    most: 9,
  };
  const { records } = await bench.store.records.search(query);
  return records.map((r) => [r.outcome, (r.details as { what: unknown }).what]);
}

describe('without the setting', () => {
  it.each<[string, (id: string) => ['post' | 'put', string, object]]>([
    ['TD1.1', () => ['post', '', person('P4')]],
    ['TD1.3b', (id) => ['put', `/${id}`, person('P4')]],
    ['TD1.2', (id) => ['post', `/${id}/$reactivate`, parameters({ name: 'consentedOn', valueDate: '2026-05-12' })]],
    [
      'TD1.4',
      (id) => ['post', `/${id}/$close`, parameters({ name: 'motive', valueCode: 'FERMETURE_DEMANDE_PATIENT' })],
    ],
  ])('%s answers 501, names the setting, and asks the DMP nothing', async (transaction, request) => {
    const [method, path, body] = request(await idOf('P4', off));
    const res = await off.any(method, `/fhir/Patient${path}`).send(body);
    expect([res.status, codesOf(res)], res.text).toEqual([501, ['transaction-withdrawn']]);
    const said = (res.body as OperationOutcome).issue[0]!.details!.text!;
    expect(said).toContain(transaction);
    expect(said).toContain('WITHDRAWN_TRANSACTIONS');
    expect(off.dmp.calls).toEqual([]);
  });

  it('/metadata declares them with that remark', async () => {
    const { body } = await off.get('/fhir/metadata');
    const text = JSON.stringify(body);
    for (const part of ['Opens a DMP.', 'Opens a closed DMP again.', 'Closes a DMP.'])
      expect(text).toContain(`${part} Withdrawn by the DMP: 501 unless the setting WITHDRAWN_TRANSACTIONS`);
  });
});

describe('TD1.1: create', () => {
  it('opens a DMP, answers the patient by an opaque id, and is on record', async () => {
    bench.dmp.answers['TD1.1'] = () => answer('P4');
    const res = await bench.post('/fhir/Patient').send(person('P4'));
    expect(res.status, res.text).toBe(201);
    const id = await idOf('P4');
    expect(res.headers['location']).toBe(`${bench.config.fhirBase}/Patient/${id}`);
    expect(res.body).toMatchObject({ resourceType: 'Patient', id, active: true, birthDate: '1950-02-18' });
    expect(inputs()).toEqual([
      [
        'TD1.1',
        {
          patient: { value: patients.P4.ins, oid: testOid },
          person: {
            name: { prefix: 'M', given: ['MARCEL'], usage: 'LEPRATE', birth: 'LEPRATE' },
            sex: 'M',
            birthDate: '19500218',
          },
          consentedOn: '20260512',
          oppositions: { breakGlass: false, regulation: true },
        },
      ],
    ]);
    expect(await recorded('P4')).toEqual([['success', { transaction: 'TD1.1' }]]);
  });

  it('says what the DMP has no place for, to who prefers an outcome; nothing to who prefers nothing', async () => {
    bench.dmp.answers['TD1.1'] = () => answer('P4');
    const body = person('P4', { maritalStatus: { text: 'veuf' } });
    const told = await bench.post('/fhir/Patient').set('Prefer', 'return=OperationOutcome').send(body);
    expect([told.status, codesOf(told)]).toEqual([201, ['administered', 'administrative-unsaid']]);
    const silent = await bench.post('/fhir/Patient').set('Prefer', 'return=minimal').send(body);
    expect([silent.status, silent.text]).toEqual([201, '']);
  });

  it.each<[string, Partial<Patient>, string[]]>([
    ['no consent', { extension: [reliability('VALI'), ...oppositions] }, ['administrative-missing']],
    [
      'no word on oppositions',
      { extension: [reliability('VALI'), consentedOn('2026-05-12')] },
      ['administrative-missing', 'administrative-missing'],
    ],
    [
      'a consent to come',
      { extension: [reliability('VALI'), consentedOn('2999-01-01'), ...oppositions] },
      ['administrative-value'],
    ],
    [
      'a consent of a month',
      { extension: [reliability('VALI'), consentedOn('2026-05'), ...oppositions] },
      ['administrative-value'],
    ],
    ['no INS', { identifier: [] as never }, ['value-empty']],
    ['another identifier', { identifier: [{ system: 'urn:oid:1.2.3', value: '1' }] }, ['patient-unidentified']],
    ['a sex that the DMP has not', { gender: 'other' }, ['administrative-value']],
    [
      'an unqualified identity',
      { extension: [reliability('PROV'), consentedOn('2026-05-12'), ...oppositions] },
      ['identity-not-qualified'],
    ],
    ['a malformed INS', { identifier: [{ system: `urn:oid:${testOid}`, value: '12' }] }, ['ins-format']],
    [
      'nearly everything missing',
      { name: [{ family: 'LEPRATE' }], birthDate: undefined, gender: undefined },
      ['administrative-missing', 'administrative-missing', 'administrative-missing', 'administrative-missing'],
    ],
  ])('refuses %s before anything is asked', async (_, change, keys) => {
    const res = await bench.post('/fhir/Patient').send(person('P4', change));
    expect(codesOf(res), res.text).toEqual(keys);
    expect(res.status).toBeGreaterThanOrEqual(400);
    expect(res.text).not.toMatch(/LEPRATE|150027499020861/);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('refuses what is no Patient, and characters that no message can hold', async () => {
    expect((await bench.post('/fhir/Patient').send(parameters())).status).toBe(400);
    const name = [{ use: 'official' as const, family: 'LE\u0001PRATE', given: ['M'], prefix: ['M'] }];
    const res = await bench.post('/fhir/Patient').send(person('P4', { name }));
    expect([res.status, codesOf(res)]).toEqual([400, expect.arrayContaining(['value-format'])]);
  });

  it('wants the scope to create', async () => {
    expect((await bench.post('/fhir/Patient', 'user~Patient.ru').send(person('P4'))).status).toBe(403);
  });

  it('passes a refusal on, and puts it on record', async () => {
    bench.dmp.answers['TD1.1'] = () => Promise.reject(new DmpError('hl7', 'DMPFound', 'TD1.1'));
    const res = await bench.post('/fhir/Patient').send(person('P2'));
    expect([res.status, codesOf(res)]).toEqual([409, expect.arrayContaining(['dmp-DMPFound'])]);
    expect(await recorded('P2')).toEqual([['refused', { transaction: 'TD1.1' }]]);
  });

  it('puts on record as failed what may have taken effect: an answer that was lost', async () => {
    bench.dmp.answers['TD1.1'] = () => Promise.reject(new DmpError('network', 'UND_ERR_SOCKET', 'TD1.1'));
    const res = await bench.post('/fhir/Patient').send(person('P7'));
    expect([res.status, codesOf(res)]).toEqual([503, ['UND_ERR_SOCKET', 'dmp-network', 'administration-unknown']]);
    expect((res.body as OperationOutcome).issue[1]).toMatchObject({ severity: 'warning' });
    expect(res.text).toContain(`GET Patient/${await idOf('P7')}`);
    expect(bench.dmp.names()).toEqual(['TD1.1']);
    expect(await recorded('P7')).toEqual([['failure', { transaction: 'TD1.1' }]]);
  });

  it('refuses a condition that nobody could keep, and asks nothing', async () => {
    const search = `identifier=urn:oid:${testOid}|${patients.P4.ins}`;
    const res = await bench.post('/fhir/Patient').set('If-None-Exist', search).send(person('P4'));
    expect([res.status, codesOf(res)]).toEqual([412, ['administrative-condition']]);
    expect(res.text).toContain('If-None-Exist');
    expect(res.text).not.toContain(patients.P4.ins);
    expect(bench.dmp.calls).toEqual([]);
  });
});

describe('TD1.3b: update', () => {
  it('says the whole administrative data, and answers them', async () => {
    bench.dmp.answers['TD1.3b'] = () => answer('P6');
    const id = await idOf('P6');
    const body = person('P6', { id, gender: 'female', address: [{ line: ['1 rue Fictive'], city: 'FICTIVILLE' }] });
    const res = await bench.any('put', `/fhir/Patient/${id}`).send(body);
    expect(res.status, res.text).toBe(200);
    expect(res.body).toMatchObject({ id, address: [{ city: 'FICTIVILLE' }] });
    expect(inputs()).toMatchObject([
      ['TD1.3b', { person: { address: { streetAddressLine: '1 rue Fictive', city: 'FICTIVILLE' } } }],
    ]);
    expect(await recorded('P6')).toEqual([['success', { transaction: 'TD1.3b' }]]);
  });

  it('of another patient, of another id, of nobody: refused', async () => {
    const id = await idOf('P6');
    const put = (to: string, body: Patient, token?: string) =>
      bench.any('put', `/fhir/Patient/${to}`, token).send(body);
    expect(codesOf(await put(id, person('P4')))).toEqual(['patient-inconsistent']);
    expect(codesOf(await put(id, person('P6', { id: 'x' })))).toEqual(['administrative-value']);
    expect((await put('nobody', person('P6'))).status).toBe(404);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('what the DMP holds has no version: If-Match of one is refused, of any taken', async () => {
    bench.dmp.answers['TD1.3b'] = () => answer('P6');
    const put = async (ifMatch: string) =>
      bench
        .any('put', `/fhir/Patient/${await idOf('P6')}`)
        .set('If-Match', ifMatch)
        .send(person('P6'));
    const res = await put('W/"3"');
    expect([res.status, codesOf(res)]).toEqual([412, ['administrative-condition']]);
    expect(bench.dmp.calls).toEqual([]);
    expect((await put('*')).status).toBe(200);
  });

  it('is not for the scope of the identity feed, which shares the route', async () => {
    const res = await bench.any('put', `/fhir/Patient/${await idOf('P6')}`, 'ITI-104').send(person('P6'));
    expect([res.status, codesOf(res)]).toEqual([403, ['scope-missing']]);
  });

  it('an identity of the establishment is still fed by its id', async () => {
    bench.dmp.answers['TD0.2'] = () => answer('P5');
    const domain = 'urn:oid:2.16.840.1.113883.19.7602.9';
    const fed: Patient = person('P5', {
      active: true,
      identifier: [{ system: domain, value: 'IPP-5' }, ...patientResource('P5').identifier!],
    });
    const first = await bench.any('put', `/fhir/Patient?identifier=${encodeURIComponent(`${domain}|IPP-5`)}`).send(fed);
    expect(first.status, first.text).toBe(201);
    const { id } = first.body as Patient;
    const again = await bench.any('put', `/fhir/Patient/${id}`).send({ ...fed, id });
    expect([again.status, again.headers['etag']]).toEqual([200, 'W/"2"']);
    expect(bench.dmp.names()).not.toContain('TD1.3b');
  });
});

describe('TD1.2: $reactivate', () => {
  const call = async (...parameter: object[]) =>
    bench.post(`/fhir/Patient/${await idOf('P3')}/$reactivate`).send(parameters(...(parameter as never)));

  it('says the name that the DMP has, and answers that the record is open', async () => {
    bench.dmp.answers['TD0.2'] = () => answer('P3', { status: 'terminated' });
    bench.dmp.answers['TD1.2'] = () => answer('P3');
    const res = await call({ name: 'consentedOn', valueDate: '2026-10-20' });
    expect(res.status, res.text).toBe(200);
    expect(res.body).toMatchObject({ resourceType: 'Patient', id: await idOf('P3'), active: true });
    expect(inputs()).toEqual([
      ['TD0.2', expect.anything()],
      [
        'TD1.2',
        {
          patient: { value: patients.P3.ins, oid: testOid },
          name: { prefix: 'M', given: ['SOLANGE'], usage: 'LAMY' },
          consentedOn: '20261020',
        },
      ],
    ]);
    expect(await recorded('P3')).toEqual([['success', { transaction: 'TD1.2' }]]);
  });

  it.each<[string, object[], string]>([
    ['no day', [], 'operation-parameter-required'],
    ['a day to come', [{ name: 'consentedOn', valueDate: '2999-01-01' }], 'operation-parameter'],
    ['no day of the calendar', [{ name: 'consentedOn', valueDate: '2026-02-30' }], 'value-format'],
    ['an unknown parameter', [{ name: 'why', valueString: 'x' }], 'operation-parameter-unknown'],
  ])('refuses %s', async (_, parameter, key) => {
    const res = await call(...parameter);
    expect([res.status, codesOf(res)]).toEqual([400, [key]]);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('a patient without DMP is no case for it', async () => {
    bench.dmp.answers['TD0.2'] = () => ({ ...answer('P3'), patients: [] });
    const res = await call({ name: 'consentedOn', valueDate: '2026-10-20' });
    expect([res.status, codesOf(res)]).toEqual([404, ['dmp-absent']]);
  });
});

describe('TD1.4: $close', () => {
  const call = async (...parameter: object[]) =>
    bench.post(`/fhir/Patient/${await idOf('P2')}/$close`).send(parameters(...(parameter as never)));
  const motive = { name: 'motive', valueCode: 'FERMETURE_DEMANDE_PATIENT' };

  it('says motive and words, answers that the record is closed, and keeps the motive on record, not the words', async () => {
    bench.dmp.answers['TD0.2'] = () => answer('P2');
    bench.dmp.answers['TD1.4'] = () => answer('P2', { status: 'terminated' });
    const res = await call(motive, { name: 'text', valueString: 'À la demande du patient' });
    expect(res.status, res.text).toBe(200);
    expect(res.body).toMatchObject({ resourceType: 'Patient', active: false });
    expect(bench.dmp.calls[1]!.input).toMatchObject({
      motive: { code: 'FERMETURE_DEMANDE_PATIENT', text: 'À la demande du patient' },
    });
    expect((await recorded('P2'))[0]).toEqual([
      'success',
      { transaction: 'TD1.4', motive: 'FERMETURE_DEMANDE_PATIENT' },
    ]);
  });

  it.each<[string, object[], string]>([
    ['no motive', [], 'operation-parameter-required'],
    ['a motive that is no code', [{ name: 'motive', valueString: 'parce que' }], 'operation-parameter'],
    ['empty words', [motive, { name: 'text', valueString: '  ' }], 'value-empty'],
    ['a novel', [motive, { name: 'text', valueString: 'x'.repeat(401) }], 'operation-parameter'],
    ['what no message can hold', [motive, { name: 'text', valueString: 'a\ufffeb' }], 'value-invalid'],
  ])('refuses %s', async (_, parameter, key) => {
    const res = await call(...parameter);
    expect([res.status, codesOf(res)]).toEqual([400, [key]]);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('a record that is closed already stays so, in the DMP’s own words', async () => {
    bench.dmp.answers['TD0.2'] = () => answer('P2', { status: 'terminated' });
    bench.dmp.answers['TD1.4'] = () => Promise.reject(new DmpError('hl7', 'DMPClosed', 'TD1.4'));
    const res = await call(motive);
    expect([res.status, codesOf(res)]).toEqual([422, expect.arrayContaining(['dmp-DMPClosed'])]);
    expect((await recorded('P2'))[0]![0]).toBe('refused');
  });
});

describe('TD1.5: $internet-account', () => {
  it('cannot be sent with the setting either: the answer says why, and promises no setting', async () => {
    for (const at of [bench, off]) {
      const res = await at.post(`/fhir/Patient/${await idOf('P2', at)}/$internet-account`).send(parameters());
      expect([res.status, codesOf(res)]).toEqual([501, ['transaction-unpublished']]);
      expect(res.text).not.toContain('WITHDRAWN_TRANSACTIONS');
      expect(at.dmp.calls).toEqual([]);
    }
    expect((await bench.post('/fhir/Patient/nobody/$internet-account').send(parameters())).status).toBe(404);
  });
});
