/**
 * Search parameters whose element is bound to a closed list of codes (binding strength `required`), and that list: a word that is not in
 * it can match nothing, now or later, and is told rather than answered by an empty list (R4 search.html leaves that to the server).
 * The lists are those of R4's code systems, whole, with what is never shown here; of List.status also PDSm's word for `retired`.
 */
import { depositKinds, depositStates } from './feed/task.ts';

/** By resource type and name of the parameter. */
export const boundCodes: Readonly<Record<string, readonly string[]>> = {
  'AuditEvent.action': ['C', 'R', 'U', 'D', 'E'],
  'AuditEvent.outcome': ['0', '4', '8', '12'],
  'Consent.status': ['draft', 'proposed', 'active', 'rejected', 'inactive', 'entered-in-error'],
  'DocumentReference.status': ['current', 'superseded', 'entered-in-error'],
  'List.status': ['current', 'retired', 'entered-in-error', 'superseded'],
  'Subscription.status': ['requested', 'active', 'error', 'off'],
  'Subscription.type': ['rest-hook', 'websocket', 'email', 'sms', 'message'],
  'Task.status': [
    ...['draft', 'requested', 'received', 'accepted', 'rejected', 'ready', 'cancelled', 'in-progress', 'on-hold'],
    ...['failed', 'completed', 'entered-in-error'],
  ],
  'Task.business-status': Object.keys(depositStates),
  'Task.code': Object.values(depositKinds).map(({ code }) => code),
};
