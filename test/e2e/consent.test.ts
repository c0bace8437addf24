/**
 * Consent and authorisations, end to end: what the patient allows is recorded, shown, enforced before the DMP is called, and
 * withdrawn with effect at once; what stands in the DMP is declared, listed and ended.
 */
import type { Bundle, Consent, DocumentReference, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import { consent, INS_TEST, patients, provideBundle, simplified, type Who } from '../support/resources.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

const topicSystem = 'https://dmp-fhir.example/CodeSystem/consent-topic';
const doctorId = '899700101233';
let stack: Stack;
const ins = (who: Who): string => `${INS_TEST}|${patients[who].ins}`;
const record = (who: Who, topic: string, decision: 'permit' | 'deny' = 'permit', kind: Kind = 'nurse') =>
  stack.post<Consent>('/Consent', consent(who, topic, decision), kind);
const listOf = (who: Who, kind: Kind = 'doctor', more: Record<string, string> = {}) =>
  stack.form<Bundle<Consent>>('/Consent/_search', { 'patient.identifier': ins(who), ...more }, kind);
const consult = (who: Who) =>
  stack.form<Bundle<DocumentReference>>(
    '/DocumentReference/_search',
    { 'patient.identifier': ins(who), status: 'current' },
    'doctor',
  );
const deposit = (who: Who) =>
  stack.post<DocumentReference>(
    '/DocumentReference',
    simplified({ who, content: text(), contentType: 'text/plain' }),
    'nurse',
  );
const keysOf = ({ body }: { body: unknown }): string[] =>
  (body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code ?? '') ?? []);
const matches = ({ entry }: Bundle<Consent>): Consent[] =>
  (entry ?? []).filter((e) => e.search?.mode === 'match').map((e) => e.resource!);
const categoriesOf = (c: Consent): string[] => c.category.flatMap((x) => x.coding?.map((k) => k.code ?? '') ?? []);
const authorisation = (who: Who, more: string[] = []): Consent => ({
  ...consent(who, 'dmp-authorization'),
  category: ['dmp-authorization', ...more].map((code) => ({ coding: [{ system: topicSystem, code }] })),
});
/** What the patient decides of the doctor, elsewhere. */
async function decides(who: Who, status: 'INTERDIT' | 'NON_EXISTE'): Promise<void> {
  const body = JSON.stringify({ patient: { value: patients[who].ins }, holder: doctorId, status });
  const answer = await fetch(`${stack.simulator.controlUrl}/patients/authorization`, { method: 'POST', body });
  expect(answer.status, await answer.text()).toBe(200);
}

beforeAll(async () => {
  stack = await startStack({}, {}, { consents: false });
});
afterAll(() => stack.close());
beforeEach(async () => {
  await stack.resetCalls();
});

