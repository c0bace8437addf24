/**
 * Issue 6, line 3, limits shared by all instances: at most N submissions in any sliding second per structure and software, daily caps,
 * quiet windows, circuit breaker, adaptive slow-down, 429 on a backlog. Two façades on one database, each a process; what is said of the
 * wire is what the simulator saw.
 */
import type { DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { createDmpClient } from '../../server/dmp/client.ts';
import { createBackpressure } from '../../server/feed/limits/backpressure.ts';
import { behindGate } from '../../server/fhir/behind-gate.ts';
import { intake } from '../../server/fhir/feed/intake.ts';
import { toProblem } from '../../server/fhir/outcome.ts';
import type { Services } from '../../server/fhir/services.ts';
import { onlyPrimary } from '../../server/registry/primary.ts';
import { openStore, type FeedLane, type Store } from '../../server/store/index.ts';
import { nurse } from '../support/callers.ts';
import { text } from '../support/documents.ts';
import { startInstance, type Instance } from '../support/instance.ts';
import { simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

/** A window in two hours, for an hour: whatever the time is, take-overs wait. */
const later = (hours: number): string =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Paris',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(Date.now() + hours * 3_600_000);
const settings = {
  FEED_TAKEOVER_HOURS: `${later(2)}-${later(3)}`,
  FEED_WORKING_DAYS: 'mon,tue,wed,thu,fri,sat,sun',
  FEED_HOLIDAYS_REGION: 'none',
  FEED_PACE: '4',
  FEED_PATIENCE_MS: '60000',
  // What the simulator sees late on a busy machine must not look like haste of theirs.
  FEED_PACE_MARGIN_MS: '1500',
  FEED_BREAKER_FAILURES: '3',
  ENVIRONMENT: 'training',
  FEED_DAILY_CAP: '0',
};

let stack: Stack;
let instances: [Instance, Instance];
let token: string;
beforeAll(async () => {
  stack = await startStack(settings);
  token = await stack.token('nurse');
  // Whoever works beside the simulator would keep it from looking at its clock.
  await stack.closeServer();
  instances = await Promise.all([startInstance(stack.environment), startInstance(stack.environment)]);
  // What the database saw of every turn, to the microsecond.
  await stack.database.query(`
    CREATE TABLE turn_seen (key bytea, next_at timestamptz(6));
    CREATE FUNCTION see_turn() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO turn_seen VALUES (NEW.key, NEW.next_at); RETURN NEW; END $$;
    CREATE TRIGGER see_turn AFTER UPDATE OF next_at ON feed_limit FOR EACH ROW EXECUTE FUNCTION see_turn()`);
});
afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.close()));
  await stack.close();
});
afterEach(() => stack.clearFaults());

interface Answer {
  status: number;
  /** Seconds. */
  retryAfter?: number;
  /** Row of the error table. */
  error?: string;
}

const newDeposit = (): DocumentReference => simplified({ content: text(), contentType: 'text/plain' });

async function deposit(base = instances[0].url, resource = newDeposit()): Promise<Answer> {
  const answer = await fetch(`${base}/DocumentReference`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify(resource),
  });
  const body = (await answer.json()) as DocumentReference | OperationOutcome;
  const retryAfter = answer.headers.get('retry-after');
  const error = body.resourceType === 'OperationOutcome' ? body.issue[0]?.details?.coding?.[0]?.code : undefined;
  return {
    status: answer.status,
    ...(retryAfter === null ? {} : { retryAfter: Number(retryAfter) }),
    ...(error === undefined ? {} : { error }),
  };
}
/** Half of them by each façade. */
const depositAll = (times: number): Promise<Answer[]> =>
  Promise.all(Array.from({ length: times }, (_, i) => deposit(instances[i % 2]!.url)));

const submissions = async (): Promise<number> => (await stack.calls()).filter((name) => name === 'TD2.1').length;
const limit = (change: string) => stack.database.query(`UPDATE feed_limit SET ${change}`);

