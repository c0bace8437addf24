/**
 * Scopes: SMART v2 `user|system/Type.cruds`, v1 `.read` `.write` `.*`, and the IUA names of IHE transactions (`ITI-67`).
 * A scope with a query (`?category=…`) grants less than the type: it is not taken as a grant. `patient/` scopes belong
 * to launch contexts that this server does not have.
 * SMART App Launch 2.2 “Scopes”; IHE IUA 2.4 with MHD.
 */
export interface Need {
  type: string;
  permission: 'c' | 'r' | 'u' | 'd' | 's';
  /** IHE transactions whose name as a scope is enough. */
  ihe: readonly string[];
}

const v1 = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
]);

/** Whether one of the granted scopes covers the need. */
export function isGranted(scopes: readonly string[], need: Need): boolean {
  return scopes.some((scope) => {
    if (need.ihe.includes(scope)) return true;
    const m = /^(?:user|system)\/([A-Za-z]+|\*)\.([a-z]+|\*)$/.exec(scope);
    if (!m) return false;
    const [, type, given = ''] = m;
    if (type !== '*' && type !== need.type) return false;
    const permissions = v1.get(given) ?? (/^c?r?u?d?s?$/.test(given) ? given : '');
    return permissions.includes(need.permission);
  });
}

/** How the need is said to a client that lacks it. */
export const scopeText = (need: Need): string => `user/${need.type}.${need.permission}`;
