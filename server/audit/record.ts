/** Puts something on record in the name of a caller; durable when it resolves. */
import { detailsOf } from '../../mappings/audit/record.ts';
import type { Caller } from '../auth/caller.ts';
import type { NewRecord, Store } from '../store/types.ts';

/**
 * Keeps who did it (names, roles, purpose, reason) beside what was done, so that the record can be read when the token is long gone.
 * @param what `details` is JSON about what was done: see `What` in mappings/audit/record.ts for the names that are understood.
 * Nothing in it identifies a patient: that is `patientId`.
 * @throws DatabaseError: what cannot be put on record is not answered
 */
export async function record(
  { store, now }: { store: Pick<Store, 'records'>; now: () => Date },
  caller: Caller,
  what: Pick<NewRecord, 'kind' | 'patientId' | 'outcome' | 'details' | 'requestId'>,
): Promise<void> {
  const { structure, personId, clientId } = caller;
  const details = detailsOf(caller, what.details);
  await store.records.append({ ...what, details, at: now(), structure: structure.id, person: personId, clientId });
}
