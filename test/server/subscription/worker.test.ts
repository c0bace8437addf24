/** The work on subscriptions under a clock that stands still: when the DMP is asked, when a receiver is tried again, by whom. */
import type { Bundle, Parameters, Resource } from '@medplum/fhirtypes';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { guard } from '../../../server/consent/gate.ts';
import { openGate } from '../../support/gate.ts';
import { associationTypes } from '../../../mappings/ebrim/schemes.ts';
import type { StoredQuery } from '../../../mappings/query.ts';
import type { Association, DocumentEntry } from '../../../mappings/xds.ts';
import { loadConfig } from '../../../server/config.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import type { SubscriptionContent } from '../../../server/fhir/subscription/content.ts';
import { DeliveryError, type Deliverer } from '../../../server/fhir/subscription/deliver.ts';
import { topics } from '../../../server/fhir/subscription/topics.ts';
import { createSubscriptionWorker } from '../../../server/fhir/subscription/worker.ts';
import type { StoredSubscription } from '../../../server/store/types.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { structuresOf, type ChangeableStructures } from '../../support/structures.ts';
import { entry, FakeDmp, P1, testOid, verifyToken } from '../fhir/support.ts';

const start = Date.UTC(2026, 10, 21, 8);
const ins = { value: P1, oid: testOid };
let held: TestStore;
let clock: number;
const now = (): Date => new Date(clock);
const seconds = (n: number): void => void (clock += n * 1000);

beforeAll(async () => {
  held = await openTestStore();
});
afterAll(() => held.close());

/** A receiver in memory. */
class FakeReceiver implements Deliverer {
  sent: { type: string; focus: string[]; status: string }[] = [];
  /** Of the next deliveries. */
  failures: DeliveryError[] = [];
  down = false;
  send(_to: SubscriptionContent, resource: Resource): Promise<void> {
    const failure = this.failures.shift() ?? (this.down ? new DeliveryError('no-response') : undefined);
    if (failure) return Promise.reject(failure);
    const parameters = ((resource as Bundle).entry![0]!.resource as Parameters).parameter!;
    const code = (name: string): string => parameters.find((p) => p.name === name)!.valueCode!;
    const focus = parameters
      .filter((p) => p.name === 'notification-event')
      .map((p) =>
        p
          .part!.find((x) => x.name === 'focus')!
          .valueReference!.reference!.split('/')
          .at(-1)!,
      );
    this.sent.push({ type: code('type'), status: code('status'), focus });
    return Promise.resolve();
  }
  close = (): Promise<void> => Promise.resolve();
  types = (): string[] => this.sent.map((s) => s.type);
}

let receiver: FakeReceiver;
let structures: ChangeableStructures;
let barred: Set<string>;
let dmp: FakeDmp;
let registered: DocumentEntry[];
const config = loadConfig({
  SUBSCRIPTION_POLL_SECONDS: '800',
  SUBSCRIPTION_POLL_FLOOR_SECONDS: '100',
  SUBSCRIPTION_RETRY_SECONDS: '10',
  SUBSCRIPTION_RETRIES: '2',
  SUBSCRIPTION_TICK_MS: '0',
});
const worker = (random = 0.5) =>
  createSubscriptionWorker(
    {
      ...{ config, store: held.store, structures, dmp, gate: openGate, logger: pino({ level: 'silent' }), now },
      isBarred: (client, structure) => barred.has(`${client} ${structure}`),
    },
    { deliverer: receiver, random: () => random },
  );

/** One set a document, submitted now. */
const registers = (n: number): void => {
  const e = entry(n);
  registered.push({ ...e, logicalId: e.id });
};

beforeEach(async () => {
  await held.database.query('DELETE FROM subscription');
  clock = start;
  receiver = new FakeReceiver();
  structures = structuresOf();
  barred = new Set();
  dmp = new FakeDmp();
  registered = [];
  dmp.answers['TD3.1a'] = (query: StoredQuery) => {
    const empty = { documentEntries: [], submissionSets: [], folders: [], associations: [], objectRefs: [] };
    const setOf = (e: DocumentEntry): string => `set ${e.id}`;
    const members = registered.map((e): Association => ({
      type: associationTypes.hasMember,
      source: setOf(e),
      target: e.id,
      slots: {},
    }));
    const objects =
      query.query === 'FindSubmissionSets'
        ? { ...empty, submissionSets: registered.map((e) => ({ id: setOf(e), submissionTime: '20261121083000' })) }
        : query.query === 'GetAssociations'
          ? { ...empty, associations: members }
          : { ...empty, documentEntries: registered };
    return { total: 0, objects, errors: [] };
  };
});

