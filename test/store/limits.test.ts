import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../server/store/index.ts';
import type { DmpHealth, LimitKey, NewFeedItem, TurnRules } from '../../server/store/types.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

let test: TestStore;
const others: Store[] = [];
let keys = 0;
const newKey = (): LimitKey => ({ structure: `19901001${++keys}`, software: 'LPS' });
const rules: TurnRules = { intervalMs: 0, patienceMs: 60_000, documents: 1, probeMs: 60_000 };

beforeAll(async () => {
  test = await openTestStore();
  for (let i = 0; i < 3; i++) others.push(await openStore(test.config));
  // What the database itself saw of every turn, to the microsecond.
  await test.database.query(`
    CREATE TABLE turn_seen (key bytea, next_at timestamptz(6));
    CREATE FUNCTION see_turn() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO turn_seen VALUES (NEW.key, NEW.next_at); RETURN NEW; END $$;
    CREATE TRIGGER see_turn AFTER UPDATE OF next_at ON feed_limit FOR EACH ROW EXECUTE FUNCTION see_turn()`);
});
afterAll(async () => {
  await Promise.all(others.map((store) => store.close()));
  await test.close();
});

/** Everybody asks at once, over all instances. */
const all = (key: LimitKey, times: number, asked: Partial<TurnRules> = {}) =>
  Promise.all(
    Array.from({ length: times }, (_, i) => [test.store, ...others][i % 4]!.limits.turn(key, { ...rules, ...asked })),
  );
const granted = (answers: readonly { outcome: string }[]): number =>
  answers.filter(({ outcome }) => outcome === 'granted').length;
const health = (change: Partial<DmpHealth>) => (before: DmpHealth) => ({ ...before, ...change });

describe('the pace', () => {
  const N = 4;
  const intervalMs = 1100 / N;

  it('of 100 who ask at once over four instances: any N + 1 turns span a second and the margin', async () => {
    await test.database.query('TRUNCATE turn_seen');
    expect(granted(await all(newKey(), 100, { intervalMs }))).toBe(100);
    const spans = await test.database.query<{ least: number; turns: number }>(`
      SELECT min(ms)::float8 AS least, count(*)::int AS turns FROM (
        SELECT 1000 * extract(epoch FROM next_at - lag(next_at, ${N}) OVER (ORDER BY next_at)) AS ms FROM turn_seen) t`);
    expect(spans[0]?.turns).toBe(100);
    expect(spans[0]?.least).toBeGreaterThanOrEqual(1100);
  });

  it('a turn that comes later than one would wait is not booked, and says when to ask again', async () => {
    const key = newKey();
    const patient = { intervalMs: 60_000, patienceMs: 70_000 };
    expect(await all(key, 1, patient)).toEqual([{ outcome: 'granted', waitMs: 0 }]);
    const answers = await all(key, 8, patient);
    expect(granted(answers)).toBe(1);
    for (const { outcome, waitMs } of answers.filter((a) => a.outcome !== 'granted')) {
      expect(outcome).toBe('pace');
      expect(waitMs).toBeGreaterThan(70_000);
      expect(waitMs).toBeLessThanOrEqual(120_000);
    }
    expect((await test.store.limits.read(key))?.today).toBe(2);
  });

  it('is divided by what the DMP is slow for', async () => {
    const key = newKey();
    await all(key, 1, { intervalMs: 0 });
    await test.store.limits.learn(key, health({ factor: 0.25 }));
    await all(key, 1, { intervalMs: 20_000 });
    const [next] = await all(key, 1, { intervalMs: 20_000, patienceMs: 0 });
    expect(next?.outcome).toBe('pace');
    expect(next?.waitMs).toBeGreaterThan(20_000);
  });

  it('goes on when the clock of the database was set back', async () => {
    const key = newKey();
    await all(key, 1);
    await test.database.query(`UPDATE feed_limit SET next_at = clock_timestamp() + interval '1 h'`);
    const [answer] = await all(key, 1);
    expect(answer).toMatchObject({ outcome: 'granted', waitMs: 1000 });
  });
});

describe('the daily cap', () => {
  it('is never exceeded, whoever asks for how many; the next day of Paris begins anew', async () => {
    const key = newKey();
    expect(granted(await all(key, 30, { dailyCap: 20 }))).toBe(20);
    const [refused] = await all(key, 1, { dailyCap: 20 });
    const stored = await test.store.limits.read(key);
    expect(stored?.today).toBe(20);
    expect(refused?.outcome).toBe('cap');
    expect(refused?.waitMs).toBeLessThanOrEqual(stored!.midnight.getTime() - stored!.now.getTime() + 60_000);
    const paris = new Intl.DateTimeFormat('fr', { timeZone: 'Europe/Paris', timeStyle: 'medium' });
    expect(paris.format(stored!.midnight)).toBe('00:00:00');
    await test.database.query(`UPDATE feed_limit SET day = day - 1`);
    expect((await test.store.limits.read(key))?.today).toBe(0);
    expect(granted(await all(key, 1, { dailyCap: 20, documents: 5 }))).toBe(1);
    expect((await test.store.limits.read(key))?.today).toBe(5);
  });

  it('a set that does not fit is refused, one that fits after it passes; what was counted is not counted again', async () => {
    const key = newKey();
    await all(key, 1, { dailyCap: 20, documents: 18 });
    expect((await all(key, 1, { dailyCap: 20, documents: 3 }))[0]?.outcome).toBe('cap');
    expect((await all(key, 1, { dailyCap: 20, documents: 2 }))[0]?.outcome).toBe('granted');
    expect((await all(key, 1, { dailyCap: 20, documents: 0 }))[0]?.outcome).toBe('granted');
    expect((await test.store.limits.read(key))?.today).toBe(20);
  });
});

