/**
 * Tokens that are bound to whom they were given (`cnf`, RFC 7800): a stolen one opens nothing.
 *
 * `x5t#S256` binds to the client's TLS certificate (RFC 8705 §3.1): base64url of the SHA-256 of its DER. The ANS's guide « API
 * Pro Santé Connectée » shows base64 of the *hexadecimal text* of the same digest (spec/auth.md §0.5): both are understood.
 * `jkt` binds to a key of the client's own (`dpop.ts`). What is bound in another way is refused, and told so: a bond that is not
 * checked is none.
 */
import { createHash, type X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { IssueError } from '../../mappings/outcome.ts';
import { tokenInvalid } from './claims.ts';
import { verifyProof, type ProofMemory, type Proven } from './dpop.ts';

const certificateMethod = 'x5t#S256';
const keyMethod = 'jkt';
const confirmation = z.record(z.string(), z.unknown()).refine((given) => Object.keys(given).length > 0);

/** What may be repeated in a refusal. */
const methodName = /^[\w#-]{1,32}$/;

/** How a token was shown, beside itself. */
export interface Presentation extends Omit<Proven, 'token'> {
  scheme: 'Bearer' | 'DPoP';
  /** The certificate of the request: the client has proven to hold its key. */
  certificate?: X509Certificate;
}

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
 * @returns the thumbprint of the certificate
 * @throws IssueError `token-invalid`, `token-certificate-missing`, `token-certificate-other`
 */
export function confirmCertificate(value: unknown, certificate: X509Certificate | undefined): string {
  const digest = typeof value === 'string' ? digestOf(value) : undefined;
  if (!digest) throw tokenInvalid(`cnf.${certificateMethod}`);
  if (!certificate) throw new IssueError({ key: 'token-certificate-missing' });
  if (!digest.equals(sha256(certificate))) throw new IssueError({ key: 'token-certificate-other' });
  return thumbprintOf(certificate);
}

async function confirmKey(value: unknown, token: string, shown: Presentation, isNew: ProofMemory): Promise<void> {
  if (typeof value !== 'string' || !/^[\w-]{43}$/.test(value)) throw tokenInvalid(`cnf.${keyMethod}`);
  // RFC 9449 §7.1: a bound token is never a bearer token, whatever comes with it.
  if (shown.scheme !== 'DPoP') throw new IssueError({ key: 'token-proof-missing' });
  if ((await verifyProof({ ...shown, token }, isNew)) !== value)
    throw new IssueError({ key: 'token-proof-invalid', values: { reason: 'jwk' } });
}

/**
 * Holds the `cnf` of a verified token against how it was shown.
 * @param cnf the claim as it stands
 * @param isNew absent: nobody remembers proofs, and none can be checked
 * @returns the thumbprint (RFC 8705) of the certificate that the token is bound to; undefined when it is bound to none
 * @throws IssueError `token-invalid` (not a confirmation; DPoP for a token that is not bound by it), `token-binding` (a method that
 * is not checked here), `token-certificate-missing`, `token-certificate-other`, `token-proof-missing`, `token-proof-invalid`
 */
export async function confirm(
  cnf: unknown,
  token: string,
  shown: Presentation,
  isNew?: ProofMemory,
): Promise<string | undefined> {
  const read = cnf === undefined ? undefined : confirmation.safeParse(cnf);
  if (read?.success === false) throw tokenInvalid('cnf');
  const given = read?.data ?? {};
  const checked = isNew ? [certificateMethod, keyMethod] : [certificateMethod];
  const other = Object.keys(given).find((method) => !checked.includes(method));
  if (other !== undefined)
    throw new IssueError({ key: 'token-binding', values: { method: methodName.test(other) ? `cnf.${other}` : 'cnf' } });
  if (isNew && keyMethod in given) await confirmKey(given[keyMethod], token, shown, isNew);
  else if (shown.scheme === 'DPoP') throw tokenInvalid('cnf');
  return certificateMethod in given ? confirmCertificate(given[certificateMethod], shown.certificate) : undefined;
}
