/**
 * What the store keeps of a set (encrypted): enough to answer a read of the List and a repeated deposit without asking the
 * DMP, which forbids it after feeding.
 */
import type { DocumentEntry, SubmissionSet } from '../../../mappings/xds.ts';

export interface SetPayload {
  set: SubmissionSet;
  /** In the order of the set; `id` is our DocumentReference.id. */
  documents: { id: string; entry: DocumentEntry }[];
  /** ISO instant of the deposit: meta.lastUpdated. */
  submittedAt: string;
}

/** The payload as the store gives it back. */
export function readSetPayload(payload: unknown): SetPayload {
  return payload as SetPayload;
}
