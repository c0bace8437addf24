/** Where notifications may go, and where never. */
import { describe, expect, it } from 'vitest';
import { guardedLookup, isAllowedAddress } from '../../../server/auth/addresses.ts';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { addressRules, allowedEndpoint, allowedEndpoints } from '../../../server/fhir/subscription/endpoint.ts';

const rules = (env: Record<string, string>) => loadConfig(env);
const hooks = rules({ SUBSCRIPTION_ENDPOINTS: 'https://hooks.example.org/fhir/, http://localhost' });

describe('an endpoint', () => {
  it.each([
    ['https://hooks.example.org/fhir/', true],
    ['https://hooks.example.org/fhir', true],
    ['https://hooks.example.org/fhir/a?b=c', true],
    ['https://HOOKS.example.org/fhir/a', true],
    ['http://localhost:8099/x', true],
    ['https://hooks.example.org/fhirX', false],
    ['https://hooks.example.org/fhir/../x', false],
    ['https://hooks.example.org/fhir/%2E%2e/x', false],
    ['https://hooks.example.org/fhir/..%2Fx', false],
    ['https://hooks.example.org/fhir/%252e%252e/x', false],
    ['https://hooks.example.org/fhir/..;/x', false],
    ['https://hooks.example.org/fhir/a;b/x', false],
    ['https://hooks.example.org/fhir/a%5c..%5cx', false],
    ['https://hooks.example.org/fhir/a.b%20c?d=%2F', true],
    ['https://hooks.example.org\\@evil.org/fhir/', false],
    ['https://hooks.example.org.evil.org/fhir/', false],
    ['https://hooks.example.org:444/fhir/', false],
    ['https://u@hooks.example.org/fhir/', false],
    ['https://hooks.example.org/fhir/#x', false],
    ['http://hooks.example.org/fhir/', false],
    ['https://localhost/x', false],
    ['http://127.0.0.1/x', false],
    ['http://localhost.evil.org/', false],
    ['ftp://hooks.example.org/fhir/', false],
    [`https://hooks.example.org/fhir/${'x'.repeat(2000)}`, false],
    ['nowhere', false],
    ['', false],
  ])('%s: %s', (endpoint, allowed) => {
    expect(allowedEndpoint(endpoint, hooks) !== undefined).toBe(allowed);
  });

  it('is nowhere by default', () => {
    expect(allowedEndpoint('https://hooks.example.org/fhir/', rules({}))).toBeUndefined();
    expect(allowedEndpoint('http://localhost/', rules({}))).toBeUndefined();
  });

  it('that is an inner address needs more than a name on the list', () => {
    const listed = { SUBSCRIPTION_ENDPOINTS: 'https://10.1.2.3/' };
    expect(allowedEndpoint('https://10.1.2.3/x', rules(listed))).toBeUndefined();
    expect(
      allowedEndpoint('https://10.1.2.3/x', rules({ ...listed, SUBSCRIPTION_PRIVATE_ADDRESSES: 'true' })),
    ).toBeDefined();
  });

  it.each([
    'http://hooks.example.org/',
    'hooks.example.org',
    'https://u:p@hooks.example.org/',
    'https://hooks.example.org/?a',
  ])('is not to be listed as %s', (given) => {
    expect(() => allowedEndpoints(rules({ SUBSCRIPTION_ENDPOINTS: given }))).toThrow(ConfigError);
    expect(() => allowedEndpoints(rules({ SUBSCRIPTION_ENDPOINTS: given }))).not.toThrow(given);
  });

  it('is never this machine in production', () => {
    const production = rules({ SUBSCRIPTION_ENDPOINTS: 'http://localhost', ENVIRONMENT: 'production' });
    expect(() => allowedEndpoints(production)).toThrow(ConfigError);
  });
});

describe('an address', () => {
  const open = rules({ SUBSCRIPTION_PRIVATE_ADDRESSES: 'true' });
  it.each([
    ['93.184.216.34', true, true],
    ['2606:2800:220:1:248:1893:25c8:1946', true, true],
    ['10.0.0.1', false, true],
    ['172.31.255.255', false, true],
    ['172.32.0.1', true, true],
    ['192.168.1.1', false, true],
    ['100.64.0.1', false, true],
    ['fd00::1', false, true],
    ['127.0.0.1', false, false],
    ['::1', false, false],
    ['0.0.0.0', false, false],
    ['::', false, false],
    ['169.254.169.254', false, false],
    ['fe80::1', false, false],
    ['::ffff:10.0.0.1', false, false],
    ['::ffff:127.0.0.1', false, false],
    ['64:ff9b::a00:1', false, false],
    ['2002:a00:1::', false, false],
    ['224.0.0.1', false, false],
    ['255.255.255.255', false, false],
    ['ff02::1', false, false],
  ])('%s: %s; with inner ones: %s', (address, usually, inner) => {
    expect([
      isAllowedAddress(address, 'a.example', addressRules(hooks)),
      isAllowedAddress(address, 'a.example', addressRules(open)),
    ]).toEqual([usually, inner]);
  });

  it('behind a name that leads inside is not found: what a name is bound to later changes nothing', async () => {
    const look = (hostname: string) =>
      new Promise<unknown>((resolve) =>
        guardedLookup(addressRules(hooks))(hostname, { all: true }, (error, found) =>
          resolve(error ? error.code : found),
        ),
      );
    // `localhost` by another name is an inner address like any other.
    expect(await look('localhost.')).toBe('ENOTFOUND');
    expect(await look('localhost')).toEqual(
      expect.arrayContaining([expect.objectContaining({ address: '127.0.0.1' })]),
    );
  });
});