async function subscribe(
  over: Partial<SubscriptionContent> = {},
  polls = true,
  life = 14_400,
): Promise<StoredSubscription> {
  const caller = await verifyToken('all');
  const { tokenId: _t, expiresAt: _e, reason: _r, ...snapshot } = caller;
  const patient = await held.store.patients.byIns(ins);
  const content: SubscriptionContent = {
    caller: { ...snapshot, scopes: [...caller.scopes], strength: polls ? 'psc' : 'local' },
    topic: topics[0]!.url,
    filter: [],
    endpoint: 'https://hooks.example.org/',
    headers: [],
    mime: 'application/fhir+json',
    payload: 'id-only',
    reason: 'r',
    ...over,
  };
  const made = await held.store.subscriptions.create(
    {
      owner: 'o',
      structure: 's',
      patientId: patient.id,
      content,
      endsAt: new Date(clock + life * 1000),
      ...(polls ? { pollAt: now() } : {}),
    },
    { perOwner: 10, perPatient: 10 },
    now(),
  );
  if (typeof made === 'string') throw new Error(made);
  return made;
}
const read = async (id: string): Promise<StoredSubscription> => (await held.store.subscriptions.byId(id, 'o'))!;
const event = (n: number) => ({
  key: `k${n}`,
  at: now(),
  documentId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
});

describe('looks into the record', () => {
  const looks = (): number => dmp.calls.filter((c) => (c.input as StoredQuery).query === 'FindSubmissionSets').length;

  it('come ever later while nothing happens, and soon again after news', async () => {
    const { id } = await subscribe();
    const w = worker();
    await w.tick();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { pollAt } = await read(id);
      pauses.push((pollAt!.getTime() - clock) / 1000);
      clock = pollAt!.getTime();
      if (i === 4) registers(1);
      await w.tick();
    }
    expect(pauses).toEqual([200, 400, 800, 800, 800, 100]);
    expect(looks()).toBe(7);
    expect(receiver.types()).toEqual(['handshake', 'event-notification']);
    // Not before its time.
    seconds(1);
    await w.tick();
    expect(looks()).toBe(7);
  });

  it('are spread, and never closer than the floor', async () => {
    const pauses: number[] = [];
    for (const random of [0, 0.999]) {
      const { id } = await subscribe();
      await worker(random).tick();
      pauses.push(Math.round(((await read(id)).pollAt!.getTime() - clock) / 1000));
      await held.database.query('DELETE FROM subscription');
    }
    expect(pauses).toEqual([160, 240]);
  });

  it('begin where the last one began, in the name of the professional', async () => {
    const { id } = await subscribe();
    const w = worker();
    await w.tick();
    clock = (await read(id)).pollAt!.getTime() + 700;
    await w.tick();
    const froms = dmp.calls.map(
      (c) => (c.input as StoredQuery).parameters['$XDSSubmissionSetSubmissionTimeFrom']?.[0]?.[0],
    );
    // 900 s of overlap; the second look begins at the second of the first.
    expect(froms).toEqual(['20261121074500', '20261121074500']);
    expect(dmp.calls[0]!.context).toMatchObject({ requester: { personId: '899700101233' }, patient: ins });
    expect((await read(id)).since.getTime() % 1000).toBe(0);
  });

  it('that fail for a while are made again, later and later; a refusal is the end', async () => {
    const { id } = await subscribe();
    dmp.answers['TD3.1a'] = () => {
      throw new DmpError('timeout', '', 'TD3.1a');
    };
    const w = worker();
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      await w.tick();
      const { pollAt, status } = await read(id);
      expect(status).toBe('active');
      pauses.push((pollAt!.getTime() - clock) / 1000);
      clock = pollAt!.getTime();
    }
    expect(pauses).toEqual([800, 1600, 3200, 3200]);
    dmp.answers['TD3.1a'] = () => {
      throw new DmpError('fault', 'DMPAccessDenied', 'TD3.1a');
    };
    await w.tick();
    expect(await read(id)).toMatchObject({ status: 'error', reason: 'subscription-refused DMPAccessDenied' });
    expect(receiver.sent.at(-1)).toEqual({ type: 'event-notification', status: 'error', focus: [] });
  });

  it('end with the session, to the second', async () => {
    const { id } = await subscribe({}, true, 50);
    const w = worker();
    await w.tick();
    seconds(49);
    await w.tick();
    expect((await read(id)).status).toBe('active');
    seconds(1);
    await w.tick();
    expect(await read(id)).toMatchObject({ status: 'off', reason: 'subscription-ended-session', farewell: false });
    expect(receiver.sent.at(-1)).toMatchObject({ status: 'off' });
    const { length } = dmp.calls;
    seconds(10_000);
    expect(await w.tick()).toBe(0);
    expect(dmp.calls).toHaveLength(length);
  });

  it('never happen for those that only hear of deposits', async () => {
    await subscribe({}, false);
    await worker().tick();
    seconds(9000);
    await worker().tick();
    expect(dmp.calls).toEqual([]);
  });
});