describe('the pace', () => {
  it('deposits that all come at once to two façades reach the DMP at most four in any second', async () => {
    const [N, times] = [4, 14];
    // The first row, the first connections.
    expect((await depositAll(2)).map(({ status }) => status)).toEqual([201, 201]);
    await fetch(`${stack.simulator.controlUrl}/submissions`, { method: 'DELETE' });
    await stack.database.query('DELETE FROM turn_seen');
    const answers = await depositAll(times);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: times }, () => 201));

    const seen = await fetch(`${stack.simulator.controlUrl}/submissions`);
    const { submissions: senders } = (await seen.json()) as {
      submissions: { count: number; mostInASecond: number; at: number[] }[];
    };
    // One structure and software, whichever façade sent it.
    expect(senders).toHaveLength(1);
    expect(senders[0]).toMatchObject({ count: times });
    expect(senders[0]?.mostInASecond).toBeLessThanOrEqual(N);
    const { at } = senders[0]!;
    expect(Math.min(...at.slice(N).map((last, i) => last - at[i]!))).toBeGreaterThanOrEqual(1000);

    const turns = await stack.database.query<{ keys: number; count: number; least: number }>(`
      SELECT count(DISTINCT key)::int AS keys, count(*)::int AS count, min(ms)::float8 AS least FROM (
        SELECT key, 1000 * extract(epoch FROM next_at - lag(next_at, ${N}) OVER (ORDER BY next_at)) AS ms
        FROM turn_seen) t`);
    expect(turns[0]?.keys).toBe(1);
    // A turn that was lost was asked for again.
    expect(turns[0]?.count).toBeGreaterThanOrEqual(times);
    expect(turns[0]?.least).toBeGreaterThanOrEqual(1000);
  });

  it('who cannot wait so long gets 429 and when to come back; nothing was sent, and the same deposit can come again', async () => {
    const resource = newDeposit();
    await stack.resetCalls();
    await limit(`next_at = clock_timestamp() + interval '90 s'`);
    for (const base of instances.map(({ url }) => url)) {
      const answer = await deposit(base, resource);
      expect(answer).toMatchObject({ status: 429, error: 'feed-pace' });
      expect(answer.retryAfter).toBeGreaterThan(60);
      expect(answer.retryAfter).toBeLessThanOrEqual(90);
    }
    expect(await submissions()).toBe(0);
    // On record as what was about to be sent, and was not.
    const records = await stack.database.query<{ outcome: string }>(
      `SELECT outcome FROM kept_record WHERE kind = 'dmp' ORDER BY at DESC LIMIT 4`,
    );
    expect(records.map(({ outcome }) => outcome).sort()).toEqual(['pending', 'pending', 'refused', 'refused']);
    await limit('next_at = clock_timestamp()');
    expect(await deposit(instances[1].url, resource)).toEqual({ status: 201 });
    expect((await deposit(instances[0].url, resource)).status).toBe(200);
    expect(await submissions()).toBe(1);
  });
});

describe('the daily cap', () => {
  it('in the training environment: 20 documents a day, over all instances; the next day of Paris begins anew', async () => {
    const capped = await startInstance({ ...stack.environment, FEED_DAILY_CAP: '' });
    try {
      await limit('documents = 18');
      await stack.resetCalls();
      const answers = await Promise.all([capped.url, capped.url, capped.url].map((base) => deposit(base)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429]);
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.error).toBe('feed-daily-cap');
      expect(refused?.retryAfter).toBeLessThanOrEqual(90_000);
      expect(await submissions()).toBe(2);
      await limit('day = day - 1');
      expect(await deposit(capped.url)).toEqual({ status: 201 });
    } finally {
      await capped.close();
    }
  });
});

