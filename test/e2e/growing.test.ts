/**
 * Issue 6, line 6: N façades, each a process, on one database, behind a balancer that knows no session: a login, pages of a search,
 * deposits and subscriptions whose every request goes to another; all of them replaced one after the other without a failed request.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, migrationsDir } from '../../server/store/migrate.ts';
import { startFleet, type Fleet } from '../../tools/fleet/index.ts';
import type { Instance } from '../../tools/fleet/instance.ts';
import { demoToken } from '../../tools/token.ts';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { text } from '../support/documents.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { consent, INS_TEST, newOid, patients, simplified, subscriptionTo } from '../support/resources.ts';

let database: TestDatabase;
let fleet: Fleet;
let balancer: Balancer;
let receiver: Receiver;
const running: Instance[] = [];
let nurse: string;
let doctor: string;

async function launch(): Promise<Instance> {
  const instance = await fleet.launch();
  balancer.add(instance.origin);
  return instance;
}

const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
async function ask(token: string, method: string, url: string, body?: object): Promise<Response> {
  return fetch(url.startsWith('http') ? url : `${fleet.config.fhirBase}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/fhir+json',
      ...(body ? { 'content-type': 'application/fhir+json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}
async function good<T>(answer: Promise<Response>): Promise<T> {
  const got = await answer;
  if (!got.ok) throw new Error(`${got.status}: ${await got.text()}`);
  return (await got.json()) as T;
}
const note = (uniqueId = newOid(), title = 'Note') =>
  simplified({ content: text(title), contentType: 'text/plain', uniqueId, title });
const inDmp = async (uniqueId: string): Promise<number> => {
  const { documents } = await fleet.control<{ documents: { uniqueId: string }[] }>('GET', 'documents');
  return documents.filter((document) => document.uniqueId === uniqueId).length;
};

beforeAll(async () => {
  database = await freshDatabase('template0');
  receiver = await startReceiver();
  // The address is known before the façades are: it is in their links and tokens.
  let ca = Buffer.alloc(0);
  balancer = await startBalancer(() => ca);
  fleet = await startFleet({
    databaseUrl: database.url,
    publicUrl: balancer.url,
    tls: true,
    settings: { DRAIN_SECONDS: '1', SUBSCRIPTION_ENDPOINTS: 'http://localhost', SUBSCRIPTION_TICK_MS: '50' },
  });
  ca = readFileSync(fleet.ca);
  // At once, on an empty database.
  running.push(...(await Promise.all([launch(), launch(), launch()])));
  await Promise.all(running.map((instance) => instance.ready()));
  await balancer.inService(3);
}, 240_000);
afterAll(async () => {
  await fleet.close();
  await balancer.close();
  await receiver.close();
  await database.drop();
});

describe('three façades that were started at once on an empty database', { timeout: 120_000 }, () => {
  it('have migrated it once', async () => {
    const rows = await database.query<{ name: string }>(
      'SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1',
    );
    const expected = readdirSync(migrationsDir).filter((name) => /^\d+_/.test(name));
    expect(rows.map(({ name }) => name)).toEqual(expected.sort());
  });

  it('let somebody log in whose every step goes to another', async () => {
    balancer.served();
    doctor = await demoToken(fleet.config, 'doctor');
    expect(new Set(balancer.served()).size).toBe(3);
    nurse = await demoToken(fleet.config, 'nurse');
    for (const topic of ['feeding', 'consultation']) await good(ask(nurse, 'POST', '/Consent', consent('P1', topic)));
  });

  it('take one deposit of the same document that comes to all of them at once', async () => {
    const uniqueId = newOid();
    const statuses = await Promise.all([1, 2, 3].map(async () => (await ask(nurse, 'POST', '/DocumentReference', note(uniqueId))).status)); // prettier-ignore
    expect(statuses).toContain(201);
    // The others are told that it is there, or on its way.
    expect(statuses.filter((status) => ![200, 201, 503].includes(status))).toEqual([]);
    expect(await inDmp(uniqueId)).toBe(1);
  });

  it('read the pages of one search from each other', async () => {
    for (let i = 0; i < 5; i++) await good(ask(nurse, 'POST', '/DocumentReference', note(newOid(), `Page ${i}`)));
    balancer.served();
    const ids: string[] = [];
    let url: string | undefined = `/DocumentReference?patient.identifier=${P1}&status=current&_count=2`;
    let total = 0;
    while (url !== undefined) {
      const page: Bundle<DocumentReference> = await good(ask(doctor, 'GET', url));
      ids.push(...(page.entry ?? []).map(({ resource }) => resource!.id!));
      total = page.total ?? 0;
      url = page.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(total).toBeGreaterThanOrEqual(5);
    expect(new Set(ids).size).toBe(total);
    expect(new Set(balancer.served()).size).toBeGreaterThan(1);
  });

  it('notify a subscriber once of what was deposited through any of them', async () => {
    await good(ask(doctor, 'POST', '/Subscription', subscriptionTo(receiver.url)));
    await receiver.waitFor('handshake');
    const deposited: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { id } = await good<DocumentReference>(
        ask(nurse, 'POST', '/DocumentReference', note(newOid(), `Heard ${i}`)),
      );
      deposited.push(id!);
    }
    // Beside what was deposited a moment before it was made.
    const heard = (): string[] => receiver.of('event-notification').flatMap(({ focus }) => focus);
    while (!deposited.every((id) => heard().includes(id))) await sleep(50);
    // Each instance has looked several times since.
    await sleep(500);
    expect(heard().toSorted()).toEqual([...new Set(heard())].toSorted());
  });
});

/** Applies a migration of a version to come, as its first instance would. */
async function expandBeside(): Promise<void> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'next-version-'));
  const pool = new pg.Pool({ connectionString: database.url });
  try {
    await cp(migrationsDir, dir, { recursive: true });
    await mkdir(path.join(dir, '29990101000000_next'));
    await writeFile(
      path.join(dir, '29990101000000_next/migration.sql'),
      `ALTER TABLE document ADD COLUMN next_version text;
       ALTER TABLE kept_record ADD COLUMN next_version text DEFAULT 'x';
       CREATE INDEX ON patient (created_at);`,
    );
    expect(await migrate(pool, dir)).toEqual(['29990101000000_next']);
  } finally {
    await pool.end();
    await rm(dir, { recursive: true, force: true });
  }
}

