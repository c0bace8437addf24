/**
 * Every DMP transaction has its FHIR door (issue 4, line 1): the remaining ones, end to end, one test a row of its table and named
 * after it. Real HTTP, TLS, signatures and the simulated DMP.
 */
import type { AuditEvent, Bundle, OperationOutcome, Parameters, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { matchGradeUrl } from '../../mappings/patient-candidates.ts';
import { birthPlaceUrl } from '../../mappings/patient-traits.ts';
import { patientExtensions } from '../../mappings/patient.ts';
import { loadConfig } from '../../server/config.ts';
import { makeToken, type TokenOptions } from '../support/outside-issuer.ts';
import { INS_TEST, patientResource, patients, reliability, type Who } from '../support/resources.ts';
import { startStack, type Answer, type Kind, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(
    { WITHDRAWN_TRANSACTIONS: 'true', REGULATION_STRUCTURE: 'true' },
    { withdrawnTransactions: true, maxCandidates: 2 },
  );
});
afterAll(() => stack.close());
beforeEach(() => stack.resetCalls());

/** As somebody with a token of one's own: another purpose than `normal`. */
async function as<T>(options: TokenOptions, url: string): Promise<Answer<T>> {
  const token = await makeToken(loadConfig(stack.environment), options);
  const answer = await fetch(`${stack.base}${url}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json' },
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
}
const regulator = <T>(url: string) => as<T>({ person: 'doctor', purpose: 'centre_15' }, url);
const codesOf = ({ body }: { body: unknown }): string[] =>
  (body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code ?? '') ?? []);
const insOf = (patient: Patient | undefined): string | undefined => patient?.identifier?.[0]?.value;
const found = ({ entry }: Bundle<Patient>): Patient[] =>
  (entry ?? []).filter((e) => e.search?.mode === 'match').map((e) => e.resource!);
const who = (...names: Who[]): string[] => names.map((name) => patients[name].ins);

/** The opaque id of a patient, as an app gets it; undefined without a DMP. */
async function idOf(name: Who, kind: Kind = 'doctor'): Promise<string | undefined> {
  const { body } = await stack.form<Bundle<Patient>>(
    '/Patient/_search',
    { identifier: `${INS_TEST}|${patients[name].ins}` },
    kind,
  );
  await stack.resetCalls();
  return found(body)[0]?.id;
}
const existence = async (name: Who) =>
  (await stack.form<Bundle<Patient>>('/Patient/_search', { identifier: `${INS_TEST}|${patients[name].ins}` }, 'doctor'))
    .body;
const parameters = (...parameter: Parameters['parameter'] & object): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});
/** What the administrator of the structure finds on record of a patient. */
async function onRecord(id: string): Promise<string[]> {
  const url = `/AuditEvent?subtype=record-administration&patient=Patient/${id}`;
  const { status, body } = await stack.get<Bundle<AuditEvent>>(url, 'admin');
  expect(status, JSON.stringify(body)).toBe(200);
  expect(JSON.stringify(body.entry ?? [])).not.toMatch(/\d{6}[0-9A]{2}\d{7}/);
  return (body.entry ?? []).map((e) => `${/TD1\.\d\w?/.exec(JSON.stringify(e.resource))?.[0]} ${e.resource!.outcome}`);
}

describe('TD0.4: the list of authorised DMPs', () => {
  const list = (query = '', kind: Kind = 'doctor') =>
    stack.get<Bundle<Patient>>(`/Patient/$authorized-records${query}`, kind);

  it('by last authorisation: the latest first, with the médecin traitant, messages and dates', async () => {
    const { status, body } = await list();
    expect(status, JSON.stringify(body)).toBe(200);
    expect(found(body).map(insOf).sort()).toEqual(who('P1', 'P2', 'P7').sort());
    expect(await stack.calls()).toEqual(['TD0.4']);
    const p2 = found(body).find((p) => insOf(p) === patients.P2.ins)!;
    const activity = p2.extension!.find((e) => e.url === patientExtensions.activity)!.extension!;
    expect(activity.find((e) => e.url === 'message')?.valueBoolean).toBe(true);
    expect(p2.id).toBe(await idOf('P2'));
    expect(JSON.stringify(body.link)).not.toMatch(/\d{13}/);
  });

  it('by last document since a date; the dates of the DMP are kept', async () => {
    const { body } = await list('?by=document&since=2026-01-01');
    const p1 = found(body).find((p) => insOf(p) === patients.P1.ins);
    expect(found(body).map(insOf)).not.toContain(patients.P7.ins);
    const activity = p1!.extension!.find((e) => e.url === patientExtensions.activity)!.extension!;
    expect(activity.find((e) => e.url === 'lastAdd')?.valueDateTime).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(found((await list('?by=document&since=2999-01-01')).body)).toEqual([]);
  });

  it('in pages: the DMP is asked once', async () => {
    const first = await list('?_count=2');
    const next = first.body.link!.find((l) => l.relation === 'next')!.url.slice(stack.base.length);
    const second = await stack.get<Bundle<Patient>>(next, 'doctor');
    expect([...found(first.body), ...found(second.body)].map(insOf).sort()).toEqual(who('P1', 'P2', 'P7').sort());
    expect(await stack.calls()).toEqual(['TD0.4']);
  });

  it('a structure may only ask for the new authorisations since a date: the rest is refused before the call', async () => {
    for (const query of ['', '?by=document&since=2026-01-01', '?by=authorization']) {
      const refused = await list(query, 'nurse');
      expect([refused.status, codesOf(refused)], query).toEqual([
        403,
        expect.arrayContaining(['dmp-rights-new-authorizations']),
      ]);
    }
    expect(await stack.calls()).toEqual([]);
    const { status, body } = await list('?since=2026-01-01', 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(found(body).map(insOf)).toEqual(who('P1'));
  });

  it('of a colleague of the same structure, and of nobody else’s', async () => {
    const ours = await list('?owner=899700204581');
    expect(found(ours.body).map(insOf), JSON.stringify(ours.body)).toEqual(who('P1'));
    const theirs = await list('?owner=899700566047');
    expect(theirs.status).toBe(403);
    expect(theirs.body.resourceType as string).toBe('OperationOutcome');
  });

  it('broken input: a date that is none, an unknown order, an unknown parameter', async () => {
    for (const query of ['?since=2026-02-30', '?by=LASTDOC', '?until=2026'])
      expect((await list(query)).status, query).toBe(400);
    expect(await stack.calls()).toEqual([]);
  });
});

describe('TD0.5: search without INS, for emergency regulation only', () => {
  const query = 'family=Rousselin&birthdate=1936-04&gender=female';

  it('finds the candidates, each with its score and grade, and the opposition to such an access', async () => {
    const { status, body } = await regulator<Bundle<Patient>>(`/Patient?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(found(body).map(insOf).sort()).toEqual(who('P1', 'P8').sort());
    for (const { search } of body.entry!) {
      expect(search!.score).toBeGreaterThan(0);
      expect(search!.extension).toMatchObject([{ url: matchGradeUrl }]);
    }
    const p8 = found(body).find((p) => insOf(p) === patients.P8.ins)!;
    expect(JSON.stringify(p8.extension)).toContain('OPPOSITION_ACCES_URGENCE');
    expect(await stack.calls()).toEqual(['TD0.5']);
    expect(stack.log()).not.toMatch(/rousselin/i);
  });

  it('by post code and town, too; nobody is an empty answer', async () => {
    const one = await regulator<Bundle<Patient>>('/Patient?family=Leprate&birthdate=1950');
    expect(one.body).toMatchObject({ resourceType: 'Bundle', total: 0 });
    const none = await regulator<Bundle<Patient>>('/Patient?family=Personne&address-postalcode=38990');
    expect(none.body).toMatchObject({ resourceType: 'Bundle', total: 0 });
  });

  it('too many, or too little to search by: the DMP’s own words', async () => {
    // The same settings, but one candidate is too many.
    await fetch(`${stack.simulator.controlUrl}/settings`, { method: 'POST', body: '{"maxCandidates":1}' });
    const many = await regulator(`/Patient?${query}`);
    await fetch(`${stack.simulator.controlUrl}/settings`, { method: 'POST', body: '{"maxCandidates":2}' });
    expect([many.status, codesOf(many)]).toEqual([422, expect.arrayContaining(['dmp-DMPTooManyResults'])]);
    const little = await regulator('/Patient?family=Rousselin');
    expect([little.status, codesOf(little)]).toEqual([422, expect.arrayContaining(['dmp-DMPInvalidData'])]);
  });

  it('is refused for any other purpose, and the way by the INS is named; broken input asks nothing', async () => {
    const refused = await stack.get(`/Patient?${query}`, 'doctor');
    expect([refused.status, codesOf(refused)]).toEqual([403, ['traits-regulation-only']]);
    expect((await regulator('/Patient?family=Rousselin&birthdate=hier')).status).toBe(400);
    expect((await regulator('/Patient?given=Odette')).status).toBe(400);
    expect(await stack.calls()).toEqual([]);
  });
});