describe('the circuit breaker', () => {
  it('opens for all when the DMP is not there, tries one submission alone, and closes with the first answer', async () => {
    await stack.fault({ transaction: 'TD2.1', kind: 'html503' });
    for (const base of [...instances, instances[0]].map(({ url }) => url))
      expect(await deposit(base)).toMatchObject({ status: 503, error: '503' });
    await stack.resetCalls();
    const open = await depositAll(6);
    for (const answer of open) {
      expect(answer).toMatchObject({ status: 503, error: 'feed-breaker' });
      expect(answer.retryAfter).toBeLessThanOrEqual(30);
    }
    expect(await submissions()).toBe(0);

    await limit(`open_until = clock_timestamp() - interval '1 s'`);
    const halfOpen = await depositAll(6);
    expect(halfOpen.map(({ error }) => error).sort()).toEqual(['503', ...Array<string>(5).fill('feed-breaker')]);
    expect(await submissions()).toBe(1);

    await stack.clearFaults();
    await limit(`open_until = clock_timestamp() - interval '1 s'`);
    expect(await deposit(instances[1].url)).toEqual({ status: 201 });
    expect((await depositAll(4)).map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it('refusals of the DMP never open it', async () => {
    await stack.fault({ transaction: 'TD2.1', kind: 'registryError', code: 'XDSUnknownPatientId' });
    for (let i = 0; i < 5; i++) expect((await deposit()).error).toBe('XDSUnknownPatientId');
    await stack.clearFaults();
    expect(await deposit()).toEqual({ status: 201 });
  });
});

it('a DMP that fails halves the pace for all instances, and each good answer gives some of it back', async () => {
  const factor = async (): Promise<number> =>
    (await stack.database.query<{ factor: number }>('SELECT factor FROM feed_limit'))[0]!.factor;
  await limit('factor = 1, slowed_at = NULL, failures = 0');
  await stack.fault({ transaction: 'TD2.1', kind: 'html503' });
  await deposit();
  expect(await factor()).toBe(0.5);
  await stack.clearFaults();
  await deposit(instances[1].url);
  expect(await factor()).toBeCloseTo(0.55);
});

describe('what was taken into the queue', () => {
  let store: Store;
  let services: Services;
  beforeAll(async () => {
    await stack.database.query('UPDATE feed_limit SET open_until = NULL, next_at = clock_timestamp()');
    const config = loadConfig({ ...stack.environment, FEED_BACKLOG_MAX: '2' });
    store = await openStore(config);
    const structures = onlyPrimary(config);
    const now = () => new Date();
    const dmp = createDmpClient(config, structures);
    services = {
      ...{ config, store, structures, now, logger: pino({ level: 'silent' }) },
      ...behindGate({ config, store, dmp, now }),
      backpressure: createBackpressure(config, store.limits, () => performance.now() * 1e6),
    };
    return async () => {
      await dmp.close();
      await store.close();
    };
  });
  const take = async (lane: FeedLane): Promise<string> =>
    (await intake({ kind: 'document', lane, body: newDeposit(), caller: nurse }, services)).item.id;
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await store.feed.byId(id, { structure: nurse.structure.id }))?.state;
  const delivered = async (id: string): Promise<void> => {
    while ((await stateOf(id)) !== 'delivered') await sleep(200);
  };

  it('working hours hold back a take-over, not what somebody waits for; when they end it goes on', async () => {
    const past = await take('takeover');
    const live = await take('live');
    await delivered(live);
    // The live one came later, and both façades have looked at both lanes since.
    expect(await stateOf(past)).toBe('queued');
    const atNight = await startInstance({ ...stack.environment, FEED_TAKEOVER_HOURS: 'always' });
    try {
      await delivered(past);
    } finally {
      await atNight.close();
    }
  });

  it('while too many wait, 429 to what is live, and a take-over is taken', async () => {
    // The DMP is away: nothing leaves the queue.
    await limit(`open_until = clock_timestamp() + interval '1 h'`);
    const waiting = [await take('live'), await take('live')];
    const refused = toProblem(await take('live').catch((error: unknown) => error));
    expect(refused).toMatchObject({ status: 429, headers: { 'Retry-After': '60' } });
    expect(refused.issues.map(({ key }) => key)).toEqual(['feed-backlog']);
    expect(await stateOf(await take('takeover'))).toBe('queued');
    await limit('open_until = NULL');
    await Promise.all(waiting.map(delivered));
    await delivered(await take('live'));
  });
});
