/** What a request for a login must say, by the browser or by CIBA (auth §1.1). */
import { OAuthError, parameter, required } from './http.ts';

const scopesAsked = ['openid', 'scope_all'];
export const scopesAccepted = [...scopesAsked, 'profile', 'email'];
/** What tokens say: the realm adds its default scopes, as a sample shows. */
const scopesGranted = ['openid', 'profile', 'email', 'scope_all'];
export const acrAsked = 'eidas1';

/** The scope that is granted. @throws OAuthError invalid_request, invalid_scope */
export function grantedScope(from: URLSearchParams): string {
  const asked = required(from, 'scope').split(' ');
  const missing = scopesAsked.find((scope) => !asked.includes(scope));
  if (missing !== undefined) throw new OAuthError('invalid_scope', `scope must contain ${missing}`);
  if (asked.some((scope) => !scopesAccepted.includes(scope)))
    throw new OAuthError('invalid_scope', `Only these scopes are known: ${scopesAccepted.join(' ')}`);
  return scopesGranted.join(' ');
}

/** @throws OAuthError invalid_request */
export function checkAcr(from: URLSearchParams): void {
  if (!(parameter(from, 'acr_values') ?? '').split(' ').includes(acrAsked))
    throw new OAuthError('invalid_request', `acr_values must be ${acrAsked}`);
}
