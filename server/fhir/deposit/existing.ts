/** A deposit that was made already: what is on record of it, without asking the DMP. */
import type { DocumentReference } from '@medplum/fhirtypes';
import { IssueError } from '../../../mappings/outcome.ts';
import type { PatientIns } from '../../dmp/types.ts';
import type { Foreseen, Reservation } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { readSetPayload, type KeptDocument, type SetPayload } from './payload.ts';
import { sameRelations } from './relations.ts';
import { depositedReference } from './resource.ts';
import type { Submission, Submitted } from './submit.ts';
import type { Target } from './target.ts';

/** @throws IssueError deposited-otherwise when the first deposit said other relations */
export async function existing(
  setId: string | undefined,
  reservations: readonly Reservation[],
  submission: Submission,
  patientId: string,
  { store, now }: Services,
): Promise<Submitted> {
  const stored = setId === undefined ? undefined : await store.sets.byId(setId);
  const onRecord = stored && readSetPayload(stored.payload);
  const documents = reservations.flatMap(({ document: { id } }, i): KeptDocument[] => {
    const given = submission.documents[i];
    const kept = onRecord?.documents.find((d) => d.id === id);
    if (kept && given) checkSame(kept, given);
    return kept ? [kept] : given ? [{ id, entry: given.entry }] : [];
  });
  const payload: SetPayload = {
    ...onRecord,
    set: onRecord?.set ?? submission.set,
    documents,
    submittedAt: onRecord?.submittedAt ?? now().toISOString(),
  };
  return {
    created: false,
    setId: setId ?? '',
    patientId,
    payload,
    folderIds: onRecord?.folders ?? [],
    targetIds: new Map([...documents.flatMap((d) => (d.relations ?? []).map((r) => [r.uniqueId, r.id] as const))]),
    missing: new Set(),
    issues: [],
  };
}

/** A deposit that is sent again says the relations of the first. */
function checkSame(kept: KeptDocument, given: Submission['documents'][number]): void {
  if (!sameRelations(kept.relations ?? [], given.relations))
    throw new IssueError({ key: 'deposited-otherwise', expression: `${given.path}.relatesTo` });
}

/** The same for a dry run. @throws IssueError deposited-otherwise */
export async function checkRelationsKept(
  foreseen: readonly Foreseen[],
  documents: Submission['documents'],
  { store }: Services,
): Promise<void> {
  const setId = foreseen[0]?.document?.setId;
  const stored = setId === undefined ? undefined : await store.sets.byId(setId);
  const onRecord = stored && readSetPayload(stored.payload);
  documents.forEach((given, i) => {
    const kept = onRecord?.documents.find((d) => d.id === foreseen[i]?.document?.id);
    if (kept) checkSame(kept, given);
  });
}

/**
 * A document that exists, as far as it is known without reading it: its id, and the resource when it was deposited here.
 * @param found what a condition found; a document that was never seen here gets its id now
 * @throws IssueError target-other-patient
 */
export async function keptDocument(
  { uniqueId, document, path, entryUuid = '' }: Target & { entryUuid?: string },
  ins: PatientIns,
  { store, config }: Services,
): Promise<{ id: string; resource?: DocumentReference }> {
  if (!document) {
    const patient = await store.patients.byIns(ins);
    const seen = {
      repositoryUniqueId: config.REPOSITORY_UNIQUE_ID,
      uniqueId,
      entryUuid,
      mimeType: 'text/xml',
    } as const;
    // A reference says nothing of whose it is: another structure may know.
    const [bound] = await store.documents.bind([{ ...seen, patientId: patient.id, assumed: true }]);
    if (bound?.patientId !== patient.id) throw new IssueError({ key: 'target-other-patient', expression: path });
    return { id: bound.id };
  }
  const { id, patientId, setId } = document;
  const stored = setId === undefined ? undefined : await store.sets.byId(setId);
  const payload = stored && readSetPayload(stored.payload);
  const kept = payload?.documents.find((d) => d.id === id);
  if (!payload || !kept) return { id };
  return { id, resource: depositedReference(kept, { patientId, submittedAt: payload.submittedAt, config }) };
}
