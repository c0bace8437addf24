/**
 * The feed end to end: deposits accepted now and submitted later, over real TLS to the simulator, whatever fails on the way. Issue 6,
 * line 1 (accepted is durable) and line 2 (order, retries, dead letters, effectively once, instances that are killed).
 */
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAttempt } from '../../server/fhir/feed/attempt.ts';
import type { DepositResult } from '../../server/fhir/task/result.ts';
import { startServer, type RunningServer } from '../../server/main.ts';
import { loadConfig } from '../../server/config.ts';
import type { FeedItem } from '../../server/store/index.ts';
import { nurse } from '../support/callers.ts';
import { text } from '../support/documents.ts';
import { failing, feedInstance, lapse, type Cut, type FeedInstance } from '../support/feed.ts';
import { consent, folder, newOid, provideBundle, simplified, withFolder, type Who } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let one: FeedInstance;
let two: FeedInstance;
beforeAll(async () => {
  // The stack's own instance leaves the feed to those of the tests.
  stack = await startStack({ FEED_TICK_MS: '0', FEED_PACE: '0', FEED_BREAKER_FAILURES: '0', DMP_TIMEOUT_MS: '2000' });
  one = await feedInstance(stack);
  two = await feedInstance(stack);
});
afterAll(async () => {
  await one.close();
  await two.close();
  await stack.close();
});
afterEach(() => stack.clearFaults());

interface Document {
  uniqueId: string;
  body: DocumentReference;
}
function documentOf(who: Who = 'P1', words = 'note'): Document {
  const uniqueId = newOid();
  return { uniqueId, body: simplified({ who, uniqueId, content: text(words), contentType: 'text/plain' }) };
}
const inDmp = async (...documents: Document[]): Promise<number[]> =>
  Promise.all(documents.map(async ({ uniqueId }) => (await stack.registeredAll(uniqueId)).length));
const resultOf = (item: FeedItem) => item.result as DepositResult;
const keysOf = (item: FeedItem) => (resultOf(item).issues ?? []).map((i) => i.key);
/** When each document was registered, as far as its place in the registry says it. */
const orderInDmp = (documents: readonly Document[]): string[] => {
  const registered = stack.simulator
    .world()
    .registry.documents()
    .map((d) => JSON.stringify(d.entry));
  return [...documents]
    .map(({ uniqueId }) => ({ uniqueId, at: registered.findIndex((entry) => entry.includes(uniqueId)) }))
    .sort((a, b) => a.at - b.at)
    .map(({ uniqueId }) => uniqueId);
};

