/** Structures, their certificates, OAuth clients, and what administrators changed of them. See `registry-types.ts`. */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import type {
  PrismaClient,
  RegistryCertificate,
  RegistryChange,
  RegistryClient,
  RegistryStructure,
} from './generated/prisma/client.ts';
import type {
  CertificateKind,
  ClientWrite,
  EntryKind,
  EntryState,
  NewChange,
  RegistryStore,
  StoredCertificate,
  StoredChange,
  StoredClient,
  StoredStructure,
  StructureWrite,
} from './registry-types.ts';

/** Changes follow each other, so that their numbers do and each is made on what the one before left. */
const CHANGE_LOCK = 71202612;

const contentPlace = (entry: EntryKind, id: string) => [`registry_${entry}`, 'content_sealed', id] as const;
const keyPlace = (id: string) => ['registry_certificate', 'key_sealed', id] as const;
const secretPlace = (id: string) => ['registry_client', 'secret_sealed', id] as const;
const changePlace = (id: string) => ['registry_change', 'content_sealed', id] as const;

export function registryStore(prisma: PrismaClient, cipher: Cipher): RegistryStore {
  const common = (entry: EntryKind, row: RegistryStructure | RegistryClient) => ({
    state: row.state as EntryState,
    version: row.version,
    content: cipher.open(contentPlace(entry, row.id), row.contentSealed),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });
  const certificate = (row: RegistryCertificate): StoredCertificate => ({
    id: row.id,
    kind: row.kind as CertificateKind,
    state: row.state as EntryState,
    fingerprint: row.fingerprint,
    chain: row.chain,
    key: cipher.open(keyPlace(row.id), row.keySealed) as string,
    notBefore: row.notBefore,
    notAfter: row.notAfter,
    addedAt: row.addedAt,
  });
  const structure = (row: RegistryStructure & { certificates: RegistryCertificate[] }): StoredStructure => ({
    id: row.structureId,
    ...common('structure', row),
    certificates: row.certificates.map(certificate),
  });
  const client = (row: RegistryClient): StoredClient => ({
    id: row.clientId,
    ...common('client', row),
    ...(row.secretSealed === null ? {} : { secret: cipher.open(secretPlace(row.id), row.secretSealed) as string }),
  });
  const change = (row: RegistryChange): StoredChange => ({
    number: row.number,
    at: row.at,
    entry: row.entry as EntryKind,
    entryId: row.entryId,
    action: row.action,
    content: cipher.open(changePlace(row.id), row.contentSealed),
  });

  /** What both kinds of entries have, as columns; `id` is the row's. */
  const columns = (
    entry: EntryKind,
    id: string,
    { state, content, expected }: StructureWrite | ClientWrite,
    at: Date,
  ) => ({
    ...(state === undefined ? {} : { state }),
    ...(content === undefined ? {} : { contentSealed: cipher.seal(contentPlace(entry, id), content) }),
    version: expected + 1,
    updatedAt: at,
  });
  const created = (id: string, write: StructureWrite | ClientWrite, at: Date) => ({
    id,
    state: write.state ?? 'active',
    contentSealed: cipher.seal(contentPlace(write.entry, id), write.content),
    createdAt: at,
    updatedAt: at,
  });

  async function writeStructure(db: Database, write: StructureWrite, at: Date): Promise<boolean> {
    const found = await db.registryStructure.findUnique({ where: { structureId: write.id } });
    if ((found?.version ?? 0) !== write.expected) return false;
    const id = found?.id ?? randomUUID();
    if (found === null)
      await db.registryStructure.create({ data: { ...created(id, write, at), structureId: write.id } });
    else await db.registryStructure.update({ where: { id }, data: columns('structure', id, write, at) });
    if (write.add !== undefined) {
      const { key, ...rest } = write.add;
      const own = randomUUID();
      const keySealed = cipher.seal(keyPlace(own), key);
      await db.registryCertificate.create({
        data: { ...rest, id: own, ownerId: id, state: 'active', keySealed, addedAt: at },
      });
    }
    if (write.withdraw !== undefined)
      await db.registryCertificate.updateMany({
        where: { id: write.withdraw, ownerId: id },
        data: { state: 'withdrawn' },
      });
    return true;
  }

  async function writeClient(db: Database, write: ClientWrite, at: Date): Promise<boolean> {
    const found = await db.registryClient.findUnique({ where: { clientId: write.id } });
    if ((found?.version ?? 0) !== write.expected) return false;
    const id = found?.id ?? randomUUID();
    const { secret } = write;
    const sealed =
      secret === undefined ? {} : { secretSealed: secret === null ? null : cipher.seal(secretPlace(id), secret) };
    if (found === null)
      await db.registryClient.create({ data: { ...created(id, write, at), ...sealed, clientId: write.id } });
    else await db.registryClient.update({ where: { id }, data: { ...columns('client', id, write, at), ...sealed } });
    return true;
  }

  async function put(
    db: Database,
    write: StructureWrite | ClientWrite,
    { content, ...rest }: NewChange,
  ): Promise<number> {
    const number = (await versionOf(db)) + 1;
    const id = randomUUID();
    const contentSealed = cipher.seal(changePlace(id), content);
    await db.registryChange.create({
      data: { ...rest, id, number, entry: write.entry, entryId: write.id, contentSealed },
    });
    return number;
  }

  return {
    version: () => versionOf(prisma),

    async registry() {
      // One moment for all of it: an entry and its certificates were changed together.
      const [version, structures, clients] = await prisma.$transaction(
        [
          prisma.registryChange.aggregate({ _max: { number: true } }),
          prisma.registryStructure.findMany({
            orderBy: { structureId: 'asc' },
            include: { certificates: { orderBy: [{ addedAt: 'asc' }, { id: 'asc' }] } },
          }),
          prisma.registryClient.findMany({ orderBy: { clientId: 'asc' } }),
        ],
        { isolationLevel: 'RepeatableRead' },
      );
      return { version: version._max.number ?? 0, structures: structures.map(structure), clients: clients.map(client) };
    },

    write: (write, by) =>
      prisma.$transaction(async (db) => {
        await db.$executeRaw`SELECT pg_advisory_xact_lock(${CHANGE_LOCK}::bigint)`;
        const done = write.entry === 'structure' ? writeStructure(db, write, by.at) : writeClient(db, write, by.at);
        return (await done) ? put(db, write, by) : 'conflict';
      }),

    async changes(entry, entryId, most) {
      const rows = await prisma.registryChange.findMany({
        where: { entry, entryId },
        orderBy: { number: 'desc' },
        take: most,
      });
      return rows.map(change);
    },
  };
}

const versionOf = async (db: Database): Promise<number> =>
  (await db.registryChange.aggregate({ _max: { number: true } }))._max.number ?? 0;
