/** The beginning of a correction: what this structure fed to the wrong record, listed and kept. */
import { IssueError } from '../../../../mappings/outcome.ts';
import type { CorrectionItem, StoredCorrection, StoredDocument } from '../../../store/types.ts';
import type { Call } from '../../interaction.ts';
import type { Services } from '../../services.ts';
import type { CorrectionInput } from './input.ts';
import { changeCorrection, recordStep, withState } from './kept.ts';
import { rightPatient, wrongPatient } from './patients.ts';

/** Characters that a reason of substance has. */
const reasonMin = 20;

/**
 * Starts a correction, or goes on with the open one of the same record. Where nothing was fed there is nothing to do: it is done,
 * and on record that somebody looked.
 * @throws IssueError correction-reason, correction-same-record, correction-document, and what the two patients are refused for
 */
export async function startCorrection(
  { wrong, right, reason = '', documents }: CorrectionInput,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const { store, now } = services;
  const structure = call.caller.structure.id;
  if (wrong === undefined)
    throw new IssueError({ key: 'operation-parameter-required', values: { name: 'wrong | correction' } });
  if (reason.replace(/\s+/g, ' ').length < reasonMin)
    throw new IssueError({ key: 'correction-reason', expression: 'reason', values: { min: reasonMin } });
  const { id: wrongPatientId } = await wrongPatient(wrong, call, services);
  const rightPatientId = right === undefined ? undefined : await rightOf(right, wrongPatientId, call, services);
  // Superseded ones, too, and those whose answer never came: they may stand there all the same.
  const fed = await store.documents.depositedBy(structure, { patientId: wrongPatientId, all: true });
  const items = chosen(fed, documents);
  const [open] = await store.corrections.ofStructure(structure, { state: 'open', patientId: wrongPatientId });
  // An open one goes on: with what is named, or with what was fed there since it began; what was left out stays out.
  const since = open && documents.length === 0 ? open.createdAt : undefined;
  const added = since
    ? chosen(
        fed.filter((d) => d.createdAt > since),
        [],
      )
    : items;
  const { id } =
    open ??
    (await store.corrections.create(
      { structure, wrongPatientId, ...(rightPatientId ? { rightPatientId } : {}), reason, items },
      now(),
    ));
  const correction = await changeCorrection(
    id,
    (current) => withItems(rightPatientId ? withRight(current, rightPatientId) : current, added),
    call,
    services,
  );
  const ids = correction.items.map((i) => i.documentId);
  await recordStep({ step: 'start', correction: id, documents: ids }, wrongPatientId, 'success', call, services);
  return correction;
}

/** The right record, given later or again. @throws IssueError correction-same-record, correction-right-fixed */
export async function setRight(
  correction: StoredCorrection,
  right: string,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const patientId = await rightOf(right, correction.wrongPatientId, call, services);
  if (correction.rightPatientId === patientId) return correction;
  const { id } = correction;
  const changed = await changeCorrection(id, (current) => withRight(current, patientId), call, services);
  await recordStep({ step: 'right', correction: id }, patientId, 'success', call, services);
  return changed;
}

async function rightOf(right: string, wrongPatientId: string, call: Call, services: Services): Promise<string> {
  const { id } = await rightPatient(right, call, services);
  if (id === wrongPatientId) throw new IssueError({ key: 'correction-same-record', expression: 'right' });
  return id;
}

function withRight(correction: StoredCorrection, rightPatientId: string): StoredCorrection {
  const { rightPatientId: before } = correction;
  if (before !== undefined && before !== rightPatientId)
    throw new IssueError({ key: 'correction-right-fixed', expression: 'right' });
  return { ...correction, rightPatientId };
}

const withItems = (correction: StoredCorrection, items: readonly CorrectionItem[]): StoredCorrection =>
  withState({
    ...correction,
    items: [
      ...correction.items,
      ...items.filter((item) => !correction.items.some((i) => i.documentId === item.documentId)),
    ],
  });

/** All that was fed, or the documents that are named. @throws IssueError correction-document */
function chosen(fed: readonly StoredDocument[], documents: readonly string[]): CorrectionItem[] {
  if (documents.some((id) => !fed.some((d) => d.id === id)))
    throw new IssueError({ key: 'correction-document', expression: 'document' });
  const wanted = documents.length === 0 ? fed : fed.filter((d) => documents.includes(d.id));
  return wanted.map((d) => ({ documentId: d.id, uniqueId: d.uniqueId }));
}