describe('a deposit that is accepted', () => {
  it('is on disk before it is answered, asks nothing of the DMP, and is delivered as the synchronous door does it', async () => {
    const document = documentOf();
    await stack.resetCalls();
    const { item, isNew } = await one.accept(document.body, { requestId: 'req-accepted' });
    expect(isNew).toBe(true);
    expect(item.state).toBe('queued');
    expect(await stack.calls(), 'at intake').toEqual([]);
    expect(await two.item(item.id), 'another instance knows of it').toMatchObject({ state: 'queued', attempts: 0 });
    expect(await inDmp(document)).toEqual([0]);
    await two.tick();
    const delivered = await one.item(item.id);
    expect(delivered).toMatchObject({ state: 'delivered', attempts: 1, isUncertain: false });
    const [id] = resultOf(delivered).documents!;
    expect(await inDmp(document)).toEqual([1]);
    expect(await stack.calls()).toEqual(['TD2.1']);
    const read = await stack.get<DocumentReference>(`/DocumentReference/${id}`, 'doctor');
    expect(read.body.masterIdentifier?.value).toBe(`urn:oid:${document.uniqueId}`);
    // The same again, synchronously, is the same document.
    const again = await stack.post<DocumentReference>('/DocumentReference', document.body, 'nurse');
    expect([again.status, again.body.id]).toEqual([200, id]);
    const [row] = await stack.database.query('SELECT content_sealed FROM feed_item WHERE id = $1', [item.id]);
    expect(row, 'the request is forgotten').toEqual({ content_sealed: null });
    const records = await one.store.records.search({ structure: nurse.structure.id, kinds: ['request'], most: 50 });
    expect(records.records.filter((r) => r.requestId === 'req-accepted')).toMatchObject([
      {
        outcome: 'success',
        patientId: item.patientId,
        details: {
          what: { task: item.id, attempt: 1, status: 201, restful: 'create', references: [`DocumentReference/${id}`] },
        },
      },
    ]);
    const calls = await one.store.records.search({ structure: nurse.structure.id, kinds: ['dmp'], most: 50 });
    expect(
      calls.records
        .filter((r) => r.requestId === 'req-accepted')
        .map((r) => r.outcome)
        .sort(),
    ).toEqual(['pending', 'success']);
  });

  it('of a set is delivered whole, with the entries of its response and no sentence of any language', async () => {
    const bundle = provideBundle([
      { content: text('un'), contentType: 'text/plain' },
      { content: text('deux'), contentType: 'text/plain' },
    ]);
    const { item } = await one.accept(bundle, { kind: 'set' });
    await one.tick();
    const delivered = await one.item(item.id);
    expect(delivered.state).toBe('delivered');
    const { documents, set, response } = resultOf(delivered);
    expect(documents).toHaveLength(2);
    expect(response!.entry).toHaveLength(bundle.entry!.length);
    expect(response!.entry!.map((e) => e.response!.status)).toEqual(Array(5).fill('201 Created'));
    expect(JSON.stringify(response)).not.toMatch(/OperationOutcome|"resource":/);
    expect((await stack.get(`/List/${set}`, 'nurse')).status).toBe(200);
  });

  it('is checked as the synchronous door checks it, and says the same', async () => {
    const { body } = documentOf();
    const wrong = [
      { ...body, type: undefined },
      { ...body, subject: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '236046999012377' } } },
      { ...body, content: [{ attachment: { contentType: 'application/pdf', data: 'bm8=', title: 'x' } }] },
      { ...body, masterIdentifier: undefined },
      { ...body, relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/unknown' } }] },
    ];
    for (const given of wrong) {
      const said = await stack.post<{ issue: { details: { coding: { code: string }[] } }[] }>(
        '/DocumentReference',
        given,
        'nurse',
      );
      const error = (await one.accept(given).catch((e: unknown) => e)) as { issues: { key: string }[] };
      expect(error.issues.map((i) => i.key)).toEqual(said.body.issue.map((i) => i.details.coding.at(-1)!.code));
    }
    const other = { ...body, content: [{ attachment: { ...body.content[0]!.attachment, data: 'YXV0cmU=' } }] };
    await stack.post('/DocumentReference', body, 'nurse');
    await expect(one.accept(other), 'other bytes under a uniqueId that is taken').rejects.toMatchObject({
      issues: [{ key: 'duplicate' }],
    });
    const known = await one.accept(body);
    expect(known.issues.map((i) => i.key)).toContain('exists-already');
    await stack.resetCalls();
    await one.tick();
    expect(await one.item(known.item.id)).toMatchObject({ state: 'delivered' });
    expect(await stack.calls(), 'it is there already').toEqual([]);
  });

  it('is one, however often it is asked for; another of its uniqueId is told, not taken', async () => {
    const document = documentOf();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two).accept(document.body)));
    expect(answers.filter((a) => a.isNew)).toHaveLength(1);
    const { description: _, ...rest } = document.body;
    await expect(one.accept({ ...rest, description: 'autre' })).rejects.toMatchObject({
      issues: [{ key: 'feed-conflict' }],
    });
    await Promise.all([one.tick(), two.tick()]);
    expect(await inDmp(document)).toEqual([1]);
  });
});

