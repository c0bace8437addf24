/**
 * Ways around what the patient allows, end to end: pages kept from before a withdrawal, conditions that are overlooked, doors that
 * do not lead to the DMP, accesses that are not normal.
 */
import type { AuditEvent, Bundle, Consent, DocumentReference, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TokenOptions } from '../support/outside-issuer.ts';
import { text } from '../support/documents.ts';
import {
  consent,
  INS_TEST,
  patientResource,
  patients,
  provideBundle,
  simplified,
  type Who,
} from '../support/resources.ts';
import { startStack, type Answer, type Stack } from '../support/stack.ts';

const insOf = (who: Who): string => encodeURIComponent(`${INS_TEST}|${patients[who].ins}`);
const keysOf = ({ body }: Answer<unknown>): string[] =>
  (body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code ?? '') ?? []);
const nextOf = ({ body }: Answer<Bundle>, base: string): string => {
  const next = body.link?.find((l) => l.relation === 'next')?.url;
  if (!next) throw new Error('one page only');
  return next.slice(base.length);
};
const everything = { scope: 'user/*.cruds' };
const urgent = (who: Who, more: TokenOptions = {}): TokenOptions => ({
  person: 'doctor',
  purpose: 'bris_de_glace',
  reason: 'Détresse respiratoire, patient non communicant (cas fictif)',
  patient: patients[who].ins,
  confirmed: { family: patients[who].family, given: patients[who].given, birthDate: patients[who].birthDate },
  ...everything,
  ...more,
});
const domain = 'urn:oid:2.16.840.1.113883.19.7602.9';
let stack: Stack;
const doc = (who: Who = 'P1') => simplified({ who, content: text(), contentType: 'text/plain' });
const record = (who: Who, topic: string, decision: 'permit' | 'deny') =>
  stack.post<Consent>('/Consent', consent(who, topic, decision), 'nurse');

beforeAll(async () => {
  stack = await startStack({ PAGE_SIZE: '1', LOCAL_ID_SYSTEMS: domain });
});
afterAll(() => stack.close());
beforeEach(async () => {
  await stack.resetCalls();
});

/** Feeds an identity of the establishment (ITI-104). @returns its path */
async function fed(who: Who, on = stack): Promise<string> {
  const value = `IPP-${who}`;
  const person = patientResource(who);
  const { status, body } = await on.put<Patient>(
    `/Patient?identifier=${encodeURIComponent(`${domain}|${value}`)}`,
    { ...person, id: undefined, identifier: [{ use: 'usual', system: domain, value }, ...person.identifier!] },
    'nurse',
  );
  expect(status, JSON.stringify(body)).toBe(201);
  return `/Patient/${body.id}`;
}

/** Searches whose further pages ask the DMP nothing. */
const paged = [
  `/DocumentReference?patient.identifier=${insOf('P1')}&status=current&_elements=content,subject`,
  `/DocumentReference?patient.identifier=${insOf('P1')}&status=current`,
  `/List?patient.identifier=${insOf('P1')}&status=current&code=submissionset&_summary=true`,
  `/DocumentReference/$whats-new?patient.identifier=${insOf('P1')}&since=2026-01-01T00:00:00Z&_count=1`,
];

describe('pages', () => {
  it('of before a withdrawal are closed by it, and the DMP is asked nothing', async () => {
    for (let i = 0; i < 2; i++) expect((await stack.post('/DocumentReference', doc(), 'nurse')).status).toBe(201);
    const pages: string[] = [];
    for (const url of paged) pages.push(nextOf(await stack.get<Bundle>(url, 'doctor'), stack.base));
    for (const url of pages) expect((await stack.get(url, 'doctor')).status, url).toBe(200);
    await record('P1', 'consultation', 'deny');
    await stack.resetCalls();
    for (const url of pages) {
      const refused = await stack.get(url, 'doctor');
      expect([refused.status, keysOf(refused)], url).toEqual([403, ['consent-consultation-refused']]);
    }
    expect(await stack.calls()).toEqual([]);
    await record('P1', 'consultation', 'permit');
  });

  it('of one emergency are not those of another patient’s', async () => {
    for (const url of paged) {
      const first = await stack.as<Bundle>(urgent('P1'), 'GET', url);
      expect(first.status, JSON.stringify(first.body)).toBe(200);
      const refused = await stack.as(urgent('P2'), 'GET', nextOf(first, stack.base));
      expect([refused.status, keysOf(refused)], url).toEqual([403, ['break-glass-patient']]);
    }
  });

  it('of consents follow each other to the last', async () => {
    const seen: string[] = [];
    let url: string | undefined = `/Consent?patient.identifier=${insOf('P1')}&category=feeding,consultation&_count=1`;
    while (url) {
      const { body }: Answer<Bundle<Consent>> = await stack.get<Bundle<Consent>>(url, 'nurse');
      expect(body.total).toBe(2);
      seen.push(...(body.entry ?? []).map((e) => e.resource!.category[0]!.coding![0]!.code!));
      url = body.link?.find((l) => l.relation === 'next')?.url.slice(stack.base.length);
    }
    expect(seen.sort()).toEqual(['consultation', 'feeding']);
  });
});

