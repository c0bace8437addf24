/**
 * Deleting what is old enough and stands in a verified export: from the beginning of each stream, up to the first record that is
 * younger, or not in the export. A signed checkpoint says what is gone, so that the trail can still be verified.
 */
import type { Cipher } from '../cipher.ts';
import type { Database } from '../database.ts';
import { DatabaseError } from '../errors.ts';
import { digestBefore } from './before.ts';
import { hex } from './canonical.ts';
import type { Pruned } from './checkpoint.ts';
import type { ExportReport } from './export-verify.ts';

export interface PruneRequest {
  /** Only what is older. */
  until: Date;
  exported: ExportReport;
  /** SHA-256 (hex) of the manifest's file. */
  manifest: string;
  /** A feed that must have sent a record before it may go. */
  feed?: string;
}

/**
 * To be called in the transaction of the checkpoint that says so.
 * @throws DatabaseError when the export is not of this trail, or does not hold what it should
 */
export async function prune(
  db: Database,
  cipher: Cipher,
  { until, exported, manifest, feed }: PruneRequest,
): Promise<Pruned> {
  const streams: Pruned['streams'] = [];
  for (const segment of exported.segments) {
    const { stream, last } = segment;
    const [row] = await db.$queryRaw<{ hash: Uint8Array }[]>`
      SELECT hash FROM kept_record WHERE stream = ${stream}::uuid AND seq = ${last}`;
    if (!row) continue; // pruned before, by this export or another
    if (hex(row.hash) !== segment.hash) throw foreign();
    const seq = await lastToGo(db, segment, until, feed);
    if (seq === undefined) continue;
    await db.$executeRaw`UPDATE audit_stream SET pruned_seq = ${seq} WHERE id = ${stream}::uuid`;
    const [at] = await db.$queryRaw<{ hash: Uint8Array }[]>`
      SELECT hash FROM kept_record WHERE stream = ${stream}::uuid AND seq = ${seq}`;
    streams.push({ stream, seq, hash: hex(at!.hash) });
  }
  await db.$executeRaw`SELECT set_config('dmp_fhir.prune', ${until.toISOString()}, true)`;
  const chained = await db.$executeRaw`
    DELETE FROM kept_record r USING audit_stream s WHERE r.stream = s.id AND r.seq <= s.pruned_seq`;
  const records = chained + (await pruneBefore(db, until, exported));
  await db.$executeRaw`SELECT set_config('dmp_fhir.prune', '', true)`;
  return { until: until.toISOString(), manifest, records, streams, before: await digestBefore(db, cipher) };
}

const foreign = () => new DatabaseError('This export is not of this database: nothing was deleted.');

/** @returns undefined when nothing of the stream may go */
async function lastToGo(
  db: Database,
  { stream, first, wholeTo }: ExportReport['segments'][number],
  until: Date,
  feed: string | undefined,
): Promise<number | undefined> {
  const [row] = await db.$queryRaw<{ first: number; young: number | null; sent: number | null }[]>`
    SELECT min(seq)::float8 AS first, min(seq) FILTER (WHERE at >= ${until})::float8 AS young,
      (SELECT seq FROM audit_feed_cursor WHERE feed_id = ${feed ?? ''} AND stream = ${stream}::uuid)::float8 AS sent
    FROM kept_record WHERE stream = ${stream}::uuid`;
  if (!row || first > row.first) return undefined;
  const seq = Math.min(
    wholeTo,
    row.young === null ? wholeTo : row.young - 1,
    feed === undefined ? wholeTo : (row.sent ?? 0),
  );
  return seq < row.first ? undefined : seq;
}

/** Nothing proves those from before the chain but the manifest: the export must have taken all that are old enough. */
async function pruneBefore(db: Database, until: Date, { manifest }: ExportReport): Promise<number> {
  const isWhole =
    manifest.structure === undefined &&
    manifest.from === undefined &&
    (manifest.until === undefined || new Date(manifest.until) >= until);
  if (!isWhole) return 0;
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM kept_record WHERE stream IS NULL AND at < ${until}`;
  if ((row?.count ?? 0) > manifest.before) throw foreign();
  return db.$executeRaw`DELETE FROM kept_record WHERE stream IS NULL AND at < ${until}`;
}
