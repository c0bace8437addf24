/**
 * The Authorization header: a token in the header only, never in a URL or form; alone (RFC 6750 §2.1), or with a proof that its
 * key is at hand (DPoP, RFC 9449 §7.1).
 */
import { IssueError } from '../../mappings/outcome.ts';
import { proofAlgorithms } from './dpop.ts';

export interface Credentials {
  scheme: 'Bearer' | 'DPoP';
  token: string;
}

/** @throws IssueError `login-required` when there is none, `token-invalid` when it is not one */
export function credentialsOf(authorization: string | undefined): Credentials {
  if (authorization === undefined) throw new IssueError({ key: 'login-required' });
  const [, scheme = '', token] = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization) ?? [];
  if (token === undefined || token.length > 16_384)
    throw new IssueError({ key: 'token-invalid', values: { reason: 'Authorization' } });
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token };
}

/** Refusals of the token itself (RFC 6750 §3.1; RFC 8705 §3 for the wrong certificate). */
const invalid: ReadonlySet<string> = new Set([
  'token-invalid',
  'token-binding',
  'token-certificate-missing',
  'token-certificate-other',
]);

/** Refusals that another proof of possession, or one at all, would heal (RFC 9449 §7.1). */
const unproven = new Map([
  ['token-proof-missing', 'invalid_token'],
  ['token-proof-invalid', 'invalid_dpop_proof'],
]);

/** What RFC 6750 §3 lets `scope` hold: nothing that ends the string or the header. */
const nqchars = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * The WWW-Authenticate header that goes with a refusal (RFC 6750 §3, RFC 9449 §7.1); undefined when the refusal is about something
 * else.
 * @param metadata URL of the protected resource metadata: a client without a token finds by it where to get one (RFC 9728 §5.1)
 */
export function challenge(keys: readonly string[], metadata: string, scope?: string): string | undefined {
  const where = nqchars.test(metadata) ? `, resource_metadata="${metadata}"` : '';
  if (keys.includes('login-required')) return `Bearer realm="fhir"${where}`;
  const proof = keys.map((key) => unproven.get(key)).find((error) => error !== undefined);
  if (proof !== undefined) return `DPoP realm="fhir", error="${proof}", algs="${proofAlgorithms.join(' ')}"${where}`;
  if (keys.some((key) => invalid.has(key))) return `Bearer realm="fhir", error="invalid_token"${where}`;
  if (keys.includes('scope-missing'))
    return `Bearer realm="fhir", error="insufficient_scope"${scope && nqchars.test(scope) ? `, scope="${scope}"` : ''}`;
  return undefined;
}
