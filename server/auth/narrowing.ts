/** What of a scope a client may have: at most what it is registered with, in the spelling in which it asked. */
import type { Client } from '../registry/types.ts';
import { parseScope, type ResourceScope } from './scopes.ts';

const letters = ['c', 'r', 'u', 'd', 's'];
const both = (some: string, others: string): string =>
  letters.filter((letter) => some.includes(letter) && others.includes(letter)).join('');
const either = (all: readonly string[]): string => letters.filter((l) => all.some((p) => p.includes(l))).join('');

/** What `patient/` scopes can open here: reading, and what professionals may change of a document (`server/fhir/purpose.ts`). */
const ofPatients = 'rus';

/**
 * What of one scope on resources is allowed.
 * @param allowed of the same context
 */
export function narrowed(scope: string, asked: ResourceScope, allowed: readonly ResourceScope[]): string[] {
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
 * Of scopes that were granted, what the client may still have: an administrator can take scopes away at any time.
 * @param granted blank separated
 */
export function stillAllowed(granted: string, client: Pick<Client, 'scopes'>): string {
  const allowed = client.scopes.flatMap((scope) => parseScope(scope) ?? []);
  return granted
    .split(' ')
    .flatMap((scope) => {
      const read = parseScope(scope);
      if (!read) return client.scopes.includes(scope) ? [scope] : [];
      const ofContext = allowed.filter(({ context }) => context === read.context);
      return narrowed(scope, read, ofContext);
    })
    .join(' ');
}
