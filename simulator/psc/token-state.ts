/** Introspection (RFC 7662) and revocation (RFC 7009), in Pro Santé Connect's format. */
import { authenticate } from './client-auth.ts';
import { type Exchange, json, OAuthError, type Reply, required } from './http.ts';
import { liveToken, type PscWorld, type Token } from './world.ts';

/** Any client of the realm may ask about any token of it: that is how an API learns who calls. */
export async function introspect(world: PscWorld, exchange: Exchange): Promise<Reply> {
  await authenticate(world, exchange);
  const token = liveToken(world, required(exchange.form, 'token'));
  const denied = world.faults.take(({ kind }) => kind === 'inactive') !== undefined;
  return json(token === undefined || denied ? { active: false } : describe(token));
}

function describe({ claims, grant }: Token): Record<string, unknown> {
  const { client, session } = grant;
  const common = ['exp', 'iat', 'jti', 'iss', 'sub', 'typ', 'azp', 'session_state', 'scope', 'cnf'];
  return {
    ...Object.fromEntries(common.filter((name) => name in claims).map((name) => [name, claims[name]])),
    auth_time: Math.floor(session.authTime / 1000),
    nonce: grant.nonce ?? '',
    preferred_username: session.person.id,
    email_verified: false,
    acr: session.acr,
    // Of an access token only (auth §1.1).
    ...('SubjectNameID' in claims ? { SubjectNameID: claims['SubjectNameID'] } : {}),
    client_id: client.id,
    username: session.person.id,
    active: true,
  };
}

/** An unknown token is as good as revoked (RFC 7009 §2.2); with a refresh token goes all that came of the login. */
export async function revoke(world: PscWorld, exchange: Exchange): Promise<Reply> {
  const { client } = await authenticate(world, exchange);
  const token = world.tokens.get(required(exchange.form, 'token'));
  if (token !== undefined) {
    if (token.grant.client !== client) throw new OAuthError('unauthorized_client', 'The token is another client’s');
    token.revoked = true;
    if (token.kind === 'refresh') token.grant.revoked = true;
  }
  return { status: 200, headers: { 'cache-control': 'no-store' } };
}
