/**
 * Who guesses is slowed down: refusals at the endpoints for clients are counted by address, as those of the API are
 * (`RATE_LIMIT_REFUSED`), and after too many 429 takes their place. What is right passes, whatever others did at the same address.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Request } from 'express';
import { createLimiter } from '../../auth/limiter.ts';
import { networkOf } from '../../auth/network.ts';
import type { Config } from '../../config.ts';
import type { Middleware } from './answers.ts';

const endpoints: ReadonlySet<string> = new Set(['token', 'introspection', 'revocation', 'backchannel_authentication']);

/** Whether nobody in particular asked about a token that is none: the answer is 200 all the same (RFC 7662 §2.2, RFC 7009 §2.2). */
const isGuess = ({ route, client, entities }: KoaContextWithOIDC['oidc']): boolean =>
  (route === 'introspection' || route === 'revocation') &&
  client?.clientAuthMethod === 'none' &&
  [entities.AccessToken, entities.RefreshToken, entities.ClientCredentials].every((token) => token === undefined);

/** Koa middleware around oidc-provider's own. */
export function limitRefusals(config: Config): Middleware {
  const limiter = createLimiter(config.RATE_LIMIT_REFUSED);
  return async (ctx, next) => {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    if (!limiter || !oidc?.route || !endpoints.has(oidc.route)) return;
    if (ctx.status !== 400 && ctx.status !== 401 && !isGuess(oidc)) return;
    const { allowed, wait } = limiter.take(networkOf((ctx.req as Request).ip ?? ''));
    if (allowed) return;
    ctx.status = 429;
    ctx.set('Retry-After', String(Math.max(1, wait)));
    ctx.body = { error: 'temporarily_unavailable' };
  };
}
