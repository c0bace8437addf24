/**
 * Scopes: SMART v2 `patient|user|system/Type.cruds`, v1 `.read` `.write` `.*`, and names of their own that are enough for an
 * interaction: the IUA names of IHE transactions (`ITI-67`), `fhirUser` for who the user is.
 * A scope with a query (`?category=…`) grants less than the type: it is not taken as a grant.
 * SMART App Launch 2.2 “Scopes”; IHE IUA 2.4 with MHD.
 */
export interface Need {
  type: string;
  permission: 'c' | 'r' | 'u' | 'd' | 's';
  /** Scopes that are enough by their name. */
  ihe: readonly string[];
}

/** A scope on resources, read. */
export interface ResourceScope {
  /** `patient`: the one patient that the app was launched for. */
  context: 'patient' | 'user' | 'system';
  /** `*` for all. */
  type: string;
  /** A part of `cruds`, in this order. */
  permissions: string;
}

const v1 = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
]);

/** Undefined: it is not a scope on resources, or one that grants nothing here. */
export function parseScope(scope: string): ResourceScope | undefined {
  const m = /^(patient|user|system)\/([A-Za-z]+|\*)\.([a-z]+|\*)$/.exec(scope);
  if (!m) return undefined;
  const [, context, type = '', given = ''] = m;
  const permissions = v1.get(given) ?? (/^c?r?u?d?s?$/.test(given) ? given : '');
  return permissions === '' ? undefined : { context: context as ResourceScope['context'], type, permissions };
}

/** How far a grant reaches: `patient` to the one patient of the launch, and no further. */
export type Reach = 'all' | 'patient';

/** How far the granted scopes reach for a need; undefined: not at all. */
export function reachOf(scopes: readonly string[], need: Need): Reach | undefined {
  const covering = scopes.flatMap((scope): Reach[] => {
    if (need.ihe.includes(scope)) return ['all'];
    const read = parseScope(scope);
    if (!read || (read.type !== '*' && read.type !== need.type) || !read.permissions.includes(need.permission))
      return [];
    return [read.context === 'patient' ? 'patient' : 'all'];
  });
  return covering.includes('all') ? 'all' : covering[0];
}

/** How the need is said to a client that lacks it. */
export const scopeText = (need: Need): string => `user/${need.type}.${need.permission}`;
