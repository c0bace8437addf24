/** What an export holds: segments of the chain, each from its first record of interest to the next signed head, in one snapshot. */
import type { Cipher } from '../cipher.ts';
import type { Database } from '../database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { StoredRecord } from '../record-types.ts';
import { beforeRows } from './before.ts';
import { chainHash, type ChainedRecord, hex, NOTHING, recordDigest } from './canonical.ts';
import { type CheckpointBody, type Head, readToken } from './checkpoint.ts';
import type { ChainLine, Segment } from './export-format.ts';
import { storedFrom } from './stored.ts';
import { chainedOf, checkpointRows, plainRow, streamRows } from './rows.ts';

export interface ExportCriteria {
  from?: Date;
  until?: Date;
  structure?: string;
}

export interface ExportSink {
  line(line: ChainLine): Promise<void>;
  /** Once for every line that holds a record, after it. */
  event(record: StoredRecord): Promise<void>;
}

export interface Exported {
  segments: Segment[];
  records: number;
  before: number;
  unsigned: number;
}

/** Records of a stream that are wanted: from the first to the last. */
interface Range {
  stream: string;
  first: number;
  last: number;
}

/**
 * @param db one snapshot
 * @param home the structure of records from before the chain, which do not say whose they are
 * @throws SealError when a record was altered: verify first
 */
export async function exportTrail(
  db: Database,
  cipher: Cipher,
  criteria: ExportCriteria,
  sink: ExportSink,
  home: string,
): Promise<Exported> {
  const indexOf = (structure: string) => hex(cipher.index('record.structure', structure));
  const only = criteria.structure === undefined ? undefined : indexOf(criteria.structure);
  const isWanted = ({ at, structure }: Pick<ChainedRecord, 'at' | 'structure'>): boolean =>
    (only === undefined || structure === only) &&
    (criteria.from === undefined || at >= criteria.from.toISOString()) &&
    (criteria.until === undefined || at < criteria.until.toISOString());

  const ranges = await rangesOf(db, criteria, only);
  const anchors = await anchorsOf(db, ranges, sink);
  const result: Exported = { segments: [], records: 0, before: 0, unsigned: 0 };

  for (const range of ranges) {
    const end = anchors.get(range.stream)!;
    let hash = await hashBefore(db, range);
    const after = range.first - 1;
    if (end.seq >= range.first) {
      await sink.line({ stream: range.stream, after, hash });
      for await (const row of streamRows(db, range.stream, after, end.seq)) {
        const { stream: _, seq, ...record } = chainedOf(cipher, row);
        const digest = recordDigest({ stream: range.stream, seq, ...record });
        hash = chainHash(hash, digest);
        if (isWanted(record)) {
          result.records++;
          await sink.line({ seq, record });
          await sink.event(storedFrom(record));
        } else await sink.line({ seq, digest });
      }
      result.segments.push({ stream: range.stream, first: range.first, last: end.seq, hash });
    }
    if (range.last > end.seq) result.unsigned += range.last - Math.max(end.seq, after);
  }
  for await (const row of beforeRows(db)) {
    const record = plainRow(cipher, row);
    if (!isWanted(record)) continue;
    result.before++;
    await sink.line({ before: record });
    const isHome = record.structure === indexOf(criteria.structure ?? home);
    await sink.event(storedFrom(record, isHome ? (criteria.structure ?? home) : ''));
  }
  return result;
}

function rangesOf(db: Database, { from, until }: ExportCriteria, structure: string | undefined): Promise<Range[]> {
  return db.$queryRaw<Range[]>`
    SELECT stream, min(seq)::float8 AS first, max(seq)::float8 AS last FROM kept_record
    WHERE stream IS NOT NULL
      ${from === undefined ? Prisma.empty : Prisma.sql`AND at >= ${from}`}
      ${until === undefined ? Prisma.empty : Prisma.sql`AND at < ${until}`}
      ${structure === undefined ? Prisma.empty : Prisma.sql`AND structure = decode(${structure}, 'hex')`}
    GROUP BY stream ORDER BY stream`;
}

/** The hash before the first record of a range. */
async function hashBefore(db: Database, { stream, first }: Range): Promise<string> {
  if (first === 1) return NOTHING;
  const [row] = await db.$queryRaw<{ hash: Uint8Array }[]>`
    SELECT hash FROM kept_record WHERE stream = ${stream}::uuid AND seq = ${first - 1}`;
  if (row) return hex(row.hash);
  const pruned = new Map<string, string>();
  for await (const { token } of checkpointRows(db))
    for (const cut of readToken<CheckpointBody>(token).payload.pruned?.streams ?? [])
      if (cut.seq === first - 1) pruned.set(cut.stream, cut.hash);
  return pruned.get(stream) ?? NOTHING;
}

/** For each range the first signed head at or after its end (else the last one), and the lines of the checkpoints that are needed. */
async function anchorsOf(db: Database, ranges: readonly Range[], sink: ExportSink): Promise<Map<string, Head>> {
  const wanted = new Map(ranges.map((range) => [range.stream, range]));
  const heads = new Map<string, { head: Head; number: number }>();
  const needed = new Set<number>();
  for await (const { number, token } of checkpointRows(db)) {
    const { streams, key } = readToken<CheckpointBody>(token).payload;
    if (key) needed.add(Number(number));
    for (const head of streams) {
      const range = wanted.get(head.stream);
      const known = heads.get(head.stream);
      if (range && (known === undefined || known.head.seq < range.last) && head.seq !== known?.head.seq)
        heads.set(head.stream, { head, number: Number(number) });
    }
  }
  for (const { number } of heads.values()) needed.add(number);
  for await (const { number, token } of checkpointRows(db))
    if (needed.has(Number(number))) await sink.line({ checkpoint: Number(number), token });
  return new Map([...heads].map(([stream, { head }]) => [stream, head]));
}