describe('conditions', () => {
  it('a conditional creation is refused: it would replace a refusal', async () => {
    await record('P8', 'feeding', 'deny');
    const condition = { 'if-none-exist': `category=feeding&patient.identifier=${insOf('P8')}` };
    const refused = await stack.post('/Consent', consent('P8', 'feeding'), 'nurse', condition);
    expect([refused.status, keysOf(refused)]).toEqual([400, ['consent-condition']]);
    expect(keysOf(await stack.post('/DocumentReference', doc('P8'), 'nurse'))).toContain('consent-feeding-opposed');
  });

  it('DELETE follows the version that it names', async () => {
    const { body } = await record('P8', 'information', 'permit');
    await record('P8', 'information', 'permit');
    const url = `/Consent/${body.id}`;
    const stale = await stack.request('DELETE', url, 'nurse', { 'if-match': 'W/"1"' });
    expect([stale.status, keysOf(stale)]).toEqual([412, ['version-conflict']]);
    expect((await stack.request('DELETE', url, 'nurse', { 'if-match': 'W/"2"' })).status).toBe(204);
    expect((await stack.request('DELETE', url, 'nurse', { 'if-match': 'W/"2"' })).status).toBe(412);
    expect((await stack.request('DELETE', url, 'nurse')).status).toBe(204);
    expect((await stack.get<Consent>(url, 'nurse')).body).toMatchObject({
      status: 'inactive',
      meta: { versionId: '3' },
    });
  });

  it('a consent that is recorded again says where it is', async () => {
    const { body } = await record('P8', 'regulation', 'permit');
    const headers = { prefer: 'return=minimal' };
    const again = await stack.post('/Consent', consent('P8', 'regulation', 'deny'), 'nurse', headers);
    expect([again.status, again.body, again.headers.get('location')]).toEqual([
      200,
      undefined,
      `${stack.base}/Consent/${body.id}/_history/2`,
    ]);
  });

  it('a reading is whole, whatever is preferred of a change', async () => {
    const { body } = await record('P8', 'information', 'permit');
    for (const preferred of ['minimal', 'OperationOutcome', 'representation']) {
      const headers = { prefer: `return=${preferred}` };
      expect((await stack.get<Consent>(`/Consent/${body.id}`, 'nurse', headers)).body).toEqual(body);
    }
  });

  it('many who change one version at once: one is taken, and the history has it', async () => {
    const { body } = await record('P6', 'information', 'permit');
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        i % 2
          ? stack.request('DELETE', `/Consent/${body.id}`, 'nurse', { 'if-match': 'W/"1"' })
          : fetch(`${stack.base}/Consent/${body.id}`, {
              method: 'PUT',
              headers: { ...headersOf(body), authorization: `Bearer ${token}` },
              body: JSON.stringify(body),
            }),
      ),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([expect.toBeOneOf([200, 204]), 412, 412, 412, 412, 412]);
    expect((await stack.get<Bundle>(`/Consent/${body.id}/_history`, 'nurse')).body.total).toBe(2);
  });
  let token: string;
  beforeAll(async () => {
    token = await stack.token('nurse');
  });
  const headersOf = ({ meta }: Consent) => ({
    'content-type': 'application/fhir+json',
    'if-match': `W/"${meta!.versionId}"`,
  });
});

