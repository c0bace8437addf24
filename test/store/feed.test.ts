import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, rotateKeys } from '../../server/store/index.ts';
import type { ClaimedItem, FeedLane, FeedOwner, NewFeedItem, Store } from '../../server/store/index.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { openTestStore, openTestStores, type TestStore } from '../support/store.ts';
import { insOid, newOwner, newPatient, now } from './feed-support.ts';

const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

let test: TestStore;
/** A second instance on the same database. */
let other: Store;
beforeAll(async () => {
  [test, other] = await openTestStores();
});
afterAll(() => test.close());

let count = 0;

interface Given {
  owner: FeedOwner;
  patientId: string;
  uniqueIds?: string[];
  text?: string;
  lane?: FeedLane;
  state?: NewFeedItem['state'];
}
const itemOf = ({
  owner,
  patientId,
  uniqueIds,
  text = 'bytes',
  lane = 'live',
  state = 'queued',
}: Given): NewFeedItem => ({
  owner,
  patientId,
  lane,
  kind: 'document',
  state,
  uniqueIds: uniqueIds ?? [`1.2.${String(++count)}`],
  digest: createHash('sha256').update(text).digest('hex'),
  size: text.length,
  content: { text },
});
const accept = async (given: Given) => (await test.store.feed.accept(itemOf(given), now)).item!;
/** Each instance has its own. */
const workers = new Map<Store, string>();
const workerOf = (store: Store): string => {
  const worker = workers.get(store) ?? randomUUID();
  workers.set(store, worker);
  return worker;
};
const claim = (owner: FeedOwner, store = test.store, lane: FeedLane = 'live', leaseMs = 60_000) =>
  store.feedWork.claim(
    { structure: owner.structure, lane },
    { worker: workerOf(store), most: 99, concurrency: 99, leaseMs },
  );
const deliver = (item: ClaimedItem) =>
  test.store.feedWork.finish(item, { state: 'delivered', result: { ok: true } }, now);
const ids = (items: readonly { id: string }[]): string[] => items.map((item) => item.id);
/** The time of a retry has come. */
const hurry = () => test.database.query("UPDATE pgboss.job SET start_after = now() - interval '1 second'");
const lapse = (id: string) =>
  test.database.query("UPDATE feed_item SET lease_until = now() - interval '1 second' WHERE id = $1", [id]);

