/**
 * Issue 6, line 3, limits shared by all instances: at most N submissions in any sliding second per structure and software, daily caps,
 * circuit breaker, adaptive slow-down. Two façades on one database; what is said of the wire is what the simulator saw.
 */
import type { DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { startServer, type RunningServer } from '../../server/main.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { text } from '../support/documents.ts';
import { simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const settings = {
  FEED_PACE: '4',
  FEED_PATIENCE_MS: '60000',
  // The simulator shares the event loop with both façades: what it sees late must not look like haste of theirs.
  FEED_PACE_MARGIN_MS: '400',
  FEED_BREAKER_FAILURES: '3',
  ENVIRONMENT: 'training',
  FEED_DAILY_CAP: '0',
};

let stack: Stack;
let second: RunningServer;
let token: string;
beforeAll(async () => {
  stack = await startStack(settings, { submissionsPerSecond: 4 });
  const config = { ...loadConfig(stack.environment), PORT: 0 };
  second = await another({});
  token = await makeToken(config, { person: 'nurse' });
});
afterAll(async () => {
  await second.close();
  await stack.close();
});
afterEach(() => stack.clearFaults());

/** One more façade on the same database, for the same tokens. */
function another(more: Record<string, string>): Promise<RunningServer> {
  const config = loadConfig({ ...stack.environment, ...more });
  return startServer(
    { ...config, PORT: 0, fhirBase: config.fhirBase.replace(/:\d+\//, ':0/'), AUTH_AUDIENCE: config.fhirBase },
    { logger: pino({ level: 'silent' }) },
  );
}

interface Answer {
  status: number;
  /** Seconds. */
  retryAfter?: number;
  /** Row of the error table. */
  error?: string;
}

const newDeposit = (): DocumentReference => simplified({ content: text(), contentType: 'text/plain' });

async function deposit(base = stack.base, resource = newDeposit()): Promise<Answer> {
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
  Promise.all(Array.from({ length: times }, (_, i) => deposit(i % 2 === 0 ? stack.base : second.url)));

const submissions = async (): Promise<number> => (await stack.calls()).filter((name) => name === 'TD2.1').length;
const limit = (change: string) => stack.database.query(`UPDATE feed_limit SET ${change}`);

describe('the pace', () => {
  it('deposits that all come at once to two façades reach the DMP at most four in any second', async () => {
    const answers = await depositAll(24);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 24 }, () => 201));
    const seen = await fetch(`${stack.simulator.controlUrl}/submissions`);
    const { submissions: senders } = (await seen.json()) as { submissions: { count: number; mostInASecond: number }[] };
    // One structure and software, whichever façade sent it.
    expect(senders).toHaveLength(1);
    expect(senders[0]?.count).toBe(24);
    expect(senders[0]?.mostInASecond).toBeLessThanOrEqual(4);
  });

  it('who cannot wait so long gets 429 and when to come back; nothing was sent, and the same deposit can come again', async () => {
    const resource = newDeposit();
    await stack.resetCalls();
    await limit(`next_at = clock_timestamp() + interval '90 s'`);
    for (const base of [stack.base, second.url]) {
      const answer = await deposit(base, resource);
      expect(answer).toMatchObject({ status: 429, error: 'feed-pace' });
      expect(answer.retryAfter).toBeGreaterThan(60);
      expect(answer.retryAfter).toBeLessThanOrEqual(90);
    }
    expect(await submissions()).toBe(0);
    await limit('next_at = clock_timestamp()');
    expect(await deposit(second.url, resource)).toEqual({ status: 201 });
    expect((await deposit(stack.base, resource)).status).toBe(200);
    expect(await submissions()).toBe(1);
  });
});

describe('the daily cap', () => {
  it('in the training environment: 20 documents a day, over all instances; the next day of Paris begins anew', async () => {
    const capped = await another({ FEED_DAILY_CAP: '' });
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
    for (const base of [stack.base, second.url, stack.base])
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
    expect(await deposit(second.url)).toEqual({ status: 201 });
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
  await deposit(second.url);
  expect(await factor()).toBeCloseTo(0.55);
});
