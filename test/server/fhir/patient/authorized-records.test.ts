/** `Patient/$authorized-records`: what is asked of the DMP (TD0.4), and the pages of what it answers. */
import type { Bundle, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PatientListRow } from '../../../../mappings/patient-list.ts';
import { patientExtensions } from '../../../../mappings/patient.ts';
import { DmpError } from '../../../../server/dmp/types.ts';
import { validateBase } from '../../../../server/fhir/validation/index.ts';
import { patients } from '../../../support/resources.ts';
import { P1, startBench, testOid, type Bench } from '../support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const inscOid = '1.2.250.1.213.1.4.2';
const row = (ins: string, over: Partial<PatientListRow> = {}): PatientListRow => ({
  identifiers: [{ system: testOid, value: ins }],
  names: { usage: 'ROUSSELIN', birth: 'BASTIDE', given: 'ODETTE' },
  civility: 'Mme',
  birthDate: '19360412',
  treatingPhysician: false,
  hasMessage: false,
  ...over,
});
const list = (query = '', token?: string) => bench.get(`/fhir/Patient/$authorized-records${query}`, token);
const bundleOf = (res: { body: unknown }) => res.body as Bundle<Patient>;
const codesOf = (res: { body: unknown }) =>
  (res.body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code) ?? []);
const answers = (rows: PatientListRow[]) => {
  bench.dmp.answers['TD0.4'] = () => rows;
};
const asked = () => bench.dmp.calls.map((c) => c.input);

describe('the DMPs that the caller is authorised to enter', () => {
  it('are Patients by opaque id, in the order of the DMP, with what the list says of each', async () => {
    answers([
      row(patients.P2.ins, { treatingPhysician: true, hasMessage: true, lastAdd: '20261020063200' }),
      row(P1, { lastAccess: '20261019220000' }),
    ]);
    const res = await list();
    expect(res.status, res.text).toBe(200);
    const bundle = bundleOf(res);
    expect(validateBase(bundle, 'Bundle').filter((i) => i.severity !== 'warning')).toEqual([]);
    expect([bundle.type, bundle.total]).toEqual(['searchset', 2]);
    const found = bundle.entry!.map((e) => e.resource!);
    expect(found.map((p) => p.identifier?.[0]?.value)).toEqual([patients.P2.ins, P1]);
    const { id } = await bench.store.patients.byIns({ value: P1, oid: testOid });
    expect(found[1]!.id).toBe(id);
    const valueOf = (patient: Patient, url: string) => patient.extension!.find((e) => e.url === url);
    expect(valueOf(found[0]!, patientExtensions.treatingPhysician)).toMatchObject({ valueBoolean: true });
    expect(valueOf(found[0]!, patientExtensions.activity)).toMatchObject({
      extension: [
        { url: 'lastAdd', valueDateTime: '2026-10-20T06:32:00Z' },
        { url: 'message', valueBoolean: true },
      ],
    });
    expect(JSON.stringify([bundle.link, bundle.entry!.map((e) => e.fullUrl)])).not.toContain(P1);
  });

  it.each<[string, unknown]>([
    ['', { by: 'LASTAUTORIZATION' }],
    ['?by=document', { by: 'LASTDOC' }],
    ['?by=authorization&since=2026-10-01', { by: 'LASTAUTORIZATION', since: '20261001000000' }],
    ['?since=2026', { by: 'LASTAUTORIZATION', since: '20260101000000' }],
    ['?since=2026-10-19T22:00:00Z', { by: 'LASTAUTORIZATION', since: '20261019220000' }],
    ['?since=2026-10-20T00:00:00%2B02:00', { by: 'LASTAUTORIZATION', since: '20261019220000' }],
    ['?since=2026-10-20T00:00:00+02:00', { by: 'LASTAUTORIZATION', since: '20261019220000' }],
    ['?owner=899700204581', { by: 'LASTAUTORIZATION', owner: '899700204581' }],
    ['?owner=3990100109/DIR-01&_format=json', { by: 'LASTAUTORIZATION', owner: '3990100109/DIR-01' }],
  ])('%s asks for that', async (query, input) => {
    answers([]);
    const res = await list(query);
    expect(res.status, res.text).toBe(200);
    expect(bundleOf(res)).toMatchObject({ total: 0 });
    expect(bundleOf(res).entry).toBeUndefined();
    expect(asked()).toEqual([input]);
    expect(bench.dmp.calls[0]!.context.patient).toBeUndefined();
  });

  it('by POST alike', async () => {
    answers([row(P1)]);
    const res = await bench.post('/fhir/Patient/$authorized-records').send({
      resourceType: 'Parameters',
      parameter: [
        { name: 'since', valueDateTime: '2026-10-01' },
        { name: 'by', valueCode: 'document' },
      ],
    });
    expect(bundleOf(res).total, res.text).toBe(1);
    expect(asked()).toEqual([{ by: 'LASTDOC', since: '20261001000000' }]);
    expect(bundleOf(res).link).toEqual([
      {
        relation: 'self',
        url: `${bench.config.fhirBase}/Patient/$authorized-records?since=2026-10-01&by=document`,
      },
    ]);
  });

  it('in pages, without asking again, and for nobody else', async () => {
    answers([row(patients.P2.ins), row(P1), row(patients.P6.ins)]);
    const first = bundleOf(await list('?_count=2'));
    expect([first.total, first.entry!.length]).toEqual([3, 2]);
    const next = first.link!.find((l) => l.relation === 'next')!.url.slice(bench.config.fhirBase.length);
    const last = bundleOf(await bench.get(`/fhir${next}`));
    expect(last.entry!.map((e) => e.resource!.identifier![0]!.value)).toEqual([patients.P6.ins]);
    expect(asked()).toHaveLength(1);
    expect(next).not.toMatch(/\d{13}/);
    expect((await bench.get(`/fhir${next}`, 'other')).status).toBe(410);
  });

  it('without those who have no INS: that they are left out is said', async () => {
    const insc = { system: inscOid, value: '0944009023609680323697' };
    answers([row(P1, { identifiers: [insc, { system: testOid, value: P1 }] }), row('', { identifiers: [insc] })]);
    const res = await list();
    expect(bundleOf(res).total).toBe(1);
    expect(res.text).not.toContain(insc.value);
    const outcome = bundleOf(res).entry!.find((e) => e.search?.mode === 'outcome')!.resource;
    expect(codesOf({ body: outcome })).toEqual(['patients-without-ins']);
  });

  it('without names where the setting withholds the DMP’s traits', async () => {
    const withheld = await startBench({ PATIENT_TRAITS: 'withhold' });
    try {
      withheld.dmp.answers['TD0.4'] = () => [row(P1, { treatingPhysician: true })];
      const res = await withheld.get('/fhir/Patient/$authorized-records');
      expect(bundleOf(res).entry![0]!.resource!.identifier![0]!.value).toBe(P1);
      expect(res.text).not.toMatch(/ROUSSELIN|BASTIDE|ODETTE|1936/);
    } finally {
      await withheld.close();
    }
  });
});

