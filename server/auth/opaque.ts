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
import type { Client, Clients, Structures } from '../registry/types.ts';
import type { OauthStore } from '../store/types.ts';
import { tokenInvalid } from './claims.ts';
import { stillAllowed } from './narrowing.ts';

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
  extra: z
    .looseObject({
      extensions: z.looseObject({
        ihe_iua: z.looseObject({ subject_organization_id: z.string(), national_provider_identifier: z.string() }),
        dmp: z.looseObject({ structure_administrator: z.boolean().optional() }),
      }),
    })
    .optional(),
});
type Stored = z.output<typeof stored>;

/** A JWT has three parts; what we issue has none. */
export const isOpaque = (token: string): boolean => /^[\w-]{20,128}$/.test(token);

/** Says which token it was, and is not one. */
export const tokenIdOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** What a token of ours is held against at each request. */
export interface TokenRegistry {
  clients: Pick<Clients, 'byId'>;
  structures: Pick<Structures, 'of'>;
}

/** The structure of a token, if its client may still act there, and with a token that is bound as it must be. */
function requireStanding({ extra, jkt, 'x5t#S256': x5t }: Stored, client: Client): void {
  if (extra && !client.structures.includes(extra.extensions.ihe_iua.subject_organization_id))
    throw tokenInvalid('subject_organization_id');
  // What became a rule after the token was given holds for it, too.
  if ((client.dpopRequired && jkt === undefined) || (client.boundTokens && x5t === undefined))
    throw tokenInvalid('cnf');
}

/** The claims that were stored; whoever is on the list of administrators no more is none from then on. */
function claimsNow(extra: Stored['extra'], structures: TokenRegistry['structures']): JWTPayload {
  if (extra?.extensions.dmp.structure_administrator !== true) return { ...extra };
  const { subject_organization_id: id, national_provider_identifier: person } = extra.extensions.ihe_iua;
  const structure_administrator = structures.of(id)?.administrators.includes(person) === true;
  const { dmp, ...others } = extra.extensions;
  return { ...extra, extensions: { ...others, dmp: { ...dmp, structure_administrator } } };
}

/**
 * @returns the claims of a token that is good at this moment, of what its client and its person may at this moment
 * @throws IssueError `token-invalid` (unknown, expired or revoked: which one is nobody's business; another audience; what the
 * registry lets its client do no more)
 */
export async function readOpaque(
  token: string,
  config: Config,
  oauth: OauthStore,
  { clients, structures }: TokenRegistry,
): Promise<JWTPayload> {
  const live = await oauth.liveToken(token);
  if (!live) throw tokenInvalid('active');
  const read = stored.parse(live.content);
  const { clientId, accountId, iat, exp, aud, scope, jkt, 'x5t#S256': x5t, extra } = read;
  if (aud !== config.fhirBase) throw tokenInvalid('aud');
  const client = await clients.byId(clientId);
  // What was withdrawn takes its tokens with it.
  if (client === undefined) throw tokenInvalid('client_id');
  requireStanding(read, client);
  const cnf = { ...(jkt === undefined ? {} : { jkt }), ...(x5t === undefined ? {} : { 'x5t#S256': x5t }) };
  return {
    ...claimsNow(extra, structures),
    sub: accountId ?? clientId,
    client_id: clientId,
    scope: stillAllowed(scope ?? '', client),
    jti: tokenIdOf(token),
    iat,
    exp,
    ...(Object.keys(cnf).length > 0 ? { cnf } : {}),
  };
}
