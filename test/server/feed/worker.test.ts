import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { ClaimLost } from '../../../server/feed/heartbeat.ts';
import type { Attempt } from '../../../server/feed/types.ts';
import { createFeedWorker, type FeedWorkerParts } from '../../../server/feed/worker.ts';
import type { FeedLane } from '../../../server/store/index.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

let count = 0;
async function accept(structure: string, lane: FeedLane = 'live'): Promise<string> {
  const ins = { value: `2360469${String(++count).padStart(8, '0')}`, oid: '1.2.250.1.213.1.4.10' };
  const { id: patientId } = await test.store.patients.byIns(ins);
  const owner = { structure, clientId: 'demo', personId: '8' };
  const { item } = await test.store.feed.accept(
    {
      ...{ owner, patientId, lane, kind: 'document', state: 'queued', uniqueIds: [`1.${count}`] },
      ...{ digest: String(count), size: 1, content: {} },
    },
    new Date(),
  );
  return item!.id;
}
const stateOf = async (structure: string, id: string) => (await test.store.feed.byId(id, { structure }))!;

const open = { pauseOf: () => Promise.resolve(undefined), concurrency: 8 };
const worker = (attempt: Attempt, more: Partial<FeedWorkerParts> = {}) =>
  createFeedWorker({
    ...{ config: loadConfig({ FEED_TICK_MS: '20', FEED_RETRIES: '1', FEED_RETRY_SECONDS: '0' }), store: test.store },
    ...{ limits: open, attempt, logger: pino({ level: 'silent' }), now: () => new Date(), ...more },
  });
const delivered: Attempt = () => Promise.resolve({ state: 'delivered', result: {} });

it('does not touch a lane that is closed, and serves what somebody waits for before what was there for years', async () => {
  const structure = '1111111111';
  const past = await accept(structure, 'takeover');
  const live = await accept(structure);
  const tried: string[] = [];
  const attempt: Attempt = (item, signal) => {
    tried.push(item.id);
    return delivered(item, signal);
  };
  const closed = {
    pauseOf: (_: string, lane: FeedLane) =>
      Promise.resolve(lane === 'takeover' ? { reason: 'feed-window', until: new Date() } : undefined),
  };
  await worker(attempt, { limits: { ...open, ...closed } }).tick();
  expect(tried).toEqual([live]);
  expect(await stateOf(structure, past)).toMatchObject({ state: 'queued', attempts: 0 });
  await worker(attempt).tick();
  expect(tried).toEqual([live, past]);
});

it('looks by itself, and at once when it is woken', async () => {
  const structure = '2222222222';
  let seen: (id: string) => void = () => undefined;
  const next = () => new Promise<string>((resolve) => (seen = resolve));
  const running = worker((item, signal) => {
    seen(item.id);
    return delivered(item, signal);
  });
  running.start();
  const first = next();
  const a = await accept(structure);
  expect(await first).toBe(a);
  const second = next();
  const b = await accept(structure);
  running.wake();
  expect(await second).toBe(b);
  await running.close(5000);
  const last = await accept(structure);
  running.wake();
  expect((await stateOf(structure, last)).state, 'closed').toBe('queued');
  await worker(delivered).tick();
});

it('closes when what is under way has ended, and gives back what does not end in time', async () => {
  const structure = '3333333333';
  const [quick, slow] = [await accept(structure), await accept(structure)];
  let finish: () => void = () => undefined;
  const begun = new Set<string>();
  let both: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (both = resolve));
  const closing = worker((item) => {
    if (begun.add(item.id).size === 2) both();
    return new Promise((resolve) => {
      if (item.id === quick) finish = () => resolve({ state: 'delivered', result: {} });
    });
  });
  closing.start();
  await started;
  const closed = closing.close(300);
  finish();
  await closed;
  expect((await stateOf(structure, quick)).state).toBe('delivered');
  expect(await stateOf(structure, slow)).toMatchObject({
    state: 'waiting',
    reason: 'feed-interrupted',
    isUncertain: true,
  });
  await worker(delivered).tick();
  expect((await stateOf(structure, slow)).state, 'nobody waits for a lease').toBe('delivered');
});

