/**
 * A checkpoint: what is signed about the streams at one time, as a compact JWS (RFC 7515; EdDSA with Ed25519, or ES256). Each holds
 * the hash of the one before. Whoever keeps one, and the public key, can tell later whether anything before it was changed.
 */
import { createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonical, type Json, sha256 } from './canonical.ts';

export const CHECKPOINT_FORMAT = 'dmp-fhir/audit-checkpoint/1';

/** How far a stream has come; `seq` 0: it was opened, and holds nothing yet. */
export interface Head {
  stream: string;
  seq: number;
  /** hex */
  hash: string;
  /** Nothing comes after. */
  closed?: true;
}

/** The records from before the chain, taken as they were found: how many, and a keyed hash over all of them (hex). */
export interface Before {
  count: number;
  digest: string;
}

/** What was deleted, and where the chain of each stream begins since. */
export interface Pruned {
  /** ISO 8601: only what is older. */
  until: string;
  /** SHA-256 (hex) of the signed manifest of the export that holds it. */
  manifest: string;
  /** How many. */
  records: number;
  streams: { stream: string; seq: number; hash: string }[];
  /** What is left of those from before the chain. */
  before: Before;
}

export interface CheckpointBody {
  format: typeof CHECKPOINT_FORMAT;
  number: number;
  /** ISO 8601, by the database's clock */
  at: string;
  /** SHA-256 (hex) of the checkpoint before, as it is written. */
  previous: string;
  reason: 'start' | 'interval' | 'close' | 'key' | 'prune';
  /** Every stream that the checkpoint before did not close. */
  streams: Head[];
  /** Records that all streams have taken so far. */
  records: number;
  /** In the first one. */
  before?: Before;
  /** The public key that signs from the next one on; the first one is signed with the key that it holds. */
  key?: JsonWebKey;
  pruned?: Pruned;
}

export interface SigningKey {
  thumbprint: string;
  publicJwk: JsonWebKey;
  privateKey: KeyObject;
}

const algorithms: Readonly<Record<string, 'EdDSA' | 'ES256'>> = { Ed25519: 'EdDSA', 'P-256': 'ES256' };
const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');

/** RFC 7638, of a public key. */
export function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  const members = Object.fromEntries(Object.entries({ crv, kty, x, y }).filter(([, v]) => v !== undefined));
  return Buffer.from(sha256(canonical(members as Json)), 'hex').toString('base64url');
}

/** @returns undefined when it is neither Ed25519 nor P-256 */
export function signingKey(privateKey: KeyObject): SigningKey | undefined {
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (crv === undefined || !(crv in algorithms)) return undefined;
  const publicJwk: JsonWebKey = { kty, crv, x, ...(y === undefined ? {} : { y }) };
  return { thumbprint: thumbprint(publicJwk), publicJwk, privateKey };
}

const options = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;
const digestOf = (alg: string) => (alg === 'ES256' ? 'sha256' : null);

/** Signs any JSON, as a compact JWS. */
export function signToken(
  payload: object,
  { thumbprint: kid, publicJwk, privateKey }: SigningKey,
  typ: string,
): string {
  const alg = algorithms[publicJwk.crv ?? ''] ?? 'EdDSA';
  const input = `${base64url(canonical({ alg, kid, typ }))}.${base64url(canonical(payload as Json))}`;
  return `${input}.${base64url(sign(digestOf(alg), Buffer.from(input), options(privateKey)))}`;
}

/** What a token says, not verified. @throws SyntaxError when it is no JWS */
export function readToken<Payload>(token: string): { kid: string; typ?: unknown; payload: Payload } {
  const [head = '', payload = ''] = token.split('.');
  const parse = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { kid, typ } = parse(head) as { kid: string; typ?: unknown };
  return { kid, typ, payload: parse(payload) as Payload };
}

/** Whether a key has signed a token: the algorithm is the key's, whatever the token says. */
export function isSignedBy(token: string, publicJwk: JsonWebKey): boolean {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const alg = algorithms[publicJwk.crv ?? ''];
  if (alg === undefined) return false;
  try {
    const key = createPublicKey({ key: publicJwk, format: 'jwk' });
    return verify(digestOf(alg), Buffer.from(`${head}.${payload}`), options(key), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

export const CHECKPOINT_TYPE = 'audit-checkpoint+jws';
export const hashOfToken = (token: string): string => sha256(token);
