/**
 * `npm run test:soak`: a steady feed, searches and reads for a while, and whether the façades' memory stays where it is. The figures are
 * the last line, as JSON: those of the crash test, and MiB of memory (heap after garbage collection, resident set).
 *
 * `--short`: 90 seconds, as CI runs it; `--minutes N`: as long as you like (20). DATABASE_URL: as for the crash test. Exit code 1:
 * memory grows, or the feed has not kept its promise.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { databaseOfRun } from './crash/database.ts';
import { asSeed, lineOf, people } from './crash/documents.ts';
import { type Accepted, feed } from './crash/feeder.ts';
import { observe, reasonsOf, untilEmpty } from './crash/observe.ts';
import { complaintsOf, figuresOf } from './crash/verdict.ts';
import { agree } from './fleet/agree.ts';
import { type Fleet, startFleet } from './fleet/index.ts';
import { freePort } from './fleet/instance.ts';
import { feedSettings } from './fleet/settings.ts';
import { growing, growthOf } from './soak/flat.ts';
import { steadyLoad } from './soak/load.ts';
import { inspect, type Memory } from './soak/memory.ts';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, minutes: { type: 'string', default: '20' } },
});
const minutes = values.short ? 1.5 : Number(values.minutes);
const SAMPLES = 45;
const INSTANCES = 2;
const STALL_MS = 60_000;

async function run(fleet: Fleet, client: pg.Client): Promise<boolean> {
  const all = people(10);
  await fleet.control('POST', 'seed', asSeed(all));
  const [nurse, doctor] = await Promise.all(
    (['nurse', 'doctor'] as const).map((person) => fleet.token({ person, expires: '4h' })),
  );
  const watched = await Promise.all(
    Array.from({ length: INSTANCES }, async () => {
      const port = await freePort();
      const instance = await fleet.launch({}, [`--inspect=127.0.0.1:${port}`]);
      await instance.ready();
      return { origin: instance.origin, inspector: await inspect(port), samples: [] as Memory[] };
    }),
  );
  const origins = watched.map(({ origin }) => origin);
  await agree(origins[0]!, nurse!, all, ['feeding', 'consultation']);
  await fleet.control('DELETE', 'calls');

  const begun = performance.now();
  const accepted: Accepted[] = [];
  const over = new AbortController();
  const onAccepted = (one: Accepted): void => void accepted.push(one);
  const to = { origins: () => origins, nurse: nurse!, onAccepted };
  const [fed, read] = [all.slice(0, 5), all.slice(5)];
  await feed(
    read.map((who) => lineOf(who, 5)),
    { ...to, token: to.nurse },
  );
  await untilEmpty(client, STALL_MS);
  const load = steadyLoad({ ...to, fed, read, doctor: doctor!, signal: over.signal });
  load.catch(() => over.abort());
  for (let i = 0; i < SAMPLES && !over.signal.aborted; i++) {
    await sleep((minutes * 60_000) / SAMPLES);
    for (const { inspector, samples } of watched) samples.push(await inspector.memory());
  }
  over.abort();
  const reads = await load;
  await untilEmpty(client, STALL_MS);
  for (const { inspector } of watched) inspector.close();

  const seconds = (performance.now() - begun) / 1000;
  const seen = await observe(fleet, client);
  const figures = figuresOf({ ...seen, accepted, wanted: accepted.length, kills: 0, seconds });
  const memory = watched.map(({ samples }) => ({
    heap: rounded(samples.map(({ heap }) => heap)),
    rss: rounded(samples.map(({ rss }) => rss)),
  }));
  const complaints = [...complaintsOf(figures, 0), ...watched.flatMap(({ samples }) => growing(samples))];
  if (complaints.length > 0) process.stderr.write(`${[...complaints, ...(await reasonsOf(client))].join('\n')}\n`);
  process.stdout.write(`${JSON.stringify({ ...figures, reads, memory })}\n`);
  return complaints.length === 0;
}

function rounded(samples: readonly number[]): { before: number; after: number } {
  const { before, after } = growthOf(samples);
  return { before: Math.round(before * 10) / 10, after: Math.round(after * 10) / 10 };
}

const database = await databaseOfRun();
const fleet = await startFleet({ databaseUrl: database.url, publicUrl: 'http://localhost:9', settings: feedSettings });
const client = new pg.Client({ connectionString: database.url });
await client.connect();
try {
  process.exitCode = (await run(fleet, client)) ? 0 : 1;
} finally {
  await fleet.close();
  await client.end();
  await database.close();
}
