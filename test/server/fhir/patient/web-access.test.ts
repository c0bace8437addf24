/** `Patient/{id}/$web-access`: the URL of a page of the DMP's site, and who gets it. */
import type { OperationOutcome, Parameters } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { webAuthentications, webPages, webPageSystem } from '../../../../mappings/web-pages.ts';
import { ConfigError, loadConfig } from '../../../../server/config.ts';
import { validateBase } from '../../../../server/fhir/validation/index.ts';
import { consent, patients } from '../../../support/resources.ts';
import { P1, startBench, testOid, type Bench } from '../support.ts';

const site = 'https://web.dmp.example';
let bench: Bench;
let id: string;
beforeAll(async () => {
  bench = await startBench({ DMP_WEB_URL: site });
  ({ id } = await bench.store.patients.byIns({ value: P1, oid: testOid }));
});
afterAll(() => bench.close());
afterEach(() => expect(bench.dmp.calls).toEqual([]));

const ask = (query: string, token?: string) => bench.get(`/fhir/Patient/${id}/$web-access${query}`, token);
const codesOf = (res: { body: unknown }) =>
  (res.body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code) ?? []);
const urlOf = (res: { body: unknown }) => (res.body as Parameters).parameter?.find((p) => p.name === 'url')?.valueUrl;

describe('the URL of a page', () => {
  it('opens on the patient, with how the site authenticates; it is not kept, and in no log', async () => {
    const res = await ask('?page=DossierPatient');
    expect(res.status, res.text).toBe(200);
    expect(urlOf(res)).toBe(`${site}/AccesDirect/DossierPatient/${P1}`);
    const parameters = res.body as Parameters;
    expect(validateBase(parameters, 'Parameters').filter((i) => i.severity !== 'warning')).toEqual([]);
    expect(parameters.parameter!.filter((p) => p.name === 'authentication').map((p) => p.valueCoding!.code)).toEqual(
      Object.values(webAuthentications).map((a) => a.code),
    );
    expect(parameters.parameter!.find((p) => p.name === 'page')!.valueCoding).toEqual({
      system: webPageSystem,
      code: 'DossierPatient',
      display: 'Dossier du patient',
    });
    expect(res.headers['cache-control']).toContain('no-store');
    expect(bench.log()).toContain('$web-access');
    expect(bench.log()).not.toContain(P1);
  });

  it.each(Object.entries(webPages))('%s', async (page, { ins }) => {
    const plain = await bench.get(`/fhir/Patient/$web-access?page=${page}`);
    expect(urlOf(plain)).toBe(`${site}/AccesDirect/${page}`);
    const about = await ask(`?page=${page}`);
    if (ins) expect(urlOf(about)).toBe(`${site}/AccesDirect/${page}/${P1}`);
    else expect([about.status, codesOf(about)]).toEqual([400, ['web-page-patient']]);
  });

  it('by POST alike, the page as a code or a coding', async () => {
    for (const value of [{ valueCode: 'Documents' }, { valueCoding: { system: webPageSystem, code: 'Documents' } }]) {
      const body = { resourceType: 'Parameters', parameter: [{ name: 'page', ...value }] };
      const res = await bench.post(`/fhir/Patient/${id}/$web-access`).send(body);
      expect(urlOf(res), res.text).toBe(`${site}/AccesDirect/Documents/${P1}`);
    }
  });

  it('in an emergency opens its one patient only, whose traits are compared; each access is on record', async () => {
    const says = (family: string) => () => ({
      interaction: 'PRPA_IN201308UV02',
      acknowledgement: 'AA',
      details: [],
      patients: [
        {
          identifiers: [{ system: testOid, value: P1 }],
          status: 'active',
          name: { given: ['ODETTE'], usage: family },
          birthDate: '19360412',
        },
      ],
    });
    bench.dmp.answers['TD1.3a'] = says('AUTRE');
    const differs = await ask('?page=Documents', 'emergency');
    expect([differs.status, codesOf(differs)]).toEqual([403, ['break-glass-traits']]);
    bench.dmp.answers['TD1.3a'] = says('ROUSSELIN');
    expect(urlOf(await ask('?page=Documents', 'emergency'))).toContain(P1);
    expect(bench.dmp.names()).toEqual(['TD1.3a', 'TD1.3a']);
    bench.dmp.calls = [];
    const other = await bench.store.patients.byIns({ value: patients.P2.ins, oid: testOid });
    const res = await bench.get(`/fhir/Patient/${other.id}/$web-access?page=Documents`, 'emergency');
    expect([res.status, codesOf(res)]).toEqual([403, ['break-glass-patient']]);
    expect((await bench.get('/fhir/Patient/$web-access?page=Documents', 'emergency')).status).toBe(403);
    const query = { structure: '1990100109', kinds: ['break-glass'] as const, most: 9 };
    const { records } = await bench.store.records.search(query);
    expect(records.map((r) => r.outcome)).toEqual(['refused', 'refused', 'success', 'refused']);
  });
});

