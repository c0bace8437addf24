/** The relying party of Pro Santé Connect against a provider that can be bent: what it asks, and what it does not believe. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decodeJwt, decodeProtectedHeader, exportJWK, exportPKCS8, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { createProSanteConnect } from '../../../server/authorization/psc/relying-party.ts';
import type { ProSanteConnect } from '../../../server/authorization/psc/types.ts';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { person, startLoosePsc, type LoosePsc } from '../../support/loose-psc.ts';
import { testPki } from '../dmp/pki.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-psc-'));
const file = (name: string, text: string): string => {
  writeFileSync(path.join(dir, name), text);
  return path.join(dir, name);
};
const secret = { PSC_CLIENT_AUTH: 'client_secret_basic', PSC_CLIENT_SECRET_FILE: file('secret', 'secret of a test\n') };
const request = {
  redirectUri: 'https://facade.example/psc/callback',
  state: 'state-of-the-browser',
  nonce: 'nonce-of-the-browser',
  codeVerifier: 'v'.repeat(43),
};
const back = (query = `code=abc&state=${request.state}`): URL => new URL(`http://inner.invalid/psc?${query}`);
const token = '/protocol/openid-connect/token';
const userinfo = '/protocol/openid-connect/userinfo';

let loose: LoosePsc;
type Opened = NonNullable<Awaited<ReturnType<typeof createProSanteConnect>>>;
const opened: Opened[] = [];
async function open(env: Record<string, string>): Promise<ProSanteConnect> {
  const psc = await createProSanteConnect(loadConfig({ PSC_CLIENT_ID: 'facade', ...env }));
  opened.push(psc!);
  return psc!;
}
const relyingParty = (env: Record<string, string> = secret) => open({ PSC_DISCOVERY: loose.discovery, ...env });
/** Row and value of the refusal. */
const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'accepted',
    (e: unknown) => (e instanceof IssueError ? [e.issues[0]!.key, ...Object.values(e.issues[0]!.values ?? {})] : e),
  );

beforeAll(async () => {
  loose = await startLoosePsc('facade');
});
beforeEach(() => {
  loose.bend = Object.assign(loose.bend, {
    document: undefined,
    claims: undefined,
    sign: undefined,
    token: undefined,
    userinfo: undefined,
    introspection: undefined,
    answers: {},
  });
  loose.nonce = request.nonce;
  loose.requests.length = 0;
});
afterAll(async () => {
  await Promise.all(opened.map((psc) => psc.close()));
  await loose.close();
  rmSync(dir, { recursive: true });
});