describe('the breaker', () => {
  const past = () => new Date(Date.now() - 1000);

  it('open: nobody gets a turn; its time over: exactly one does, over all instances', async () => {
    const key = newKey();
    await all(key, 1);
    await test.store.limits.learn(key, (before, now) => ({ ...before, openUntil: new Date(now.getTime() + 60_000) }));
    const open = await all(key, 20);
    expect(open.every(({ outcome, waitMs }) => outcome === 'breaker' && waitMs > 0 && waitMs <= 60_000)).toBe(true);
    await test.store.limits.learn(key, health({ openUntil: past() }));
    expect(granted(await all(key, 40))).toBe(1);
    expect(granted(await all(key, 40))).toBe(0);
    // Whoever tried has died: after a while another may.
    await test.store.limits.learn(key, health({ openUntil: past(), probeUntil: past() }));
    expect(granted(await all(key, 40))).toBe(1);
    await test.store.limits.learn(key, health({ openUntil: undefined, probeUntil: undefined }));
    expect(granted(await all(key, 5))).toBe(5);
  });
});

it('what is learned of the DMP loses nothing when all learn at once', async () => {
  const key = newKey();
  await all(key, 1);
  await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      [test.store, ...others][i % 4]!.limits.learn(key, (before) => ({ ...before, failures: before.failures + 1 })),
    ),
  );
  expect((await test.store.limits.read(key))?.failures).toBe(40);
  const nobody = newKey();
  await test.store.limits.learn(nobody, health({ failures: 1 }));
  expect(await test.store.limits.read(nobody)).toBeUndefined();
});

describe('the backlog of live deposits', () => {
  const owner = { structure: '1990100777', clientId: 'demo', personId: '8' };
  let count = 0;
  const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
  async function accept(patientId: string, at: Date, given: Partial<NewFeedItem> = {}): Promise<string> {
    const item: NewFeedItem = {
      ...{ owner, patientId, lane: 'live', kind: 'document', state: 'queued', uniqueIds: [`1.2.${++count}`] },
      ...{ digest: '00'.repeat(32), size: 1, content: {}, ...given },
    };
    return (await test.store.feed.accept(item, at)).item!.id;
  }
  const newPatient = async (): Promise<string> =>
    (await test.store.patients.byIns({ value: `23604699${++count}`.padEnd(15, '0'), oid: '1.2.250.1.213.1.4.10' })).id;
  const minutes = async (): Promise<[count: number, minutes: number]> => {
    const { count: waiting, oldestMs } = await others[0]!.limits.backlog(owner.structure);
    return [waiting, Math.floor(oldestMs / 60_000)];
  };

  it('counts what waits, of the structure, and says since when the oldest that could go does', async () => {
    expect(await minutes()).toEqual([0, 0]);
    const [one, two] = [await newPatient(), await newPatient()];
    const first = await accept(one, minutesAgo(30));
    await accept(one, minutesAgo(29));
    await accept(two, minutesAgo(10));
    // Past, proposed, of others: none of them is a promise that is late.
    await accept(two, minutesAgo(900), { lane: 'takeover' });
    await accept(await newPatient(), minutesAgo(900), { state: 'proposed' });
    await accept(await newPatient(), minutesAgo(900), { owner: { ...owner, structure: '1990100778' } });
    expect(await minutes()).toEqual([3, 30]);

    // The first one failed, and waits for its next try; the second of that patient can only wait for it.
    const viewer = { structure: owner.structure };
    const [claimed] = await test.store.feedWork.claim(
      { structure: owner.structure, lane: 'live' },
      { worker: randomUUID(), most: 1, concurrency: 9, leaseMs: 60_000 },
    );
    expect(claimed?.id).toBe(first);
    const nextAt = new Date(Date.now() + 3_600_000);
    await test.store.feedWork.finish(
      claimed!,
      { state: 'waiting', reason: 'dmp-network', nextAt, attempted: true, isUncertain: false },
      new Date(),
    );
    expect(await minutes()).toEqual([3, 10]);

    // What is queued again by hand begins to wait then.
    await test.store.feed.act(first, viewer, 'cancel', new Date());
    expect(await minutes()).toEqual([2, 29]);
  });
});