describe('taking in', () => {
  it('takes one of many that come at once for the same uniqueId, through two instances', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const item = itemOf({ owner, patientId, uniqueIds: ['1.2.3'] });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? test.store : other).feed.accept(item, now)),
    );
    expect(answers.filter((a) => a.outcome === 'new')).toHaveLength(1);
    expect(answers.filter((a) => a.outcome === 'same')).toHaveLength(19);
    expect(new Set(answers.map((a) => a.item?.id)).size).toBe(1);
    expect(await claim(owner)).toHaveLength(1);
  });

  it('tells another deposit of the same uniqueId from the same, and whose it is only to its owner', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const first = await accept({ owner, patientId, uniqueIds: ['1.2.4', '1.2.5'] });
    const again = (given: Partial<Given>) =>
      test.store.feed.accept(itemOf({ owner, patientId, uniqueIds: ['1.2.4', '1.2.5'], ...given }), now);
    expect(await again({})).toEqual({ outcome: 'same', item: first });
    expect(await again({ text: 'other bytes' })).toEqual({ outcome: 'conflict', item: first });
    expect(await again({ uniqueIds: ['1.2.4'] })).toEqual({ outcome: 'conflict', item: first });
    expect(await again({ uniqueIds: ['1.2.4', '1.2.5', '1.2.6'] })).toEqual({ outcome: 'conflict', item: first });
    expect(await again({ owner: { ...owner, personId: 'another' } })).toEqual({ outcome: 'conflict' });
    expect((await again({ owner: { ...owner, structure: '1990100299' } })).outcome, 'told nothing').toBe('new');
    expect((await again({ uniqueIds: ['1.2.6'] })).outcome, 'nothing was kept of what was refused').toBe('new');
  });

  it('takes many in one transaction, in their order, and judges each by itself', async () => {
    const owner = newOwner();
    const [one, two] = [await newPatient(test), await newPatient(test)];
    const known = await accept({ owner, patientId: one, uniqueIds: ['1.9.1'] });
    const of = (patientId: string, ...uniqueIds: string[]) => itemOf({ owner, patientId, uniqueIds });
    const answers = await test.store.feed.acceptAll(
      [of(one, '1.9.1'), of(one, '1.9.2', '1.9.1'), of(two, '1.9.2'), of(two, '1.9.3'), of(two, '1.9.3')],
      now,
    );
    expect(answers.map((a) => a.outcome)).toEqual(['same', 'conflict', 'new', 'new', 'same']);
    expect(answers[0]!.item).toEqual(known);
    expect(answers[4]!.item).toEqual(answers[3]!.item);
    // The second stood in the way of the third for a moment, which therefore came after the fourth.
    const claimed = await claim(owner);
    expect(claimed.map((c) => c.patientId).sort()).toEqual([one, two].sort());
    await expect(test.store.feed.acceptAll(Array<NewFeedItem>(501).fill(of(one)), now)).rejects.toThrow(RangeError);
    expect(await test.store.feed.acceptAll([], now)).toEqual([]);
  });

  it('two batches that share lines and uniqueIds do not stop each other', async () => {
    const owner = newOwner();
    const patients = await Promise.all(Array.from({ length: 6 }, () => newPatient(test)));
    const batch = patients.map((patientId, i) => itemOf({ owner, patientId, uniqueIds: [`1.8.${String(i)}`] }));
    const rounds = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        (i % 2 === 0 ? test.store : other).feed.acceptAll(i % 3 === 0 ? batch : [...batch].reverse(), now),
      ),
    );
    expect(rounds.flat().filter((a) => a.outcome === 'new')).toHaveLength(6);
    expect(rounds.flat().filter((a) => a.outcome === 'same')).toHaveLength(42);
  });
});

