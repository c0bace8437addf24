/** The discovery document: of what Pro Santé Connect announces, that which is served here. */
import { assertionAlgorithms } from './client-assertion.ts';
import { json, type Reply } from './http.ts';
import { type Endpoint, endpointNames, endpoints, tlsUrlOf, urlOf } from './paths.ts';
import { acrAsked, scopesAccepted } from './request-rules.ts';
import { grantTypes } from './token.ts';
import type { PscWorld } from './world.ts';

const authMethods = ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'tls_client_auth'];

export function discovery(world: PscWorld): Reply {
  const announced = endpointNames.flatMap((name) => {
    const { announced: member, tls }: Endpoint = endpoints[name];
    return member === undefined ? [] : [{ name, member, tls }];
  });
  const authenticated = ['token', 'introspection', 'revocation'].flatMap((name) => [
    [`${name}_endpoint_auth_methods_supported`, authMethods],
    [`${name}_endpoint_auth_signing_alg_values_supported`, assertionAlgorithms],
  ]);
  return json({
    issuer: world.issuer,
    ...Object.fromEntries(announced.map(({ name, member }) => [member, urlOf(world, name)])),
    ...(Object.fromEntries(authenticated) as object),
    grant_types_supported: grantTypes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: scopesAccepted,
    acr_values_supported: [acrAsked],
    claims_supported: ['aud', 'sub', 'iss', 'auth_time', 'given_name', 'family_name', 'preferred_username', 'acr'],
    claim_types_supported: ['normal'],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    backchannel_token_delivery_modes_supported: ['poll'],
    tls_client_certificate_bound_access_tokens: true,
    mtls_endpoint_aliases: Object.fromEntries(
      announced.filter(({ tls }) => tls).map(({ name, member }) => [member, tlsUrlOf(world, name)]),
    ),
  });
}
