/** What may be registered, and the sentence that says why something may not. */
import 'reflect-metadata';
import { generateKeyPairSync, KeyObject, webcrypto } from 'node:crypto';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { examine, inForce, type CertificateInput } from '../../../server/registry/certificate.ts';
import { isSecret, readClient } from '../../../server/registry/client-input.ts';
import { readInput } from '../../../server/registry/input.ts';
import { isOrigin, isRedirectUri } from '../../../server/registry/redirect-uris.ts';
import { isScope } from '../../../server/registry/scopes.ts';
import { isStructureId } from '../../../server/registry/structure-id.ts';
import { structureContent } from '../../../server/registry/structure-input.ts';
import type { StoredCertificate } from '../../../server/store/index.ts';
import { issuePerson } from '../../../tools/pki.ts';
import {
  clientInput,
  publicJwk,
  saules,
  structureInput,
  type TestAuthority,
  testAuthority,
  tilleuls,
} from '../../support/registry.ts';

/** Row and place of each issue; none when it passes. */
function problems(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    return error.issues.map(({ key, expression }) => `${key} ${expression ?? ''}`.trim());
  }
}

describe('Struct_IdNat', () => {
  it.each([
    ['1990100109', true, 'FINESS'],
    ['12A0000014', true, 'FINESS of Corsica'],
    ['10B0127189', true, 'FINESS of a fictional structure of the ANS'],
    ['339172288100052', true, 'SIRET'],
    ['335600000049837', true, 'SIRET of La Poste: a rule of its own'],
    ['499700000012', true, 'a surgery'],
    ['1990100108', false, 'FINESS, wrong key'],
    ['339172288100053', false, 'SIRET, wrong key'],
    ['335600000049838', false, 'SIRET of La Poste, wrong key'],
  ])('%s (%s): %s', (id, isRight) => {
    expect(isStructureId(id, true)).toBe(isRight);
    expect(isStructureId(id, false), 'fictional numbers have no key').toBe(true);
  });
  it.each([
    '',
    '1',
    '199010010',
    '19901001099',
    '33917228810005',
    '3391722881000521',
    '1 990100109',
    '1990100109\n',
    'A'.repeat(12),
  ])('%j is none', (id) => expect(isStructureId(id, false)).toBe(false));
});

describe('a structure', () => {
  const { id: _, ...good } = structureInput();
  const read = (change: object) => problems(() => readInput(structureContent, { ...good, ...change }));
  it.each<[string, object, string[]]>([
    ['as it should be', {}, []],
    ['no name', { name: undefined }, ['registry-required name']],
    ['a name with a hidden mark', { name: 'EHPAD \u202e' }, ['registry-value name']],
    ['a sector that is none', { sector: 'SA99' }, ['registry-value sector']],
    ['a practice setting that is none', { practiceSetting: 'X' }, ['registry-value practiceSetting']],
    ['a content type that is none', { contentType: '9999' }, ['registry-value contentType']],
    ['an OID that is none', { lps: { ...good.lps, oid: '1.02' } }, ['registry-value lps.oid']],
    ['an administrator who is nobody', { administrators: ['claire'] }, ['registry-value administrators[0]']],
    ['an administrator twice', { administrators: ['899700101233', '899700101233'] }, ['registry-value administrators']],
    ['what is unknown', { sectors: 'SA17', x: 1 }, ['registry-property']],
    ['all at once', { name: 3, sector: 'SA99' }, ['registry-value name', 'registry-value sector']],
  ])('%s', (_name, change, expected) => expect(read(change)).toEqual(expected));
});

