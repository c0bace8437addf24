/**
 * The keys that the database keeps, each wrapped (AES-256-GCM) with the store's key: of those for sealing one is in use and
 * others may be on their way in or out (rotate.ts); the one for blind indexes never changes, or nobody would be found again.
 *
 * Before keys were wrapped, the store's key did all by itself and the table held its id only: such a key is adopted as first
 * key of both kinds.
 */
import { randomBytes } from 'node:crypto';
import { createSealer, keyIdOf, type Place, SealError, sealedWith } from './cipher.ts';
import type { Database } from './database.ts';
import { DatabaseError } from './errors.ts';
import type { PrismaClient, StoreKey } from './generated/prisma/client.ts';
import type { WrappingKeys } from './key.ts';

export type KeyPurpose = 'seal' | 'index';

/** Advisory lock: one at a time changes the table. */
const LOCK = 71202612;
const TIMEOUT_MS = 60_000;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const placeOf = (purpose: string, keyId: Uint8Array): Place => ['store_key', 'wrapped', `${purpose}/${hex(keyId)}`];

const another = () =>
  new DatabaseError(
    'This database was written with another key: give back its STORE_KEY (or DATA_DIR/keys/store.key).',
  );
const damaged = (what: string) =>
  new DatabaseError(`${what}: give back the table store_key from a backup (docs/keys.md).`);

export interface Wrapper {
  wrap(purpose: KeyPurpose, key: Uint8Array): Uint8Array<ArrayBuffer>;
  /**
   * @returns the key, and whether it was wrapped with the store's key of now
   * @throws DatabaseError when none of the store's keys opens it, or it was altered
   */
  unwrap(row: Pick<StoreKey, 'keyId' | 'purpose' | 'wrapped'>): { key: Uint8Array; isCurrent: boolean };
}

export function createWrapper({ current, previous }: WrappingKeys): Wrapper {
  const sealers = [current, ...previous].map((key) => ({ key, id: hex(keyIdOf(key)), ...createSealer(key, 'wrap') }));
  const named = (id: Uint8Array | undefined) =>
    sealers.findIndex((sealer) => id !== undefined && sealer.id === hex(id));
  return {
    wrap: (purpose, key) =>
      createSealer(current, 'wrap').seal(placeOf(purpose, keyIdOf(key)), Buffer.from(key).toString('base64')),
    unwrap({ keyId, purpose, wrapped }) {
      const index = named(wrapped === null ? keyId : sealedWith(wrapped));
      const sealer = sealers[index];
      if (sealer === undefined) throw another();
      if (wrapped === null) return { key: sealer.key, isCurrent: false };
      try {
        const key = Buffer.from(sealer.open(placeOf(purpose, keyId), wrapped) as string, 'base64');
        return { key, isCurrent: index === 0 };
      } catch (error) {
        if (error instanceof SealError) throw damaged('A key of this database was altered');
        throw error;
      }
    },
  };
}

/** Does something to the table while nobody else does. */
export const changeKeys = <Result>(prisma: PrismaClient, change: (db: Database) => Promise<Result>): Promise<Result> =>
  prisma.$transaction(
    async (db) => {
      await db.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK}::bigint)`;
      return change(db);
    },
    { timeout: TIMEOUT_MS, maxWait: TIMEOUT_MS },
  );

/**
 * Adds a key.
 * @param learnMs how long it is only known before it seals
 */
export async function addKey(
  db: Database,
  wrapper: Wrapper,
  purpose: KeyPurpose,
  { key = randomBytes(32), learnMs = 0 }: { key?: Uint8Array; learnMs?: number } = {},
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO store_key (key_id, purpose, wrapped, seals_from)
    VALUES (${keyIdOf(key)}, ${purpose}, ${wrapper.wrap(purpose, key)}, now() + ${learnMs} * interval '1 millisecond')`;
}

/**
 * Makes the keys of a new database, adopts that of an old one, and wraps anew those that a previous key of the store wrapped.
 * Safe when several instances start at once.
 * @returns how many were wrapped anew
 * @throws DatabaseError when the store's keys are not this database's, or what it keeps of keys is damaged
 */
export function prepareKeys(prisma: PrismaClient, wrapper: Wrapper): Promise<number> {
  return changeKeys(prisma, async (db) => {
    const rows = await db.storeKey.findMany();
    if (rows.length === 0) {
      if ((await db.patient.count()) > 0) throw damaged('The keys of this database are gone');
      await addKey(db, wrapper, 'seal');
      await addKey(db, wrapper, 'index');
      return 0;
    }
    const opened = rows.map((row) => ({ ...row, ...wrapper.unwrap(row) }));
    const old = opened.filter((row) => !row.isCurrent);
    for (const { keyId, purpose, key } of old)
      await db.storeKey.update({
        where: { purpose_keyId: { purpose, keyId } },
        data: { wrapped: wrapper.wrap(purpose as KeyPurpose, key) },
      });
    if (opened.some((row) => row.purpose === 'index')) return old.length;
    const [legacy] = opened.filter((row) => row.wrapped === null);
    if (legacy === undefined) throw damaged('The key of the blind indexes is gone');
    await addKey(db, wrapper, 'index', { key: legacy.key });
    return old.length;
  });
}

/** A row of the table, and when it seals: milliseconds from now, by the database's clock. */
export type KeyRow = Pick<StoreKey, 'keyId' | 'purpose' | 'wrapped' | 'retiredAt'> & { sealsInMs: number };

/** All keys, those first that seal first. */
export const readKeys = (db: Database): Promise<KeyRow[]> => db.$queryRaw<KeyRow[]>`
  SELECT key_id AS "keyId", purpose, wrapped, retired_at AS "retiredAt",
    extract(epoch FROM seals_from - clock_timestamp())::float8 * 1000 AS "sealsInMs"
  FROM store_key ORDER BY seals_from, created_at, key_id`;
