/**
 * Who may do what: the token becomes a caller, and the caller's scopes are held against what the definition asks for.
 * Deny by default: what stands behind `authenticate` is closed.
 */
import type { RequestHandler } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import { bearerOf } from '../auth/bearer.ts';
import type { Caller } from '../auth/caller.ts';
import { isGranted, scopeText, type Need } from '../auth/scopes.ts';
import type { TokenVerifier } from '../auth/token.ts';
import { interactionOf, type Interaction, type Permission } from './definition.ts';
import { stateOf } from './request.ts';

/** Lets nobody pass without a valid token. */
export function authenticate(verify: TokenVerifier): RequestHandler {
  return async (req, res, next) => {
    stateOf(res).caller = await verify(bearerOf(req.get('authorization')));
    next();
  };
}

/** @throws IssueError `scope-missing`, naming every scope that lacks */
export function requireScopes(caller: Caller, needs: readonly Need[]): void {
  const missing = needs.filter((need) => !isGranted(caller.scopes, need)).map(scopeText);
  if (missing.length > 0)
    throw new IssueError({ key: 'scope-missing', values: { scope: [...new Set(missing)].join(' ') } });
}

/** What an interaction on a type asks for. */
export function needsOf(type: string, interaction: Interaction): Need[] {
  return interaction.permission ? [{ type, permission: interaction.permission, ihe: interaction.ihe }] : [];
}

const permissionOfMethod: Record<string, Permission> = { POST: 'c', PUT: 'u', PATCH: 'u', GET: 'r', DELETE: 'd' };

/**
 * What the entries of a transaction ask for (SMART App Launch 2.2: each entry is held against the scopes on its own).
 * A Patient entry only says who the patient is and changes nothing. An entry that cannot be read asks for nothing here:
 * the deposit refuses it.
 */
export function needsOfBundle(bundle: unknown): Need[] {
  const ihe = interactionOf(undefined, 'transaction')?.ihe ?? [];
  const entries = (bundle as { entry?: unknown }).entry;
  if (!Array.isArray(entries)) return [];
  return entries.flatMap(
    (entry: { request?: { method?: unknown; url?: unknown }; resource?: { resourceType?: unknown } } | null) => {
      const { method, url } = entry?.request ?? {};
      const named =
        method === 'POST' || method === 'PUT'
          ? entry?.resource?.resourceType
          : (typeof url === 'string' ? url : '').split(/[/?]/)[0];
      const permission = permissionOfMethod[String(method)];
      if (typeof named !== 'string' || named === '' || named === 'Patient' || !permission) return [];
      return [{ type: named, permission, ihe }];
    },
  );
}
