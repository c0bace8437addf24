/** The signed assertion by which a server asks for a token (SMART Backend Services, private_key_jwt). */
import { randomUUID } from 'node:crypto';
import { SignJWT, type CryptoKey, type JWTPayload } from 'jose';

export interface BackendClient {
  /** client_id */
  client: string;
  key: CryptoKey | Uint8Array;
  /** RS384, ES384 */
  alg: string;
  kid: string;
}

/** @param endpoint token endpoint, its audience. @param claims the person in whose name is asked */
export const backendAssertion = (
  { client, key, alg, kid }: BackendClient,
  endpoint: string,
  claims: JWTPayload,
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg, typ: 'JWT', kid })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(endpoint)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .sign(key);