describe('the order', () => {
  it('of one patient one is worked on at a time, in the order in which they came', async () => {
    const owner = newOwner();
    const [patientId, elsewhere] = [await newPatient(test), await newPatient(test)];
    const mine: string[] = [];
    for (let i = 0; i < 4; i++) mine.push((await accept({ owner, patientId })).id);
    const others = await accept({ owner, patientId: elsewhere });
    const first = await claim(owner);
    expect(ids(first).sort()).toEqual([mine[0], others.id].sort());
    expect(await claim(owner)).toEqual([]);
    for (const [i, id] of mine.entries()) {
      const [head] = i === 0 ? first.filter((c) => c.id === id) : await claim(owner);
      expect(head?.id).toBe(id);
      expect(await deliver(head!)).toBe(true);
    }
    expect(await claim(owner)).toEqual([]);
  });

  it('holds when items are accepted, ended and taken by two instances at once', async () => {
    const owner = newOwner();
    const patients = await Promise.all(Array.from({ length: 3 }, () => newPatient(test)));
    const places = new Map<string, bigint[]>();
    let left = 45;
    async function work(store: Store): Promise<void> {
      while (left > 0) {
        const claimed = await claim(owner, store);
        for (const item of claimed) {
          places.set(item.patientId, [...(places.get(item.patientId) ?? []), item.place]);
          expect(await store.feedWork.finish(item, { state: 'delivered', result: {} }, now)).toBe(true);
          left--;
        }
      }
    }
    const accepting = Promise.all(Array.from({ length: 45 }, (_, i) => accept({ owner, patientId: patients[i % 3]! })));
    await Promise.all([accepting, work(test.store), work(other)]);
    expect([...places.values()].map((p) => p.length)).toEqual([15, 15, 15]);
    for (const of of places.values()) expect(of).toEqual([...of].sort((a, b) => Number(a - b)));
  });

  it('a retry keeps the line waiting; the end of its first lets the next go', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const [first, second] = [await accept({ owner, patientId }), await accept({ owner, patientId })];
    const [head] = await claim(owner);
    const outcome = { state: 'waiting', reason: 'dmp-unavailable', nextAt: later(600), attempted: true } as const;
    await test.store.feedWork.finish(head!, { ...outcome, isUncertain: true, result: { issues: ['x'] } }, now);
    expect(await test.store.feed.byId(first.id, owner)).toMatchObject({
      ...{ state: 'waiting', attempts: 1, isUncertain: true, nextAt: later(600), result: { issues: ['x'] } },
    });
    expect(await claim(owner)).toEqual([]);
    await hurry();
    const [again] = await claim(owner);
    expect(again).toMatchObject({ id: first.id, isUncertain: true, content: { text: 'bytes' } });
    await test.store.feedWork.finish(again!, { state: 'exhausted', reason: 'feed-exhausted', result: {} }, now);
    expect(ids(await claim(owner))).toEqual([second.id]);
  });

  it('the lanes stand apart: a document of the past keeps no new one waiting', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const past = await accept({ owner, patientId, lane: 'takeover' });
    const live = await accept({ owner, patientId });
    expect(ids(await claim(owner))).toEqual([live.id]);
    expect(ids(await claim(owner, test.store, 'takeover'))).toEqual([past.id]);
  });

  it('no more than so many of a structure are active, over the lanes and the instances', async () => {
    const owner = newOwner();
    for (let i = 0; i < 8; i++)
      await accept({ owner, patientId: await newPatient(test), lane: i < 4 ? 'live' : 'takeover' });
    const limited = (store: Store, lane: FeedLane) =>
      store.feedWork.claim(
        { structure: owner.structure, lane },
        { worker: workerOf(store), most: 2, concurrency: 3, leaseMs: 60_000 },
      );
    const claims = await Promise.all([
      ...[limited(test.store, 'live'), limited(other, 'live'), limited(test.store, 'takeover')],
      ...[limited(other, 'takeover'), limited(other, 'live')],
    ]);
    expect(claims.flat()).toHaveLength(3);
    await deliver(claims.flat()[0]!);
    expect((await Promise.all([limited(other, 'takeover'), limited(test.store, 'takeover')])).flat()).toHaveLength(1);
  });
});

