/** Deposits of the feed as Task: how each state is shown, who sees what, searches and their pages, what a person does with them. */
import { createHash, randomUUID } from 'node:crypto';
import type { Bundle, OperationOutcome, Parameters, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { depositStates, extAttempts, extNextAttempt, stateSystem } from '../../../mappings/feed/task.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import type { FeedItem, FeedKind, FeedOutcome, NewFeedItem } from '../../../server/store/index.ts';
import { doctor, nurse } from '../../support/callers.ts';
import { errorsOf, loadR4 } from '../../support/profiles.ts';
import { P1, startBench, testOid, type Bench } from '../fhir/support.ts';

const callers: Record<string, Caller> = {
  nurse: { ...nurse, clientId: 'dui' },
  doctor: { ...doctor, clientId: 'dui' },
  'nurse-elsewhere': { ...nurse, clientId: 'app' },
  service: { ...nurse, clientId: 'dui', scopes: ['system/*.cruds'] },
  'service-elsewhere': { ...nurse, clientId: 'app', scopes: ['system/*.cruds'] },
  // A person whom Pro Santé Connect has authenticated is one, whatever their scopes are called.
  'doctor-as-service': { ...doctor, clientId: 'dui', scopes: ['system/*.cruds'] },
  admin: { ...nurse, clientId: 'console', personId: '3990100109/DIR-01', isAdministrator: true },
  neighbour: { ...nurse, clientId: 'dui', structure: { ...nurse.structure, id: '1990100117' } },
  'neighbour-admin': {
    ...nurse,
    clientId: 'dui',
    structure: { ...nurse.structure, id: '1990100117' },
    isAdministrator: true,
  },
  reader: { ...nurse, clientId: 'dui', scopes: ['user/Task.rs'] },
  'no-depositor': { ...nurse, clientId: 'dui', scopes: ['user/Task.rus'] },
  launched: { ...nurse, scopes: ['patient/*.rs'], launchPatient: { value: P1, oid: testOid } },
};

let bench: Bench;
let patient: string;
let other: string;
beforeAll(async () => {
  loadR4();
  bench = await startBench({}, undefined, (token) => Promise.resolve(callers[token]!));
  patient = await patientOf(P1);
  other = await patientOf('141112A99004563');
});
afterAll(() => bench.close());

const patientOf = async (value: string): Promise<string> =>
  (await bench.store.patients.byIns({ value, oid: testOid })).id;
const worker = randomUUID();
const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 28, 9, minute));

interface Given {
  by?: string;
  kind?: FeedKind;
  state?: NewFeedItem['state'];
  reason?: string;
  patientId?: string;
  takeoverId?: string;
  now?: Date;
}
async function accept({ by = 'nurse', kind = 'document', state = 'queued', now = at(0), ...more }: Given = {}) {
  const { structure, clientId, personId } = callers[by]!;
  const { item } = await bench.store.feed.accept(
    {
      owner: { structure: structure.id, clientId, personId },
      patientId: patient,
      lane: 'live',
      kind,
      state,
      uniqueIds: [randomUUID()],
      digest: createHash('sha256').update(randomUUID()).digest('hex'),
      size: 10,
      content: {},
      ...more,
    },
    now,
  );
  return item!;
}

/** Brings the line of an item to what an attempt came to. */
async function attempt(item: FeedItem, outcome?: FeedOutcome, now = at(1)): Promise<void> {
  const of = { structure: nurse.structure.id, lane: item.lane };
  const claimed = await bench.store.feedWork.claim(of, { worker, most: 99, concurrency: 99, leaseMs: 60_000 });
  const mine = claimed.find((c) => c.id === item.id);
  expect(mine, 'claimed').toBeDefined();
  if (outcome) expect(await bench.store.feedWork.finish(mine!, outcome, now)).toBe(true);
}

const read = async (id: string, token = 'nurse', headers: Record<string, string> = {}) => {
  const answer = await bench.get(`/fhir/Task/${id}`, token).set(headers);
  return { status: answer.status, headers: answer.headers as Record<string, string>, body: answer.body as Task };
};
const search = async (query: string, token = 'nurse'): Promise<Bundle<Task>> => {
  const answer = await bench.get(`/fhir/Task?${query}`, token);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as Bundle<Task>;
};
const idsOf = (bundle: Bundle<Task>): string[] =>
  (bundle.entry ?? []).flatMap((e) => (e.search?.mode === 'match' ? [e.resource!.id!] : []));
