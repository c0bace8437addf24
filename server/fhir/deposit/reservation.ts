/**
 * The uniqueIds of a submission: what taking them says. Idempotent by uniqueId and bytes (design « Identity of things »): the
 * same again finds the first, other bytes are a conflict.
 */
import { visibilityOf } from '../../../mappings/attributes.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Foreseen, HeldDocument, NewDocument, Reservation, StoredSet } from '../../store/types.ts';
import type { Services } from '../services.ts';
import type { Attempt } from './attempt.ts';
import type { Prepared } from './prepare.ts';
import type { Submission } from './submit.ts';

/** A document as the store reserves it. */
export const toReserve = (
  { entry, digest, content }: Prepared,
  patientId: string,
  setId: string,
  repositoryUniqueId: string,
): NewDocument => ({
  uniqueId: entry.uniqueId,
  repositoryUniqueId,
  patientId,
  setId,
  contentDigest: digest,
  hash: entry.hash ?? '',
  size: content.length,
  mimeType: entry.mimeType,
  labels: [...visibilityOf(entry.confidentialityCodes)],
});

/** What the reservations say together. @throws IssueError duplicate, document-already-deposited, deposit-pending */
export function judge(
  reservations: readonly Foreseen[],
  documents: readonly { path: string }[],
): 'new' | 'existing' | 'pending' {
  const at = (state: Reservation['state']): number[] => reservations.flatMap((r, i) => (r.state === state ? [i] : []));
  const refuse = (key: string, indices: readonly number[]): never => {
    throw new IssueError(indices.map((i) => ({ key, expression: `${documents[i]?.path ?? ''}.masterIdentifier` })));
  };
  const conflicts = at('conflict');
  if (conflicts.length > 0) refuse('duplicate', conflicts);
  const pending = at('pending');
  const known = at('existing');
  const sets = new Set(reservations.map((r) => r.document?.setId));
  if (known.length > 0 && (known.length < reservations.length || sets.size > 1)) {
    refuse(pending.length > 0 ? 'deposit-pending' : 'document-already-deposited', pending.length > 0 ? pending : known);
  }
  if (pending.length > 0 && (pending.length < reservations.length || sets.size > 1)) refuse('deposit-pending', pending);
  return known.length > 0 ? 'existing' : pending.length > 0 ? 'pending' : 'new';
}

/** How long a deposit may be without outcome before another may take it over: twice what the DMP is given to answer. */
export const pendingFor = (timeoutMs: number): number => Math.max(60_000, 2 * timeoutMs);

/**
 * Takes over a submission whose outcome never came: at once, when it was an attempt before this one.
 * @returns the documents as they are held from now on
 * @throws IssueError deposit-pending (503) while it may still be under way
 */
export async function takeOver(
  reservations: readonly Reservation[],
  services: Services,
  attempt?: Attempt,
): Promise<HeldDocument[]> {
  const olderThan = attempt?.isUncertain ? new Date(services.now().getTime() + anyAge) : takenOverBefore(services);
  const held: HeldDocument[] = [];
  for (const { document } of reservations) {
    const updatedAt = await services.store.documents.takeOver(document.id, olderThan);
    if (!updatedAt) throw new IssueError({ key: 'deposit-pending' });
    held.push({ id: document.id, updatedAt });
  }
  return held;
}

/** Frees what the DMP surely does not have; the rest is left to be taken over. What another attempt has now is theirs. */
export async function letGo(
  held: readonly HeldDocument[],
  isFree: boolean,
  { attempt }: Submission,
  { store }: Services,
): Promise<void> {
  if (attempt?.signal?.aborted) return;
  await (isFree ? store.documents.release(held) : store.documents.abandon(held.map(({ id }) => id)));
}

/** Beyond what the clocks of instances differ by. */
const anyAge = 86_400_000;

const takenOverBefore = ({ now, config }: Services): Date =>
  new Date(now().getTime() - pendingFor(config.DMP_TIMEOUT_MS));

/** Whether `takeOver` would succeed, without doing it. @throws IssueError deposit-pending (503) */
export function checkNotUnderWay(reservations: readonly Foreseen[], services: Services): void {
  const olderThan = takenOverBefore(services);
  if (reservations.some((r) => r.document && r.document.updatedAt >= olderThan))
    throw new IssueError({ key: 'deposit-pending' });
}

/**
 * The set's own uniqueId is free, or its own.
 * @param keptSetId List.id that a submission under way was given
 * @returns a set without documents that was deposited already: its uniqueId is all that it is known by
 * @throws IssueError duplicate, also of a set that another structure deposited
 */
export async function checkSet(
  { set, setPath, documents, ins }: Submission,
  keptSetId: string | undefined,
  { store }: Services,
): Promise<StoredSet | undefined> {
  const duplicate = new IssueError({ key: 'duplicate', ...(setPath ? { expression: `${setPath}.identifier` } : {}) });
  const sameSet = await store.sets.byUniqueId(set.uniqueId);
  if (!sameSet && (await store.sets.isAnothers(set.uniqueId))) throw duplicate;
  if (!sameSet || sameSet.id === keptSetId) return undefined;
  const owner = await store.patients.byId(sameSet.patientId);
  if (documents.length === 0 && owner?.ins.value === ins.value && owner.ins.oid === ins.oid) return sameSet;
  throw duplicate;
}

/** @throws IssueError unique-id-repeated */
export function checkRepeated(documents: readonly Prepared[]): void {
  const repeated = documents.filter((d, i) => documents.findIndex((o) => o.entry.uniqueId === d.entry.uniqueId) !== i);
  if (repeated.length > 0)
    throw new IssueError(
      repeated.map((d) => ({ key: 'unique-id-repeated', expression: `${d.path}.masterIdentifier` })),
    );
}
