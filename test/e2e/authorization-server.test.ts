/**
 * Issue 5, line 1 (authorization server, SMART standalone launch), over real HTTP, with the store, the façade and the DMP's simulator behind it: SMART's standalone launch as an
 * app and its browser walk it, every check of Inferno's SMART kit that applies (spec/fhir.md F.6; EHR launch and backend services
 * apart), and attacks. Pro Santé Connect is a fake behind its interface: `passPsc` and the parts are all that names it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  type JSONWebKeySet,
} from 'jose';
import * as oidc from 'openid-client';
import type { CapabilityStatement, Practitioner } from '@medplum/fhirtypes';
import { client, lesTilleuls, leVerger, neighbours, redirectUri, type Neighbours } from '../support/authorization.ts';
import { Browser } from '../../tools/demo/browser.ts';
import { ask, authorize, codeOf, exchange, launch, logIn, walk } from '../support/login.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const confidential = client('dui', { authMethod: 'client_secret_basic', secret: 'a secret of the tests, long enough' });
const basic = `Basic ${Buffer.from(`${confidential.id}:${encodeURIComponent(confidential.secret!)}`).toString('base64')}`;

let world: Neighbours;
let stack: Stack;
let base: string;
beforeAll(async () => {
  world = neighbours([
    client('app'),
    client('other'),
    confidential,
    client('elsewhere', { structures: [lesTilleuls] }),
    client('both', { structures: [leVerger, lesTilleuls] }),
  ]);
  stack = await startStack({}, {}, { authorization: world.parts });
  base = stack.base;
}, 60_000);
afterAll(() => stack.close());
beforeEach(() => {
  world.psc.authenticated = 0;
  world.psc.refuses = undefined;
  world.events.length = 0;
});

const issuer = (): string => base.replace(/fhir$/, 'oauth');
const getJson = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(url, { headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};
const api = (path: string, token: string) =>
  fetch(`${base}${path}`, { headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json' } });
const documentsOf = (ins: string) =>
  `/DocumentReference?status=current&patient.identifier=${encodeURIComponent(`${INS_TEST}|${ins}`)}`;
const P1 = patients.P1.ins;
const P2 = patients.P2.ins;
const choosing = (ins: string) => ({ patient: { system: INS_TEST, value: ins } });

describe('discovery', () => {
  const smart = () => getJson(`${base}/.well-known/smart-configuration`);

  it.each(['application/json', 'text/html', 'application/fhir+xml'])(
    'is JSON whatever is accepted: %s',
    async (accept) => {
      const { status, headers } = await getJson(`${base}/.well-known/smart-configuration`, { accept });
      expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    },
  );

  it('names absolute URLs, and everything that SMART requires', async () => {
    const { body } = await smart();
    for (const [name, value] of Object.entries(body))
      if (/_endpoint$|^issuer$|_uri$/.test(name)) expect(new URL(value as string).href, name).toBe(value);
    expect(body).toMatchObject({
      issuer: issuer(),
      authorization_endpoint: `${issuer()}/authorize`,
      token_endpoint: `${issuer()}/token`,
      jwks_uri: `${issuer()}/jwks`,
      introspection_endpoint: `${issuer()}/introspect`,
      revocation_endpoint: `${issuer()}/revoke`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    });
    expect(body['grant_types_supported']).toContain('authorization_code');
    expect(body['capabilities']).toEqual(
      expect.arrayContaining([
        'launch-standalone',
        'client-public',
        'sso-openid-connect',
        'context-standalone-patient',
        'permission-v2',
      ]),
    );
    expect(body['capabilities'], 'refresh tokens end with the session').not.toContain('permission-offline');
  });

  it('says the same in OAuth’s and OpenID’s documents, each at its own place', async () => {
    const [openid, oauth] = await Promise.all([
      getJson(`${issuer()}/.well-known/openid-configuration`),
      getJson(`${stack.origin}/.well-known/oauth-authorization-server/oauth`),
    ]);
    expect([openid.status, oauth.status]).toEqual([200, 200]);
    expect(oauth.body).toEqual(openid.body);
    const { body } = await smart();
    for (const name of Object.keys(body).filter(
      (n) => n in openid.body && n !== 'token_endpoint_auth_signing_alg_values_supported',
    ))
      expect(openid.body[name], name).toEqual(body[name]);
    expect(openid.body['subject_types_supported']).toEqual(['public']);
    expect(openid.body['id_token_signing_alg_values_supported']).toEqual(['RS256']);
  });

  it('leads from the API to here: RFC 9728, and the CapabilityStatement', async () => {
    const { body } = await getJson(`${stack.origin}/.well-known/oauth-protected-resource/fhir`);
    expect(body['authorization_servers']).toEqual([issuer()]);
    const { security } = ((await getJson(`${base}/metadata`)).body as unknown as CapabilityStatement).rest![0]!;
    expect(security!.service![0]!.coding!.map((c) => c.code)).toContain('SMART-on-FHIR');
    const uris = Object.fromEntries(security!.extension![0]!.extension!.map((e) => [e.url, e.valueUri]));
    expect(uris).toMatchObject({ authorize: `${issuer()}/authorize`, token: `${issuer()}/token` });
  });

  it('is open to pages of any origin', async () => {
    for (const url of [
      `${base}/.well-known/smart-configuration`,
      `${base}/metadata`,
      `${issuer()}/.well-known/openid-configuration`,
      `${issuer()}/jwks`,
    ]) {
      const { headers } = await getJson(url, { origin: 'https://anywhere.example' });
      expect(['*', 'https://anywhere.example'], url).toContain(headers.get('access-control-allow-origin'));
    }
  });
});

describe('CORS at the token endpoint and the API', () => {
  const registered = 'https://app.example';
  const preflight = async (url: string, origin: string) => {
    const answer = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,dpop',
      },
    });
    return answer.headers.get('access-control-allow-origin');
  };

  it('is for registered origins', async () => {
    for (const url of [`${issuer()}/token`, `${base}/DocumentReference`]) {
      expect(await preflight(url, registered), url).toBe(registered);
      expect(await preflight(url, 'https://evil.example'), url).toBeNull();
    }
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'app' };
    const allowed = await ask(base, form, { headers: { origin: registered } });
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([400, registered]);
    const refused = await ask(base, form, { headers: { origin: 'https://evil.example' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, null]);
  });

  it('lets the app fetch who its user is', async () => {
    const { body } = await logIn(base, 'app');
    const { payload } = await verified(body.id_token!);
    const answer = await fetch(payload['fhirUser'] as string, {
      headers: { authorization: `Bearer ${body.access_token}`, origin: registered },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, registered]);
  });
});

/** As a client verifies an ID token: by what discovery says. */
async function verified(token: string) {
  const { body } = await getJson(`${issuer()}/.well-known/openid-configuration`);
  const jwks = (await getJson(body['jwks_uri'] as string)).body as unknown as JSONWebKeySet;
  return jwtVerify(token, createLocalJWKSet(jwks), { issuer: issuer(), audience: 'app', algorithms: ['RS256'] });
}

