/** The rights matrix on one document: who wrote it, and whether a professional or the patient did (dmp-wire §1.4, *). */
import { type Requester, type Right, rightFor } from '../../rights.ts';
import { slotValue } from '../metadata.ts';
import type { StoredDocument } from '../registry.ts';
import { byPatient } from '../rules/metadata.ts';
import { isOfStructure, isOwn } from '../visibility.ts';
import { status } from '../vocabulary.ts';
import { masked, type Operation, visibilityChange } from './operation.ts';

/** The row of the matrix that an operation on a document needs. */
function rightOf(operation: Operation, { entry }: StoredDocument): Right {
  if (operation.kind === 'status') {
    const row = slotValue(operation.association, 'NewStatus') === status.deleted ? 'TD3.3c' : 'TD3.3d';
    return byPatient(entry) ? `${row} patient` : row;
  }
  const { added, removed } = visibilityChange(entry, operation.entry);
  if (removed.includes(masked)) return 'TD3.3a unmask';
  return added.includes(masked) || added.length + removed.length === 0 ? 'TD3.3a' : 'TD3.3b';
}

/** The row that denies an operation to a requester; undefined when it is permitted, or its document unknown. */
export function deniedRight(operation: Operation, requester: Requester): Right | undefined {
  const { target } = operation;
  if (target === undefined) return undefined;
  const right = rightOf(operation, target);
  switch (rightFor(requester, right)) {
    case 'y':
    case 'mt': // stands in the columns of the médecin traitant only
      return undefined;
    case 'own':
      return isOwn(target, requester) ? undefined : right;
    case 'str':
      return isOfStructure(target, requester) ? undefined : right;
    default:
      return right;
  }
}
