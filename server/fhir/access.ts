/**
 * Who may do what: the token becomes a caller, and the caller's scopes are held against what the definition asks for.
 * Deny by default: what stands behind `authenticate` is closed.
 */
import type { Request, RequestHandler } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import { credentialsOf } from '../auth/bearer.ts';
import type { Caller } from '../auth/caller.ts';
import { clientCertificateOf } from '../auth/client-certificate.ts';
import type { Limiter } from '../auth/limiter.ts';
import type { IsTrusted } from '../auth/proxies.ts';
import { reachOf, scopeText, type Need } from '../auth/scopes.ts';
import type { TokenVerifier } from '../auth/token.ts';
import { interactionOf, type Interaction, type Permission } from './definition.ts';
import { countRefusal } from './limits.ts';
import { stateOf } from './request.ts';

/** The parts that `authenticate` works with. */
export interface Authentication {
  verify: TokenVerifier;
  /** See `clientCertificateOf`. */
  isTrusted: IsTrusted;
  /** What it is mounted at, as clients know it (DPoP's `htu`); asked each time: the port may be chosen late. */
  base: () => string;
  /** Counts what is refused with 401, by address. */
  refusals?: Limiter;
}

/** Lets nobody pass without a valid token. */
export function authenticate(parts: Authentication): RequestHandler {
  return async (req, res, next) => {
    try {
      stateOf(res).caller = await callerOf(req, parts);
    } catch (e) {
      throw countRefusal(e, req, parts.refusals);
    }
    next();
  };
}

async function callerOf(req: Request, { verify, isTrusted, base }: Authentication): Promise<Caller> {
  // Node keeps the first of several; a proxy before us may have looked at another.
  if ((req.headersDistinct['authorization'] ?? []).length > 1)
    throw new IssueError({ key: 'token-invalid', values: { reason: 'Authorization' } });
  const { scheme, token } = credentialsOf(req.get('authorization'));
  const certificate = clientCertificateOf(req, isTrusted);
  return verify(token, {
    scheme,
    proofs: req.headersDistinct['dpop'] ?? [],
    method: req.method,
    url: `${base()}${req.path.replace(/^\/$/, '')}`,
    ...(certificate ? { certificate } : {}),
  });
}

/**
 * The caller as the scopes let them ask for this: when only `patient/` scopes cover it, bound to the patient of the launch
 * (`onlyPatient`, which the gate looks at).
 * @throws IssueError `scope-missing`, naming every scope that lacks
 */
export function withScopes(caller: Caller, needs: readonly Need[]): Caller {
  const { launchPatient, scopes } = caller;
  const reaches = needs.map((need) => reachOf(scopes, need));
  refuse(needs.filter((_, i) => reaches[i] === undefined || (reaches[i] === 'patient' && !launchPatient)));
  return launchPatient && reaches.includes('patient') ? { ...caller, onlyPatient: launchPatient } : caller;
}

/**
 * What is needed besides: `patient/` scopes are enough where the caller is bound to the patient already.
 * @throws IssueError as `withScopes`
 */
export function requireScopes(caller: Caller, needs: readonly Need[]): void {
  refuse(
    needs.filter((need) => {
      const reach = reachOf(caller.scopes, need);
      return reach === undefined || (reach === 'patient' && !caller.onlyPatient);
    }),
  );
}

function refuse(missing: readonly Need[]): void {
  if (missing.length === 0) return;
  throw new IssueError({ key: 'scope-missing', values: { scope: [...new Set(missing.map(scopeText))].join(' ') } });
}

/** What an interaction on a type asks for, or an operation on the server as a whole. */
export function needsOf(type: string | undefined, { code, permission, ihe, entries = [] }: Interaction): Need[] {
  if (type === undefined) return code === 'operation' ? entries.map((entry) => ({ ...entry, ihe })) : [];
  return permission ? [{ type, permission, ihe }] : [];
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
