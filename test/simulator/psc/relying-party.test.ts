/** openid-client, which nobody here wrote, as relying party of the stand-in of Pro Santé Connect. */
import * as client from 'openid-client';
import { fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Browser } from './support/browser.ts';
import { people, redirectUri, secret, startTestPsc, type TestPsc } from './support/psc.ts';

let psc: TestPsc;
beforeAll(async () => {
  psc = await startTestPsc({ cibaInterval: 1 });
});
afterAll(() => psc.close());

const insecure = { execute: [client.allowInsecureRequests] };
const discover = (id: string, auth: client.ClientAuth) =>
  client.discovery(new URL(psc.discoveryUrl), id, {}, auth, insecure);

/** A whole login, and the tokens that the library has verified. */
async function logIn(config: client.Configuration, person: string = people.maurel) {
  const codeVerifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  });
  const back = await new Browser().logIn(url.href, person);
  return client.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
}

it.each<[string, string, () => client.ClientAuth]>([
  ['client_secret_basic', 'dmp-fhir', () => client.ClientSecretBasic(secret)],
  ['client_secret_post', 'dmp-fhir', () => client.ClientSecretPost(secret)],
  ['private_key_jwt', 'jwt-client', () => client.PrivateKeyJwt({ key: psc.clientKey, kid: 'client-key' })],
])('code flow, userinfo, refresh, introspection, revocation and logout with %s', async (_, id, auth) => {
  const config = await discover(id, auth());
  const tokens = await logIn(config);
  const claims = tokens.claims()!;
  expect(claims).toMatchObject({ SubjectNameID: people.maurel, acr: 'eidas1', azp: id, aud: id });
  const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  expect(info).toMatchObject({ SubjectNameID: people.maurel, family_name: 'MAUREL' });

  const later = await client.refreshTokenGrant(config, tokens.refresh_token!);
  expect(later.claims()).toMatchObject({ sub: claims.sub, auth_time: claims.auth_time, sid: claims['sid'] });
  expect(await client.tokenIntrospection(config, later.access_token)).toMatchObject({ active: true, client_id: id });
  await client.tokenRevocation(config, later.access_token);
  expect(await client.tokenIntrospection(config, later.access_token)).toEqual({ active: false });

  const out = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token!,
    post_logout_redirect_uri: id === 'dmp-fhir' ? 'http://localhost:8080/anything' : 'http://localhost:8080/bye',
    state: 'gone',
  });
  expect((await new Browser().open(out.href)).location?.searchParams.get('state')).toBe('gone');
  await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

it('mutual TLS at the aliases that discovery names: the token is bound to the certificate', async () => {
  const agent = psc.tls();
  const customFetch: client.CustomFetch = async (url, options) => {
    const answer = await undiciFetch(url, { ...options, dispatcher: agent });
    return new Response(await answer.text(), { status: answer.status, headers: [...answer.headers] });
  };
  const config = await client.discovery(
    new URL(psc.discoveryUrl),
    'tls-client',
    { use_mtls_endpoint_aliases: true },
    client.TlsClientAuth(),
    { ...insecure, [client.customFetch]: customFetch },
  );
  const tokens = await logIn(config, people.leBihan);
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub);
  expect(info['SubjectNameID']).toBe(people.leBihan);
  const state = await client.tokenIntrospection(config, tokens.access_token);
  expect(state.cnf).toEqual({ 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) });
});

it('CIBA: the professional approves on the e-CPS', async () => {
  const config = await discover('dmp-fhir', client.ClientSecretBasic(secret));
  const started = await client.initiateBackchannelAuthentication(config, {
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    login_hint: people.leBihan,
    binding_message: '42',
    channel: 'MOBILE',
  });
  const polled = client.pollBackchannelAuthenticationGrant(config, started);
  const phone = new Browser();
  const { html } = await phone.open(psc.phoneUrl);
  await phone.submit(psc.phoneUrl, html, { action: 'approve' });
  expect((await polled).claims()).toMatchObject({ SubjectNameID: people.leBihan, family_name: 'LE BIHAN' });
});

/** What a relying party must notice, with the words of openid-client. */
it.each([
  ['wrongNonce', /nonce/],
  ['wrongSignature', undefined],
  ['unknownKey', undefined],
  ['unsigned', undefined],
  ['expired', /exp/],
  ['otherAudience', /aud/],
  ['otherIssuer', /iss/],
])('on demand an id_token is %s', async (kind, message) => {
  const config = await discover('dmp-fhir', client.ClientSecretBasic(secret));
  client.enableNonRepudiationChecks(config); // signatures too, though the connection is to the issuer
  await psc.control('POST', 'faults', { kind });
  const refused: unknown = await logIn(config).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(client.ClientError);
  if (message !== undefined) expect(String((refused as Error).cause ?? refused)).toMatch(message);
  expect((await logIn(config)).claims()?.['SubjectNameID']).toBe(people.maurel);
});
