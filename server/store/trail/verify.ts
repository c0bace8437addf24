/**
 * Verifying the whole trail in the database (`npm run audit:verify`): checkpoints and records are walked side by side, in one
 * snapshot, a page at a time; what is remembered grows with the streams, not with the records.
 */
import { type Cipher, SealError } from '../cipher.ts';
import type { Database } from '../database.ts';
import { digestBefore } from './before.ts';
import { chainHash, hex, NOTHING, recordDigest } from './canonical.ts';
import { type Before, type CheckpointBody, type Head, hashOfToken, type Pruned, readToken } from './checkpoint.ts';
import { type Finding, type Findings, findings } from './findings.ts';
import { chainedOf, type ChainRow, checkpointRows, streamRows } from './rows.ts';
import { followCheckpoints, type UsedKey } from './signatures.ts';

export interface Report {
  isGood: boolean;
  /** In the order in which they were found; the first is the first bad place. */
  findings: readonly Finding[];
  checkpoints: number;
  /** ISO 8601, of the last checkpoint. */
  signedAt?: string;
  streams: number;
  /** Of those, how many may still grow. */
  open: number;
  /** In the chain; those that were deleted by a signed prune do not count. */
  records: number;
  /** Of those, chained and not signed for yet. */
  unsigned: number;
  /** From before the chain. */
  before: number;
  keys: readonly UsedKey[];
}

export interface VerifyOptions {
  /** Thumbprints of public keys of which one must have signed. */
  pinned?: readonly string[];
  /** Checkpoints that were given out, in any order. */
  anchors?: AsyncIterable<string> | Iterable<string>;
}

/** How far the walk has come in a stream. */
interface Position {
  seq: number;
  hash: string;
  isClosed: boolean;
}

/** @param db one snapshot (REPEATABLE READ): what is written meanwhile is not seen */
export async function verifyTrail(db: Database, cipher: Cipher, options: VerifyOptions = {}): Promise<Report> {
  const found = findings();
  const { keys, pruned, before, last } = await followAll(db, found, options);
  const positions = await walk(db, cipher, found, pruned);
  const counts = await countStreams(db);
  await checkStates(db, found, positions);
  const unsigned = await checkEnds(db, cipher, found, { positions, counts, pruned });
  await checkBefore(db, cipher, found, before);
  const chained = [...counts].filter(([stream]) => stream !== null);
  if (last === undefined && chained.length > 0) found.add('checkpoint-none');
  return {
    isGood: found.all.length === 0,
    findings: found.all,
    checkpoints: last?.number ?? 0,
    ...(last ? { signedAt: last.at } : {}),
    streams: positions.size,
    open: [...positions.values()].filter((position) => !position.isClosed).length,
    records: chained.reduce((sum, [, { count }]) => sum + count, 0),
    unsigned,
    before: counts.get(null)?.count ?? 0,
    keys,
  };
}

/** Links, signatures, keys and anchors; and what was pruned, which the walk must know beforehand. */
async function followAll(db: Database, found: Findings, { pinned, anchors = [] }: VerifyOptions) {
  const follower = followCheckpoints(found);
  const pruned = new Map<string, Pruned['streams'][number]>();
  let before: Before | undefined;
  let last: CheckpointBody | undefined;
  for await (const { number, token } of checkpointRows(db)) {
    const body = follower.next(token, Number(number));
    if (body === undefined) continue;
    last = body;
    before = body.pruned?.before ?? body.before ?? before;
    for (const stream of body.pruned?.streams ?? []) pruned.set(stream.stream, stream);
  }
  if (pinned && !follower.hasSigned(pinned)) found.add('key-unknown');
  for await (const anchor of anchors) await checkAnchor(db, found, anchor);
  return { keys: follower.keys, pruned, before, last };
}

async function checkAnchor(db: Database, found: Findings, anchor: string): Promise<void> {
  const { number } = readToken<CheckpointBody>(anchor).payload;
  const row = await db.auditCheckpoint.findUnique({ where: { number } });
  if (row === null || hashOfToken(row.token) !== hashOfToken(anchor))
    found.add('anchor-differs', { checkpoint: number });
}

