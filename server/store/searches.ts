/** Snapshots behind the pages of a search, each for its owner and for a while. */
import { createHash, randomBytes } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import type { SearchStore } from './types.ts';

const SWEEP_MS = 60_000;

/** @param ttlSeconds SEARCH_TTL_SECONDS */
export function searchStore(db: Database, cipher: Cipher, ttlSeconds: number): SearchStore {
  let swept = 0;
  // The table knows a cursor by its hash only: reading the table gives nobody's cursor.
  const idOf = (cursor: string) => new Uint8Array(createHash('sha256').update(cursor).digest());
  const placeOf = (id: Uint8Array) => ['search', 'payload_sealed', Buffer.from(id).toString('hex')] as const;

  async function sweep(now: number): Promise<void> {
    if (now - swept < SWEEP_MS) return;
    swept = now;
    await db.search.deleteMany({ where: { expiresAt: { lt: new Date(now) } } });
  }

  return {
    async save(owner, payload) {
      const now = Date.now();
      await sweep(now);
      const cursor = randomBytes(24).toString('base64url');
      const id = idOf(cursor);
      await db.search.create({
        data: {
          id,
          owner: cipher.index('search.owner', owner),
          payloadSealed: cipher.seal(placeOf(id), payload),
          expiresAt: new Date(now + ttlSeconds * 1000),
        },
        select: { expiresAt: true },
      });
      return cursor;
    },
    async load(owner, cursor) {
      const id = idOf(cursor);
      const row = await db.search.findFirst({
        where: { id, owner: cipher.index('search.owner', owner), expiresAt: { gt: new Date() } },
      });
      return row === null ? undefined : cipher.open(placeOf(id), row.payloadSealed);
    },
  };
}
