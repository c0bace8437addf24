/** The token endpoint: codes, PKCE, refresh tokens, and what the tokens say. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';

import { basic, getCode, getTokens, getUserinfo, people, post, redeemForm, secret, pscOfTests } from './support/psc.ts';

const psc = pscOfTests();

const ahead = (aheadSeconds: number) => psc.control('POST', 'clock', { aheadSeconds });
const refresh = (refresh_token: string, more: Record<string, string> = {}, by = basic()) =>
  post(psc, 'token', { grant_type: 'refresh_token', refresh_token, ...more }, by);
const isActive = async (token: string) => (await post(psc, 'token/introspect', { token })).json['active'];

it('gives tokens with the claims of Pro Santé Connect, for two minutes and half an hour', async () => {
  const tokens = await getTokens(psc);
  expect(tokens).toMatchObject({
    token_type: 'Bearer',
    expires_in: 120,
    refresh_expires_in: 1800,
    scope: 'openid profile email scope_all',
  });
  const id = decodeJwt(tokens.id_token);
  expect(id).toMatchObject({
    iss: psc.issuer,
    aud: 'dmp-fhir',
    azp: 'dmp-fhir',
    typ: 'ID',
    nonce: 'nonce-1',
    acr: 'eidas1',
    sub: expect.stringMatching(/^f:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:899700101233$/),
    SubjectNameID: people.maurel,
    preferred_username: people.maurel,
    given_name: 'HÉLÈNE',
    family_name: 'MAUREL',
    at_hash: expect.any(String),
    sid: tokens['session_state'],
    session_state: tokens['session_state'],
  });
  expect(id.exp! - id.iat!).toBe(120);
  expect(id['auth_time']).toBeLessThanOrEqual(id.iat!);
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  expect(decodeJwt(tokens.access_token)).toMatchObject({ typ: 'Bearer', sub: id.sub, nonce: 'nonce-1' });
  expect(decodeProtectedHeader(tokens.refresh_token)['alg']).toBe('HS512');
});

it('says the acr that the setting says: it need not be the one that was asked for', async () => {
  await psc.control('POST', 'settings', { acr: 'eidas3' });
  expect(decodeJwt((await getTokens(psc)).id_token)['acr']).toBe('eidas3');
});

describe('refuses', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['no grant_type', { grant_type: undefined }, 'invalid_request'],
    ['a grant that is not served', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['a grant named as a member of the language', { grant_type: 'constructor' }, 'unsupported_grant_type'],
    ['no code', { code: undefined }, 'invalid_request'],
    ['a code that was not given', { code: 'x' }, 'invalid_grant'],
    ['no redirect URI', { redirect_uri: undefined }, 'invalid_request'],
    ['another redirect URI', { redirect_uri: 'http://localhost:8081/oauth/psc/callback' }, 'invalid_grant'],
    ['no code_verifier', { code_verifier: undefined }, 'invalid_grant'],
    ['another code_verifier', { code_verifier: 'v'.repeat(43) }, 'invalid_grant'],
    ['a code_verifier that is too short', { code_verifier: 'v' }, 'invalid_grant'],
  ])('%s', async (_, changes, error) => {
    const form = { ...redeemForm(await getCode(psc)), ...changes };
    const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const { status, json, headers } = await post(psc, 'token', given);
    expect([status, json['error']]).toEqual([400, error]);
    expect(json['error_description']).toMatch(/.{5}/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('a parameter that stands twice', async () => {
    const form = Object.entries(redeemForm(await getCode(psc)));
    expect((await post(psc, 'token', [...form, ['code', 'other']])).json['error']).toBe('invalid_request');
  });
  it('a code after a minute', async () => {
    const [early, late] = [await getCode(psc), await getCode(psc)];
    await ahead(50);
    expect((await post(psc, 'token', redeemForm(early))).status).toBe(200);
    await ahead(60);
    expect((await post(psc, 'token', redeemForm(late))).json).toMatchObject({ error: 'invalid_grant' });
  });
  it('another client’s code, which stays good for its own', async () => {
    const code = await getCode(psc);
    const { json } = await post(psc, 'token', redeemForm(code), basic('plain-client'));
    expect(json['error']).toBe('invalid_grant');
    expect((await post(psc, 'token', redeemForm(code))).status).toBe(200);
  });
  it('a second try after a wrong one', async () => {
    const code = await getCode(psc);
    await post(psc, 'token', redeemForm(code, { code_verifier: 'v'.repeat(43) }));
    expect((await post(psc, 'token', redeemForm(code))).json['error']).toBe('invalid_grant');
  });
  it('a code_verifier where the request had no challenge, and takes none then', async () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    const { code_verifier: _, ...form } = redeemForm(await getCode(psc, people.maurel, without));
    expect((await post(psc, 'token', form)).status).toBe(200);
    const again = redeemForm(await getCode(psc, people.maurel, without));
    expect((await post(psc, 'token', again)).json['error']).toBe('invalid_grant');
  });
  it('the code of a session that has ended', async () => {
    const code = await getCode(psc);
    await psc.control('POST', 'logout', { person: people.maurel });
    expect((await post(psc, 'token', redeemForm(code))).json['error']).toBe('invalid_grant');
  });
});

it('a code that comes back revokes the tokens that came of it', async () => {
  const code = await getCode(psc);
  const { json } = await post(psc, 'token', redeemForm(code));
  const [access, renew] = [String(json['access_token']), String(json['refresh_token'])];
  expect(await isActive(access)).toBe(true);
  expect((await post(psc, 'token', redeemForm(code))).json['error']).toBe('invalid_grant');
  expect([await isActive(access), await isActive(renew)]).toEqual([false, false]);
  expect((await getUserinfo(psc, access)).status).toBe(401);
  expect((await refresh(renew)).json['error']).toBe('invalid_grant');
});

describe('a refresh token', () => {
  it('gives new tokens of the same login, without nonce', async () => {
    const tokens = await getTokens(psc);
    await ahead(100);
    const { status, json } = await refresh(tokens.refresh_token);
    const [before, after] = [decodeJwt(tokens.id_token), decodeJwt(String(json['id_token']))];
    expect(status).toBe(200);
    expect(after).toMatchObject({ sub: before.sub, auth_time: before['auth_time'], sid: before['sid'] });
    expect(after).not.toHaveProperty('nonce');
    expect(after.exp! - before.exp!).toBeGreaterThanOrEqual(99);
    expect(json['refresh_token']).not.toBe(tokens.refresh_token);
  });
  it('is the client’s own, and no access token', async () => {
    const tokens = await getTokens(psc);
    expect((await refresh(tokens.refresh_token, {}, basic('plain-client'))).json['error']).toBe('invalid_grant');
    expect((await refresh(tokens.access_token)).json['error']).toBe('invalid_grant');
    expect((await getUserinfo(psc, tokens.refresh_token)).status).toBe(401);
  });
  it('asks for no more than was granted', async () => {
    const tokens = await getTokens(psc);
    expect((await refresh(tokens.refresh_token, { scope: 'openid more' })).json['error']).toBe('invalid_scope');
    expect((await refresh(tokens.refresh_token, { scope: 'openid' })).status).toBe(200);
  });
  it('ends after half an hour, and with the session', async () => {
    const tokens = await getTokens(psc);
    await ahead(1700);
    const { json } = await refresh(tokens.refresh_token);
    await ahead(1801);
    expect((await refresh(tokens.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(String(json['refresh_token']))).status).toBe(200);
    await psc.control('POST', 'logout', { person: people.maurel });
    expect((await refresh(String(json['refresh_token']))).json['error']).toBe('invalid_grant');
  });
  it('never outlives the four hours of the session', async () => {
    let { refresh_token: token } = (await getTokens(psc)) as { refresh_token: string };
    let last: Record<string, unknown> = {};
    for (let at = 1500; at < 14_400; at += 1500) {
      await ahead(at);
      last = (await refresh(token)).json;
      token = String(last['refresh_token']);
    }
    expect(last['refresh_expires_in']).toBeLessThanOrEqual(14_400 - 13_500);
    await ahead(14_400);
    expect((await refresh(token)).json['error']).toBe('invalid_grant');
  });
  it('may be used again, unless the setting says that it is good once', async () => {
    const tokens = await getTokens(psc);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    await psc.control('POST', 'settings', { revokeRefreshTokens: true });
    const next = String((await refresh(tokens.refresh_token)).json['refresh_token']);
    expect(await isActive(next)).toBe(true);
    expect((await refresh(tokens.refresh_token)).json['error']).toBe('invalid_grant');
    expect(await isActive(next)).toBe(false);
  });
});

it('no answer and no count holds a secret or a token', async () => {
  const tokens = await getTokens(psc);
  await refresh(tokens.refresh_token, { client_secret: 'x' });
  const text = JSON.stringify(await psc.control('GET', 'calls'));
  for (const secretText of [secret, tokens.access_token, tokens.refresh_token, people.maurel, 'MAUREL'])
    expect(text).not.toContain(secretText);
  expect(JSON.parse(text)).toMatchObject({
    byEndpoint: { authorization: 1, login: 1, token: 2 },
    calls: [
      { endpoint: 'authorization', client: 'dmp-fhir', outcome: 'ok' },
      { endpoint: 'login', client: 'dmp-fhir', outcome: 'ok' },
      { endpoint: 'token', client: 'dmp-fhir', grant: 'authorization_code', outcome: 'ok' },
      { endpoint: 'token', outcome: 'invalid_request' },
    ],
  });
});
