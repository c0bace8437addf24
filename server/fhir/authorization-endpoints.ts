/** Where tokens come from: the one place that knows it. */
import type { Config } from '../config.ts';

export interface AuthorizationEndpoints {
  issuer: string;
  authorization: string;
  token: string;
  openIdConfiguration: string;
}

/** Of the authorization server that is named first (AUTH_SERVERS), else of our own, beside the API. */
export function authorizationEndpoints({
  fhirBase,
  AUTH_SERVERS,
}: Pick<Config, 'fhirBase' | 'AUTH_SERVERS'>): AuthorizationEndpoints {
  const issuer = AUTH_SERVERS?.[0] ?? `${fhirBase.replace(/\/fhir$/, '')}/oauth`;
  return {
    issuer,
    authorization: `${issuer}/auth`,
    token: `${issuer}/token`,
    openIdConfiguration: `${issuer}/.well-known/openid-configuration`,
  };
}