describe('what is refused', () => {
  it.each([
    '?since=hier',
    '?since=2026-02-30',
    '?since=2026-10-20T25:00:00Z',
    '?since=2026-10-20T10:00',
    '?since=20261020',
    '?since=',
    '?by=LASTDOC',
    '?by=constructor',
    '?by=document&by=authorization',
    '?owner=MAUREL',
    '?owner=8997001012330000000',
    `?owner=${P1}`,
    '?_count=0',
    '?_count=-1',
    '?depuis=2026',
  ])('%s, before the DMP is asked', async (query) => {
    answers([]);
    const res = await list(query);
    expect([res.status, codesOf(res)[0]]).toEqual([400, expect.stringMatching(/^operation-parameter/)]);
    expect(asked()).toEqual([]);
  });

  it('a body that is no Parameters', async () => {
    const res = await bench.post('/fhir/Patient/$authorized-records').send({ resourceType: 'Patient' });
    expect(codesOf(res)).toEqual(['wrong-resource-type']);
  });

  it.each([
    [{ name: 'since', valueFoo: '2026-10-20' }],
    [{ name: 'since', valueDateTime: '2026-10-20', zorg: 1 }],
    [{ name: 'since', valueDateTime: '2026-10-20', valueString: '2026-10-20' }],
  ])('a Parameters that R4 does not know: %j', async (parameter) => {
    answers([]);
    const body = { resourceType: 'Parameters', parameter: [parameter] };
    const res = await bench.post('/fhir/Patient/$authorized-records').send(body);
    expect(res.status, res.text).toBe(400);
    expect(asked()).toEqual([]);
  });

  it('a scope that does not search patients', async () => {
    expect((await list('', 'user~Patient.r')).status).toBe(403);
  });

  it('what the mode forbids is said in its own words', async () => {
    bench.dmp.answers['TD0.4'] = () => Promise.reject(new DmpError('rights', 'new-authorizations', 'TD0.4'));
    const res = await list('', 'nurse');
    expect([res.status, codesOf(res)]).toEqual([403, expect.arrayContaining(['dmp-rights-new-authorizations'])]);
  });

  it('an emergency access, which opens one patient', async () => {
    answers([row(P1)]);
    const res = await list('', 'emergency');
    expect([res.status, codesOf(res)]).toEqual([403, ['break-glass-patient']]);
    expect(asked()).toEqual([]);
  });
});
