/**
 * Proofs of possession (DPoP, RFC 9449 §4.3, §7): a token whose `cnf.jkt` names a key is good together with a fresh signature of
 * that key over this very request, and that signature once.
 */
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors as jose, jwtVerify } from 'jose';
import { IssueError } from '../../mappings/outcome.ts';

/** RFC 9449 §4.2: asymmetric ones only. */
export const proofAlgorithms = ['ES256', 'ES384', 'PS256', 'RS256'];
/** Seconds that a proof may be old, or ahead. */
const window = 60;
const longest = 8192;

/** What a proof must be about, and what was sent as one. */
export interface Proven {
  token: string;
  /** Values of the header `DPoP`. */
  proofs: readonly string[];
  method: string;
  /** As the client was told it: from the configuration, without query. */
  url: string;
}

/** Remembers a proof for everybody. @returns false when it was used before */
export type ProofMemory = (proof: string, until: Date) => Promise<boolean>;

const invalid = (reason: string): IssueError => new IssueError({ key: 'token-proof-invalid', values: { reason } });

/** Where URLs differ in nothing that matters, they are written the same (RFC 9449 §4.3, 9). */
function sameUrl(given: unknown, url: string): boolean {
  if (typeof given !== 'string' || !URL.canParse(given)) return false;
  const read = new URL(given);
  return read.search === '' && read.hash === '' && read.href === new URL(url).href;
}

/**
 * @returns the thumbprint of the key that signed (RFC 7638)
 * @throws IssueError `token-proof-missing`, `token-proof-invalid` naming what is wrong with it
 */
export async function verifyProof({ token, proofs, method, url }: Proven, isNew: ProofMemory): Promise<string> {
  const [proof, ...more] = proofs;
  if (proof === undefined) throw new IssueError({ key: 'token-proof-missing' });
  if (more.length > 0 || proof.length > longest) throw invalid('DPoP');
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    algorithms: proofAlgorithms,
    typ: 'dpop+jwt',
  }).catch((e: unknown) => {
    throw e instanceof jose.JOSEError || e instanceof TypeError ? invalid('JWT') : e;
  });
  const jwk = protectedHeader.jwk;
  // A private key that stands in a header is nobody's any more.
  if (!jwk || 'd' in jwk || 'k' in jwk) throw invalid('jwk');
  if (payload['htm'] !== method) throw invalid('htm');
  if (!sameUrl(payload['htu'], url)) throw invalid('htu');
  if (payload['ath'] !== createHash('sha256').update(token).digest('base64url')) throw invalid('ath');
  const { iat, jti } = payload;
  if (iat === undefined || Math.abs(Date.now() / 1000 - iat) > window) throw invalid('iat');
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) throw invalid('jti');
  const thumbprint = await calculateJwkThumbprint(jwk);
  const until = new Date((iat + 2 * window) * 1000);
  if (!(await isNew(`${thumbprint} ${jti}`, until))) throw invalid('jti');
  return thumbprint;
}