describe('a claim', () => {
  it('that lapsed is anybody’s, with an unknown outcome; what its holder says then is not saved', async () => {
    const owner = newOwner();
    const { id } = await accept({ owner, patientId: await newPatient(test) });
    const [held] = await claim(owner);
    expect(await test.store.feedWork.renew(workerOf(test.store), [held!.claim], 60_000)).toEqual([held!.claim]);
    expect(await test.store.feedWork.takeBack(now)).toBe(0);
    await lapse(id);
    expect(await other.feedWork.takeBack(now)).toBe(1);
    expect(await test.store.feedWork.renew(workerOf(test.store), [held!.claim], 60_000)).toEqual([]);
    expect(await deliver(held!)).toBe(false);
    expect(await test.store.feed.byId(id, owner)).toMatchObject({
      ...{ state: 'waiting', reason: 'feed-interrupted', isUncertain: true, attempts: 1 },
    });
    const [again] = await claim(owner, other);
    expect(again).toMatchObject({ id, isUncertain: true });
    expect(again!.claim).not.toBe(held!.claim);
    expect(await deliver(again!)).toBe(true);
  });

  it('that lapses again and again waits a random while, so that not all that were held with it fall with it each time', async () => {
    const owner = newOwner();
    const { id } = await accept({ owner, patientId: await newPatient(test) });
    const interrupt = async () => {
      await claim(owner);
      await lapse(id);
      await test.store.feedWork.takeBack(now);
      const [row] = await test.database.query<{ pause: number }>(
        'SELECT (1000 * extract(epoch FROM start_after - created_on))::int AS pause FROM pgboss.job WHERE id = $1',
        [id],
      );
      return row!.pause;
    };
    expect(await interrupt()).toBe(0);
    const pause = await interrupt();
    expect(pause).toBeGreaterThan(0);
    expect(pause).toBeLessThanOrEqual(2000);
    await hurry();
    await deliver((await claim(owner))[0]!);
  });

  it('of whose outcome was altered in the database comes without it; of a structure with altered requests the others come', async () => {
    const owner = newOwner();
    const altered = (column: string, id: string) =>
      test.database.query(
        `UPDATE feed_item SET ${column} = set_byte(${column}, 40, get_byte(${column}, 40) # 1) WHERE id = $1`,
        [id],
      );
    const bad = await accept({ owner, patientId: await newPatient(test), text: '' });
    await altered('content_sealed', bad.id);
    const good = await accept({ owner, patientId: await newPatient(test) });
    expect(await test.store.feedWork.due()).toContainEqual({ structure: owner.structure, lane: 'live' });
    for (const item of await claim(owner))
      await test.store.feedWork.finish(
        item,
        {
          ...{ state: 'waiting', reason: 'dmp-http', nextAt: now, attempted: true, isUncertain: true },
          result: { issues: [] },
        },
        now,
      );
    await altered('result_sealed', good.id);
    const again = await claim(owner);
    expect(again.find((item) => item.id === good.id)).toMatchObject({ content: { text: 'bytes' }, isUncertain: true });
    expect(again.find((item) => item.id === good.id)).not.toHaveProperty('result');
    await Promise.all(again.map(deliver));
  });

  it('of what was altered in the database comes without its request', async () => {
    const owner = newOwner();
    const { id } = await accept({ owner, patientId: await newPatient(test) });
    await test.database.query(
      'UPDATE feed_item SET content_sealed = set_byte(content_sealed, 40, get_byte(content_sealed, 40) # 1) WHERE id = $1',
      [id],
    );
    expect(await claim(owner)).toMatchObject([{ id, content: undefined }]);
  });
});