describe('TD0.9 / TD0.10: contextual access to the web site', () => {
  it('gives the URL of the page asked for; the site opens it on the patient', async () => {
    const id = await idOf('P1');
    const { status, headers, body } = await stack.get<Parameters>(
      `/Patient/${id}/$web-access?page=DossierPatient`,
      'doctor',
    );
    expect(status, JSON.stringify(body)).toBe(200);
    const url = new URL(body.parameter!.find((p) => p.name === 'url')!.valueUrl!);
    expect(url.origin).toBe(loadConfig(stack.environment).DMP_WEB_URL);
    expect(headers.get('cache-control')).toContain('no-store');
    const site = await fetch(new URL(url.pathname, stack.simulator.controlUrl));
    expect(site.status).toBe(200);
    expect(await site.text()).toContain('Dossier du patient');
    expect(await stack.calls()).toEqual([]);
    expect(stack.log()).not.toContain(patients.P1.ins);
  });

  it('without a patient the site asks for one', async () => {
    const { body } = await stack.get<Parameters>('/Patient/$web-access?page=TableauDeBord', 'doctor');
    const url = new URL(body.parameter!.find((p) => p.name === 'url')!.valueUrl!);
    expect(url.pathname).toBe('/AccesDirect/TableauDeBord');
    expect((await fetch(new URL(url.pathname, stack.simulator.controlUrl))).status).toBe(200);
  });

  it('is for who was authenticated by Pro Santé Connect; unknown pages and patients have none', async () => {
    const id = await idOf('P1');
    const refused = await stack.get(`/Patient/${id}/$web-access?page=DossierPatient`, 'nurse');
    expect([refused.status, codesOf(refused)]).toEqual([403, expect.arrayContaining(['dmp-rights-psc'])]);
    const unknown = await stack.get<OperationOutcome>(`/Patient/${id}/$web-access?page=Accueil`, 'doctor');
    expect(unknown.status).toBe(400);
    expect(unknown.body.issue[0]!.details!.text).toContain('DossierPatient');
    expect((await stack.get('/Patient/nobody/$web-access?page=DossierPatient', 'doctor')).status).toBe(404);
  });
});

