/** A server (DUI) with keys of its own: its assertions, good and bad, and what it is answered. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface ClientKey {
  key: CryptoKey;
  /** Public, named. */
  jwk: JWK & { kid: string };
  alg: string;
}

export async function clientKey(alg: 'RS384' | 'ES384' | 'ES256', kid: string = randomUUID()): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }, alg };
}

/** The nurse of the care home, as a server asserts him. */
export const nurseAsserted = {
  ihe_iua: {
    subject_name: 'YANN LE BIHAN',
    national_provider_identifier: '899700204581',
    subject_role: { system: 'urn:oid:1.2.250.1.71.1.2.7', code: '60', display: 'Infirmier' },
    subject_organization_id: '1990100109',
  },
};

/** @param change of the claims and the header; undefined leaves a member out */
export function assertion(
  audience: string,
  client: string,
  { key, jwk, alg }: ClientKey,
  change: { claims?: JWTPayload; header?: Record<string, unknown> } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: client,
    sub: client,
    aud: audience,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    extensions: nurseAsserted,
    ...change.claims,
  })
    .setProtectedHeader({ alg, typ: 'JWT', kid: jwk.kid, ...change.header })
    .sign(key);
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { access_token?: string; error?: string; error_description?: string };
}

/** Posts a form to the token endpoint (or another). */
export async function postForm(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as TokenAnswer['body'] };
}
