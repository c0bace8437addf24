/** Documents: their opaque ids, what the registry calls them, and the submissions under way. */
import { bind } from './bind.ts';
import type { Cipher } from './cipher.ts';
import { rowReader } from './document-rows.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { isUuid, plainIdentifier } from './identifiers.ts';
import { foresee, reserve } from './reserve.ts';
import type { DocumentStore, StoredDocument } from './types.ts';

const withPatient = { patient: { select: { insSealed: true } } } as const;

export function documentStore(prisma: PrismaClient, cipher: Cipher): DocumentStore {
  const pending = (ids: readonly string[]) => ({ id: { in: ids.filter(isUuid) }, state: 'pending' });
  const named = async (value: string, take?: number): Promise<StoredDocument[]> => {
    const rows = await prisma.documentIdentifier.findMany({
      where: { value: plainIdentifier(value) },
      orderBy: { document: { updatedAt: 'desc' } },
      include: { document: { include: withPatient } },
      ...(take === undefined ? {} : { take }),
    });
    const read = rowReader(cipher);
    return rows.map(({ document }) => read({ ...document, insSealed: document.patient.insSealed }));
  };
  return {
    reserve: (deposits) => reserve(prisma, cipher, deposits),
    foresee: (deposits, ins) => foresee(prisma, cipher, deposits, ins),
    bind: (seen) => bind(prisma, cipher, seen),
    async confirm(ids) {
      await prisma.$executeRaw`
        UPDATE document SET state = 'confirmed', updated_at = now()
        WHERE id = ANY(${ids.filter(isUuid)}::uuid[]) AND state = 'pending'`;
    },
    async release(ids) {
      await prisma.document.deleteMany({ where: pending(ids) });
    },
    async abandon(ids) {
      await prisma.$executeRaw`
        UPDATE document SET updated_at = 'epoch'
        WHERE id = ANY(${ids.filter(isUuid)}::uuid[]) AND state = 'pending'`;
    },
    async takeOver(id, olderThan) {
      if (!isUuid(id)) return false;
      const taken = await prisma.$executeRaw`
        UPDATE document SET updated_at = now()
        WHERE id = ${id}::uuid AND state = 'pending' AND updated_at < ${olderThan}`;
      return taken === 1;
    },
    async byId(id) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.document.findUnique({ where: { id }, include: withPatient });
      return row === null ? undefined : rowReader(cipher)({ ...row, insSealed: row.patient.insSealed });
    },
    byIdentifier: async (value) => (await named(value, 1))[0],
    allByIdentifier: (value) => named(value),
    async changeStatus(id, availabilityStatus) {
      if (!isUuid(id)) return;
      await prisma.$executeRaw`
        UPDATE document SET availability_status = ${availabilityStatus}, revision = revision + 1, updated_at = now()
        WHERE id = ${id}::uuid AND availability_status IS DISTINCT FROM ${availabilityStatus}`;
    },
    async byIdentifiers(values) {
      if (values.length === 0) return new Map();
      const named = await prisma.documentIdentifier.findMany({
        where: { value: { in: [...new Set(values.map(plainIdentifier))] } },
        orderBy: { document: { updatedAt: 'asc' } },
        include: { document: { include: withPatient } },
      });
      const read = rowReader(cipher);
      // Of several documents the one that was seen last, as above.
      const rows = new Map(named.map(({ value, document }) => [value, document]));
      return new Map(
        values.flatMap((value) => {
          const row = rows.get(plainIdentifier(value));
          return row === undefined ? [] : [[value, read({ ...row, insSealed: row.patient.insSealed })]];
        }),
      );
    },
  };
}
