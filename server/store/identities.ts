/**
 * Identities that structures feed. Whoever changes one holds its row until the transaction ends, so that versions and events
 * follow each other; what happened to it is kept for good.
 */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import type { Identity, PrismaClient } from './generated/prisma/client.ts';
import { isUuid } from './identifiers.ts';
import type { FedIdentity, IdentityEvent, IdentityEventKind, IdentityStore, StoredIdentity } from './identity-types.ts';
import type { Ins } from './types.ts';

/** What is sealed of an identity. */
type Content = Pick<FedIdentity, 'system' | 'value' | 'ins' | 'content'>;

/** What an event says of an identity, before or after. */
type Side = Pick<StoredIdentity, 'ins' | 'reliability' | 'active' | 'replacedBy'>;

const sideOf = ({ ins, reliability, active, replacedBy }: Side): Side => ({ ins, reliability, active, replacedBy });

/** What a feed did: changes of the INS and of the activity are told apart. */
function kindsOf(before: Side, after: Side): IdentityEventKind[] {
  const kinds: IdentityEventKind[] = [];
  if (!sameIns(before.ins, after.ins)) kinds.push('link');
  if (before.active && !after.active) kinds.push('delete');
  return kinds.length > 0 ? kinds : ['update'];
}

const sameIns = (one: Ins | undefined, other: Ins | undefined): boolean =>
  one?.value === other?.value && one?.oid === other?.oid;

