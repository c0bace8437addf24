/** Submission sets that were deposited here: a DMP does not give them back, and `List` reads them. */
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import type { SubmissionSet } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import type { SetStore, StoredSet } from './types.ts';

export function setStore(db: Database, cipher: Cipher): SetStore {
  const read = (row: SubmissionSet | null): StoredSet | undefined =>
    row === null
      ? undefined
      : {
          id: row.id,
          patientId: row.patientId,
          uniqueId: row.uniqueId,
          payload: cipher.open(['submission_set', 'payload_sealed', row.id], row.payloadSealed),
          documentIds: row.documentIds,
        };
  return {
    async save({ id, payload, ...rest }) {
      const data = { ...rest, payloadSealed: cipher.seal(['submission_set', 'payload_sealed', id], payload) };
      await db.submissionSet.upsert({ where: { id }, create: { id, ...data }, update: data });
    },
    byId: async (id) => (isUuid(id) ? read(await db.submissionSet.findUnique({ where: { id } })) : undefined),
    byUniqueId: async (uniqueId) => read(await db.submissionSet.findUnique({ where: { uniqueId } })),
  };
}
