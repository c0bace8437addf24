/**
 * How the chain stands, as far as a glance can tell: what the last checkpoint signs for, what has come since, and whether each stream
 * still holds the record that it signs for. That everything before is whole, only `npm run audit:verify` says.
 */
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import { readToken, type CheckpointBody } from './checkpoint.ts';

export interface ChainStatus {
  /** Streams that are being written. */
  streams: number;
  checkpoint?: { number: number; at: Date; records: number };
  /** Records that no checkpoint signs for yet. */
  unsigned: number;
  /** `differs`: a record that was signed for is not there, or is another. `unread`: there is no checkpoint. */
  heads: 'match' | 'differs' | 'unread';
}

/** @throws DatabaseError */
export async function chainStatus(prisma: PrismaClient): Promise<ChainStatus> {
  const [row] = await prisma.auditCheckpoint.findMany({ orderBy: { number: 'desc' }, take: 1 });
  const body = row && readToken<CheckpointBody>(row.token).payload;
  const open = await prisma.auditStream.findMany({ where: { closedAt: null } });
  const found = await Promise.all(
    open.map(async ({ id, prunedSeq }) => {
      const head = body?.streams.find(({ stream }) => stream === id);
      const signed = head?.seq ?? 0;
      const [one] = await prisma.$queryRaw<{ last: number; hash: string | null }[]>(Prisma.sql`
        SELECT coalesce((SELECT max(seq) FROM kept_record WHERE stream = ${id}::uuid), ${signed})::int AS last,
          (SELECT encode(hash, 'hex') FROM kept_record WHERE stream = ${id}::uuid AND seq = ${signed}) AS hash`);
      // What was pruned is gone with a signature.
      const isGone = signed <= Number(prunedSeq);
      return { unsigned: (one?.last ?? signed) - signed, isWhole: isGone || one?.hash === head?.hash };
    }),
  );
  return {
    streams: open.length,
    ...(row && body ? { checkpoint: { number: body.number, at: row.at, records: body.records } } : {}),
    unsigned: found.reduce((sum, { unsigned }) => sum + Math.max(0, unsigned), 0),
    heads: body === undefined ? 'unread' : found.every(({ isWhole }) => isWhole) ? 'match' : 'differs',
  };
}
