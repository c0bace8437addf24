/**
 * Issue 5, line 1 (authorization server, SMART standalone launch), over real HTTP: openid-client, a client that nobody here has
 * written, does what it does everywhere.
 */
import { exportJWK, generateKeyPair } from 'jose';
import * as oidc from 'openid-client';
import { describe, expect, it } from 'vitest';
import { authorizationServer, confidential, documentsOf, P1 } from '../support/authorization-server.ts';
import { client, redirectUri } from '../support/authorization.ts';
import { authorize, launch, walk } from '../support/login.ts';

const { world, stack, issuer, api, newBrowser } = authorizationServer([confidential]);

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
        aud: stack.base,
      },
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const browser = newBrowser();
    const place = await walk(browser, await browser.go(url));
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(config, place.url, checks);
    const { sub, fhirUser } = tokens.claims()!;
    expect(fhirUser).toBe(`${stack.base}/Practitioner/${sub}`);
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
    const request = launch(stack.base, 'app', {
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    });
    const { url } = await authorize(newBrowser(), request);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(config, url, checks, undefined, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const documents = new URL(`${stack.base}${documentsOf(P1)}`);
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
    const request = launch(stack.base, 'signed', { scope: 'openid user/Patient.rs' });
    const { url } = await authorize(newBrowser(), request);
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
