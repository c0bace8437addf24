/**
 * What was deposited here of submission sets and folders: a structure cannot ask a DMP for it, and `List` reads it. Each is its
 * depositor's alone.
 */
import type { Cipher } from './cipher.ts';
import type { List, PrismaClient } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import type { SetStore, StoredSet } from './types.ts';
import type { Eyes } from './viewer.ts';

export function setStore(prisma: PrismaClient, cipher: Cipher, eyes: Eyes): SetStore {
  // The table's first name: what it holds was sealed under it.
  const placeOf = (id: string) => ['submission_set', 'payload_sealed', id] as const;
  const isAnothers = (row: Pick<List, 'payloadSealed' | 'structure'>): boolean =>
    row.payloadSealed !== null && !eyes.isOwn('list', row.structure);
  const read = (row: List | null): StoredSet | undefined =>
    row?.payloadSealed && !isAnothers(row)
      ? {
          id: row.id,
          ...(row.kind === 'folder' ? { kind: row.kind } : {}),
          patientId: row.patientId,
          uniqueId: row.uniqueId,
          payload: cipher.open(placeOf(row.id), row.payloadSealed),
          documentIds: row.documentIds,
        }
      : undefined;
  const byUniqueId = (uniqueId: string, kind: string) =>
    prisma.list.findUnique({ where: { kind_uniqueId: { kind, uniqueId } } });
  return {
    async save({ id, payload, kind = 'submissionset', ...rest }) {
      const payloadSealed = cipher.seal(placeOf(id), payload);
      await prisma.$transaction(async (db) => {
        const [held] = await db.$queryRaw<Pick<List, 'id' | 'payloadSealed' | 'structure'>[]>`
          SELECT id, payload_sealed AS "payloadSealed", structure FROM list
          WHERE id = ${id}::uuid OR (kind = ${kind} AND unique_id = ${rest.uniqueId})
          ORDER BY payload_sealed IS NULL FOR UPDATE`;
        if (held && isAnothers(held)) throw new RangeError('This list was deposited by another structure.');
        await takeOver(db, { id, kind, uniqueId: rest.uniqueId });
        const data = { ...rest, payloadSealed, structure: eyes.depositor.list };
        const named = { value: rest.uniqueId };
        const known = { where: { value_listId: { ...named, listId: id } }, create: named };
        await db.list.upsert({
          where: { id },
          create: { id, kind, ...data, identifiers: { create: named } },
          update: { ...data, identifiers: { connectOrCreate: known } },
        });
      });
    },
    byId: async (id) => (isUuid(id) ? read(await prisma.list.findUnique({ where: { id } })) : undefined),
    byUniqueId: async (uniqueId, kind = 'submissionset') => read(await byUniqueId(uniqueId, kind)),
    async isAnothers(uniqueId, kind = 'submissionset') {
      const row = await byUniqueId(uniqueId, kind);
      return row !== null && isAnothers(row);
    },
  };
}

/**
 * A deposit whose outcome was not known at first may have been seen in the registry before it is saved: the list moves to the
 * id of the deposit, and the id under which it was seen goes on leading to it.
 */
async function takeOver(
  db: Pick<PrismaClient, '$executeRaw'>,
  { id, kind, uniqueId }: { id: string; kind: string; uniqueId: string },
) {
  await db.$executeRaw`
    WITH seen AS (
      SELECT id FROM list WHERE kind = ${kind} AND unique_id = ${uniqueId} AND id <> ${id}::uuid
    ), moved AS (
      UPDATE list SET id = ${id}::uuid FROM seen WHERE list.id = seen.id RETURNING seen.id AS was
    )
    INSERT INTO list_identifier (value, list_id) SELECT was::text, ${id}::uuid FROM moved`;
}
