/** Corrections of what was fed to the wrong record. Of two who change one at once, the second is told to read it again. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { Correction, Prisma, PrismaClient } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import type { CorrectionItem, CorrectionStore, StoredCorrection } from './identity-types.ts';

export function correctionStore(prisma: PrismaClient, cipher: Cipher): CorrectionStore {
  const structureOf = (structure: string) => cipher.index('correction.structure', structure);
  const placeOf = (id: string) => ['correction', 'content_sealed', id] as const;

  const read = (row: Correction): StoredCorrection => ({
    id: row.id,
    wrongPatientId: row.wrongPatientId,
    ...(row.rightPatientId === null ? {} : { rightPatientId: row.rightPatientId }),
    reason: cipher.open(placeOf(row.id), row.contentSealed) as string,
    items: readItems(row.items),
    state: row.state as StoredCorrection['state'],
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });

  return {
    async create({ structure, wrongPatientId, rightPatientId, reason, items }, now) {
      const id = randomUUID();
      return prisma.$transaction(async (db) => {
        // Two at once wait for each other here.
        await db.$queryRaw`SELECT id FROM patient WHERE id = ${wrongPatientId}::uuid FOR NO KEY UPDATE`;
        const where = { structure: structureOf(structure), wrongPatientId, state: 'open' };
        const open = await db.correction.findFirst({ where, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
        if (open !== null) return read(open);
        const row = await db.correction.create({
          data: {
            ...where,
            id,
            rightPatientId: rightPatientId ?? null,
            contentSealed: cipher.seal(placeOf(id), reason),
            items: writeItems(items),
            createdAt: now,
            updatedAt: now,
          },
        });
        return read(row);
      });
    },

    async byId(id, structure) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.correction.findFirst({ where: { id, structure: structureOf(structure) } });
      return row === null ? undefined : read(row);
    },

    async save({ id, version, rightPatientId, reason, items, state }, now) {
      if (!isUuid(id)) return false;
      const { count } = await prisma.correction.updateMany({
        where: { id, version },
        data: {
          rightPatientId: rightPatientId ?? null,
          contentSealed: cipher.seal(placeOf(id), reason),
          items: writeItems(items),
          state,
          version: { increment: 1 },
          updatedAt: now,
        },
      });
      return count === 1;
    },

    async ofStructure(structure, { state, patientId } = {}) {
      if (patientId !== undefined && !isUuid(patientId)) return [];
      const rows = await prisma.correction.findMany({
        where: {
          structure: structureOf(structure),
          ...(state === undefined ? {} : { state }),
          ...(patientId === undefined ? {} : { wrongPatientId: patientId }),
        },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      return rows.map(read);
    },
  };
}

/** As JSON: instants are texts. */
type ItemJson = Omit<CorrectionItem, 'deletedAt'> & { deletedAt?: string };

const writeItems = (items: readonly CorrectionItem[]): Prisma.InputJsonArray =>
  items.map(({ deletedAt, ...item }) => ({ ...item, ...(deletedAt ? { deletedAt: deletedAt.toISOString() } : {}) }));

const readItems = (items: unknown): CorrectionItem[] =>
  (items as ItemJson[]).map(({ deletedAt, ...item }) => ({
    ...item,
    ...(deletedAt === undefined ? {} : { deletedAt: new Date(deletedAt) }),
  }));
