/**
 * The store: PostgreSQL through Prisma, and nothing else. See `types.ts` for what it promises.
 */
import { authorizationStore } from './authorizations.ts';
import { consentStore } from './consents.ts';
import { correctionStore } from './corrections.ts';
import { documentStore } from './documents.ts';
import { identityStore } from './identities.ts';
import { listStore } from './lists.ts';
import { oauthKeyStore } from './oauth-keys.ts';
import { oauthStore, practitionerStore } from './oauth.ts';
import { patientStore } from './patients.ts';
import { recordStore } from './records.ts';
import { searchStore } from './searches.ts';
import { setStore } from './sets.ts';
import { openStorage, type StoreConfig } from './storage.ts';
import { subscriptionStore } from './subscriptions.ts';
import type { Store, StoreLogger } from './types.ts';
import { withKeys } from './with-keys.ts';

export { DatabaseError } from './errors.ts';
export { rotateKeys, type RotationOptions, type RotationStep } from './rotate.ts';
export type { StoreConfig } from './storage.ts';
export type * from './types.ts';

/**
 * Opens the store: DATABASE_URL, or the embedded server of DATA_DIR; migrations applied.
 * @throws DatabaseError saying what to do, without any secret
 */
export async function openStore(config: StoreConfig, logger?: StoreLogger): Promise<Store> {
  const { prisma, keyring, lost, close } = await openStorage(config, logger);
  const { cipher } = keyring;
  const keyed = <S extends object>(store: S): S => withKeys(store, keyring);
  return {
    patients: keyed(patientStore(prisma, cipher)),
    documents: keyed(documentStore(prisma, cipher)),
    sets: keyed(setStore(prisma, cipher)),
    lists: keyed(listStore(prisma, cipher)),
    searches: keyed(searchStore(prisma, cipher, config.SEARCH_TTL_SECONDS)),
    subscriptions: keyed(subscriptionStore(prisma, cipher)),
    consents: keyed(consentStore(prisma, cipher)),
    authorizations: keyed(authorizationStore(prisma, cipher)),
    identities: keyed(identityStore(prisma, cipher)),
    corrections: keyed(correctionStore(prisma, cipher)),
    records: keyed(recordStore(prisma, cipher)),
    oauth: keyed(oauthStore(prisma, cipher)),
    oauthKeys: keyed(oauthKeyStore(prisma, cipher)),
    practitioners: keyed(practitionerStore(cipher)),
    lost,
    async ping() {
      await prisma.$queryRaw`SELECT 1`;
    },
    close,
  };
}
