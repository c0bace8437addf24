/** `/admin/feed`: how the feed of a structure stands, in numbers. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedStatus } from '../../../server/admin/feed.ts';
import type { FeedOutcome, NewFeedItem, StoredDocument } from '../../../server/store/index.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const structure = '1990100117';
const owner = { structure, clientId: 'dui', personId: '8' };
const now = new Date('2026-11-28T09:00:00Z');
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

let count = 0;
async function accept(at: Date, more: Partial<NewFeedItem> = {}): Promise<string> {
  const { id } = await test.store.patients.byIns({
    value: `2360469${String(++count).padStart(8, '0')}`,
    oid: '1.2.250.1.213.1.4.10',
  });
  const { item } = await test.store.feed.accept(
    {
      ...{ owner, patientId: id, lane: 'live', kind: 'document', state: 'queued', uniqueIds: [randomUUID()] },
      ...{ digest: 'ab'.repeat(32), size: 1, content: {} },
      ...more,
    },
    at,
  );
  return item!.id;
}
async function finish(id: string, outcome: FeedOutcome, at: Date): Promise<void> {
  const by = { worker: randomUUID(), most: 1, concurrency: 99, leaseMs: 60_000 };
  const [claimed] = await test.store.feedWork.claim({ structure, lane: 'live' }, by);
  expect(claimed!.id).toBe(id);
  await test.store.feedWork.finish(claimed!, outcome, at);
}

describe('the feed of a structure', () => {
  it('is told by lane and state, with what went and what failed, of the structure alone', async () => {
    const refused = { state: 'refused', reason: 'dmp:DMPDMPClosed', result: {} } as const;
    for (const [minutes, outcome] of [
      [10, { state: 'delivered', result: {} }],
      [90, { state: 'delivered', result: {} }],
      [2000, { state: 'delivered', result: {} }],
      [20, refused],
      [30, refused],
      [40, { state: 'exhausted', reason: 'dmp-timeout', result: {} }],
    ] as const)
      await finish(await accept(ago(3000)), outcome, ago(minutes));
    await accept(ago(15));
    await accept(ago(5));
    await accept(ago(600), { state: 'proposed' });
    await accept(ago(60), { lane: 'takeover' });
    await accept(ago(700), { owner: { ...owner, structure: '1990100125' } });

    const hidden = [ago(90), ago(5)].map((createdAt) => ({ createdAt }) as StoredDocument);
    const until = new Date('2026-11-28T19:00:00Z');
    const status = await feedStatus(structure, {
      feed: test.store.feed,
      documents: {
        depositedBy: (of, { label }) =>
          Promise.resolve(of === structure && label === 'INVISIBLE_PATIENT' ? hidden : []),
      },
      now: () => now,
      pauseOf: (of, lane) =>
        Promise.resolve(of === structure && lane === 'takeover' ? { reason: 'feed-breaker', until } : undefined),
    });
    const none = { active: 0, waiting: 0, cancelled: 0, declined: 0 };
    expect(status).toMatchObject({
      structure,
      at: now,
      lanes: [
        {
          lane: 'live',
          counts: { ...none, proposed: 1, queued: 2, delivered: 3, refused: 2, exhausted: 1 },
          oldest: ago(15),
          oldestSeconds: 900,
        },
        {
          lane: 'takeover',
          counts: { ...none, proposed: 0, queued: 1, delivered: 0, refused: 0, exhausted: 0 },
          oldestSeconds: 3600,
          pause: { reason: 'feed-breaker', until, en: expect.stringContaining('Try again in 36000 s') as string },
        },
      ],
      delivered: { hour: 1, day: 2 },
      unannounced: { count: 2, oldest: ago(90) },
      failed: [
        { reason: 'dmp-DMPDMPClosed', state: 'refused', count: 2, last: ago(20) },
        { reason: 'dmp-timeout', state: 'exhausted', count: 1, last: ago(40) },
      ],
    });
    expect(JSON.stringify(status)).toMatch(/"fr":"[^"]+","en":"[^"]+"/);
    expect((status as { lanes: object[] }).lanes[0]).not.toHaveProperty('pause');
  });
});
