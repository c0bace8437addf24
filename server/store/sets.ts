/** What was deposited here of submission sets and folders: a structure cannot ask a DMP for it, and `List` reads it. */
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import type { List } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import type { SetStore, StoredSet } from './types.ts';

export function setStore(db: Database, cipher: Cipher): SetStore {
  // The table's first name: what it holds was sealed under it.
  const placeOf = (id: string) => ['submission_set', 'payload_sealed', id] as const;
  const read = (row: List | null): StoredSet | undefined =>
    row?.payloadSealed
      ? {
          id: row.id,
          ...(row.kind === 'folder' ? { kind: row.kind } : {}),
          patientId: row.patientId,
          uniqueId: row.uniqueId,
          payload: cipher.open(placeOf(row.id), row.payloadSealed),
          documentIds: row.documentIds,
        }
      : undefined;
  return {
    async save({ id, payload, kind = 'submissionset', ...rest }) {
      const data = { ...rest, payloadSealed: cipher.seal(placeOf(id), payload) };
      const named = { value: rest.uniqueId };
      const known = { where: { value_listId: { ...named, listId: id } }, create: named };
      await db.list.upsert({
        where: { id },
        create: { id, kind, ...data, identifiers: { create: named } },
        update: { ...data, identifiers: { connectOrCreate: known } },
      });
    },
    byId: async (id) => (isUuid(id) ? read(await db.list.findUnique({ where: { id } })) : undefined),
    byUniqueId: async (uniqueId, kind = 'submissionset') =>
      read(await db.list.findUnique({ where: { kind_uniqueId: { kind, uniqueId } } })),
  };
}
