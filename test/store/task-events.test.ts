/** What a deposit comes to is told to who follows it, in the transaction that makes it so (migration `…_task_events`). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedOwner, FeedViewer, NewFeedItem, Store, StoredSubscription } from '../../server/store/index.ts';
import { openTestStores, type TestStore } from '../support/store.ts';
import { newOwner, newPatient, now } from './feed-support.ts';

let test: TestStore;
/** A second instance on the same database. */
let other: Store;
beforeAll(async () => {
  [test, other] = await openTestStores();
});
afterAll(() => test.close());

const itemOf = (owner: FeedOwner, patientId: string, more: Partial<NewFeedItem> = {}): NewFeedItem => ({
  ...{ owner, patientId, lane: 'live', kind: 'document', state: 'queued', uniqueIds: [randomUUID()] },
  ...{ digest: 'ab'.repeat(32), size: 1, content: {} },
  ...more,
});
const accept = async (...given: Parameters<typeof itemOf>) =>
  (await test.store.feed.accept(itemOf(...given), now)).item!;

async function follow(tasksOf: FeedViewer, patientId?: string): Promise<StoredSubscription> {
  const made = await test.store.subscriptions.create(
    {
      ...{ owner: randomUUID(), structure: tasksOf.structure, tasksOf, content: {} },
      ...(patientId === undefined ? {} : { patientId }),
      endsAt: new Date(now.getTime() + 3_600_000),
    },
    { perOwner: 99, perPatient: 99 },
    now,
  );
  if (typeof made === 'string') throw new Error(made);
  return made;
}
const told = async ({ id }: StoredSubscription, store = test.store) =>
  (await store.subscriptions.events(id, 1, 999, 999)).map(({ number, about, at }) => ({ number, about, at }));
const abouts = async (s: StoredSubscription): Promise<string[]> => (await told(s)).map((e) => e.about);

async function finish(owner: FeedOwner, id: string, store = test.store): Promise<void> {
  const of = { structure: owner.structure, lane: 'live' } as const;
  const by = { worker: randomUUID(), most: 99, concurrency: 999, leaseMs: 60_000 };
  const claimed = (await store.feedWork.claim(of, by)).find((c) => c.id === id)!;
  expect(await store.feedWork.finish(claimed, { state: 'delivered', result: {} }, now)).toBe(true);
}

describe('a subscription to Tasks', () => {
  it('hears that one is proposed, and of every end; not of what lies between', async () => {
    const owner = newOwner();
    const s = await follow(owner);
    const patient = await newPatient(test);
    const delivered = await accept(owner, patient);
    expect(await told(s)).toEqual([]);
    await finish(owner, delivered.id);
    const proposed = await accept(owner, patient, { state: 'proposed', reason: 'not-found' });
    const { feed } = test.store;
    await feed.act(proposed.id, owner, 'release', now);
    await feed.act(proposed.id, owner, 'cancel', now);
    const declined = await accept(owner, patient, { state: 'proposed' });
    await feed.act(declined.id, owner, 'decline', now);
    const expected = [delivered, proposed, proposed, declined, declined];
    expect(await told(s)).toEqual(expected.map(({ id }, i) => ({ number: i + 1, about: `Task/${id}`, at: now })));
    // Another instance tells it.
    expect(await told(s, other)).toHaveLength(5);
  });

  it('hears of those that its owner sees, of one patient or of all', async () => {
    const owner = newOwner();
    const [patient, another] = [await newPatient(test), await newPatient(test)];
    const colleague = { ...owner, personId: '9' };
    const elsewhere = { ...owner, clientId: 'app' };
    const { structure, clientId } = owner;
    const mine = await follow(owner);
    const client = await follow({ structure, clientId });
    const all = await follow({ structure });
    const ofPatient = await follow({ structure }, another);
    const neighbour = await follow({ structure: newOwner().structure });
    const items: { id: string }[] = [];
    for (const who of [owner, colleague, elsewhere])
      for (const whom of [patient, another]) items.push(await accept(who, whom, { state: 'proposed' }));
    const of = (...indices: number[]): string[] => indices.map((i) => `Task/${items[i]!.id}`);
    expect(await abouts(mine)).toEqual(of(0, 1));
    expect(await abouts(client)).toEqual(of(0, 1, 2, 3));
    expect(await abouts(all)).toEqual(of(0, 1, 2, 3, 4, 5));
    expect(await abouts(ofPatient)).toEqual(of(1, 3, 5));
    expect(await abouts(neighbour)).toEqual([]);
  });

  it('hears of nothing that was not taken in, and of nothing once it is over', async () => {
    const owner = newOwner();
    const s = await follow(owner);
    const patient = await newPatient(test);
    const given = itemOf(owner, patient, { state: 'proposed' });
    // The second has the uniqueId of the first: it is inserted, and taken out again.
    const answers = await test.store.feed.acceptAll([given, { ...given, digest: 'cd'.repeat(32) }], now);
    expect(answers.map((a) => a.outcome)).toEqual(['new', 'conflict']);
    expect(await abouts(s)).toEqual([`Task/${answers[0]!.item!.id}`]);
    await test.database.query("UPDATE subscription SET status = 'off' WHERE id = $1", [s.id]);
    await accept(owner, patient, { state: 'proposed' });
    expect(await abouts(s)).toHaveLength(1);
  });

  it('is due at once when it is active, and still told of documents to nobody', async () => {
    const owner = newOwner();
    const patient = await newPatient(test);
    const s = await follow(owner, patient);
    expect(await test.store.subscriptions.listening(owner.structure, patient)).toEqual([]);
    await test.database.query("UPDATE subscription SET status = 'active', next_at = ends_at WHERE id = $1", [s.id]);
    await accept(owner, patient, { state: 'proposed' });
    const due = await test.store.subscriptions.claim(randomUUID(), now, 1000, 99);
    expect(due.map((d) => [d.id, d.events])).toContainEqual([s.id, 1]);
  });

  it('numbers without a gap what several instances end at once, for several followers', async () => {
    const owner = newOwner();
    const patients: string[] = [];
    for (let i = 0; i < 8; i++) patients.push(await newPatient(test));
    const followers = [await follow(owner), await follow({ structure: owner.structure })];
    for (const patient of patients.slice(0, 4)) followers.push(await follow(owner, patient));
    const sets = await Promise.all(
      [test.store, other, test.store, other].map((store, i) =>
        store.feed.acceptAll(
          // Each in another order of patients.
          [...patients.slice(i * 2), ...patients.slice(0, i * 2)].map((p) => itemOf(owner, p, { state: 'proposed' })),
          now,
        ),
      ),
    );
    expect(sets.flat()).toHaveLength(32);
    for (const follower of followers) {
      const events = await told(follower);
      expect(events.map((e) => e.number)).toEqual(events.map((_, i) => i + 1));
    }
    expect(await abouts(followers[0]!)).toHaveLength(32);
    expect(await abouts(followers[2]!)).toHaveLength(4);
  });
});
