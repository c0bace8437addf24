/**
 * Issue 7, line 5, structured logs: a whole story, with what goes well and what does not, at the most talkative level. No line of the
 * log, nor anything that is printed beside it, says who was treated, by whom, with which token or why.
 */
import type { Bundle, DocumentReference, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { pdf, text } from '../support/documents.ts';
import { makeToken, type TokenOptions } from '../support/outside-issuer.ts';
import { found, personal } from '../support/personal.ts';
import {
  consent,
  INS_TEST,
  patientResource,
  patients,
  provideBundle,
  simplified,
  type Who,
} from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

/** What the story adds to the people of the simulator's. */
const secrets = {
  title: 'Courrier psychiatrique confidentiel',
  content: 'Le patient Hippolyte Quatrefages va mieux',
  reason: 'Coma hypoglycémique, famille injoignable (cas fictif)',
  localId: 'IPP-7741-ZQX',
  stranger: 'QUATREFAGES',
  strangerIns: '1620163220751 26'.replace(' ', ''),
};
const ins = (who: Who): string => patients[who].ins;
const of = (who: Who): string => encodeURIComponent(`${INS_TEST}|${ins(who)}`);
const urgent: TokenOptions = {
  ...{ person: 'doctor', purpose: 'bris_de_glace', reason: secrets.reason, patient: ins('P2') },
  confirmed: { family: patients.P2.family, given: patients.P2.given, birthDate: patients.P2.birthDate },
};

let stack: Stack;
const tokens: string[] = [];
const printed: string[] = [];
const spies: { mockRestore(): void }[] = [];

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    spies.push(vi.spyOn(console, method).mockImplementation((...said: unknown[]) => void printed.push(said.join(' '))));
  for (const stream of [process.stdout, process.stderr])
    spies.push(
      vi.spyOn(stream, 'write').mockImplementation((chunk: unknown) => {
        printed.push(String(chunk));
        return true;
      }),
    );
  stack = await startStack({ LOG_LEVEL: 'debug', RATE_LIMIT_CLIENT: '100000' });
  tokens.push(...(await Promise.all((['nurse', 'doctor', 'admin'] as const).map((kind) => stack.token(kind)))));
});
afterAll(async () => {
  for (const spy of spies) spy.mockRestore();
  await stack.close();
});

