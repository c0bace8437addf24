/** `Patient?family=…` (PDQm ITI-78 over TD0.5): for emergency regulation only; what is asked, and the candidates. */
import type { Bundle, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExistenceAnswer, PatientFacts } from '../../../../mappings/hl7v3/facts.ts';
import { matchGradeUrl } from '../../../../mappings/patient-candidates.ts';
import { DmpError } from '../../../../server/dmp/types.ts';
import { patients } from '../../../support/resources.ts';
import { insToken, P1, startBench, testOid, type Bench } from '../support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ REGULATION_STRUCTURE: 'true' });
});
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const facts = (ins: string, over: Partial<PatientFacts> = {}): PatientFacts => ({
  identifiers: [{ system: testOid, value: ins }],
  status: 'active',
  name: { given: ['ODETTE'], usage: 'ROUSSELIN', birth: 'BASTIDE' },
  sex: 'F',
  birthDate: '19360412',
  ...over,
});
const answer = (found: PatientFacts[]): ExistenceAnswer => ({
  interaction: 'PRPA_IN201306UV02',
  acknowledgement: 'AA',
  details: [],
  queryResponse: found.length > 0 ? 'OK' : 'NF',
  patients: found,
});
const answers = (found: PatientFacts[]) => {
  bench.dmp.answers['TD0.5'] = () => answer(found);
};
const search = (query: string, token = 'regulator') => bench.get(`/fhir/Patient?${query}`, token);
const bundleOf = (res: { body: unknown }) => res.body as Bundle<Patient>;
const codesOf = (res: { body: unknown }) =>
  (res.body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code) ?? []);
const two = [facts(patients.P8.ins, { matchPercent: 62 }), facts(P1, { matchPercent: 95 })];

describe('a search by traits', () => {
  it('answers the candidates, the best first, each with its score and grade, by opaque id', async () => {
    answers(two);
    const res = await search('family=Rousselin&birthdate=1936-04');
    expect(res.status, res.text).toBe(200);
    const { entry, total, link } = bundleOf(res);
    expect(total).toBe(2);
    expect(entry!.map((e) => [e.resource!.identifier![0]!.value, e.search])).toEqual([
      [P1, { mode: 'match', score: 0.95, extension: [{ url: matchGradeUrl, valueCode: 'probable' }] }],
      [patients.P8.ins, { mode: 'match', score: 0.62, extension: [{ url: matchGradeUrl, valueCode: 'possible' }] }],
    ]);
    expect(entry![0]!.resource!.name![0]!.family).toBe('BASTIDE');
    expect(entry![0]!.resource!.id).toBe((await bench.store.patients.byIns({ value: P1, oid: testOid })).id);
    expect(link).toEqual([{ relation: 'self', url: `${bench.config.fhirBase}/Patient` }]);
  });

  it.each<[string, unknown]>([
    ['family=Rousselin', { family: 'Rousselin' }],
    ['family=Vernoux-Lamy&given=Solange', { family: 'Vernoux-Lamy', given: 'Solange' }],
    ['family=D%27AUBERIVE&gender=male', { family: "D'AUBERIVE", sex: 'M' }],
    ['family=X&gender=http://hl7.org/fhir/administrative-gender|female', { family: 'X', sex: 'F' }],
    ['family=X&birthdate=1936', { family: 'X', birthDate: '1936' }],
    ['family=X&birthdate=eq1936-04', { family: 'X', birthDate: '193604' }],
    ['family=X&birthdate=1936-04-12', { family: 'X', birthDate: '19360412' }],
    [
      'family=X&address-city=SAINT-FICTIF&address-postalcode=38990',
      { family: 'X', city: 'SAINT-FICTIF', postalCode: '38990' },
    ],
  ])('%s asks for that', async (query, input) => {
    answers([]);
    expect(bundleOf(await search(query))).toMatchObject({ resourceType: 'Bundle', total: 0 });
    expect(bench.dmp.calls.map((c) => [c.name, c.input, c.context.patient])).toEqual([['TD0.5', input, undefined]]);
  });

  it('by form, and counted without being shown', async () => {
    answers(two);
    const form = { family: 'Rousselin', gender: 'female' };
    const posted = await bench.post('/fhir/Patient/_search', 'regulator').type('form').send(form);
    expect(bundleOf(posted).total).toBe(2);
    expect(bundleOf(await search('family=Rousselin&_summary=count'))).toMatchObject({ total: 2 });
    expect(bundleOf(await search('family=Rousselin&_count=0')).entry).toBeUndefined();
    const few = bundleOf(await search('family=Rousselin&_elements=birthDate')).entry![0]!.resource!;
    expect([few.birthDate, few.name]).toEqual(['1936-04-12', undefined]);
  });

  it('in pages, whose links hold no trait', async () => {
    answers(two);
    const res = await search('family=Rousselin&_count=1');
    const { link, entry } = bundleOf(res);
    expect(entry).toHaveLength(1);
    expect(JSON.stringify(link)).not.toMatch(/rousselin|family/i);
    const next = link!.find((l) => l.relation === 'next')!.url.slice(bench.config.fhirBase.length);
    const second = await bench.get(`/fhir${next}`, 'regulator');
    expect(bundleOf(second).entry!.map((e) => e.search?.score)).toEqual([0.62]);
    expect(bench.dmp.names()).toEqual(['TD0.5']);
    expect((await bench.get(`/fhir${next}`, 'all')).status).toBe(403);
  });

  it('says that who has no INS is left out', async () => {
    answers([facts(P1), facts('', { identifiers: [{ system: '1.2.250.1.213.1.4.2', value: '12' }] })]);
    const res = bundleOf(await search('family=Rousselin'));
    expect([res.total, res.entry!.map((e) => e.search!.mode)]).toEqual([1, ['match', 'outcome']]);
    expect(codesOf({ body: res.entry![1]!.resource })).toEqual(['patients-without-ins']);
  });

  it('passes on that there are too many', async () => {
    bench.dmp.answers['TD0.5'] = () => Promise.reject(new DmpError('hl7', 'DMPTooManyResults', 'TD0.5'));
    const res = await search('family=ROUSSELIN');
    expect([res.status, codesOf(res)]).toEqual([422, expect.arrayContaining(['dmp-DMPTooManyResults'])]);
    expect(res.text).not.toContain('ROUSSELIN');
  });
});

