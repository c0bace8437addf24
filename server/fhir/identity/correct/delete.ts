/**
 * The documents of a correction, deleted in the wrong record (TD3.3c), one by one: each is saved before the next is begun, so that
 * whatever stops it can be gone on with. The structure deletes what it fed (dmp-wire §1.4 note 9): neither an authorisation nor the
 * list of the record is needed, only the document's reference (TD3.1b).
 */
import { statuses } from '../../../../mappings/ebrim/schemes.ts';
import { IssueError } from '../../../../mappings/outcome.ts';
import { DmpError } from '../../../dmp/types.ts';
import type { StoredCorrection, StoredDocument } from '../../../store/types.ts';
import type { Call } from '../../interaction.ts';
import { toProblem } from '../../outcome.ts';
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
  const wanted = isNamed
    ? documents.map((id) => itemOf(correction, id))
    : correction.items.filter((i) => i.deletedAt === undefined).slice(0, mostAtOnce);
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

/** The next document would fare no better. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof DmpError && ['network', 'timeout', 'tls', 'http', 'rights'].includes(error.kind);

async function deleteOne(
  { id, wrongPatientId }: StoredCorrection,
  documentId: string,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const document = await services.store.documents.byId(documentId);
  const isFound = document !== undefined && (await deleteInDmp(document, call, services));
  // On record first: should saving fail, the next attempt finds it deleted and says so again.
  const done = { step: 'delete', correction: id, documents: [documentId], ...(isFound ? {} : { absent: true }) };
  await recordStep(done, wrongPatientId, 'success', call, services);
  const deletedAt = services.now();
  return changeCorrection(
    id,
    (current) => withItem(current, documentId, { deletedAt, problem: undefined }),
    call,
    services,
  );
}

/**
 * One TD3.3c in the name of the structure.
 * @returns false: the DMP does not hold it any more, and need not be asked
 * @throws DmpError
 */
async function deleteInDmp(document: StoredDocument, call: Call, services: Services): Promise<boolean> {
  const { deleted, approved } = statuses;
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
    return true;
  } catch (error) {
    const key = error instanceof IssueError ? error.issues[0]?.key : undefined;
    if (key !== 'deleted' && key !== 'not-found') throw error;
    await services.store.documents.changeStatus(document.id, deleted);
    return false;
  }
}

async function keepProblem(
  { id, wrongPatientId }: StoredCorrection,
  documentId: string,
  error: unknown,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const problem = toProblem(error).issues[0]?.key ?? 'internal';
  await recordStep(
    { step: 'delete', correction: id, documents: [documentId], problem },
    wrongPatientId,
    'failure',
    call,
    services,
  );
  return changeCorrection(id, (current) => withItem(current, documentId, { problem }), call, services);
}