describe('a certificate', () => {
  let authority: TestAuthority;
  let tls: CertificateInput;
  let seal: CertificateInput;
  const now = new Date();
  const DAY_MS = 86_400_000;
  beforeAll(async () => {
    authority = await testAuthority();
    [tls, seal] = await Promise.all([authority.issue('tls'), authority.issue('seal')]);
  });
  const keys = (input: CertificateInput, structure = saules.id): string[] => {
    const examined = examine(input, structure, now);
    return 'issues' in examined ? examined.issues.map(({ key, expression }) => `${key} ${expression}`) : [];
  };

  it('of IGC-Santé’s shape passes, and is kept without what stands around it in its file', () => {
    expect(keys(tls)).toEqual([]);
    expect(keys(seal)).toEqual([]);
    const noisy = { ...tls, chain: `Bag Attributes\n${tls.chain}${tls.key}` };
    const examined = examine(noisy, saules.id, now);
    expect(examined).toMatchObject({
      certificate: { kind: 'tls', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect('certificate' in examined && examined.certificate.chain).not.toMatch(/PRIVATE|Bag/);
    expect('certificate' in examined && examined.certificate.chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });
  it('for the other use is refused', () => {
    expect(keys({ ...seal, kind: 'tls' })).toEqual(['certificate-usage chain']);
    expect(keys({ ...tls, kind: 'seal' })).toEqual(['certificate-usage chain']);
  });
  it('of another structure is refused, and one of a person', async () => {
    expect(keys(tls, tilleuls.id)).toEqual(['certificate-structure chain']);
    const card = await issuePerson(
      authority.pki.persons,
      { title: 'Médecin', given: 'Hélène', family: 'MAUREL', id: '899700101233' },
      'sign',
    );
    expect(keys({ kind: 'seal', chain: card.certificate, key: card.key })).toEqual(['certificate-structure chain']);
  });
  it('whose key is another, encrypted or not there is refused', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
    for (const key of [seal.key, encrypted as string, '', 'x'])
      expect(keys({ ...tls, key })).toEqual(['certificate-key key']);
  });
  it('that is none is refused', () => {
    const broken = tls.chain.replace(/MII/, 'NII');
    for (const chain of ['', 'x', tls.key, broken])
      expect(keys({ ...tls, chain })).toEqual(['certificate-unreadable chain']);
  });
  it('whose chain does not hang together is refused; alone it passes', () => {
    const [leaf = '', issuer = ''] = tls.chain.split(/(?<=END CERTIFICATE-----\n)/);
    expect(keys({ ...tls, chain: leaf })).toEqual([]);
    expect(keys({ ...tls, chain: leaf + leaf })).toEqual(['certificate-chain chain']);
    expect(keys({ ...tls, chain: leaf + seal.chain })).toEqual(['certificate-chain chain']);
    expect(keys({ ...tls, chain: issuer + leaf })).toContain('certificate-usage chain');
  });
  it('whose key the DMP cannot take is refused', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keyPair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `C=FR, O=${saules.name}, OU=${saules.id}, CN=AUTH`,
      notBefore: new Date(now.getTime() - DAY_MS),
      notAfter: new Date(now.getTime() + DAY_MS),
      signingAlgorithm: algorithm,
      keys: keyPair,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      ],
    });
    const key = KeyObject.from(keyPair.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string;
    expect(keys({ kind: 'tls', chain: certificate.toString('pem'), key })).toEqual(['certificate-algorithm chain']);
  });
  it('that has ended is refused; one that begins later passes', async () => {
    const at = (days: number) => new Date(now.getTime() + days * DAY_MS);
    expect(keys(await authority.issue('tls', saules, { notBefore: at(-9), notAfter: at(-1) }))).toEqual([
      'certificate-expired chain',
    ]);
    expect(keys(await authority.issue('tls', saules, { notBefore: at(9), notAfter: at(99) }))).toEqual([]);
  });

  it('in force is the one that began last; withdrawn ones never are', () => {
    const one = (name: string, from: number, to: number, change: Partial<StoredCertificate> = {}) => ({
      ...{ name, kind: 'tls' as const, state: 'active' as const, addedAt: new Date(0) },
      ...{ notBefore: new Date(now.getTime() + from * DAY_MS), notAfter: new Date(now.getTime() + to * DAY_MS) },
      ...change,
    });
    const name = (...all: ReturnType<typeof one>[]) => inForce(all, 'tls', now)?.name;
    expect(name()).toBeUndefined();
    expect(name(one('old', -30, 30), one('new', -1, 90))).toBe('new');
    expect(name(one('new', -1, 90), one('old', -30, 30))).toBe('new');
    expect(name(one('old', -30, 30), one('next', 1, 90))).toBe('old');
    expect(name(one('old', -30, 30), one('new', -1, 90, { state: 'withdrawn' }))).toBe('old');
    expect(name(one('sign', -30, 30, { kind: 'seal' }))).toBeUndefined();
    expect(name(one('ended first', -90, -30), one('ended last', -80, -2)), 'the DMP will say that it has ended').toBe(
      'ended last',
    );
    expect(name(one('first', -1, 9), one('corrected', -1, 9, { addedAt: now }))).toBe('corrected');
    expect(name(one('next', 1, 90))).toBeUndefined();
  });
});

