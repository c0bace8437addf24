/** The pages of a login. */
import { Router } from 'express';
import type { Running } from '../provider/holder.ts';
import type { AuthorizationOptions } from '../types.ts';

export function interactionRouter(_options: AuthorizationOptions, _holder: () => Promise<Running>): Router {
  return Router({ caseSensitive: true });
}
