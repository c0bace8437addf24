/** The control port of the stand-in of Pro Santé Connect: failures on demand, the clock, sessions. */
import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';

import { type IdTokenFault, idTokenFaults } from '../../../simulator/psc/faults.ts';
import { authorizationUrl, getTokens, getUserinfo, people, post, pscOfTests } from './support/psc.ts';

const psc = pscOfTests();

const introspect = async (token: string) => (await post(psc, 'token/introspect', { token })).json;
const fault = (body: Record<string, unknown>) => psc.control('POST', 'faults', body);

describe('an id_token', () => {
  /** What each failure changes, of what holds without it. */
  const seen: Record<IdTokenFault, (claims: Record<string, unknown>, header: Record<string, unknown>) => unknown> = {
    wrongNonce: ({ nonce }) => nonce === 'nonce-1',
    wrongSignature: () => true,
    unknownKey: () => true,
    unsigned: (_, { alg }) => alg === 'RS256',
    expired: ({ exp }) => Number(exp) * 1000 > Date.now(),
    otherAudience: ({ aud }) => aud === 'dmp-fhir',
    otherIssuer: ({ iss }) => iss === psc.issuer,
    otherAccessToken: () => true,
    withoutAcr: ({ acr }) => acr === 'eidas1',
    withoutSubjectNameID: ({ SubjectNameID }) => SubjectNameID === people.maurel,
  };
  const jwks = async () =>
    createLocalJWKSet((await (await fetch(`${psc.issuer}/protocol/openid-connect/certs`)).json()) as JSONWebKeySet);
  const look = async (kind: IdTokenFault) => {
    const { id_token: token } = await getTokens(psc);
    const [claims, header] = [decodeJwt(token), decodeProtectedHeader(token)];
    const signed = await jwtVerify(token, await jwks(), { currentDate: new Date(Number(claims.iat) * 1000) }).then(
      () => true,
      () => false,
    );
    return {
      holds: seen[kind](claims, { ...header }),
      signed,
      kid: header.kid,
      hash: String(claims['at_hash']).length,
    };
  };

  it.each(idTokenFaults)('is %s once, and good again', async (kind) => {
    const good = await look(kind);
    expect(good).toMatchObject({ holds: true, signed: true, hash: 22 });
    await fault({ kind });
    const bad = await look(kind);
    if (kind === 'wrongSignature') expect(bad).toEqual({ ...good, signed: false });
    else if (kind === 'unknownKey') expect([bad.signed, bad.kid !== good.kid]).toEqual([false, true]);
    else if (kind === 'unsigned') expect([bad.signed, bad.holds]).toEqual([false, false]);
    else if (kind !== 'otherAccessToken') expect(bad).toEqual({ ...good, holds: false });
    expect(await look(kind)).toEqual(good);
  });
  it('belongs to another access token', async () => {
    const half = (text: string) => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
    const good = await getTokens(psc);
    expect(decodeJwt(good.id_token)['at_hash']).toBe(half(good.access_token));
    await fault({ kind: 'otherAccessToken' });
    const bad = await getTokens(psc);
    expect(decodeJwt(bad.id_token)['at_hash']).not.toBe(half(bad.access_token));
  });
});

it('userinfo is somebody else’s, or names nobody; introspection says inactive', async () => {
  const { access_token: token } = await getTokens(psc);
  await fault({ kind: 'otherSubject' });
  expect((await getUserinfo(psc, token)).json['SubjectNameID']).toBe(people.leBihan);
  await fault({ kind: 'userinfoWithoutSubjectNameID' });
  const info = (await getUserinfo(psc, token)).json;
  expect([info['preferred_username'], 'SubjectNameID' in info]).toEqual([people.maurel, false]);
  await fault({ kind: 'inactive' });
  expect(await introspect(token)).toEqual({ active: false });
  expect(await introspect(token)).toMatchObject({ active: true });
  expect((await getUserinfo(psc, token)).json['SubjectNameID']).toBe(people.maurel);
});