describe('a redirect URI', () => {
  it.each([
    'https://app.example/back',
    'https://app.example',
    'https://app.example:8443/back?tenant=1',
    'http://localhost:3000/back',
    'http://127.0.0.1/back',
    'http://[::1]:49152/back',
    'com.example.app:/back',
    'fr.ehpad-fictif.carnet://back',
  ])('%s', (uri) => expect(isRedirectUri(uri)).toBe(true));
  it.each([
    'http://app.example/back',
    'http://localhost.evil.example/back',
    'http://127.0.0.1.evil.example/',
    'https://app.example/back#x',
    'https://app.example/#',
    'https://*.example/back',
    'https://app.example/*',
    'https://user:secret@app.example/back',
    'https://app.example@evil.example/back',
    'https://app.example/../back',
    'https://app.example/%zz back',
    'https://APP.example/back',
    'https://app.example:443/back',
    'https://app.example\\@evil.example/',
    ' https://app.example/back',
    'https://app.example/back\n',
    '//app.example/back',
    '/back',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'app:/back',
    'https://',
    `https://app.example/${'a'.repeat(600)}`,
  ])('not %j', (uri) => expect(isRedirectUri(uri)).toBe(false));
  it('an origin has no path', () => {
    for (const good of ['https://app.example', 'http://localhost:3000', 'https://app.example:8443'])
      expect(isOrigin(good), good).toBe(true);
    for (const bad of [
      'https://app.example/',
      'https://*.example',
      'null',
      'com.example.app:',
      'http://app.example',
      '*',
    ])
      expect(isOrigin(bad), bad).toBe(false);
  });
});

it('scopes of SMART (v2 and v1), of launch and identity, of IHE and of administration, and nothing else', () => {
  const good =
    'user/DocumentReference.cruds system/*.rs patient/Patient.r user/Patient.read user/*.* user/Patient.rs?name=x openid fhirUser launch/patient offline_access ITI-65 admin/registry.r admin/registry.rw';
  for (const scope of good.split(' ')) expect(isScope(scope), scope).toBe(true);
  for (const scope of [
    '',
    '*',
    'user/*',
    'user/Patient.',
    'user/Patient.sr',
    'user/Patient.x',
    'admin/registry.*',
    'root',
    'ITI-',
    'OpenID',
    'user/Patient.rs\n',
  ])
    expect(isScope(scope), scope).toBe(false);
});

it('a secret has 256 bits', () => {
  expect(isSecret('A'.repeat(43))).toBe(true);
  for (const weak of ['A'.repeat(42), 'mot de passe'.repeat(9), 'é'.repeat(50), 'A'.repeat(129), 42, null, undefined])
    expect(isSecret(weak)).toBe(false);
});

