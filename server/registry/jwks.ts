/** Public keys of `private_key_jwt`: what may verify an assertion, and nothing that could make one. */
import { createPublicKey } from 'node:crypto';
import type { Issue } from '../../mappings/outcome.ts';

/** SMART App Launch 2.2 asks for RS384 and ES384; the others are those that access tokens may have. */
const algorithms: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'RS384', 'PS256', 'PS384'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
};
/** RFC 7518 §6.2.2, §6.3.2, §6.4.1 */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

type Jwk = Readonly<Record<string, unknown>>;

function isStrong(key: Jwk): boolean {
  const { kty, crv, alg, use, kid, key_ops: operations } = key;
  const allowed = algorithms[kty === 'EC' ? String(crv) : String(kty)];
  if (allowed === undefined || typeof kid !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(kid)) return false;
  if (alg !== undefined && !allowed.includes(alg as string)) return false;
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && JSON.stringify(operations) !== '["verify"]') return false;
  try {
    const { asymmetricKeyDetails: of } = createPublicKey({ key, format: 'jwk' });
    return kty === 'EC' || ((of?.modulusLength ?? 0) >= 2048 && (of?.publicExponent ?? 0n) >= 65_537n);
  } catch {
    return false;
  }
}

/** Everything that is wrong with the keys of a client. */
export function jwksIssues(keys: readonly Jwk[]): Issue[] {
  return keys.flatMap((key, i): Issue[] => {
    const expression = `jwks.keys[${i}]`;
    const members = privateMembers.filter((name) => Object.hasOwn(key, name));
    if (members.length > 0) return [{ key: 'client-key-private', expression, values: { members: members.join(', ') } }];
    if (!isStrong(key)) return [{ key: 'client-key-weak', expression }];
    const isTwice = keys.slice(0, i).some((other) => other['kid'] === key['kid']);
    return isTwice ? [{ key: 'client-key-twice', expression, values: { kid: String(key['kid']) } }] : [];
  });
}