describe('settings', () => {
  it('without PSC_DISCOVERY there is none', async () => {
    expect(await createProSanteConnect(loadConfig({}))).toBeUndefined();
  });

  it.each([
    ['PSC_CLIENT_ID', { PSC_CLIENT_ID: '' }],
    ['PSC_CLIENT_KEY', { PSC_CLIENT_AUTH: 'private_key_jwt' }],
    ['PSC_CLIENT_KEY', { PSC_CLIENT_AUTH: 'private_key_jwt', PSC_CLIENT_KEY: secret.PSC_CLIENT_SECRET_FILE }],
    ['PSC_CLIENT_SECRET_FILE', { ...secret, PSC_CLIENT_SECRET_FILE: path.join(dir, 'nowhere') }],
    ['PSC_CLIENT_CERT', { PSC_CLIENT_AUTH: 'tls_client_auth', PSC_CLIENT_KEY: secret.PSC_CLIENT_SECRET_FILE }],
    ['PSC_CA', { ...secret, PSC_CA: path.join(dir, 'nowhere') }],
    ['PSC_DISCOVERY', { ...secret, ENVIRONMENT: 'production' }],
    [
      'PSC_ISSUER',
      {
        ...secret,
        ENVIRONMENT: 'production',
        PSC_DISCOVERY: 'https://a.example/.well-known/x',
        PSC_ISSUER: 'http://a.example',
      },
    ],
  ])('%s is named at start when it is missing, or not what it should be', async (name, env) => {
    const error: unknown = await relyingParty({ ...secret, ...env }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(new RegExp(`^${name}: `));
    expect((error as Error).message).not.toContain('secret of a test');
  });

  it.each(['http://psc.example/.well-known/x', 'https://psc.example/realm', 'https://psc.example/.well-known/x?y=1'])(
    '%s is no discovery document',
    (url) => {
      expect(() => loadConfig({ PSC_DISCOVERY: url })).toThrow(/PSC_DISCOVERY/);
    },
  );
});

describe('code flow', () => {
  it('sends the browser to the wallet, which is on another host, with PKCE, state, nonce and eidas1', async () => {
    const url = await (await relyingParty()).authorizationUrl(request);
    expect(url.hostname).toBe('127.0.0.1');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'facade',
      response_type: 'code',
      scope: 'openid scope_all',
      acr_values: 'eidas1',
      redirect_uri: request.redirectUri,
      state: request.state,
      nonce: request.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      code_challenge_method: 'S256',
    });
  });

  it('exchanges the code and reads who it is', async () => {
    const session = await (await relyingParty()).callback(back(), request);
    expect(session).toMatchObject({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      sid: 's1',
      professional: {
        sub: person.sub,
        personId: '899700101233',
        family: 'MAUREL',
        given: 'HELENE',
        acr: 'eidas3',
        situations: [{ id: '0.0', structureIds: ['1990100109'], sector: 'SA17' }],
      },
    });
    const asked = loose.requests.find((r) => r.path === token)!;
    expect(asked.headers.authorization).toBe(`Basic ${Buffer.from('facade:secret+of+a+test').toString('base64')}`);
    expect(asked.form.get('code_verifier')).toBe(request.codeVerifier);
    expect(asked.form.get('redirect_uri')).toBe(request.redirectUri);
  });

  it.each([
    ['state of another', 'code=abc&state=other', ['psc-invalid', 'state']],
    ['no state', 'code=abc', ['psc-invalid', 'state']],
    ['a refusal', `error=access_denied&state=${request.state}`, ['psc-refused', 'access_denied']],
    ['an error that is none', `error=<b>x</b>&state=${request.state}`, ['psc-refused', 'error']],
  ])('%s in the browser’s way back is refused, and the code not used', async (_, query, expected) => {
    expect(await refusal((await relyingParty()).callback(back(query), request))).toEqual(expected);
    expect(loose.requests.filter((r) => r.path === token)).toEqual([]);
  });
});

