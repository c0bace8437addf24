/**
 * The Authorization header (RFC 6750 §2.1): a bearer token in the header only, never in a URL or form.
 */
import { IssueError } from '../../mappings/outcome.ts';

/** @throws IssueError `login-required` when there is none, `token-binding` for DPoP (RFC 9449), `token-invalid` when it is not one */
export function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined) throw new IssueError({ key: 'login-required' });
  if (/^DPoP\b/i.test(authorization)) throw new IssueError({ key: 'token-binding', values: { method: 'DPoP' } });
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization)?.[1];
  if (token === undefined || token.length > 16_384)
    throw new IssueError({ key: 'token-invalid', values: { reason: 'Authorization' } });
  return token;
}

/** Refusals of the token itself (RFC 6750 §3.1; RFC 8705 §3 for the wrong certificate). */
const invalid: ReadonlySet<string> = new Set([
  'token-invalid',
  'token-binding',
  'token-certificate-missing',
  'token-certificate-other',
]);

/** What RFC 6750 §3 lets `scope` hold: nothing that ends the string or the header. */
const nqchars = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * The WWW-Authenticate header that goes with a refusal (RFC 6750 §3); undefined when the refusal is about something else.
 * @param metadata URL of the protected resource metadata: a client without a token finds by it where to get one (RFC 9728 §5.1)
 */
export function challenge(keys: readonly string[], metadata: string, scope?: string): string | undefined {
  const where = nqchars.test(metadata) ? `, resource_metadata="${metadata}"` : '';
  if (keys.includes('login-required')) return `Bearer realm="fhir"${where}`;
  if (keys.some((key) => invalid.has(key))) return `Bearer realm="fhir", error="invalid_token"${where}`;
  if (keys.includes('scope-missing'))
    return `Bearer realm="fhir", error="insufficient_scope"${scope && nqchars.test(scope) ? `, scope="${scope}"` : ''}`;
  return undefined;
}
