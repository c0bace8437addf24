/** What this authorization server speaks beside oidc-provider's own grants. */
import { backendServices } from './backend/index.ts';
import { ciba } from './ciba/index.ts';
import { tokenExchange } from './exchange/index.ts';
import type { AuthorizationOptions, Extension } from './types.ts';

/** Those that need Pro Santé Connect are there when it is. */
export function extensionsOf(options: AuthorizationOptions): Extension[] {
  const { psc } = options;
  return [backendServices(options), ...(psc ? [tokenExchange({ ...options, psc }), ciba({ ...options, psc })] : [])];
}
