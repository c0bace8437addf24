/**
 * What a client may be allowed to ask for: SMART scopes (App Launch 2.2, v2 and v1), those of launch and identity, names of IHE
 * transactions (IUA), and ours for administration.
 */

/** Reading the registry, and changing it too (docs/registration.md). */
export const adminScopes = { read: 'admin/registry.r', write: 'admin/registry.rw' } as const;

/** About who the user is and what comes with the launch. */
export const identityScopes = [
  'openid',
  'fhirUser',
  'profile',
  'launch/patient',
  'online_access',
  'offline_access',
] as const;

const smart =
  /^(?:patient|user|system)\/(?:[A-Z][A-Za-z]{1,63}|\*)\.(?:(?=[cruds])c?r?u?d?s?|read|write|\*)(?:\?[!-~]{1,200})?$/;
const ihe = /^ITI-\d{1,3}$/;
const named: ReadonlySet<string> = new Set([...identityScopes, 'launch']);
const admin: ReadonlySet<string> = new Set(Object.values(adminScopes));

export const isAdminScope = (scope: string): boolean => admin.has(scope);
/** For who signs in at the authorization server: a service asks for none of these. */
export const isPersonal = (scope: string): boolean =>
  named.has(scope) || isAdminScope(scope) || scope.startsWith('patient/');
export const isScope = (scope: string): boolean =>
  smart.test(scope) || ihe.test(scope) || named.has(scope) || isAdminScope(scope);
