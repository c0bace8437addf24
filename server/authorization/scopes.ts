/**
 * Which of the scopes that were asked for are granted: what the client may have at most, in the spelling in which it asked. What it
 * may have in part is narrowed; the rest is left out, and the answer says what is left (SMART App Launch 2.2 “Scopes”; RFC 6749 §3.3).
 */
import { narrowed } from '../auth/narrowing.ts';
import { parseScope, type ResourceScope } from '../auth/scopes.ts';
import { identityScopes, isAdminScope } from '../registry/scopes.ts';
import type { Client } from '../registry/types.ts';

export { identityScopes } from '../registry/scopes.ts';

/** Those that ask for a refresh token. Both kinds end with the session. */
export const refreshScopes: readonly string[] = ['online_access', 'offline_access'];

const isName = (scope: string): boolean =>
  (identityScopes as readonly string[]).includes(scope) || /^ITI-\d{1,3}$/.test(scope);

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
    // Who administers logs in: nobody is named an administrator by a server, nor by a token of somebody else's.
    const isNamed = isName(scope) || (isAdminScope(scope) && contexts.includes('patient'));
    if (isNamed) return client.scopes.includes(scope) ? [scope] : [];
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
