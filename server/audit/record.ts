/** Puts something on record in the name of a caller; durable when it resolves. */
import { recordToAuditEvent } from '../../mappings/audit/event.ts';
import { detailsOf } from '../../mappings/audit/record.ts';
import { termsOf } from '../../mappings/audit/terms.ts';
import type { Caller } from '../auth/caller.ts';
import type { NewRecord, Store } from '../store/types.ts';
import { gatewayOf, type GatewayConfig } from './gateway.ts';

/** What keeping a record takes. */
export interface RecordRoom {
  store: Pick<Store, 'records'>;
  config: GatewayConfig;
  now: () => Date;
}

export type Entry = Pick<NewRecord, 'kind' | 'patientId' | 'outcome' | 'details' | 'requestId'>;

/**
 * What cannot be put on record is not answered. Not an IssueError: those are raised before anything is sent to the DMP, and this
 * may come after.
 */
export class RecordUnavailable extends Error {
  override name = 'RecordUnavailable';
}

/** Whoever is on record without being a caller: known by a PS_IdNat alone (`person`), or not at all. */
export type Author = Caller | { structure: { id: string }; clientId: string; person?: string };

/**
 * Keeps who did it (names, roles, purpose, reason) beside what was done, so that the record can be read when the token is long gone.
 * @param entries `details` is JSON about what was done: see `What` in mappings/audit/record.ts for the names that are understood.
 * Nothing in it identifies a patient: that is `patientId`. All are kept, or none.
 * @throws RecordUnavailable
 */
export async function record(
  { store, now, config }: RecordRoom,
  author: Author,
  ...entries: readonly Entry[]
): Promise<void> {
  const { structure, clientId } = author;
  const who = 'personId' in author ? { ...author, structureName: author.structure.name } : undefined;
  const person = 'personId' in author ? author.personId : author.person;
  const gateway = gatewayOf(config, who?.structureName);
  const records = entries.map((entry): NewRecord => {
    const kept = {
      ...entry,
      details: detailsOf(who, entry.details),
      at: now(),
      structure: structure.id,
      ...(person === undefined ? {} : { person }),
      clientId,
    };
    return { ...kept, terms: termsOf(recordToAuditEvent({ id: '', ...kept }, gateway, 'en')) };
  });
  try {
    await store.records.append(records);
  } catch (cause) {
    throw new RecordUnavailable('append', { cause });
  }
}
