import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { resourceMetadata, resourceMetadataUrl } from '../../../server/fhir/resource-metadata.ts';
import { startBench, type Bench } from './support.ts';

describe('the place of the protected resource metadata (RFC 9728 §3.1)', () => {
  it.each([
    [{}, 'http://localhost:8080/.well-known/oauth-protected-resource/fhir'],
    [
      { PUBLIC_URL: 'https://fhir.ehpad.example' },
      'https://fhir.ehpad.example/.well-known/oauth-protected-resource/fhir',
    ],
    [
      { PUBLIC_URL: 'https://ehpad.example/dmp/' },
      'https://ehpad.example/.well-known/oauth-protected-resource/dmp/fhir',
    ],
  ])('%j', (settings, url) => {
    expect(resourceMetadataUrl(loadConfig(settings))).toBe(url);
  });
});

describe('the authorization servers', () => {
  it('are those of the setting, and left out without it', () => {
    expect(resourceMetadata(loadConfig({}))).not.toHaveProperty('authorization_servers');
    expect(
      resourceMetadata(loadConfig({ AUTH_SERVERS: 'https://as.example, https://as.example/realms/two' })),
    ).toMatchObject({ authorization_servers: ['https://as.example', 'https://as.example/realms/two'] });
  });

  it.each([
    'as.example',
    'http://as.example',
    'https://as.example?x=1',
    'https://as.example#a',
    'https://a,',
    'https://a"b',
  ])('are https URLs without more: %s stops the start', (AUTH_SERVERS) => {
    expect(() => loadConfig({ AUTH_SERVERS })).toThrow(ConfigError);
  });
});

describe('served', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench({ PUBLIC_URL: 'https://ehpad.example/dmp' });
  });
  afterAll(() => bench.close());

  it.each(['/.well-known/oauth-protected-resource/fhir', '/.well-known/oauth-protected-resource/dmp/fhir'])(
    'at its own place, with and without the path that a proxy takes away: %s',
    async (url) => {
      const res = await bench.get(url, '').set('Origin', 'https://anybody.example').set('Accept', 'text/html');
      expect([res.status, res.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
      expect(res.headers['access-control-allow-origin']).toBe('*');
      expect(res.body).toMatchObject({
        resource: 'https://ehpad.example/dmp/fhir',
        bearer_methods_supported: ['header'],
        resource_documentation: 'https://ehpad.example/dmp/docs',
      });
    },
  );

  it('and nowhere else', async () => {
    for (const url of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/fhir/x'])
      expect((await bench.get(url, '')).status, url).toBe(404);
    expect((await bench.post('/.well-known/oauth-protected-resource/fhir', '')).status).toBe(405);
  });
});