describe('what is refused', () => {
  it.each<[string, string]>([
    ['given=Odette', 'search-parameter-required'],
    ['family=Rousselin&birthdate=1936-13', 'search-parameter-invalid'],
    ['family=Rousselin&birthdate=12/04/1936', 'search-parameter-invalid'],
    ['family=Rousselin&birthdate=ge1936', 'search-parameter-invalid'],
    ['family=Rousselin&birthdate=1936-04-12T10:00:00Z', 'search-parameter-invalid'],
    ['family=Rousselin&gender=other', 'search-parameter-invalid'],
    ['family=Rousselin&gender=urn:x|male', 'search-parameter-invalid'],
    ['family=Rousselin&address-postalcode=3899', 'search-parameter-invalid'],
    ['family=Rousselin,Bastide', 'search-parameter-invalid'],
    ['family=Rousselin&family=Bastide', 'search-parameter-invalid'],
    ['family:exact=Rousselin', 'search-parameter-invalid'],
    ['family:missing=true', 'search-parameter-invalid'],
    [`family=${'x'.repeat(101)}`, 'search-parameter-invalid'],
    ['family=a%00b', 'search-parameter-invalid'],
    [`family=Rousselin&identifier=${encodeURIComponent(insToken)}`, 'traits-alone'],
    ['family=Rousselin&_id=x', 'traits-alone'],
  ])('%s, before the DMP is asked', async (query, key) => {
    const res = await search(query);
    expect([res.status, codesOf(res)]).toEqual([400, [key]]);
    expect(bench.dmp.calls).toEqual([]);
    expect(res.text).not.toMatch(/Rousselin|236046999/);
  });

  it('an access that is no regulation: the way by the INS is named', async () => {
    for (const token of ['all', 'nurse', 'emergency']) {
      const res = await search('family=Rousselin', token);
      expect([res.status, codesOf(res)]).toEqual([403, ['traits-regulation-only']]);
      expect(res.text).toContain('Patient?identifier=');
    }
    expect(bench.dmp.calls).toEqual([]);
  });

  it('an establishment that is no regulation centre', async () => {
    const home = await startBench();
    try {
      const res = await home.get('/fhir/Patient?family=Rousselin', 'regulator');
      expect([res.status, codesOf(res)]).toEqual([403, ['regulation-only']]);
      expect(home.dmp.calls).toEqual([]);
    } finally {
      await home.close();
    }
  });

  it('searches by INS stay as they are', async () => {
    bench.dmp.answers['TD0.2'] = () => answer([facts(P1)]);
    const res = await search(`identifier=${encodeURIComponent(insToken)}`);
    expect(bundleOf(res).total, res.text).toBe(1);
    expect(bench.dmp.names()).toEqual(['TD0.2']);
  });
});
