/**
 * What the rules hold, on a real database: proposed at the intake, released by a person, submitted by the worker; and what a later
 * version says to that.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFeedWorker } from '../../../../server/feed/worker.ts';
import { feedingRules } from '../../../../server/feed/rules/model.ts';
import { readSetPayload } from '../../../../server/fhir/deposit/payload.ts';
import { createAttempt } from '../../../../server/fhir/feed/attempt.ts';
import { check, intake } from '../../../../server/fhir/feed/intake.ts';
import type { DepositResult } from '../../../../server/fhir/task/result.ts';
import type { FeedItem } from '../../../../server/store/index.ts';
import { nurse } from '../../../support/callers.ts';
import { text } from '../../../support/documents.ts';
import { newOid, provideBundle, simplified } from '../../../support/resources.ts';
import { openTestStore, type TestStore } from '../../../support/store.ts';
import { world, type World } from '../../deposit/fakes.ts';

let database: TestStore;
let w: World;
beforeAll(async () => {
  database = await openTestStore();
});
afterAll(() => database.close());
const structure = nurse.structure.id;
const viewer = { structure };

/** Records rules as the next version. @returns its number */
async function decide(rules: unknown[], otherwise: unknown = { then: 'automatic' }): Promise<number> {
  const { feedingRules: store } = database.store;
  const expected = (await store.history(structure, 1))[0]?.number ?? 0;
  const decision = { date: '2026-11-12', reference: 'CME 2026-14' };
  const content = { rules: feedingRules.parse({ decision, rules, otherwise }), author: { by: 'cli', account: 'x' } };
  await store.write({ structure, expected, content });
  return expected + 1;
}
const byHand = [
  { name: 'by-hand', when: {}, then: 'manual', reason: 'A person reads it', visibility: ['INVISIBLE_PATIENT'] },
];

beforeEach(() => {
  w = world();
  Object.assign(w, { store: database.store });
});

const note = (uniqueId = newOid()): DocumentReference =>
  simplified({ content: text(uniqueId), contentType: 'text/plain', uniqueId });
const take = (body: unknown, more: Partial<Parameters<typeof intake>[0]> = {}) =>
  intake({ kind: 'document', lane: 'live', body, caller: nurse, ...more }, w);
const release = async ({ id }: FeedItem) => (await database.store.feed.act(id, viewer, 'release', w.now()))?.item.state;
/** Lets the worker do what is due. @returns the item then */
async function work({ id }: FeedItem): Promise<FeedItem> {
  const limits = { pauseOf: async () => undefined, concurrency: 4 };
  const worker = createFeedWorker({ ...w, limits, attempt: createAttempt(w) });
  await worker.tick();
  await worker.close();
  return (await database.store.feed.byId(id, viewer))!;
}
const resultOf = ({ result }: FeedItem): DepositResult => result as DepositResult;
const submissions = (): string[] => w.fake.calls.map((c) => c.transaction).filter((t) => t === 'TD2.1');

it('waits for a person with its reason, is released, and goes with its initial visibility', async () => {
  const version = await decide(byHand);
  const uniqueId = newOid();
  const { item, issues } = await take(note(uniqueId));
  expect([item.state, item.reason]).toEqual(['proposed', 'feeding-rule-manual']);
  expect(issues.map((i) => i.key)).toContain('feeding-rule-manual');
  const rules = [{ uniqueId, verdict: 'manual', version, rule: 'by-hand', visibility: ['INVISIBLE_PATIENT'] }];
  expect(resultOf(item)).toMatchObject({
    issues: [{ key: 'feeding-rule-manual', values: { version, rule: 'by-hand', reason: 'A person reads it' } }],
    rules,
  });
  expect((await work(item)).state).toBe('proposed');
  expect(submissions()).toEqual([]);
  expect(await release(item)).toBe('queued');
  const delivered = await work(item);
  expect(delivered.state).toBe('delivered');
  expect(resultOf(delivered).rules).toEqual(rules);
  expect(w.fake.calls[0]?.input.entries[0]?.entry.confidentialityCodes.map((c) => c.code).sort()).toEqual([
    'INVISIBLE_PATIENT',
    'N',
  ]);
  const set = await database.store.sets.byId(resultOf(delivered).set ?? '');
  expect(readSetPayload(set?.payload).documents[0]?.ruling).toEqual(rules[0]);
});

it('a set is proposed whole when one of its documents is', async () => {
  await decide([{ name: 'lab', when: { type: ['11502-2'] }, then: 'manual' }]);
  const lab = { system: 'http://loinc.org', code: '11502-2' };
  const deposits = [lab, undefined].map((type) => ({
    ...{ content: text(newOid()), contentType: 'text/plain', uniqueId: newOid() },
    ...(type ? { type } : {}),
  }));
  const { item } = await take(provideBundle(deposits), { kind: 'set' });
  expect(item.state).toBe('proposed');
  expect(resultOf(item).rules?.map((r) => r.verdict)).toEqual(['manual', 'automatic']);
  await release(item);
  expect((await work(item)).state).toBe('delivered');
  expect(submissions()).toHaveLength(1);
});

it('the same deposit again is the same proposal', async () => {
  await decide(byHand);
  const body = note();
  const first = await take(body);
  const second = await take(body);
  expect([second.isNew, second.item.id]).toEqual([false, first.item.id]);
});

it('what was released is held by no later version, and refused by one that excludes it', async () => {
  await decide(byHand);
  const [held, excluded] = [await take(note()), await take(note())];
  await decide(byHand);
  await release(held.item);
  expect((await work(held.item)).state).toBe('delivered');
  const version = await decide([{ name: 'not-any-more', when: {}, then: 'never', reason: 'Excluded' }]);
  await release(excluded.item);
  const refused = await work(excluded.item);
  expect([refused.state, refused.reason]).toEqual(['refused', 'feeding-rule-never']);
  expect(resultOf(refused).issues?.[0]?.values).toMatchObject({ version, rule: 'not-any-more', reason: 'Excluded' });
  expect(submissions()).toHaveLength(1);
});

it('what was let go is not held by a version that comes before its turn', async () => {
  await decide([]);
  const { item } = await take(note());
  expect(item.state).toBe('queued');
  await decide(byHand);
  expect((await work(item)).state).toBe('delivered');
});

it('never: not taken in at all, and the lane of a take-over has rules of its own', async () => {
  await decide([{ name: 'past', when: { lane: 'takeover' }, then: 'never', reason: 'Nothing of the past' }]);
  const past = { kind: 'document', lane: 'takeover', body: note(), caller: nurse } as const;
  await expect(check(past, w)).rejects.toMatchObject({ issues: [{ key: 'feeding-rule-never' }] });
  expect((await database.store.feed.search(viewer, { lanes: ['takeover'] }, { offset: 0, count: 1 })).total).toBe(0);
  expect((await take(note())).item.state).toBe('queued');
  await decide([{ name: 'past', when: { lane: 'takeover' }, then: 'manual' }]);
  expect((await take(note(), { lane: 'takeover' })).item).toMatchObject({ state: 'proposed', lane: 'takeover' });
});

it('what is in the DMP already is not proposed', async () => {
  await decide([]);
  const body = note();
  await work((await take(body)).item);
  await decide(byHand);
  expect((await take(body)).item.state).toBe('queued');
});
