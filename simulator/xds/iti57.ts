/** ITI-57 Update Document Set (TD3.3a to TD3.3d): another visibility or another status for one document. */
import { type Answer, type Exchange, senderFault } from '../exchange.ts';
import { detailOf } from '../vihf/rules.ts';
import { toDtm } from './composites.ts';
import { slotValue } from './metadata.ts';
import { renamed, storedAssociation, storedSet } from './register.ts';
import { type Operation, readUpdate, type Update } from './update/operation.ts';
import { examineUpdate } from './update/rules.ts';
import { writeRegistryResponse } from './write.ts';

/** @throws SoapFault when the DMP refuses whose record it is, who writes, or the right to change this document */
export function updateDocumentSet(exchange: Exchange): Answer {
  const update = readUpdate(exchange);
  const findings = examineUpdate(update);
  const refused = findings.find((f) => f.code.startsWith('DMP'));
  if (refused !== undefined) throw senderFault(refused.code, refused.context, detailOf(refused.rule));
  if (findings.length > 0 || update.operation === undefined)
    return { body: writeRegistryResponse('Failure', findings) };
  apply(update, update.operation);
  return { body: writeRegistryResponse('Success') };
}

function apply({ submission }: Update, operation: Operation): void {
  const { registry } = submission.world;
  const newId = (): string => registry.newId(submission.now);
  const set = storedSet(submission, newId(), newId);
  const { association } = operation;
  const associations = [];
  if (operation.kind === 'version') {
    const { target, entry } = operation;
    if (target === undefined) throw new Error('the target was not checked');
    const { lid, status, isOpaque, version } = target.entry;
    const id = newId();
    const next = {
      ...renamed(entry, id, newId),
      ...(lid === undefined ? {} : { lid }),
      ...(status === undefined ? {} : { status }),
      ...(isOpaque === undefined ? {} : { isOpaque }),
      version: String(Number(version ?? '1') + 1),
    };
    registry.replaceVersion(lid ?? target.entry.id, next, toDtm(submission.now));
    associations.push(storedAssociation({ ...association, sourceObject: set.object.id, targetObject: id }, newId()));
  } else {
    // the association is the order itself: it is carried out, not kept
    registry.setStatus(association.targetObject, slotValue(association, 'NewStatus') ?? '');
  }
  if (submission.world.settings.updateSets)
    registry.register({ documents: [], set, associations, at: toDtm(submission.now) });
}