/** From head to head of every stream, in the order in which they were signed. */
async function walk(db: Database, cipher: Cipher, found: Findings, pruned: Map<string, Pruned['streams'][number]>) {
  const positions = new Map<string, Position>();
  let number = 0;
  for await (const { token, number: stored } of checkpointRows(db)) {
    if (found.isFull()) break;
    number = Number(stored);
    const heads = headsOf(token);
    const listed = new Set(heads.map((head) => head.stream));
    for (const [stream, position] of positions)
      if (!position.isClosed && !listed.has(stream)) found.add('stream-dropped', { checkpoint: number, stream });
    for (const head of heads)
      positions.set(head.stream, await walkTo(head, positions.get(head.stream), pruned.get(head.stream)));
  }
  return positions;

  async function walkTo(head: Head, from: Position | undefined, cut: Omit<Head, 'closed'> | undefined) {
    const place = { checkpoint: number, stream: head.stream, seq: head.seq };
    const reached = { seq: head.seq, hash: head.hash, isClosed: head.closed === true };
    if (from && (from.isClosed || from.seq > head.seq)) {
      found.add('head-back', place);
      return from;
    }
    if (cut && cut.seq >= head.seq) {
      if (cut.seq === head.seq && cut.hash !== head.hash) found.add('head-differs', place);
      return reached;
    }
    const start = cut && cut.seq > (from?.seq ?? 0) ? cut : (from ?? { seq: 0, hash: NOTHING });
    const end = await walkRows(found, cipher, start, streamRows(db, head.stream, start.seq, head.seq));
    if (end.seq < head.seq) found.add('signed-missing', place);
    else if (end.hash !== head.hash) found.add('head-differs', place);
    return reached;
  }
}

function headsOf(token: string): Head[] {
  try {
    return readToken<CheckpointBody>(token).payload.streams;
  } catch {
    return [];
  }
}

/** Follows rows of a stream. After a problem it goes on from what the next row says of itself. */
async function walkRows(
  found: Findings,
  cipher: Cipher,
  start: Pick<Head, 'seq' | 'hash'>,
  rows: AsyncIterable<ChainRow>,
): Promise<Pick<Head, 'seq' | 'hash'>> {
  let { seq, hash } = start;
  for await (const row of rows) {
    const at = Number(row.seq);
    const place = { stream: row.stream, seq: at, record: row.id };
    const stored = hex(row.hash);
    if (at !== seq + 1) found.add('record-missing', place);
    else if (hashOf(cipher, hash, row) !== stored) found.add('record-altered', place);
    seq = at;
    hash = stored;
    if (found.isFull()) break;
  }
  return { seq, hash };
}

/** undefined: the content was altered or put elsewhere, and does not open. */
function hashOf(cipher: Cipher, previous: string, row: ChainRow): string | undefined {
  try {
    return chainHash(previous, recordDigest(chainedOf(cipher, row)));
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return undefined;
  }
}

/** Streams open and close with a checkpoint, in one transaction: one without the other tells of checkpoints that are gone. */
async function checkStates(db: Database, found: Findings, positions: Map<string, Position>): Promise<void> {
  for (const { id, closedAt } of await db.auditStream.findMany({ select: { id: true, closedAt: true } })) {
    const position = positions.get(id);
    if (position === undefined || (closedAt !== null) !== position.isClosed) found.add('stream-state', { stream: id });
  }
}

interface Count {
  stream: string | null;
  count: number;
  first: number;
  last: number;
}

async function countStreams(db: Database): Promise<Map<string | null, Count>> {
  const rows = await db.$queryRaw<Count[]>`
    SELECT stream, count(*)::float8 AS count, min(seq)::float8 AS first, max(seq)::float8 AS last
    FROM kept_record GROUP BY stream`;
  return new Map(rows.map((row) => [row.stream, row]));
}

/** What stands beyond what was signed: the end of a living stream, or what nobody has signed for. @returns how many are living */
async function checkEnds(
  db: Database,
  cipher: Cipher,
  found: Findings,
  known: {
    positions: Map<string, Position>;
    counts: Map<string | null, Count>;
    pruned: Map<string, Pruned['streams'][number]>;
  },
): Promise<number> {
  let unsigned = 0;
  for (const [stream, { first, last }] of known.counts) {
    if (stream === null) continue;
    const position = known.positions.get(stream);
    const cut = known.pruned.get(stream)?.seq ?? 0;
    if (position === undefined) found.add('stream-unknown', { stream, seq: first });
    else if (first <= cut) found.add('record-pruned', { stream, seq: first });
    else if (position.isClosed && last > position.seq) found.add('record-after-end', { stream, seq: position.seq + 1 });
    else if (!position.isClosed && last > position.seq) {
      const end = await walkRows(found, cipher, position, streamRows(db, stream, position.seq));
      unsigned += end.seq - position.seq;
    }
  }
  return unsigned;
}

async function checkBefore(db: Database, cipher: Cipher, found: Findings, signed: Before | undefined): Promise<void> {
  if (signed === undefined) return;
  const now = await digestBefore(db, cipher).catch((error: unknown) => {
    if (!(error instanceof SealError)) throw error;
    return undefined;
  });
  if (now?.count !== signed.count || now.digest !== signed.digest) found.add('before-changed');
}
