/** Settings of the stand-in of Pro Santé Connect, and its registered clients. */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ClientOptions, isRegistered, loadClients, subjectDn } from '../../../simulator/psc/clients.ts';
import { pscSettingRows, readPscSettings } from '../../../simulator/psc/settings.ts';
import { ensurePki, type PkiPaths } from '../../../tools/pki.ts';

let dir: string;
let pki: PkiPaths;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'psc-'));
  pki = await ensurePki(path.join(dir, 'pki'), { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' });
});
afterAll(() => rm(dir, { recursive: true }));

const settings = (more: Record<string, string> = {}) => readPscSettings({ SIMULATOR_PKI_DIR: pki.dir, ...more });

it('each setting has one variable of its own, and a reason', () => {
  const rows = Object.values(pscSettingRows);
  expect(new Set(rows.map(({ env }) => env)).size).toBe(rows.length);
  for (const { env, text } of rows) expect([env, text.length > 20]).toEqual([env, true]);
});

it.each([
  ['SIMULATOR_PSC_PORT', 'many'],
  ['SIMULATOR_PSC_REQUIRE_NONCE', 'perhaps'],
])('%s is not %s: the variable is named, the value is not', (env, value) => {
  expect(() => settings({ [env]: value })).toThrow(new RegExp(`^${env}: (?!.*${value})`));
});

describe('the demonstration’s client', () => {
  it('has a secret in a file of its own, the same at the next start, and the façade’s certificate', async () => {
    const first = loadClients(settings(), []).get('dmp-fhir')!;
    const file = path.join(pki.dir, 'psc-client-secret');
    expect(first.secret).toBe((await readFile(file, 'utf8')).trim());
    expect(first.secret).toMatch(/^[\w-]{43}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(loadClients(settings(), []).get('dmp-fhir')!.secret).toBe(first.secret);
    expect(first.tlsSubjectDn).toBe('CN=DMP-FHIR AUTH DMP,OU=1990100109,O=EHPAD FICTIF LE VERGER,ST=Isère (38),C=FR');
    expect(subjectDn(new X509Certificate(await readFile(pki.orgSign.chain)))).not.toBe(first.tlsSubjectDn);
  });
  it('is what the settings say, or is not', async () => {
    const jwks = path.join(dir, 'jwks.json');
    await writeFile(jwks, '{"keys":[]}');
    const of = settings({
      SIMULATOR_PSC_CLIENT_ID: 'another',
      SIMULATOR_PSC_CLIENT_SECRET: 'a secret of its own',
      SIMULATOR_PSC_CLIENT_JWKS: jwks,
      SIMULATOR_PSC_CLIENT_CERT: path.join(dir, 'absent'),
      SIMULATOR_PSC_REDIRECT_URIS: 'https://facade.invalid/oauth/psc/callback',
    });
    expect([...loadClients(of, []).values()]).toEqual([
      {
        id: 'another',
        secret: 'a secret of its own',
        jwks: { keys: [] },
        redirectUris: ['https://facade.invalid/oauth/psc/callback'],
        postLogoutRedirectUris: ['http://localhost:*/*', 'http://127.0.0.1:*/*'],
        ciba: true,
      },
    ]);
    expect(loadClients(settings({ SIMULATOR_PSC_CLIENT_ID: 'none' }), []).size).toBe(0);
  });
});

describe('clients', () => {
  it('come from a file, too', async () => {
    const file = path.join(dir, 'clients.json');
    await writeFile(file, '[{"id":"one","redirectUris":["https://one.invalid/back"]},{"id":"two","ciba":true}]');
    const clients = loadClients(settings({ SIMULATOR_PSC_CLIENTS: file }), [{ id: 'three' }]);
    expect([...clients.keys()]).toEqual(['dmp-fhir', 'one', 'two', 'three']);
    expect(clients.get('one')).toMatchObject({ ciba: false, postLogoutRedirectUris: [] });
  });
  it.each<[string, ClientOptions]>([
    ['a short secret', { id: 'x', secret: 'short' }],
    ['a name with a space', { id: 'x y' }],
    ['a redirect URI with a fragment', { id: 'x', redirectUris: ['https://x.invalid/#a'] }],
    ['a redirect URI that is none', { id: 'x', redirectUris: ['callback'] }],
    ['any port of another machine', { id: 'x', redirectUris: ['http://x.invalid:*/a'] }],
    ['any host', { id: 'x', redirectUris: ['https://*/a'] }],
    ['any page of another machine', { id: 'x', postLogoutRedirectUris: ['https://x.invalid/*'] }],
    ['a member that is none', { id: 'x', secrets: [] } as ClientOptions],
  ])('%s is refused', (_, client) => {
    expect(() => loadClients(settings(), [client])).toThrow(/^clients: 1/);
  });
});

it.each<[string, string, boolean]>([
  ['https://a.invalid/back', 'https://a.invalid/back', true],
  ['https://a.invalid/back', 'https://a.invalid/back/', false],
  ['https://a.invalid/back', 'https://A.invalid/back', false],
  ['app.of.ours:/back', 'app.of.ours:/back', true],
  ['http://localhost:*/back', 'http://localhost:8080/back', true],
  ['http://localhost:*/back', 'http://localhost/back', false],
  ['http://localhost:*/back', 'http://localhost:8080/back/more', false],
  ['http://localhost:*/back', 'https://localhost:8080/back', false],
  ['http://localhost:*/back', 'http://localhost:1@x.invalid/back', false],
  ['http://127.0.0.1:*/back', 'http://127a0b0c1:80/back', false],
  ['http://localhost:*/*', 'http://localhost:8080/any/page?a=b', true],
  ['http://localhost:*/*', 'http://localhost:8080#a', false],
])('registered as %s, %s: %s', (pattern, uri, expected) => {
  expect(isRegistered([pattern], uri)).toBe(expected);
});