describe('deliveries', () => {
  it('are tried again after 10, 20 s, then given up', async () => {
    const { id } = await subscribe({}, false);
    const w = worker();
    await w.tick();
    receiver.down = true;
    await held.store.subscriptions.addEvents(id, [event(1)], now());
    await w.tick();
    expect(((await read(id)).retryAt!.getTime() - clock) / 1000).toBe(10);
    seconds(9);
    expect(await w.tick()).toBe(0);
    seconds(1);
    await w.tick();
    expect(((await read(id)).retryAt!.getTime() - clock) / 1000).toBe(20);
    seconds(20);
    await w.tick();
    expect(await read(id)).toMatchObject({
      status: 'error',
      reason: 'subscription-unreachable',
      events: 1,
      delivered: 0,
    });
  });

  it('begin anew after one that arrived', async () => {
    const { id } = await subscribe({}, false);
    const w = worker();
    await w.tick();
    for (let round = 0; round < 3; round++) {
      receiver.failures = [new DeliveryError('error-response', 500), new DeliveryError('no-response')];
      await held.store.subscriptions.addEvents(id, [event(round)], now());
      for (const pause of [10, 20, 0]) {
        await w.tick();
        seconds(pause);
      }
      expect(await read(id)).toMatchObject({ status: 'active', delivered: round + 1, failedDeliveries: 0 });
    }
  });

  it('hold no more events than was asked for, in order', async () => {
    const { id } = await subscribe({ maxCount: 2 }, false);
    const w = worker();
    await w.tick();
    await held.store.subscriptions.addEvents(id, [1, 2, 3, 4, 5].map(event), now());
    await w.tick();
    const events = receiver.sent.slice(1).map((s) => s.focus.map((f) => Number(f.slice(-2))));
    expect(events).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('are signs of life when nothing else was sent for the time that was asked for', async () => {
    const { id } = await subscribe({ heartbeat: 60 }, false);
    const w = worker();
    await w.tick();
    seconds(60);
    await w.tick();
    seconds(30);
    await held.store.subscriptions.addEvents(id, [event(1)], now());
    await w.tick();
    seconds(30);
    await w.tick();
    seconds(30);
    await w.tick();
    expect(receiver.types()).toEqual(['handshake', 'heartbeat', 'event-notification', 'heartbeat']);
  });
});

describe('several instances', () => {
  it('work on a subscription one at a time', async () => {
    await Promise.all([subscribe(), subscribe(), subscribe()]);
    const workers = [worker(), worker(), worker()];
    await Promise.all(workers.map((w) => w.tick()));
    expect(receiver.types()).toEqual(['handshake', 'handshake', 'handshake']);
  });

  it('take over what one of them left when it was killed, and not before', async () => {
    const { id } = await subscribe();
    const dead = '00000000-0000-4000-8000-0000000000dd';
    expect(await held.store.subscriptions.claim(dead, now(), 120_000, 8)).toHaveLength(1);
    expect(await worker().tick()).toBe(0);
    seconds(120);
    expect(await worker().tick()).toBeGreaterThan(0);
    expect((await read(id)).status).toBe('active');
    // It comes back from the dead: what it did is not saved over what was done since.
    expect(await held.store.subscriptions.save(dead, { ...(await read(id)), status: 'error' }, now(), now())).toBe(
      false,
    );
    expect((await read(id)).status).toBe('active');
  });

  it('leave the last word to the owner', async () => {
    const { id } = await subscribe();
    const mine = '00000000-0000-4000-8000-0000000000aa';
    const [claimed] = await held.store.subscriptions.claim(mine, now(), 120_000, 8);
    await held.store.subscriptions.change(id, 'o', { status: 'off', farewell: true }, now());
    expect(await held.store.subscriptions.save(mine, { ...claimed!, status: 'active' }, undefined, now())).toBe(false);
    await worker().tick();
    expect(await read(id)).toMatchObject({ status: 'off', farewell: false });
    expect(receiver.sent).toEqual([{ type: 'event-notification', status: 'off', focus: [] }]);
  });

  it('lose no deposit that comes while one of them works', async () => {
    const { id } = await subscribe({}, false);
    await worker().tick();
    seconds(1);
    await held.store.subscriptions.addEvents(id, [event(1)], now());
    const mine = '00000000-0000-4000-8000-0000000000aa';
    const [claimed] = await held.store.subscriptions.claim(mine, now(), 120_000, 8);
    await held.store.subscriptions.addEvents(id, [event(2)], now());
    // It has told the first and knows nothing of the second.
    await held.store.subscriptions.save(mine, { ...claimed!, delivered: 1 }, claimed!.endsAt, now());
    await worker().tick();
    expect(receiver.sent.at(-1)!.focus).toEqual([event(2).documentId]);
  });
});

describe('news', () => {
  it('is told once, and what happened after it only to who was told of it', async () => {
    const { id } = await subscribe({}, false);
    const { subscriptions } = held.store;
    const later = { ...event(1), key: 'later', after: 'k1' };
    expect(await subscriptions.addEvents(id, [event(1), later], now())).toBe(1);
    expect(await subscriptions.addEvents(id, [event(1), later], now())).toBe(1);
    expect(await subscriptions.addEvents(id, [event(1), later], now())).toBe(0);
    expect(await subscriptions.addEvents(id, [event(2)], now(), true)).toBe(1);
    expect(await subscriptions.addEvents(id, [event(2)], now())).toBe(0);
    const kept = await subscriptions.events(id, 1, 100, 100);
    expect(kept.map((e) => [e.number, e.key])).toEqual([
      [1, 'k1'],
      [2, 'later'],
    ]);
  });

  it('is forgotten with the subscription, when its time is over', async () => {
    const { id } = await subscribe({}, false, 10);
    const w = worker();
    await w.tick();
    seconds(10);
    await w.tick();
    expect(await held.store.subscriptions.purge(new Date(clock - 1))).toBe(0);
    expect(await held.store.subscriptions.purge(new Date(clock + 1))).toBe(1);
    expect(await held.store.subscriptions.byId(id, 'o')).toBeUndefined();
    expect(await held.database.query('SELECT * FROM subscription_event')).toEqual([]);
  });
});

describe('the structure withdrawn', () => {
  const reason = (s: StoredSubscription): string | undefined => s.reason;

  it('nothing is asked or told in its name any more, but the end', async () => {
    const { id } = await subscribe();
    const w = worker();
    await w.tick();
    registers(1);
    await held.store.subscriptions.addEvents(id, [event(7)], now());
    const asked = dmp.calls.length;
    structures.withdraw(structures.primary.id);
    seconds(1000);
    await w.tick();
    expect(dmp.calls).toHaveLength(asked);
    expect(receiver.sent.slice(1)).toEqual([{ type: 'event-notification', status: 'off', focus: [] }]);
    const ended = await read(id);
    expect([ended.status, reason(ended)]).toEqual(['off', expect.stringContaining('subscription-ended-structure')]);
    structures.put(structures.primary);
    seconds(1000);
    await w.tick();
    expect(dmp.calls, 'it does not come back by itself').toHaveLength(asked);
  });

  it('nor does one of a client that may act for the structure no more, and its receiver is told', async () => {
    const { id, content } = await subscribe();
    const w = worker();
    await w.tick();
    registers(1);
    await held.store.subscriptions.addEvents(id, [event(7)], now());
    const asked = dmp.calls.length;
    const { clientId, structure } = (content as SubscriptionContent).caller;
    barred.add(`${clientId} ${structure.id}`);
    seconds(1000);
    await w.tick();
    expect(dmp.calls).toHaveLength(asked);
    expect(receiver.sent.slice(1)).toEqual([{ type: 'event-notification', status: 'off', focus: [] }]);
    expect(reason(await read(id))).toContain('subscription-ended-client');
  });

  it('one that was not reached yet is not', async () => {
    await subscribe();
    structures.withdraw(structures.primary.id);
    await worker().tick();
    expect([dmp.calls, receiver.types()]).toEqual([[], ['event-notification']]);
  });

  it('looks go out with what is registered of it now', async () => {
    const { id } = await subscribe();
    structures.put({ ...structures.primary, name: 'EHPAD FICTIF LE VERGER NEUF', sector: 'SA21' });
    await worker().tick();
    expect((await read(id)).status).toBe('active');
    expect(dmp.calls.length).toBeGreaterThan(0);
    for (const { context } of dmp.calls)
      expect(context.requester.structure).toEqual({
        id: structures.primary.id,
        name: 'EHPAD FICTIF LE VERGER NEUF',
        sector: 'SA21',
      });
  });
});

describe('consent withdrawn', () => {
  it('ends the looks into the record at the next one, and the receiver is told', async () => {
    const withdrawn = {
      ...openGate,
      admit: () => Promise.reject(new IssueError({ key: 'consent-consultation-missing' })),
    };
    const behind = createSubscriptionWorker(
      {
        config,
        store: held.store,
        structures,
        dmp: guard(dmp, withdrawn),
        gate: withdrawn,
        logger: pino({ level: 'silent' }),
        now,
      },
      { deliverer: receiver, random: () => 0.5 },
    );
    const { id } = await subscribe();
    await behind.tick();
    expect(dmp.calls).toEqual([]);
    const ended = await read(id);
    expect([ended.status, ended.reason]).toEqual(['error', 'subscription-refused consent-consultation-missing']);
  });
});
