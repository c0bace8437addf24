/** How clients authenticate to the stand-in of Pro Santé Connect, at every endpoint that asks for it. */
import { randomUUID } from 'node:crypto';
import { type CryptoKey, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';

import { basic, getCode, people, post, postTls, redeemForm, secret, pscOfTests } from './support/psc.ts';

const psc = pscOfTests();

const token = { token: 'unknown' };
const ok = { status: 200, json: { active: false } };

describe('with a secret', () => {
  it('in the header or in the form', async () => {
    expect(await post(psc, 'token/introspect', token)).toMatchObject(ok);
    const inForm = { ...token, client_id: 'dmp-fhir', client_secret: secret };
    expect(await post(psc, 'token/introspect', inForm, null)).toMatchObject(ok);
  });
  it.each<[string, string | null, Record<string, string>, string]>([
    ['none', null, {}, 'invalid_client'],
    ['no secret', null, { client_id: 'dmp-fhir' }, 'invalid_client'],
    ['another secret', basic('dmp-fhir', 'wrong'), {}, 'invalid_client'],
    ['another secret in the form', null, { client_id: 'dmp-fhir', client_secret: 'wrong' }, 'invalid_client'],
    ['an unknown client', basic('nobody'), {}, 'invalid_client'],
    ['a client that has no secret', basic('jwt-client', ''), {}, 'invalid_client'],
    ['another scheme', 'Bearer abc', {}, 'invalid_client'],
    ['what is not base64 of a pair', 'Basic bm9ib2R5', {}, 'invalid_client'],
    ['an escape that is none', `Basic ${Buffer.from('%zz:%zz').toString('base64')}`, {}, 'invalid_client'],
    ['two ways at once', basic(), { client_id: 'dmp-fhir', client_secret: secret }, 'invalid_request'],
    ['two names', basic(), { client_id: 'jwt-client' }, 'invalid_request'],
  ])('%s is refused', async (_, header, more, error) => {
    const { status, json, headers } = await post(psc, 'token/introspect', { ...token, ...more }, header);
    expect([status, json['error']]).toEqual([error === 'invalid_client' ? 401 : 400, error]);
    expect(headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="esante-wallet"' : null);
  });
  it.each(['token', 'token/introspect', 'revoke', 'ext/ciba/auth'])('is asked for by %s', async (endpoint) => {
    expect(await post(psc, endpoint, token, null)).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });
});

describe('private_key_jwt', () => {
  interface Changes {
    claims?: JWTPayload;
    key?: CryptoKey;
    header?: Record<string, string>;
    form?: Record<string, string>;
  }
  const assertion = ({ claims = {}, key = psc.clientKey, header = {} }: Changes) => {
    const at = Math.floor(Date.now() / 1000);
    const all = { iss: 'jwt-client', sub: 'jwt-client', aud: psc.issuer, iat: at, exp: at + 60, jti: randomUUID() };
    const given = JSON.parse(JSON.stringify({ ...all, ...claims })) as JWTPayload;
    return new SignJWT(given).setProtectedHeader({ alg: 'RS256', kid: 'client-key', ...header }).sign(key);
  };
  const form = (client_assertion: string, more: Record<string, string> = {}) => ({
    ...token,
    client_assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ...more,
  });
  const ask = async (changes: Changes) =>
    post(psc, 'token/introspect', form(await assertion(changes), changes.form), null);

  it('takes an assertion for the issuer or for an endpoint, once', async () => {
    const protocol = '/protocol/openid-connect';
    for (const aud of [
      psc.issuer,
      `${psc.issuer}${protocol}/token`,
      `${psc.tlsUrl}${protocol}/token`,
      ['x', psc.issuer],
    ])
      expect(await ask({ claims: { aud } }), String(aud)).toMatchObject(ok);
    const same = form(await assertion({}));
    expect(await post(psc, 'token/introspect', same, null)).toMatchObject(ok);
    expect(await post(psc, 'token/introspect', same, null)).toMatchObject({
      status: 401,
      json: { error_description: expect.stringContaining('jti') },
    });
  });
  it('reads its dates by the machine’s clock, not by the shifted one', async () => {
    await psc.control('POST', 'clock', { aheadSeconds: 100_000 });
    expect(await ask({})).toMatchObject(ok);
    await psc.control('POST', 'reset');
  });

  const at = () => Math.floor(Date.now() / 1000);
  it.each<[string, () => Changes | Promise<Changes>]>([
    ['another audience', () => ({ claims: { aud: 'https://elsewhere.invalid' } })],
    ['the audience of the browser’s pages', () => ({ claims: { aud: `${psc.walletUrl}/auth` } })],
    ['no audience', () => ({ claims: { aud: undefined } })],
    ['another issuer', () => ({ claims: { iss: 'dmp-fhir' } })],
    ['no issuer', () => ({ claims: { iss: undefined } })],
    ['a client without keys', () => ({ claims: { iss: 'dmp-fhir', sub: 'dmp-fhir' } })],
    ['an unknown client', () => ({ claims: { iss: 'nobody', sub: 'nobody' } })],
    ['no end', () => ({ claims: { exp: undefined } })],
    ['an end that is past', () => ({ claims: { exp: at() - 60 } })],
    ['an end that is far', () => ({ claims: { exp: at() + 3600 } })],
    ['a beginning to come', () => ({ claims: { nbf: at() + 60 } })],
    ['no jti', () => ({ claims: { jti: undefined } })],
    ['another client_id', () => ({ form: { client_id: 'dmp-fhir' } })],
    ['another type', () => ({ form: { client_assertion_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' } })],
    ['an unknown key', () => ({ header: { kid: 'other' } })],
    ['another key by the same name', async () => ({ key: (await generateKeyPair('RS256')).privateKey })],
  ])('refuses %s', async (_, changes) => {
    expect(await ask(await changes())).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });
  it('refuses what is not signed, or signed with what everybody knows', async () => {
    const claims = { iss: 'jwt-client', sub: 'jwt-client', aud: psc.issuer, exp: at() + 60, jti: randomUUID() };
    const publicKey = new TextEncoder().encode(JSON.stringify(psc.clientJwk));
    for (const text of [
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'client-key' }).sign(publicKey),
      'not.a.jwt',
    ])
      expect(await post(psc, 'token/introspect', form(text), null)).toMatchObject({
        status: 401,
        json: { error: 'invalid_client' },
      });
  });
});

describe('tls_client_auth', () => {
  const asTls = { client_id: 'tls-client' };
  it('knows a client by the subject of its certificate, and binds the token to it', async () => {
    const agent = psc.tls();
    const code = await getCode(psc, people.leBihan, { client_id: 'tls-client' });
    const { status, json } = await postTls(psc, agent, 'token', redeemForm(code, asTls));
    expect(status).toBe(200);
    const access = String(json['access_token']);
    const state = await post(psc, 'token/introspect', { token: access });
    expect(state.json).toMatchObject({ cnf: { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) } });

    const bearer = { authorization: `Bearer ${access}` };
    expect((await postTls(psc, agent, 'userinfo', {}, bearer)).json['SubjectNameID']).toBe(people.leBihan);
    const stolen = await fetch(`${psc.issuer}/protocol/openid-connect/userinfo`, { headers: bearer });
    expect([stolen.status, stolen.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('thumbprint'),
    ]);
  });
  it('refuses the certificate for another client, and the client without it', async () => {
    const refused = { status: 401, json: { error: 'invalid_client' } };
    const agent = psc.tls();
    for (const id of ['dmp-fhir', 'plain-client', 'nobody'])
      expect(await postTls(psc, agent, 'token/introspect', { ...token, client_id: id }), id).toMatchObject(refused);
    expect(await post(psc, 'token/introspect', { ...token, ...asTls }, null)).toMatchObject(refused);
    expect(await postTls(psc, agent, 'token/introspect', { ...token, ...asTls })).toMatchObject(ok);
  });
  it('binds nothing to the certificate of a client that came with a secret', async () => {
    const headers = { authorization: basic() };
    const { json } = await postTls(psc, psc.tls(), 'token', redeemForm(await getCode(psc)), headers);
    const state = await post(psc, 'token/introspect', { token: String(json['access_token']) });
    expect(state.json).toMatchObject({ active: true });
    expect(state.json).not.toHaveProperty('cnf');
  });
});
