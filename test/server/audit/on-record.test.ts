/** Every answer of the closed part waits for its record, over HTTP and a real store; the handlers are the test's own. */
import http from 'node:http';
import type { AuditEvent, Bundle, OperationOutcome } from '@medplum/fhirtypes';
import express from 'express';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { onRecord } from '../../../server/fhir/audit/on-record.ts';
import { handlers } from '../../../server/fhir/handlers.ts';
import type { Reply } from '../../../server/fhir/interaction.ts';
import { begin } from '../../../server/fhir/request.ts';
import { onError } from '../../../server/fhir/send.ts';
import { asText, startBench, type Bench } from '../fhir/support.ts';

let bench: Bench;
/** What `GET /Binary/x` answers. */
let reply: () => Promise<Reply> | Reply;
let request = 0;
const nextId = (): string => `on-record-${++request}`;

beforeAll(async () => {
  bench = await startBench({}, { ...handlers, 'Binary.read': async () => reply() });
});
afterAll(() => bench.close());
afterEach(() => bench.query('DROP TRIGGER IF EXISTS unwritable ON kept_record'));

const unwritable = (when: string): Promise<unknown> =>
  bench.query(`
    CREATE OR REPLACE FUNCTION unwritable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    CREATE TRIGGER unwritable BEFORE INSERT ON kept_record FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION unwritable()`);

/** Events of a request, oldest first. */
async function eventsOf(id: string, at = bench): Promise<AuditEvent[]> {
  const { body } = await at.get(`/fhir/AuditEvent?entity.identifier=${id}&subtype=request`, 'admin');
  return ((body as Bundle<AuditEvent>).entry ?? []).map((e) => e.resource!).reverse();
}
const detailOf = ({ entity = [] }: AuditEvent, name: string): string | undefined =>
  entity.flatMap((e) => e.detail ?? []).find((d) => d.type === name)?.valueString;

const raw = (pieces: () => AsyncIterable<Uint8Array>, disposed?: () => void): Reply => ({
  status: 200,
  headers: { ETag: '"secret"', 'Content-Disposition': 'attachment; filename="secret.pdf"' },
  raw: {
    contentType: 'application/pdf',
    open: pieces,
    dispose: () => Promise.resolve(disposed?.()),
  },
});

it.each([
  ['GET', '/fhir/Patient', '', 401, 'login-required', '4'],
  ['GET', '/fhir/Patient', 'bad', 401, 'token-invalid', '4'],
  ['GET', '/fhir/Patient', 'user~List.rs', 403, 'scope-missing', '4'],
  ['GET', '/fhir/Nothing', 'all', 404, 'resource-type-unsupported', '4'],
  ['GET', '/fhir/List/none', 'all', 404, 'not-found', '4'],
  ['DELETE', '/fhir/Binary/x', 'all', 405, 'method-not-allowed', '4'],
  ['OPTIONS', '/fhir/Binary/x', 'all', 405, 'method-not-allowed', '4'],
  ['GET', '/fhir/Patient?_format=turtle&identifier=x', 'all', 406, 'not-acceptable', '4'],
  ['GET', '/fhir/Patient?a=%zz', 'all', 400, 'query-malformed', '4'],
  ['GET', '/fhir/Binary/boom', 'all', 500, 'internal', '12'],
] as const)('%s %s as %s: %i', async (method, path, token, status, problem, outcome) => {
  reply = () => {
    throw new TypeError('boom');
  };
  const id = nextId();
  const test = bench.any(method.toLowerCase() as 'get', path, token).set('X-Request-Id', id);
  const answer = await test;
  expect([answer.status, (answer.body as OperationOutcome).issue[0]!.details!.coding!.at(-1)!.code]).toEqual([
    status,
    problem,
  ]);
  const [event, ...more] = await eventsOf(id);
  expect(more).toEqual([]);
  expect([event!.outcome, detailOf(event!, 'status'), detailOf(event!, 'method')]).toEqual([
    outcome,
    String(status),
    method,
  ]);
});

