/**
 * How long everything lives, in seconds. Nothing outlives the session of Pro Santé Connect in which it was given (auth §1.6).
 */
import type { Configuration, KoaContextWithOIDC, Session } from 'oidc-provider';
import type { Config } from '../../config.ts';
import { epoch } from '../records.ts';
import { contextOf } from './accounts.ts';

/** A browser that has not logged in yet. */
const anonymous = 3600;
/** The pages of one login. */
export const interactionSeconds = 900;

export function lives(config: Config, now: () => Date): NonNullable<Configuration['ttl']> {
  const left = (endsAt: number): number => Math.max(1, endsAt - epoch(now()));
  /** Until the session ends, and in an emergency until that does. */
  const within = (ctx: KoaContextWithOIDC, seconds: number): number => {
    const context = contextOf(ctx);
    const emergency = context?.purpose === 'bris_de_glace' ? config.BREAK_GLASS_MINUTES * 60 : Infinity;
    return Math.min(seconds, emergency, context ? left(context.endsAt) : config.SESSION_SECONDS);
  };
  return {
    AuthorizationCode: 60,
    AccessToken: (ctx) => within(ctx, config.ACCESS_TOKEN_SECONDS),
    ClientCredentials: Math.min(300, config.ACCESS_TOKEN_SECONDS), // SMART Backend Services: no more
    RefreshToken: (ctx) => within(ctx, config.SESSION_SECONDS),
    IdToken: (ctx) => within(ctx, config.ACCESS_TOKEN_SECONDS),
    Grant: config.SESSION_SECONDS,
    Interaction: interactionSeconds,
    BackchannelAuthenticationRequest: 300,
    Session: (_ctx, { loginTs }: Session) =>
      loginTs === undefined ? anonymous : left(loginTs + config.SESSION_SECONDS),
  };
}
