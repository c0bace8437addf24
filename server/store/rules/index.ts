/** Feeding rules in PostgreSQL: rows are added and read; the database refuses anything else. See `types.ts`. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from '../cipher.ts';
import { type FeedingRules, Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import type { RulesStore, StoredRules } from './types.ts';

/** Versions of one structure follow each other. */
const RULES_LOCK = 71202613;
/** Opened versions that an instance keeps: one a structure is in use, and a version never changes. */
const mostKept = 200;

type Row = Pick<FeedingRules, 'id' | 'number' | 'effectiveFrom' | 'recordedAt'>;

/** Rounded down to what the column holds: rounded up, it would begin after the next question. */
const atOnce = Prisma.sql`date_trunc('milliseconds', now())`;

const placeOf = (id: string) => ['feeding_rules', 'content_sealed', id] as const;

export function rulesStore(prisma: PrismaClient, cipher: Cipher): RulesStore {
  const structureOf = (structure: string) => cipher.index('feeding_rules.structure', structure);
  /** By row id, the least recently used first. */
  const opened = new Map<string, unknown>();

  const read = ({ number, effectiveFrom, recordedAt }: Row, content: unknown): StoredRules => ({
    ...{ number, effectiveFrom, recordedAt, content },
  });

  async function contentOf(id: string): Promise<unknown> {
    const known = opened.get(id);
    opened.delete(id);
    const content = known ?? (await fetched(id));
    opened.set(id, content);
    for (const oldest of opened.keys()) if (opened.size > mostKept) opened.delete(oldest);
    return content;
  }

  async function fetched(id: string): Promise<unknown> {
    const { contentSealed } = await prisma.feedingRules.findUniqueOrThrow({ where: { id } });
    return cipher.open(placeOf(id), contentSealed);
  }

  return {
    async inForce(structure) {
      // Asked at every deposit: the sealed content is read once.
      const [row] = await prisma.$queryRaw<Row[]>`
        SELECT id, number, effective_from AS "effectiveFrom", recorded_at AS "recordedAt" FROM feeding_rules
        WHERE structure = ${structureOf(structure)} AND effective_from <= now() ORDER BY number DESC LIMIT 1`;
      return row && read(row, await contentOf(row.id));
    },

    write: ({ structure: of, expected, effectiveFrom, content }) =>
      prisma.$transaction(async (db) => {
        const structure = structureOf(of);
        await db.$executeRaw`SELECT pg_advisory_xact_lock(${RULES_LOCK}::bigint)`;
        const { _max: last } = await db.feedingRules.aggregate({ where: { structure }, _max: { number: true } });
        if ((last.number ?? 0) !== expected) return 'conflict';
        const id = randomUUID();
        const [row] = await db.$queryRaw<Row[]>`
          INSERT INTO feeding_rules (id, structure, number, effective_from, recorded_at, content_sealed)
          VALUES (${id}::uuid, ${structure}, ${expected + 1},
            ${effectiveFrom === undefined ? atOnce : Prisma.sql`${effectiveFrom}`}, now(),
            ${cipher.seal(placeOf(id), content)})
          RETURNING id, number, effective_from AS "effectiveFrom", recorded_at AS "recordedAt"`;
        if (row === undefined) throw new Error('an INSERT without its row');
        return read(row, content);
      }),

    async history(structure, most) {
      const rows = await prisma.feedingRules.findMany({
        where: { structure: structureOf(structure) },
        orderBy: { number: 'desc' },
        take: most,
      });
      return rows.map((row) => read(row, cipher.open(placeOf(row.id), row.contentSealed)));
    },
  };
}