describe('an access that is not normal', () => {
  it('records, feeds and lists nothing, whoever it is about', async () => {
    const same = doc();
    const made = await stack.post<DocumentReference>('/DocumentReference', same, 'nurse');
    const mine = await record('P1', 'information', 'permit');
    await stack.resetCalls();
    const doors: [string, string, unknown?][] = [
      ['POST', '/Consent', consent('P1', 'consultation')],
      ['POST', '/Consent', consent('P2', 'break-glass', 'permit')],
      ['PUT', `/Consent/${mine.body.id}`, mine.body],
      ['DELETE', `/Consent/${mine.body.id}`],
      ['GET', `/Consent/${mine.body.id}`],
      ['GET', `/Consent/${mine.body.id}/_history`],
      ['GET', `/Consent?patient.identifier=${insOf('P1')}&category=feeding`],
      ['GET', '/DocumentReference?security-label=INVISIBLE_PATIENT'],
      // What was deposited already is answered without the DMP.
      ['POST', '/DocumentReference', same],
      ['POST', '/DocumentReference?_dryRun=true', same],
      ['POST', '', provideBundle([{ content: text(), contentType: 'text/plain' }])],
      ['POST', '/DocumentReference/$validate', same],
      ['GET', '/Subscription'],
      ['GET', '/AuditEvent'],
      ['GET', `/Patient?identifier=${insOf('P1')}`],
      ['GET', `/Binary/${made.body.id}`],
      ['GET', `/DocumentReference?identifier=${same.masterIdentifier!.value}&patient.identifier=${insOf('P1')}`],
      ['GET', `/DocumentReference/${made.body.id}`],
      ['GET', '/Patient/$authorized-records?dateType=last-document'],
    ];
    for (const [method, url, body] of doors) {
      const refused = await stack.as(urgent('P2', { administrator: true }), method, url, body);
      expect([method, url, refused.status, keysOf(refused)]).toEqual([method, url, 403, ['break-glass-patient']]);
    }
    expect(await stack.calls()).toEqual([]);
  });

  it('shows no identity that the establishment knows but the patient’s own', async () => {
    const [mine, others] = [await fed('P2'), await fed('P1')];
    expect((await stack.as(urgent('P2'), 'GET', mine)).status).toBe(200);
    const refused = await stack.as(urgent('P2'), 'GET', others);
    expect([refused.status, keysOf(refused)]).toEqual([403, ['break-glass-patient']]);
    expect((await stack.get(others, 'nurse')).status).toBe(200);
  });

  it('of a person whom only the establishment authenticated shows no deposit either', async () => {
    const made = await stack.post<Bundle>('', provideBundle([{ content: text(), contentType: 'text/plain' }]), 'nurse');
    const list = made.body.entry!.map((e) => e.response!.location!).find((l) => l.includes('List/'))!;
    const url = `/${list.replace(/^.*(List\/[^/]+).*$/, '$1')}`;
    expect((await stack.get(url, 'nurse')).status).toBe(200);
    const refused = await stack.as(urgent('P2', { person: 'nurse' }), 'GET', url);
    expect([refused.status, keysOf(refused)]).toEqual([403, ['break-glass-patient']]);
  });

  it('centre_15 opens nothing to who is no regulation centre, and records nothing for who is', async () => {
    const regulator: TokenOptions = { person: 'doctor', purpose: 'centre_15', ...everything };
    for (const url of [
      '/DocumentReference?security-label=INVISIBLE_PATIENT',
      `/Consent?patient.identifier=${insOf('P1')}`,
    ])
      expect(keysOf(await stack.as(regulator, 'GET', url)), url).toEqual(['regulation-only']);
    const centre = await startStack({ REGULATION_STRUCTURE: 'true' }, {}, { consents: false });
    try {
      const refused = await centre.as(regulator, 'POST', '/Consent', consent('P1', 'regulation', 'permit'));
      expect([refused.status, keysOf(refused)]).toEqual([403, ['purpose-normal-only']]);
    } finally {
      await centre.close();
    }
  });

  it('is on record when the patient’s opposition closes it, in words that say so', async () => {
    const trail = async (): Promise<Bundle<AuditEvent>> =>
      (await stack.get<Bundle<AuditEvent>>('/AuditEvent?date=ge2026&subtype=break-glass&outcome=4', 'admin')).body;
    const before = (await trail()).total ?? 0;
    await record('P2', 'break-glass', 'deny');
    const url = `/DocumentReference?patient.identifier=${insOf('P2')}&status=current`;
    expect(keysOf(await stack.as(urgent('P2'), 'GET', url))).toEqual(['consent-break-glass-opposed']);
    expect(keysOf(await stack.as(urgent('P2'), 'GET', url.replace(insOf('P2'), insOf('P1'))))).toEqual([
      'break-glass-patient',
    ]);
    await record('P2', 'break-glass', 'permit');
    await stack.fault({ transaction: 'TD1.3a', kind: 'soapFault', code: 'DMPAuthorizationDenied' });
    expect(keysOf(await stack.as(urgent('P2'), 'GET', url))).toContain('dmp-DMPAuthorizationDenied');
    await stack.clearFaults();
    const after = await trail();
    expect(after.total).toBe(before + 3);
    expect(after.entry?.map((e) => e.resource?.outcomeDesc)).toEqual([
      'Accès « bris de glace » : refusé. Le patient n’a pas autorisé, ou a bloqué, cet accès à son DMP.',
    ]);
    for (const { ins, family } of Object.values(patients)) {
      expect(JSON.stringify(after)).not.toContain(ins);
      expect(JSON.stringify(after)).not.toContain(family);
      expect(stack.log()).not.toContain(ins);
      expect(stack.log()).not.toContain(family);
    }
  });
});