describe('what a person does', () => {
  it('takes back what has not been sent, and what waits unless its outcome is not known', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const uniqueIds = [`1.7.${String(++count)}`];
    const first = await accept({ owner, patientId, uniqueIds });
    const second = await accept({ owner, patientId });
    const third = await accept({ owner, patientId });
    const act = (id: string, action: 'cancel') => test.store.feed.act(id, owner, action, later(5));
    expect(await act(first.id, 'cancel')).toMatchObject({
      ...{ changed: true, item: { state: 'cancelled', version: 2, finishedAt: later(5) } },
    });
    expect(await act(first.id, 'cancel')).toMatchObject({ changed: false, item: { state: 'cancelled', version: 2 } });
    expect((await test.store.feed.accept(itemOf({ owner, patientId, uniqueIds }), now)).outcome, 'it is free').toBe(
      'new',
    );
    const claimed = await claim(owner);
    expect(ids(claimed), 'the next has its turn').toEqual([second.id]);
    expect(await act(second.id, 'cancel')).toMatchObject({ changed: false, item: { state: 'active' } });
    const waiting = { state: 'waiting', reason: 'x', nextAt: later(9), attempted: true } as const;
    await test.store.feedWork.finish(claimed[0]!, { ...waiting, isUncertain: true }, now);
    expect(await act(second.id, 'cancel')).toMatchObject({ changed: false, item: { state: 'waiting' } });
    await hurry();
    const [again] = await claim(owner);
    await test.store.feedWork.finish(again!, { ...waiting, isUncertain: false }, now);
    expect(await act(second.id, 'cancel')).toMatchObject({ changed: true });
    // Its turn comes, and leads nowhere.
    await hurry();
    expect(ids(await claim(owner))).toEqual([third.id]);
    const [row] = await test.database.query('SELECT content_sealed FROM feed_item WHERE id = $1', [first.id]);
    expect(row).toEqual({ content_sealed: null });
  });

  it('queues again what was refused or given up, at the end of the line, unless another has its uniqueIds', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const [a, b] = [await accept({ owner, patientId, uniqueIds: ['1.6.1'] }), await accept({ owner, patientId })];
    const c = await accept({ owner, patientId });
    const [head] = await claim(owner);
    await test.store.feedWork.finish(head!, { state: 'refused', reason: 'consent', result: { said: 1 } }, now);
    const requeue = () => test.store.feed.act(a.id, owner, 'requeue', now);
    const twin = await accept({ owner, patientId, uniqueIds: ['1.6.1'] });
    expect(await requeue()).toMatchObject({ changed: false, item: { state: 'refused', reason: 'consent' } });
    await test.store.feed.act(twin.id, owner, 'cancel', now);
    expect(await requeue()).toMatchObject({ changed: true, item: { state: 'queued', attempts: 0 } });
    expect((await requeue())?.changed).toBe(false);
    const order: string[] = [];
    for (let [item] = await claim(owner); item; [item] = await claim(owner)) {
      order.push(item.id);
      await deliver(item);
    }
    expect(order).toEqual([b.id, c.id, a.id]);
    expect(await requeue(), 'delivered').toMatchObject({ changed: false });
  });

  it('releases or declines what is proposed, which keeps nobody waiting meanwhile', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const [one, two] = [
      await accept({ owner, patientId, state: 'proposed' }),
      await accept({ owner, patientId, state: 'proposed' }),
    ];
    const queued = await accept({ owner, patientId });
    expect(ids(await claim(owner))).toEqual([queued.id]);
    expect(await test.store.feed.act(one.id, owner, 'release', now)).toMatchObject({ item: { state: 'queued' } });
    expect(await claim(owner), 'in line now').toEqual([]);
    expect(await test.store.feed.act(two.id, owner, 'decline', now, 'by-hand')).toMatchObject({
      item: { state: 'declined', reason: 'by-hand' },
    });
    expect(await test.store.feed.act(two.id, owner, 'release', now)).toMatchObject({ changed: false });
  });

  it('is done to the version that is meant, and may say something of it', async () => {
    const owner = newOwner();
    const { id } = await accept({ owner, patientId: await newPatient(test), state: 'proposed' });
    const decline = (version: number) =>
      test.store.feed.act(id, owner, 'decline', now, undefined, { version, result: { comment: 'no' } });
    expect(await decline(7)).toMatchObject({ changed: false, item: { state: 'proposed' } });
    expect(await decline(1)).toMatchObject({
      ...{ changed: true, item: { state: 'declined', version: 2, result: { comment: 'no' } } },
    });
  });

  it('is done to what the viewer may see only', async () => {
    const owner = newOwner();
    const { id } = await accept({ owner, patientId: await newPatient(test) });
    const { feed } = test.store;
    const { structure, clientId, personId } = owner;
    for (const viewer of [{ structure }, { structure, clientId }, owner])
      expect((await feed.byId(id, viewer))?.id).toBe(id);
    const strangers = [
      { structure: '1990100299' },
      { structure, clientId: 'x' },
      { structure, clientId, personId: 'x' },
      { structure: '1990100299', clientId, personId },
    ];
    for (const viewer of strangers) {
      expect(await feed.byId(id, viewer)).toBeUndefined();
      expect(await feed.act(id, viewer, 'cancel', now)).toBeUndefined();
      expect((await feed.search(viewer, { ids: [id] }, { offset: 0, count: 9 })).total).toBe(0);
    }
    expect(await feed.byId('nonsense', owner)).toBeUndefined();
    expect(await feed.act('nonsense', owner, 'cancel', now)).toBeUndefined();
  });
});

