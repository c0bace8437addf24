/**
 * A registered client as oidc-provider knows clients (RFC 7591 metadata).
 */
import type { ClientMetadata } from 'oidc-provider';
import { clientAuthMethods, type Client } from '../../registry/types.ts';

export const authMethods = clientAuthMethods;

/** Metadata of our own beside those of RFC 7591. */
export const ownMetadata = ['origins'];

const ciba = 'urn:openid:params:grant-type:ciba';

/** An app of its own, by a scheme of its own (RFC 8252 §7.1); everything else is a web app to oidc-provider. */
const isNative = (uris: readonly string[]): boolean => uris.some((uri) => !/^https?:/.test(uri));

/** @param spoken grant types of this server: what it does not speak, no client may have */
export function metadataOf(client: Client, spoken: ReadonlySet<string>): ClientMetadata {
  const grants = client.grants.filter((grant) => spoken.has(grant));
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: isNative(client.redirectUris) ? 'native' : 'web',
    token_endpoint_auth_method: client.authMethod,
    grant_types: grants,
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    redirect_uris: [...client.redirectUris],
    response_modes: ['query'],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    id_token_signed_response_alg: 'RS256',
    tls_client_certificate_bound_access_tokens: client.boundTokens,
    dpop_bound_access_tokens: client.dpopRequired,
    origins: [...client.origins],
    ...(client.secret === undefined ? {} : { client_secret: client.secret }),
    ...(client.jwks === undefined ? {} : { jwks: { keys: client.jwks.keys.map((key) => ({ ...key })) } }),
    ...(client.jwksUri === undefined ? {} : { jwks_uri: client.jwksUri }),
    ...(client.tlsSubject === undefined ? {} : { tls_client_auth_subject_dn: client.tlsSubject }),
    ...(grants.includes(ciba) ? { backchannel_token_delivery_mode: 'poll' as const } : {}),
  };
}
