/**
 * Issue 7, line 5: an operator sees that it works, how fast, and what is wrong, and nobody who is treated. Readiness, metrics, traces
 * down to the DMP's messages, and the way out of service, over real HTTP and TLS against the simulator.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errors } from '../../mappings/errors.ts';
import { metricRows } from '../../server/operations/table.ts';
import type { Call } from '../../simulator/control/calls.ts';
import { startCollector, type Collector } from '../support/collector.ts';
import { text } from '../support/documents.ts';
import { found, personal } from '../support/personal.ts';
import { INS_TEST, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const search = `/DocumentReference?status=current&patient.identifier=${P1}`;
const title = 'Courrier confidentiel';

async function readiness(stack: Stack): Promise<{ status: number; body: { status: string; checks: object } }> {
  const answer = await fetch(`${stack.origin}/health/ready`);
  return { status: answer.status, body: (await answer.json()) as { status: string; checks: object } };
}
const lines = (stack: Stack): Record<string, unknown>[] =>
  stack
    .log()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('issue 7, line 5: metrics and traces of a story', () => {
  let stack: Stack;
  let collector: Collector;
  const traceId = randomBytes(16).toString('hex').replace(/\d/g, 'a');
  const traceparent = `00-${traceId}-${'b'.repeat(16)}-01`;
  let calls: Call[];

  beforeAll(async () => {
    collector = await startCollector();
    stack = await startStack({
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      // Nobody takes it there: it waits.
      AUDIT_FEED: 'https://localhost:1/fhir',
    });
    const deposit = simplified({ content: text(), contentType: 'text/plain', title });
    const headers = { traceparent };
    expect((await stack.post('/DocumentReference', deposit, 'nurse', headers)).status).toBe(201);
    expect((await stack.get(search, 'doctor', headers)).status).toBe(200);
    // A trace that begins here, in a refusal.
    expect((await stack.get(search, 'nurse')).status).toBe(403);
    ({ calls } = (await (await fetch(`${stack.simulator.controlUrl}/calls`)).json()) as { calls: Call[] });
  });
  afterAll(async () => {
    await stack.close();
    await collector.stop();
  });

  const metricsUrl = (): string => lines(stack).find(({ msg }) => msg === 'listening')!['metrics'] as string;
  const metrics = async (): Promise<string> => (await fetch(metricsUrl())).text();

  it('counts requests by interaction, calls by transaction and outcome, and errors by row', async () => {
    const page = await metrics();
    for (const line of [
      'dmp_http_request_duration_seconds_count{interaction="DocumentReference.create",route="/fhir/DocumentReference",method="POST",status="2xx"} 1',
      'dmp_http_request_duration_seconds_count{interaction="DocumentReference.search-type",route="/fhir/DocumentReference",method="GET",status="2xx"} 1',
      'dmp_http_request_duration_seconds_count{interaction="DocumentReference.search-type",route="/fhir/DocumentReference",method="GET",status="4xx"} 1',
      'dmp_call_duration_seconds_count{transaction="TD2.1",outcome="ok"} 1',
      'dmp_http_requests_in_flight 0',
    ])
      expect(page.split('\n')).toContain(line);
    const rows = [...page.matchAll(/^dmp_errors_total\{key="([^"]+)"\} 1$/gm)].map(([, key]) => key!);
    expect(rows.length).toBeGreaterThan(0);
    for (const key of rows) expect(Object.keys(errors)).toContain(key);
  });

  it('reads what waits, the pool and the certificates when it is asked', async () => {
    const page = await metrics();
    const valueOf = (name: string): number => Number(new RegExp(`^${name} (.+)$`, 'm').exec(page)?.[1]);
    expect(valueOf('dmp_audit_feed_records')).toBeGreaterThan(10);
    expect(valueOf('dmp_audit_feed_oldest_seconds')).toBeGreaterThan(0);
    expect(valueOf('dmp_audit_queue_records')).toBe(0);
    expect(valueOf('dmp_database_connections\\{state="total"\\}')).toBeGreaterThan(0);
    expect(valueOf('dmp_certificate_days\\{kind="AUTH_CLI",of="own"\\}')).toBeGreaterThan(300);
    expect(valueOf('dmp_certificates\\{standing="valid"\\}')).toBe(2);
    expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('names nobody: each label is one that the table has', async () => {
    const page = await metrics();
    expect(found(page, [...personal, title])).toEqual([]);
    const labels = [...page.matchAll(/^(dmp_[a-z_]+?)(?:_bucket|_sum|_count)?\{([^}]*)\}/gm)];
    expect(labels.length).toBeGreaterThan(50);
    for (const [, name, given] of labels) {
      const { labels: declared } = metricRows[name as keyof typeof metricRows];
      for (const [, label] of given!.matchAll(/(\w+)="/g)) expect(['le', ...declared]).toContain(label);
    }
  });

  it('is nowhere on the port of the API', async () => {
    expect((await fetch(`${stack.origin}/metrics`)).status).toBe(404);
  });

  it('carries the client’s trace to each message of the DMP, as a part of its own', () => {
    const traced = calls.filter((call) => call.traceparent?.includes(traceId));
    expect(traced.map((call) => call.transaction)).toEqual(expect.arrayContaining(['TD2.1', 'TD3.1a']));
    const spans = calls.map((call) => call.traceparent?.slice(36, 52));
    expect(new Set(spans).size).toBe(calls.length);
    expect(spans).not.toContain('b'.repeat(16));
  });

  it('says the trace in every line of the log that tells of it', () => {
    const told = lines(stack).filter((line) => line['traceId'] === traceId);
    expect(told.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['request', 'dmp']));
    expect(told.filter(({ msg }) => msg === 'request')).toHaveLength(2);
    // One that was not brought along was made here.
    for (const line of lines(stack).filter(({ msg }) => msg === 'request'))
      expect(line['traceId']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('sends a span for each request, and one below it for each call, that say nothing of anybody', async () => {
    await stack.closeServer();
    const spans = collector.spans();
    const requests = spans.filter((span) => span.traceId === traceId && span.kind === 2);
    expect(requests.map(({ name }) => name).sort()).toEqual([
      'GET /fhir/DocumentReference',
      'POST /fhir/DocumentReference',
    ]);
    for (const request of requests) {
      expect(request.parentSpanId).toBe('b'.repeat(16));
      expect(request.attributes).toMatchObject({ 'http.route': '/fhir/DocumentReference' });
      const below = spans.filter((span) => span.parentSpanId === request.spanId);
      const of = (attribute: string) => below.filter(({ attributes }) => attribute in attributes);
      const [called, asked] = [of('dmp.transaction'), of('db.operation.name')];
      expect(called.length + asked.length).toBe(below.length);
      // The audit trail is written in each, by SQL of our own; what Prisma writes names its model.
      expect(asked.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/^\w+ \w+$/)]));
      for (const { name, attributes, kind } of asked) {
        const { 'db.operation.name': operation, 'db.collection.name': model, ...rest } = attributes;
        expect([name.split(' '), kind]).toEqual([model === undefined ? [operation] : [operation, model], 3]);
        expect(rest).toEqual({ 'db.system.name': 'postgresql' });
      }
      expect(called.length).toBeGreaterThan(0);
      for (const { name, attributes, kind } of called) {
        expect([name, kind]).toEqual([`DMP ${String(attributes['dmp.transaction'])}`, 3]);
        expect(attributes).toMatchObject({ 'dmp.outcome': 'ok', 'dmp.attempts': 1 });
      }
    }
    // Each call of the simulator's log is a span that was sent.
    const sent = new Set(spans.map((span) => span.spanId));
    for (const call of calls) expect(sent).toContain(call.traceparent!.slice(36, 52));
    const tokens = await Promise.all((['nurse', 'doctor', 'admin'] as const).map((kind) => stack.token(kind)));
    expect(found(collector.text(), [...personal, title, 'Transmission du matin', ...tokens])).toEqual([]);
  });
});

describe('issue 7, line 5: readiness', () => {
  it('is well, and names what it looked at', async () => {
    const stack = await startStack({}, {}, { consents: false });
    try {
      const checks = { database: 'ok', audit: 'ok', keys: 'ok', dmp: 'ok', certificates: 'ok' };
      expect(await readiness(stack)).toEqual({ status: 200, body: { status: 'ok', checks } });
      // No transaction was made for it.
      expect(await stack.calls()).toEqual([]);
    } finally {
      await stack.close();
    }
  });

  it('without the DMP it is degraded, and goes on serving what does not need it', async () => {
    const stack = await startStack(
      { DMP_URL: 'https://localhost:1/si-dmp-server/v2/services' },
      {},
      { consents: false },
    );
    try {
      const { status, body } = await readiness(stack);
      expect([status, body.status, body.checks]).toMatchObject([200, 'degraded', { dmp: 'degraded', database: 'ok' }]);
    } finally {
      await stack.close();
    }
  });

  it('when no record can be written it is not ready, and lives all the same', async () => {
    const stack = await startStack({}, {}, { consents: false });
    try {
      const name = new URL(stack.database.url).pathname.slice(1);
      const anew = async (change: string): Promise<void> => {
        await stack.database.query(`ALTER DATABASE ${name} ${change}`);
        await stack.database.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
          [name],
        );
      };
      await anew('SET default_transaction_read_only = on');
      await expect
        .poll(() => readiness(stack))
        .toMatchObject({ status: 503, body: { status: 'failed', checks: { database: 'ok', audit: 'failed' } } });
      expect((await fetch(`${stack.origin}/health/live`)).status).toBe(200);
    } finally {
      await stack.database
        .query(`ALTER DATABASE ${new URL(stack.database.url).pathname.slice(1)} RESET default_transaction_read_only`)
        .catch(() => undefined);
      await stack.close();
    }
  });

  it('on its way out it says so, answers all the same, and asks for other connections', async () => {
    const stack = await startStack({ DRAIN_SECONDS: '5' }, {}, { consents: false });
    const closing = stack.closeServer();
    const ready = await fetch(`${stack.origin}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'draining' }]);
    const search = await stack.raw(`${stack.base}/Patient?identifier=${P1}`, 'nurse', {});
    expect([search.status, search.headers.get('connection')]).toEqual([200, 'close']);
    await closing;
    await expect(fetch(`${stack.origin}/health/live`)).rejects.toThrow();
    await stack.close();
  });
});
