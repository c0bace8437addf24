/**
 * Issue 5, line 1 (authorization server, SMART standalone launch), over real HTTP: what becomes of tokens: refresh, ID tokens,
 * introspection, revocation, and the API.
 */
import type { Practitioner } from '@medplum/fhirtypes';
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  authorizationServer,
  basic,
  choosing,
  confidential,
  documentsOf,
  P1,
  P2,
} from '../support/authorization-server.ts';
import { lesTilleuls, leVerger, redirectUri } from '../support/authorization.ts';
import { ask, authorize, codeOf, launch, logIn } from '../support/login.ts';
import { INS_TEST } from '../support/resources.ts';

const { world, stack, issuer, getJson, api, verified, newBrowser } = authorizationServer([confidential]);

describe('refresh', () => {
  const refresh = (token: string, over: Record<string, string> = {}) =>
    ask(stack.base, { grant_type: 'refresh_token', client_id: 'app', refresh_token: token, ...over });

  it('gives new tokens, with and without a scope, each refresh token once', async () => {
    const first = (await logIn(stack.base, 'app')).body;
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
    const first = (await logIn(stack.base, 'app', { over, answers: choosing(P1) })).body;
    expect((await refresh(first.refresh_token!)).body.patient).toBe(first.patient);
  });

  it('never gives more than was granted', async () => {
    const { refresh_token } = (
      await logIn(stack.base, 'app', { over: { scope: 'openid user/Patient.rs online_access' } })
    ).body;
    const more = await refresh(refresh_token!, { scope: 'user/Patient.rs user/DocumentReference.rs' });
    expect([more.status, more.body.error]).toEqual([400, 'invalid_scope']);
  });

  it('is for the client that was given the token', async () => {
    const { refresh_token } = (await logIn(stack.base, 'app')).body;
    const stolen = await refresh(refresh_token!, { client_id: 'other' });
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('of a token that was used before ends everything of its grant', async () => {
    const first = (await logIn(stack.base, 'app')).body;
    const second = (await refresh(first.refresh_token!)).body;
    const again = await refresh(first.refresh_token!);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    expect((await refresh(second.refresh_token!)).body.error).toBe('invalid_grant');
    expect((await api(documentsOf(P1), second.access_token)).status).toBe(401);
  });

  it('ends with the session of Pro Santé Connect, whatever comes with it', async () => {
    world.psc.authenticated = 14_400 - 90;
    const { body } = await logIn(stack.base, 'app');
    expect(body.expires_in).toBeLessThanOrEqual(90);
    expect((await refresh(body.refresh_token!)).body.expires_in).toBeLessThanOrEqual(90);
    await stack.database.query(`UPDATE oauth_item SET expires_at = now() WHERE kind = 'Context'`);
    const over = await logIn(stack.base, 'app').then(async ({ body: fresh }) => {
      await stack.database.query(`UPDATE oauth_item SET expires_at = now() WHERE kind = 'Context'`);
      return refresh(fresh.refresh_token!);
    });
    expect([over.status, over.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('ends when the structure, or the client’s right to it, does', async () => {
    const { refresh_token } = (await logIn(stack.base, 'app')).body;
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
    const { body, launch: request } = await logIn(stack.base, 'app', { over: { nonce: 'n-0S6_WzA2Mj' } });
    const { payload } = await verified(body.id_token!);
    const jwks = (await getJson(`${issuer()}/jwks`)).body as unknown as JSONWebKeySet;
    expect(jwks.keys.filter((k) => k.kty === 'RSA').length).toBeGreaterThan(0);
    expect(jwks.keys.map((k) => k.kid)).toContain(decodeProtectedHeader(body.id_token!).kid);
    expect(payload.sub).toMatch(/^\S{1,254}$/);
    expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(300);
    expect(payload).toMatchObject({ nonce: 'n-0S6_WzA2Mj', family_name: 'MAUREL', given_name: 'HÉLÈNE' });
    expect(payload['auth_time']).toBeTypeOf('number');
    expect(new URL(payload['fhirUser'] as string).href).toBe(`${stack.base}/Practitioner/${payload.sub}`);
    expect(JSON.stringify(payload), 'no national identifier').not.toContain('899700101233');
    expect(request.url.href).not.toContain('899700101233');
  });

  it('serves who the user is, to the user alone', async () => {
    const { body } = await logIn(stack.base, 'app', { over: { scope: 'openid fhirUser' } });
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
    ask(stack.base, { token }, { endpoint: 'introspect', headers });
  async function owned() {
    const over = { scope: 'openid fhirUser launch/patient patient/DocumentReference.rs' };
    const browser = newBrowser();
    const request = launch(stack.base, confidential.id, over);
    const code = codeOf(await authorize(browser, request, choosing(P1)));
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: request.verifier };
    return (await ask(stack.base, form, { headers: { authorization: basic } })).body;
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
      aud: stack.base,
      token_type: 'Bearer',
      exp: expect.any(Number) as number,
      iat: expect.any(Number) as number,
    });
  });

  it('says no more than that a token is not active: unknown, revoked, of another client', async () => {
    const tokens = await owned();
    const foreign = (await logIn(stack.base, 'app')).body;
    await ask(stack.base, { token: tokens.access_token }, { endpoint: 'revoke', headers: { authorization: basic } });
    for (const token of ['unknown', tokens.access_token, foreign.access_token]) {
      const { status, body } = await introspect(token);
      expect([status, body]).toEqual([200, { active: false }]);
    }
  });

  it('is for clients that prove who they are', async () => {
    const { access_token } = (await logIn(stack.base, 'app')).body;
    expect((await introspect(access_token, {})).status).toBe(400);
    const asPublic = await ask(stack.base, { token: access_token, client_id: 'app' }, { endpoint: 'introspect' });
    expect(asPublic.body).toEqual({ active: false });
  });
});

describe('revocation', () => {
  const revoke = (token: string, client_id = 'app') => ask(stack.base, { token, client_id }, { endpoint: 'revoke' });

  it('is felt at the very next request', async () => {
    const { access_token } = (await logIn(stack.base, 'app')).body;
    expect((await api(documentsOf(P1), access_token)).status).toBe(200);
    expect((await revoke(access_token)).status).toBe(200);
    const refused = await api(documentsOf(P1), access_token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('of a refresh token ends the access tokens of its grant', async () => {
    const { access_token, refresh_token } = (await logIn(stack.base, 'app')).body;
    await revoke(refresh_token!);
    expect((await api(documentsOf(P1), access_token)).status).toBe(401);
  });

  it('is nobody else’s', async () => {
    const { access_token } = (await logIn(stack.base, 'app')).body;
    expect((await revoke(access_token, 'other')).status).toBe(200);
    expect((await api(documentsOf(P1), access_token)).status).toBe(200);
  });

  it('of a client takes its tokens with it', async () => {
    const { access_token } = (await logIn(stack.base, 'other')).body;
    const other = world.registered.get('other')!;
    world.registered.delete('other');
    const refused = await api(documentsOf(P1), access_token);
    world.registered.set('other', other);
    expect(refused.status).toBe(401);
  });
});

describe('the API, with a token of ours', () => {
  it('opens no more once it has expired', async () => {
    const { access_token } = (await logIn(stack.base, 'app')).body;
    await stack.database.query(`UPDATE oauth_item SET expires_at = now() WHERE kind = 'AccessToken'`);
    expect((await api(documentsOf(P1), access_token)).status).toBe(401);
  });

  it.each(['user/DocumentReference.rs', 'user/DocumentReference.read', 'ITI-67'])(
    'takes scopes of every spelling: %s',
    async (scope) => {
      const { body } = await logIn(stack.base, 'app', { over: { scope } });
      expect(body.scope).toBe(scope);
      expect((await api(documentsOf(P1), body.access_token)).status).toBe(200);
      const denied = await api(`/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${P1}`)}`, body.access_token);
      expect(denied.status).toBe(403);
      expect(denied.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="user/Patient.s"');
    },
  );

  it('with patient/ scopes reaches the patient of the launch, and nobody else', async () => {
    const over = { scope: 'launch/patient patient/DocumentReference.rs patient/Patient.rs' };
    const { body } = await logIn(stack.base, 'app', { over, answers: choosing(P1) });
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
    const { body } = await logIn(stack.base, 'app', { over, answers: choosing(P1) });
    expect((await api(documentsOf(P2), body.access_token)).status).toBe(200);
  });
});
