/** Tokens: access and id tokens as JWT RS256, refresh tokens that only Pro Santé Connect reads (auth §1.1). */
import { createHash, randomUUID, type X509Certificate } from 'node:crypto';
import { type CryptoKey, SignJWT, UnsecuredJWT } from 'jose';

import { thumbprint } from './client-auth.ts';
import { type IdTokenFault, isIdTokenFault } from './faults.ts';
import { subjectOf } from './userinfo.ts';
import { type Grant, keep, now, type PscWorld, sessionEnd, type Token } from './world.ts';

type Claims = Record<string, unknown>;

/** Half of the hash of a token (OpenID Connect Core §3.1.3.6). */
const halfHash = (text: string): string =>
  createHash('sha256').update(text, 'ascii').digest().subarray(0, 16).toString('base64url');

const sign = (claims: Claims, kid: string, key: CryptoKey): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(key);

/** What goes wrong with an id_token on demand. */
const spoils: Partial<Record<IdTokenFault, (claims: Claims) => Claims>> = {
  wrongNonce: (claims) => ({ ...claims, nonce: randomUUID() }),
  expired: (claims) => ({ ...claims, iat: Number(claims['iat']) - 7200, exp: Number(claims['exp']) - 7200 }),
  otherAudience: (claims) => ({ ...claims, aud: 'another-client', azp: 'another-client' }),
  otherIssuer: (claims) => ({ ...claims, iss: 'https://issuer.invalid/auth/realms/esante-wallet' }),
  otherAccessToken: (claims) => ({ ...claims, at_hash: halfHash(randomUUID()) }),
  withoutAcr: ({ acr: _, ...claims }) => claims,
  withoutSubjectNameID: ({ SubjectNameID: _, ...claims }) => claims,
};

async function idToken(world: PscWorld, claims: Claims): Promise<string> {
  const { keys } = world;
  const kind = world.faults.take((fault) => isIdTokenFault(fault.kind))?.kind as IdTokenFault | undefined;
  if (kind === 'unsigned') return new UnsecuredJWT(claims).encode();
  if (kind === 'unknownKey') return sign(claims, randomUUID(), keys.foreign);
  if (kind === 'wrongSignature') return sign(claims, keys.kid, keys.foreign);
  return sign((kind && spoils[kind]?.(claims)) ?? claims, keys.kid, keys.privateKey);
}

/**
 * The answer of the token endpoint.
 * @param nonce of the request, at the first id_token only (OpenID Connect Core §12.2)
 * @param certificate that the access token is bound to
 */
export async function issueTokens(
  world: PscWorld,
  grant: Grant,
  { nonce, certificate }: { nonce?: string | undefined; certificate?: X509Certificate | undefined },
): Promise<Record<string, unknown>> {
  const { settings, keys, issuer } = world;
  const { client, session } = grant;
  const at = now(world);
  session.lastUsed = at;
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const accessEnd = at + settings.accessTokenSeconds * 1000;
  const refreshEnd = Math.min(at + settings.refreshTokenSeconds * 1000, sessionEnd(world, session));
  const common = {
    iat: seconds(at),
    iss: issuer,
    sub: subjectOf(session.person),
    azp: client.id,
    sid: session.id,
    session_state: session.id,
  };
  const person = {
    auth_time: seconds(session.authTime),
    acr: session.acr,
    SubjectNameID: session.person.id,
    preferred_username: session.person.id,
    given_name: session.person.given,
    family_name: session.person.family,
  };
  const accessClaims = {
    ...common,
    ...person,
    exp: seconds(accessEnd),
    jti: randomUUID(),
    typ: 'Bearer',
    scope: grant.scope,
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
    ...(certificate === undefined ? {} : { cnf: { 'x5t#S256': thumbprint(certificate) } }),
  };
  const refreshClaims = {
    ...common,
    exp: seconds(refreshEnd),
    jti: randomUUID(),
    aud: issuer,
    typ: 'Refresh',
    scope: grant.scope,
  };
  const access = await sign(accessClaims, keys.kid, keys.privateKey);
  const refresh = await new SignJWT(refreshClaims).setProtectedHeader({ alg: 'HS512', typ: 'JWT' }).sign(keys.refresh);
  const given = (kind: Token['kind'], text: string, claims: Claims, expires: number) => {
    keep(world.tokens, text, { kind, grant, claims, expires, revoked: false }, (old) => old.expires < at);
  };
  given('access', access, accessClaims, accessEnd);
  given('refresh', refresh, refreshClaims, refreshEnd);
  const id = await idToken(world, {
    ...common,
    ...person,
    exp: seconds(accessEnd),
    jti: randomUUID(),
    aud: client.id,
    typ: 'ID',
    at_hash: halfHash(access),
    ...(nonce === undefined ? {} : { nonce }),
  });
  return {
    access_token: access,
    expires_in: settings.accessTokenSeconds,
    refresh_expires_in: seconds(refreshEnd - at),
    refresh_token: refresh,
    token_type: 'Bearer',
    id_token: id,
    'not-before-policy': 0,
    session_state: session.id,
    scope: grant.scope,
  };
}
