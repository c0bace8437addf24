/** What programs ask of the authorization server, as opposed to browsers, whose pages are nobody's interface. */
import { routes } from './routes.ts';

/** OpenID Connect Discovery §4: below the issuer. */
export const openIdConfiguration = '/.well-known/openid-configuration';
/** The same where RFC 8414 is read as OpenID Connect is: below the issuer, too. */
export const ownMetadata = '/.well-known/oauth-authorization-server';

/**
 * Path below the issuer's → its method.
 * @param isForPersons whether there is Pro Santé Connect to ask
 */
export const endpoints = (isForPersons: boolean): Readonly<Record<string, 'GET' | 'POST'>> => ({
  [routes.token]: 'POST',
  [routes.introspection]: 'POST',
  [routes.revocation]: 'POST',
  ...(isForPersons ? { [routes.backchannel_authentication]: 'POST' as const } : {}),
  [routes.jwks]: 'GET',
  [openIdConfiguration]: 'GET',
  [ownMetadata]: 'GET',
});