const opposition = (code: string, value: boolean) => ({
  url: patientExtensions.observation,
  extension: [
    { url: 'code', valueCode: code },
    { url: 'value', valueBoolean: value },
  ],
});
/** Who P4 is; the birth name alone is the name in use, too. */
const marcel = (over: Partial<Patient> = {}): Patient => ({
  ...patientResource('P4'),
  id: undefined,
  name: [{ use: 'official', family: 'LEPRATE', given: ['MARCEL'], prefix: ['M'] }],
  extension: [
    reliability('VALI'),
    { url: patientExtensions.consent, valueDate: '2026-11-20' },
    opposition('OPPOSITION_BRIS_DE_GLACE', false),
    opposition('OPPOSITION_ACCES_URGENCE', true),
  ],
  ...over,
});

describe('TD1.1: a DMP is created', () => {
  it('exists then, with the oppositions that were said, and the creation is on record', async () => {
    expect((await existence('P4')).total).toBe(0);
    await stack.resetCalls();
    const made = await stack.post<Patient>('/Patient', marcel(), 'nurse');
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.headers.get('location')).toBe(`${stack.base}/Patient/${made.body.id}`);
    expect(await stack.calls()).toEqual(['TD1.1']);
    expect(found(await existence('P4'))).toMatchObject([{ id: made.body.id, active: true }]);
    const held = await stack.get<Patient>(`/Patient/${made.body.id}/$administrative-data`, 'nurse');
    const oppositions = held.body.extension!.filter((e) => e.url === patientExtensions.observation);
    expect(oppositions.map((e) => e.extension!.map((x) => x.valueCode ?? x.valueBoolean))).toContainEqual([
      'OPPOSITION_ACCES_URGENCE',
      true,
    ]);
    expect(await onRecord(made.body.id!)).toEqual(['TD1.1 0']);
  });

  it('once only; not of an unqualified identity, nor without consent, nor of what is no Patient', async () => {
    const again = await stack.post('/Patient', marcel(), 'nurse');
    expect([again.status, codesOf(again)]).toEqual([409, expect.arrayContaining(['dmp-DMPFound'])]);
    await stack.resetCalls();
    const [, ...rest] = marcel().extension!;
    const unqualified = await stack.post('/Patient', marcel({ extension: [reliability('PROV'), ...rest] }), 'nurse');
    expect(codesOf(unqualified)).toEqual(['identity-not-qualified']);
    const without = await stack.post('/Patient', marcel({ extension: [reliability('VALI')] }), 'nurse');
    // The day of the consent, and a word on each opposition.
    expect([without.status, codesOf(without)]).toEqual([400, Array(3).fill('administrative-missing')]);
    expect((await stack.post('/Patient', parameters(), 'nurse')).status).toBe(400);
    expect(await stack.calls()).toEqual([]);
  });
});