describe('what is refused', () => {
  it('who is not authenticated by Pro Santé Connect, and how to be', async () => {
    for (const url of [`/fhir/Patient/${id}/$web-access`, '/fhir/Patient/$web-access']) {
      const res = await bench.get(`${url}?page=Documents`, 'nurse');
      expect([res.status, codesOf(res)]).toEqual([403, expect.arrayContaining(['dmp-rights-psc'])]);
      expect(res.text).toContain('Pro Santé Connect');
    }
  });

  it('regulation where there is none', async () => {
    const res = await ask('?page=Documents', 'regulator');
    expect([res.status, codesOf(res)]).toEqual([403, ['regulation-only']]);
  });

  it('the pages of a patient who refuses that this structure reads the DMP', async () => {
    const { id: refusing } = await bench.store.patients.byIns({ value: patients.P6.ins, oid: testOid });
    const open = () => bench.get(`/fhir/Patient/${refusing}/$web-access?page=Documents`);
    expect((await open()).status).toBe(200);
    const recorded = await bench.post('/fhir/Consent').send(consent('P6', 'consultation', 'deny'));
    expect(recorded.status, recorded.text).toBe(201);
    const res = await open();
    expect([res.status, codesOf(res)]).toEqual([403, ['consent-consultation-refused']]);
    expect(res.text).not.toContain(patients.P6.ins);
  });

  it.each<[string, string]>([
    ['', 'operation-parameter-required'],
    ['?page=', 'operation-parameter'],
    ['?page=Accueil', 'operation-parameter'],
    ['?page=documents', 'operation-parameter'],
    ['?page=constructor', 'operation-parameter'],
    ['?page=Documents/..', 'operation-parameter'],
    ['?page=Documents&page=DossierPatient', 'operation-parameter'],
    ['?page=Documents&authentication=card', 'operation-parameter-unknown'],
  ])('%s', async (query, key) => {
    const res = await ask(query);
    expect([res.status, codesOf(res)]).toEqual([400, [key]]);
    expect(res.text).not.toContain(P1);
  });

  it('an unknown patient', async () => {
    const res = await bench.get('/fhir/Patient/nobody/$web-access?page=Documents');
    expect([res.status, codesOf(res)]).toEqual([404, ['not-found']]);
  });

  it.each(['http://web.dmp.example', 'https://web.dmp.example/x', 'https://web.dmp.example?x=1', 'web.dmp.example'])(
    'a setting that is no https origin: %s, at the start',
    (DMP_WEB_URL) => {
      expect(() => loadConfig({ DMP_WEB_URL })).toThrow(ConfigError);
    },
  );

  it('nothing of the simulator’s stand-in on this machine', async () => {
    const here = await startBench({ DMP_WEB_URL: 'http://127.0.0.1:9444' });
    try {
      const res = await here.get('/fhir/Patient/$web-access?page=Documents');
      expect(urlOf(res)).toBe('http://127.0.0.1:9444/AccesDirect/Documents');
    } finally {
      await here.close();
    }
  });
});
