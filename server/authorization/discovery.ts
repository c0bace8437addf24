/**
 * What a client finds out about this server before it comes: SMART's configuration, and OAuth's metadata. Both say what is served.
 */
import { issuerOf, type Config } from '../config.ts';
import { grantTypesOf } from './grant-types.ts';
import { routes } from './routes.ts';
import { clientAuthMethods } from '../registry/types.ts';
import { identityScopes } from './scopes.ts';
import type { AuthorizationOptions, SmartConfiguration } from './types.ts';

/** RFC 8414 §3: stands between the host and the path of the issuer. */
export const metadataAt = '/.well-known/oauth-authorization-server';

/** Where the metadata of an issuer with a path is (RFC 8414 §3.1). */
export const metadataPath = (config: Config): string => `${metadataAt}${new URL(issuerOf(config)).pathname}`;

/** SMART App Launch 2.2 “Capabilities”, of what needs a person in front of a browser. */
const launch = [
  'launch-standalone',
  'authorize-post',
  'client-public',
  'client-confidential-symmetric',
  'sso-openid-connect',
  'context-standalone-patient',
  'permission-patient',
  // Refresh tokens end with the session: there is no `permission-offline`.
  'permission-online',
];

/** Members of `.well-known/smart-configuration`. */
export function smartConfiguration(
  options: Pick<AuthorizationOptions, 'config' | 'psc' | 'extensions' | 'apiScopes'>,
): SmartConfiguration {
  const issuer = issuerOf(options.config);
  const at = (name: keyof typeof routes): string => `${issuer}${routes[name]}`;
  const isForPersons = options.psc !== undefined;
  return {
    issuer,
    jwks_uri: at('jwks'),
    ...(isForPersons ? { authorization_endpoint: at('authorization'), end_session_endpoint: at('end_session') } : {}),
    token_endpoint: at('token'),
    introspection_endpoint: at('introspection'),
    revocation_endpoint: at('revocation'),
    token_endpoint_auth_methods_supported: clientAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    grant_types_supported: grantTypesOf(options),
    response_types_supported: isForPersons ? ['code'] : [],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [...(isForPersons ? identityScopes : []), ...options.apiScopes],
    capabilities: [
      ...(isForPersons ? launch : []),
      'client-confidential-asymmetric',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  };
}
