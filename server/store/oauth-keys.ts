/** The keys of the authorization server: few rows, changed by one instance at a time. */
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import type { OauthKey, PrismaClient } from './generated/prisma/client.ts';
import type { OauthKeyPurpose, OauthKeyStore, StoredOauthKey } from './oauth-types.ts';

/** Advisory lock: one at a time changes the table. */
const LOCK = 71202840;
const TIMEOUT_MS = 60_000;

const placeOf = (id: string) => ['oauth_key', 'content_sealed', id] as const;

export function oauthKeyStore(prisma: PrismaClient, cipher: Cipher): OauthKeyStore {
  const read = ({ id, purpose, contentSealed, createdAt, usedFrom }: OauthKey): StoredOauthKey => ({
    id,
    purpose: purpose as OauthKeyPurpose,
    content: cipher.open(placeOf(id), contentSealed),
    createdAt,
    usedFrom,
  });
  const all = async (db: Database): Promise<StoredOauthKey[]> =>
    (await db.oauthKey.findMany({ orderBy: [{ usedFrom: 'asc' }, { id: 'asc' }] })).map(read);

  return {
    all: () => all(prisma),
    change: (change) =>
      prisma.$transaction(
        async (db) => {
          await db.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
          const { add, remove } = await change(await all(db));
          await db.oauthKey.createMany({
            data: add.map(({ id, purpose, content, createdAt, usedFrom }) => ({
              ...{ id, purpose, createdAt, usedFrom },
              contentSealed: cipher.seal(placeOf(id), content),
            })),
          });
          await db.oauthKey.deleteMany({ where: { id: { in: [...remove] } } });
          return all(db);
        },
        { timeout: TIMEOUT_MS, maxWait: TIMEOUT_MS },
      ),
  };
}
