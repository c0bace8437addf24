/** What the authorization server keeps for a while; see `OauthStore`. */
import type { Cipher, Place } from './cipher.ts';
import { Prisma, type PrismaClient } from './generated/prisma/client.ts';
import type { OauthItem, OauthStore, PractitionerStore, StoredOauthItem } from './oauth-types.ts';

const SWEEP_MS = 60_000;
/** How long what has expired is still found: a code or refresh token that comes back late is told apart from an unknown one. */
const KEPT_MS = 3_600_000;

/** What may be shown as a token to the API. */
const tokenKinds = ['AccessToken', 'ClientCredentials'];
/** A session that has ended (`endSession`). */
const ended = 'EndedSession';

interface Row {
  id: Uint8Array;
  kind: string;
  contentSealed: Uint8Array;
  consumedAt: Date | null;
  expiresAt: Date;
}

const placeOf = (id: Uint8Array): Place => ['oauth_item', 'content_sealed', Buffer.from(id).toString('hex')];

export function oauthStore(prisma: PrismaClient, cipher: Cipher): OauthStore {
  let swept = 0;
  const idOf = (kind: string, id: string) => cipher.index('oauth.id', kind, id);
  const grantOf = (grant: string) => cipher.index('oauth.grant', grant);
  const sessionOf = (session: string) => cipher.index('oauth.session', session);

  async function sweep(): Promise<void> {
    const now = Date.now();
    if (now - swept < SWEEP_MS) return;
    swept = now;
    await prisma.oauthItem.deleteMany({ where: { expiresAt: { lt: new Date(now - KEPT_MS) } } });
  }

  function rowOf({ kind, id, content, expiresAt, grant, session }: OauthItem) {
    const row = idOf(kind, id);
    return {
      id: row,
      kind,
      contentSealed: cipher.seal(placeOf(row), content),
      grantIndex: grant === undefined ? null : grantOf(grant),
      sessionIndex: session === undefined ? null : sessionOf(session),
      consumedAt: null,
      expiresAt,
    };
  }

  const read = ({ id, contentSealed, consumedAt, expiresAt }: Row): StoredOauthItem => ({
    content: cipher.open(placeOf(id), contentSealed),
    expiresAt,
    ...(consumedAt === null ? {} : { consumedAt }),
  });

  return {
    async put(item) {
      await sweep();
      const row = rowOf(item);
      // What was used stays so when it is saved again.
      const { id: _, consumedAt: __, ...update } = row;
      await prisma.oauthItem.upsert({ where: { id: row.id }, create: row, update, select: { expiresAt: true } });
    },

    async putOnce(item) {
      await sweep();
      const { id, kind, contentSealed, grantIndex, sessionIndex, expiresAt } = rowOf(item);
      const written = await prisma.$executeRaw`
        INSERT INTO oauth_item AS held (id, kind, content_sealed, grant_index, session_index, expires_at)
        VALUES (${id}, ${kind}, ${contentSealed}, ${grantIndex}, ${sessionIndex}, ${expiresAt})
        ON CONFLICT (id) DO UPDATE SET content_sealed = excluded.content_sealed, expires_at = excluded.expires_at
          WHERE held.expires_at <= now()`;
      return written === 1;
    },

    async find(kind, id) {
      const row = await prisma.oauthItem.findUnique({ where: { id: idOf(kind, id) } });
      return row === null ? undefined : read(row);
    },

    async findBySession(kind, session) {
      const row = await prisma.oauthItem.findFirst({ where: { kind, sessionIndex: sessionOf(session) } });
      return row === null ? undefined : read(row);
    },

    async consume(kind, id) {
      const where = { id: idOf(kind, id), consumedAt: null };
      const { count } = await prisma.oauthItem.updateMany({ where, data: { consumedAt: new Date() } });
      return count === 1;
    },

    async release(kind, id) {
      await prisma.oauthItem.updateMany({ where: { id: idOf(kind, id) }, data: { consumedAt: null } });
    },

    async take(kind, id) {
      const [row] = await prisma.$queryRaw<Row[]>`
        DELETE FROM oauth_item WHERE id = ${idOf(kind, id)}
        RETURNING id, kind, content_sealed AS "contentSealed", consumed_at AS "consumedAt", expires_at AS "expiresAt"`;
      return row === undefined || row.expiresAt <= new Date() ? undefined : read(row).content;
    },

    async remove(kind, id) {
      await prisma.oauthItem.deleteMany({ where: { id: idOf(kind, id) } });
    },

    async removeOfGrant(kind, grant) {
      await prisma.oauthItem.deleteMany({ where: { kind, grantIndex: grantOf(grant) } });
    },

    async liveToken(token) {
      const ids = tokenKinds.map((kind) => idOf(kind, token));
      const [row] = await prisma.$queryRaw<Row[]>`
        SELECT t.id, t.kind, t.content_sealed AS "contentSealed", t.consumed_at AS "consumedAt", t.expires_at AS "expiresAt"
        FROM oauth_item t
        WHERE t.id IN (${Prisma.join(ids)}) AND t.expires_at > now()
          AND (t.grant_index IS NULL OR EXISTS (
            SELECT 1 FROM oauth_item g
            WHERE g.kind = 'Grant' AND g.grant_index = t.grant_index AND g.expires_at > now()))
          AND NOT EXISTS (
            SELECT 1 FROM oauth_item e WHERE e.kind = ${ended} AND e.session_index = t.session_index)`;
      return row === undefined ? undefined : { kind: row.kind, content: read(row).content };
    },

    async endSession(session, until) {
      const sessionIndex = sessionOf(session);
      await prisma.oauthItem.deleteMany({ where: { sessionIndex } });
      // Also for who is issuing one at this moment.
      const mark = rowOf({ kind: ended, id: session, content: null, expiresAt: until, session });
      await prisma.oauthItem.createMany({ data: [mark], skipDuplicates: true });
    },
  };
}

export function practitionerStore(cipher: Cipher): PractitionerStore {
  return {
    idOf(personId) {
      const bytes = Buffer.from(cipher.index('practitioner.id', personId)).subarray(0, 16);
      bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6); // version 8: a UUID of our own making (RFC 9562 §5.8)
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      return Promise.resolve(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
    },
  };
}
