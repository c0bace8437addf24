/**
 * Consents, as a structure recorded them. Nothing is ever changed: a version follows the other, and the highest is the
 * current one. The row of the consent is locked while a version is added, so that numbers follow each other.
 */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { ConsentStatement, ConsentStore, ConsentTopic, StoredConsent } from './consent-types.ts';
import type { Database } from './database.ts';
import { Prisma, type PrismaClient } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import { insIndex, openIns } from './patients.ts';

/** A version with its consent and its patient's sealed INS. */
interface Row {
  id: string;
  patientId: string;
  topic: ConsentTopic;
  versionId: string;
  version: number;
  status: ConsentStatement['status'];
  decision: ConsentStatement['decision'];
  from: Date | null;
  until: Date | null;
  contentSealed: Uint8Array;
  recordedAt: Date;
  insSealed: Uint8Array;
}

const period = ({ from, until }: { from: Date | null; until: Date | null }) => ({
  ...(from === null ? {} : { from }),
  ...(until === null ? {} : { until }),
});

export function consentStore(prisma: PrismaClient, cipher: Cipher): ConsentStore {
  const structureOf = (structure: string) => cipher.index('consent.structure', structure);
  const placeOf = (versionId: string) => ['consent_version', 'content_sealed', versionId] as const;

  const read = (row: Row): StoredConsent => ({
    id: row.id,
    patientId: row.patientId,
    ins: openIns(cipher, row.patientId, row.insSealed),
    topic: row.topic,
    version: row.version,
    status: row.status,
    decision: row.decision,
    ...period(row),
    content: cipher.open(placeOf(row.versionId), row.contentSealed),
    recordedAt: row.recordedAt,
  });

  /** @param current only the current version of each */
  async function versions(db: Database, where: Prisma.Sql, current: boolean): Promise<StoredConsent[]> {
    const rows = await db.$queryRaw<Row[]>`
      SELECT ${current ? Prisma.sql`DISTINCT ON (c.id)` : Prisma.empty} c.id, c.patient_id AS "patientId", c.topic,
        v.id AS "versionId", v.version, v.status, v.decision, v.valid_from AS "from", v.valid_until AS until,
        v.content_sealed AS "contentSealed", v.recorded_at AS "recordedAt", p.ins_sealed AS "insSealed"
      FROM consent c JOIN consent_version v ON v.consent_id = c.id JOIN patient p ON p.id = c.patient_id
      WHERE ${where} ORDER BY c.id, v.version DESC`;
    return rows.map(read);
  }

  /** The id of a consent, which is made when there is none; locked until the end of the transaction. */
  async function locked(
    db: Database,
    { patientId, structure, topic }: Parameters<ConsentStore['record']>[0],
    make: boolean,
  ): Promise<string | undefined> {
    const of = { patientId, structure: structureOf(structure), topic };
    // Of two at once, the second waits here for the first to end, and drops its row.
    if (make) await db.consent.createMany({ data: { id: randomUUID(), ...of }, skipDuplicates: true });
    const [row] = await db.$queryRaw<{ id: string }[]>`
      SELECT id FROM consent
      WHERE patient_id = ${patientId}::uuid AND structure = ${of.structure} AND topic = ${topic} FOR UPDATE`;
    return row?.id;
  }

  return {
    async record(about, { content, ...statement }, now, expected) {
      return prisma.$transaction(async (db) => {
        const id = await locked(db, about, expected === undefined || expected === 0);
        if (id === undefined) return 'conflict';
        const [last] = await db.consentVersion.findMany({
          where: { consentId: id },
          orderBy: { version: 'desc' },
          take: 1,
          select: { version: true },
        });
        const current = last?.version ?? 0;
        if (expected !== undefined && expected !== current) return 'conflict';
        const versionId = randomUUID();
        const version = current + 1;
        const contentSealed = cipher.seal(placeOf(versionId), content);
        await db.consentVersion.create({
          data: { ...statement, id: versionId, consentId: id, version, contentSealed, recordedAt: now },
        });
        const [consent] = await versions(db, Prisma.sql`v.id = ${versionId}::uuid`, false);
        if (consent === undefined) throw new Error('A consent just recorded is gone.');
        return { consent, isNew: version === 1 };
      });
    },

    async byId(id, structure, version) {
      if (!isUuid(id) || (version !== undefined && !isVersion(version))) return undefined;
      const asked = version === undefined ? Prisma.empty : Prisma.sql`AND v.version = ${version}`;
      const where = Prisma.sql`c.id = ${id}::uuid AND c.structure = ${structureOf(structure)} ${asked}`;
      return (await versions(prisma, where, true))[0];
    },

    async history(id, structure) {
      if (!isUuid(id)) return [];
      return versions(prisma, Prisma.sql`c.id = ${id}::uuid AND c.structure = ${structureOf(structure)}`, false);
    },

    async ofPatient(patientId, structure) {
      if (!isUuid(patientId)) return [];
      const where = Prisma.sql`c.patient_id = ${patientId}::uuid AND c.structure = ${structureOf(structure)}`;
      return versions(prisma, where, true);
    },

    async decisions(ins, structure, now = new Date()) {
      const rows = await prisma.$queryRaw<Pick<Row, 'topic' | 'status' | 'decision' | 'from' | 'until'>[]>`
        SELECT DISTINCT ON (c.id) c.topic, v.status, v.decision, v.valid_from AS "from", v.valid_until AS until
        FROM patient p JOIN consent c ON c.patient_id = p.id JOIN consent_version v ON v.consent_id = c.id
        WHERE p.ins_index = ${insIndex(cipher, ins)} AND c.structure = ${structureOf(structure)}
          AND (v.status <> 'active' OR v.valid_from IS NULL OR v.valid_from <= ${now})
        ORDER BY c.id, v.version DESC`;
      return rows.map(({ topic, status, decision, ...row }) => ({ topic, status, decision, ...period(row) }));
    },
  };
}

/** What the column can hold: anything else is unknown, and would be an error for the database. */
const isVersion = (version: number): boolean => Number.isInteger(version) && version > 0 && version < 2 ** 31;
