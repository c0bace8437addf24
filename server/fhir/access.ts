/**
 * Who may do what: the token becomes a caller, and the caller's scopes are held against what the definition asks for.
 * Deny by default: what stands behind `authenticate` is closed.
 */
import type { Request, RequestHandler } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import { bearerOf } from '../auth/bearer.ts';
import type { Caller } from '../auth/caller.ts';
import { clientCertificateOf } from '../auth/client-certificate.ts';
import type { Limiter } from '../auth/limiter.ts';
import type { IsTrusted } from '../auth/proxies.ts';
import { isGranted, scopeText, type Need } from '../auth/scopes.ts';
import type { TokenVerifier } from '../auth/token.ts';
import { interactionOf, type Interaction, type Permission } from './definition.ts';
import { countRefusal } from './limits.ts';
import { stateOf } from './request.ts';

/**
 * Lets nobody pass without a valid token.
 * @param isTrusted see `clientCertificateOf`
 * @param refusals counts what is refused with 401, by address
 */
export function authenticate(verify: TokenVerifier, isTrusted: IsTrusted, refusals?: Limiter): RequestHandler {
  return async (req, res, next) => {
    try {
      stateOf(res).caller = await callerOf(req, verify, isTrusted);
    } catch (e) {
      throw countRefusal(e, req, refusals);
    }
    next();
  };
}

async function callerOf(req: Request, verify: TokenVerifier, isTrusted: IsTrusted): Promise<Caller> {
  // Node keeps the first of several; a proxy before us may have looked at another.
  if ((req.headersDistinct['authorization'] ?? []).length > 1)
    throw new IssueError({ key: 'token-invalid', values: { reason: 'Authorization' } });
  return verify(bearerOf(req.get('authorization')), clientCertificateOf(req, isTrusted));
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

const permissionOfMethod = new Map<unknown, Permission>([
  ['POST', 'c'],
  ['PUT', 'u'],
  ['PATCH', 'u'],
  ['GET', 'r'],
  ['DELETE', 'd'],
]);
const free: ReadonlySet<string> = new Set(['Patient', 'Bundle']);
/** What may be repeated in a refusal and in its header: letters only, whatever the client wrote. */
const typeName = /^[A-Za-z]{1,64}$/;

/**
 * What the entries of a transaction ask for (SMART App Launch 2.2: each entry is held against the scopes on its own).
 * A Patient entry only says who the patient is and changes nothing; a Bundle (FHIR document) is never taken, and told why.
 * An entry that cannot be read asks for nothing here:
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
          : (typeof url === 'string' ? url : '').replace(/^\//, '').split(/[/?]/)[0];
      const permission = permissionOfMethod.get(method);
      if (typeof named !== 'string' || !typeName.test(named) || free.has(named) || !permission) return [];
      return [{ type: named, permission, ihe }];
    },
  );
}
