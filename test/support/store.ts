/** A real store on a database of its own. */
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { openStore, type Store, type StoreConfig } from '../../server/store/index.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

export interface TestStore {
  store: Store;
  database: TestDatabase;
  /** What the store was opened with: opens it a second time, as another instance would. */
  config: StoreConfig;
  /** Closes the store and drops the database. */
  close(): Promise<void>;
}

/** For `beforeAll`; close it in `afterAll`. */
export async function openTestStore(settings: Partial<StoreConfig> = {}): Promise<TestStore> {
  const database = await freshDatabase();
  const config: StoreConfig = {
    dataDir: os.tmpdir(),
    DATABASE_URL: database.url,
    STORE_KEY: randomBytes(32).toString('base64'),
    SEARCH_TTL_SECONDS: 60,
    STRUCTURE_ID: '1990100109',
    ...settings,
  };
  const store = await openStore(config);
  return {
    store,
    database,
    config,
    async close() {
      await store.close();
      await database.drop();
    },
  };
}

/** Two instances on one database, for `beforeAll`; the first closes both. */
export async function openTestStores(): Promise<[first: TestStore, second: Store]> {
  const first = await openTestStore();
  const second = await openStore(first.config);
  const close = async (): Promise<void> => {
    await second.close();
    await first.close();
  };
  return [{ ...first, close }, second];
}
