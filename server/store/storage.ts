/** What the store stands on: the database, its embedded server if there is one, and the keys. */
import type { Config } from '../config.ts';
import { openDatabase, type OpenDatabase } from './database.ts';
import { startEmbedded } from './embedded/index.ts';
import { readWrappingKeys } from './key.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import type { QueryFollower } from './query-follower.ts';
import type { TrailSettings } from './trail/index.ts';
import type { StoreLogger } from './types.ts';

/** The settings that the store reads. */
export type StoreConfig = Pick<
  Config,
  'dataDir' | 'DATABASE_URL' | 'STORE_KEY' | 'SEARCH_TTL_SECONDS' | 'STRUCTURE_ID'
> &
  Partial<Pick<Config, 'STORE_KEY_PREVIOUS'>> &
  TrailSettings;

export interface Storage extends Pick<OpenDatabase, 'prisma' | 'load'> {
  keyring: Keyring;
  /** Of the embedded server, which nobody else can use meanwhile; absent with an external one. */
  lost?: Promise<void>;
  close(): Promise<void>;
}

/** @throws DatabaseError saying what to do, without any secret; nothing is left open then */
export async function openStorage(config: StoreConfig, logger?: StoreLogger, follow?: QueryFollower): Promise<Storage> {
  const keys = await readWrappingKeys(config);
  const embedded = config.DATABASE_URL === undefined ? await startEmbedded(config.dataDir, logger) : undefined;
  try {
    const database = await openDatabase(embedded?.url ?? config.DATABASE_URL ?? '', logger, follow);
    try {
      return {
        prisma: database.prisma,
        load: database.load,
        keyring: await openKeyring(database.prisma, keys, logger),
        ...(embedded ? { lost: embedded.lost } : {}),
        async close() {
          await database.close();
          await embedded?.stop();
        },
      };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}
