/**
 * Access tokens of our own authorization server: they say nothing by themselves, and are looked up in the store at every request. One
 * that was revoked, or whose grant or session is over, is refused from that moment on.
 *
 * What oidc-provider has stored with the token becomes the claims that a JWT would carry (`token.ts` lists them), and a caller by
 * the same way.
 */
import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Clients, Structures } from '../registry/types.ts';
import type { OauthStore } from '../store/types.ts';
import type { Caller } from './caller.ts';
import { tokenInvalid } from './claims.ts';

/** What is read of a stored AccessToken or ClientCredentials (oidc-provider 9, `IN_PAYLOAD`). */
const stored = z.object({
  clientId: z.string(),
  accountId: z.string().optional(),
  iat: z.number(),
  exp: z.number(),
  aud: z.string(),
  scope: z.string().optional(),
  jkt: z.string().optional(),
  'x5t#S256': z.string().optional(),
  /** What `server/authorization` added. */
  extra: z.record(z.string(), z.unknown()).optional(),
});

/** A JWT has three parts; what we issue has none. */
export const isOpaque = (token: string): boolean => /^[\w-]{20,128}$/.test(token);

/** Says which token it was, and is not one. */
export const tokenIdOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * @returns the claims of a token that is good at this moment
 * @throws IssueError `token-invalid` (unknown, expired or revoked: which one is nobody's business; another audience)
 */
export async function readOpaque(
  token: string,
  config: Config,
  oauth: OauthStore,
  clients: Pick<Clients, 'byId'>,
): Promise<JWTPayload> {
  const live = await oauth.liveToken(token);
  if (!live) throw tokenInvalid('active');
  const { clientId, accountId, iat, exp, aud, scope, jkt, 'x5t#S256': x5t, extra } = stored.parse(live.content);
  if (aud !== config.fhirBase) throw tokenInvalid('aud');
  // What was withdrawn takes its tokens with it.
  if ((await clients.byId(clientId)) === undefined) throw tokenInvalid('client_id');
  const cnf = { ...(jkt === undefined ? {} : { jkt }), ...(x5t === undefined ? {} : { 'x5t#S256': x5t }) };
  return {
    ...extra,
    sub: accountId ?? clientId,
    client_id: clientId,
    scope: scope ?? '',
    jti: tokenIdOf(token),
    iat,
    exp,
    ...(Object.keys(cnf).length > 0 ? { cnf } : {}),
  };
}

/**
 * What the registry says now counts, not what it said when the token was given: for which structures the client acts, and who
 * administers them.
 * @throws IssueError `token-invalid` when the client does not act for the structure any more
 */
export async function asRegistered(
  { isAdministrator, ...caller }: Caller,
  clients: Pick<Clients, 'byId'>,
  structures: Pick<Structures, 'of'>,
): Promise<Caller> {
  const { id } = caller.structure;
  const client = await clients.byId(caller.clientId);
  if (!client?.structures.includes(id)) throw tokenInvalid('subject_organization_id');
  const isStill = isAdministrator === true && structures.of(id)?.administrators.includes(caller.personId) === true;
  return { ...caller, ...(isStill ? { isAdministrator } : {}) };
}
