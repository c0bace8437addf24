/**
 * The protected resource metadata (RFC 9728): by it a client that has no token yet finds who gives one, and how it is sent.
 */
import { proofAlgorithms } from '../auth/dpop.ts';
import type { Config } from '../config.ts';
import { scopesSupported } from './metadata.ts';

/** RFC 9728 §3: stands between the host and the path of the resource. */
export const wellKnown = '/.well-known/oauth-protected-resource';

/** `https://host/.well-known/oauth-protected-resource/fhir` for the resource `https://host/fhir` (RFC 9728 §3.1). */
export function resourceMetadataUrl({ fhirBase }: Config): string {
  const { origin, pathname } = new URL(fhirBase);
  return `${origin}${wellKnown}${pathname}`;
}

/** RFC 9728 §2: what this resource server does, and nothing that it does not. */
/** @param own issuer of the façade's own authorization server, if it has one */
export function resourceMetadata(config: Config, own?: string): object {
  const servers = config.AUTH_SERVERS ?? (own === undefined ? undefined : [own]);
  return {
    resource: config.fhirBase,
    ...(servers ? { authorization_servers: servers } : {}),
    scopes_supported: scopesSupported(),
    // RFC 6750 §2.1 alone: never in a form or a URL.
    bearer_methods_supported: ['header'],
    // Whether a token's `cnf.x5t#S256` can be met here (RFC 8705 §3).
    tls_client_certificate_bound_access_tokens:
      config.TLS_CLIENT_CA !== undefined || config.TRUSTED_PROXIES !== undefined,
    dpop_signing_alg_values_supported: proofAlgorithms,
    resource_name: `FHIR R4 / DMP — ${config.STRUCTURE_NAME}`,
    resource_documentation: config.fhirBase.replace(/fhir$/, 'docs'),
  };
}
