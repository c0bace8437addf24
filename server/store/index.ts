/**
 * The store: PostgreSQL through Prisma, and nothing else. See `types.ts` for what it promises.
 */
import { authorizationStore } from './authorizations.ts';
import { consentStore } from './consents.ts';
import { correctionStore } from './corrections.ts';
import { documentStore } from './documents.ts';
import { depositFeed } from './feed/index.ts';
import { runningEmbedded } from './embedded/running.ts';
import { identityStore } from './identities.ts';
import { limitStore } from './limits/index.ts';
import { listStore } from './lists.ts';
import { oauthKeyStore } from './oauth-keys.ts';
import { oauthStore, practitionerStore } from './oauth.ts';
import { patientStore } from './patients.ts';
import type { QueryFollower } from './query-follower.ts';
import { recordStore } from './records.ts';
import { registryStore } from './registry.ts';
import { rulesStore } from './rules/index.ts';
import { searchStore } from './searches.ts';
import { setStore } from './sets.ts';
import { openStorage, type StoreConfig } from './storage.ts';
import { subscriptionStore } from './subscriptions.ts';
import type { Store, StoreLogger } from './types.ts';
import { takeoverStore } from './takeover/index.ts';
import { feedStore } from './trail/feed.ts';
import { mayInsert } from './trail/insert.ts';
import { openTrail } from './trail/index.ts';
import { chainStatus } from './trail/status.ts';
import { eyesOf } from './viewer.ts';
import { withKeys } from './with-keys.ts';

export { DatabaseError } from './errors.ts';
export { rotateKeys, type RotationOptions, type RotationStep } from './rotate.ts';
export type { StoreConfig } from './storage.ts';
export type * from './types.ts';

/**
 * Opens the store for a program of the command line: that of the façade, also while it runs with its embedded database.
 * @throws DatabaseError
 */
export async function openStoreBeside(config: StoreConfig): Promise<Store> {
  const url = config.DATABASE_URL ?? (await runningEmbedded(config.dataDir));
  return openStore(url === undefined ? config : { ...config, DATABASE_URL: url });
}

/**
 * Opens the store, as the primary structure sees it: DATABASE_URL, or the embedded server of DATA_DIR; migrations applied.
 * @throws DatabaseError saying what to do, without any secret
 */
export async function openStore(config: StoreConfig, logger?: StoreLogger, follow?: QueryFollower): Promise<Store> {
  const { prisma, keyring, load, lost, close } = await openStorage(config, logger, follow);
  const { cipher } = keyring;
  const trail = await openTrail({ prisma, cipher, settings: config, logger, isAlone: lost !== undefined }).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  let closing: Promise<void> | undefined;
  const keyed = <S extends object>(store: S): S => withKeys(store, keyring);
  const primary = config.STRUCTURE_ID;
  /** What differs by whoever looks at it. */
  function seenBy(structure: string) {
    const eyes = eyesOf(cipher, { structure, isPrimary: structure === primary });
    return {
      patients: keyed(patientStore(prisma, cipher, eyes)),
      documents: keyed(documentStore(prisma, cipher, eyes)),
      sets: keyed(setStore(prisma, cipher, eyes)),
      lists: keyed(listStore(prisma, cipher, eyes)),
      authorizations: keyed(authorizationStore(prisma, cipher, eyes)),
    };
  }
  const { feed, feedWork } = depositFeed(prisma, cipher);
  const common = {
    searches: keyed(searchStore(prisma, cipher, config.SEARCH_TTL_SECONDS)),
    subscriptions: keyed(subscriptionStore(prisma, cipher)),
    consents: keyed(consentStore(prisma, cipher)),
    identities: keyed(identityStore(prisma, cipher)),
    corrections: keyed(correctionStore(prisma, cipher)),
    records: keyed(recordStore(prisma, cipher, trail)),
    auditChain: () => chainStatus(prisma),
    registry: keyed(registryStore(prisma, cipher)),
    feedingRules: keyed(rulesStore(prisma, cipher)),
    auditFeed: keyed(feedStore(prisma, cipher)),
    // Nothing of it is sealed, and a turn must not wait for keys.
    limits: limitStore(prisma, cipher),
    feed: keyed(feed),
    feedWork: keyed(feedWork),
    oauth: keyed(oauthStore(prisma, cipher)),
    oauthKeys: keyed(oauthKeyStore(prisma, cipher)),
    practitioners: keyed(practitionerStore(cipher)),
    takeovers: keyed(takeoverStore(prisma, cipher)),
    lost,
    async ping() {
      await prisma.$queryRaw`SELECT 1`;
    },
    pingTrail: () => mayInsert(prisma),
    load: () => ({ connections: load(), records: trail.waiting() }),
    close: () => (closing ??= trail.close().then(close)),
  };
  // One a structure in force: a caller of another is refused before it comes here.
  const views = new Map<string, Store>();
  const as = (structure: string): Store => {
    const view = views.get(structure) ?? { ...common, ...seenBy(structure), as };
    views.set(structure, view);
    return view;
  };
  return as(primary);
}
