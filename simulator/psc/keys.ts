/** Keys of the tokens, made at every start: nobody is to trust them for longer. */
import { randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

export interface Keys {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  /** What `certs` answers. */
  jwks: { keys: JWK[] };
  /** Of refresh tokens, which nobody else has to read. */
  refresh: Uint8Array;
  /** A key that is not published, for the failures. */
  foreign: CryptoKey;
}

export async function createKeys(): Promise<Keys> {
  const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const kid = randomUUID();
  return {
    kid,
    ...own,
    jwks: { keys: [{ ...(await exportJWK(own.publicKey)), kid, use: 'sig', alg: 'RS256' }] },
    refresh: randomBytes(64),
    foreign: foreign.privateKey,
  };
}