describe('TD1.2: a closed DMP is reactivated', () => {
  it('is open then; once only, and with a day of consent', async () => {
    const id = await idOf('P3');
    const path = `/Patient/${id}/$reactivate`;
    expect((await stack.post(path, parameters(), 'doctor')).status).toBe(400);
    const tomorrow = new Date(Date.now() + 172_800_000).toISOString().slice(0, 10);
    const later = await stack.post(path, parameters({ name: 'consentedOn', valueDate: tomorrow }), 'doctor');
    expect(later.status).toBe(400);
    expect(await stack.calls()).toEqual([]);
    const asked = parameters({ name: 'consentedOn', valueDate: '2026-11-20' });
    const opened = await stack.post<Patient>(path, asked, 'doctor');
    expect([opened.status, opened.body.active], JSON.stringify(opened.body)).toEqual([200, true]);
    expect(await stack.calls()).toEqual(['TD0.2', 'TD1.2']);
    expect(found(await existence('P3'))).toMatchObject([{ id, active: true }]);
    const again = await stack.post(path, asked, 'doctor');
    expect([again.status, codesOf(again)]).toEqual([409, expect.arrayContaining(['dmp-DMPFound'])]);
    expect(await onRecord(id!)).toEqual(['TD1.2 4', 'TD1.2 0']);
  });
});

describe('TD1.3a / TD1.3b: administrative data are read and changed', () => {
  it('TD1.3a: birth place, representatives and oppositions of a minor', async () => {
    const id = await idOf('P7');
    const { status, body } = await stack.get<Patient>(`/Patient/${id}/$administrative-data`, 'doctor');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ resourceType: 'Patient', id, birthDate: patients.P7.birthDate });
    expect(body.contact).toHaveLength(2);
    expect(body.contact![0]!.relationship![0]!.coding![0]!.code).toMatch(/^(MTH|FTH|RESPRSN)$/);
    expect(body.extension!.find((e) => e.url === birthPlaceUrl)?.valueAddress?.city).toBe('FICTIVA');
    expect(await stack.calls()).toEqual(['TD1.3a']);
    expect((await stack.get('/Patient/nobody/$administrative-data', 'doctor')).status).toBe(404);
  });

  it('TD1.3b: a new address is what the DMP holds then, and the change is on record', async () => {
    const id = await idOf('P6');
    const held = await stack.get<Patient>(`/Patient/${id}/$administrative-data`, 'doctor');
    await stack.resetCalls();
    const address = [{ line: ['2 allée des Essais'], postalCode: '38991', city: 'FICTIVILLE' }];
    const extension = [...(held.body.extension ?? []), reliability('VALI')];
    const changed = await stack.put<Patient>(`/Patient/${id}`, { ...held.body, extension, address }, 'doctor');
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect(changed.body.address).toEqual(address);
    expect(await stack.calls()).toEqual(['TD1.3b']);
    const now = await stack.get<Patient>(`/Patient/${id}/$administrative-data`, 'doctor');
    expect(now.body.address).toEqual(address);
    expect(now.body.name).toEqual(held.body.name);
    expect(await onRecord(id!)).toEqual(['TD1.3b 0']);
  });

  it('TD1.3b: refused for another patient’s INS, for traits that are not the DMP’s, and where Mon espace santé decides', async () => {
    const id = await idOf('P6');
    const other = await stack.put(`/Patient/${id}`, { ...marcel(), id }, 'doctor');
    expect([other.status, codesOf(other)]).toEqual([422, ['patient-inconsistent']]);
    expect(await stack.calls()).toEqual([]);
    const thérèse = patientResource('P6', id);
    const name = [{ ...thérèse.name![0]!, prefix: ['Mme'] }];
    const wrong = await stack.put(`/Patient/${id}`, { ...thérèse, name, birthDate: '1938-12-25' }, 'doctor');
    expect([wrong.status, codesOf(wrong)]).toEqual([422, expect.arrayContaining(['dmp-DMPInvalidData'])]);
    const p1 = await idOf('P1');
    const odette = {
      ...patientResource('P1', p1),
      name: [{ use: 'official', family: 'BASTIDE', given: ['ODETTE'], prefix: ['Mme'] }],
    };
    expect((await stack.put(`/Patient/${p1}`, odette, 'doctor')).status).toBe(403);
    expect((await stack.put('/Patient/nobody', odette, 'doctor')).status).toBe(404);
  });
});

