/** Which grants this server speaks: its own, and those that extensions bring. */
import type { AuthorizationOptions } from './types.ts';

/** `grant_type`s that this server speaks. */
export function grantTypesOf({ psc, extensions = [] }: Pick<AuthorizationOptions, 'psc' | 'extensions'>): string[] {
  const own = psc ? ['authorization_code', 'refresh_token'] : [];
  return [...new Set([...own, ...extensions.flatMap((e) => e.grantTypes ?? [])])];
}