describe('the authorization request', () => {
  it('by GET leads back to the app with a code and the same state, and no error', async () => {
    const request = launch(base, 'app');
    const { url } = await authorize(new Browser(stack.origin), request);
    expect(`${url.origin}${url.pathname}`).toBe(redirectUri);
    expect(url.searchParams.get('state')).toBe(request.state);
    expect(url.searchParams.get('iss')).toBe(issuer());
    expect(url.searchParams.get('error')).toBeNull();
    expect(codeOf({ url } as never)).toMatch(/^[\w-]{43}$/);
  });

  it('by POST too', async () => {
    const request = launch(base, 'app');
    const browser = new Browser(stack.origin);
    const fields = Object.fromEntries(request.url.searchParams);
    const { url } = await walk(browser, await browser.post(`${issuer()}/authorize`, fields));
    expect(url.searchParams.get('state')).toBe(request.state);
    expect((await exchange(base, 'app', request, codeOf({ url } as never))).status).toBe(200);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['without aud', { aud: undefined }, 'invalid_request'],
    ['for another server', { aud: 'https://other.example/fhir' }, 'invalid_request'],
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with PKCE of the method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with a challenge and no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['for a token without a code', { response_type: 'token' }, 'invalid_request'],
    ['for scopes that the app may not have', { scope: 'user/AuditEvent.rs system/Patient.rs' }, 'invalid_scope'],
    ['with a purpose that does not exist', { purpose_of_use: 'curiosity' }, 'invalid_request'],
    ['as a regulation centre, which this is not', { purpose_of_use: 'centre_15' }, 'invalid_request'],
  ])('is refused before anybody logs in: %s', async (_, over, error) => {
    const request = launch(base, 'app', over);
    const { url } = await new Browser(stack.origin).go(request.url);
    expect(`${url.origin}${url.pathname}`).toBe(redirectUri);
    // What was asked for a token by itself is answered where that would have stood.
    const said = new URLSearchParams(url.search || url.hash.slice(1));
    expect([said.get('error'), said.get('state')]).toEqual([error, request.state]);
  });

  it('is refused without state', async () => {
    const { url } = await new Browser(stack.origin).go(launch(base, 'app', { state: undefined }).url);
    expect(url.searchParams.get('error')).toBe('invalid_request');
  });

  it('leads to what may be granted of what was asked, and says so', async () => {
    const scope =
      'openid user/*.cruds patient/DocumentReference.read user/Consent.rs ITI-67 ITI-68 user/List.rs?status=current';
    const { body } = await logIn(base, 'app', { over: { scope }, answers: choosing(P1) });
    expect(body.scope).toBe(
      'openid user/DocumentReference.rs user/List.rs user/Patient.rs patient/DocumentReference.read ITI-67',
    );
  });
});

