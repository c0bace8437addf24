/** Traces: off when nobody collects them, and never in the way of anything. */
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { openTraces, type Traces } from '../../../server/operations/traces.ts';
import { startCollector, type Collector } from '../../support/collector.ts';

let traces: Traces | undefined;
let collector: Collector | undefined;
afterEach(async () => {
  await traces?.close();
  await collector?.stop();
  traces = collector = undefined;
});
const open = async (endpoint: string): Promise<Traces> =>
  (traces = (await openTraces(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })))!);
const end = { route: '/x', method: 'GET', status: '5xx', code: 503, problems: ['dmp-down'], ms: 1 };

describe('traces', () => {
  it('are not made when no collector is named', async () => {
    expect(await openTraces(loadConfig({}))).toBeUndefined();
  });

  it.each([
    'http://collector.example:4318',
    'https://user:pw@collector.example',
    'https://c.example/?key=x',
    'http://localhost.evil.example',
  ])('go nowhere in clear, and their address holds no secret: %s', (url) =>
    expect(() => loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: url })).toThrow(ConfigError),
  );

  it('go on with the client’s, also when it is not sampled: then nothing is sent', async () => {
    collector = await startCollector();
    const { request, call, close } = await open(`${collector.url}/`);
    const of = (traceId: string, flags: string) => `00-${traceId}-${'c'.repeat(16)}-${flags}`;
    const [sampled, silent] = ['d'.repeat(32), 'e'.repeat(32)] as const;
    for (const parent of [of(sampled, '01'), of(silent, '00')]) {
      const span = request(parent);
      expect(span.traceparent.slice(0, 36)).toBe(parent.slice(0, 36));
      expect(span.traceparent.slice(-2)).toBe(parent.slice(-2));
      call('TD3.1a', span.traceparent).end('timeout', { attempts: 1, code: 'headers' });
      span.end(end);
    }
    await close();
    const spans = collector.spans();
    expect(spans.map(({ traceId }) => traceId)).toEqual([sampled, sampled]);
    expect(spans.map(({ attributes }) => attributes)).toMatchObject([
      { 'dmp.outcome': 'timeout', 'dmp.code': 'headers' },
      { 'http.response.status_code': 503, 'dmp.problems': { values: [{ stringValue: 'dmp-down' }] } },
    ]);
  });

  it('a call that no request causes is a trace of its own', async () => {
    collector = await startCollector();
    const { call, close } = await open(collector.url);
    call('TD3.1a').end('ok', { attempts: 1 });
    await close();
    expect(collector.spans()).toMatchObject([{ name: 'DMP TD3.1a', kind: 3 }]);
    expect(collector.spans()[0]!.parentSpanId ?? '').toBe('');
  });

  it('a query is a part of the request that causes it, and says nothing but its name', async () => {
    collector = await startCollector();
    const { request, within, query, close } = await open(collector.url);
    const span = request();
    const failure = new Error('duplicate key (ins)=(236046999012376)');
    const asked = await new Promise<unknown[]>((resolve, reject) => {
      within(span.traceparent, () => {
        Promise.all([
          query({ operation: 'findMany', model: 'Document' }, () => Promise.resolve(['found'])),
          query({ operation: '$queryRaw' }, () => Promise.reject(failure)).catch((e: unknown) => e),
        ]).then(resolve, reject);
      });
    });
    expect(asked).toEqual([['found'], failure]);
    // A round of the feed.
    expect(await query({ operation: '$executeRaw' }, () => Promise.resolve(1))).toBe(1);
    span.end(end);
    await close();
    const below = collector.spans().filter(({ parentSpanId }) => parentSpanId === span.traceparent.slice(36, 52));
    expect(below.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'findMany Document',
        { 'db.system.name': 'postgresql', 'db.operation.name': 'findMany', 'db.collection.name': 'Document' },
      ],
      ['$queryRaw', { 'db.system.name': 'postgresql', 'db.operation.name': '$queryRaw' }],
    ]);
    expect(collector.spans()).toHaveLength(3);
    expect(collector.text()).not.toContain('236046999012376');
    expect(collector.text()).not.toContain('duplicate key');
  });

  it('a collector that is not there keeps nobody from stopping', { timeout: 30_000 }, async () => {
    const { request, close } = await open('http://localhost:1');
    request().end(end);
    await expect(close()).resolves.toBeUndefined();
  });
});
