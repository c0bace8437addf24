/**
 * The configuration of oidc-provider, put together from one file a concern. What is not here is off.
 */
import { interactionPolicy, type Configuration } from 'oidc-provider';
import { proofAlgorithms } from '../../auth/dpop.ts';
import { createLimiter } from '../../auth/limiter.ts';
import { issuerOf } from '../../config.ts';
import { renderError } from '../pages/error.ts';
import { logoutPages } from '../pages/logout.ts';
import { grantTypesOf } from '../grant-types.ts';
import { routes } from '../routes.ts';
import type { Records } from '../records.ts';
import { identityScopes, refreshScopes } from '../scopes.ts';
import type { AuthorizationOptions, Extension } from '../types.ts';
import { contextOf, findAccount, loadExistingGrant } from './accounts.ts';
import { adapterOf } from './adapter.ts';
import { extraTokenClaims, tokenCounter } from './claims.ts';
import { authMethods, ownMetadata } from './clients.ts';
import type { ServerKeys } from './keys.ts';
import { lives } from './lives.ts';
import { mutualTls } from './mtls.ts';
import { extraParams, resourceIndicators } from './requests.ts';

/** SMART App Launch 2.2 wants at least one of RS384 and ES384. */
const assertionAlgorithms = ['RS384', 'ES384', 'ES256', 'PS256', 'PS384'] as const;

type Parameters = NonNullable<Extension['parameters']>;

const featuresOf = (extensions: readonly Extension[]): NonNullable<Extension['features']> =>
  Object.assign({}, ...extensions.map(({ features }) => features ?? {})) as NonNullable<Extension['features']>;

/** In this order they are looked at: what an extension adds finds the others in order. */
const parametersOf = (own: Parameters, extensions: readonly Extension[]): Parameters =>
  Object.assign({}, own, ...extensions.map(({ parameters }) => parameters ?? {})) as Parameters;

export function configurationOf(options: AuthorizationOptions, records: Records, keys: ServerKeys): Configuration {
  const { config, extensions = [], isTrusted } = options;
  const issuer = new URL(issuerOf(config));
  const cookie = { httpOnly: true, sameSite: 'lax', secure: issuer.protocol === 'https:', signed: true } as const;
  const count = tokenCounter(createLimiter(config.RATE_LIMIT_TOKENS));
  const assertClientJwt = extensions.flatMap((e) => e.assertClientJwt ?? []);
  return {
    adapter: adapterOf(options, new Set(grantTypesOf(options)), count),
    jwks: { keys: keys.jwks },
    routes,
    scopes: identityScopes,
    claims: {
      openid: ['sub', 'auth_time'],
      fhirUser: ['fhirUser'],
      profile: ['name', 'family_name', 'given_name'],
      iss: null,
    },
    responseTypes: ['code'],
    clientAuthMethods: [...authMethods],
    enabledJWA: {
      clientAuthSigningAlgValues: [...assertionAlgorithms],
      idTokenSigningAlgValues: ['RS256'],
      dPoPSigningAlgValues: proofAlgorithms as ('ES256' | 'RS256')[],
    },
    extraClientMetadata: { properties: ownMetadata },
    // What comes from this server's own pages (`/docs/api`) crosses no origin, though browsers name theirs with every POST.
    clientBasedCORS: (_ctx, origin, client) =>
      origin === issuer.origin || (client['origins'] as string[]).includes(origin),
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    extraParams: parametersOf(extraParams(options), extensions),
    interactions: {
      policy: interactionPolicy.base(),
      url: (_ctx, { uid }) => `${issuer.pathname}/interaction/${uid}`,
    },
    findAccount: findAccount(options, records),
    loadExistingGrant: loadExistingGrant(options, records),
    extraTokenClaims: extraTokenClaims(options, records, count),
    issueRefreshToken: (ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      refreshScopes.some((scope) => source.scopes.has(scope)) &&
      contextOf(ctx)?.purpose !== 'bris_de_glace',
    rotateRefreshToken: true,
    // A session's end is ours to tell (`OauthStore.endSession`): it ends all of its grants, not the last one of each client.
    expiresWithSession: () => false,
    ttl: lives(config, options.now),
    cookies: {
      names: { session: 'oauth_session', interaction: 'oauth_interaction', resume: 'oauth_resume' },
      long: { ...cookie, path: issuer.pathname },
      short: cookie,
      keys: keys.cookies,
    },
    renderError: renderError(options),
    assertJwtClientAuthClaimsAndHeader: async (...args) => {
      for (const check of assertClientJwt) await check(...args);
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: resourceIndicators(options),
      dPoP: { enabled: true },
      mTLS: mutualTls(isTrusted),
      introspection: {
        enabled: true,
        // A client that proves who it is, about what it was given itself: nobody else's token is its business.
        allowedPolicy: (_ctx, client, token) =>
          client.clientAuthMethod !== 'none' && client.clientId === token.clientId,
      },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
      rpInitiatedLogout: { enabled: true, ...logoutPages(options) },
      ...featuresOf(extensions),
    },
  };
}