describe('when the DMP does not do its part', () => {
  const faulty = (body: object) =>
    fetch(`${stack.simulator.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(body) });

  it('what the establishment recorded is listed all the same, and what is left out is said', async () => {
    await faulty({ kind: 'down', transaction: 'TD1.6', times: 2 });
    const down = await stack.get<Bundle>(`/Consent?patient.identifier=${insOf('P1')}&_count=50`, 'doctor');
    await stack.clearFaults();
    // He has no DMP.
    const none = await stack.get<Bundle>(`/Consent?patient.identifier=${insOf('P4')}&_count=50`, 'doctor');
    for (const answer of [down, none]) {
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(answer.body.entry?.filter((e) => e.search?.mode === 'match').length).toBeGreaterThanOrEqual(2);
      const told = answer.body.entry?.find((e) => e.search?.mode === 'outcome')?.resource;
      expect(keysOf({ ...answer, body: told })).toContain('consent-authorizations-unlisted');
    }
    const own = await stack.get<Bundle>(
      `/Consent?patient.identifier=${insOf('P4')}&actor:identifier=899700101233`,
      'doctor',
    );
    expect([own.status, own.body.total]).toEqual([200, 0]);
    await faulty({ kind: 'down', transaction: 'TD1.6', times: 2 });
    const byName = `/Consent?patient.identifier=${insOf('P1')}&category=dmp-authorization`;
    expect((await stack.get(byName, 'doctor')).status, 'who asks for it by name is refused').toBe(503);
    await stack.clearFaults();
  });

  it('an authorisation whose end was not answered is not believed to stand', async () => {
    const authorisation = {
      ...consent('P6', 'dmp-authorization'),
      category: [
        { coding: [{ system: 'https://dmp-fhir.example/CodeSystem/consent-topic', code: 'dmp-authorization' }] },
      ],
    };
    const { body } = await stack.post<Consent>('/Consent', authorisation, 'doctor');
    await faulty({ kind: 'down', transaction: 'TD0.3', times: 2, when: 'after' });
    expect((await stack.request('DELETE', `/Consent/${body.id}`, 'doctor')).status).toBe(503);
    await stack.clearFaults();
    await stack.resetCalls();
    const url = `/DocumentReference?patient.identifier=${insOf('P6')}&status=current`;
    expect((await stack.get(url, 'doctor')).status).toBe(200);
    expect((await stack.calls()).slice(0, 3)).toEqual(['TD0.2', 'TD0.3', 'TD3.1a']);
  });
});

it('of who has not agreed to feeding not even the traits are asked of the DMP', async () => {
  const strict = await startStack({ LOCAL_ID_SYSTEMS: domain, IDENTITY_TRAITS: 'refuse' }, {}, { consents: false });
  try {
    // They were not compared when they were fed.
    await strict.fault({ kind: 'reset', transaction: 'TD0.2' });
    await fed('P1', strict);
    await strict.clearFaults();
    await strict.resetCalls();
    for (const url of ['/DocumentReference', '/DocumentReference?_dryRun=true'])
      expect(keysOf(await strict.post(url, doc(), 'nurse'))).toEqual(['consent-feeding-missing']);
    expect(await strict.calls()).toEqual([]);
  } finally {
    await strict.close();
  }
});
