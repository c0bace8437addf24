import type { OperationOutcome } from '@medplum/fhirtypes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkOf } from '../../../server/auth/network.ts';
import { startBench, type Bench } from './support.ts';

const url = '/fhir/Unknown';
let bench: Bench;

describe('a client has a limit of its own', () => {
  beforeEach(async () => {
    bench = await startBench({ RATE_LIMIT_CLIENT: '3' });
  });
  afterEach(() => bench.close());

  it('beyond it 429 says when to come back, in the language asked for', async () => {
    for (const left of [2, 1, 0]) {
      const res = await bench.get(url);
      expect(res.status).toBe(404);
      expect(res.headers['ratelimit-policy']).toBe('"client";q=3;w=60');
      expect(res.headers['ratelimit']).toMatch(new RegExp(`^"client";r=${left};t=\\d+$`));
    }
    const res = await bench.get(url).set('Accept-Language', 'en');
    expect(res.status).toBe(429);
    expect(Number(res.headers['retry-after'])).toBeGreaterThanOrEqual(19);
    expect(Number(res.headers['retry-after'])).toBeLessThanOrEqual(20);
    const { issue } = res.body as OperationOutcome;
    expect(issue[0]).toMatchObject({ code: 'throttled', details: { coding: [{ code: 'rate-limited' }] } });
    expect(issue[0]!.details!.text).toBe(`Too many requests. Try again in ${res.headers['retry-after']} s.`);
    expect(bench.log()).toContain('rate-limited');
  });

  it('whoever speaks through it, and the body is not read any more', async () => {
    for (const token of ['all', 'nurse', 'other']) await bench.get(url, token);
    expect((await bench.post('/fhir/DocumentReference', 'admin').type('application/fhir+json').send('{')).status).toBe(
      429,
    );
  });

  it('what is open is not counted, nor what is refused', async () => {
    for (let i = 0; i < 5; i++)
      for (const open of ['/health/live', '/fhir/metadata', '/.well-known/oauth-protected-resource/fhir'])
        expect((await bench.get(open)).status, open).toBe(200);
    for (let i = 0; i < 5; i++) expect((await bench.get(url, 'bad')).status).toBe(401);
    expect((await bench.get(url)).status).toBe(404);
  });
});

describe('refusals are counted by address', () => {
  afterEach(() => bench.close());

  it('beyond the limit 429 takes the place of 401, and a good token still passes', async () => {
    bench = await startBench({ RATE_LIMIT_REFUSED: '3' });
    for (const token of ['', 'bad', '']) {
      const res = await bench.get(url, token);
      expect(res.status).toBe(401);
      expect(res.headers['www-authenticate']).toBeDefined();
    }
    for (const token of ['', 'bad']) {
      const res = await bench.get(url, token);
      expect([res.status, res.headers['retry-after']]).toEqual([429, '20']);
      expect(res.headers['www-authenticate']).toBeUndefined();
    }
    expect((await bench.get(url)).status).toBe(404);
    expect((await bench.get('/fhir/metadata', '')).status).toBe(200);
  });

  it('a lack of scope is no such refusal', async () => {
    bench = await startBench({ RATE_LIMIT_REFUSED: '1' });
    for (let i = 0; i < 3; i++) expect((await bench.get('/fhir/Patient', 'user~List.r')).status).toBe(403);
  });

  const from = async (address: string): Promise<number> =>
    (await bench.get(url, 'bad').set('X-Forwarded-For', address)).status;

  it('X-Forwarded-For of anybody is not believed: it buys no new limit', async () => {
    bench = await startBench({ RATE_LIMIT_REFUSED: '1' });
    expect([await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([401, 429]);
  });

  it('of a trusted proxy it is, from its end: what the client wrote before is not', async () => {
    bench = await startBench({ RATE_LIMIT_REFUSED: '1', TRUSTED_PROXIES: '127.0.0.1' });
    expect([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.1')]).toEqual([401, 401, 429]);
    expect(await from('203.0.113.9, 192.0.2.2')).toBe(429);
    expect([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8:0:1::1')]).toEqual([
      401, 429, 401,
    ]);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['1:2:3:4:5:6:7::', '1:2:3:4'],
    ['nonsense', 'nonsense'],
    ['', ''],
  ])('%s → %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
