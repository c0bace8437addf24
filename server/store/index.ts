/**
 * The store: PostgreSQL through Prisma, and nothing else. See `types.ts` for what it promises.
 */
import type { Config } from '../config.ts';
import { authorizationStore } from './authorizations.ts';
import { type Cipher, createCipher } from './cipher.ts';
import { consentStore } from './consents.ts';
import { correctionStore } from './corrections.ts';
import { type Database, openDatabase } from './database.ts';
import { documentStore } from './documents.ts';
import { startEmbedded } from './embedded/index.ts';
import { DatabaseError } from './errors.ts';
import { identityStore } from './identities.ts';
import { readStoreKey } from './key.ts';
import { listStore } from './lists.ts';
import { patientStore } from './patients.ts';
import { recordStore } from './records.ts';
import { searchStore } from './searches.ts';
import { setStore } from './sets.ts';
import { subscriptionStore } from './subscriptions.ts';
import type { Store, StoreLogger } from './types.ts';

export { DatabaseError } from './errors.ts';
export type * from './types.ts';

/** The settings that the store reads. */
export type StoreConfig = Pick<Config, 'dataDir' | 'DATABASE_URL' | 'STORE_KEY' | 'SEARCH_TTL_SECONDS'>;

/**
 * Opens the store: DATABASE_URL, or the embedded server of DATA_DIR; migrations applied.
 * @throws DatabaseError saying what to do, without any secret
 */
export async function openStore(config: StoreConfig, logger?: StoreLogger): Promise<Store> {
  const key = await readStoreKey(config.STORE_KEY, config.dataDir);
  const embedded = config.DATABASE_URL === undefined ? await startEmbedded(config.dataDir, logger) : undefined;
  try {
    const database = await openDatabase(embedded?.url ?? config.DATABASE_URL ?? '', logger);
    const { prisma } = database;
    const cipher = createCipher(key);
    try {
      await checkKey(prisma, cipher);
    } catch (error) {
      await database.close();
      throw error;
    }
    return {
      patients: patientStore(prisma, cipher),
      documents: documentStore(prisma, cipher),
      sets: setStore(prisma, cipher),
      lists: listStore(prisma, cipher),
      searches: searchStore(prisma, cipher, config.SEARCH_TTL_SECONDS),
      subscriptions: subscriptionStore(prisma, cipher),
      consents: consentStore(prisma, cipher),
      authorizations: authorizationStore(prisma, cipher),
      identities: identityStore(prisma, cipher),
      corrections: correctionStore(prisma, cipher),
      records: recordStore(prisma, cipher),
      lost: embedded?.lost,
      async ping() {
        await prisma.$queryRaw`SELECT 1`;
      },
      async close() {
        await database.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** With another key nobody would be found again, and everybody would get a second id. */
async function checkKey(db: Database, { keyId }: Cipher): Promise<void> {
  if ((await db.storeKey.count()) === 0) await db.storeKey.createMany({ data: { keyId }, skipDuplicates: true });
  const kept = await db.storeKey.findMany();
  if (kept.some((row) => Buffer.compare(row.keyId, keyId) !== 0)) {
    throw new DatabaseError(
      'This database was written with another key: give back its STORE_KEY (or DATA_DIR/keys/store.key).',
    );
  }
}