export function identityStore(prisma: PrismaClient, cipher: Cipher): IdentityStore {
  const structureOf = (structure: string) => cipher.index('identity.structure', structure);
  const localOf = (structure: string, system: string, value: string) =>
    cipher.index('identity.local', structure, system, value);
  const insOf = (structure: string, { value, oid }: Ins) => cipher.index('identity.ins', structure, oid, value);
  const placeOf = (id: string) => ['identity', 'content_sealed', id] as const;
  const eventPlaceOf = (id: string) => ['identity_event', 'content_sealed', id] as const;

  const read = (row: Identity): StoredIdentity => {
    const { system, value, ins, content } = cipher.open(placeOf(row.id), row.contentSealed) as Content;
    return {
      id: row.id,
      system,
      value,
      ins,
      patientId: row.patientId ?? undefined,
      reliability: row.reliability ?? undefined,
      content,
      active: row.active,
      replacedBy: row.replacedBy ?? undefined,
      ...(row.comparedAt === null ? {} : { differences: row.differences, comparedAt: row.comparedAt }),
      version: row.version,
      updatedAt: row.updatedAt,
    };
  };

  /** The columns of what was fed. */
  const columns = (id: string, { structure, system, value, ins, content, ...rest }: FedIdentity, now: Date) => ({
    insIndex: ins === undefined ? null : insOf(structure, ins),
    patientId: rest.patientId ?? null,
    reliability: rest.reliability ?? null,
    contentSealed: cipher.seal(placeOf(id), { system, value, ins, content } satisfies Content),
    active: rest.active,
    differences: rest.differences ?? [],
    comparedAt: rest.comparedAt ?? null,
    updatedAt: now,
  });

  /** Adds to the history of an identity whose row this transaction holds. */
  async function note(db: Database, identityId: string, { kind, at, by, details }: IdentityEvent): Promise<void> {
    const number = (await db.identityEvent.count({ where: { identityId } })) + 1;
    const id = randomUUID();
    const contentSealed = cipher.seal(eventPlaceOf(id), { by, details });
    await db.identityEvent.create({ data: { id, identityId, number, kind, at, contentSealed }, select: { id: true } });
  }

  /** Locks rows until the end of the transaction, in one order for all callers. */
  async function lock(db: Database, ids: readonly string[]): Promise<Identity[]> {
    await db.$queryRaw`SELECT id FROM identity WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
    return db.identity.findMany({ where: { id: { in: [...ids] } } });
  }

  async function create(db: Database, given: FedIdentity, by: string, now: Date): Promise<StoredIdentity | undefined> {
    const id = randomUUID();
    const localIndex = localOf(given.structure, given.system, given.value);
    const data = { id, structure: structureOf(given.structure), localIndex, ...columns(id, given, now) };
    // Of two at once, the second waits here for the first to end, and drops its row.
    const { count } = await db.identity.createMany({ data, skipDuplicates: true });
    if (count === 0) return undefined;
    await note(db, id, { kind: 'create', at: now, by, details: { after: sideOf(given) } });
    return read(await db.identity.findUniqueOrThrow({ where: { id } }));
  }

  async function update(db: Database, id: string, given: FedIdentity, by: string, now: Date, expected?: number) {
    const [row] = await lock(db, [id]);
    if (row === undefined || (expected !== undefined && expected !== row.version)) return 'conflict' as const;
    const before = read(row);
    // What was merged away stays so: nothing is to be deposited for it again.
    const active = given.active && row.replacedBy === null;
    const data = { ...columns(id, { ...given, active }, now), version: { increment: 1 } };
    const identity = read(await db.identity.update({ where: { id }, data }));
    const details = { before: sideOf(before), after: sideOf(identity) };
    for (const kind of kindsOf(before, identity)) await note(db, id, { kind, at: now, by, details });
    return { identity, isNew: false, before };
  }

  return {
    async feed(given, by, now, expected) {
      const localIndex = localOf(given.structure, given.system, given.value);
      return prisma.$transaction(async (db) => {
        const find = () => db.identity.findUnique({ where: { localIndex }, select: { id: true } });
        let known = await find();
        if (known === null) {
          if (expected !== undefined && expected !== 0) return 'conflict';
          const identity = await create(db, given, by, now);
          if (identity !== undefined) return { identity, isNew: true };
          known = await find();
        }
        if (known === null) throw new Error('An identity just created is gone.');
        return update(db, known.id, given, by, now, expected);
      });
    },

    async merge(survivor, obsolete, structure, by, now) {
      if (![survivor, obsolete].every(isUuid) || survivor === obsolete) throw new RangeError(UNMERGEABLE);
      await prisma.$transaction(async (db) => {
        const rows = (await lock(db, [survivor, obsolete])).filter(
          (row) => Buffer.compare(row.structure, structureOf(structure)) === 0,
        );
        const [kept, gone] = [survivor, obsolete].map((id) => rows.find((row) => row.id === id));
        if (kept === undefined || gone === undefined) throw new RangeError(UNMERGEABLE);
        if (gone.replacedBy === survivor) return;
        if (kept.replacedBy !== null || gone.replacedBy !== null) throw new RangeError(UNMERGEABLE);
        const merged = await db.identity.update({
          where: { id: obsolete },
          data: { active: false, replacedBy: survivor, version: { increment: 1 }, updatedAt: now },
        });
        const details = { before: sideOf(read(gone)), after: sideOf(read(merged)) };
        await note(db, obsolete, { kind: 'merge', at: now, by, details });
        const side = { ...sideOf(read(kept)), replaces: obsolete };
        await note(db, survivor, { kind: 'merge', at: now, by, details: { after: side } });
      });
    },

    async byId(id, structure) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.identity.findFirst({ where: { id, structure: structureOf(structure) } });
      return row === null ? undefined : read(row);
    },

    async byLocal(structure, system, value) {
      const row = await prisma.identity.findUnique({ where: { localIndex: localOf(structure, system, value) } });
      return row === null ? undefined : read(row);
    },

    async byIns(structure, ins) {
      const rows = await prisma.identity.findMany({
        where: { insIndex: insOf(structure, ins) },
        orderBy: [{ updatedAt: 'desc' }, { id: 'asc' }],
      });
      return rows.map(read);
    },

    async history(id, structure) {
      if (!isUuid(id)) return [];
      const rows = await prisma.identityEvent.findMany({
        where: { identityId: id, identity: { structure: structureOf(structure) } },
        orderBy: { number: 'desc' },
      });
      return rows.map((row) => ({
        kind: row.kind as IdentityEventKind,
        at: row.at,
        ...(cipher.open(eventPlaceOf(row.id), row.contentSealed) as Pick<IdentityEvent, 'by' | 'details'>),
      }));
    },
  };
}

const UNMERGEABLE = 'Both must be identities of the structure, two, and not merged already.';
