/**
 * What the queue of deposits costs and keeps: durable intakes a second, beside a floor that only commits the octets; deliveries a second
 * with the limits off, by one façade and by two, beside deposits whose caller waits; and whether two façades together keep the pace.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { text } from '../test/support/documents.ts';
import { newOid, simplified, type Someone } from '../test/support/resources.ts';
import { databaseOfRun } from '../tools/crash/database.ts';
import { asSeed, lineOf, people } from '../tools/crash/documents.ts';
import { feed } from '../tools/crash/feeder.ts';
import { agree } from '../tools/fleet/agree.ts';
import { type Fleet, startFleet } from '../tools/fleet/index.ts';
import type { Instance } from '../tools/fleet/instance.ts';
import { feedSettings } from '../tools/fleet/settings.ts';
import { run, type LoadResult } from './load.ts';
import { start } from './processes.ts';

/** Documents that are delivered for one measurement, over so many patients: one at a time of each. */
const DELIVERIES = 300;
const PEOPLE = 30;
const PACE = 4;
const PACED = 60;

const say = (name: string, figure: string, beside = ''): void =>
  void process.stdout.write(`${name.padEnd(44)} ${figure.padStart(14)}   ${beside}\n`);
const share = (of: number, floor: number): string => `${((of / floor) * 100).toFixed(0)} %`;

interface Bench {
  fleet: Fleet;
  client: pg.Client;
  all: readonly Someone[];
  token: string;
  seconds: number;
}

/** @param seconds of a measurement of requests */
export async function benchFeed(seconds: number): Promise<void> {
  const database = await databaseOfRun();
  const fleet = await startFleet({
    databaseUrl: database.url,
    publicUrl: 'http://localhost:9',
    settings: feedSettings,
  });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const all = people(PEOPLE);
    await fleet.control('POST', 'seed', asSeed(all));
    const bench = { fleet, client, all, token: await fleet.token({ person: 'nurse', expires: '4h' }), seconds };
    process.stdout.write('\nThe queue of deposits\n');
    const [taking] = await instances(fleet, 1, { FEED_TICK_MS: '0' });
    await agree(taking!.origin, bench.token, all, ['feeding']);
    await intakes(bench, taking!, database.url);
    const waited = await synchronous(bench, taking!);
    await client.query('TRUNCATE feed_item CASCADE');
    for (const count of [1, 2]) {
      const rate = await deliveries(bench, taking!, count);
      say(
        `Deliveries, ${count} façade${count > 1 ? 's' : ''}, limits off`,
        `${rate.toFixed(1)} /s`,
        `${share(rate, waited)} of deposits whose caller waits`,
      );
    }
    await pace(bench, taking!);
  } finally {
    await fleet.close();
    await client.end();
    await database.close();
  }
}

async function instances(fleet: Fleet, count: number, settings: Record<string, string>): Promise<Instance[]> {
  const launched = await Promise.all(Array.from({ length: count }, () => fleet.launch(settings)));
  await Promise.all(launched.map((instance) => instance.ready()));
  return launched;
}

/** One small document of somebody; another each time. */
const fresh = (all: readonly Someone[]): (() => Buffer) => {
  let i = 0;
  return () =>
    Buffer.from(
      JSON.stringify(
        simplified({ who: all[i++ % all.length]!, uniqueId: newOid(), content: text(), contentType: 'text/plain' }),
      ),
    );
};

async function deposits(
  { all, token, seconds }: Bench,
  origin: string,
  headers: Record<string, string>,
): Promise<LoadResult> {
  const load = {
    url: `${origin}/fhir/DocumentReference`,
    method: 'POST' as const,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
    body: fresh(all),
    connections: 8,
  };
  await run({ ...load, seconds: 1 });
  const result = await run({ ...load, seconds });
  if (result.failures > 0) throw new Error(`${result.failures} deposits failed`);
  return result;
}

async function intakes(bench: Bench, { origin }: Instance, databaseUrl: string): Promise<void> {
  const floor = await start('bench/feed-floor.ts', { DATABASE_URL: databaseUrl });
  try {
    const taken = await deposits(bench, origin, { prefer: 'respond-async' });
    const bare = await deposits(bench, floor.hello['url']!, {});
    say('Durable intakes, 1 façade', `${taken.perSecond.toFixed(1)} /s`, `${share(taken.perSecond, bare.perSecond)} of the floor`); // prettier-ignore
  } finally {
    await floor.stop();
  }
}

async function synchronous(bench: Bench, { origin }: Instance): Promise<number> {
  const { perSecond } = await deposits(bench, origin, {});
  say('Deposits whose caller waits, 1 façade', `${perSecond.toFixed(1)} /s`);
  return perSecond;
}

/** Takes documents in while nobody delivers, then lets so many façades deliver them. @returns deliveries a second */
async function deliveries(bench: Bench, taking: Instance, count: number): Promise<number> {
  await takeIn(bench, taking, DELIVERIES);
  return delivering(bench, count, {}, DELIVERIES);
}

async function takeIn({ all, token }: Bench, { origin }: Instance, count: number): Promise<void> {
  const lines = all.map((who) => lineOf(who, Math.ceil(count / all.length)));
  await feed(lines, { origins: () => [origin], token, onAccepted: () => undefined });
}

/** @returns deliveries a second, from the first to the last of so many */
async function delivering(
  { fleet, client }: Bench,
  count: number,
  settings: Record<string, string>,
  documents: number,
): Promise<number> {
  const { rows: before } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM feed_item WHERE state = $1', ['delivered']); // prettier-ignore
  const from = before[0]!.n;
  const launched = await instances(fleet, count, settings);
  try {
    for (;;) {
      const { rows } = await client.query<{ n: number; rate: number }>(
        `SELECT count(*)::int AS n, count(*) / nullif(extract(epoch FROM max(finished_at) - min(finished_at)), 0)::float8 AS rate
         FROM (SELECT finished_at FROM feed_item WHERE state = 'delivered' ORDER BY finished_at OFFSET $1) AS last`,
        [from],
      );
      if (rows[0]!.n >= documents) return rows[0]!.rate;
      await sleep(200);
    }
  } finally {
    await Promise.all(launched.map((instance) => instance.stop()));
  }
}

/** Two façades under the limit: how many submissions the DMP saw in its fullest second. */
async function pace(bench: Bench, taking: Instance): Promise<void> {
  await takeIn(bench, taking, PACED);
  await bench.fleet.control('DELETE', 'submissions');
  const rate = await delivering(bench, 2, { FEED_PACE: String(PACE) }, PACED);
  const { submissions } = await bench.fleet.control<{ submissions: { mostInASecond: number }[] }>('GET', 'submissions');
  const most = Math.max(...submissions.map(({ mostInASecond }) => mostInASecond));
  say(`Pace of ${PACE} a second, 2 façades`, `${rate.toFixed(2)} /s`, `most in any second, as the DMP saw it: ${most}`);
  if (most > PACE) throw new Error(`The pace was not kept: ${most} in a second`);
}