describe('an id_token is not believed', () => {
  const claim = (name: string, value: unknown) => (claims: object) => ({ ...claims, [name]: value });
  it.each<[string, LoosePsc['bend'], string]>([
    ['of another issuer', { claims: claim('iss', 'https://elsewhere.example'), answers: {} }, 'iss'],
    ['for another client', { claims: claim('aud', 'other'), answers: {} }, 'aud'],
    ['for several, by another', { claims: (c) => ({ ...c, aud: ['facade', 'x'], azp: 'x' }), answers: {} }, 'azp'],
    ['with the nonce of another', { claims: claim('nonce', 'other'), answers: {} }, 'nonce'],
    ['without nonce', { claims: claim('nonce', undefined), answers: {} }, 'nonce'],
    ['expired', { claims: claim('exp', Math.floor(Date.now() / 1000) - 60), answers: {} }, 'exp'],
    ['without exp', { claims: claim('exp', undefined), answers: {} }, 'exp'],
    ['without acr', { claims: claim('acr', undefined), answers: {} }, 'acr'],
    ['of an authentication to come', { claims: claim('auth_time', 4_000_000_000), answers: {} }, 'auth_time'],
    ['about another person', { claims: claim('SubjectNameID', '899700204581'), answers: {} }, 'SubjectNameID'],
    ['about nobody in the directory', { claims: claim('SubjectNameID', undefined), answers: {} }, 'SubjectNameID'],
    ['whose sub is not that of the userinfo', { claims: claim('sub', 'f:x:899700204581'), answers: {} }, 'sub'],
    ['that is missing', { token: (t) => ({ ...t, id_token: undefined }), answers: {} }, 'id_token'],
  ])('%s', async (_, bend, reason) => {
    Object.assign(loose.bend, bend);
    expect(await refusal((await relyingParty()).callback(back(), request))).toEqual(['psc-invalid', reason]);
  });

  it.each<[string, string, (claims: object) => Promise<string>]>([
    ['not signed', 'alg', (c) => Promise.resolve(new UnsecuredJWT({ ...c }).encode())],
    [
      'signed with the public key as secret',
      'alg',
      (c) =>
        new SignJWT({ ...c })
          .setProtectedHeader({ alg: 'HS256', kid: 'psc' })
          .sign(Buffer.from(JSON.stringify(loose.publicJwk))),
    ],
    [
      'signed with somebody else’s key, under the name of the right one',
      'id_token',
      async (c) =>
        new SignJWT({ ...c })
          .setProtectedHeader({ alg: 'RS256', kid: 'psc' })
          .sign((await generateKeyPair('RS256')).privateKey),
    ],
    [
      'that brings its own key',
      'id_token',
      async (c) => {
        const pair = await generateKeyPair('RS256', { extractable: true });
        const jwk = await exportJWK(pair.publicKey);
        return new SignJWT({ ...c })
          .setProtectedHeader({ alg: 'RS256', kid: 'mine', jwk: jwk, jku: 'https://evil.example/keys' })
          .sign(pair.privateKey);
      },
    ],
    [
      'of an algorithm that is not on the list',
      'alg',
      async (c) => new SignJWT({ ...c }).setProtectedHeader({ alg: 'RS512', kid: 'psc' }).sign(await rs512()),
    ],
  ])('%s', async (_, reason, sign) => {
    loose.bend.sign = sign;
    expect(await refusal((await relyingParty()).callback(back(), request))).toEqual(['psc-invalid', reason]);
    expect(loose.requests.some((r) => r.path === userinfo)).toBe(false);
  });
});

const rs512 = async () => (await generateKeyPair('RS512')).privateKey;

describe('a userinfo is not believed', () => {
  it.each<[string, (json: Record<string, unknown>) => unknown, string]>([
    ['of another sub', (u) => ({ ...u, sub: 'other' }), 'sub'],
    ['without SubjectNameID', (u) => ({ ...u, SubjectNameID: undefined }), 'SubjectNameID'],
    ['with another SubjectNameID', (u) => ({ ...u, SubjectNameID: '899700204581' }), 'SubjectNameID'],
    ['with a name that ends the line', (u) => ({ ...u, family_name: 'A\nB' }), 'family_name'],
  ])('%s', async (_, bent, reason) => {
    loose.bend.userinfo = bent;
    expect(await refusal((await relyingParty()).callback(back(), request))).toEqual(['psc-invalid', reason]);
  });
});

