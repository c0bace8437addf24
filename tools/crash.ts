/**
 * `npm run test:crash`: façades are killed at random while documents are fed through them to a DMP that fails in every way it can. At the
 * end each document is in the DMP exactly once and every event is on record; the figures are the last line, as JSON.
 *
 * `--short`: the form that CI runs. `--seed N` has the same chances again. `--documents`, `--kills`, `--instances`: other measures.
 * DATABASE_URL: a PostgreSQL server, whose role may create databases; absent: an embedded one. Exit code 1: it was not as promised.
 */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { wreak } from './crash/chaos.ts';
import { databaseOfRun } from './crash/database.ts';
import { asSeed, lineOf, people } from './crash/documents.ts';
import { feed, type Accepted } from './crash/feeder.ts';
import { killAll, raise } from './crash/killer.ts';
import { observe, reasonsOf, statesOf, untilEmpty } from './crash/observe.ts';
import { randomOf } from './crash/random.ts';
import { complaintsOf, figuresOf } from './crash/verdict.ts';
import { agree } from './fleet/agree.ts';
import { type Fleet, startFleet } from './fleet/index.ts';
import { feedSettings } from './fleet/settings.ts';

const number = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    ...{ seed: number, documents: number, kills: number, instances: number },
  },
});
const given = (name: 'seed' | 'documents' | 'kills' | 'instances', otherwise: number): number =>
  values[name] === undefined ? otherwise : Number(values[name]);
const measures = {
  documents: given('documents', values.short ? 300 : 5000),
  kills: given('kills', values.short ? 10 : 100),
  instances: given('instances', values.short ? 2 : 3),
  people: values.short ? 10 : 30,
};
const seed = given('seed', Math.floor(Math.random() * 2 ** 32));
/** Nothing moves for so long: it is broken. */
const STALL_MS = 180_000;

async function run(fleet: Fleet, client: pg.Client): Promise<boolean> {
  const random = randomOf(seed);
  const all = people(measures.people);
  await fleet.control('POST', 'seed', asSeed(all));
  const token = await fleet.token({ person: 'nurse', expires: '4h' });
  const herd = await raise(fleet, measures.instances, random);
  await herd.ready();
  await agree(herd.origins()[0]!, token, all, ['feeding']);
  await fleet.control('DELETE', 'calls');

  const begun = performance.now();
  const accepted: Accepted[] = [];
  let delivered = 0;
  const watch = setInterval(() => {
    void statesOf(client).then((states) => (delivered = states['delivered'] ?? 0));
  }, 250);
  const progress = (): number => (accepted.length + delivered) / (2 * measures.documents);
  const talk = setInterval(() => {
    process.stdout.write(`${accepted.length} accepted, ${delivered} delivered, ${herd.kills()} kills\n`);
  }, 10_000);
  const calm = new AbortController();
  const chaos = wreak(fleet, randomOf(seed + 1), calm.signal);
  try {
    const lines = all.map((who, i) => lineOf(who, shareOf(measures.documents, all.length, i)));
    await Promise.all([
      feed(lines, { origins: () => herd.origins(), token, onAccepted: (one) => accepted.push(one) }),
      killAll(herd, measures.kills, progress, random),
    ]);
    calm.abort();
    await chaos;
    await herd.ready();
    await untilEmpty(client, STALL_MS);
  } finally {
    calm.abort();
    clearInterval(watch);
    clearInterval(talk);
    await chaos.catch(() => undefined);
  }
  const seconds = (performance.now() - begun) / 1000;
  const seen = await observe(fleet, client);
  const figures = figuresOf({ ...seen, accepted, wanted: measures.documents, kills: herd.kills(), seconds });
  const complaints = complaintsOf(figures, measures.kills);
  if (complaints.length > 0) process.stderr.write(`${[...complaints, ...(await reasonsOf(client))].join('\n')}\n`);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  return complaints.length === 0;
}

const shareOf = (total: number, parts: number, index: number): number =>
  Math.floor((total * (index + 1)) / parts) - Math.floor((total * index) / parts);

process.stdout.write(`seed ${seed}: ${JSON.stringify(measures)}\n`);
const database = await databaseOfRun();
const fleet = await startFleet({
  databaseUrl: database.url,
  publicUrl: 'http://localhost:9',
  settings: feedSettings,
});
const client = new pg.Client({ connectionString: database.url });
await client.connect();
try {
  process.exitCode = (await run(fleet, client)) ? 0 : 1;
} finally {
  await fleet.close();
  await client.end();
  await database.close();
}
