/**
 * A new key for sealing (`npm run store:rotate`, docs/keys.md), while instances work:
 *
 * 1. the new key is made known; it seals only when every instance must have read it (keyring.ts);
 * 2. the old one is retired: the database takes nothing that is sealed with it any more;
 * 3. what it has sealed is sealed anew, and it is removed.
 *
 * What was interrupted is taken up where it stopped: how far it came is in the database.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from './errors.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { REFRESH_MS } from './keyring.ts';
import { holdsOld, reseal, sealedColumns } from './reseal.ts';
import { openStorage, type StoreConfig } from './storage.ts';
import { addKey, changeKeys, readKeys, type Wrapper } from './store-keys.ts';
import type { StoreLogger } from './types.ts';

/** The lock that writers of sealed values share (prisma/migrations, `is_sealed_for_good`). */
const WRITERS_LOCK = 71202611;

/** What has happened; holds nothing of what was sealed. */
export type RotationStep =
  | { step: 'made'; resumed: boolean; waitMs: number }
  | { step: 'retired' }
  | { step: 'sealed'; table: string; column: string; rows: number }
  | { step: 'removed'; keys: number };

export interface RotationOptions {
  /** Told of every step; may throw to stop. */
  onStep?: (step: RotationStep) => void;
  /** How long the new key is only known, and how long old and new both seal. By default as instances need it. */
  learnMs?: number;
  bothMs?: number;
  /** Rows sealed anew in one transaction. */
  batch?: number;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** @throws DatabaseError as `openStore`, or when something cannot be opened: then the old key stays */
export async function rotateKeys(
  config: StoreConfig,
  { onStep = () => undefined, batch = 200, ...times }: RotationOptions = {},
  logger?: StoreLogger,
): Promise<void> {
  const { prisma, keyring, lost, close } = await openStorage(config, logger);
  try {
    // With an embedded database there is no other instance that could not know yet.
    const { learnMs, bothMs } = { ...(lost ? noTime : instancesTime), ...times };
    const resumed = !(await begin(prisma, keyring.wrapper, learnMs));
    const waitMs = await waitFor(prisma, bothMs);
    onStep({ step: 'made', resumed, waitMs });
    await sleep(waitMs);
    await retire(prisma);
    onStep({ step: 'retired' });
    const old = await retired(prisma);
    keyring.expire();
    await keyring.fresh();
    for (const of of sealedColumns) {
      const { table, column } = of;
      const onBatch = (rows: number) => onStep({ step: 'sealed', table, column, rows });
      await reseal(prisma, keyring.cipher, of, { old, batch, onBatch });
      if (await holdsOld(prisma, of, old))
        throw new DatabaseError(`${table}.${column} still holds what the old key has sealed: start again.`);
    }
    const keys = await prisma.storeKey.deleteMany({
      where: { purpose: 'seal', keyId: { in: old.map((id) => new Uint8Array(Buffer.from(id, 'hex'))) } },
    });
    onStep({ step: 'removed', keys: keys.count });
  } finally {
    await close();
  }
}

const instancesTime = { learnMs: 3 * REFRESH_MS, bothMs: REFRESH_MS };
const noTime = { learnMs: 0, bothMs: 0 };

/** @returns false when a rotation is under way already */
function begin(prisma: PrismaClient, wrapper: Wrapper, learnMs: number): Promise<boolean> {
  return changeKeys(prisma, async (db) => {
    if ((await db.storeKey.count({ where: { purpose: 'seal' } })) > 1) return false;
    await addKey(db, wrapper, 'seal', { learnMs });
    return true;
  });
}

/** How long until all seal with the newest key, milliseconds. */
async function waitFor(prisma: PrismaClient, bothMs: number): Promise<number> {
  const newest = (await readKeys(prisma)).findLast((key) => key.purpose === 'seal');
  return Math.max(0, Math.ceil((newest?.sealsInMs ?? 0) + bothMs) + 1);
}

/** Retires all keys for sealing but the newest, when those who write with them have ended. */
function retire(prisma: PrismaClient): Promise<void> {
  return changeKeys(prisma, async (db) => {
    const keys = (await readKeys(db)).filter((key) => key.purpose === 'seal' && key.retiredAt === null);
    await db.$executeRaw`SELECT pg_advisory_xact_lock(${WRITERS_LOCK}::bigint)`;
    await db.storeKey.updateMany({
      where: { purpose: 'seal', keyId: { in: keys.slice(0, -1).map((key) => key.keyId) } },
      data: { retiredAt: new Date() },
    });
  });
}

/** Ids of the keys that are retired, hex. */
const retired = async (prisma: PrismaClient): Promise<string[]> =>
  (await prisma.storeKey.findMany({ where: { purpose: 'seal', retiredAt: { not: null } } })).map(({ keyId }) =>
    hex(keyId),
  );