describe('failures', () => {
  it.each<[string, string, [number, unknown], unknown[]]>([
    ['a token endpoint that is down', token, [502, '<html>'], ['psc-unavailable']],
    ['one that answers no JSON', token, [200, '<html>'], ['psc-unavailable']],
    ['one that refuses the code', token, [400, { error: 'invalid_grant' }], ['psc-refused', 'invalid_grant']],
    ['a userinfo that is down', userinfo, [503, {}], ['psc-unavailable']],
    ['an answer without end', userinfo, [200, `{"x":"${'x'.repeat(2_000_000)}"}`], ['psc-unavailable']],
  ])('%s', async (_, at, answer, expected) => {
    loose.bend.answers[at] = [answer];
    expect(await refusal((await relyingParty()).callback(back(), request))).toEqual(expected);
  });

  it('a discovery document of another issuer is refused, and asked for again the next time', async () => {
    const psc = await relyingParty();
    loose.bend.document = (document) => ({ ...document, issuer: 'https://elsewhere.example' });
    expect(await refusal(psc.authorizationUrl(request))).toEqual(['psc-invalid', 'issuer']);
    delete loose.bend.document;
    expect(await refusal(psc.authorizationUrl(request))).toBe('accepted');
  });

  it('nobody there is psc-unavailable', async () => {
    const psc = await open({ ...secret, PSC_DISCOVERY: 'http://localhost:9/.well-known/wallet-openid-configuration' });
    expect(await refusal(psc.authorizationUrl(request))).toEqual(['psc-unavailable']);
  });
});

describe('proof of who asks', () => {
  it.each(['RS256', 'ES256'])('an assertion signed with %s, of a PEM or a JWK file', async (alg) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = file(`${alg}.jwk`, JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'registered' }));
    const pem = file(`${alg}.pem`, await exportPKCS8(privateKey));
    for (const [key, kid] of [
      [jwk, 'registered'],
      [pem, undefined],
    ] as const) {
      loose.requests.length = 0;
      await (await relyingParty({ PSC_CLIENT_KEY: key })).callback(back(), request);
      const { form } = loose.requests.find((r) => r.path === token)!;
      const assertion = form.get('client_assertion')!;
      expect(decodeProtectedHeader(assertion)).toEqual({ alg, ...(kid ? { kid } : {}) });
      expect(decodeJwt(assertion)).toMatchObject({ iss: 'facade', sub: 'facade', aud: loose.issuer });
    }
  });

  it('mutual TLS, at the endpoints that are for it', async () => {
    const pki = await testPki();
    const secured = await startLoosePsc('facade', {
      cert: pki.server.certificate + pki.authority,
      key: pki.server.key,
      ca: pki.root + pki.authority,
      requestCert: true,
      rejectUnauthorized: true,
    });
    try {
      secured.nonce = request.nonce;
      const psc = await open({
        PSC_DISCOVERY: secured.discovery,
        PSC_CLIENT_AUTH: 'tls_client_auth',
        PSC_CLIENT_CERT: file('client.pem', pki.client.certificate + pki.authority),
        PSC_CLIENT_KEY: file('client.key', pki.client.key),
        PSC_CA: file('ca.pem', pki.root),
      });
      await psc.callback(back(), request);
      const asked = secured.requests.find((r) => r.form.has('code'))!;
      expect(asked.path).toBe(`${token}?mtls`);
      expect(asked.holder).toContain('OU=1990100109');
      expect([...asked.form.keys()]).not.toContain('client_assertion');
    } finally {
      await secured.close();
    }
  });
});

describe('refresh and logout', () => {
  it('a session that ended there is psc-refused; another person’s is not believed', async () => {
    const psc = await relyingParty();
    const session = await psc.callback(back(), request);
    loose.nonce = undefined;
    loose.bend.token = (t) => ({ ...t, access_token: 'access-2', refresh_token: undefined, id_token: undefined });
    expect(await psc.refresh(session)).toMatchObject({
      accessToken: 'access-2',
      refreshToken: 'refresh-1',
      idToken: session.idToken,
      professional: session.professional,
    });
    loose.bend.answers[token] = [[400, { error: 'invalid_grant' }]];
    expect(await refusal(psc.refresh(session))).toEqual(['psc-refused', 'invalid_grant']);
    loose.bend.userinfo = (u) => ({ ...u, SubjectNameID: '899700204581' });
    expect(await refusal(psc.refresh(session))).toEqual(['psc-invalid', 'SubjectNameID']);
  });

  it('the browser is sent to end it, where there is such a place', async () => {
    const psc = await relyingParty();
    const session = await psc.callback(back(), request);
    const url = await psc.logoutUrl(session, 'https://facade.example/');
    expect(url?.searchParams.get('id_token_hint')).toBe(session.idToken);
    loose.bend.document = (document) => ({ ...document, end_session_endpoint: undefined });
    expect(await (await relyingParty()).logoutUrl(session, 'https://facade.example/')).toBeUndefined();
  });
});

