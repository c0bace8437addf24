/**
 * What of the trail was sent elsewhere, and what waits to be (ITI-20): the records themselves are the buffer, a cursor for each
 * stream says how far it was sent. One instance sends at a time (lease).
 */
import type { Cipher } from '../cipher.ts';
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import type { StoredRecord } from '../record-types.ts';
import { sha256 } from './canonical.ts';
import { chainedOf, streamRows } from './rows.ts';
import { storedFrom } from './stored.ts';

export interface FeedBatch {
  stream: string;
  /** In the order of the stream, with their numbers. */
  records: (StoredRecord & { seq: number })[];
}

export interface AuditFeedStore {
  /** Takes, or keeps, the right to send, for so long. @returns false: another instance has it */
  claim(feed: string, worker: string, leaseMs: number): Promise<boolean>;
  release(feed: string, worker: string): Promise<void>;
  /**
   * What is to be sent next: of the stream whose first unsent record is the oldest.
   * @param except streams that are not asked for
   */
  pending(feed: string, most: number, except?: readonly string[]): Promise<FeedBatch | undefined>;
  /** All of a stream up to this number was sent. @returns false: the right to send was lost */
  sent(feed: string, worker: string, stream: string, seq: number): Promise<boolean>;
  /** How many records wait, and since when the oldest. */
  backlog(feed: string): Promise<{ records: number; oldest?: Date }>;
}

/** What a feed is known by in the database: a hash of where it goes. */
export const feedId = (address: string): string => sha256(address).slice(0, 32);

/** Each stream, how far it was sent, and its first record after that. A stream that was pruned goes on after what is gone. */
const unsent = (feed: string) => Prisma.sql`
  FROM audit_stream s
  LEFT JOIN audit_feed_cursor c ON c.feed_id = ${feed} AND c.stream = s.id
  CROSS JOIN LATERAL (SELECT greatest(s.pruned_seq, coalesce(c.seq, 0)) AS seq) sent
  CROSS JOIN LATERAL (
    SELECT r.at FROM kept_record r WHERE r.stream = s.id AND r.seq > sent.seq ORDER BY r.seq LIMIT 1
  ) first`;

export function feedStore(prisma: PrismaClient, cipher: Cipher): AuditFeedStore {
  return {
    async claim(feed, worker, leaseMs) {
      const claimed = await prisma.$executeRaw`
        INSERT INTO audit_feed AS f (id, lease_owner, lease_until)
        VALUES (${feed}, ${worker}::uuid, now() + ${leaseMs} * interval '1 millisecond')
        ON CONFLICT (id) DO UPDATE SET lease_owner = excluded.lease_owner, lease_until = excluded.lease_until
        WHERE f.lease_owner = excluded.lease_owner OR f.lease_until IS NULL OR f.lease_until < now()`;
      return claimed > 0;
    },

    async release(feed, worker) {
      await prisma.$executeRaw`
        UPDATE audit_feed SET lease_owner = NULL, lease_until = NULL WHERE id = ${feed} AND lease_owner = ${worker}::uuid`;
    },

    async pending(feed, most, except = []) {
      const [next] = await prisma.$queryRaw<{ stream: string; sent: bigint }[]>`
        SELECT s.id AS stream, sent.seq AS sent ${unsent(feed)}
        WHERE s.id <> ALL(${[...except]}::uuid[]) ORDER BY first.at LIMIT 1`;
      if (next === undefined) return undefined;
      const after = Number(next.sent);
      const records: FeedBatch['records'] = [];
      for await (const row of streamRows(prisma, next.stream, after, after + most)) {
        const { seq, ...record } = chainedOf(cipher, row);
        records.push({ ...storedFrom(record), seq });
      }
      return { stream: next.stream, records };
    },

    async sent(feed, worker, stream, seq) {
      const moved = await prisma.$executeRaw`
        INSERT INTO audit_feed_cursor AS c (feed_id, stream, seq)
        SELECT id, ${stream}::uuid, ${seq} FROM audit_feed WHERE id = ${feed} AND lease_owner = ${worker}::uuid
        ON CONFLICT (feed_id, stream) DO UPDATE SET seq = greatest(c.seq, excluded.seq)`;
      return moved > 0;
    },

    async backlog(feed) {
      const [row] = await prisma.$queryRaw<{ records: number; oldest: Date | null }[]>`
        SELECT coalesce(sum(
            (SELECT r.seq FROM kept_record r WHERE r.stream = s.id ORDER BY r.seq DESC LIMIT 1) - sent.seq), 0)::float8
          AS records, min(first.at) AS oldest ${unsent(feed)}`;
      return { records: row?.records ?? 0, ...(row?.oldest ? { oldest: row.oldest } : {}) };
    },
  };
}
