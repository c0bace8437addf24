/**
 * A document issued again, fed to the right record: a normal deposit, of the right patient and under a new uniqueId, once the
 * former is deleted. The façade keeps no content and a CDA names its patient: only its sender can issue it again.
 */
import { IssueError } from '../../../../mappings/outcome.ts';
import type { CorrectionItem, StoredCorrection } from '../../../store/types.ts';
import { oidOfUrn } from '../../deposit/oid.ts';
import { depositOne } from '../../deposit/one.ts';
import { pendingFor } from '../../deposit/reservation.ts';
import type { Call } from '../../interaction.ts';
import { toProblem } from '../../outcome.ts';
import type { Services } from '../../services.ts';
import { changeCorrection, itemOf, recordStep, withItem } from './kept.ts';

/**
 * @param resource any JSON value: a DocumentReference with its document, as for ITI-105
 * @throws IssueError correction-…, and those of the deposit; DmpError
 */
export async function feedDocument(
  correction: StoredCorrection,
  documentId: string,
  { resource, path }: { resource: unknown; path: string },
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const item = itemOf(correction, documentId);
  const { rightPatientId, id } = correction;
  const right = rightPatientId === undefined ? undefined : await services.store.patients.byId(rightPatientId);
  if (!right) throw new IssueError({ key: 'correction-right-missing', expression: 'right' });
  requireDeleted(item);
  requireNewId(correction, resource, path);
  const refedId = await deposit(item, { resource, path, ins: right.ins }, correction, call, services);
  if (item.refedId === refedId) return correction;
  await recordStep(
    { step: 'feed', correction: id, documents: [documentId, refedId] },
    right.id,
    'success',
    call,
    services,
  );
  return changeCorrection(
    id,
    (current) => withItem(current, documentId, { refedId, dropped: undefined, problem: undefined, feeding: undefined }),
    call,
    services,
  );
}

const requireDeleted = ({ deletedAt }: CorrectionItem): void => {
  if (deletedAt === undefined) throw new IssueError({ key: 'correction-not-deleted', expression: 'document' });
};

/** The uniqueId that the resource says, as far as it is one. */
function uniqueIdIn(resource: unknown): string | undefined {
  const value: unknown = (resource as { masterIdentifier?: { value?: unknown } } | null | undefined)?.masterIdentifier
    ?.value;
  return typeof value === 'string' ? oidOfUrn(value) : undefined;
}

/** The DMP knows the former's uniqueId for good. @throws IssueError correction-unique-id */
function requireNewId({ items }: StoredCorrection, resource: unknown, path: string): void {
  const uniqueId = uniqueIdIn(resource);
  if (items.some((i) => i.uniqueId === uniqueId))
    throw new IssueError({ key: 'correction-unique-id', expression: `${path}.masterIdentifier` });
}

/** @returns `DocumentReference.id`; sent again after a failure, the same document is found and not fed twice */
async function deposit(
  item: CorrectionItem,
  { resource, path, ins }: { resource: unknown; path: string; ins: { value: string; oid: string } },
  correction: StoredCorrection,
  call: Call,
  services: Services,
): Promise<string> {
  const { requestId, caller } = call;
  const uniqueId = uniqueIdIn(resource);
  if (item.refedId !== undefined) {
    const before = await services.store.documents.byId(item.refedId);
    if (before?.uniqueId === uniqueId) return item.refedId;
    throw fedAlready(item.refedId);
  }
  // Without one, the deposit says so itself.
  if (uniqueId !== undefined) await claim(item, uniqueId, correction, call, services);
  try {
    // A person moves it: that is their release. What may never be sent is not sent again either.
    const options = { requestId, patient: ins, decided: [] };
    const deposited = await depositOne(resource, services, caller, options);
    return deposited.id ?? '';
  } catch (error) {
    await keepProblem(item, uniqueId, error, correction, call, services);
    throw error instanceof IssueError ? inside(error, path) : error;
  }
}

const fedAlready = (document: string): IssueError =>
  new IssueError({ key: 'correction-fed', expression: 'document', values: { document } });

/**
 * One deposit at a time takes the place of a document: two that are fed at once would both stand in the right record, and one
 * whose answer was lost may stand there already.
 * @throws IssueError correction-feeding, correction-fed
 */
async function claim(
  { documentId, feeding: before }: CorrectionItem,
  uniqueId: string,
  correction: StoredCorrection,
  call: Call,
  services: Services,
): Promise<void> {
  const isHeld = before !== undefined && (await stands(before.uniqueId, correction, services));
  const now = services.now().getTime();
  const until = new Date(now + pendingFor(services.config.DMP_TIMEOUT_MS)).toISOString();
  const take = (current: StoredCorrection): StoredCorrection => {
    const { refedId, feeding } = itemOf(current, documentId);
    if (refedId !== undefined) throw fedAlready(refedId);
    const isOther = feeding !== undefined && feeding.uniqueId !== uniqueId;
    if (isOther && (isHeld || feeding.uniqueId !== before?.uniqueId || Date.parse(feeding.until) > now))
      throw new IssueError({ key: 'correction-feeding', expression: 'document' });
    return withItem(current, documentId, { feeding: { uniqueId, until } });
  };
  await changeCorrection(correction.id, take, call, services);
}

/** Whether a document of this uniqueId stands in the right record, or may stand there. */
async function stands(uniqueId: string, { rightPatientId }: StoredCorrection, { store }: Services): Promise<boolean> {
  const found = await store.documents.byIdentifier(uniqueId);
  return found !== undefined && found.patientId === rightPatientId;
}

/** Why it failed stays with the document. Nothing else is fed in its place as long as it may have been registered. */
async function keepProblem(
  { documentId }: CorrectionItem,
  uniqueId: string | undefined,
  error: unknown,
  correction: StoredCorrection,
  call: Call,
  services: Services,
): Promise<void> {
  const { id, rightPatientId = '' } = correction;
  const problem = toProblem(error).issues[0]?.key ?? 'internal';
  const documents = [documentId];
  await recordStep({ step: 'feed', correction: id, documents, problem }, rightPatientId, 'failure', call, services);
  const isOpen = !(error instanceof IssueError) || problem === 'deposit-pending';
  const isHeld = isOpen && uniqueId !== undefined && (await stands(uniqueId, correction, services));
  const change = (current: StoredCorrection): StoredCorrection => {
    const { refedId, feeding } = itemOf(current, documentId);
    if (refedId !== undefined) return current;
    const isOver = !isHeld && feeding?.uniqueId === uniqueId;
    return withItem(current, documentId, { problem, ...(isOver ? { feeding: undefined } : {}) });
  };
  await changeCorrection(id, change, call, services);
}

/** What is wrong with the resource, where it stands in the Parameters. */
const inside = (error: IssueError, path: string): IssueError =>
  new IssueError(
    error.issues.map((i) => ({ ...i, expression: (i.expression ?? '').replace(/^DocumentReference\b/, path) || path })),
  );
