import type { Bundle, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/existence.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { insToken, P1, startBench, testOid, type Bench } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
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
  authorization: 'VALIDE',
  queryResponse: 'OK',
  patients: [
    {
      identifiers: [{ system: testOid, value: P1 }],
      status: 'active',
      name: { given: ['ODETTE'], usage: 'ROUSSELIN', birth: 'BASTIDE' },
      sex: 'F',
      birthDate: '19360412',
    },
  ],
  ...over,
});
const search = (query: string) => bench.get(`/fhir/Patient?${query}`);
const byIns = `identifier=${encodeURIComponent(insToken)}`;
const bundleOf = (res: { body: unknown }) => res.body as Bundle<Patient>;
const codeOf = (res: { body: unknown }) => (res.body as OperationOutcome).issue[0]!.code;

describe('does this person have a DMP?', () => {
  it('asks TD0.2 once and answers one Patient with an opaque id; no link names the person', async () => {
    bench.dmp.answers['TD0.2'] = () => answer();
    const res = await search(byIns);
    expect(res.status, res.text).toBe(200);
    expect(bench.dmp.calls.map((c) => [c.name, c.input, c.context.patient])).toEqual([
      ['TD0.2', { patient: { value: P1, oid: testOid } }, { value: P1, oid: testOid }],
    ]);
    const bundle = bundleOf(res);
    expect([bundle.type, bundle.total, bundle.entry!.length]).toEqual(['searchset', 1, 1]);
    const patient = bundle.entry![0]!.resource!;
    expect(patient).toMatchObject({ resourceType: 'Patient', active: true });
    expect(patient.id).toBe((await bench.store.patients.byIns({ value: P1, oid: testOid })).id);
    expect(bundle.entry![0]!.fullUrl).toBe(`${bench.config.fhirBase}/Patient/${patient.id}`);
    expect(bundle.link).toEqual([{ relation: 'self', url: `${bench.config.fhirBase}/Patient?_id=${patient.id}` }]);
  });

  it('by form, by a bare value, by the opaque id, and by read, alike', async () => {
    bench.dmp.answers['TD0.2'] = () => answer();
    const { id } = await bench.store.patients.byIns({ value: P1, oid: testOid });
    for (const res of [
      await bench.post('/fhir/Patient/_search').type('form').send(byIns),
      await search(`identifier=${P1}`),
      await search(`_id=${id}`),
    ]) {
      expect(bundleOf(res).entry![0]!.resource!.id).toBe(id);
    }
    expect((await bench.get(`/fhir/Patient/${id}`)).body).toMatchObject({ resourceType: 'Patient', id });
    expect(bench.dmp.names()).toEqual(['TD0.2', 'TD0.2', 'TD0.2', 'TD0.2']);
  });

  it('answers an empty Bundle when there is none, and remembers nobody', async () => {
    bench.dmp.answers['TD0.2'] = () => answer({ queryResponse: 'NF', patients: [] });
    const res = await search(`identifier=${encodeURIComponent(`urn:oid:${testOid}|150027499020861`)}`);
    expect([res.status, bundleOf(res).total, bundleOf(res).entry]).toEqual([200, 0, undefined]);
    expect(bundleOf(res).link).toEqual([{ relation: 'self', url: `${bench.config.fhirBase}/Patient` }]);
    const { id } = await bench.store.patients.byIns({ value: P1, oid: testOid });
    const read = await bench.get(`/fhir/Patient/${id}`);
    expect([read.status, codeOf(read)]).toEqual([404, 'not-found']);
  });

  it('asks nothing for what cannot be asked', async () => {
    const rows: [string, number, string][] = [
      ['', 400, 'required'],
      ['identifier=urn:oid:1.2.3|5', 400, 'value'],
      [`identifier=${encodeURIComponent(`urn:oid:${testOid}|123`)}`, 400, 'value'],
      [`identifier=${encodeURIComponent('urn:oid:1.2.250.1.213.1.4.8|236046999012301')}`, 422, 'business-rule'],
      [`${byIns},${insToken}`, 400, 'value'],
      [`${byIns}&${byIns}`, 400, 'value'],
      ['identifier:missing=true', 400, 'value'],
    ];
    for (const [query, status, code] of rows) {
      const res = await search(query);
      expect([res.status, codeOf(res)], query).toEqual([status, code]);
      expect(res.text).not.toContain('236046999');
    }
    expect(bundleOf(await search('_id=nobody')).total).toBe(0);
    expect((await bench.get('/fhir/Patient/nobody')).status).toBe(404);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('warns of a wrong key under a test authority, and asks', async () => {
    bench.dmp.answers['TD0.2'] = () => answer({ patients: [] });
    const res = await search(`identifier=${encodeURIComponent(`urn:oid:${testOid}|236046999012301`)}`);
    expect(bundleOf(res).entry![0]).toMatchObject({
      search: { mode: 'outcome' },
      resource: { issue: [{ severity: 'warning', code: 'business-rule' }] },
    });
    expect(bench.dmp.names()).toEqual(['TD0.2']);
  });

  it('refuses test persons in production', async () => {
    const production = await startBench({ ENVIRONMENT: 'production' });
    try {
      const res = await production.get(`/fhir/Patient?${byIns}`);
      expect([res.status, codeOf(res)]).toEqual([422, 'business-rule']);
    } finally {
      await production.close();
    }
  });

  it('gives the DMP’s identity traits, or withholds them by setting', async () => {
    bench.dmp.answers['TD0.2'] = () => answer();
    expect((await search(byIns)).text).toContain('ROUSSELIN');
    const withheld = await startBench({ PATIENT_TRAITS: 'withhold' });
    try {
      withheld.dmp.answers['TD0.2'] = () => answer();
      const res = await withheld.get(`/fhir/Patient?${byIns}`);
      expect(bundleOf(res).total).toBe(1);
      expect(res.text).not.toMatch(/ROUSSELIN|BASTIDE|ODETTE|1936/);
      // What is left out already is tagged once, whatever else is.
      const some = await withheld.get(`/fhir/Patient?${byIns}&_elements=identifier`);
      expect(some.text.match(/SUBSETTED/g)).toHaveLength(1);
    } finally {
      await withheld.close();
    }
  });

  it('counts without showing, and passes on a refusal', async () => {
    bench.dmp.answers['TD0.2'] = () => answer();
    expect(bundleOf(await search(`${byIns}&_summary=count`))).toMatchObject({ total: 1 });
    expect(bundleOf(await search(`${byIns}&_count=0`)).entry).toBeUndefined();
    bench.dmp.answers['TD0.2'] = () => Promise.reject(new DmpError('hl7', 'DMPAccessDenied', 'TD0.2'));
    const res = await search(byIns);
    expect([res.status, codeOf(res)]).toEqual([403, 'forbidden']);
  });
});

describe('List', () => {
  it('is 404 when nobody deposited it here', async () => {
    expect((await bench.get('/fhir/List/nobody')).status).toBe(404);
  });
});
