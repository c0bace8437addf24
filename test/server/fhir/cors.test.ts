import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { routes } from '../../../server/fhir/router.ts';
import { startBench, type Bench } from './support.ts';

const app = 'https://app.example';
let bench: Bench;
let closed: Bench;
beforeAll(async () => {
  bench = await startBench({ CORS_ORIGINS: `${app}, http://localhost:3000` });
  closed = await startBench();
});
afterAll(async () => {
  await bench.close();
  await closed.close();
});

const corsHeaders = (headers: Record<string, string>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));
const preflight = (of: Bench, origin: string, url = '/fhir/Patient', method = 'GET') =>
  of
    .any('options', url, '')
    .set('Origin', origin)
    .set('Access-Control-Request-Method', method)
    .set('Access-Control-Request-Headers', 'authorization,content-type');

describe('a registered origin', () => {
  it('has its preflight answered without a token, for every method of the API', async () => {
    for (const { method, path } of routes()) {
      const res = await preflight(bench, app, `/fhir${path.replace(/\/$/, '')}`, method.toUpperCase());
      expect(res.status, `${method} ${path}`).toBe(204);
      expect(res.headers['access-control-allow-origin']).toBe(app);
      expect(res.headers['access-control-allow-methods']).toContain(method.toUpperCase());
      expect(res.headers['access-control-allow-headers']).toContain('Authorization');
      expect(res.headers['vary']).toContain('Origin');
    }
  });

  it('may read the headers of answers and of refusals, and never sends credentials by themselves', async () => {
    for (const token of ['', 'bad', 'all']) {
      const res = await bench.get('/fhir/Unknown', token).set('Origin', 'http://localhost:3000');
      expect(res.headers['access-control-allow-origin']).toBe('http://localhost:3000');
      for (const name of ['ETag', 'Location', 'Content-Location', 'X-Request-Id', 'WWW-Authenticate', 'Retry-After'])
        expect(res.headers['access-control-expose-headers']).toContain(name);
      expect(res.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('gets nothing by a preflight but its answer: OPTIONS that is none needs a token', async () => {
    expect((await bench.any('options', '/fhir/Patient', '').set('Origin', app)).status).toBe(401);
  });

  it('is declared', async () => {
    const cors = async (of: Bench): Promise<unknown> =>
      ((await of.get('/fhir/metadata', '')).body as { rest: { security: { cors: boolean } }[] }).rest[0]!.security.cors;
    expect([await cors(bench), await cors(closed)]).toEqual([true, false]);
  });
});

describe('any other origin', () => {
  it.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'https://evil-app.example',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example/',
    'HTTPS://APP.EXAMPLE',
    'https://app.example, https://evil.example',
    'http://localhost:3001',
    'null',
    '*',
    '',
  ])('gets no header of CORS, and no answer to its preflight: %s', async (origin) => {
    const refused = await preflight(bench, origin);
    expect([refused.status, corsHeaders(refused.headers as Record<string, string>)]).toEqual([401, []]);
    const res = await bench.get('/fhir/Unknown').set('Origin', origin);
    expect(corsHeaders(res.headers as Record<string, string>)).toEqual([]);
  });

  it('is every origin when none is registered', async () => {
    expect((await preflight(closed, app)).status).toBe(401);
    expect((await closed.get('/fhir/Unknown').set('Origin', app)).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
  });

  it('reads what is open, as everybody', async () => {
    for (const url of ['/fhir/metadata', '/fhir/.well-known/smart-configuration', '/fhir/CodeSystem'])
      expect(
        (await bench.get(url, '').set('Origin', 'https://evil.example')).headers['access-control-allow-origin'],
      ).toBe('*');
  });
});

describe('CORS_ORIGINS', () => {
  it.each([
    '*',
    'https://*.example',
    'null',
    'app.example',
    'http://app.example',
    'https://app.example/',
    'https://a.example,',
  ])('holds exact origins alone: %s stops the start', (CORS_ORIGINS) => {
    expect(() => loadConfig({ CORS_ORIGINS })).toThrow(ConfigError);
  });
});