describe('2. Consent: what the DMP does not hold and the software must', () => {
  it('refuses a deposit whose non-opposition is not on record, says which consent is missing, and asks the DMP nothing', async () => {
    const answer = await deposit('P1');
    expect(answer.status).toBe(403);
    expect(keysOf(answer)).toContain('consent-feeding-missing');
    const set = await stack.post('', provideBundle([{ content: text(), contentType: 'text/plain' }]), 'nurse');
    expect(set.status).toBe(403);
    expect(keysOf(set)).toContain('consent-feeding-missing');
    const rehearsed = await stack.post(
      '/DocumentReference?_dryRun=true',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    expect(keysOf(rehearsed)).toContain('consent-feeding-missing');
    expect(await stack.calls()).toEqual([]);
  });

  it('refuses a consultation without consent, and asks the DMP nothing', async () => {
    for (const url of ['/DocumentReference', '/List'] as const) {
      const answer = await stack.get(
        `${url}?patient.identifier=${encodeURIComponent(ins('P1'))}&status=current&code=submissionset`,
        'doctor',
      );
      expect(answer.status, url).toBe(403);
      expect(keysOf(answer)).toContain('consent-consultation-missing');
    }
    expect(await stack.calls()).toEqual([]);
  });

  it('closes every door through which a record is read, and the DMP is asked nothing', async () => {
    const other = await startStack({ SUBSCRIPTION_ENDPOINTS: 'http://localhost' });
    try {
      const made = await other.post<DocumentReference>(
        '/DocumentReference',
        simplified({ content: text(), contentType: 'text/plain' }),
        'nurse',
      );
      const P1 = encodeURIComponent(ins('P1'));
      const sets = await other.get<Bundle>(
        `/List?patient.identifier=${P1}&code=submissionset&status=current`,
        'doctor',
      );
      const [set] = sets.body.entry ?? [];
      await other.post('/Consent', consent('P1', 'consultation', 'deny'), 'nurse');
      await other.resetCalls();
      const id = made.body.id!;
      const doors = [
        () => other.get(`/DocumentReference?patient.identifier=${P1}&status=current`, 'doctor'),
        () => other.get(`/DocumentReference?patient=${made.body.subject!.reference!}&status=current`, 'doctor'),
        () => other.get(`/DocumentReference?_id=${id}`, 'doctor'),
        () => other.get(`/DocumentReference/${id}`, 'doctor'),
        () => other.get(`/DocumentReference/$whats-new?patient.identifier=${P1}`, 'doctor'),
        () => other.get(`/List?patient.identifier=${P1}&code=submissionset&status=current`, 'doctor'),
        () => other.get(`/List/${set!.resource!.id!}`, 'doctor'),
        () => other.get(`/Binary/${id}`, 'doctor'),
        () =>
          other.patch(
            `/DocumentReference/${id}`,
            [{ op: 'replace', path: '/status', value: 'superseded' }],
            'application/json-patch+json',
            'doctor',
          ),
      ];
      for (const [i, door] of doors.entries()) {
        const answer = await door();
        expect([i, answer.status, keysOf(answer)]).toEqual([
          i,
          403,
          expect.arrayContaining(['consent-consultation-refused']),
        ]);
      }
      expect(await other.calls()).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('records a consent with who recorded it and when, gives it back, and feeding goes then', async () => {
    const made = await record('P1', 'feeding');
    expect(made.status).toBe(201);
    expect(made.headers.get('etag')).toBe('W/"1"');
    expect(made.body.meta?.lastUpdated).toBeDefined();
    const recorder = made.body.extension?.find((e) => e.url.endsWith('/consent-recorder'))?.valueReference;
    expect(recorder?.identifier?.value).toBe('899700204581');
    expect(JSON.stringify(made.body)).not.toContain(patients.P1.ins);
    const read = await stack.get<Consent>(`/Consent/${made.body.id}`, 'nurse');
    expect(read.body).toEqual(made.body);
    expect((await deposit('P1')).status).toBe(201);
  });

  it('keeps the history, and a withdrawal has effect at once', async () => {
    const { body } = await record('P2', 'feeding');
    expect((await deposit('P2')).status).toBe(201);
    const withdrawn = await stack.put<Consent>(`/Consent/${body.id}`, { ...body, status: 'inactive' }, 'nurse');
    expect(withdrawn.status).toBe(200);
    expect(withdrawn.body.meta?.versionId).toBe('2');
    const refused = await deposit('P2');
    expect([refused.status, keysOf(refused)]).toEqual([403, expect.arrayContaining(['consent-feeding-missing'])]);
    await record('P2', 'feeding', 'deny');
    expect(keysOf(await deposit('P2'))).toContain('consent-feeding-opposed');
    const history = await stack.get<Bundle<Consent>>(`/Consent/${body.id}/_history`, 'nurse');
    expect(history.body.entry?.map((e) => [e.resource?.meta?.versionId, e.resource?.status])).toEqual([
      ['3', 'active'],
      ['2', 'inactive'],
      ['1', 'active'],
    ]);
    const first = await stack.get<Consent>(`/Consent/${body.id}/_history/1`, 'nurse');
    expect(first.body.provision?.type).toBe('permit');
    expect((await stack.get(`/Consent/${body.id}/_history/9`, 'nurse')).status).toBe(404);
  });

  it('DELETE withdraws and keeps the history; a stale If-Match is refused', async () => {
    const { body } = await record('P3', 'consultation');
    const stale = await fetch(`${stack.base}/Consent/${body.id}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${await stack.token('nurse')}`,
        'content-type': 'application/fhir+json',
        'if-match': 'W/"7"',
      },
      body: JSON.stringify(body),
    });
    expect(stale.status).toBe(412);
    expect((await stack.request('DELETE', `/Consent/${body.id}`, 'nurse')).status).toBe(204);
    const read = await stack.get<Consent>(`/Consent/${body.id}`, 'nurse');
    expect([read.status, read.body.status]).toEqual([200, 'inactive']);
  });

  it('is within its period only', async () => {
    const past = { ...consent('P8', 'feeding'), provision: { type: 'permit' as const, period: { end: '2026-01-01' } } };
    expect((await stack.post('/Consent', past, 'nurse')).status).toBe(201);
    expect(keysOf(await deposit('P8'))).toContain('consent-feeding-missing');
  });

  it('refuses, by the name of the element, what nobody would enforce', async () => {
    const wrong: [string, Partial<Consent>][] = [
      [
        'Consent.provision.data',
        { provision: { type: 'permit', data: [{ meaning: 'instance', reference: { display: 'x' } }] } },
      ],
      ['Consent.provision.provision', { provision: { type: 'permit', provision: [{ type: 'deny' }] } }],
      ['Consent.provision.type', { provision: { period: { start: '2026-01-01' } } }],
      ['Consent.status', { status: 'draft' }],
      ['Consent.category', { category: [{ coding: [{ system: topicSystem, code: 'everything' }] }] }],
      ['Consent.dateTime', { dateTime: '2099-01-01' }],
      [
        'Consent.organization[0]',
        { organization: [{ identifier: { system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1990200776' } }] },
      ],
    ];
    for (const [expression, change] of wrong) {
      const { status, body } = await stack.post<OperationOutcome>(
        '/Consent',
        { ...consent('P1', 'feeding'), ...change },
        'nurse',
      );
      expect(status, expression).toBe(422);
      expect(body.issue.flatMap((i) => i.expression ?? [])).toContain(expression);
    }
  });
});

describe('1. TD0.2, TD0.3 and TD1.6 behind Consent', () => {
  it('declares the authorisation by itself when the patient consents and it has expired: once, and on record', async () => {
    await record('P6', 'consultation');
    await stack.resetCalls();
    expect((await consult('P6')).status).toBe(200);
    expect((await stack.calls()).slice(0, 3)).toEqual(['TD0.2', 'TD0.3', 'TD3.1a']);
    await stack.resetCalls();
    expect((await consult('P6')).status).toBe(200);
    expect(await stack.calls()).not.toContain('TD0.3');
    expect(await stack.calls()).not.toContain('TD0.2');
    const trail = await stack.get<Bundle>('/AuditEvent?date=ge2026&subtype=AuthZ-Consent', 'admin');
    expect(trail.status).toBe(200);
    expect(trail.body.total).toBeGreaterThanOrEqual(1);
    expect(JSON.stringify(trail.body)).not.toContain(patients.P6.ins);
  });

  it('understands a DMP that has other words for the status of an authorisation', async () => {
    const words = { statusExpired: 'PERIMEE', statusNone: 'AUCUNE', statusForbidden: 'BLOQUEE' };
    const other = await startStack({ AUTHORIZATION_WORDS: 'PERIMEE,AUCUNE,BLOQUEE' }, words);
    try {
      const url = `/DocumentReference?patient.identifier=${encodeURIComponent(ins('P6'))}&status=current`;
      expect((await other.get(url, 'doctor')).status).toBe(200);
      expect(await other.calls()).toContain('TD0.3');
    } finally {
      await other.close();
    }
  });

  it('of many consultations at once, one declares', async () => {
    await record('P2', 'consultation');
    await decides('P2', 'NON_EXISTE');
    await stack.resetCalls();
    const answers = await Promise.all(Array.from({ length: 6 }, () => consult('P2')));
    expect(answers.map((a) => a.status)).toEqual(Array(6).fill(200));
    expect((await stack.calls()).filter((c) => c === 'TD0.3').length).toBeLessThanOrEqual(1);
  });

  it('a withdrawn consent to consultation closes the very next request', async () => {
    const [mine] = matches((await listOf('P6', 'nurse', { category: 'consultation' })).body);
    await stack.put(`/Consent/${mine!.id}`, { ...mine, status: 'inactive' }, 'nurse');
    const refused = await consult('P6');
    expect([refused.status, keysOf(refused)]).toEqual([403, expect.arrayContaining(['consent-consultation-missing'])]);
  });

  it('says that the patient has blocked the caller', async () => {
    await record('P5', 'consultation');
    await decides('P5', 'INTERDIT');
    const refused = await consult('P5');
    expect(refused.status).toBe(403);
    expect(keysOf(refused)).toContain('authorization-blocked');
  });

  it('declares by POST, shows the caller’s own by TD0.2, and ends by DELETE', async () => {
    const refused = await stack.post('/Consent', authorisation('P8'), 'doctor');
    expect(keysOf(refused)).toContain('consent-consultation-missing');
    await record('P8', 'consultation');
    await stack.resetCalls();
    const made = await stack.post<Consent>('/Consent', authorisation('P8'), 'doctor');
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(await stack.calls()).toEqual(['TD0.3']);
    await stack.resetCalls();
    const own = await listOf('P8', 'doctor', { 'actor:identifier': doctorId, category: 'dmp-authorization' });
    expect(await stack.calls()).toEqual(['TD0.2']);
    expect(matches(own.body).map((c) => [c.id, c.status, c.provision?.type])).toEqual([
      [made.body.id, 'active', 'permit'],
    ]);
    expect((await stack.request('DELETE', `/Consent/${made.body.id}`, 'doctor')).status).toBe(204);
    const after = await listOf('P8', 'doctor', { 'actor:identifier': doctorId, category: 'dmp-authorization' });
    expect(matches(after.body)).toEqual([]);
  });

  it('becomes and stops being médecin traitant', async () => {
    await record('P7', 'consultation');
    const treating = authorisation('P7', ['dmp-treating-physician']);
    const made = await stack.post<Consent>('/Consent', treating, 'doctor');
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(categoriesOf(made.body)).toContain('dmp-treating-physician');
    const { body } = await stack.get<Bundle<Patient>>(`/Patient?identifier=${encodeURIComponent(ins('P7'))}`, 'doctor');
    const mt = body.entry![0]!.resource!.extension?.find((e) => e.url.endsWith('/dmp-medecin-traitant'));
    expect(mt?.valueBoolean).toBe(true);
    // FI-606 has no row for it: the simulated DMP refuses it to a person of Pro Santé Connect, unless told otherwise.
    const kept = await stack.put(
      `/Consent/${made.body.id}`,
      { ...made.body, category: authorisation('P7').category },
      'doctor',
    );
    expect([kept.status, keysOf(kept)]).toEqual([403, expect.arrayContaining(['dmp-DMPAccessDenied'])]);
    await fetch(`${stack.simulator.controlUrl}/settings`, { method: 'POST', body: '{"airTreatingRemoval":true}' });
    const ended = await stack.put<Consent>(
      `/Consent/${made.body.id}`,
      { ...made.body, category: authorisation('P7').category },
      'doctor',
    );
    expect(ended.status).toBe(200);
    expect(categoriesOf(ended.body)).toEqual(['dmp-authorization']);
    expect(ended.body.status).toBe('active');
  });

  it('lists one Consent for each professional or structure: permit, deny, médecin traitant (TD1.6)', async () => {
    await stack.resetCalls();
    const { status, body } = await listOf('P1', 'doctor', { category: 'dmp-authorization' });
    expect(status).toBe(200);
    expect(await stack.calls()).toEqual(['TD1.6']);
    const holders = matches(body).map((c) => ({
      id: c.provision?.actor?.[0]?.reference.identifier?.value,
      type: c.provision?.type,
      treating: categoriesOf(c).includes('dmp-treating-physician'),
    }));
    expect(holders).toEqual(
      expect.arrayContaining([
        { id: '899700307715', type: 'permit', treating: true },
        { id: '1990100109', type: 'permit', treating: false },
        { id: '899700677158', type: 'deny', treating: false },
      ]),
    );
    expect(JSON.stringify(body)).not.toContain(patients.P1.ins);
  });

  it('asks the DMP nothing for a topic of the structure, and tells a nurse what is left out', async () => {
    await stack.resetCalls();
    const topic = await listOf('P1', 'nurse', { category: 'feeding' });
    expect(matches(topic.body).map(categoriesOf)).toEqual([['feeding']]);
    const everything = await listOf('P1', 'nurse');
    expect(await stack.calls()).toEqual([]);
    const outcome = everything.body.entry?.find((e) => e.search?.mode === 'outcome')
      ?.resource as unknown as OperationOutcome;
    expect(keysOf({ body: outcome })).toContain('consent-authorizations-left-out');
  });

  it('never blocks a professional, nor declares for another', async () => {
    const deny = await stack.post('/Consent', { ...authorisation('P1'), provision: { type: 'deny' } }, 'doctor');
    expect([deny.status, keysOf(deny)]).toEqual([422, expect.arrayContaining(['consent-block'])]);
    const other = {
      ...authorisation('P1'),
      provision: {
        type: 'permit' as const,
        actor: [
          {
            role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
            reference: { identifier: { system: 'urn:oid:1.2.250.1.71.4.2.1', value: '899700307715' } },
          },
        ],
      },
    };
    const refused = await stack.post('/Consent', other, 'doctor');
    expect([refused.status, keysOf(refused)]).toEqual([403, expect.arrayContaining(['consent-actor'])]);
  });
});

describe('4. Visibility and the announcement consultation', () => {
  it('lists what the structure deposited and the patient may not see yet, without asking the DMP', async () => {
    await record('P1', 'consultation');
    await record('P1', 'feeding');
    const hidden = {
      system: 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument',
      code: 'INVISIBLE_PATIENT',
    };
    const n = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' };
    const made = await stack.post<DocumentReference>(
      '/DocumentReference',
      {
        ...simplified({ content: text(), contentType: 'text/plain', title: 'À annoncer', securityLabel: [n, hidden] }),
      },
      'nurse',
    );
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await stack.resetCalls();
    const waiting = () =>
      stack.get<Bundle<DocumentReference>>('/DocumentReference?security-label=INVISIBLE_PATIENT', 'nurse');
    const { status, body } = await waiting();
    expect(status).toBe(200);
    expect(body.entry?.map((e) => [e.resource?.id, e.resource?.subject?.reference])).toEqual([
      [made.body.id, made.body.subject?.reference],
    ]);
    expect(await stack.calls()).toEqual([]);
    const listed = await consult('P1');
    const shown = listed.body.entry?.find((e) => e.resource?.id === made.body.id)?.resource;
    expect(shown?.securityLabel?.flatMap((l) => l.coding?.map((c) => c.code))).toContain('INVISIBLE_PATIENT');
    const patched = await stack.patch(
      `/DocumentReference/${made.body.id}`,
      [{ op: 'replace', path: '/securityLabel', value: [{ coding: [n] }] }],
      'application/json-patch+json',
      'doctor',
    );
    expect(patched.status, JSON.stringify(patched.body)).toBe(200);
    expect((await waiting()).body.total).toBe(0);
  });
});
