/** A correction as it is kept: read, changed a little at a time, each step on record. */
import { IssueError } from '../../../../mappings/outcome.ts';
import { record } from '../../../audit/record.ts';
import type { CorrectionItem, NewRecord, StoredCorrection } from '../../../store/types.ts';
import type { Call } from '../../interaction.ts';
import type { Services } from '../../services.ts';

/** @throws IssueError not-found, also when it is another structure's */
export async function correctionOf(id: string, call: Call, { store }: Services): Promise<StoredCorrection> {
  const found = await store.corrections.byId(id, call.caller.structure.id);
  if (!found) throw new IssueError({ key: 'not-found', expression: 'correction', values: { type: 'correction' } });
  return found;
}

/** How often a change is tried when others change the same correction. */
const attempts = 5;

/**
 * Changes a correction and saves it at once; whoever changed it meanwhile is not overwritten.
 * @param change of what is current; called again when somebody was faster. @throws whatever refuses it
 * @throws IssueError correction-busy
 */
export async function changeCorrection(
  id: string,
  change: (current: StoredCorrection) => StoredCorrection,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  for (let i = 0; i < attempts; i++) {
    const current = await correctionOf(id, call, services);
    const next = withState(change(current));
    if (await services.store.corrections.save(next, services.now())) return correctionOf(id, call, services);
  }
  throw new IssueError({ key: 'correction-busy' });
}

/**
 * Done: of every document it is settled that it is gone from the wrong record (or that the DMP does not let it go), and what stands
 * in its place or that nothing does.
 */
export const isSettled = ({ deletedAt, obsolete, refedId, dropped }: CorrectionItem): boolean =>
  (deletedAt !== undefined || obsolete === true) && (refedId !== undefined || dropped === true);

export const withState = (correction: StoredCorrection): StoredCorrection => ({
  ...correction,
  state: correction.items.every(isSettled) ? 'done' : 'open',
});

/** @throws IssueError correction-document */
export function itemOf({ items }: StoredCorrection, documentId: string): CorrectionItem {
  const item = items.find((i) => i.documentId === documentId);
  if (!item) throw new IssueError({ key: 'correction-document', expression: 'document' });
  return item;
}

/** The correction with one item changed. */
export const withItem = (
  correction: StoredCorrection,
  documentId: string,
  change: Partial<CorrectionItem>,
): StoredCorrection => ({
  ...correction,
  items: correction.items.map((i) => (i.documentId === documentId ? { ...i, ...change } : i)),
});

/** What was done, or tried. */
interface Done {
  step: string;
  correction: string;
  documents?: readonly string[];
  /** Key of the error table: why it failed. */
  problem?: string;
  /** A document that was to be deleted and that the DMP did not hold any more. */
  absent?: boolean;
}

/** A step, succeeded or failed, on record under the patient whose record it touches. */
export async function recordStep(
  { documents = [], problem, ...done }: Done,
  patientId: string,
  outcome: NewRecord['outcome'],
  { caller, requestId }: Call,
  services: Services,
): Promise<void> {
  const details = {
    ...done,
    references: documents.map((id) => `DocumentReference/${id}`),
    ...(problem === undefined ? {} : { problems: [problem] }),
  };
  await record(services, caller, { kind: 'correction', requestId, patientId, outcome, details });
}