it('429 too; of a flood of them from one address one a minute, so that nobody fills the disk', async () => {
  const limited = await startBench({ RATE_LIMIT_REFUSED: '3' }, handlers);
  try {
    const ids = Array.from({ length: 8 }, nextId);
    for (const id of ids) await limited.get('/fhir/Patient', '').set('X-Request-Id', id);
    const kept = (await Promise.all(ids.map((id) => eventsOf(id, limited)))).flat();
    expect(kept.map((event) => [event.outcome, detailOf(event, 'status')])).toEqual([
      ...Array.from({ length: 3 }, () => ['4', '401']),
      ['4', '429'],
    ]);
    for (const id of ids) expect(limited.log()).toContain(id);
    // Whoever is known is on record each time.
    const own = nextId();
    await limited.get('/fhir/List/none', 'all').set('X-Request-Id', own);
    expect(await eventsOf(own, limited)).toHaveLength(1);
  } finally {
    await limited.close();
  }
});

it('is durable before the first byte is even asked for', async () => {
  const id = nextId();
  let seen = -1;
  async function* pieces() {
    seen = (await bench.query('SELECT 1 FROM kept_record WHERE request_id = $1', [id])).length;
    yield Buffer.from('content');
  }
  reply = () => raw(pieces);
  const answer = await bench.get('/fhir/Binary/x').set('X-Request-Id', id).buffer(true).parse(asText);
  expect([answer.status, answer.body, seen]).toEqual([200, 'content', 1]);
  const [event, ...more] = await eventsOf(id);
  expect([event!.outcome, more]).toEqual(['0', []]);
});

it('an answer that breaks half-way leaves a second record', async () => {
  const id = nextId();
  async function* pieces() {
    yield Buffer.alloc(64 * 1024);
    throw new Error('the spool is gone');
  }
  reply = () => raw(pieces);
  await expect(bench.get('/fhir/Binary/x').set('X-Request-Id', id).buffer(true).parse(asText)).rejects.toThrow();
  await expect.poll(async () => (await eventsOf(id)).map((e) => e.outcome)).toEqual(['0', '8']);
  expect(detailOf((await eventsOf(id))[1]!, 'cut')).toBe('true');
});