it('keeps what it works on for as long as it lives, however long that takes', async () => {
  const structure = '4444444444';
  const id = await accept(structure);
  let finish: () => void = () => undefined;
  const attempt: Attempt = () => new Promise((resolve) => (finish = () => resolve({ state: 'delivered', result: {} })));
  const holding = worker(attempt, { leaseMs: 1500 });
  const worked = holding.tick();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(await test.store.feedWork.takeBack(new Date()), 'its lease was renewed').toBe(0);
  finish();
  await worked;
  expect(await stateOf(structure, id)).toMatchObject({ state: 'delivered', attempts: 1 });
});

it('lets go of what it no longer holds, and writes nothing of it', async () => {
  const structure = '4444444445';
  const id = await accept(structure);
  let hasStarted: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (hasStarted = resolve));
  const attempt: Attempt = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      hasStarted();
    });
  const loser = worker(attempt, { leaseMs: 600 });
  const worked = loser.tick();
  await started;
  // It was cut off from the database for as long as its lease lasted: another has it now.
  await test.database.query(
    "UPDATE feed_item SET claim = gen_random_uuid(), lease_owner = gen_random_uuid(), lease_until = now() + interval '1 hour' WHERE id = $1",
    [id],
  );
  await worked;
  expect(await stateOf(structure, id), 'what the other one makes of it').toMatchObject({
    state: 'active',
    attempts: 0,
  });
  await test.database.query('DELETE FROM feed_item WHERE id = $1', [id]);
});

it('lets go of what it may no longer hold, when the database does not answer', async () => {
  const structure = '4444444446';
  const id = await accept(structure);
  let hasEnded: (reason: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => (hasEnded = resolve));
  const attempt: Attempt = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        hasEnded(signal.reason);
        reject(signal.reason as Error);
      });
    });
  const { feed, feedWork } = test.store;
  const renew = () => Promise.reject(new Error('cut off'));
  const cutOff = worker(attempt, { leaseMs: 600, store: { feed, feedWork: { ...feedWork, renew } } });
  const worked = cutOff.tick();
  expect(await ended).toBeInstanceOf(ClaimLost);
  await worked;
  expect(await stateOf(structure, id)).toMatchObject({ reason: 'feed-interrupted', isUncertain: true });
  await test.database.query('DELETE FROM feed_item WHERE id = $1', [id]);
});

it('gives up what killed whoever tried it, time and again', async () => {
  const structure = '5555555555';
  const id = await accept(structure);
  const by = { worker: randomUUID(), most: 1, concurrency: 8, leaseMs: 60_000 };
  for (let i = 0; i < 2; i++) {
    expect(await test.store.feedWork.claim({ structure, lane: 'live' }, by)).toHaveLength(1);
    await test.database.query("UPDATE feed_item SET lease_until = now() - interval '1 s' WHERE id = $1", [id]);
    await test.store.feedWork.takeBack(new Date());
    await test.database.query("UPDATE pgboss.job SET start_after = now() - interval '1 s' WHERE id = $1", [id]);
  }
  await worker(() => Promise.reject(new Error('never tried'))).tick();
  expect(await stateOf(structure, id)).toMatchObject({
    state: 'exhausted',
    reason: 'feed-interrupted',
    isUncertain: true,
  });
});

it('serves the others when a lane cannot be served', async () => {
  const [bad, good] = ['7777777771', '7777777772'];
  const ids = [await accept(bad), await accept(good)];
  const pauseOf = (structure: string) =>
    structure === bad ? Promise.reject(new Error('no limits')) : Promise.resolve(undefined);
  const broken = worker(delivered, { limits: { ...open, pauseOf } });
  // Whichever of them comes first.
  for (let i = 0; i < 2; i++) await broken.tick();
  expect([(await stateOf(bad, ids[0]!)).state, (await stateOf(good, ids[1]!)).state]).toEqual(['queued', 'delivered']);
  await worker(delivered).tick();
});

it('forgets what ended long ago', async () => {
  const structure = '6666666666';
  const id = await accept(structure);
  await test.store.feed.act(id, { structure }, 'cancel', new Date(0));
  await worker(delivered).tick();
  expect(await test.store.feed.byId(id, { structure })).toBeUndefined();
});
