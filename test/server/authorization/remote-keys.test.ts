/** Keys of clients by URL, over real HTTPS: how long they are kept, and where they are never asked for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRemoteKeys, type RemoteKeys } from '../../../server/authorization/backend/keys.ts';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { testPki } from '../dmp/pki.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-jwks-'));
const published = { keys: [] as unknown[], headers: {} as Record<string, string>, status: 200, asked: 0 };
let server: https.Server;
let uri: string;
let ca: string;
let a: JWK;
let b: JWK;
let now = 0;
const opened: RemoteKeys[] = [];
const keys = (env: Record<string, string> = {}): RemoteKeys => {
  const made = createRemoteKeys(loadConfig({ JWKS_CA: ca, ...env }), () => now);
  opened.push(made);
  return made;
};
const kids = (found: readonly Record<string, unknown>[]) => found.map((key) => key['kid']);

beforeAll(async () => {
  const pki = await testPki();
  ca = path.join(dir, 'ca.pem');
  writeFileSync(ca, pki.root);
  server = https.createServer({ cert: pki.server.certificate + pki.authority, key: pki.server.key }, (_, res) => {
    published.asked++;
    res.writeHead(published.status, published.headers).end(JSON.stringify({ keys: published.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  uri = `https://localhost:${(server.address() as AddressInfo).port}/jwks.json`;
  const jwk = async (kid: string) => ({ ...(await exportJWK((await generateKeyPair('ES384')).publicKey)), kid });
  a = await jwk('a');
  b = await jwk('b');
});
beforeEach(() => {
  Object.assign(published, { keys: [a], headers: {}, status: 200, asked: 0 });
  now = 1_000_000_000_000;
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

describe('keys are kept', () => {
  it.each([
    ['what the answer says', 'max-age=60', 60],
    ['five minutes when it says nothing', undefined, 300],
    ['an hour at most', 'max-age=999999', 3600],
    ['hardly, when it says so', 'no-store', 5],
    ['hardly, when it says no time', 'max-age=0', 5],
  ])('%s', async (_, cacheControl, seconds) => {
    published.headers = cacheControl === undefined ? {} : { 'cache-control': cacheControl };
    const remote = keys();
    expect(kids(await remote.at(uri, 'a'))).toEqual(['a']);
    now += seconds * 1000 - 1;
    await remote.at(uri, 'a');
    expect(published.asked).toBe(1);
    now += 1;
    published.keys = [b];
    // One that was withdrawn is gone.
    expect(kids(await remote.at(uri, 'a'))).toEqual(['b']);
    expect(published.asked).toBe(2);
  });

  it('and asked for again once for one that is not among them, but not for each', async () => {
    const remote = keys();
    await remote.at(uri, 'a');
    published.keys = [a, b];
    now += 5000;
    expect(kids(await remote.at(uri, 'b'))).toEqual(['a', 'b']);
    expect(published.asked).toBe(2);
    for (const kid of ['c', '../../etc/passwd', undefined]) expect(kids(await remote.at(uri, kid))).toEqual(['a', 'b']);
    expect(published.asked).toBe(2);
  });

  it('and asked for once by many at the same time', async () => {
    const remote = keys();
    const all = await Promise.all(Array.from({ length: 20 }, () => remote.at(uri, 'a')));
    expect(new Set(all.map((found) => kids(found).join()))).toEqual(new Set(['a']));
    expect(published.asked).toBe(1);
  });
});

describe('there are none', () => {
  it.each<[string, Partial<typeof published>]>([
    ['when the answer is no 200', { status: 500 }],
    ['behind a redirect', { status: 302, headers: { location: 'https://localhost/elsewhere' } }],
    ['in an answer without end', { keys: [{ kty: 'RSA', kid: 'x', n: 'n'.repeat(70_000) }] }],
    ['in a set without end', { keys: Array.from({ length: 51 }, () => ({})) }],
    ['of those that are secret, symmetric, for encryption or without a name', {}],
  ])('%s', async (_, answer) => {
    const secret = { ...a, d: 'x' };
    Object.assign(published, {
      keys: [secret, { kty: 'oct', k: 'x', kid: 'o' }, { ...a, use: 'enc' }, { ...a, kid: undefined }, null, 'text'],
      ...answer,
    });
    expect(await keys().at(uri, 'a')).toEqual([]);
    expect(published.asked).toBe(1);
  });

  it('at another scheme, at an inner address, nor at one whose certificate nobody vouches for', async () => {
    const remote = keys();
    for (const elsewhere of [
      uri.replace('https', 'http'),
      'https://10.0.0.1/jwks',
      'https://169.254.169.254/jwks',
      'https://[::ffff:127.0.0.1]/jwks',
      uri.replace('localhost', 'localhost.'),
      'no url',
    ])
      expect(await remote.at(elsewhere, 'a'), elsewhere).toEqual([]);
    expect(published.asked).toBe(0);
    expect(await keys({ JWKS_CA: '' }).at(uri, 'a')).toEqual([]);
  });

  it('on this machine, in production', async () => {
    expect(await keys({ ENVIRONMENT: 'production' }).at(uri, 'a')).toEqual([]);
    expect(published.asked).toBe(0);
  });
});

it('JWKS_CA must be readable', () => {
  expect(() => keys({ JWKS_CA: path.join(dir, 'nowhere') })).toThrow(ConfigError);
});