describe('looking', () => {
  it('finds by what is asked, newest first, page by page', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const takeoverId = randomUUID();
    const all: string[] = [];
    for (let i = 0; i < 5; i++) {
      const item = {
        ...itemOf({ owner, patientId, lane: i < 2 ? 'takeover' : 'live' }),
        ...(i < 2 ? { takeoverId } : {}),
      };
      all.push((await test.store.feed.accept(item, later(i))).item!.id);
    }
    await test.store.feed.act(all[4]!, owner, 'cancel', later(60));
    const search = async (filter: Parameters<Store['feed']['search']>[1], oldestFirst = false) =>
      ids((await test.store.feed.search(owner, filter, { offset: 0, count: 9, oldestFirst })).items);
    expect(await search({})).toEqual([...all].reverse());
    expect(await search({}, true)).toEqual(all);
    expect(await test.store.feed.search(owner, {}, { offset: 1, count: 2 })).toMatchObject({
      ...{ total: 5, items: [{ id: all[3] }, { id: all[2] }] },
    });
    const [, second] = (await test.store.feed.search(owner, {}, { offset: 0, count: 9 })).items;
    for (const [oldestFirst, behind] of [
      [false, all.slice(0, 3).reverse()],
      [true, all.slice(4)],
    ] as const) {
      const page = await test.store.feed.search(owner, {}, { offset: 0, count: 9, oldestFirst, after: second! });
      expect([page.total, ids(page.items)], 'counted for the first page').toEqual([undefined, behind]);
    }
    expect(await search({ kinds: ['set'] })).toEqual([]);
    expect(await search({ states: ['cancelled'] })).toEqual([all[4]]);
    expect(await search({ lanes: ['takeover'] }, true)).toEqual([all[0], all[1]]);
    expect(await search({ takeoverId }, true)).toEqual([all[0], all[1]]);
    expect(await search({ createdFrom: later(1), createdUntil: later(3) }, true)).toEqual([all[1], all[2]]);
    expect(await search({ updatedFrom: later(60) })).toEqual([all[4]]);
    expect(await search({ ids: [all[2]!, 'nonsense'] })).toEqual([all[2]]);
    expect(await search({ patientIds: [await newPatient(test)] })).toEqual([]);
    expect(await search({ reasons: ['x'] })).toEqual([]);
    expect(await test.store.feed.backlog(owner.structure)).toEqual([
      { lane: 'live', counts: { cancelled: 1, queued: 2 }, oldest: later(2) },
      { lane: 'takeover', counts: { queued: 2 }, oldest: later(0) },
    ]);
    expect(await test.store.feed.countsOf(takeoverId)).toEqual([{ state: 'queued', count: 2 }]);
    expect(await test.store.feed.countsOf('nonsense')).toEqual([]);
    const everybody = await test.store.feed.backlog();
    expect(everybody[0]!.counts.queued).toBeGreaterThanOrEqual(2);
    const due = (await test.store.feedWork.due()).filter(({ structure }) => structure === owner.structure);
    expect(due.map(({ lane }) => lane).sort(), 'a second instance asks too').toEqual(['live', 'takeover']);
    expect(await other.feedWork.due()).toEqual(expect.arrayContaining(due));
  });

  it('forgets what ended before an instant, and nothing that lives', async () => {
    const owner = newOwner();
    const patientId = await newPatient(test);
    const [done, living] = [await accept({ owner, patientId }), await accept({ owner, patientId })];
    await test.store.feed.act(done.id, owner, 'cancel', new Date(0));
    expect(await test.store.feed.purge(new Date(1), 0)).toBe(0);
    expect(await test.store.feed.purge(new Date(1), 9)).toBe(1);
    expect(await test.store.feed.byId(done.id, owner)).toBeUndefined();
    expect((await test.store.feed.byId(living.id, owner))?.state).toBe('queued');
  });
});