describe('TD1.4: a DMP is closed', () => {
  it('is closed then, with the motive; once only, and with a motive', async () => {
    const id = await idOf('P2');
    const path = `/Patient/${id}/$close`;
    expect((await stack.post(path, parameters(), 'doctor')).status).toBe(400);
    expect(await stack.calls()).toEqual([]);
    const asked = parameters(
      { name: 'motive', valueCode: 'FERMETURE_DEMANDE_PATIENT' },
      { name: 'text', valueString: 'À la demande du patient' },
    );
    const closed = await stack.post<Patient>(path, asked, 'doctor');
    expect([closed.status, closed.body.active], JSON.stringify(closed.body)).toEqual([200, false]);
    expect(await stack.calls()).toEqual(['TD0.2', 'TD1.4']);
    const [now] = found(await existence('P2'));
    expect(now).toMatchObject({ id, active: false });
    expect(JSON.stringify(now!.extension)).toContain('FERMETURE_DEMANDE_PATIENT');
    const again = await stack.post(path, asked, 'doctor');
    expect([again.status, codesOf(again)]).toEqual([422, expect.arrayContaining(['dmp-DMPClosed'])]);
    expect(await onRecord(id!)).toEqual(['TD1.4 4', 'TD1.4 0']);
    expect((await stack.post('/Patient/nobody/$close', asked, 'doctor')).status).toBe(404);
  });
});

describe('TD1.5: the internet account', () => {
  it('cannot be sent by anybody: the answer says exactly that', async () => {
    const answer = await stack.post<OperationOutcome>(
      `/Patient/${await idOf('P1')}/$internet-account`,
      parameters(),
      'doctor',
    );
    expect([answer.status, codesOf(answer)]).toEqual([501, ['transaction-unpublished']]);
    expect(answer.body.issue[0]!.details!.text).toMatch(/aucune source publique/);
    expect(await stack.calls()).toEqual([]);
  });
});

describe('the withdrawn transactions, as a rule', () => {
  let usual: Stack;
  beforeAll(async () => {
    usual = await startStack({}, {}, { consents: false });
  });
  afterAll(() => usual.close());

  it('answer 501, say that the DMP has withdrawn them and by which setting they are served, and ask nothing', async () => {
    const search = await usual.get<Bundle<Patient>>(
      `/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${patients.P2.ins}`)}`,
      'doctor',
    );
    const { id } = found(search.body)[0]!;
    await usual.resetCalls();
    const day = parameters({ name: 'consentedOn', valueDate: '2026-11-20' });
    const motive = parameters({ name: 'motive', valueCode: 'FERMETURE_DEMANDE_PATIENT' });
    const answers: [string, Answer<OperationOutcome>][] = [
      ['TD1.1', await usual.post('/Patient', marcel(), 'nurse')],
      ['TD1.2', await usual.post(`/Patient/${id}/$reactivate`, day, 'doctor')],
      ['TD1.3b', await usual.put(`/Patient/${id}`, { ...patientResource('P2'), id }, 'doctor')],
      ['TD1.4', await usual.post(`/Patient/${id}/$close`, motive, 'doctor')],
    ];
    for (const [transaction, answer] of answers) {
      expect([answer.status, codesOf(answer)], transaction).toEqual([501, ['transaction-withdrawn']]);
      const said = answer.body.issue[0]!.details!.text!;
      expect(said).toContain(`a retiré la transaction ${transaction}`);
      expect(said).toContain('WITHDRAWN_TRANSACTIONS=true');
    }
    expect(await usual.calls()).toEqual([]);
  });

  it('and so does a DMP that has withdrawn them, where the façade would send them', async () => {
    // P6: the same façade, a DMP that does not take them any more.
    await fetch(`${stack.simulator.controlUrl}/settings`, { method: 'POST', body: '{"withdrawnTransactions":false}' });
    const id = await idOf('P6');
    const motive = parameters({ name: 'motive', valueCode: 'FERMETURE_DEMANDE_PATIENT' });
    const answer = await stack.post(`/Patient/${id}/$close`, motive, 'doctor');
    await fetch(`${stack.simulator.controlUrl}/settings`, { method: 'POST', body: '{"withdrawnTransactions":true}' });
    expect([answer.status, codesOf(answer)]).toEqual([403, expect.arrayContaining(['dmp-DMPAccessDenied'])]);
    expect((await onRecord(id!))[0]).toBe('TD1.4 4');
  });
});