it('all are replaced one after the other under load, and no request fails', { timeout: 240_000 }, async () => {
  const failures: string[] = [];
  let answered = 0;
  const done = new AbortController();
  const load = Array.from({ length: 4 }, async (_, worker) => {
    for (let i = 0; !done.signal.aborted; i++) {
      const request =
        i % 2 === 0
          ? ask(nurse, 'POST', '/DocumentReference', note(newOid(), `Load ${worker} ${i}`))
          : ask(doctor, 'GET', `/DocumentReference?patient.identifier=${P1}&status=current&_count=2`);
      const got = await request.then(
        async (answer) => [answer.status, await answer.text()] as const,
        (error: unknown) => [0, String(error)] as const,
      );
      if (got[0] >= 200 && got[0] < 300) answered++;
      else failures.push(got.join(' '));
    }
  });
  try {
    for (const old of running) {
      const before = answered;
      const successor = await launch();
      await successor.ready();
      await balancer.inService(4);
      expect(await old.stop(), old.said()).toBe(0);
      balancer.remove(old.origin);
      await balancer.inService(3);
      // There was load while it went.
      expect(answered).toBeGreaterThan(before);
    }
    // The next version begins its migrations while these still work: it only adds (docs/growing.md).
    const before = answered;
    await expandBeside();
    while (answered < before + 20) await sleep(50);
  } finally {
    done.abort();
    await Promise.all(load);
  }
  expect(failures).toEqual([]);
});