/** As somebody who knows no better: everything where it does not belong. */
async function odd(): Promise<number[]> {
  const { family } = patients.P1;
  const id = ins('P1');
  const at = (path: string, init: RequestInit = {}): Promise<number> =>
    fetch(`${stack.origin}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${tokens[init.method === 'POST' ? 0 : 1]}`, ...init.headers },
    }).then(async (res) => {
      await res.arrayBuffer();
      return res.status;
    });
  const json = { 'content-type': 'application/fhir+json' };
  return Promise.all([
    at(`/${id}/${family}`),
    at(`/fhir/Patient/${id}`),
    at(`/fhir/${family}`),
    at(`/fhir/DocumentReference/${id}/_history/${family}`),
    at(`/fhir/DocumentReference?${family}=${id}`),
    at(`/fhir/DocumentReference?patient.identifier=${id}&status=${family}`),
    at(`/fhir/DocumentReference?patient.identifier=%E0%A4%A${id}`),
    at(`/fhir/metadata/${id}`),
    at(`/health/${family}`),
    at(`/oauth/${family}?login_hint=${id}`),
    at(`/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: family, client_id: id, assertion: tokens[0]! }),
    }),
    at('/fhir/DocumentReference', { method: 'POST', headers: json, body: `{"resourceType":"${family}","id":"${id}"` }),
    at('/fhir/DocumentReference', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ resourceType: family, [id]: id }),
    }),
    at('/fhir/DocumentReference', {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+xml' },
      body: `<DocumentReference xmlns="http://hl7.org/fhir"><${family} value="${id}"/></DocumentReference>`,
    }),
    at('/fhir/DocumentReference', { method: 'POST', headers: { 'content-type': family }, body: id }),
    at('/fhir/Patient', {
      headers: { 'x-request-id': id, 'user-agent': family, traceparent: id, accept: `${family}/${id}` },
    }),
    at(`/fhir/Patient?identifier=${of('P1')}`, { headers: { authorization: `Bearer ${id}` } }),
    at(`/fhir/Patient?identifier=${of('P1')}`, { headers: { authorization: `Basic ${btoa(`${family}:${id}`)}` } }),
    at(`/fhir/Patient?identifier=${of('P1')}&access_token=${tokens[2]!}`, { headers: { dpop: tokens[0]! } }),
    at(`/fhir/$${family}?ins=${id}`, { method: 'POST' }),
    at(`/fhir/Patient/${id}`, { method: family.slice(0, 3) === 'GET' ? 'GET' : 'PROPFIND' }),
    at(`/admin/clients/${id}`),
    at(`/docs/${family}`),
  ]);
}

/** Deposits, searches, reads, refusals of each kind, failures of the DMP, « bris de glace », identities, consents. */
async function story(): Promise<number[]> {
  const statuses: number[] = [];
  const note = <T extends { status: number }>(answer: T): T => (statuses.push(answer.status), answer);
  const deposit = simplified({ content: text(secrets.content), contentType: 'text/plain', title: secrets.title });
  note(await stack.post('/DocumentReference', deposit, 'nurse'));
  note(
    await stack.post(
      '/',
      provideBundle([{ content: pdf(secrets.content), contentType: 'application/pdf', title: secrets.title }]),
      'nurse',
    ),
  );
  const search = await stack.get<Bundle<DocumentReference>>(
    `/DocumentReference?status=current&patient.identifier=${of('P1')}`,
    'doctor',
  );
  note(search);
  const url = search.body.entry![0]!.resource!.content[0]!.attachment.url!;
  note(await stack.raw(url, 'doctor', { accept: 'text/plain, application/pdf, */*' }));
  note(
    await stack.form(
      '/DocumentReference/_search',
      { 'patient.identifier': `${INS_TEST}|${ins('P1')}`, status: 'current' },
      'doctor',
    ),
  );
  const fed: Patient = patientResource('P3', 'x');
  fed.identifier!.push({ system: 'urn:oid:2.16.840.1.113883.19.7602.9', value: secrets.localId });
  note(
    await stack.put(
      `/Patient?identifier=${encodeURIComponent(`urn:oid:2.16.840.1.113883.19.7602.9|${secrets.localId}`)}`,
      fed,
      'nurse',
    ),
  );
  const stranger: Patient = { ...patientResource('P1'), name: [{ family: secrets.stranger, given: ['HIPPOLYTE'] }] };
  stranger.identifier![0]!.value = secrets.strangerIns;
  note(
    await stack.post(
      '/Patient/$match',
      { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: stranger }] },
      'doctor',
    ),
  );
  note(
    await stack.post(
      '/DocumentReference',
      { ...deposit, contained: [stranger, ...deposit.contained!.slice(1)] },
      'nurse',
    ),
  );
  note(await stack.post('/Consent', consent('P4', 'consultation', 'deny'), 'nurse'));
  note(await stack.get(`/DocumentReference?status=current&patient.identifier=${of('P4')}`, 'doctor'));
  note(await stack.get(`/DocumentReference?status=current&patient.identifier=${of('P1')}`, 'nurse'));
  tokens.push(await makeToken(loadConfig(stack.environment), urgent));
  note(await stack.as(urgent, 'GET', `/DocumentReference?status=current&patient.identifier=${of('P2')}`));
  note(
    await stack.as(
      { ...urgent, reason: secrets.reason.slice(0, 4) },
      'GET',
      `/DocumentReference?status=current&patient.identifier=${of('P2')}`,
    ),
  );
  note(
    await stack.as(
      { ...urgent, confirmed: { family: secrets.stranger, given: 'X', birthDate: '1950-01-01' } },
      'GET',
      `/Patient?identifier=${of('P2')}`,
    ),
  );
  for (const kind of ['reset', 'html503', 'garbage', 'relatesTo', 'truncate'] as const) {
    await stack.fault({ kind });
    note(
      await stack.get(
        `/DocumentReference?status=current&patient.identifier=${of('P1')}&_sort=date&_count=${statuses.length}`,
        'doctor',
      ),
    );
    await stack.clearFaults();
  }
  await stack.fault({ kind: 'registryError', code: 'XDSPatientIdDoesNotMatch' });
  note(
    await stack.post(
      '/DocumentReference',
      simplified({ content: text(secrets.content), contentType: 'text/plain' }),
      'nurse',
    ),
  );
  await stack.clearFaults();
  for (const forge of ['otherKey', 'otherAudience', 'none'] as const) {
    const token = await stack.token('doctor', { forge });
    tokens.push(token);
    note(
      await fetch(`${stack.base}/Patient?identifier=${of('P1')}`, { headers: { authorization: `Bearer ${token}` } }),
    );
  }
  note(await stack.get(`/AuditEvent?date=ge2026&patient.identifier=${of('P1')}`, 'admin'));
  return statuses;
}

it('names nobody, quotes nothing', { timeout: 120_000 }, async () => {
  const statuses = await story();
  // It did go as told: what is deposited, found, refused and broken leaves lines of its own.
  for (const status of [200, 201, 401, 403, 502]) expect(statuses).toContain(status);
  const oddities = await odd();
  for (const status of [400, 401, 404, 405, 406, 415]) expect(oddities).toContain(status);
  await stack.closeServer();
  const log = stack.log();
  const lines = log.split('\n').filter((line) => line !== '');
  const ofRequests = lines.filter((line) => line.includes('"msg":"request"'));
  expect(ofRequests.length).toBeGreaterThan(statuses.length + oddities.length);
  for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object');
  const words = [
    ...personal,
    ...Object.values(secrets),
    ...tokens,
    ...tokens.map((token) => token.split('.')[2]!).filter(Boolean),
  ];
  expect(found(log, words)).toEqual([]);
  expect(found(printed.join(''), words)).toEqual([]);
});

it('would be found, however it were written', () => {
  const name = patients.P5.given;
  for (const said of [name, name.toLowerCase(), encodeURIComponent(name), Buffer.from(name).toString('base64')])
    expect(found(`{"msg":"x","detail":"${said}"}`, personal)).not.toEqual([]);
});
