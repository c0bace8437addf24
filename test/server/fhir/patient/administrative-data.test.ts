/** `Patient/{id}/$administrative-data` (TD1.3a). */
import type { OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExistenceAnswer } from '../../../../mappings/hl7v3/facts.ts';
import { birthPlaceUrl } from '../../../../mappings/patient-traits.ts';
import { patientExtensions } from '../../../../mappings/patient.ts';
import { consent, patients, reliability } from '../../../support/resources.ts';
import { P1, startBench, testOid, type Bench } from '../support.ts';

const domain = 'urn:oid:2.16.840.1.113883.19.7602.9';
let bench: Bench;
let id: string;
beforeAll(async () => {
  bench = await startBench();
  ({ id } = await bench.store.patients.byIns({ value: P1, oid: testOid }));
});
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const answer = (over: Partial<ExistenceAnswer> = {}): ExistenceAnswer => ({
  interaction: 'PRPA_IN201308UV02',
  acknowledgement: 'AA',
  details: [],
  queryResponse: 'OK',
  patients: [
    {
      identifiers: [{ system: testOid, value: P1 }],
      status: 'active',
      name: { prefix: 'Mme', given: ['ODETTE'], usage: 'ROUSSELIN', birth: 'BASTIDE' },
      sex: 'F',
      birthDate: '19360412',
      telecom: [{ value: 'tel:+33639980000', use: 'HP' }],
      address: { streetAddressLine: '1 rue Fictive', postalCode: '38990', city: 'SAINT-FICTIF' },
      birthPlace: { city: 'FICTIVILLE' },
      relationships: [{ relation: 'RESPRSN', name: { family: 'BASTIDE', given: 'PAUL' }, telecom: [] }],
      observations: { OPPOSITION_BRIS_DE_GLACE: true, OPPOSITION_ACCES_URGENCE: false },
    },
  ],
  ...over,
});
const ask = (of: string, token?: string) => bench.get(`/fhir/Patient/${of}/$administrative-data`, token);
const codesOf = (res: { body: unknown }) =>
  (res.body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code) ?? []);
const oppositions = (patient: Patient) =>
  patient
    .extension!.filter((e) => e.url === patientExtensions.observation)
    .map((e) => e.extension!.map((x) => x.valueCode ?? x.valueBoolean));

describe('the administrative data that the DMP holds', () => {
  it('are a Patient with birth place, representatives and oppositions', async () => {
    bench.dmp.answers['TD1.3a'] = () => answer();
    const res = await ask(id);
    expect(res.status, res.text).toBe(200);
    const patient = res.body as Patient;
    expect(patient).toMatchObject({
      resourceType: 'Patient',
      id,
      birthDate: '1936-04-12',
      address: [{ city: 'SAINT-FICTIF' }],
      contact: [{ name: { family: 'BASTIDE', given: ['PAUL'] }, relationship: [{ coding: [{ code: 'RESPRSN' }] }] }],
    });
    expect(patient.extension!.find((e) => e.url === birthPlaceUrl)?.valueAddress).toEqual({ city: 'FICTIVILLE' });
    expect(oppositions(patient)).toEqual([
      ['OPPOSITION_BRIS_DE_GLACE', true],
      ['OPPOSITION_ACCES_URGENCE', false],
    ]);
    expect(bench.dmp.calls.map((c) => [c.name, c.context.patient])).toEqual([['TD1.3a', { value: P1, oid: testOid }]]);
  });

  it('leave out who the person is, where the setting withholds it; the oppositions stay', async () => {
    const withheld = await startBench({ PATIENT_TRAITS: 'withhold' });
    try {
      withheld.dmp.answers['TD1.3a'] = () => answer();
      const known = await withheld.store.patients.byIns({ value: P1, oid: testOid });
      const res = await withheld.get(`/fhir/Patient/${known.id}/$administrative-data`);
      expect(res.status).toBe(200);
      expect(res.text).not.toMatch(/ROUSSELIN|BASTIDE|ODETTE|PAUL|1936|FICTI|38990|0639980000/);
      expect(oppositions(res.body as Patient)).toHaveLength(2);
    } finally {
      await withheld.close();
    }
  });

  it('by the id of an identity that the establishment fed, too', async () => {
    bench.dmp.answers['TD0.2'] = () => answer();
    bench.dmp.answers['TD1.3a'] = () => answer();
    const fed = await bench
      .any('put', `/fhir/Patient?identifier=${encodeURIComponent(`${domain}|IPP-1`)}`, 'nurse')
      .send({
        resourceType: 'Patient',
        active: true,
        extension: [reliability('VALI')],
        identifier: [
          { system: domain, value: 'IPP-1' },
          { system: `urn:oid:${testOid}`, value: P1 },
        ],
        name: [{ use: 'official', family: patients.P1.family, given: [patients.P1.given] }],
      });
    expect(fed.status, fed.text).toBe(201);
    const identity = (fed.body as Patient).id!;
    expect(identity).not.toBe(id);
    expect((await ask(identity)).body).toMatchObject({ resourceType: 'Patient', id });
  });
});

describe('what is refused', () => {
  it('a patient without DMP', async () => {
    bench.dmp.answers['TD1.3a'] = () => answer({ queryResponse: 'NF', patients: [] });
    const res = await ask(id);
    expect([res.status, codesOf(res)]).toEqual([404, ['dmp-absent']]);
  });

  it.each([['nobody'], ['00000000-0000-4000-8000-000000000000']])('the unknown id %s', async (unknown) => {
    const res = await ask(unknown);
    expect([res.status, codesOf(res)]).toEqual([404, ['not-found']]);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('a patient who refuses that this structure reads the DMP', async () => {
    const { id: refusing } = await bench.store.patients.byIns({ value: patients.P6.ins, oid: testOid });
    const recorded = await bench.post('/fhir/Consent').send(consent('P6', 'consultation', 'deny'));
    expect(recorded.status, recorded.text).toBe(201);
    const res = await ask(refusing);
    expect([res.status, codesOf(res)]).toEqual([403, ['consent-consultation-refused']]);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('by POST, as every operation may be asked (R4 operations.html)', async () => {
    bench.dmp.answers['TD1.3a'] = () => answer({});
    const res = await bench.post(`/fhir/Patient/${id}/$administrative-data`).send({ resourceType: 'Parameters' });
    expect([res.status, (res.body as Patient).id], res.text).toEqual([200, id]);
  });

  it('a parameter, and a method that it has not', async () => {
    const res = await bench.get(`/fhir/Patient/${id}/$administrative-data?since=2026`);
    expect([res.status, codesOf(res)]).toEqual([400, ['operation-parameter-unknown']]);
    expect((await bench.any('put', `/fhir/Patient/${id}/$administrative-data`).send({})).status).toBe(405);
    expect((await ask(id, 'user~Patient.s')).status).toBe(403);
    expect(bench.dmp.calls).toEqual([]);
  });
});
