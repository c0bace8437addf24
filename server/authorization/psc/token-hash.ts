/** `at_hash` of an id_token (OpenID Connect Core §3.1.3.6): which access token was given with it. */
import { createHash } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';

/** Whether an id_token, verified, goes with an access token; one that does not say so goes with any. */
export function goesWith(idToken: string, atHash: unknown, accessToken: string): boolean {
  if (atHash === undefined) return true;
  const bits = decodeProtectedHeader(idToken).alg?.slice(2) ?? '';
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url') === atHash;
}