describe('CIBA', () => {
  const ciba = '/protocol/openid-connect/ext/ciba/auth';
  beforeEach(() => {
    loose.nonce = undefined;
  });

  it('asks the professional’s device, and waits for it', async () => {
    loose.bend.answers[token] = [[400, { error: 'authorization_pending' }]];
    const session = await (await relyingParty()).backchannel('899700101233', 'AB12', 'CARD');
    expect(session.professional.personId).toBe('899700101233');
    const { form } = loose.requests.find((r) => r.path === ciba)!;
    expect(Object.fromEntries(form)).toMatchObject({
      scope: 'openid scope_all',
      acr_values: 'eidas1',
      login_hint: '899700101233',
      binding_message: 'AB12',
      channel: 'CARD',
    });
    expect(loose.requests.filter((r) => r.path === token)).toHaveLength(2);
  });

  it('another person than the one who was asked is nobody', async () => {
    const asked = (await relyingParty()).backchannel('899700204581', 'AB12', 'MOBILE');
    expect(await refusal(asked)).toEqual(['psc-invalid', 'SubjectNameID']);
  });

  it.each([
    [token, 'access_denied'],
    [token, 'expired_token'],
    [ciba, 'unknown_user_id'],
  ])('a refusal at %s is said: %s', async (at, error) => {
    loose.bend.answers[at] = [[400, { error }]];
    expect(await refusal((await relyingParty()).backchannel('899700101233', 'AB12', 'CARD'))).toEqual([
      'psc-refused',
      error,
    ]);
  });

  it('stops asking when nobody waits any more', async () => {
    loose.bend.answers[token] = Array.from({ length: 1000 }, () => [400, { error: 'authorization_pending' }]);
    const stop = new AbortController();
    const asked = (await relyingParty()).backchannel('899700101233', 'AB12', 'CARD', stop.signal);
    stop.abort();
    expect(await refusal(asked)).toEqual(['psc-unavailable']);
  });
});

describe('a token that somebody else obtained', () => {
  it('names the professional and the client that it was given to', async () => {
    expect(await (await relyingParty()).examine('access-of-a-proxy')).toMatchObject({
      personId: '899700101233',
      clientId: 'proxy-e-sante',
      acr: 'eidas1',
    });
  });

  const active = { active: true, sub: person.sub, exp: 4_000_000_000, iat: 1, acr: 'eidas1', client_id: 'c' };
  it.each<[string, Record<string, unknown>, unknown[]]>([
    ['inactive', { active: false }, ['psc-refused', 'invalid_token']],
    ['a refresh token', { ...active, typ: 'Refresh' }, ['psc-refused', 'invalid_token']],
    ['expired', { ...active, exp: 1 }, ['psc-refused', 'invalid_token']],
    ['of another issuer', { ...active, iss: 'https://elsewhere.example' }, ['psc-invalid', 'iss']],
    ['without client', { ...active, client_id: undefined }, ['psc-invalid', 'client_id']],
    ['without end', { ...active, exp: undefined }, ['psc-invalid', 'exp']],
    ['without acr', { ...active, acr: undefined }, ['psc-invalid', 'acr']],
    ['about another person', { ...active, SubjectNameID: '899700204581' }, ['psc-invalid', 'SubjectNameID']],
    ['whose userinfo is another’s', { ...active, sub: 'other' }, ['psc-invalid', 'sub']],
  ])('%s is refused', async (_, introspection, expected) => {
    loose.bend.introspection = introspection;
    expect(await refusal((await relyingParty()).examine('access'))).toEqual(expected);
  });
});
