/**
 * Whose deposits a caller sees, and on whose it acts. SMART App Launch 2.2: a `system/` scope is granted to a client for itself, no
 * person's own rights bound it; the structure answers for it (`local`).
 */
import { depositActions, type DepositAction } from '../../../mappings/feed/actions.ts';
import type { Caller } from '../../auth/caller.ts';
import { parseScope } from '../../auth/scopes.ts';
import type { FeedViewer } from '../../store/types.ts';
import { requireScopes } from '../access.ts';

/** The structure's administrator: all of the structure's; a service: those of its client; a person: their own, through the same client. */
export function viewerOf(caller: Caller): FeedViewer {
  const { structure, clientId, personId, isAdministrator } = caller;
  if (isAdministrator === true) return { structure: structure.id };
  const own = { structure: structure.id, clientId };
  return isService(caller) ? own : { ...own, personId };
}

function isService({ strength, scopes }: Caller): boolean {
  if (strength !== 'local') return false;
  return scopes.some((scope) => {
    const read = parseScope(scope);
    return read?.context === 'system' && (read.type === 'Task' || read.type === '*');
  });
}

/**
 * On whose deposits an action may be done: those that the caller sees, or all of the structure for who may deposit there.
 * @throws IssueError `scope-missing`
 */
export function actorOf(caller: Caller, action: DepositAction): FeedViewer {
  if (depositActions[action].by === 'owner' || caller.isAdministrator === true) return viewerOf(caller);
  requireScopes(caller, [{ type: 'DocumentReference', permission: 'c', ihe: ['ITI-65', 'ITI-105'] }]);
  return { structure: caller.structure.id };
}