const keyOf = (outcome: OperationOutcome): string | undefined => outcome.issue[0]?.details?.coding?.at(-1)?.code;
const act = async (id: string, action: string, token = 'nurse', body?: Parameters, headers = {}) => {
  const post = bench.post(`/fhir/Task/${id}/$${action}`, token).set(headers);
  const answer = await (body ? post.type('application/fhir+json').send(JSON.stringify(body)) : post);
  return { status: answer.status, headers: answer.headers as Record<string, string>, body: answer.body as Task };
};

describe('a deposit is shown', () => {
  it('in line: accepted, for whom, by which structure; no name, no INS', async () => {
    const item = await accept();
    const { status, headers, body } = await read(item.id);
    expect(status).toBe(200);
    expect(headers['etag']).toBe('W/"1"');
    expect(errorsOf(body)).toEqual([]);
    expect(body).toMatchObject({
      status: 'ready',
      intent: 'order',
      businessStatus: {
        coding: [{ system: stateSystem, code: 'queued', display: 'In line' }],
        text: 'En file d’attente',
      },
      code: { coding: [{ code: 'deposit-document' }] },
      for: { reference: `Patient/${patient}` },
      requester: { identifier: { system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1990100109' } },
      authoredOn: at(0).toISOString(),
      lastModified: at(0).toISOString(),
    });
    expect(body.extension).toEqual([{ url: extAttempts, valueUnsignedInt: 0 }]);
    expect(body.output).toBeUndefined();
    for (const secret of [P1, nurse.family, nurse.personId]) expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('in English when asked, and in XML', async () => {
    const item = await accept();
    const english = await read(item.id, 'nurse', { 'accept-language': 'en' });
    expect([english.body.language, english.body.businessStatus!.text]).toEqual(['en', 'In line']);
    const xml = await bench.get(`/fhir/Task/${item.id}`, 'nurse').set('accept', 'application/fhir+xml');
    expect(xml.text).toMatch(/<Task xmlns="http:\/\/hl7.org\/fhir">.*<status value="ready"\/>/s);
  });

  it('not again while it has not changed', async () => {
    const item = await accept();
    const same = await read(item.id, 'nurse', { 'if-none-match': 'W/"1"' });
    expect([same.status, same.headers['etag'], same.body]).toEqual([304, 'W/"1"', {}]);
    await act(item.id, 'cancel');
    expect((await read(item.id, 'nurse', { 'if-none-match': 'W/"1"' })).status).toBe(200);
  });

  it('waiting: why, when it is tried again, how often it was', async () => {
    const item = await accept({ patientId: other });
    const reason = 'dmp-timeout';
    const issues = [{ key: reason, upstream: { system: 'urn:x', code: 'ETIMEDOUT' } }];
    await attempt(item, {
      ...{ state: 'waiting', reason, nextAt: at(5), attempted: true, isUncertain: true },
      result: { issues },
    });
    const { body } = await read(item.id);
    expect(errorsOf(body)).toEqual([]);
    expect(body).toMatchObject({ status: 'on-hold', statusReason: { coding: [{ code: reason }] } });
    expect(body.statusReason!.text).toContain('à temps');
    expect(body.extension).toEqual([
      { url: extAttempts, valueUnsignedInt: 1 },
      { url: extNextAttempt, valueInstant: at(5).toISOString() },
    ]);
    const [outcome] = body.contained as [OperationOutcome];
    expect(outcome.issue[0]!.details!.coding).toContainEqual({ system: 'urn:x', code: 'ETIMEDOUT' });
    expect(body.output).toMatchObject([
      { type: { coding: [{ code: 'outcome' }] }, valueReference: { reference: '#outcome' } },
    ]);
    // It may have arrived: it is not taken back.
    const refused = await act(item.id, 'cancel');
    expect([refused.status, keyOf(refused.body as unknown as OperationOutcome)]).toEqual([409, 'task-uncertain']);
  });

  it('delivered: what the DMP has, and the response of a set', async () => {
    const item = await accept({ kind: 'set', patientId: await patientOf('229072699003171') });
    const [set, document] = [randomUUID(), randomUUID()];
    const response = {
      resourceType: 'Bundle' as const,
      type: 'transaction-response' as const,
      meta: { lastUpdated: at(1).toISOString() },
      entry: [{ response: { status: '201 Created', location: `List/${set}` } }],
    };
    await attempt(item, { state: 'delivered', result: { set, documents: [document], response, issues: [] } });
    const { body } = await read(item.id);
    expect(errorsOf(body)).toEqual([]);
    expect(body).toMatchObject({
      status: 'completed',
      code: { coding: [{ code: 'deposit-set' }] },
      focus: { reference: `List/${set}` },
      executionPeriod: { end: at(1).toISOString() },
    });
    expect(body.output!.map((o) => [o.type.coding![0]!.code, o.valueReference!.reference])).toEqual([
      ['submission-set', `List/${set}`],
      ['document', `DocumentReference/${document}`],
      ['response', '#response'],
    ]);
    expect(body.contained).toMatchObject([{ id: 'response', type: 'transaction-response' }]);
    expect(JSON.stringify(body.contained)).not.toContain('lastUpdated');
  });

  it('in every state, as the table says', () => {
    const all = Object.values(depositStates).map((s) => s.status);
    expect(new Set(all)).toEqual(
      new Set(['draft', 'ready', 'in-progress', 'on-hold', 'completed', 'failed', 'cancelled', 'rejected']),
    );
  });
});

describe('who sees a deposit', () => {
  const yes = ['nurse', 'service', 'admin'];
  const no = ['nurse-elsewhere', 'service-elsewhere', 'doctor', 'doctor-as-service', 'neighbour', 'neighbour-admin'];

  it.each([...yes.map((who) => [who, 200] as const), ...no.map((who) => [who, 404] as const)])(
    '%s: %i',
    async (who, status) => {
      const item = await accept({ by: 'nurse' });
      expect((await read(item.id, who)).status).toBe(status);
      const found = idsOf(await search(`_id=${item.id}`, who));
      expect(found).toEqual(status === 200 ? [item.id] : []);
      if (status === 404) expect((await act(item.id, 'cancel', who)).status).toBe(404);
    },
  );

  it('nobody by what is no id, nor by an access for one patient', async () => {
    expect((await read('not-an-id')).status).toBe(404);
    expect((await read(randomUUID())).status).toBe(404);
    expect((await read((await accept()).id, 'launched')).status).toBe(403);
  });
});

describe('deposits are searched', () => {
  const client = 'search';
  beforeAll(() => {
    callers[client] = { ...nurse, clientId: client };
  });

  it('by what they are, when they were accepted, and for whom', async () => {
    const takeoverId = randomUUID();
    const first = await accept({ by: client, now: at(10) });
    const second = await accept({ by: client, kind: 'set', now: at(20), patientId: other });
    const third = await accept({ by: client, state: 'proposed', reason: 'not-found', takeoverId, now: at(30) });
    const [a, b, c] = [first.id, second.id, third.id];
    await act(a, 'cancel', client);
    const of = async (query: string): Promise<string[]> => idsOf(await search(query, client));
    expect(await of('')).toEqual([c, b, a]);
    expect(await of('_sort=authored-on')).toEqual([a, b, c]);
    expect(await of('_sort=-authored-on')).toEqual([c, b, a]);
    expect(await of('status=ready')).toEqual([b]);
    expect(await of('status=ready,draft')).toEqual([c, b]);
    expect(await of('status=http://hl7.org/fhir/task-status|cancelled')).toEqual([a]);
    expect(await of('status=http://elsewhere|cancelled')).toEqual([]);
    expect(await of('business-status=proposed')).toEqual([c]);
    expect(await of('status=ready&business-status=proposed')).toEqual([]);
    expect(await of('code=deposit-set')).toEqual([b]);
    expect(await of(`patient=Patient/${other}`)).toEqual([b]);
    expect(await of(`patient.identifier=urn:oid:${testOid}|${P1}`)).toEqual([c, a]);
    expect(await of(`patient=Patient/${other}&patient.identifier=urn:oid:${testOid}|${P1}`)).toEqual([]);
    expect(await of(`group-identifier=urn:uuid:${takeoverId}`)).toEqual([c]);
    expect(await of('group-identifier=urn:uuid:nothing')).toEqual([]);
    expect(await of(`authored-on=ge${at(20).toISOString()}`)).toEqual([c, b]);
    expect(await of(`authored-on=ge${at(15).toISOString()}&authored-on=lt${at(25).toISOString()}`)).toEqual([b]);
    expect(await of(`modified=lt${at(40).toISOString()}`)).toEqual([c, b]);
    expect(await of(`_lastUpdated=ge${at(40).toISOString()}`)).toEqual([a]);
    expect(await of(`_id=${a},${c},nothing`)).toEqual([c, a]);
    expect(await of('status=accepted')).toEqual([]);
    for (const [name, allowed] of Object.entries({
      status: 'in-progress',
      'business-status': 'exhausted',
      code: 'set',
    }))
      for (const handling of ['strict', 'lenient']) {
        const unknown = await bench.get(`/fhir/Task?${name}=nonsense`, client).set('prefer', `handling=${handling}`);
        expect([unknown.status, keyOf(unknown.body as OperationOutcome)]).toEqual([400, 'search-code-unknown']);
        expect(JSON.stringify(unknown.body)).toMatch(new RegExp(`search parameter ${name}\\. Allowed: .*${allowed}`));
      }
    const strict = await bench.get('/fhir/Task?owner=x', client).set('prefer', 'handling=strict');
    expect([strict.status, keyOf(strict.body as OperationOutcome)]).toEqual([400, 'search-parameter-unknown']);
    const ne = await bench.get('/fhir/Task?authored-on=ne2026', client);
    expect([ne.status, keyOf(ne.body as OperationOutcome)]).toEqual([400, 'search-parameter-invalid']);
  });

  it('page by page, each once, whatever comes or ends meanwhile; by POST too', async () => {
    const by = 'pages';
    callers[by] = { ...nurse, clientId: by };
    const made = [];
    for (let i = 0; i < 5; i++) made.push((await accept({ by, now: at(i) })).id);
    const newest = [...made].reverse();
    let page = await search('status=ready&_count=2', by);
    expect(page.total).toBe(5);
    const seen = idsOf(page);
    await act(made[4]!, 'cancel', by);
    await accept({ by, now: at(50) });
    for (let next = page.link!.find((l) => l.relation === 'next'); next;) {
      const answer = await bench.get(`/fhir/${next.url.split('/fhir/')[1]!}`, by);
      page = answer.body as Bundle<Task>;
      seen.push(...idsOf(page));
      next = page.link!.find((l) => l.relation === 'next');
    }
    expect(seen).toEqual(newest);
    const form = await bench.post('/fhir/Task/_search', by).type('form').send({ status: 'cancelled' });
    expect(idsOf(form.body as Bundle<Task>)).toEqual([made[4]]);
    const count = await search('_summary=count', by);
    expect([count.total, count.entry]).toEqual([6, undefined]);
    const summary = await search('_summary=true&_count=1', by);
    expect(errorsOf(summary.entry![0]!.resource!)).toEqual([]);
    // Another's cursor leads nowhere.
    const cursor = /_cursor=([^&]+)/.exec((await search('_count=1', by)).link!.at(-1)!.url)![1]!;
    expect((await bench.get(`/fhir/Task?_cursor=${cursor}`, client)).status).toBe(410);
  });
});

describe('what a person does with a deposit', () => {
  it('cancels what waits, once and for all; nothing is left to send', async () => {
    const item = await accept();
    const done = await act(item.id, 'cancel');
    expect([done.status, done.body.status, done.headers['etag']]).toEqual([200, 'cancelled', 'W/"2"']);
    const again = await act(item.id, 'cancel');
    expect([again.status, again.headers['etag']]).toEqual([200, 'W/"2"']);
    const requeued = await act(item.id, 'requeue');
    expect([requeued.status, keyOf(requeued.body as unknown as OperationOutcome)]).toEqual([409, 'task-state']);
    const [row] = (await bench.query('SELECT content_sealed FROM feed_item WHERE id = $1', [item.id])) as unknown[];
    expect(row).toEqual({ content_sealed: null });
  });

  it('not what is being sent', async () => {
    const item = await accept({ patientId: await patientOf('150027499020861') });
    await attempt(item);
    expect((await read(item.id)).body.status).toBe('in-progress');
    const refused = await act(item.id, 'cancel');
    expect([refused.status, keyOf(refused.body as unknown as OperationOutcome)]).toEqual([409, 'task-state']);
  });

  it('queues again what failed: who may deposit there, or administers it', async () => {
    const patientId = await patientOf('147096399001732');
    for (const who of ['nurse', 'doctor', 'service-elsewhere', 'admin']) {
      const item = await accept({ patientId });
      await attempt(item, { state: 'refused', reason: 'consent-feeding-missing', result: { issues: [] } });
      expect((await read(item.id)).body).toMatchObject({
        status: 'failed',
        businessStatus: { coding: [{ code: 'refused' }] },
      });
      expect((await act(item.id, 'requeue', 'neighbour')).status).toBe(404);
      expect((await act(item.id, 'requeue', 'no-depositor')).status).toBe(403);
      expect((await act(item.id, 'requeue', 'reader')).status).toBe(403);
      const done = await act(item.id, 'requeue', who);
      expect([done.status, done.body.status], who).toEqual([200, 'ready']);
      expect((await act(item.id, 'requeue', who)).status).toBe(409);
      await act(item.id, 'cancel', 'admin');
    }
  });

  it('releases what is proposed', async () => {
    const item = await accept({ state: 'proposed', reason: 'not-found' });
    expect((await read(item.id)).body).toMatchObject({
      status: 'draft',
      statusReason: { coding: [{ code: 'not-found' }] },
    });
    const done = await act(item.id, 'release', 'doctor');
    expect([done.status, done.body.status, done.body.statusReason]).toEqual([200, 'ready', undefined]);
    expect((await act(item.id, 'decline', 'doctor')).status).toBe(409);
  });

  it('declines what is proposed, and says why: nobody reads that in the database', async () => {
    const item = await accept({ state: 'proposed', reason: 'not-found' });
    const parameters = (valueString: string): Parameters => ({
      resourceType: 'Parameters',
      parameter: [{ name: 'reason', valueString }],
    });
    expect((await act(item.id, 'decline', 'doctor', parameters('x'.repeat(401)))).status).toBe(400);
    expect((await act(item.id, 'release', 'doctor', parameters('x'))).status).toBe(400);
    const said = 'Brouillon du service, à reprendre avec l’auteur';
    const done = await act(item.id, 'decline', 'doctor', parameters(said));
    expect([done.status, done.body.status, done.body.statusReason]).toEqual([200, 'rejected', { text: said }]);
    expect((await read(item.id)).body.statusReason).toEqual({ text: said });
    const rows = await bench.query('SELECT * FROM feed_item WHERE id = $1', [item.id]);
    expect(JSON.stringify(rows)).not.toContain('Brouillon');
  });

  it('only in the version that was seen', async () => {
    const item = await accept();
    const other = await act(item.id, 'cancel', 'nurse', undefined, { 'if-match': 'W/"7"' });
    expect([other.status, keyOf(other.body as unknown as OperationOutcome)]).toEqual([412, 'task-version']);
    const none = await act(item.id, 'cancel', 'nurse', undefined, { 'if-match': '"x"' });
    expect([none.status, keyOf(none.body as unknown as OperationOutcome)]).toEqual([412, 'if-match']);
    expect((await act(item.id, 'cancel', 'nurse', undefined, { 'if-match': 'W/"1"' })).status).toBe(200);
    // What failed keeps its uniqueIds free for another when it is not queued again.
    const failed = await accept({ patientId: await patientOf('238124299006619') });
    await attempt(failed, { state: 'refused', reason: 'internal', result: {} });
    expect((await act(failed.id, 'requeue', 'nurse', undefined, { 'if-match': 'W/"99"' })).status).toBe(412);
    const held = await bench.query('SELECT 1 FROM feed_document WHERE item_id = $1', [failed.id]);
    expect(held).toHaveLength(0);
  });
});
