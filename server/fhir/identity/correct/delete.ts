/**
 * The documents of a correction, deleted in the wrong record (TD3.3c), one by one: each is saved before the next is begun, so that
 * whatever stops it can be gone on with. The structure deletes what it fed (dmp-wire §1.4 note 9): neither an authorisation nor the
 * list of the record is needed, only the document's reference (TD3.1b).
 */
import { statuses } from '../../../../mappings/ebrim/schemes.ts';
import { IssueError } from '../../../../mappings/outcome.ts';
import { DmpError } from '../../../dmp/types.ts';
import type { CorrectionItem, StoredCorrection, StoredDocument } from '../../../store/types.ts';
import type { Call } from '../../interaction.ts';
import { toProblem } from '../../outcome.ts';
import { takeOver } from '../../deposit/reservation.ts';
import { make } from '../../patch/change.ts';
import { currentState } from '../../patch/state.ts';
import type { Services } from '../../services.ts';
import { changeCorrection, itemOf, recordStep, withItem } from './kept.ts';

/** Documents in one call, when all that remain are asked for: a long correction is made in several. */
const mostAtOnce = 50;

/**
 * Deletes the named document, or the next ones that remain. Of those that remain, a refusal stays with its document; a DMP that
 * does not answer ends the call. What is deleted already stays so.
 * @throws IssueError, DmpError: of a document that was named, why not; of several, why not even the first
 */
export async function deleteDocuments(
  correction: StoredCorrection,
  documents: readonly string[],
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const isNamed = documents.length > 0;
  const wanted = isNamed ? documents.map((id) => itemOf(correction, id)) : remaining(correction).slice(0, mostAtOnce);
  let current = correction;
  let done = 0;
  for (const { documentId } of wanted) {
    if (call.signal.aborted) break;
    if (itemOf(current, documentId).deletedAt !== undefined) continue;
    try {
      current = await deleteOne(current, documentId, call, services);
      done++;
    } catch (error) {
      if (!(error instanceof DmpError) && !(error instanceof IssueError)) throw error;
      current = await keepProblem(current, documentId, error, call, services);
      if (isNamed || (isUnreachable(error) && done === 0)) throw error;
      if (isUnreachable(error)) break;
    }
  }
  return current;
}

/** What is not deleted yet; what failed before comes last, that it may not keep the others waiting. */
const remaining = ({ items }: StoredCorrection): CorrectionItem[] =>
  items
    .filter((i) => i.deletedAt === undefined)
    .sort((a, b) => Number(a.problem !== undefined) - Number(b.problem !== undefined));

/** The next document would fare no better. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof DmpError && ['network', 'timeout', 'tls', 'http', 'rights'].includes(error.kind);

async function deleteOne(
  correction: StoredCorrection,
  documentId: string,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const { id, wrongPatientId } = correction;
  const document = await services.store.documents.byId(documentId);
  const { uniqueId } = itemOf(correction, documentId);
  const isFound = document !== undefined && (await deleteInDmp(document, call, services));
  // On record first: should saving fail, the next attempt finds it deleted and says so again.
  const done = { step: 'delete', correction: id, documents: [documentId], ...(isFound ? {} : { absent: true }) };
  await recordStep(done, wrongPatientId, 'success', call, services);
  const deletedAt = services.now();
  // Somebody may have decided meanwhile that it is kept: it is gone all the same.
  const isKept = ({ items }: StoredCorrection): boolean => items.every((i) => i.documentId !== documentId);
  return changeCorrection(
    id,
    (current) => {
      const all = isKept(current) ? { ...current, items: [...current.items, { documentId, uniqueId }] } : current;
      return withItem(all, documentId, { deletedAt, problem: undefined, obsolete: undefined });
    },
    call,
    services,
  );
}

/**
 * One TD3.3c in the name of the structure. Of a deposit whose answer was lost nobody knew whether the DMP holds it: now it is told.
 * @returns false: the DMP does not hold it any more, and need not be asked
 * @throws DmpError; IssueError deposit-pending (503) while the deposit itself may still be under way
 */
async function deleteInDmp(document: StoredDocument, call: Call, services: Services): Promise<boolean> {
  const { documents } = services.store;
  const { deleted, approved } = statuses;
  const isPending = document.state === 'pending';
  const held = isPending ? await takeOver([{ state: 'pending', document }], services) : [];
  // Once sent its outcome must be known, whoever waits for it; and the structure needs no more than the reference.
  const asStructure: Call = {
    ...call,
    caller: { ...call.caller, strength: 'local' },
    signal: new AbortController().signal,
  };
  try {
    const state = await currentState(document, asStructure, services);
    const from = document.availabilityStatus ?? approved;
    await make({ kind: 'delete', transaction: 'TD3.3c', from, to: deleted }, state, asStructure, services);
    if (isPending) await documents.confirm([document.id]);
    return true;
  } catch (error) {
    const key = error instanceof IssueError ? error.issues[0]?.key : undefined;
    const isGone = key === 'deleted' || key === 'not-found';
    if (isPending) await (isGone ? documents.release(held) : documents.abandon([document.id]));
    if (!isGone) throw error;
    await documents.changeStatus(document.id, deleted);
    return false;
  }
}

/** The registry takes no deletion from the status that the document has: it is superseded. */
const isObsolete = (error: unknown): boolean => error instanceof DmpError && error.code === 'XDSRegistryMetadataError';

async function keepProblem(
  { id, wrongPatientId }: StoredCorrection,
  documentId: string,
  error: unknown,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const obsolete = isObsolete(error);
  const problem = obsolete ? 'correction-obsolete' : (toProblem(error).issues[0]?.key ?? 'internal');
  await recordStep(
    { step: 'delete', correction: id, documents: [documentId], problem },
    wrongPatientId,
    'failure',
    call,
    services,
  );
  return changeCorrection(
    id,
    (current) =>
      // Meanwhile another has deleted it.
      current.items.some((i) => i.documentId === documentId && i.deletedAt !== undefined)
        ? current
        : withItem(current, documentId, { problem, ...(obsolete ? { obsolete } : {}) }),
    call,
    services,
  );
}
