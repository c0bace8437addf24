/** Gauges that cannot be read, and who may read the metrics. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { listenForMetrics, type MetricsListener } from '../../../server/operations/listener.ts';
import { createMetrics } from '../../../server/operations/metrics.ts';
import { testPki, type TestPki } from '../dmp/pki.ts';

describe('gauges', () => {
  it('show what is read when it is asked for, and nothing of before', async () => {
    const metrics = createMetrics();
    let lanes: Record<string, number> = { now: 2, backlog: 5 };
    metrics.gauge('dmp_feed_oldest_seconds', () =>
      Object.entries(lanes).map(([lane, value]) => ({ labels: { lane }, value })),
    );
    expect((await metrics.page()).text).toContain('dmp_feed_oldest_seconds{lane="backlog"} 5');
    lanes = { now: 1 };
    const { text } = await metrics.page();
    expect(text).toContain('dmp_feed_oldest_seconds{lane="now"} 1');
    expect(text).not.toContain('backlog');
  });

  it.each([
    ['fail', () => Promise.reject(new Error('gone'))],
    ['hang', () => new Promise<never>(() => undefined)],
  ])('that %s show nothing, and the others what they do', async (_, read) => {
    const metrics = createMetrics();
    metrics.gauge('dmp_audit_feed_records', read);
    metrics.gauge('dmp_feed_oldest_seconds', read);
    metrics.gauge('dmp_audit_queue_records', () => [{ value: 3 }]);
    const { text } = await metrics.page();
    expect(text).toMatch(/^dmp_audit_feed_records nan$/im);
    expect(text).not.toMatch(/^dmp_feed_oldest_seconds\{/m);
    expect(text).toMatch(/^dmp_audit_queue_records 3$/m);
  });

  it('are registered once', () => {
    const metrics = createMetrics();
    const none = (): never[] => [];
    metrics.gauge('dmp_feed_items', none);
    expect(() => metrics.gauge('dmp_feed_items', none)).toThrow();
  });

  it('calls that were sent twice are counted as such', async () => {
    const metrics = createMetrics();
    metrics.callEnded('TD3.1a', 'ok', 20, { attempts: 2 });
    metrics.callEnded('TD3.1a', 'rights', 1, { attempts: 0 });
    const { text } = await metrics.page();
    expect(text).toContain('dmp_call_retries_total{transaction="TD3.1a"} 1');
    expect(text).toContain('dmp_call_duration_seconds_count{transaction="TD3.1a",outcome="rights"} 1');
  });
});

describe('who may read them', () => {
  const token = 'k'.repeat(32);
  const page = { page: () => Promise.resolve({ contentType: 'text/plain', text: 'up 1\n' }) };
  let dir: string;
  let file: string;
  let pki: TestPki;
  let listener: MetricsListener | undefined;
  beforeAll(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'metrics-'));
    file = path.join(dir, 'token');
    pki = await testPki();
  });
  afterEach(async () => {
    await listener?.close();
    listener = undefined;
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const listen = async (settings: Record<string, string>, tls?: { cert: string; key: string }) =>
    (listener = await listenForMetrics(loadConfig(settings), page, tls));
  const status = async (url: string, init: RequestInit = {}): Promise<number> => (await fetch(url, init)).status;

  it('by default nobody: there is no listener', async () => {
    expect(await listen({})).toBeUndefined();
  });

  it('with a port, who is on this machine and asks under its name', async () => {
    const { url } = (await listen({ METRICS_PORT: '0' }))!;
    expect(await (await fetch(url)).text()).toBe('up 1\n');
    expect(await status(url.replace('/metrics', '/'))).toBe(404);
    expect(await status(url, { method: 'POST' })).toBe(405);
    const rebound = await new Promise<number | undefined>((resolve, reject) => {
      http
        .get(url, { headers: { host: 'attacker.example' } }, (res) => resolve(res.resume().statusCode))
        .on('error', reject);
    });
    expect(rebound).toBe(421);
  });

  it('with a token, who shows it; it can be renewed while it runs', async () => {
    writeFileSync(file, `${token}\n`);
    const { url } = (await listen({ METRICS_PORT: '0', METRICS_TOKEN_FILE: file }))!;
    const shown = (text: string) => status(url, { headers: { authorization: `Bearer ${text}` } });
    expect([await status(url), await shown('x'.repeat(32)), await shown(token)]).toEqual([401, 401, 200]);
    writeFileSync(file, 'n'.repeat(32));
    expect([await shown(token), await shown('n'.repeat(32))]).toEqual([401, 200]);
    rmSync(file);
    expect(await shown('n'.repeat(32))).toBe(500);
  });

  it('elsewhere only with a token and TLS', async () => {
    writeFileSync(file, token);
    const tls = { cert: pki.server.certificate + pki.authority, key: pki.server.key };
    const open = { METRICS_PORT: '0', METRICS_HOST: '0.0.0.0' };
    await expect(listen(open, tls)).rejects.toThrow(ConfigError);
    await expect(listen({ ...open, METRICS_TOKEN_FILE: file })).rejects.toThrow(ConfigError);
    const { url } = (await listen({ ...open, METRICS_TOKEN_FILE: file }, tls))!;
    const dispatcher = new Agent({ connect: { ca: pki.root } });
    const at = url.replace('0.0.0.0', 'localhost');
    const ask = async (headers: Record<string, string>) => (await undiciFetch(at, { dispatcher, headers })).status;
    expect([await ask({}), await ask({ authorization: `Bearer ${token}` })]).toEqual([401, 200]);
    await dispatcher.close();
  });

  it.each([
    ['that is not there', undefined],
    ['that anybody could guess', 'short'],
  ])('not with a token %s', async (_, content) => {
    rmSync(file, { force: true });
    if (content !== undefined) writeFileSync(file, content);
    await expect(listen({ METRICS_PORT: '0', METRICS_TOKEN_FILE: file })).rejects.toThrow(/^METRICS_TOKEN_FILE/);
  });
});