describe('an OAuth client', () => {
  const { id: _, ...web } = clientInput();
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const ciba = 'urn:openid:params:grant-type:ciba';
  const jwks = { keys: [publicJwk('k1')] };
  const asymmetric = { authMethod: 'private_key_jwt', jwks };
  const mtls = {
    authMethod: 'tls_client_auth',
    tlsSubject: 'CN=dui.saules,OU=1990100117,O=EHPAD,C=FR',
    boundTokens: true,
  };
  const backend = {
    ...asymmetric,
    grants: ['client_credentials'],
    redirectUris: [],
    scopes: ['system/*.rs', 'user/*.rs'],
  };
  const read = (change: object) => problems(() => readClient({ ...web, ...change }));

  it.each<[string, object]>([
    ['a web app that cannot keep a secret', {}],
    ['a native app', { redirectUris: ['fr.saules.carnet:/retour', 'http://127.0.0.1/retour'], origins: [] }],
    ['a confidential app with a secret', { authMethod: 'client_secret_basic' }],
    [
      'a confidential app with keys by URL',
      { authMethod: 'private_key_jwt', jwksUri: 'https://app.saules.example/jwks' },
    ],
    ['a backend service', backend],
    ['a proxy that exchanges tokens', { ...mtls, grants: [exchange], redirectUris: [], scopes: ['user/*.rs'] }],
    [
      'CIBA',
      { ...asymmetric, grants: [ciba, 'refresh_token'], redirectUris: [], scopes: ['openid', 'offline_access'] },
    ],
    ['DPoP', { dpopRequired: true }],
    ['administration', { scopes: ['openid', 'admin/registry.rw'] }],
  ])('%s', (_name, change) => expect(read(change)).toEqual([]));

  it.each<[string, object, string[]]>([
    ['public, client_credentials', { ...backend, authMethod: 'none', jwks: undefined }, ['client-public-grant grants']],
    ['public, token exchange', { grants: ['authorization_code', exchange] }, ['client-public-grant grants']],
    ['public, CIBA', { grants: ['authorization_code', ciba] }, ['client-public-grant grants']],
    [
      'token exchange with a secret',
      { authMethod: 'client_secret_basic', grants: [exchange], redirectUris: [], scopes: ['user/*.rs'] },
      ['client-exchange authMethod'],
    ],
    [
      'token exchange, tokens not bound',
      { ...mtls, boundTokens: false, grants: [exchange], redirectUris: [], scopes: ['user/*.rs'] },
      ['client-exchange authMethod'],
    ],
    [
      'client_credentials with a secret: nothing names the professional',
      { ...backend, authMethod: 'client_secret_basic', jwks: undefined },
      ['client-backend authMethod'],
    ],
    ['refresh_token alone', { ...backend, grants: ['client_credentials', 'refresh_token'] }, ['client-refresh grants']],
    ['no redirect URI', { redirectUris: [] }, ['client-redirect-missing redirectUris']],
    [
      'redirect URIs of a service',
      { ...backend, redirectUris: web.redirectUris },
      ['client-redirect-unused redirectUris'],
    ],
    [
      'redirect URIs that are none',
      { redirectUris: ['https://ok.example/', 'http://app.example/', 'https://*/'] },
      ['client-redirect redirectUris[1]', 'client-redirect redirectUris[2]'],
    ],
    ['private_key_jwt without keys', { authMethod: 'private_key_jwt' }, ['client-keys jwks']],
    ['keys twice', { ...asymmetric, jwksUri: 'https://app.example/jwks' }, ['client-keys jwks']],
    ['keys for nothing', { jwks }, ['client-keys jwks']],
    [
      'keys over http',
      { authMethod: 'private_key_jwt', jwksUri: 'http://app.example/jwks' },
      ['registry-value jwksUri'],
    ],
    ['mutual TLS without a subject', { ...mtls, tlsSubject: undefined }, ['client-tls-subject tlsSubject']],
    ['a subject for nothing', { tlsSubject: mtls.tlsSubject }, ['client-tls-subject tlsSubject']],
    ['a subject without a CN', { ...mtls, tlsSubject: 'C=FR' }, ['registry-value tlsSubject']],
    ['bound twice', { ...mtls, dpopRequired: true }, ['client-bound-twice dpopRequired']],
    ['a scope that is none', { scopes: ['root', 'user/*.rs'] }, ['client-scope scopes[0]']],
    ['personal scopes of a service', { ...backend, scopes: ['openid', 'system/*.rs'] }, ['client-scope-person scopes']],
    [
      'administration by a service',
      { ...backend, scopes: ['admin/registry.rw'] },
      ['client-scope-person scopes', 'client-scope-admin scopes'],
    ],
    [
      'administration by who is a service too',
      { ...asymmetric, grants: ['authorization_code', 'client_credentials'], scopes: ['admin/registry.r'] },
      ['client-scope-admin scopes'],
    ],
    ['system scopes of an app', { scopes: ['system/Patient.rs'] }, ['client-scope-system scopes']],
    [
      'offline access without refresh tokens',
      { grants: ['authorization_code'], scopes: ['offline_access'] },
      ['client-scope-offline scopes'],
    ],
    ['no structure', { structures: [] }, ['registry-value structures']],
    ['no scope', { scopes: [] }, ['registry-value scopes']],
    ['an origin with a path', { origins: ['https://app.example/x'] }, ['registry-value origins[0]']],
    ['a grant that is none', { grants: ['implicit'] }, ['registry-value grants[0]']],
    ['a secret among the data', { authMethod: 'client_secret_basic', secret: 'x' }, ['registry-property']],
  ])('%s: refused', (_name, change, expected) => expect(read(change)).toEqual(expected));

  it.each<[string, Record<string, unknown>[], string[]]>([
    ['P-256', [publicJwk('k', 'P-256')], []],
    ['RSA of 2048 bits', [rsa(2048)], []],
    ['RSA of 1024 bits', [rsa(1024)], ['client-key-weak jwks.keys[0]']],
    ['P-521', [publicJwk('k', 'P-521')], ['client-key-weak jwks.keys[0]']],
    ['secp256k1', [publicJwk('k', 'secp256k1')], ['client-key-weak jwks.keys[0]']],
    [
      'a point that is not on the curve',
      [{ ...publicJwk('k'), x: publicJwk('k')['x'] }],
      ['client-key-weak jwks.keys[0]'],
    ],
    ['for encryption', [{ ...publicJwk('k'), use: 'enc' }], ['client-key-weak jwks.keys[0]']],
    ['with a weak algorithm', [{ ...rsa(2048), alg: 'RS1' }], ['client-key-weak jwks.keys[0]']],
    ['with the algorithm none', [{ ...publicJwk('k'), alg: 'none' }], ['client-key-weak jwks.keys[0]']],
    ['without a kid', [{ ...publicJwk('k'), kid: undefined }], ['client-key-weak jwks.keys[0]']],
    ['two of one name', [publicJwk('k'), publicJwk('k')], ['client-key-twice jwks.keys[1]']],
    ['a symmetric one', [{ kty: 'oct', k: 'c2VjcmV0', kid: 'k' }], ['client-key-private jwks.keys[0]']],
    ['a private one', [{ ...publicJwk('a') }, privateJwk()], ['client-key-private jwks.keys[1]']],
    ['Ed25519', [{ ...okp(), kid: 'k' }], ['client-key-weak jwks.keys[0]']],
  ])('its keys: %s', (_name, keys, expected) => expect(read({ ...asymmetric, jwks: { keys } })).toEqual(expected));

  it('no refusal repeats a secret', () => {
    const error = (() => {
      try {
        return readClient({ ...web, ...asymmetric, jwks: { keys: [privateJwk()] }, secret: 'CLIENT-SECRET' });
      } catch (e) {
        return e as IssueError;
      }
    })();
    expect(JSON.stringify((error as IssueError).issues)).not.toMatch(/CLIENT-SECRET|"d"/);
  });
});

function rsa(modulusLength: number): Record<string, unknown> {
  return { ...generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' }), kid: 'k' };
}
function privateJwk(): Record<string, unknown> {
  return { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }), kid: 'p' };
}
function okp(): Record<string, unknown> {
  return { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) };
}