describe('at rest', () => {
  it('nothing says what is deposited, whose it is, or by whom', async () => {
    const { store, database, close } = await openTestStore();
    try {
      const ins = { value: '236046999012376', oid: insOid };
      const { id: patientId } = await store.patients.byIns(ins);
      const owner = { structure: '1990100117', clientId: 'client-of-theirs', personId: '899700204581' };
      const text = 'Compte rendu opératoire';
      await store.feed.accept(itemOf({ owner, patientId, text, uniqueIds: ['1.2.250.1.999.5'] }), now);
      const raw = await rawRows(database, ['feed_item', 'feed_document', 'pgboss"."job']);
      const digest = createHash('sha256').update(text).digest('hex');
      for (const secret of [text, ins.value, '1.2.250.1.999.5', digest, ...Object.values(owner)])
        expect(raw).not.toContain(secret);
    } finally {
      await close();
    }
  });

  it('what waits is submitted after the keys were changed', async () => {
    const { store, database, config, close } = await openTestStore();
    try {
      const { id: patientId } = await store.patients.byIns({ value: '236046999012376', oid: insOid });
      const owner = newOwner();
      const { item } = await store.feed.accept(itemOf({ owner, patientId }), now);
      const keyOf = () =>
        database.query('SELECT substring(content_sealed FROM 2 FOR 4) AS key FROM feed_item WHERE id = $1', [item!.id]);
      const before = await keyOf();
      await rotateKeys(config, { learnMs: 0, bothMs: 0 });
      expect(await keyOf()).not.toEqual(before);
      const [claimed] = await claim(owner, store);
      expect(claimed).toMatchObject({ id: item!.id, owner, content: { text: 'bytes' } });
      expect(await store.feedWork.finish(claimed!, { state: 'delivered', result: { ok: true } }, now)).toBe(true);
      expect(await store.feed.byId(item!.id, owner)).toMatchObject({ state: 'delivered', result: { ok: true } });
    } finally {
      await close();
    }
  });
});

describe('the tables of the queue', () => {
  it('may be lost: each line gets its turn back, and nobody a second one', async () => {
    const { store, database, close } = await openTestStore();
    try {
      const owner = newOwner();
      const people = ['236046999012376', '141112A99004563'];
      for (const value of [...people, ...people]) {
        const { id: patientId } = await store.patients.byIns({ value, oid: insOid });
        await store.feed.accept(itemOf({ owner, patientId }), now);
      }
      expect(await store.feedWork.mend()).toBe(0);
      await database.query('DELETE FROM pgboss.job');
      expect(await claim(owner, store)).toEqual([]);
      expect(await store.feedWork.mend()).toBe(2);
      expect(await store.feedWork.mend()).toBe(0);
      expect(await claim(owner, store)).toHaveLength(2);
      expect(await store.feedWork.mend(), 'they are being worked on').toBe(0);
    } finally {
      await close();
    }
  });

  it('are made once by several instances that start at once, and are looked after by nobody', async () => {
    const { database, config, close } = await openTestStore();
    try {
      await database.query('DROP SCHEMA pgboss CASCADE');
      const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(config)));
      const owner = newOwner();
      const [first] = stores;
      const { id: patientId } = await first!.patients.byIns({ value: '236046999012376', oid: insOid });
      await Promise.all(stores.map((store) => store.feed.accept(itemOf({ owner, patientId }), now)));
      expect(await database.query('SELECT count(*)::int AS queues FROM pgboss.queue')).toEqual([{ queues: 1 }]);
      expect(await database.query('SELECT count(*)::int AS jobs FROM pgboss.job')).toEqual([{ jobs: 1 }]);
      await Promise.all(stores.map((store) => store.close()));
    } finally {
      await close();
    }
  });
});