describe('an endpoint', () => {
  const certs = () => fetch(`${psc.issuer}/protocol/openid-connect/certs`);
  it('breaks, fails or babbles, that one only, as often as it was told', async () => {
    await fault({ kind: 'http500', endpoint: 'certs', times: 2 });
    expect((await fetch(psc.discoveryUrl)).status).toBe(200);
    expect([(await certs()).status, (await certs()).status, (await certs()).status]).toEqual([500, 500, 200]);
    await fault({ kind: 'down', endpoint: 'certs' });
    await expect(certs()).rejects.toThrow();
    await fault({ kind: 'garbage' });
    await expect((await certs()).json()).rejects.toThrow();
    expect((await certs()).status).toBe(200);
    const { byEndpoint, calls } = (await psc.control('GET', 'calls')) as {
      byEndpoint: unknown;
      calls: { outcome: string }[];
    };
    expect(byEndpoint).toEqual({ certs: 6, discovery: 1 });
    expect(calls.map(({ outcome }) => outcome)).toEqual([
      'ok',
      'injected http500',
      'injected http500',
      'ok',
      'injected down',
      'injected garbage',
      'ok',
    ]);
  });
  it('is late, and keeps nobody else waiting', async () => {
    await fault({ kind: 'delay', ms: 20_000, endpoint: 'certs' });
    const impatient = new AbortController();
    const late = fetch(`${psc.issuer}/protocol/openid-connect/certs`, { signal: impatient.signal });
    await psc.control('GET', 'health');
    expect((await fetch(psc.discoveryUrl)).status).toBe(200);
    impatient.abort();
    await expect(late).rejects.toThrow(/abort/);
  });
});

describe('the control port', () => {
  it('refuses what comes from a web page', async () => {
    const headers = { origin: 'http://localhost:8080' };
    expect((await fetch(`${psc.controlUrl}/health`, { headers })).status).toBe(403);
  });
  it.each([
    ['POST', 'faults', { kind: 'else' }],
    ['POST', 'faults', { kind: 'down', endpoint: 'else' }],
    ['POST', 'faults', { kind: 'wrongNonce', endpoint: 'token' }],
    ['POST', 'faults', undefined],
    ['POST', 'clock', { aheadSeconds: 'soon' }],
    ['POST', 'settings', { port: 1 }],
    ['POST', 'ciba', { decision: 'maybe' }],
    ['POST', 'ciba', { decision: 'approve', person: people.maurel }],
    ['POST', 'logout', {}],
  ])('refuses %s %s %o, and changes nothing', async (method, path, body) => {
    await expect(psc.control(method, path, body)).rejects.toThrow(/^400 /);
    expect(await psc.control('GET', 'faults')).toEqual({ faults: [] });
    expect(await psc.control('GET', 'health')).toMatchObject({ aheadSeconds: 0, sessions: 0 });
  });
  it('ends the sessions of one person, and of nobody else', async () => {
    const [hers, his] = [await getTokens(psc), await getTokens(psc, people.leBihan)];
    expect(await psc.control('POST', 'logout', { person: people.maurel })).toMatchObject({ sessions: 1 });
    expect([await introspect(hers.access_token), await introspect(his.access_token)]).toMatchObject([
      { active: false },
      { active: true },
    ]);
  });
  it('a reset forgets sessions, tokens, failures, the shifted clock and changed settings', async () => {
    const { access_token: token } = await getTokens(psc);
    await fault({ kind: 'down' });
    await psc.control('POST', 'settings', { acr: 'eidas3' });
    expect(await psc.control('POST', 'clock', { aheadSeconds: 10 })).toMatchObject({ aheadSeconds: 10, sessions: 1 });
    expect(await psc.control('POST', 'reset')).toMatchObject({ aheadSeconds: 0, sessions: 0 });
    expect(await introspect(token)).toEqual({ active: false });
    expect(decodeJwt((await getTokens(psc)).id_token)['acr']).toBe('eidas1');
    expect(await psc.control('DELETE', 'calls')).toEqual({ count: 0, byEndpoint: {}, calls: [] });
    expect(await psc.control('DELETE', 'faults')).toEqual({ faults: [] });
  });
});

it('a page that is not there is not found, and not counted', async () => {
  expect((await fetch(authorizationUrl(psc).replace('/auth?', '/else?'))).status).toBe(404);
  expect(await psc.control('GET', 'calls')).toMatchObject({ count: 0 });
});
