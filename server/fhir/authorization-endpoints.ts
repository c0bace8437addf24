/** Where tokens come from: the one place that knows it. */
import { routes } from '../authorization/routes.ts';
import { issuerOf, type Config } from '../config.ts';

export interface AuthorizationEndpoints {
  issuer: string;
  openIdConfiguration: string;
  /** Of our own alone: another server says them itself, in its discovery document. */
  own?: { authorization: string; token: string };
}

/** Of the authorization server that is named first (AUTH_SERVERS), else of our own, beside the API. */
export function authorizationEndpoints(config: Pick<Config, 'fhirBase' | 'AUTH_SERVERS'>): AuthorizationEndpoints {
  const ours = issuerOf(config);
  const issuer = config.AUTH_SERVERS?.[0] ?? ours;
  return {
    issuer,
    openIdConfiguration: `${issuer}/.well-known/openid-configuration`,
    ...(issuer === ours
      ? { own: { authorization: `${issuer}${routes.authorization}`, token: `${issuer}${routes.token}` } }
      : {}),
  };
}
