/** Puts something on record in the name of a caller; durable when it resolves. */
import type { Caller } from '../auth/caller.ts';
import type { NewRecord, Store } from '../store/types.ts';

/** @throws DatabaseError: what cannot be put on record is not answered */
export async function record(
  { store, now }: { store: Pick<Store, 'records'>; now: () => Date },
  caller: Caller,
  what: Pick<NewRecord, 'kind' | 'patientId' | 'outcome' | 'details' | 'requestId'>,
): Promise<void> {
  const { structure, personId, clientId } = caller;
  await store.records.append({ ...what, at: now(), structure: structure.id, person: personId, clientId });
}