describe('the order', () => {
  it('of each patient holds while attempts fail, whoever works', async () => {
    const lines = (['P1', 'P2', 'P6'] as const).map((who) =>
      Array.from({ length: 4 }, (_, i) => documentOf(who, `n° ${i}`)),
    );
    for (let i = 0; i < 4; i++) for (const line of lines) await (i % 2 ? one : two).accept(line[i]!.body);
    await failing(stack, { kind: 'http503', transaction: 'TD2.1', times: 6 });
    await failing(stack, { kind: 'truncate', bytes: 100, transaction: 'TD2.1', times: 4 });
    await Promise.all([one.tick(), two.tick()]);
    await one.tick();
    for (const line of lines) {
      expect(await inDmp(...line)).toEqual([1, 1, 1, 1]);
      expect(orderInDmp(line)).toEqual(line.map((d) => d.uniqueId));
    }
  });

  it('lets a document replace one that is in line before it', async () => {
    const first = documentOf();
    const second = documentOf();
    await one.accept(first.body);
    await one.tick();
    const replacing = {
      ...second.body,
      relatesTo: [
        {
          code: 'replaces' as const,
          target: { identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${first.uniqueId}` } },
        },
      ],
    };
    const { item } = await one.accept(replacing);
    await one.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered' });
  });
});

describe('what fails', () => {
  it('and can pass is tried again; the answers of the DMP are kept with it', async () => {
    const impatient = await feedInstance(stack, { FEED_RETRY_SECONDS: '3600' });
    try {
      const document = documentOf();
      const { item } = await impatient.accept(document.body);
      await failing(stack, { kind: 'http503', transaction: 'TD2.1' });
      await impatient.tick();
      const waiting = await one.item(item.id);
      expect(waiting).toMatchObject({ state: 'waiting', attempts: 1, isUncertain: true });
      expect(keysOf(waiting)).toEqual([waiting.reason]);
      const pause = waiting.nextAt!.getTime() - waiting.updatedAt.getTime();
      expect(pause).toBeGreaterThanOrEqual(1_800_000);
      expect(pause).toBeLessThanOrEqual(3_600_000);
      await impatient.tick();
      expect((await one.item(item.id)).attempts, 'not before its time').toBe(1);
      await stack.database.query("UPDATE pgboss.job SET start_after = now() - interval '1 second'");
      await one.tick();
      expect(await one.item(item.id)).toMatchObject({ state: 'delivered', attempts: 2 });
      expect(await inDmp(document)).toEqual([1]);
    } finally {
      await impatient.close();
    }
  });

  it('for good is refused, keeps nobody waiting, and can be queued again when its cause is gone', async () => {
    const [first, second] = [documentOf('P6'), documentOf('P6')];
    const { item } = await one.accept(first.body);
    await one.accept(second.body);
    await stack.post('/Consent', consent('P6', 'feeding', 'deny'), 'nurse');
    await stack.resetCalls();
    await one.tick();
    expect(await stack.calls(), 'of whom objects, nothing is asked').toEqual([]);
    const refused = await one.item(item.id);
    expect(refused.state).toBe('refused');
    expect(refused.reason).toMatch(/^consent-/);
    expect(keysOf(refused)).toContain(refused.reason);
    const [row] = await stack.database.query('SELECT content_sealed IS NOT NULL AS kept FROM feed_item WHERE id = $1', [
      item.id,
    ]);
    expect(row).toEqual({ kept: true });
    await stack.post('/Consent', consent('P6', 'feeding'), 'nurse');
    expect(await one.store.feed.act(item.id, { structure: nurse.structure.id }, 'requeue', new Date())).toMatchObject({
      changed: true,
    });
    await one.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered' });
    expect(await inDmp(first, second)).toEqual([1, 0]);
  });

  it('all the time is given up after FEED_RETRIES, and can be queued again', async () => {
    const few = await feedInstance(stack, { FEED_RETRIES: '2' });
    try {
      const document = documentOf();
      const { item } = await few.accept(document.body);
      await failing(stack, { kind: 'down', transaction: 'TD2.1', times: 20 });
      for (let i = 0; i < 5; i++) await few.tick();
      const exhausted = await few.item(item.id);
      expect(exhausted).toMatchObject({ state: 'exhausted', attempts: 3 });
      await stack.clearFaults();
      await few.store.feed.act(item.id, { structure: nurse.structure.id }, 'requeue', new Date());
      await few.tick();
      expect(await few.item(item.id)).toMatchObject({ state: 'delivered' });
      expect(await inDmp(document)).toEqual([1]);
    } finally {
      await few.close();
    }
  });

  it('because the structure is served no more, or its application is not known any more, is refused with its row', async () => {
    const { item } = await one.accept(documentOf('P2').body);
    const { signal } = new AbortController();
    const barred = { ...one.services, isBarred: () => true };
    const by = { worker: crypto.randomUUID(), most: 1, concurrency: 9, leaseMs: 60_000 };
    const [claimed] = await one.store.feedWork.claim({ structure: nurse.structure.id, lane: 'live' }, by);
    expect(claimed!.id).toBe(item.id);
    expect(await createAttempt(barred)(claimed!, signal)).toMatchObject({
      state: 'failed',
      reason: 'feed-client',
      canRetry: false,
    });
    const gone = { ...one.services, structures: { ...one.services.structures, of: () => undefined } };
    expect(await createAttempt(gone)(claimed!, signal)).toMatchObject({ state: 'failed', reason: 'feed-structure' });
    expect(await createAttempt(one.services)({ ...claimed!, content: undefined }, signal)).toMatchObject({
      ...{ reason: 'feed-unreadable', canRetry: false },
    });
    await lapse(stack);
    await one.tick();
    expect((await one.item(item.id)).state).toBe('delivered');
  });

  it('not, because it was taken back before it was sent', async () => {
    const document = documentOf();
    const { item } = await one.accept(document.body);
    await one.store.feed.act(item.id, { structure: nurse.structure.id }, 'cancel', new Date());
    await one.tick();
    expect(await inDmp(document)).toEqual([0]);
    expect((await one.item(item.id)).state).toBe('cancelled');
  });
});

describe('effectively once', () => {
  /** The DMP did the work, and its answer is what is lost. */
  const lost: Record<string, unknown>[] = [
    { kind: 'down', when: 'after' },
    { kind: 'http503', when: 'after' },
    { kind: 'garbage', when: 'after' },
    { kind: 'truncate', bytes: 200, when: 'after' },
    { kind: 'truncate', bytes: 200, reset: true, when: 'after' },
    { kind: 'relatesTo', when: 'after' },
    { kind: 'soapFault', code: 'Receiver', when: 'after' },
  ];

  async function reconciles(fault: Record<string, unknown>): Promise<void> {
    const document = documentOf();
    const { item } = await one.accept(document.body);
    await failing(stack, { ...fault, transaction: 'TD2.1' });
    await stack.resetCalls();
    await one.tick();
    for (let i = 0; i < 3 && (await one.item(item.id)).state === 'waiting'; i++) await two.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered', isUncertain: false });
    expect(await inDmp(document)).toEqual([1]);
    expect((await stack.calls()).filter((name) => name === 'TD2.1').length).toBeLessThanOrEqual(2);
    const [id] = resultOf(await one.item(item.id)).documents!;
    const read = await stack.get<DocumentReference>(`/DocumentReference/${id}`, 'doctor');
    expect(read.body.masterIdentifier?.value).toBe(`urn:oid:${document.uniqueId}`);
    expect((await stack.get<Bundle>(`/List/${resultOf(await one.item(item.id)).set}`, 'nurse')).status).toBe(200);
  }

  it.each(lost)('an answer that is lost is looked up, not sent again: $kind $bytes $reset', reconciles);

  it('a 503 that a gateway says of what the DMP has taken: the synchronous door finds it when it is sent again', async () => {
    const document = documentOf();
    await failing(stack, { kind: 'http503', transaction: 'TD2.1', when: 'after' });
    const post = () => stack.post('/DocumentReference', document.body, 'nurse');
    expect((await post()).status).toBe(503);
    expect((await post()).status).toBe(201);
    expect((await post()).status).toBe(200);
    expect(await inDmp(document)).toEqual([1]);
  });

  it('by an instance that has lost its claim meanwhile is left to the other, and nothing is written of it', async () => {
    const document = documentOf();
    const { item } = await one.accept(document.body);
    const by = { worker: crypto.randomUUID(), most: 1, concurrency: 9, leaseMs: 60_000 };
    const [claimed] = await one.store.feedWork.claim({ structure: nurse.structure.id, lane: 'live' }, by);
    expect(claimed!.id).toBe(item.id);
    const written = () =>
      stack.database.query(
        `SELECT d.state, d.updated_at, (SELECT count(*)::int FROM list l WHERE l.id = d.set_id) AS sets
         FROM document d WHERE d.unique_id = $1`,
        [document.uniqueId],
      );
    const records = async () =>
      (await stack.database.query("SELECT count(*)::int AS n FROM kept_record WHERE kind = 'request'"))[0];
    const before = await records();
    const arrivals = async (): Promise<number> => {
      const seen = await (await fetch(`${stack.simulator.controlUrl}/submissions`)).json();
      return (seen as { submissions: { count: number }[] }).submissions.reduce((sum, { count }) => sum + count, 0);
    };
    const arrived = await arrivals();
    await failing(stack, { kind: 'delay', ms: 1500, transaction: 'TD2.1' });
    const cut = new AbortController();
    const lost = createAttempt(one.services)(claimed!, cut.signal);
    const ended = expect(lost).rejects.toThrow('lost');
    await expect.poll(arrivals, { timeout: 10_000 }).toBe(arrived + 1);
    const held = await written();
    cut.abort(new Error('lost'));
    await ended;
    expect(held).toMatchObject([{ state: 'pending', sets: 0 }]);
    await expect.poll(() => inDmp(document), { timeout: 10_000 }).toEqual([1]);
    expect(await written()).toEqual(held);
    expect(await records(), 'the attempt is on record by whoever ends it').toEqual(before);
    await lapse(stack);
    await two.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered', isUncertain: false });
    expect(await inDmp(document)).toEqual([1]);
  });

  it('whose reservation another has let go meanwhile is looked up all the same', async () => {
    const document = documentOf();
    const { item } = await one.accept(document.body);
    await one.die('after-answer');
    await stack.database.query('DELETE FROM document WHERE unique_id = $1', [document.uniqueId]);
    await lapse(stack);
    await stack.resetCalls();
    await two.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered', isUncertain: false });
    expect([await stack.calls(), await inDmp(document)]).toEqual([['TD3.1b'], [1]]);
  });

  it('what was lost on its way there is sent again', async () => {
    const document = documentOf();
    const { item } = await one.accept(document.body);
    await failing(stack, { kind: 'down', transaction: 'TD2.1' });
    await stack.resetCalls();
    await one.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered', attempts: 2 });
    expect(await stack.calls()).toEqual(['TD2.1', 'TD3.1b', 'TD2.1']);
    expect(await inDmp(document)).toEqual([1]);
  });

  it('while the registry cannot be asked, nothing is sent again', async () => {
    const document = documentOf();
    const { item } = await one.accept(document.body);
    await failing(stack, { kind: 'down', transaction: 'TD2.1', when: 'after' });
    await failing(stack, { kind: 'http503', transaction: 'TD3.1b', times: 2 });
    await stack.resetCalls();
    await one.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered', attempts: 4 });
    expect((await stack.calls()).filter((name) => name === 'TD2.1')).toHaveLength(1);
    expect(await inDmp(document)).toEqual([1]);
  });

  it('a patient who withdraws while an outcome is not known: it is said that it may have arrived, and found out on request', async () => {
    const document = documentOf('P6');
    const { item } = await one.accept(document.body);
    const impatient = await feedInstance(stack, { FEED_RETRY_SECONDS: '3600' });
    await failing(stack, { kind: 'down', transaction: 'TD2.1', when: 'after' });
    await impatient.tick();
    await impatient.close();
    expect(await one.item(item.id)).toMatchObject({ state: 'waiting', isUncertain: true });
    await stack.post('/Consent', consent('P6', 'feeding', 'deny'), 'nurse');
    await stack.database.query("UPDATE pgboss.job SET start_after = now() - interval '1 second'");
    await one.tick();
    const refused = await one.item(item.id);
    expect(refused).toMatchObject({ state: 'refused', isUncertain: true });
    expect(keysOf(refused)).toContain('feed-uncertain');
    await stack.post('/Consent', consent('P6', 'feeding'), 'nurse');
    await one.store.feed.act(item.id, { structure: nurse.structure.id }, 'requeue', new Date());
    await stack.resetCalls();
    await one.tick();
    expect(await one.item(item.id)).toMatchObject({ state: 'delivered' });
    expect(await stack.calls()).not.toContain('TD2.1');
    expect(await inDmp(document)).toEqual([1]);
  });

  // Last: the simulator notes the call when its answer is gone.
  it('an answer that comes too late is looked up, not sent again', () => reconciles({ kind: 'delay', ms: 4000 }));
});

describe('an instance that is killed', () => {
  const cuts: Cut[] = ['before-send', 'after-answer', 'set-kept', 'documents-kept', 'before-finish'];

  it.each(cuts)('loses and doubles nothing: %s', async (cut) => {
    const document = documentOf();
    const dying = await feedInstance(stack);
    const { item } = await dying.accept(document.body);
    await dying.die(cut);
    expect(await one.item(item.id)).toMatchObject({ state: 'active' });
    await one.tick();
    expect((await one.item(item.id)).state, 'while its lease lasts').toBe('active');
    await lapse(stack);
    await stack.resetCalls();
    await two.tick();
    const delivered = await one.item(item.id);
    expect(delivered).toMatchObject({ state: 'delivered' });
    expect(await inDmp(document)).toEqual([1]);
    if (cut !== 'before-send') expect(await stack.calls()).not.toContain('TD2.1');
    const { documents, set } = resultOf(delivered);
    const read = await stack.get<DocumentReference>(`/DocumentReference/${documents![0]}`, 'doctor');
    expect(read.body.masterIdentifier?.value).toBe(`urn:oid:${document.uniqueId}`);
    expect((await stack.get(`/List/${set}`, 'nurse')).status).toBe(200);
  });

  it.each(cuts)('nor of a set with a folder: %s', async (cut) => {
    const bundle = withFolder(
      [
        { content: text('un'), contentType: 'text/plain' },
        { content: text('deux'), contentType: 'text/plain' },
      ],
      (documents) => folder(documents),
      { method: 'POST', url: 'List' },
    );
    const dying = await feedInstance(stack);
    const { item } = await dying.accept(bundle, { kind: 'set' });
    await dying.die(cut);
    await lapse(stack);
    await two.tick();
    const delivered = await one.item(item.id);
    expect(keysOf(delivered).filter((key) => key !== 'code-unknown')).toEqual([]);
    expect(delivered).toMatchObject({ state: 'delivered' });
    const { documents, response } = resultOf(delivered);
    expect(documents).toHaveLength(2);
    const lists = response!.entry!.flatMap((e) => e.response!.location?.match(/List\/.*/)?.[0] ?? []);
    expect(lists).toHaveLength(2);
    for (const list of lists) expect((await stack.get(`/${list}`, 'nurse')).status).toBe(200);
  });

  it('with many in line is taken over by those that live', async () => {
    const all = Array.from({ length: 30 }, (_, i) => documentOf((['P1', 'P2'] as const)[i % 2], `n° ${i}`));
    const dying = await feedInstance(stack);
    for (const document of all) await dying.accept(document.body);
    await dying.die('after-answer');
    await lapse(stack);
    await Promise.all([one.tick(), two.tick()]);
    await lapse(stack);
    await Promise.all([one.tick(), two.tick()]);
    expect(await inDmp(...all)).toEqual(all.map(() => 1));
  });
});

describe('instances of the façade', () => {
  it('submit what any of them has accepted, end in order, and leave the rest to the others', async () => {
    const servers: RunningServer[] = [];
    const start = async () => {
      const config = loadConfig({ ...stack.environment, PORT: '0', FEED_TICK_MS: '50', FEED_RETRY_SECONDS: '0' });
      servers.push(await startServer(config, { structures: stack.structures }));
    };
    await start();
    await start();
    const all = Array.from({ length: 12 }, (_, i) => documentOf((['P1', 'P2'] as const)[i % 2], `i° ${i}`));
    const accepted = await Promise.all(all.map(({ body }) => one.accept(body)));
    await servers[0]!.close();
    const states = async () => Promise.all(accepted.map(async ({ item }) => (await one.item(item.id)).state));
    while ((await states()).some((state) => state !== 'delivered')) await new Promise((r) => setTimeout(r, 100));
    await servers[1]!.close();
    expect(await inDmp(...all)).toEqual(all.map(() => 1));
  });
});