it('of a client that leaves, too: while the answer is made, and while it is read', async () => {
  const [early, late] = [nextId(), nextId()];
  let go = (): void => undefined;
  const left = new Promise<void>((resolve) => (go = resolve));
  reply = async () => {
    asking.destroy();
    await left;
    return raw(async function* () {
      await Promise.resolve();
      yield Buffer.from('nobody');
    });
  };
  const headers = { authorization: 'Bearer all', 'x-request-id': early };
  const asking = http.get(`${bench.origin}/fhir/Binary/x`, { headers });
  asking.on('error', () => undefined);
  // The server has seen that nobody is there any more.
  await expect.poll(() => bench.log()).toMatch(new RegExp(`"${early}".*"aborted":true`));
  go();
  await expect.poll(async () => (await eventsOf(early)).map((e) => e.outcome)).toEqual(['0', '8']);

  async function* endless() {
    for (;;) {
      yield Buffer.alloc(64 * 1024);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  reply = () => raw(endless);
  const reading = http.get(`${bench.origin}/fhir/Binary/x`, { headers: { ...headers, 'x-request-id': late } });
  reading.on('error', () => undefined);
  reading.on('response', (res) => res.once('data', () => reading.destroy()));
  await expect.poll(async () => (await eventsOf(late)).map((e) => e.outcome)).toEqual(['0', '8']);
});

it('what cannot be put on record is not answered: no byte, no header of it, and nothing stays behind', async () => {
  let opened = 0;
  let disposed = 0;
  async function* pieces() {
    opened += 1;
    await Promise.resolve();
    yield Buffer.from('secret');
  }
  reply = () => raw(pieces, () => (disposed += 1));
  await unwritable("NEW.kind = 'request'");
  const answer = await bench.get('/fhir/Binary/x').set('Accept', 'application/pdf').set('Accept-Language', 'en');
  expect([answer.status, opened, disposed]).toEqual([503, 0, 1]);
  expect(answer.headers['retry-after']).toBe('30');
  expect(JSON.stringify([answer.headers, answer.body])).not.toContain('secret');
  expect((answer.body as OperationOutcome).issue[0]!.details!.text).toMatch(/cannot be put on record/);
  // Errors are answers as well, in every format.
  for (const [path, token] of [
    ['/fhir/Patient', ''],
    ['/fhir/List/none', 'all'],
    ['/fhir/Nothing', 'all'],
    ['/fhir/Consent', 'all'],
  ] as const) {
    const xml = await bench.get(path, token).set('Accept', 'application/fhir+xml').buffer(true).parse(asText);
    expect([xml.status, xml.headers['www-authenticate'], xml.headers['allow']]).toEqual([503, undefined, undefined]);
    expect(xml.body).toMatch(/<OperationOutcome.*audit-unavailable/);
  }
  expect(bench.log()).toMatch(/cannot be put on record/);
  expect(bench.log()).not.toContain('secret');
});

it('no route goes around it: an answer that is not on record does not begin', async () => {
  const { store, config } = bench;
  const logger = pino({ level: 'silent' });
  const app = express();
  app.use(begin);
  app.use('/fhir', onRecord({ store, config, logger, now: () => new Date() }));
  app.get('/fhir/end', (_req, res) => void res.end('secret'));
  app.get('/fhir/write', (_req, res) => void res.write('secret'));
  app.get('/fhir/flush', (_req, res) => res.flushHeaders());
  app.get('/fhir/json', (_req, res) => void res.json({ secret: true }));
  app.use(onError(logger, () => ''));
  const server = app.listen(0);
  const { port } = server.address() as { port: number };
  for (const path of ['end', 'write', 'flush', 'json']) {
    const id = nextId();
    const answer = await fetch(`http://127.0.0.1:${port}/fhir/${path}`, { headers: { 'x-request-id': id } });
    expect([answer.status, (await answer.text()).includes('secret')]).toEqual([500, false]);
    const [event] = await eventsOf(id);
    expect([event!.outcome, detailOf(event!, 'status')]).toEqual(['12', '500']);
  }
  await new Promise((resolve) => server.close(resolve));
});

it('trusts nobody’s word of themselves: trace and ids only in their form, addresses of trusted proxies alone', async () => {
  reply = () => raw(() => (async function* () {})());
  const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const trace = async (traceparent: string): Promise<string[]> => {
    const id = nextId();
    const test = bench.get('/fhir/Binary/x').set('X-Request-Id', id).set('traceparent', traceparent);
    await test.set('X-Forwarded-For', '203.0.113.9').set('User-Agent', 'evil\t"}{"level":60');
    const [event] = await eventsOf(id);
    expect(JSON.stringify(event)).not.toMatch(/203\.0\.113\.9|evil/);
    expect(event!.agent.find((a) => a.network?.type === '2')!.network!.address).toBe('127.0.0.1');
    return event!.entity!.flatMap((e) => (e.type?.code === 'traceparent' ? [e.what!.identifier!.value!] : []));
  };
  expect(await trace(good)).toEqual([good]);
  for (const bad of [
    `${good}\tevil`,
    good.replace(/^00/, 'ff'),
    good.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
    good.replace('b7ad6b7169203331', '0'.repeat(16)),
    good.toUpperCase(),
    '00-236046999012376aaaaaaaaaaaaaaaaaa-b7ad6b7169203331-01',
    'evil',
  ])
    expect(await trace(bad), bad).toEqual([]);
  const before = (await bench.query('SELECT id FROM kept_record')).length;
  const answer = await bench.get('/fhir/Binary/x').set('X-Request-Id', 'a b<evil>');
  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect((await bench.query('SELECT id FROM kept_record')).length).toBe(before + 1);
  expect((await bench.query("SELECT id FROM kept_record WHERE request_id LIKE '%evil%'")).length).toBe(0);
});
