/** What must stay on record: rows are added and read; the database refuses anything else. */
import type { Cipher } from './cipher.ts';
import { type KeptRecord, Prisma, type PrismaClient } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import { openIns } from './patients.ts';
import type { NewRecord, RecordQuery, RecordStore, StoredRecord } from './record-types.ts';
import { rowPlace } from './trail/rows.ts';
import type { Trail } from './trail/index.ts';

/** A record with its patient's sealed INS, when it has one. */
type Row = KeptRecord & { insSealed: Uint8Array | null };

const columns = Prisma.raw(`
  r.id, r.kind, r.at, r.client_id AS "clientId", r.request_id AS "requestId", r.patient_id AS "patientId", r.outcome,
  r.content_sealed AS "contentSealed", p.ins_sealed AS "insSealed"`);

export function recordStore(prisma: PrismaClient, cipher: Cipher, trail: Pick<Trail, 'append'>): RecordStore {
  const structureOf = (structure: string) => cipher.index('record.structure', structure);
  const personOf = (person: string) => cipher.index('record.person', person);
  const termOf = (term: string) => cipher.index('record.term', term);

  /** @param structure whose record it is: only its owner reads it, who says it */
  const read = (row: Row, structure: string): StoredRecord => {
    const { person, details } = cipher.open(rowPlace(row.id), row.contentSealed) as Pick<
      NewRecord,
      'person' | 'details'
    >;
    return {
      id: row.id,
      kind: row.kind as NewRecord['kind'],
      at: row.at,
      structure,
      ...(person === undefined ? {} : { person }),
      clientId: row.clientId,
      ...(row.requestId === null ? {} : { requestId: row.requestId }),
      ...(row.patientId === null ? {} : { patientId: row.patientId }),
      ...(row.patientId === null || row.insSealed === null
        ? {}
        : { ins: openIns(cipher, row.patientId, row.insSealed) }),
      outcome: row.outcome as NewRecord['outcome'],
      details,
    };
  };

  const rows = (where: Prisma.Sql, most: number) => prisma.$queryRaw<Row[]>`
    SELECT ${columns} FROM kept_record r LEFT JOIN patient p ON p.id = r.patient_id
    WHERE ${where} ORDER BY r.at DESC, r.id DESC LIMIT ${most}`;

  function conditions(query: RecordQuery): Prisma.Sql[] {
    const { structure, ids, kinds, person, patientId, outcome, terms = [], from, until } = query;
    return [
      Prisma.sql`r.structure = ${structureOf(structure)}`,
      ...(ids === undefined ? [] : [Prisma.sql`r.id = ANY(${ids.filter(isUuid)}::uuid[])`]),
      ...(kinds === undefined ? [] : [Prisma.sql`r.kind = ANY(${[...kinds]})`]),
      ...(person === undefined ? [] : [Prisma.sql`r.person = ${personOf(person)}`]),
      ...(patientId === undefined ? [] : [Prisma.sql`r.patient_id = ${patientId}::uuid`]),
      ...(outcome === undefined ? [] : [Prisma.sql`r.outcome = ${outcome}`]),
      ...terms.map((among) => Prisma.sql`r.terms && ${among.map(termOf)}::bytea[]`),
      ...(from === undefined ? [] : [Prisma.sql`r.at >= ${from}`]),
      ...(until === undefined ? [] : [Prisma.sql`r.at < ${until}`]),
    ];
  }

  /** A table that only grows is not counted to its end for every page. */
  async function count(all: Prisma.Sql[], to: number | undefined): Promise<number | undefined> {
    const limit = to === undefined ? Prisma.empty : Prisma.sql`LIMIT ${to + 1}`;
    const [counted] = await prisma.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM (SELECT 1 FROM kept_record r WHERE ${Prisma.join(all, ' AND ')} ${limit}) found`;
    const total = counted?.total ?? 0;
    return to !== undefined && total > to ? undefined : total;
  }

  /** Nothing comes after a record that the structure does not have: what is compared with NULL is not true. */
  const later = (after: string, structure: string) => Prisma.sql`(r.at, r.id) < (
    SELECT a.at, a.id FROM kept_record a WHERE a.id = ${after}::uuid AND a.structure = ${structureOf(structure)})`;

  return {
    append: (async (records: NewRecord | readonly NewRecord[]) => {
      const isList = 'length' in records;
      const ids = await trail.append(isList ? records : [records]);
      return isList ? ids : ids[0]!;
    }) as RecordStore['append'],

    async byId(id, structure) {
      if (!isUuid(id)) return undefined;
      const where = Prisma.sql`r.id = ${id}::uuid AND r.structure = ${structureOf(structure)}`;
      const [row] = await rows(where, 1);
      return row === undefined ? undefined : read(row, structure);
    },

    async search(query) {
      const { structure, patientId, after, most, countTo } = query;
      if (patientId !== undefined && !isUuid(patientId)) return { total: 0, records: [] };
      const all = conditions(query);
      const total = await count(all, countTo);
      if (after !== undefined && !isUuid(after)) return { total, records: [] };
      const found = await rows(
        Prisma.join([...all, ...(after === undefined ? [] : [later(after, structure)])], ' AND '),
        most,
      );
      return { total, records: found.map((row) => read(row, structure)) };
    },
  };
}
