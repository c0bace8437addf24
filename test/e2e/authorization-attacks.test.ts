/**
 * Issue 5, line 5 for line 1: attacks on the authorization server, over real HTTP, with the store, the façade and the DMP's simulator behind it:
 * redirects, codes, hosts and bound tokens.
 */
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { authorizationServer, documentsOf, P1 } from '../support/authorization-server.ts';
import { client, redirectUri } from '../support/authorization.ts';
import { ask, authorize, codeOf, exchange, launch, logIn, walk } from '../support/login.ts';

const { stack, issuer, api, newBrowser } = authorizationServer([client('bound', { dpopRequired: true })], {
  LOG_LEVEL: 'debug',
});

describe('redirects', () => {
  it.each([
    ['another host', 'https://evil.example/callback'],
    ['below it', `${redirectUri}/more`],
    ['its parent', 'https://app.example/'],
    ['with a query', `${redirectUri}?next=https://evil.example`],
    ['with a fragment', `${redirectUri}#x`],
    ['in capitals', 'https://APP.example/callback'],
    ['on another port', 'https://app.example:8443/callback'],
    ['without TLS', 'http://app.example/callback'],
    ['with a user in front', 'https://app.example@evil.example/callback'],
    ['by a way round', 'https://app.example/x/../callback'],
    ['a script', 'javascript:alert(1)'],
  ])('never lead to what is not registered, character by character: %s', async (_, uri) => {
    const place = await newBrowser().go(launch(stack.base, 'app', { redirect_uri: uri }).url);
    expect(place.url.origin).toBe(stack.origin);
    expect(place.status).toBe(400);
    expect(place.html).not.toContain('evil');
    expect(place.html).not.toContain('alert(1)');
  });

  it('of an app that nobody knows end on a page that says so, and repeats nothing', async () => {
    const place = await newBrowser().go(launch(stack.base, '<script>x</script>').url);
    expect([place.status, place.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(place.html).toContain('n’est pas connue de ce serveur');
    expect(place.html).not.toContain('<script');
  });

  it('to the token endpoint hold too: a code is good with the address that it was given for', async () => {
    const request = launch(stack.base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    const { status, body } = await exchange(stack.base, 'app', request, code, {
      redirect_uri: 'https://app.example/other',
    });
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });
});

describe('codes', () => {
  it('are good once; shown again, what they gave is gone', async () => {
    const { body, code, launch: request } = await logIn(stack.base, 'app');
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(200);
    const again = await exchange(stack.base, 'app', request, code);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(401);
    const refreshed = await ask(stack.base, {
      grant_type: 'refresh_token',
      client_id: 'app',
      refresh_token: body.refresh_token!,
    });
    expect(refreshed.body.error).toBe('invalid_grant');
  });

  it('are redeemed by one of many at once', async () => {
    const request = launch(stack.base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    const answers = await Promise.all(Array.from({ length: 6 }, () => exchange(stack.base, 'app', request, code)));
    expect(answers.filter((a) => a.status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.filter((a) => a.body.error === 'invalid_grant').length).toBeGreaterThanOrEqual(5);
  });

  it('injected into another app, or into another login of the same, are worth nothing', async () => {
    const mine = launch(stack.base, 'app');
    const code = codeOf(await authorize(newBrowser(), mine));
    const stolen = await exchange(stack.base, 'other', mine, code);
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
    const injected = await exchange(stack.base, 'app', launch(stack.base, 'app'), code);
    expect([injected.status, injected.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('are not got by leaving the verifier out, or by sending the challenge in its place', async () => {
    const request = launch(stack.base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    const challenge = request.url.searchParams.get('code_challenge')!;
    for (const verifier of ['', challenge]) {
      const { body } = await exchange(stack.base, 'app', { ...request, verifier }, code);
      expect(body.error).toBe('invalid_grant');
    }
  });
});

describe('another host', () => {
  /** As only a client of its own makes it: Node's fetch says the true Host. */
  const raw = (path: string, headers: Record<string, string>): Promise<{ location?: string; body: string }> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(stack.base);
      http
        .get({ hostname, port, path, headers }, (answer) => {
          let body = '';
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
          answer.on('end', () =>
            resolve({ body, ...(answer.headers.location ? { location: answer.headers.location } : {}) }),
          );
        })
        .on('error', reject);
    });
  const forged = [
    { host: 'evil.example' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    { forwarded: 'host=evil.example;proto=https' },
  ];

  it.each(forged)('in the headers changes nothing: %j', async (headers) => {
    for (const path of [
      '/oauth/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/oauth',
      '/fhir/.well-known/smart-configuration',
      '/fhir/metadata',
    ])
      expect((await raw(path, headers as never)).body, path).not.toContain('evil');
    const { pathname, search } = launch(stack.base, 'app').url;
    const { location } = await raw(`${pathname}${search}`, headers as never);
    expect(location).toMatch(/^\/oauth\/interaction\/[\w-]+$/);
  });

  it('in the request line changes nothing', async () => {
    const path = 'http://evil.example/oauth/.well-known/openid-configuration';
    const { body } = await raw(path, { host: 'evil.example' });
    expect(JSON.parse(body)).toMatchObject({ issuer: issuer(), token_endpoint: `${issuer()}/token` });
  });

  it('is not sent to by the pages, nor kept for later', async () => {
    const { pathname, search } = launch(stack.base, 'app').url;
    const browser = newBrowser();
    browser.headers['x-forwarded-host'] = 'evil.example';
    const place = await walk(browser, await browser.go(`${pathname}${search}`));
    expect(place.url.origin).toBe('https://app.example');
    expect(browser.visited.join(' ')).not.toContain('evil');
  });
});

describe('DPoP', () => {
  let key: CryptoKey;
  let jwk: JWK;
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    key = pair.privateKey;
    jwk = await exportJWK(pair.publicKey);
  });
  const proof = (
    htm: string,
    htu: string,
    token?: string,
    over: { claims?: Record<string, unknown>; header?: Record<string, unknown>; iat?: number; key?: CryptoKey } = {},
  ) =>
    new SignJWT({
      ...{ htm, htu, jti: randomUUID() },
      ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
      ...over.claims,
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...over.header })
      .setIssuedAt(over.iat)
      .sign(over.key ?? key);
  async function bound() {
    const request = launch(stack.base, 'bound');
    const code = codeOf(await authorize(newBrowser(), request));
    const form = {
      ...{ grant_type: 'authorization_code', client_id: 'bound', code, redirect_uri: redirectUri },
      code_verifier: request.verifier,
    };
    const answer = await ask(stack.base, form, { headers: { dpop: await proof('POST', `${issuer()}/token`) } });
    expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP']);
    return answer.body.access_token;
  }
  const call = async (token: string, dpop: string | undefined, scheme = 'DPoP') => {
    const answer = await fetch(`${stack.base}${documentsOf(P1)}`, {
      headers: {
        authorization: `${scheme} ${token}`,
        accept: 'application/fhir+json',
        ...(dpop === undefined ? {} : { dpop }),
      },
    });
    const row = /"code":"(token-[\w-]+|scope-[\w-]+)"/.exec(await answer.text())?.[1];
    return [answer.status, row, answer.headers.get('www-authenticate')?.split(' ')[0]];
  };
  const documents = () => `${stack.base}/DocumentReference`;

  it('lets a bound token be used with a fresh proof of its key, once', async () => {
    const token = await bound();
    const good = await proof('GET', documents(), token);
    expect(await call(token, good)).toEqual([200, undefined, undefined]);
    expect(await call(token, good), 'again').toEqual([401, 'token-proof-invalid', 'DPoP']);
  });

  it('lets it be used in no other way', async () => {
    const token = await bound();
    const stranger = await generateKeyPair('ES256', { extractable: true });
    const strangers = { key: stranger.privateKey, header: { jwk: await exportJWK(stranger.publicKey) } };
    const old = Math.floor(Date.now() / 1000) - 300;
    const refused = [401, 'token-proof-invalid', 'DPoP'];
    expect(await call(token, undefined)).toEqual([401, 'token-proof-missing', 'DPoP']);
    expect(await call(token, await proof('GET', documents(), token), 'Bearer')).toEqual([
      401,
      'token-proof-missing',
      'DPoP',
    ]);
    expect(await call(token, await proof('POST', documents(), token))).toEqual(refused);
    expect(await call(token, await proof('GET', `${stack.base}/List`, token))).toEqual(refused);
    expect(await call(token, await proof('GET', 'https://evil.example/fhir/DocumentReference', token))).toEqual(
      refused,
    );
    expect(await call(token, await proof('GET', documents(), 'another token'))).toEqual(refused);
    expect(await call(token, await proof('GET', documents()))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { iat: old }))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { iat: old + 600 }))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, strangers))).toEqual(refused);
    expect(
      await call(token, await proof('GET', documents(), token, { header: { jwk: await exportJWK(key) } })),
    ).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { header: { typ: 'JWT' } }))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { claims: { jti: '' } }))).toEqual(refused);
    expect(await call(token, 'garbage')).toEqual(refused);
  });

  it('is not taken for a token that is not bound', async () => {
    const { access_token } = (await logIn(stack.base, 'app')).body;
    const refused = await call(access_token, await proof('GET', documents(), access_token));
    expect(refused.slice(0, 2)).toEqual([401, 'token-invalid']);
  });

  it('is demanded of clients that are registered with it', async () => {
    const request = launch(stack.base, 'bound');
    const code = codeOf(await authorize(newBrowser(), request));
    const { status, body } = await exchange(stack.base, 'bound', request, code);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });
});