describe('the token endpoint', () => {
  it('answers a public client as SMART wants', async () => {
    const { status, headers, body } = await logIn(base, 'app', {
      over: { scope: 'openid launch/patient patient/Patient.rs' },
      answers: choosing(P1),
    });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, need_patient_banner: true });
    expect(body.scope).toBe('openid launch/patient patient/Patient.rs');
    expect(body.patient).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.access_token, 'says nothing by itself').toMatch(/^[\w-]{43}$/);
    expect(body).not.toHaveProperty('refresh_token');
  });

  it('answers a confidential client by its secret, and nobody without it', async () => {
    const request = launch(base, confidential.id);
    const code = codeOf(await authorize(new Browser(stack.origin), request));
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: request.verifier };
    const without = await ask(base, { ...form, client_id: confidential.id });
    expect([without.status, without.body.error]).toEqual([401, 'invalid_client']);
    const wrong = await ask(base, form, {
      headers: { authorization: `Basic ${Buffer.from('dui:wrong').toString('base64')}` },
    });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    expect((await ask(base, form, { headers: { authorization: basic } })).status).toBe(200);
  });

  it('refuses in JSON with 400', async () => {
    const unknown = await ask(base, { grant_type: 'password', client_id: 'app' });
    expect([unknown.status, unknown.body.error]).toEqual([400, 'unsupported_grant_type']);
    const request = launch(base, 'app');
    const code = codeOf(await authorize(new Browser(stack.origin), request));
    const json = await fetch(`${issuer()}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'authorization_code', client_id: 'app', code }),
    });
    expect([json.status, ((await json.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
    const bad = await exchange(base, 'app', { ...request, verifier: 'b'.repeat(43) }, code);
    expect([bad.status, bad.body.error]).toEqual([400, 'invalid_grant']);
    const without = await ask(base, {
      grant_type: 'authorization_code',
      client_id: 'app',
      code,
      redirect_uri: redirectUri,
    });
    expect([without.status, without.body.error]).toEqual([400, 'invalid_grant']);
  });
});

describe('refresh', () => {
  const refresh = (token: string, over: Record<string, string> = {}) =>
    ask(base, { grant_type: 'refresh_token', client_id: 'app', refresh_token: token, ...over });

  it('gives new tokens, with and without a scope, each refresh token once', async () => {
    const first = (await logIn(base, 'app')).body;
    const second = await refresh(first.refresh_token!);
    expect([second.status, second.body.scope, typeof second.body.expires_in]).toEqual([200, first.scope, 'number']);
    expect(second.headers.get('cache-control')).toContain('no-store');
    expect(second.headers.get('pragma')).toBe('no-cache');
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    const third = await refresh(second.body.refresh_token!, { scope: 'user/Patient.rs' });
    expect([third.status, third.body.scope]).toEqual([200, 'user/Patient.rs']);
    expect((await api(documentsOf(P1), third.body.access_token)).status, 'less than before').toBe(403);
    expect((await api(documentsOf(P1), second.body.access_token)).status).toBe(200);
  });

  it('keeps the patient of the launch', async () => {
    const over = { scope: 'openid launch/patient patient/DocumentReference.rs offline_access' };
    const first = (await logIn(base, 'app', { over, answers: choosing(P1) })).body;
    expect((await refresh(first.refresh_token!)).body.patient).toBe(first.patient);
  });

  it('never gives more than was granted', async () => {
    const { refresh_token } = (await logIn(base, 'app', { over: { scope: 'openid user/Patient.rs online_access' } }))
      .body;
    const more = await refresh(refresh_token!, { scope: 'user/Patient.rs user/DocumentReference.rs' });
    expect([more.status, more.body.error]).toEqual([400, 'invalid_scope']);
  });

  it('is for the client that was given the token', async () => {
    const { refresh_token } = (await logIn(base, 'app')).body;
    const stolen = await refresh(refresh_token!, { client_id: 'other' });
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('of a token that was used before ends everything of its grant', async () => {
    const first = (await logIn(base, 'app')).body;
    const second = (await refresh(first.refresh_token!)).body;
    const again = await refresh(first.refresh_token!);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    expect((await refresh(second.refresh_token!)).body.error).toBe('invalid_grant');
    expect((await api(documentsOf(P1), second.access_token)).status).toBe(401);
  });

  it('ends with the session of Pro Santé Connect, whatever comes with it', async () => {
    world.psc.authenticated = 14_400 - 90;
    const { body } = await logIn(base, 'app');
    expect(body.expires_in).toBeLessThanOrEqual(90);
    expect((await refresh(body.refresh_token!)).body.expires_in).toBeLessThanOrEqual(90);
    await stack.database.query(`UPDATE oauth_item SET expires_at = now() WHERE kind = 'Context'`);
    const over = await logIn(base, 'app').then(async ({ body: fresh }) => {
      await stack.database.query(`UPDATE oauth_item SET expires_at = now() WHERE kind = 'Context'`);
      return refresh(fresh.refresh_token!);
    });
    expect([over.status, over.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('ends when the structure, or the client’s right to it, does', async () => {
    const { refresh_token } = (await logIn(base, 'app')).body;
    const { structures, registered } = world;
    const [structure, app] = [structures.get(leVerger)!, registered.get('app')!];
    structures.delete(leVerger);
    const withdrawn = await refresh(refresh_token!);
    structures.set(leVerger, structure);
    expect(withdrawn.body.error).toBe('invalid_grant');
    registered.set('app', { ...app, structures: [lesTilleuls] });
    const moved = await refresh(refresh_token!);
    registered.set('app', app);
    expect(moved.body.error).toBe('invalid_grant');
  });
});

describe('OpenID Connect', () => {
  it('signs an ID token that says who the user is', async () => {
    const { body, launch: request } = await logIn(base, 'app', { over: { nonce: 'n-0S6_WzA2Mj' } });
    const { payload } = await verified(body.id_token!);
    const jwks = (await getJson(`${issuer()}/jwks`)).body as unknown as JSONWebKeySet;
    expect(jwks.keys.filter((k) => k.kty === 'RSA').length).toBeGreaterThan(0);
    expect(jwks.keys.map((k) => k.kid)).toContain(decodeProtectedHeader(body.id_token!).kid);
    expect(payload.sub).toMatch(/^\S{1,254}$/);
    expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(300);
    expect(payload).toMatchObject({ nonce: 'n-0S6_WzA2Mj', family_name: 'MAUREL', given_name: 'HÉLÈNE' });
    expect(payload['auth_time']).toBeTypeOf('number');
    expect(new URL(payload['fhirUser'] as string).href).toBe(`${base}/Practitioner/${payload.sub}`);
    expect(JSON.stringify(payload), 'no national identifier').not.toContain('899700101233');
    expect(request.url.href).not.toContain('899700101233');
  });

  it('serves who the user is, to the user alone', async () => {
    const { body } = await logIn(base, 'app', { over: { scope: 'openid fhirUser' } });
    const { payload } = await verified(body.id_token!);
    const own = await fetch(payload['fhirUser'] as string, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(own.status).toBe(200);
    expect((await own.json()) as Practitioner).toMatchObject({
      resourceType: 'Practitioner',
      id: payload.sub,
      identifier: [
        { system: 'urn:oid:1.2.250.1.71.4.2.1', value: '899700101233' },
        { system: 'https://rpps.esante.gouv.fr', value: '99700101233' },
      ],
      name: [{ family: 'MAUREL', given: ['HÉLÈNE'] }],
      qualification: [{ code: { coding: [{ code: '10' }] } }, { code: { coding: [{ code: 'SM18' }] } }],
    });
    const nurse = await stack.get(`/Practitioner/${payload.sub}`, 'admin');
    expect([nurse.status]).toEqual([403]);
    const other = await stack.as(
      { person: 'nurse', scope: 'user/Practitioner.r' },
      'GET',
      `/Practitioner/${payload.sub}`,
    );
    expect(other.status).toBe(404);
  });
});

describe('introspection', () => {
  const introspect = (token: string, headers: Record<string, string> = { authorization: basic }) =>
    ask(base, { token }, { endpoint: 'introspect', headers });
  async function owned() {
    const over = { scope: 'openid fhirUser launch/patient patient/DocumentReference.rs' };
    const browser = new Browser(stack.origin);
    const request = launch(base, confidential.id, over);
    const code = codeOf(await authorize(browser, request, choosing(P1)));
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: request.verifier };
    return (await ask(base, form, { headers: { authorization: basic } })).body;
  }

  it('tells a client of its own token what SMART wants, and nothing else of the person', async () => {
    const tokens = await owned();
    const { status, body, headers } = await introspect(tokens.access_token);
    const claims = JSON.parse(Buffer.from(tokens.id_token!.split('.')[1]!, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    expect([status, headers.get('cache-control')]).toEqual([200, expect.stringContaining('no-store')]);
    expect(body).toEqual({
      active: true,
      client_id: confidential.id,
      scope: tokens.scope,
      patient: tokens.patient,
      need_patient_banner: true,
      iss: claims['iss'],
      sub: claims['sub'],
      fhirUser: claims['fhirUser'],
      aud: base,
      token_type: 'Bearer',
      exp: expect.any(Number) as number,
      iat: expect.any(Number) as number,
    });
  });

  it('says no more than that a token is not active: unknown, revoked, of another client', async () => {
    const tokens = await owned();
    const foreign = (await logIn(base, 'app')).body;
    await ask(base, { token: tokens.access_token }, { endpoint: 'revoke', headers: { authorization: basic } });
    for (const token of ['unknown', tokens.access_token, foreign.access_token]) {
      const { status, body } = await introspect(token);
      expect([status, body]).toEqual([200, { active: false }]);
    }
  });

  it('is for clients that prove who they are', async () => {
    const { access_token } = (await logIn(base, 'app')).body;
    expect((await introspect(access_token, {})).status).toBe(400);
    const asPublic = await ask(base, { token: access_token, client_id: 'app' }, { endpoint: 'introspect' });
    expect(asPublic.body).toEqual({ active: false });
  });
});

describe('revocation', () => {
  const revoke = (token: string, client_id = 'app') => ask(base, { token, client_id }, { endpoint: 'revoke' });

  it('is felt at the very next request', async () => {
    const { access_token } = (await logIn(base, 'app')).body;
    expect((await api(documentsOf(P1), access_token)).status).toBe(200);
    expect((await revoke(access_token)).status).toBe(200);
    const refused = await api(documentsOf(P1), access_token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('of a refresh token ends the access tokens of its grant', async () => {
    const { access_token, refresh_token } = (await logIn(base, 'app')).body;
    await revoke(refresh_token!);
    expect((await api(documentsOf(P1), access_token)).status).toBe(401);
  });

  it('is nobody else’s', async () => {
    const { access_token } = (await logIn(base, 'app')).body;
    expect((await revoke(access_token, 'other')).status).toBe(200);
    expect((await api(documentsOf(P1), access_token)).status).toBe(200);
  });

  it('of a client takes its tokens with it', async () => {
    const { access_token } = (await logIn(base, 'other')).body;
    const other = world.registered.get('other')!;
    world.registered.delete('other');
    const refused = await api(documentsOf(P1), access_token);
    world.registered.set('other', other);
    expect(refused.status).toBe(401);
  });
});

describe('the API, with a token of ours', () => {
  it('opens no more once it has expired', async () => {
    const { access_token } = (await logIn(base, 'app')).body;
    await stack.database.query(`UPDATE oauth_item SET expires_at = now() WHERE kind = 'AccessToken'`);
    expect((await api(documentsOf(P1), access_token)).status).toBe(401);
  });

  it.each(['user/DocumentReference.rs', 'user/DocumentReference.read', 'ITI-67'])(
    'takes scopes of every spelling: %s',
    async (scope) => {
      const { body } = await logIn(base, 'app', { over: { scope } });
      expect(body.scope).toBe(scope);
      expect((await api(documentsOf(P1), body.access_token)).status).toBe(200);
      const denied = await api(`/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${P1}`)}`, body.access_token);
      expect(denied.status).toBe(403);
      expect(denied.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="user/Patient.s"');
    },
  );

  it('with patient/ scopes reaches the patient of the launch, and nobody else', async () => {
    const over = { scope: 'launch/patient patient/DocumentReference.rs patient/Patient.rs' };
    const { body } = await logIn(base, 'app', { over, answers: choosing(P1) });
    const own = await api(documentsOf(P1), body.access_token);
    const [first] = ((await own.json()) as { entry: { resource: { id: string } }[] }).entry;
    expect(own.status).toBe(200);
    expect((await api(`/Patient/${body.patient}`, body.access_token)).status).toBe(200);
    expect((await api(`/DocumentReference/${first!.resource.id}`, body.access_token)).status).toBe(200);
    await stack.resetCalls();
    const other = await api(documentsOf(P2), body.access_token);
    expect([other.status, JSON.stringify(await other.json())]).toEqual([
      403,
      expect.stringContaining('launch-patient'),
    ]);
    for (const path of [
      `/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${P2}`)}`,
      '/DocumentReference?status=current',
      '/List?status=current&patient.identifier=x|y',
      '/Consent?patient=x',
      '/Subscription',
    ])
      expect((await api(path, body.access_token)).status, path).not.toBe(200);
    expect(await stack.calls(), 'the DMP was not asked').toEqual([]);
  });

  it('with user/ scopes is not bound to the patient of the launch', async () => {
    const over = { scope: 'launch/patient user/DocumentReference.rs' };
    const { body } = await logIn(base, 'app', { over, answers: choosing(P1) });
    expect((await api(documentsOf(P2), body.access_token)).status).toBe(200);
  });
});

/** This façade speaks HTTP to this machine alone. */

const insecure = [oidc.allowInsecureRequests];

describe('openid-client, a client that nobody here has written', () => {
  it('discovers, logs in, verifies, refreshes, introspects, revokes and logs out', async () => {
    const secret = confidential.secret!;
    const config = await oidc.discovery(new URL(issuer()), confidential.id, secret, oidc.ClientSecretBasic(secret), {
      execute: insecure,
    });
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(config, {
      ...{
        redirect_uri: redirectUri,
        scope: 'openid fhirUser user/DocumentReference.rs online_access',
        state,
        nonce,
        aud: base,
      },
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const browser = new Browser(stack.origin);
    const place = await walk(browser, await browser.go(url));
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(config, place.url, checks);
    const { sub, fhirUser } = tokens.claims()!;
    expect(fhirUser).toBe(`${base}/Practitioner/${sub}`);
    expect((await api(documentsOf(P1), tokens.access_token)).status).toBe(200);
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token!);
    expect(await oidc.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
      active: true,
      sub,
      fhirUser,
    });
    await oidc.tokenRevocation(config, refreshed.refresh_token!);
    expect(await oidc.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false });
    const logout = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token!,
      post_logout_redirect_uri: 'https://app.example/bye',
    });
    const question = await browser.go(logout);
    expect((await browser.submit(question, '/logout/confirm', { logout: 'yes' })).url.origin).toBe(
      'https://psc.example',
    );
  });

  it('binds its tokens to a key (DPoP), and calls the API with proofs of its own', async () => {
    const config = await oidc.discovery(new URL(issuer()), 'app', undefined, oidc.None(), {
      execute: insecure,
    });
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const request = launch(base, 'app', { state, code_challenge: await oidc.calculatePKCECodeChallenge(verifier) });
    const { url } = await authorize(new Browser(stack.origin), request);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(config, url, checks, undefined, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const documents = new URL(`${base}${documentsOf(P1)}`);
    const answer = await oidc.fetchProtectedResource(
      config,
      tokens.access_token,
      documents,
      'GET',
      undefined,
      undefined,
      { DPoP },
    );
    expect(answer.status).toBe(200);
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token!, undefined, { DPoP });
    expect(refreshed.token_type).toBe('dpop');
    await expect(oidc.refreshTokenGrant(config, refreshed.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('proves who it is by a key of its own (private_key_jwt)', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
    world.registered.set(
      'signed',
      client('signed', {
        authMethod: 'private_key_jwt',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'own' }] },
      }),
    );
    const config = await oidc.discovery(
      new URL(issuer()),
      'signed',
      undefined,
      oidc.PrivateKeyJwt({ key: privateKey, kid: 'own' }),
      {
        execute: insecure,
      },
    );
    const request = launch(base, 'signed', { scope: 'openid user/Patient.rs' });
    const { url } = await authorize(new Browser(stack.origin), request);
    const checks = { pkceCodeVerifier: request.verifier, expectedState: request.state, idTokenExpected: true };
    expect((await oidc.authorizationCodeGrant(config, url, checks)).expires_in).toBe(300);
    const other = await generateKeyPair('ES384');
    const impostor = await oidc.discovery(
      new URL(issuer()),
      'signed',
      undefined,
      oidc.PrivateKeyJwt({ key: other.privateKey, kid: 'own' }),
      {
        execute: insecure,
      },
    );
    await expect(oidc.refreshTokenGrant(impostor, 'x')).rejects.toMatchObject({ error: 'invalid_client' });
  });
});
