/** Take-overs in a real database: whose they are, what became of their lines, and that nothing in them can be read. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewFeedItem, ReceivedLine, TakeoverContent } from '../../server/store/index.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const structure = '1990100109';
const owner = { structure, clientId: 'dui' };
const now = new Date('2026-11-28T09:00:00Z');
const content: TakeoverContent = {
  name: 'Reprise des courriers',
  ...{ documents: 10, begin: '2026-12-01', all: 10, perDay: 10 },
  contact: { name: 'Léa FICTIVE', email: 'lea@verger.example' },
  by: { person: '899700204581', client: 'dui' },
};
let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const begin = () => test.store.takeovers.create(owner, 'running', content, now);
const line = (reference: string, more: Partial<ReceivedLine> = {}): ReceivedLine => ({
  ...{ reference, digest: 'a'.repeat(64), state: 'rejected', reason: 'required', issues: [{ key: 'required' }] },
  ...more,
});

async function item(takeoverId: string): Promise<NewFeedItem> {
  const { id: patientId } = await test.store.patients.byIns({ value: '236046999012376', oid: '1.2.250.1.213.1.4.10' });
  return {
    owner: { ...owner, personId: '899700204581' },
    ...{ patientId, lane: 'takeover', kind: 'document', state: 'queued', takeoverId },
    ...{ uniqueIds: [`1.2.${randomUUID()}`], digest: 'b'.repeat(64), size: 1, content: {} },
  };
}

describe('a take-over', () => {
  it('is seen by its client and by the structure, and by nobody else', async () => {
    const { id } = await begin();
    const { takeovers } = test.store;
    expect(await takeovers.byId(id, owner)).toMatchObject({ id, state: 'running', content, version: 1 });
    expect(await takeovers.byId(id, { structure })).toBeDefined();
    for (const viewer of [{ structure, clientId: 'other' }, { structure: '1990100208' }])
      expect(await takeovers.byId(id, viewer)).toBeUndefined();
    expect(await takeovers.byId('no uuid', owner)).toBeUndefined();
    expect((await takeovers.search({ structure: '1990100208' })).length).toBe(0);
  });

  it('is changed by who has seen its last version', async () => {
    const { id, version } = await begin();
    const { takeovers } = test.store;
    const changed = await takeovers.change(id, version, { state: 'cancelled' }, now);
    expect(changed).toMatchObject({ state: 'cancelled', version: 2, finishedAt: now, content });
    expect(await takeovers.change(id, version, { state: 'running' }, now)).toBeUndefined();
    expect(await takeovers.stateOf(id)).toMatchObject({ state: 'cancelled', begin: expect.any(String) as string });
    expect((await takeovers.search(owner, ['cancelled'])).map((t) => t.id)).toContain(id);
    expect((await takeovers.search(owner, ['paused'])).map((t) => t.id)).not.toContain(id);
  });
});

describe('its lines', () => {
  it('are found again by their names, with whether they are the same', async () => {
    const { id } = await begin();
    const { takeovers } = test.store;
    await takeovers.receive(id, [line('a'), line('b')], now);
    const known = await takeovers.linesBy(id, [
      { reference: 'a', digest: 'a'.repeat(64) },
      { reference: 'b', digest: 'c'.repeat(64) },
      { reference: 'c', digest: 'c'.repeat(64) },
    ]);
    expect([...known].map(([name, { isSame }]) => [name, isSame]).sort()).toEqual([
      ['a', true],
      ['b', false],
    ]);
    const { id: other } = await begin();
    expect((await takeovers.linesBy(other, [{ reference: 'a', digest: 'a'.repeat(64) }])).size).toBe(0);
  });

  it('that were rejected give way, and any other stays', async () => {
    const { id } = await begin();
    const { takeovers } = test.store;
    const itemId = randomUUID();
    await takeovers.receive(id, [line('a')], now);
    await takeovers.receive(id, [line('a', { state: 'queued', itemId, issues: [] })], now);
    await takeovers.receive(id, [line('a', { reason: 'other' })], now);
    expect((await takeovers.lines(id, { most: 9 })).lines).toEqual([
      { reference: 'a', state: 'queued', reason: 'required', itemId, issues: [] },
    ]);
    expect(await takeovers.received(id)).toBe(1);
  });

  it.each([false, true])(
    'follow their items, and keep what became of them when these are forgotten',
    async (isPurgedUnseen) => {
      const { id } = await begin();
      const { takeovers, feed } = test.store;
      const [accepted] = await feed.acceptAll([await item(id)], now);
      await takeovers.receive(
        id,
        [line('a'), line('b', { state: 'queued', itemId: accepted!.item!.id, issues: [] })],
        now,
      );
      await feed.act(accepted!.item!.id, { structure }, 'cancel', now);
      // Nobody has looked at it in between.
      if (isPurgedUnseen) await feed.purge(new Date('2030-01-01'), 9);
      const counts = [
        { state: 'cancelled', count: 1 },
        { state: 'rejected', reason: 'required', count: 1 },
      ];
      expect(await takeovers.counts(id, now)).toEqual(counts);
      await feed.purge(new Date('2030-01-01'), 9);
      expect(await feed.byId(accepted!.item!.id, { structure })).toBeUndefined();
      expect(await takeovers.counts(id, now)).toEqual(counts);
    },
  );

  it('are read in pages, in the order in which they came, those of some states alone', async () => {
    const { id } = await begin();
    const { takeovers } = test.store;
    const names = Array.from({ length: 7 }, (_, i) => `l${i}`);
    for (const name of names)
      await takeovers.receive(id, [line(name, name === 'l3' ? { state: 'delivered' } : {})], now);
    const seen: string[] = [];
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page = await takeovers.lines(id, { most: 3, ...(after === undefined ? {} : { after }) });
      seen.push(...page.lines.map((l) => l.reference));
      after = page.next;
    }
    expect(seen).toEqual(names);
    const { lines } = await takeovers.lines(id, { most: 3, states: ['delivered'] });
    expect(lines.map((l) => l.reference)).toEqual(['l3']);
  });

  it('and the plan say nothing to who reads the database', async () => {
    const { id } = await begin();
    await test.store.takeovers.receive(id, [line('IPP-000042-secret', { issues: [{ key: 'unmistakable' }] })], now);
    const rows = await test.database.query<{ text: string }>(
      `SELECT t::text AS text FROM takeover t UNION ALL SELECT l::text FROM takeover_line l`,
    );
    const all = rows.map(({ text }) => Buffer.from(text).toString('latin1')).join('\n');
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    for (const word of ['IPP-000042-secret', 'unmistakable', 'verger.example', structure, 'dui']) {
      expect(all).not.toContain(word);
      expect(all).not.toContain(hex(word));
    }
  });
});
