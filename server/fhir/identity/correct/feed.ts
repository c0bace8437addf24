/**
 * A document issued again, fed to the right record: a normal deposit, of the right patient and under a new uniqueId, once the
 * former is deleted. The façade keeps no content and a CDA names its patient: only its sender can issue it again.
 */
import { IssueError } from '../../../../mappings/outcome.ts';
import type { CorrectionItem, StoredCorrection } from '../../../store/types.ts';
import { oidOfUrn } from '../../deposit/oid.ts';
import { depositOne } from '../../deposit/one.ts';
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
    (current) => withItem(current, documentId, { refedId, dropped: undefined, problem: undefined }),
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
  { id, rightPatientId = '' }: StoredCorrection,
  call: Call,
  services: Services,
): Promise<string> {
  const { requestId, caller } = call;
  if (item.refedId !== undefined) {
    const before = await services.store.documents.byId(item.refedId);
    if (before?.uniqueId === uniqueIdIn(resource)) return item.refedId;
    throw new IssueError({ key: 'correction-fed', expression: 'document', values: { document: item.refedId } });
  }
  try {
    const deposited = await depositOne(resource, services, caller, { requestId, patient: ins });
    return deposited.id ?? '';
  } catch (error) {
    const problem = toProblem(error).issues[0]?.key ?? 'internal';
    const documents = [item.documentId];
    await recordStep({ step: 'feed', correction: id, documents, problem }, rightPatientId, 'failure', call, services);
    await changeCorrection(id, (current) => withItem(current, item.documentId, { problem }), call, services);
    throw error instanceof IssueError ? inside(error, path) : error;
  }
}

/** What is wrong with the resource, where it stands in the Parameters. */
const inside = (error: IssueError, path: string): IssueError =>
  new IssueError(
    error.issues.map((i) => ({ ...i, expression: (i.expression ?? '').replace(/^DocumentReference\b/, path) || path })),
  );
