/** Taking items in: what is new is committed with its turn; the uniqueIds decide what is new. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { FeedStore, NewFeedItem } from '../feed-types.ts';
import { lockLines, nextOf, type Line } from './line.ts';
import { itemColumns, type FeedRows } from './rows.ts';
import { transactionTimes } from './transaction.ts';
import type { Turns } from './turns.ts';

type Accepted = Awaited<ReturnType<FeedStore['accept']>>;

/** An item with the keys that it would take. */
interface Candidate {
  id: string;
  item: NewFeedItem;
  line: Line;
  /** Keyed hashes of its uniqueIds, hex. */
  uniques: string[];
}

/** Each is locked at once, and the server's table of locks is finite. */
const MOST = 500;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export async function acceptAll(
  prisma: PrismaClient,
  rows: FeedRows,
  turns: Turns,
  items: readonly NewFeedItem[],
  now: Date,
): Promise<Accepted[]> {
  if (items.length > MOST) throw new RangeError(`At most ${String(MOST)} items at once.`);
  if (items.length === 0) return [];
  const candidates = items.map((item): Candidate => {
    const { structure } = item.owner;
    return {
      id: randomUUID(),
      item,
      line: { structure: rows.structureOf(structure), lane: item.lane, patientId: item.patientId },
      uniques: [...new Set(item.uniqueIds.map((uniqueId) => hex(rows.uniqueOf(structure, uniqueId))))],
    };
  });
  await turns.prepare(candidates.map((c) => c.line));
  return prisma.$transaction(async (db) => {
    const lines = candidates.map((c) => c.line);
    await lockLines(db, lines);
    const answers = await takeIn(db, rows, candidates, now);
    for (const line of new Map(lines.map((l) => [lineName(l), l])).values())
      await nextOf(db, turns, line, ({ id }) => answers.has(id));
    return candidates.map(({ id }) => answers.get(id)!);
  }, transactionTimes);
}

const lineName = ({ structure, lane, patientId }: Line): string => `${hex(structure)} ${lane} ${patientId}`;

/** @returns the answers by the ids of the candidates */
async function takeIn(
  db: Database,
  rows: FeedRows,
  candidates: readonly Candidate[],
  now: Date,
): Promise<Map<string, Accepted>> {
  await insert(db, rows, candidates, now);
  const holders = await take(db, candidates);
  const refused = candidates.filter((c) => c.uniques.some((unique) => holders.get(unique) !== c.id));
  const taken = candidates.filter((c) => !refused.includes(c));
  const found = await db.feedItem.findMany({ where: { id: { in: taken.map((c) => c.id) } }, ...itemColumns });
  const answers = new Map(found.map((row): [string, Accepted] => [row.id, { outcome: 'new', item: rows.read(row) }]));
  // What they took of what was free is free again.
  await db.feedItem.deleteMany({ where: { id: { in: refused.map((c) => c.id) } } });
  for (const candidate of refused) {
    // Of several, one may have stood in the way of another without being taken in itself: each is judged alone.
    const alone = candidates.length > 1 ? await takeIn(db, rows, [candidate], now) : undefined;
    answers.set(candidate.id, alone?.get(candidate.id) ?? (await judge(db, rows, candidate, holders)));
  }
  return answers;
}

/** In the order given: their places follow it. */
async function insert(db: Database, rows: FeedRows, candidates: readonly Candidate[], now: Date): Promise<void> {
  await db.feedItem.createMany({
    data: candidates.map(({ id, item, line }) => ({
      id,
      structure: line.structure,
      client: rows.clientOf(item.owner.structure, item.owner.clientId),
      owner: rows.ownerOf(item.owner),
      patientId: item.patientId,
      takeoverId: item.takeoverId ?? null,
      lane: item.lane,
      kind: item.kind,
      state: item.state,
      reason: item.reason ?? null,
      digest: rows.digestOf(item.digest),
      size: BigInt(item.size),
      contentSealed: rows.sealContent(id, { owner: item.owner, uniqueIds: item.uniqueIds, content: item.content }),
      createdAt: now,
      updatedAt: now,
    })),
  });
}

/**
 * Takes the uniqueIds that are free, in an order that is the same for all; of two at once the second waits for the first.
 * @returns who holds each, among those asked for
 */
async function take(db: Database, candidates: readonly Candidate[]): Promise<Map<string, string>> {
  const wanted = candidates.flatMap(({ id, uniques }) => uniques.map((unique) => ({ unique, id })));
  // The first of the same call comes first: `distinct`.
  await db.$executeRaw`
    INSERT INTO feed_document ("unique", item_id)
    SELECT DISTINCT ON (g."unique") decode(g."unique", 'hex'), g.id
    FROM unnest(${wanted.map((w) => w.unique)}::text[], ${wanted.map((w) => w.id)}::uuid[])
      WITH ORDINALITY AS g("unique", id, n)
    ORDER BY g."unique", g.n
    ON CONFLICT ("unique") DO NOTHING`;
  const held = await db.feedDocument.findMany({
    where: {
      unique: { in: [...new Set(wanted.map((w) => w.unique))].map((u) => new Uint8Array(Buffer.from(u, 'hex'))) },
    },
  });
  return new Map(held.map((row) => [hex(row.unique), row.itemId]));
}

/** What stands in the way of one that was not taken in: the very same, or another. */
async function judge(
  db: Database,
  rows: FeedRows,
  { item, uniques }: Candidate,
  holders: ReadonlyMap<string, string>,
): Promise<Accepted> {
  const ids = new Set(uniques.flatMap((unique) => holders.get(unique) ?? []));
  const [id] = ids;
  const holder = await db.feedItem.findUnique({
    where: { id: id! },
    ...itemColumns,
    include: { ...itemColumns.include, _count: { select: { documents: true } } },
  });
  if (holder === null || !isSame(holder.owner, rows.ownerOf(item.owner))) return { outcome: 'conflict' };
  const same =
    ids.size === 1 && holder._count.documents === uniques.length && isSame(holder.digest, rows.digestOf(item.digest));
  return { outcome: same ? 'same' : 'conflict', item: rows.read(holder) };
}
