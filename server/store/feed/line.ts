/**
 * The lines: of one patient of one structure, in one lane, only the first that has a way to go has a turn; when it ends, the
 * same transaction gives the next its own. So the order holds whoever works, and nobody has to look after it.
 *
 * The lanes stand apart: a document of the past that waits for the night keeps nobody's new document waiting.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../database.ts';
import { livingStates, type FeedLane } from '../feed-types.ts';
import type { FeedItem as Row } from '../generated/prisma/client.ts';
import type { Lane, Turns } from './turns.ts';

export interface Line extends Lane {
  patientId: string;
}

/** For Prisma: what says which line a row stands in. */
export const lineColumns = { structure: true, lane: true, patientId: true } as const;
export const lineOf = ({ structure, lane, patientId }: Pick<Row, keyof typeof lineColumns>): Line => ({
  structure,
  lane: lane as FeedLane,
  patientId,
});

/** Advisory locks with two keys: of a line, and of a structure whose items are being claimed. */
const LINE_LOCK = 71202621;
const CLAIM_LOCK = 71202622;

/** Where two fall together, one waits for nothing; that is all. */
const keyOf = (...parts: readonly (string | Uint8Array)[]): number => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().readInt32BE();
};

/**
 * Locks lines until the end of the transaction, before anything else in it is written: who comes next is decided by one at a
 * time. Several are locked in an order that is the same for all.
 */
export async function lockLines(db: Database, lines: readonly Line[]): Promise<void> {
  const keys = [...new Set(lines.map((l) => keyOf(l.structure, l.lane, l.patientId)))].sort((a, b) => a - b);
  await db.$queryRaw`
    SELECT pg_advisory_xact_lock(${LINE_LOCK}::int, key)::text FROM unnest(${keys}::int[]) WITH ORDINALITY AS k(key, n)`;
}

/** One instance at a time claims items of a structure, so that all together keep to its number. */
export async function lockClaims(db: Database, structure: Uint8Array): Promise<void> {
  await db.$queryRaw`SELECT pg_advisory_xact_lock(${CLAIM_LOCK}::int, ${keyOf(structure)}::int)::text`;
}

/**
 * Gives the first of a line its turn, when it has just become the first: it has none then. (To give one twice would wait for
 * whoever is taking it, who waits for our rows.) The line is locked.
 */
export async function nextOf(
  db: Database,
  turns: Turns,
  line: Line,
  isNew: (first: { id: string; place: bigint }) => boolean,
): Promise<void> {
  const { structure, lane, patientId } = line;
  const first = await db.feedItem.findFirst({
    where: { structure, lane, patientId, state: { in: [...livingStates] } },
    orderBy: { place: 'asc' },
    select: { id: true, place: true },
  });
  if (first && isNew(first)) await turns.give(db, line, first.id);
}
