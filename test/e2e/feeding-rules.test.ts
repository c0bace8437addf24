/**
 * Issue 6, line 5: feeding rules. What the establishment decided to send, by type, service, author, status and lane: automatic, manual,
 * never, with initial visibility; recorded with its decision, versioned, applied to every intake with the reason stored. Over real HTTP
 * and mutual TLS to the simulator.
 */
import type { Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RulesVersion, RulesView } from '../../server/feed/rules/administration.ts';
import type { Trial } from '../../server/feed/rules/trial.ts';
import { openStore } from '../../server/store/index.ts';
import { loadConfig } from '../../server/config.ts';
import { readSetPayload } from '../../server/fhir/deposit/payload.ts';
import { text } from '../support/documents.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { consent, N, newOid, provideBundle, simplified, VISIBILITY, type Deposit } from '../support/resources.ts';
import { startStack, type Answer, type Stack } from '../support/stack.ts';
import { savs } from '../support/structures.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({}, {}, { second: savs });
});
afterAll(() => stack.close());
beforeEach(() => stack.resetCalls());

const loinc = 'http://loinc.org';
const REPORT = { system: loinc, code: '11488-4' };
const LAB = { system: loinc, code: '11502-2' };
const LETTER = { system: loinc, code: '18761-7' };

/** The admin API, by the administrator of a structure. @param of by default the primary */
async function admin<T>(
  method: string,
  path: string,
  { body, ifMatch, of }: { body?: unknown; ifMatch?: string; of?: typeof savs } = {},
): Promise<Answer<T>> {
  const who = {
    // The care home's own, or somebody who is the other structure's.
    person: of ? 'doctor' : 'admin',
    scope: 'admin/registry.rw',
    administrator: true,
    ...(of ? { structure: of } : {}),
  } as const;
  const answer = await fetch(`${stack.origin}/admin${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await makeToken(loadConfig(stack.environment), who)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
}

const decision = { date: '2026-11-12', reference: 'CME 2026-14, point 3' };

/** Records rules as the next version. @returns its number */
async function decide(rules: unknown[], otherwise: unknown = { then: 'automatic' }, of?: typeof savs): Promise<number> {
  const ifMatch = (await admin('GET', '/feeding-rules', { of })).headers.get('etag') ?? '';
  const body = { decision, rules, otherwise };
  const recorded = await admin<RulesVersion>('PUT', '/feeding-rules', { body, ifMatch, of });
  expect(recorded.status, JSON.stringify(recorded.body)).toBe(200);
  return recorded.body.version;
}

const note = (more: Partial<Deposit> = {}): Deposit => ({
  content: text(`Note ${newOid()}`),
  contentType: 'text/plain',
  ...more,
});
const deposit = <T = OperationOutcome>(
  given: Partial<Deposit> = {},
  change: Partial<DocumentReference> = {},
): Promise<Answer<T>> => stack.post<T>('/DocumentReference', { ...simplified(note(given)), ...change }, 'nurse');
const rehearse = (given: Partial<Deposit> = {}): Promise<Answer<OperationOutcome>> =>
  stack.post('/DocumentReference?_dryRun=true', simplified(note(given)), 'nurse');
const keysOf = ({ issue }: OperationOutcome): (string | undefined)[] =>
  issue.map((i) => i.details?.coding?.find((c) => c.system?.endsWith('/CodeSystem/error'))?.code);
const isRegistered = async (uniqueId: string): Promise<boolean> => (await stack.registeredAll(uniqueId)).length > 0;
/** Status, and the row of the refusal. */
const refusal = ({ status, body }: Answer<OperationOutcome>) => [status, keysOf(body)[0]];

describe('5. feeding rules', () => {
  it('without any, everything goes on', async () => {
    expect((await admin<RulesView>('GET', '/feeding-rules')).body).toEqual({ latest: 0 });
    expect((await deposit()).status).toBe(201);
  });

  it('are recorded with the date and the reference of the decision, and who recorded them, in versions', async () => {
    const first = await decide([{ name: 'reports', when: { type: [REPORT.code] }, then: 'automatic' }]);
    const second = await decide([]);
    expect([first, second]).toEqual([1, 2]);
    const { versions } = (await admin<{ versions: RulesVersion[] }>('GET', '/feeding-rules/history')).body;
    expect(versions.map(({ version, decision: of, rules }) => [version, of, rules.length])).toEqual([
      [2, decision, 0],
      [1, decision, 1],
    ]);
    expect(versions[0]?.recordedBy).toMatchObject({ by: 'api', structure: '1990100109' });
    expect((await admin<RulesView>('GET', '/feeding-rules')).body).toMatchObject({
      latest: 2,
      inForce: { version: 2 },
    });
  });

  it('two administrators do not overwrite each other, and neither writes without having read', async () => {
    const etag = (await admin('GET', '/feeding-rules')).headers.get('etag') ?? '';
    const body = { decision, rules: [], otherwise: { then: 'automatic' } };
    const put = (ifMatch?: string) =>
      admin<OperationOutcome>('PUT', '/feeding-rules', { body, ...(ifMatch ? { ifMatch } : {}) });
    const both = await Promise.all([put(etag), put(etag)]);
    expect(both.map((a) => a.status).sort()).toEqual([200, 412]);
    expect(refusal(both.find((a) => a.status === 412)!)).toEqual([412, 'feeding-rules-version']);
    expect(refusal(await put())).toEqual([428, 'feeding-rules-base']);
  });

  it('are for administrators', async () => {
    const answer = await fetch(`${stack.origin}/admin/feeding-rules`, {
      headers: { authorization: `Bearer ${await stack.token('nurse', { scope: 'admin/registry.rw' })}` },
    });
    expect(answer.status).toBe(403);
  });

  it('“never”, by type: refused with the reason and the decision, nothing sent, nothing kept, on record', async () => {
    const version = await decide([
      { name: 'no-lab', when: { type: [LAB.code] }, then: 'never', reason: 'The laboratory feeds by itself' },
    ]);
    await stack.resetCalls();
    const uniqueId = newOid();
    const refused = await deposit({ type: LAB, uniqueId });
    expect(refusal(refused)).toEqual([422, 'feeding-rule-never']);
    const said = refused.body.issue[0]?.details?.text ?? '';
    for (const part of [String(version), decision.reference, 'no-lab', 'The laboratory feeds by itself'])
      expect(said).toContain(part);
    expect(await stack.calls()).not.toContain('TD2.1');
    expect(await isRegistered(uniqueId)).toBe(false);
    expect((await deposit({ type: REPORT })).status).toBe(201);
    // By the opposite decision the same is new.
    const requestId = refused.headers.get('x-request-id') ?? '';
    const { body } = await stack.get<Bundle>(`/AuditEvent?date=ge2026&entity-id=${requestId}&_count=50`, 'admin');
    const details = JSON.stringify(body);
    for (const part of ['"feedingVerdict"', '"never"', '"feedingRule"', '"no-lab"', '"feedingRules"'])
      expect(details).toContain(part);
    await decide([]);
    expect((await deposit({ type: LAB, uniqueId })).status).toBe(201);
    expect(await isRegistered(uniqueId)).toBe(true);
  });

  it('what is in the DMP already is answered as before, whatever was decided since', async () => {
    const again = simplified(note({ type: LAB }));
    expect((await stack.post('/DocumentReference', again, 'nurse')).status).toBe(201);
    await decide([{ name: 'no-lab', when: { type: [LAB.code] }, then: 'never' }]);
    expect((await stack.post('/DocumentReference', again, 'nurse')).status).toBe(200);
    const other = { ...again, masterIdentifier: { ...again.masterIdentifier, value: `urn:oid:${newOid()}` } };
    expect((await stack.post('/DocumentReference', other, 'nurse')).status).toBe(422);
  });

  it('by service, author, status, confidentiality and lane; the first rule that matches decides', async () => {
    await decide([
      { name: 'past', when: { lane: 'takeover' }, then: 'never' },
      { name: 'service', when: { practiceSetting: ['AMBULATOIRE'] }, then: 'never' },
      { name: 'doctors', when: { author: { profession: ['G15_10'] } }, then: 'never' },
      { name: 'not-mine', when: { author: { isDepositor: false } }, then: 'never' },
      { name: 'restricted', when: { confidentiality: ['R'] }, then: 'never' },
      { name: 'validated', when: { status: ['final'] }, then: 'automatic' },
      { name: 'letters', when: { type: [LETTER.code], status: ['preliminary'] }, then: 'never' },
    ]);
    const rule = async (answer: Promise<Answer<OperationOutcome>>): Promise<string | undefined> => {
      const { body } = await answer;
      return /(?:règle|rule) ([a-z-]+)/.exec(body.issue[0]?.details?.text ?? '')?.[1];
    };
    const setting = {
      system: 'https://mos.esante.gouv.fr/NOS/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice',
      code: 'AMBULATOIRE',
    };
    const { context } = simplified(note());
    expect(await rule(deposit({}, { context: { ...context, practiceSetting: { coding: [setting] } } }))).toBe(
      'service',
    );
    const byDoctor = (roleCode: string) =>
      JSON.parse(
        JSON.stringify(simplified(note()))
          .replaceAll('899700204581', '899700101233')
          .replaceAll('LE BIHAN', 'MAUREL')
          .replaceAll('YANN', 'HÉLÈNE')
          .replaceAll('"code":"60"', `"code":"${roleCode}"`),
      ) as DocumentReference;
    expect(await rule(stack.post('/DocumentReference', byDoctor('10'), 'nurse'))).toBe('doctors');
    expect(await rule(stack.post('/DocumentReference', byDoctor('60'), 'nurse'))).toBe('not-mine');
    expect(await rule(deposit({ securityLabel: [{ ...N, code: 'R' }] }))).toBe('restricted');
    expect(await rule(deposit({ type: LETTER }))).toBe('letters');
    expect((await deposit({ type: LETTER }, { authenticator: { reference: '#nurse' } })).status).toBe(201);
    // A take-over is judged by the same rules, and by its lane.
    const draft = { document: simplified(note()), lane: 'takeover' };
    expect((await admin<Trial>('POST', '/feeding-rules/test', { body: draft })).body).toMatchObject({
      verdict: 'never',
      by: { rule: 'past' },
    });
  });

  it('initial visibility is added before anything is made, told, and never takes away', async () => {
    await decide([
      { name: 'announce', when: { type: [LAB.code] }, then: 'automatic', visibility: ['INVISIBLE_PATIENT'] },
    ]);
    const [plain, masked, set] = [newOid(), newOid(), newOid()];
    const told = await stack.post<OperationOutcome>(
      '/DocumentReference',
      simplified(note({ type: LAB, uniqueId: plain })),
      'nurse',
      { prefer: 'return=OperationOutcome' },
    );
    expect([told.status, keysOf(told.body)]).toEqual([201, expect.arrayContaining(['feeding-rule-visibility'])]);
    expect(told.body.issue.find((i) => i.details?.text?.includes('INVISIBLE_PATIENT'))?.expression).toEqual([
      'DocumentReference.securityLabel',
    ]);
    expect((await stack.registered(plain)).confidentialityCodes.sort()).toEqual(['INVISIBLE_PATIENT', 'N']);
    const securityLabel = [
      N,
      { system: VISIBILITY, code: 'MASQUE_PS' },
      { system: VISIBILITY, code: 'INVISIBLE_PATIENT' },
    ];
    expect((await deposit({ type: LAB, uniqueId: masked, securityLabel })).status).toBe(201);
    expect((await stack.registered(masked)).confidentialityCodes.sort()).toEqual([
      'INVISIBLE_PATIENT',
      'MASQUE_PS',
      'N',
    ]);
    const bundle = provideBundle([note({ type: LAB, uniqueId: set }), note({ type: REPORT })]);
    expect((await stack.post('', bundle, 'nurse')).status).toBe(200);
    expect((await stack.registered(set)).confidentialityCodes.sort()).toEqual(['INVISIBLE_PATIENT', 'N']);
    // The structure is reminded of what waits to be announced.
    const reminder = await stack.get<Bundle>('/DocumentReference?security-label=INVISIBLE_PATIENT', 'nurse');
    expect(JSON.stringify(reminder.body)).toContain(plain);
  });

  it('a set goes by the strictest of its documents', async () => {
    await decide([{ name: 'no-lab', when: { type: [LAB.code] }, then: 'never', reason: 'No' }]);
    const [lab, report] = [newOid(), newOid()];
    const bundle = provideBundle([note({ type: REPORT, uniqueId: report }), note({ type: LAB, uniqueId: lab })]);
    const { status, body } = await stack.post<OperationOutcome>('', bundle, 'nurse');
    expect([status, keysOf(body), body.issue[0]?.expression]).toEqual([
      422,
      ['feeding-rule-never'],
      ['Bundle.entry[3].resource'],
    ]);
    expect(await isRegistered(report)).toBe(false);
  });

  it('$validate and the dry run say what would happen, by which rule', async () => {
    await decide([
      { name: 'no-lab', when: { type: [LAB.code] }, then: 'never' },
      { name: 'by-hand', when: { type: [LETTER.code] }, then: 'manual', reason: 'A person reads it' },
    ]);
    const automatic = await rehearse({ type: REPORT });
    expect([automatic.status, keysOf(automatic.body)]).toEqual([
      200,
      expect.arrayContaining(['feeding-rule-automatic']),
    ]);
    const manual = await rehearse({ type: LETTER });
    expect([manual.status, keysOf(manual.body)]).toEqual([200, expect.arrayContaining(['feeding-rule-manual'])]);
    expect(JSON.stringify(manual.body)).toContain('A person reads it');
    expect(refusal(await rehearse({ type: LAB }))).toEqual([422, 'feeding-rule-never']);
    const validated = (given: Partial<Deposit>) =>
      stack.post<OperationOutcome>('/DocumentReference/$validate', simplified(note(given)), 'nurse');
    for (const [type, key] of [
      [LAB, 'feeding-rule-never'],
      [LETTER, 'feeding-rule-manual'],
    ] as const) {
      const { status, body } = await validated({ type });
      expect([status, keysOf(body)]).toEqual([200, expect.arrayContaining([key])]);
    }
  });

  it(
    '“manual”: kept as proposed for a person to release, 202 with its Task, also for who waits; nothing is sent before',
    { timeout: 90_000 },
    async () => {
      const version = await decide([
        { name: 'by-hand', when: { type: [LETTER.code] }, then: 'manual', reason: 'A person reads it' },
      ]);
      const [uniqueId, inSet] = [newOid(), newOid()];
      const body = simplified(note({ type: LETTER, uniqueId }));
      const kept = await stack.post<OperationOutcome>('/DocumentReference', body, 'nurse', {
        prefer: 'return=OperationOutcome',
      });
      expect([kept.status, keysOf(kept.body)]).toEqual([202, expect.arrayContaining(['feeding-rule-manual'])]);
      expect(JSON.stringify(kept.body)).toContain('A person reads it');
      const location = kept.headers.get('content-location') ?? '';
      expect(location.startsWith(`${stack.base}/Task/`)).toBe(true);
      // The same again is the same proposal; a set goes whole.
      const again = await stack.post('/DocumentReference', body, 'nurse', { prefer: 'return=minimal' });
      expect([again.status, again.body, again.headers.get('content-location')]).toEqual([202, undefined, location]);
      const bundle = provideBundle([note({ type: REPORT, uniqueId: inSet }), note({ type: LETTER })]);
      expect((await stack.post('', bundle, 'nurse')).status).toBe(202);
      expect([await isRegistered(uniqueId), await isRegistered(inSet)]).toEqual([false, false]);
      expect(await stack.calls()).not.toContain('TD2.1');
      const store = await openStore(loadConfig(stack.environment));
      try {
        const viewer = { structure: '1990100109' };
        const item = await store.feed.byId(location.split('/').at(-1) ?? '', viewer);
        expect(item).toMatchObject({
          ...{ state: 'proposed', reason: 'feeding-rule-manual', lane: 'live', kind: 'document' },
          result: { rules: [{ uniqueId, verdict: 'manual', version, rule: 'by-hand' }] },
        });
        const proposed = await store.feed.search(viewer, { states: ['proposed'] }, { offset: 0, count: 9 });
        expect(proposed.items.map((i) => i.kind).sort()).toEqual(['document', 'set']);
        // Released, all of it is submitted, although another version holds it by then.
        await decide([{ name: 'by-hand-again', when: {}, then: 'manual' }]);
        for (const { id } of proposed.items)
          expect((await stack.post(`/Task/${id}/$release`, { resourceType: 'Parameters' }, 'nurse')).status).toBe(200);
        await vi.waitFor(
          async () => {
            const ended = await store.feed.search(viewer, { states: ['delivered'] }, { offset: 0, count: 9 });
            expect(ended.total).toBe(2);
          },
          { timeout: 60_000, interval: 100 },
        );
        expect([await isRegistered(uniqueId), await isRegistered(inSet)]).toEqual([true, true]);
      } finally {
        await store.close();
      }
      const requestId = kept.headers.get('x-request-id') ?? '';
      const { body: events } = await stack.get<Bundle>(`/AuditEvent?date=ge2026&entity-id=${requestId}`, 'admin');
      const recorded = JSON.stringify(events);
      for (const part of ['"manual"', '"by-hand"', location.split('/').slice(-2).join('/')])
        expect(recorded).toContain(part);
      expect(recorded).not.toContain('A person reads it');
    },
  );

  it('rules that are thought of are tried out, and nothing is recorded', async () => {
    const { latest } = (await admin<RulesView>('GET', '/feeding-rules')).body;
    const rules = { decision, rules: [{ name: 'all-by-hand', when: {}, then: 'manual' }] };
    const document = {
      resourceType: 'DocumentReference',
      status: 'current',
      type: { coding: [LAB] },
      content: [{ attachment: { contentType: 'application/pdf' } }],
    };
    const tried = await admin<Trial>('POST', '/feeding-rules/test', { body: { document, rules } });
    expect(tried.body).toMatchObject({
      verdict: 'manual',
      by: { version: 0, rule: 'all-by-hand' },
      facts: { type: LAB.code, format: 'urn:ihe:iti:xds-sd:pdf:2008', status: 'preliminary' },
    });
    const wrong = await admin<OperationOutcome>('POST', '/feeding-rules/test', {
      body: { document: { ...document, content: 'x' } },
    });
    expect(wrong.status).toBe(400);
    expect((await admin<RulesView>('GET', '/feeding-rules')).body.latest).toBe(latest);
  });

  it('a decision of later is in force when its time has come, and not before', async () => {
    await decide([]);
    const etag = (await admin('GET', '/feeding-rules')).headers.get('etag') ?? '';
    const body = { decision, rules: [], otherwise: { then: 'never' }, effectiveFrom: '2099-01-01T00:00:00+01:00' };
    const recorded = await admin<RulesVersion>('PUT', '/feeding-rules', { body, ifMatch: etag });
    expect([recorded.status, recorded.body.effectiveFrom]).toEqual([200, '2098-12-31T23:00:00.000Z']);
    const { inForce, next, latest } = (await admin<RulesView>('GET', '/feeding-rules')).body;
    expect([next?.version, latest]).toEqual([recorded.body.version, recorded.body.version]);
    expect(inForce?.version).toBe(recorded.body.version - 1);
    expect((await deposit()).status).toBe(201);
  });

  it('the rules of another structure do not apply', async () => {
    await decide([]);
    await decide([], { then: 'never' }, savs);
    expect((await deposit()).status).toBe(201);
    const there = { structure: savs, scope: 'user/*.cruds' } as const;
    expect((await stack.as(there, 'POST', '/Consent', consent('P2', 'feeding'))).status).toBe(201);
    const { author: _a, custodian: _c, contained = [], ...rest } = simplified(note({ who: 'P2' }));
    const theirs = { ...rest, contained: contained.filter((c) => c.resourceType === 'Patient') };
    const refused = await stack.as<OperationOutcome>(there, 'POST', '/DocumentReference', theirs);
    expect(refusal(refused)).toEqual([422, 'feeding-rule-never']);
    const { versions } = (await admin<{ versions: RulesVersion[] }>('GET', '/feeding-rules/history', { of: savs }))
      .body;
    expect(versions.map(({ version }) => version)).toEqual([1]);
  });

  it('which rule of which version let a document go is kept with it', async () => {
    const version = await decide([{ name: 'reports', when: { type: [REPORT.code] }, then: 'automatic' }]);
    const uniqueId = newOid();
    const created = await deposit<DocumentReference>({ type: REPORT, uniqueId });
    expect(created.status).toBe(201);
    const store = await openStore(loadConfig(stack.environment));
    try {
      const document = await store.documents.byId(created.body.id ?? '');
      const set = await store.sets.byId(document?.setId ?? '');
      expect(readSetPayload(set?.payload).documents[0]?.ruling).toEqual({
        ...{ uniqueId, verdict: 'automatic', version, rule: 'reports', visibility: [] },
      });
    } finally {
      await store.close();
    }
  });
});
