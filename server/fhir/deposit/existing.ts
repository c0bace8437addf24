/** A deposit that was made already: what is on record of it, without asking the DMP. */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Reservation } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { readSetPayload, type KeptDocument, type SetPayload } from './payload.ts';
import { sameRelations } from './relations.ts';
import type { Submission, Submitted } from './submit.ts';

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
    const kept = onRecord?.documents.find((d) => d.id === id) ?? (given && { id, entry: given.entry });
    if (onRecord && given && !sameRelations(kept?.relations ?? [], given.relations))
      throw new IssueError({ key: 'deposited-otherwise', expression: `${given.path}.relatesTo` });
    return kept ? [kept] : [];
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
