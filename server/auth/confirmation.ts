/**
 * Tokens that are bound to whom they were given (`cnf`, RFC 7800): a stolen one opens nothing.
 *
 * `x5t#S256` binds to the client's TLS certificate (RFC 8705 §3.1): base64url of the SHA-256 of its DER. The ANS's guide « API
 * Pro Santé Connectée » shows base64 of the *hexadecimal text* of the same digest (spec/auth.md §0.5): both are understood.
 * What is bound in another way (`jkt`: DPoP, RFC 9449) is refused, and told so: a bond that is not checked is none.
 */
import { createHash, type X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { IssueError } from '../../mappings/outcome.ts';
import { tokenInvalid } from './claims.ts';

const certificateMethod = 'x5t#S256';
const confirmation = z.record(z.string(), z.unknown()).refine((methods) => Object.keys(methods).length > 0);

/** What may be repeated in a refusal. */
const methodName = /^[\w#-]{1,32}$/;

const sha256 = (certificate: X509Certificate): Buffer => createHash('sha256').update(certificate.raw).digest();

/** The digest that a value of `x5t#S256` says; undefined when it is in neither form. */
function digestOf(value: string): Buffer | undefined {
  if (/^[\w-]{43}$/.test(value)) return Buffer.from(value, 'base64url');
  if (!/^[\w+/-]{86}(==)?$/.test(value)) return undefined;
  const text = Buffer.from(value, 'base64').toString('latin1');
  return /^[0-9A-Fa-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** How a certificate is named in `cnf`, as RFC 8705 writes it. */
export const thumbprintOf = (certificate: X509Certificate): string => sha256(certificate).toString('base64url');

/**
 * Holds the `cnf` of a verified token against the certificate of the request.
 * @param cnf the claim as it stands
 * @param certificate whose key the client has proven to hold
 * @returns the thumbprint (RFC 8705) of the certificate that the token is bound to; undefined for a token without `cnf`
 * @throws IssueError `token-invalid` (not a confirmation), `token-binding` (a method that is not checked here),
 * `token-certificate-missing`, `token-certificate-other`
 */
export function confirm(cnf: unknown, certificate: X509Certificate | undefined): string | undefined {
  if (cnf === undefined) return undefined;
  const read = confirmation.safeParse(cnf);
  if (!read.success) throw tokenInvalid('cnf');
  const other = Object.keys(read.data).find((method) => method !== certificateMethod);
  if (other !== undefined)
    throw new IssueError({
      key: 'token-binding',
      values: { method: methodName.test(other) ? `cnf.${other}` : 'cnf' },
    });
  const value = read.data[certificateMethod];
  const digest = typeof value === 'string' ? digestOf(value) : undefined;
  if (!digest) throw tokenInvalid(`cnf.${certificateMethod}`);
  if (!certificate) throw new IssueError({ key: 'token-certificate-missing' });
  if (!digest.equals(sha256(certificate))) throw new IssueError({ key: 'token-certificate-other' });
  return thumbprintOf(certificate);
}
