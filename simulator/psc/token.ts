/** The token endpoint: codes, refresh tokens and CIBA requests become tokens. */
import { createHash } from 'node:crypto';

import { redeem } from './ciba.ts';
import { type Authenticated, authenticate } from './client-auth.ts';
import { type Exchange, json, OAuthError, parameter, type Reply, required } from './http.ts';
import { issueTokens } from './tokens.ts';
import { type Code, isAlive, liveToken, now, type PscWorld } from './world.ts';

type Grant = (world: PscWorld, by: Authenticated, form: URLSearchParams) => Promise<Record<string, unknown>>;

const grants: Readonly<Record<string, Grant>> = {
  authorization_code: code,
  refresh_token: refresh,
  'urn:openid:params:grant-type:ciba': (world, { client, certificate }, form) =>
    redeem(world, client, form, certificate),
};
export const grantTypes = Object.keys(grants);

export async function token(world: PscWorld, exchange: Exchange): Promise<Reply> {
  const by = await authenticate(world, exchange);
  const type = required(exchange.form, 'grant_type');
  if (!Object.hasOwn(grants, type)) throw new OAuthError('unsupported_grant_type', `One of ${grantTypes.join(', ')}`);
  exchange.call.grant = type;
  return json(await grants[type]!(world, by, exchange.form));
}

const invalidGrant = (description: string): OAuthError => new OAuthError('invalid_grant', description);

async function code(world: PscWorld, { client, certificate }: Authenticated, form: URLSearchParams) {
  const found = world.codes.get(required(form, 'code'));
  if (found?.grant.client !== client) throw invalidGrant('Code not valid');
  const { grant } = found;
  if (found.used) {
    grant.revoked = true; // RFC 6749 §4.1.2
    throw invalidGrant('Code used before: the tokens that came of it are revoked');
  }
  found.used = true; // whatever else is wrong: nobody may try twice
  if (found.expires <= now(world)) throw invalidGrant('Code is expired');
  if (required(form, 'redirect_uri') !== found.redirectUri)
    throw invalidGrant('redirect_uri is not that of the authorization request');
  checkVerifier(found, parameter(form, 'code_verifier'));
  if (!isAlive(world, grant.session)) throw invalidGrant('Session not active');
  return issueTokens(world, grant, { nonce: grant.nonce, certificate });
}

function checkVerifier({ challenge }: Code, verifier: string | undefined): void {
  if (challenge === undefined) {
    if (verifier !== undefined) throw invalidGrant('code_verifier without a code_challenge in the request');
    return;
  }
  if (verifier === undefined) throw invalidGrant('code_verifier is missing');
  if (!/^[\w.~-]{43,128}$/.test(verifier)) throw invalidGrant('code_verifier: 43 to 128 unreserved characters');
  if (createHash('sha256').update(verifier).digest('base64url') !== challenge)
    throw invalidGrant('code_verifier does not match the code_challenge');
}

async function refresh(world: PscWorld, { client, certificate }: Authenticated, form: URLSearchParams) {
  const text = required(form, 'refresh_token');
  const given = world.tokens.get(text);
  if (given?.kind !== 'refresh' || given.grant.client !== client) throw invalidGrant('Invalid refresh token');
  const { grant } = given;
  const { revokeRefreshTokens } = world.settings;
  if (given.revoked && revokeRefreshTokens) {
    grant.revoked = true; // two hold it: one of them stole it (RFC 9700 §4.14.2)
    throw invalidGrant('Refresh token used before: the tokens that came of it are revoked');
  }
  if (!isAlive(world, grant.session)) throw invalidGrant('Session not active');
  if (liveToken(world, text) === undefined) throw invalidGrant('Token is not active');
  const narrower = (parameter(form, 'scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (narrower.some((scope) => !grant.scope.split(' ').includes(scope)))
    throw new OAuthError('invalid_scope', 'More than was granted');
  given.revoked = revokeRefreshTokens;
  return issueTokens(world, grant, { certificate });
}
