/**
 * Which of the scopes that were asked for are granted: what the client may have at most, in the spelling in which it asked. What it
 * may have in part is narrowed; the rest is left out, and the answer says what is left (SMART App Launch 2.2 “Scopes”; RFC 6749 §3.3).
 */
import { parseScope, type ResourceScope } from '../auth/scopes.ts';
import { isAdminScope } from '../registry/scopes.ts';
import type { Client } from '../registry/types.ts';

/** Scopes about who the user is and what comes with the launch. */
export const identityScopes = [
  'openid',
  'fhirUser',
  'profile',
  'launch/patient',
  'online_access',
  'offline_access',
] as const;

/** Those that ask for a refresh token. Both kinds end with the session. */
export const refreshScopes: readonly string[] = ['online_access', 'offline_access'];

const isName = (scope: string): boolean =>
  (identityScopes as readonly string[]).includes(scope) || /^ITI-\d{1,3}$/.test(scope);

const letters = ['c', 'r', 'u', 'd', 's'];
const both = (some: string, others: string): string =>
  letters.filter((letter) => some.includes(letter) && others.includes(letter)).join('');
const either = (all: readonly string[]): string => letters.filter((l) => all.some((p) => p.includes(l))).join('');

/** What `patient/` scopes can open here: reading, and what professionals may change of a document (`server/fhir/purpose.ts`). */
const ofPatients = 'rus';

/** What of one scope on resources is allowed. */
function narrowed(scope: string, asked: ResourceScope, allowed: readonly ResourceScope[]): string[] {
  const { context, type } = asked;
  const most = context === 'patient' ? ofPatients : letters.join('');
  const ofType = (wanted: string) => {
    const covering = allowed.filter((a) => a.type === wanted || a.type === '*').map((a) => a.permissions);
    return both(both(asked.permissions, either(covering)), most);
  };
  const whole = ofType(type);
  if (whole === asked.permissions) return [scope];
  const types = type === '*' ? [...new Set(['*', ...allowed.map((a) => a.type)])] : [type];
  return types.flatMap((t) => {
    const permissions = ofType(t);
    return permissions === '' || (t !== type && permissions === whole) ? [] : [`${context}/${t}.${permissions}`];
  });
}

/**
 * @param requested blank separated
 * @param contexts `patient` and `user` where a person is asked, `system` and `user` for servers
 * @returns each once, in the order in which they were asked for
 */
export function grantable(
  requested: string | undefined,
  client: Pick<Client, 'scopes'>,
  contexts: readonly ResourceScope['context'][],
): string[] {
  const allowed = client.scopes.flatMap((scope) => parseScope(scope) ?? []);
  const asked = (requested ?? '').split(' ').filter((scope) => scope !== '');
  const granted = asked.flatMap((scope): string[] => {
    // Administering is for persons who sign in (docs/registration.md): no server names itself an administrator.
    if (isName(scope) || (isAdminScope(scope) && contexts.includes('patient')))
      return client.scopes.includes(scope) ? [scope] : [];
    const read = parseScope(scope);
    if (!read || !contexts.includes(read.context)) return [];
    return narrowed(
      scope,
      read,
      allowed.filter((a) => a.context === read.context),
    );
  });
  return [...new Set(granted)];
}

/** Whether somebody must say which patient the app is launched for. */
export const needsPatient = (scopes: readonly string[]): boolean =>
  scopes.some((scope) => scope === 'launch/patient' || scope.startsWith('patient/'));
