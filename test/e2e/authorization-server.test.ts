/**
 * Issue 5, line 1 (authorization server, SMART standalone launch), over real HTTP: SMART's standalone launch as an app and
 * its browser walk it, and every check of Inferno's SMART kit that applies (spec/fhir.md F.6; EHR launch and backend services apart), up to
 * the first tokens; what becomes of them is in `authorization-server-tokens.test.ts`.
 */
import type { CapabilityStatement } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { authorizationServer, basic, choosing, confidential, P1 } from '../support/authorization-server.ts';
import { redirectUri } from '../support/authorization.ts';
import { ask, authorize, codeOf, exchange, launch, logIn, walk } from '../support/login.ts';

const { stack, issuer, getJson, verified, newBrowser } = authorizationServer([confidential]);

describe('discovery', () => {
  const smart = () => getJson(`${stack.base}/.well-known/smart-configuration`);

  it.each(['application/json', 'text/html', 'application/fhir+xml'])(
    'is JSON whatever is accepted: %s',
    async (accept) => {
      const { status, headers } = await getJson(`${stack.base}/.well-known/smart-configuration`, { accept });
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
    const { security } = ((await getJson(`${stack.base}/metadata`)).body as unknown as CapabilityStatement).rest![0]!;
    expect(security!.service![0]!.coding!.map((c) => c.code)).toContain('SMART-on-FHIR');
    const uris = Object.fromEntries(security!.extension![0]!.extension!.map((e) => [e.url, e.valueUri]));
    expect(uris).toMatchObject({ authorize: `${issuer()}/authorize`, token: `${issuer()}/token` });
  });

  it('is open to pages of any origin', async () => {
    for (const url of [
      `${stack.base}/.well-known/smart-configuration`,
      `${stack.base}/metadata`,
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
    for (const url of [`${issuer()}/token`, `${stack.base}/DocumentReference`]) {
      expect(await preflight(url, registered), url).toBe(registered);
      expect(await preflight(url, 'https://evil.example'), url).toBeNull();
    }
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'app' };
    const allowed = await ask(stack.base, form, { headers: { origin: registered } });
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([400, registered]);
    const refused = await ask(stack.base, form, { headers: { origin: 'https://evil.example' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, null]);
  });

  it('lets the app fetch who its user is', async () => {
    const { body } = await logIn(stack.base, 'app');
    const { payload } = await verified(body.id_token!);
    const answer = await fetch(payload['fhirUser'] as string, {
      headers: { authorization: `Bearer ${body.access_token}`, origin: registered },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, registered]);
  });
});

describe('the authorization request', () => {
  it('by GET leads back to the app with a code and the same state, and no error', async () => {
    const request = launch(stack.base, 'app');
    const { url } = await authorize(newBrowser(), request);
    expect(`${url.origin}${url.pathname}`).toBe(redirectUri);
    expect(url.searchParams.get('state')).toBe(request.state);
    expect(url.searchParams.get('iss')).toBe(issuer());
    expect(url.searchParams.get('error')).toBeNull();
    expect(codeOf({ url } as never)).toMatch(/^[\w-]{43}$/);
  });

  it('by POST too', async () => {
    const request = launch(stack.base, 'app');
    const browser = newBrowser();
    const fields = Object.fromEntries(request.url.searchParams);
    const { url } = await walk(browser, await browser.post(`${issuer()}/authorize`, fields));
    expect(url.searchParams.get('state')).toBe(request.state);
    expect((await exchange(stack.base, 'app', request, codeOf({ url } as never))).status).toBe(200);
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
    const request = launch(stack.base, 'app', over);
    const { url } = await newBrowser().go(request.url);
    expect(`${url.origin}${url.pathname}`).toBe(redirectUri);
    // What was asked for a token by itself is answered where that would have stood.
    const said = new URLSearchParams(url.search || url.hash.slice(1));
    expect([said.get('error'), said.get('state')]).toEqual([error, request.state]);
  });

  it('is refused without state', async () => {
    const { url } = await newBrowser().go(launch(stack.base, 'app', { state: undefined }).url);
    expect(url.searchParams.get('error')).toBe('invalid_request');
  });

  it('leads to what may be granted of what was asked, and says so', async () => {
    const scope =
      'openid user/*.cruds patient/DocumentReference.read user/Consent.rs ITI-67 ITI-68 user/List.rs?status=current';
    const { body } = await logIn(stack.base, 'app', { over: { scope }, answers: choosing(P1) });
    expect(body.scope).toBe(
      'openid user/DocumentReference.rs user/List.rs user/Patient.rs patient/DocumentReference.read ITI-67',
    );
  });
});

describe('the token endpoint', () => {
  it('answers a public client as SMART wants', async () => {
    const { status, headers, body } = await logIn(stack.base, 'app', {
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
    const request = launch(stack.base, confidential.id);
    const code = codeOf(await authorize(newBrowser(), request));
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: request.verifier };
    const without = await ask(stack.base, { ...form, client_id: confidential.id });
    expect([without.status, without.body.error]).toEqual([401, 'invalid_client']);
    const wrong = await ask(stack.base, form, {
      headers: { authorization: `Basic ${Buffer.from('dui:wrong').toString('base64')}` },
    });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    expect((await ask(stack.base, form, { headers: { authorization: basic } })).status).toBe(200);
  });

  it('refuses in JSON with 400', async () => {
    const unknown = await ask(stack.base, { grant_type: 'password', client_id: 'app' });
    expect([unknown.status, unknown.body.error]).toEqual([400, 'unsupported_grant_type']);
    const request = launch(stack.base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    const json = await fetch(`${issuer()}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'authorization_code', client_id: 'app', code }),
    });
    expect([json.status, ((await json.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
    const bad = await exchange(stack.base, 'app', { ...request, verifier: 'b'.repeat(43) }, code);
    expect([bad.status, bad.body.error]).toEqual([400, 'invalid_grant']);
    const without = await ask(stack.base, {
      grant_type: 'authorization_code',
      client_id: 'app',
      code,
      redirect_uri: redirectUri,
    });
    expect([without.status, without.body.error]).toEqual([400, 'invalid_grant']);
  });
});
