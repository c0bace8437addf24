/** The audit trail on its way out, to receivers behind real TLS: all of it, in order, at least once, whatever goes wrong. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAuditFeed } from '../../../server/audit/feed/index.ts';
import { fhirReceiver } from '../../../server/audit/feed/fhir.ts';
import { recordFollower } from '../../../server/audit/feed/closing.ts';
import { frame } from '../../../server/audit/feed/syslog.ts';
import { backOff } from '../../../server/audit/feed/worker.ts';
import { type Config, ConfigError, loadConfig } from '../../../server/config.ts';
import { openStore, type Store } from '../../../server/store/index.ts';
import { record } from '../../support/audit.ts';
import { type AuditReceiver, fhirServer, frames, syslogServer } from '../../support/audit-receivers.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { testPki, type TestPki } from '../dmp/pki.ts';

let pki: TestPki;
let folder: string;
let world: TestStore;
const cleanUp: (() => Promise<unknown>)[] = [];
const logged: object[] = [];
const logger = { info: (details: object) => logged.push(details), warn: (details: object) => logged.push(details) };

beforeAll(async () => {
  pki = await testPki();
});
beforeEach(async () => {
  logged.length = 0;
  folder = await mkdtemp(path.join(os.tmpdir(), 'audit-feed-'));
  for (const [name, text] of Object.entries({
    'ca.pem': pki.root,
    'other.pem': pki.strangerRoot,
    'client.pem': pki.client.certificate + pki.authority,
    'client.key': pki.client.key,
    'stranger.pem': pki.stranger.certificate,
    'stranger.key': pki.stranger.key,
    token: 'abc\n',
  }))
    await writeFile(path.join(folder, name), text);
  world = await openTestStore();
});
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
  await world.close();
  await rm(folder, { recursive: true });
});

const file = (name: string) => path.join(folder, name);
const configOf = (url: string, more: Record<string, string> = {}): Config =>
  loadConfig({
    AUDIT_FEED: url,
    AUDIT_FEED_CA: file('ca.pem'),
    AUDIT_FEED_CERT: file('client.pem'),
    AUDIT_FEED_KEY: file('client.key'),
    AUDIT_FEED_BATCH: '4',
    AUDIT_FEED_TICK_MS: '0',
    ...more,
  });
function feedOf(url: string, more?: Record<string, string>, store: Store = world.store) {
  const feed = openAuditFeed(configOf(url, more), store, logger)!;
  cleanUp.push(() => feed.close());
  return feed;
}
async function listen<T>(start: (pki: TestPki, port?: number) => Promise<AuditReceiver<T>>, port?: number) {
  const receiver = await start(pki, port);
  cleanUp.push(() => receiver.stop());
  return receiver;
}
async function append(count: number, store = world.store): Promise<string[]> {
  return store.records.append(Array.from({ length: count }, (_, i) => record({ requestId: `r-${i}` })));
}
const idsOf = (receiver: AuditReceiver<{ id?: string }>) => receiver.taken.map((event) => event.id);

describe('to a FHIR server', () => {
  it('everything goes out once, in order, in batches, with token and certificate, and the backlog is known', async () => {
    const receiver = await listen(fhirServer);
    const feed = feedOf(receiver.url, { AUDIT_FEED_TOKEN: file('token') });
    const ids = await append(10);
    expect(await feed.backlog()).toMatchObject({ records: 10, oldest: record().at });
    expect(await feed.tick()).toBe(10);
    expect(idsOf(receiver)).toEqual(ids);
    expect(receiver.callers).toEqual(Array(3).fill('POST /fhir Bearer abc DMP-FHIR AUTH'));
    expect(new Set(receiver.taken.map((event) => event.resourceType))).toEqual(new Set(['AuditEvent']));
    expect(await feed.tick()).toBe(0);
    expect(await feed.backlog()).toEqual({ records: 0 });
  });

  it('while it is down nothing is lost, and when it is back all comes, also after a restart of ours', async () => {
    let receiver = await listen(fhirServer);
    const port = Number(new URL(receiver.url).port);
    const ids = await append(3);
    const feed = feedOf(receiver.url);
    await feed.tick();
    await receiver.stop();
    ids.push(...(await append(5)));
    await expect(feed.tick()).rejects.toThrow();
    await feed.close();
    ids.push(...(await append(2)));
    const first = receiver.taken;
    receiver = await listen(fhirServer, port);
    const store = await openStore(world.config);
    cleanUp.push(() => store.close());
    expect(await feedOf(receiver.url, {}, store).tick()).toBe(7);
    expect([...first.map((event) => event.id), ...idsOf(receiver)]).toEqual(ids);
  });

  it.each([
    ['answers 503', 'refuse'],
    ['breaks the connection', 'cut'],
    ['does not answer in time', 'hang'],
  ] as const)('that %s is asked again', async (_, fault) => {
    const receiver = await listen(fhirServer);
    const ids = await append(6);
    const feed = feedOf(receiver.url, { AUDIT_FEED_TIMEOUT_MS: '500' });
    receiver.faults.push(fault);
    await expect(feed.tick()).rejects.toThrow();
    expect(await feed.backlog()).toMatchObject({ records: 6 });
    await feed.tick();
    expect(idsOf(receiver)).toEqual(ids);
  });

  it('that takes part of a batch gets the rest, and nothing overtakes what it refused', async () => {
    const receiver = await listen(fhirServer);
    const ids = await append(8);
    const feed = feedOf(receiver.url);
    receiver.faults.push('half');
    await expect(feed.tick()).rejects.toThrow('a record was refused');
    expect(idsOf(receiver)).toEqual(ids.slice(0, 2));
    await feed.tick();
    expect(idsOf(receiver)).toEqual(ids);
  });

  it('with a certificate of another authority gets nothing', async () => {
    const receiver = await listen(fhirServer);
    await append(1);
    await expect(feedOf(receiver.url, { AUDIT_FEED_CA: file('other.pem') }).tick()).rejects.toThrow();
    expect(receiver.taken).toEqual([]);
  });

  it('tries again by itself, with growing and uneven pauses, and its log says nothing of what was sent', async () => {
    const receiver = await listen(fhirServer);
    receiver.faults.push('refuse');
    const ids = await append(2);
    feedOf(receiver.url, { AUDIT_FEED_TICK_MS: '10' }).start();
    await expect.poll(() => idsOf(receiver), { timeout: 20_000 }).toEqual(ids);
    expect(JSON.stringify(logged)).toMatch(/status 503/);
    expect(JSON.stringify(logged)).not.toMatch(/DUPONT|899700204581|1990100109/);
    expect([1, 2, 5, 30].map((failures) => backOff(failures, () => 1))).toEqual([1000, 2000, 16_000, 300_000]);
    expect([1, 30].map((failures) => backOff(failures, () => 0))).toEqual([500, 150_000]);
  });
});

it('a record that is refused holds back its own stream, and no other', async () => {
  const receiver = await listen(fhirServer);
  const second = await openStore(world.config);
  cleanUp.push(() => second.close());
  const mine = await append(2);
  const theirs = await second.records.append([record({ at: new Date('2026-11-29') }), record()]);
  receiver.faults.push('half');
  const feed = feedOf(receiver.url);
  await expect(feed.tick()).rejects.toThrow('a record was refused');
  expect(idsOf(receiver)).toEqual([mine[0], ...theirs]);
  expect(await feed.tick()).toBe(1);
  expect(idsOf(receiver)).toEqual([mine[0], ...theirs, mine[1]]);
});

it('of two instances one sends at a time: each record once, of each stream in order', async () => {
  const receiver = await listen(fhirServer);
  const second = await openStore(world.config);
  cleanUp.push(() => second.close());
  const [mine, theirs] = await Promise.all([append(9), append(9, second)]);
  const [one, two] = [feedOf(receiver.url), feedOf(receiver.url, {}, second)];
  const taken = await Promise.all([one.tick(), two.tick()]);
  expect(taken.sort()).toEqual([0, 18]);
  expect(idsOf(receiver).filter((id) => mine.includes(id!))).toEqual(mine);
  expect(idsOf(receiver).filter((id) => theirs.includes(id!))).toEqual(theirs);
  await one.close();
  await append(1);
  await two.close();
  const three = feedOf(receiver.url);
  expect(await three.tick(), 'what one has given back, another takes').toBe(1);
});

describe('to a syslog receiver', () => {
  it('everything goes out in RFC 5424 messages with a DICOM audit message each', async () => {
    const receiver = await listen(syslogServer);
    const ids = await append(9);
    const feed = feedOf(receiver.url);
    expect(await feed.tick()).toBe(9);
    expect(receiver.taken).toHaveLength(ids.length);
    expect(receiver.callers).toEqual(Array(3).fill('DMP-FHIR AUTH'));
    const header = /^<85>1 2026-11-28T09:00:00\.123Z \S+ DMP-FHIR \d+ IHE\+RFC-3881 - \ufeff<\?xml/;
    for (const message of receiver.taken) expect(message).toMatch(header);
    const xml = new XMLParser({ ignoreAttributes: false }).parse(receiver.taken[0]!.split('\ufeff')[1]!) as {
      AuditMessage: Record<string, unknown>;
    };
    expect(Object.keys(xml.AuditMessage)).toEqual([
      ...['EventIdentification', 'ActiveParticipant', 'AuditSourceIdentification', 'ParticipantObjectIdentification'],
    ]);
    // X-Request-Id stands among the details or objects, in the order of the records.
    expect(receiver.taken.map((message) => /ParticipantObjectID="(r-\d)"/.exec(message)?.[1])).toEqual(
      ids.map((_, i) => `r-${i}`),
    );
  });

  it('that breaks the connection gets it all again', async () => {
    const receiver = await listen(syslogServer);
    await append(5);
    const feed = feedOf(receiver.url);
    receiver.faults.push('cut');
    await expect(feed.tick()).rejects.toThrow();
    expect(await feed.backlog()).toMatchObject({ records: 5 });
    await feed.tick();
    expect(receiver.taken).toHaveLength(5);
  });

  it('that does not know our certificate, or that we do not know, gets nothing', async () => {
    const receiver = await listen(syslogServer);
    await append(1);
    const stranger = { AUDIT_FEED_CERT: file('stranger.pem'), AUDIT_FEED_KEY: file('stranger.key') };
    const unknown = feedOf(receiver.url, stranger);
    await expect(unknown.tick()).rejects.toThrow();
    await unknown.close();
    await expect(feedOf(receiver.url, { AUDIT_FEED_CA: file('other.pem') }).tick()).rejects.toThrow();
    expect(receiver.taken).toEqual([]);
  });

  it('is told apart from one that was cut, however its records come in, in TLS 1.2 and 1.3', () => {
    const tls13 = Buffer.from(`1703030004${'00'.repeat(4)}1703030013${'00'.repeat(19)}`, 'hex');
    const tls12 = Buffer.from(`1703030004${'00'.repeat(4)}150303001a${'00'.repeat(26)}`, 'hex');
    for (const bytes of [tls13, tls12])
      for (const size of [1, 4, 7, bytes.length]) {
        const records = recordFollower();
        for (let at = 0; at < bytes.length; at += size) {
          expect(records.isClosed(), `${at} of ${bytes.length}`).toBe(false);
          records.follow(bytes.subarray(at, at + size));
        }
        expect(records.isClosed()).toBe(true);
        records.follow(Buffer.from('1703030001', 'hex'));
        expect(records.isClosed()).toBe(false);
      }
  });

  it('counts octets, not characters', () => {
    expect(frame('é€')).toBe('5 é€');
    expect(frames(Buffer.from(frame('é€') + frame('x')))).toEqual(['é€', 'x']);
  });
});

describe('settings', () => {
  it('send nothing by default, and nothing in clear ever', () => {
    expect(openAuditFeed(loadConfig({}), world.store, logger)).toBeUndefined();
    for (const url of ['http://x.example', 'syslog://x.example', 'https://u:p@x.example', 'tls', 'syslog-tls://x/y'])
      expect(() => loadConfig({ AUDIT_FEED: url }), url).toThrow(/AUDIT_FEED/);
    expect(loadConfig({ AUDIT_FEED: 'syslog-tls://x.example' }).AUDIT_FEED).toBe('syslog-tls://x.example');
  });

  it('that do not go together are named', () => {
    const wrong: [Record<string, string>, RegExp][] = [
      [{ AUDIT_FEED_CA: file('none') }, /AUDIT_FEED_CA: the file cannot be read/],
      [{ AUDIT_FEED_KEY: '' }, /AUDIT_FEED_CERT and AUDIT_FEED_KEY go together/],
      [{ AUDIT_FEED_KEY: file('token') }, /not PEM/],
    ];
    for (const [change, message] of wrong) {
      const open = () => fhirReceiver(configOf('https://x.example', change));
      expect(open).toThrow(ConfigError);
      expect(open).toThrow(message);
    }
  });
});
