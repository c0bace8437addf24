/**
 * The keys in the memory of one instance. What another instance (or `npm run store:rotate`) changed is read again when what is
 * known is older than REFRESH_MS; a new key seals only later than that, so that everybody can open what is sealed with it.
 */
import { createIndexer, createSealer, type Cipher, type Sealer, sealedWith, UnknownKeyError } from './cipher.ts';
import { DatabaseError } from './errors.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { WrappingKeys } from './key.ts';
import { createWrapper, type KeyRow, prepareKeys, readKeys, type Wrapper } from './store-keys.ts';
import type { StoreLogger } from './types.ts';

/** How long what is known of the keys is good. */
export const REFRESH_MS = 20_000;

export interface Keyring {
  cipher: Cipher;
  wrapper: Wrapper;
  /** Reads the keys again if it is time. Rejects when the database does not answer. */
  fresh(): Promise<void>;
  /** What is known is old: the next `fresh` reads them again. */
  expire(): void;
}

interface Known extends Sealer {
  /** `performance.now()` from when on it seals. */
  from: number;
  isRetired: boolean;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** @throws DatabaseError as `prepareKeys` */
export async function openKeyring(prisma: PrismaClient, keys: WrappingKeys, logger?: StoreLogger): Promise<Keyring> {
  const wrapper = createWrapper(keys);
  const rewrapped = await prepareKeys(prisma, wrapper);
  if (rewrapped > 0) logger?.info({ keys: rewrapped }, 'keys of the database wrapped with the store key of now');
  // In the order in which they begin to seal. A key that is gone from the table stays: what was just read may need it.
  const known = new Map<string, Known>();
  let indexer = undefined as ReturnType<typeof createIndexer> | undefined;
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;

  /** What cannot be unwrapped was added by somebody whose STORE_KEY is newer than ours: we work on as long as we can. */
  function learn(row: KeyRow): Sealer | undefined {
    try {
      return createSealer(wrapper.unwrap(row).key);
    } catch (error) {
      if (!(error instanceof DatabaseError) || readAt === -Infinity) throw error;
      logger?.warn({}, 'a new key of the database cannot be opened: restart this instance with the STORE_KEY of now');
      return undefined;
    }
  }

  async function read(): Promise<void> {
    const rows = await readKeys(prisma);
    const now = performance.now();
    for (const key of known.values()) key.isRetired = true;
    for (const row of rows) {
      if (row.purpose === 'index') {
        indexer ??= createIndexer(wrapper.unwrap(row).key);
        continue;
      }
      const id = hex(row.keyId);
      const sealer = known.get(id) ?? learn(row);
      known.delete(id);
      if (sealer) known.set(id, { ...sealer, from: now + row.sealsInMs, isRetired: row.retiredAt !== null });
    }
    readAt = now;
  }

  /** The last that has begun; while none has, the first. */
  function sealer(): Sealer {
    const usable = [...known.values()].filter((key) => !key.isRetired);
    const now = performance.now();
    const chosen = usable.findLast((key) => key.from <= now) ?? usable[0];
    if (chosen === undefined) throw new UnknownKeyError('There is no key to seal with.');
    return chosen;
  }

  await read();
  return {
    wrapper,
    cipher: {
      seal: (place, value) => sealer().seal(place, value),
      open(place, sealed) {
        const id = sealedWith(sealed);
        const key = id === undefined ? sealer() : known.get(hex(id));
        if (key === undefined) throw new UnknownKeyError('Sealed with another key.');
        return key.open(place, sealed);
      },
      index(purpose, ...parts) {
        if (indexer === undefined) throw new DatabaseError('There is no key for the blind indexes.');
        return indexer.index(purpose, ...parts);
      },
    },
    async fresh() {
      if (performance.now() - readAt < REFRESH_MS) return;
      await (reading ??= read().finally(() => (reading = undefined)));
    },
    expire() {
      readAt = Math.min(readAt, performance.now() - REFRESH_MS);
    },
  };
}
