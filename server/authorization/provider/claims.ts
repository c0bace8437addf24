/**
 * What is stored with an access token: in whose name, where and why it is used. Never in the client's hands: the token itself says
 * nothing, and introspection tells the client little of it (`answers.ts`).
 */
import { errors, type Configuration } from 'oidc-provider';
import type { Limiter } from '../../auth/limiter.ts';
import { claimsOf } from '../context.ts';
import type { Records } from '../records.ts';
import type { AuthorizationOptions } from '../types.ts';

/** 429: a client asks for more tokens than it may. */
class TooMany extends errors.CustomOIDCProviderError {
  constructor() {
    super('temporarily_unavailable', 'too many tokens: ask again within a minute, or use those that are good');
    this.status = this.statusCode = 429;
  }
}

/** Counts a token request of a client that is known to be who it says: once, however often it is told. @throws TooMany */
export type CountToken = (ctx: object, clientId: string) => void;

export function tokenCounter(limiter: Limiter | undefined): CountToken {
  const counted = new WeakSet<object>();
  return (ctx, clientId) => {
    if (counted.has(ctx)) return;
    counted.add(ctx);
    if (limiter?.take(clientId).allowed === false) throw new TooMany();
  };
}

/** @param count for grants that use nothing up: the others were counted before (`adapter.ts`) */
export function extraTokenClaims(
  { config, extensions = [] }: Pick<AuthorizationOptions, 'config' | 'extensions'>,
  records: Records,
  count: CountToken,
): NonNullable<Configuration['extraTokenClaims']> {
  return async (ctx, token) => {
    count(ctx, token.clientId ?? '');
    for (const extension of extensions) {
      const claims = await extension.claims?.(ctx, token);
      if (claims) return claims;
    }
    const { grantId, accountId } = token as { grantId?: string; accountId?: string };
    const context = grantId === undefined ? undefined : await records.get('Context', grantId);
    if (!context || accountId === undefined) throw new errors.InvalidGrant('nobody to act for');
    return claimsOf(context, accountId, config);
  };
}
