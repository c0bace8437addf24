/** Documents: their opaque ids, what the registry calls them, and the submissions under way. */
import { bind } from './bind.ts';
import type { Cipher } from './cipher.ts';
import { documentColumns, type DocumentRow, rowReader } from './document-rows.ts';
import { Prisma, type PrismaClient } from './generated/prisma/client.ts';
import { isUuid, plainIdentifier } from './identifiers.ts';
import { foresee, reserve } from './reserve.ts';
import type { DocumentStore, StoredDocument } from './types.ts';
import { structureIndex, type Eyes } from './viewer.ts';

/** What the DMP says of documents that are there no more, or in an older version (server/store imports no mappings). */
const DELETED = 'urn:asip:ci-sis:2010:StatusType:Deleted';
const GONE = [DELETED, 'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated'];

const withPatient = { patient: { select: { insSealed: true } } } as const;

export function documentStore(prisma: PrismaClient, cipher: Cipher, eyes: Eyes): DocumentStore {
  const reader = () => rowReader(cipher, eyes);
  const named = async (value: string, take?: number): Promise<StoredDocument[]> => {
    const rows = await prisma.documentIdentifier.findMany({
      where: { value: plainIdentifier(value), document: eyes.knowsDocument },
      orderBy: { document: { updatedAt: 'desc' } },
      include: { document: { include: withPatient } },
      ...(take === undefined ? {} : { take }),
    });
    const read = reader();
    return rows.map(({ document }) => read({ ...document, insSealed: document.patient.insSealed }));
  };
  return {
    reserve: (deposits) => reserve(prisma, cipher, eyes, deposits),
    foresee: (deposits, ins) => foresee(prisma, cipher, eyes, deposits, ins),
    bind: (seen) => bind(prisma, reader(), seen),
    async confirm(ids) {
      await prisma.$executeRaw`
        UPDATE document SET state = 'confirmed', updated_at = now()
        WHERE id = ANY(${ids.filter(isUuid)}::uuid[]) AND state = 'pending'`;
    },
    async release(held) {
      const mine = held.map(({ id, updatedAt }) => ({ id, updatedAt }));
      await prisma.document.deleteMany({ where: { state: 'pending', OR: mine } });
    },
    async abandon(ids) {
      await prisma.$executeRaw`
        UPDATE document SET updated_at = 'epoch'
        WHERE id = ANY(${ids.filter(isUuid)}::uuid[]) AND state = 'pending'`;
    },
    async takeOver(id, olderThan) {
      if (!isUuid(id)) return undefined;
      const [taken] = await prisma.$queryRaw<Pick<StoredDocument, 'updatedAt'>[]>`
        UPDATE document SET updated_at = now()
        WHERE id = ${id}::uuid AND state = 'pending' AND updated_at < ${olderThan}
        RETURNING updated_at AS "updatedAt"`;
      return taken?.updatedAt;
    },
    async byId(id) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.document.findFirst({ where: { id, ...eyes.knowsDocument }, include: withPatient });
      return row === null ? undefined : reader()({ ...row, insSealed: row.patient.insSealed });
    },
    byIdentifier: async (value) => (await named(value, 1))[0],
    allByIdentifier: (value) => named(value),
    async changeStatus(id, availabilityStatus) {
      if (!isUuid(id)) return;
      await prisma.$executeRaw`
        UPDATE document SET availability_status = ${availabilityStatus}, revision = revision + 1, updated_at = now()
        WHERE id = ${id}::uuid AND availability_status IS DISTINCT FROM ${availabilityStatus}`;
    },
    async changeLabels(id, labels) {
      if (!isUuid(id)) return;
      await prisma.$executeRaw`
        UPDATE document SET labels = ${labels}::text[], updated_at = now()
        WHERE id = ${id}::uuid AND (labels IS NULL OR NOT (labels @> ${labels}::text[] AND labels <@ ${labels}::text[]))`;
    },
    async depositedBy(structure, { label, patientId, since, until, all = false }) {
      if (patientId !== undefined && !isUuid(patientId)) return [];
      const only = [
        Prisma.sql`d.structure = ${structureIndex(cipher, structure)}`,
        Prisma.sql`d.state = ANY(${all ? ['confirmed', 'pending'] : ['confirmed']}) AND d.set_id IS NOT NULL`,
        Prisma.sql`(d.availability_status IS NULL OR d.availability_status <> ALL(${all ? [DELETED] : GONE}))`,
        ...(label === undefined ? [] : [Prisma.sql`${label} = ANY(d.labels)`]),
        ...(patientId === undefined ? [] : [Prisma.sql`d.patient_id = ${patientId}::uuid`]),
        ...(since === undefined ? [] : [Prisma.sql`d.created_at >= ${since}`]),
        ...(until === undefined ? [] : [Prisma.sql`d.created_at < ${until}`]),
      ];
      const rows = await prisma.$queryRaw<DocumentRow[]>`
        SELECT ${documentColumns} FROM document d JOIN patient p ON p.id = d.patient_id
        WHERE ${Prisma.join(only, ' AND ')} ORDER BY d.created_at, d.id`;
      return rows.map(reader());
    },
    async byIdentifiers(values) {
      if (values.length === 0) return new Map();
      const named = await prisma.documentIdentifier.findMany({
        where: { value: { in: [...new Set(values.map(plainIdentifier))] }, document: eyes.knowsDocument },
        orderBy: { document: { updatedAt: 'asc' } },
        include: { document: { include: withPatient } },
      });
      const read = reader();
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
