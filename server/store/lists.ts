/**
 * Lists (submission sets and folders): their opaque ids, what the registry calls them, and what was deposited here. One
 * row a list, keyed on its uniqueId: a set that is deposited here and later seen in the registry keeps its id.
 */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import { type List, Prisma, type PrismaClient } from './generated/prisma/client.ts';
import { isUuid, plainIdentifier } from './identifiers.ts';
import { insReader } from './document-rows.ts';
import type { ListKind, ListStore, SeenList, StoredList } from './types.ts';
import type { Eyes } from './viewer.ts';

/** A list with its patient's sealed INS, whether something was deposited here, and by which structure. */
type ListRow = Pick<
  List,
  'id' | 'kind' | 'patientId' | 'uniqueId' | 'entryUuid' | 'version' | 'submittedAt' | 'structure' | 'updatedAt'
> & {
  insSealed: Uint8Array;
  deposited: boolean;
};

/** The columns of a `ListRow`, for a query that calls the tables `l` and `p`. */
const columns = Prisma.raw(`
  l.id, l.kind, l.patient_id AS "patientId", l.unique_id AS "uniqueId", l.entry_uuid AS "entryUuid", l.version,
  l.submitted_at AS "submittedAt", l.structure, l.updated_at AS "updatedAt", l.payload_sealed IS NOT NULL AS deposited, p.ins_sealed AS "insSealed"`);

const keyOf = ({ kind, uniqueId }: { kind: string; uniqueId: string }): string => `${kind} ${uniqueId}`;

export function listStore(prisma: PrismaClient, cipher: Cipher, eyes: Eyes): ListStore {
  const reader = () => rowReader(cipher, eyes);
  const byIdentifiers = async (values: readonly string[]): Promise<Map<string, StoredList>> => {
    if (values.length === 0) return new Map();
    const plain = values.map(plainIdentifier);
    const rows = await prisma.$queryRaw<(ListRow & { value: string })[]>`
      SELECT i.value, ${columns}
      FROM list_identifier i JOIN list l ON l.id = i.list_id JOIN patient p ON p.id = l.patient_id
      WHERE i.value = ANY(${plain}) AND ${eyes.hasMetSql} ORDER BY l.updated_at`;
    const read = reader();
    const found = new Map(rows.map((row) => [row.value, read(row)]));
    return new Map(values.flatMap((value, i) => pairOf(value, found.get(plain[i] as string))));
  };
  return {
    bind: (seen) => bind(prisma, reader(), seen),
    async byId(id) {
      if (!isUuid(id)) return undefined;
      const [row] = await prisma.$queryRaw<ListRow[]>`
        SELECT ${columns} FROM list l JOIN patient p ON p.id = l.patient_id 
        WHERE l.id = ${id}::uuid AND ${eyes.hasMetSql}`;
      return row && reader()(row);
    },
    byIdentifiers,
    byIdentifier: async (value) => (await byIdentifiers([value])).get(value),
    async forget(ids) {
      await prisma.list.deleteMany({
        where: { id: { in: ids.filter(isUuid) }, entryUuid: null, payloadSealed: null },
      });
    },
  };
}

const pairOf = (value: string, list: StoredList | undefined): [string, StoredList][] => (list ? [[value, list]] : []);

/** A reader of rows: what was deposited here is said to who deposited it. */
function rowReader(cipher: Cipher, eyes: Eyes): (row: ListRow) => StoredList {
  const insOf = insReader(cipher);
  return (row) => {
    return {
      id: row.id,
      kind: row.kind as ListKind,
      patientId: row.patientId,
      ins: insOf(row),
      uniqueId: row.uniqueId,
      entryUuid: row.entryUuid ?? undefined,
      version: row.version ?? undefined,
      submittedAt: row.submittedAt ?? undefined,
      isDeposited: row.deposited && eyes.isOwn('list', row.structure),
      updatedAt: row.updatedAt,
    };
  };
}

/** See `ListStore.bind`. */
async function bind(
  prisma: PrismaClient,
  read: (row: ListRow) => StoredList,
  seen: readonly SeenList[],
): Promise<StoredList[]> {
  if (seen.length === 0) return [];
  const current = latest(seen);
  const known = new Map((await findByKeys(prisma, [...current.values()])).map((row) => [keyOf(row), row]));
  const changed = [...current.values()].filter((list) => differs(list, known.get(keyOf(list))));
  const named = seen.flatMap((list) => newNames(list, known.get(keyOf(list))));
  if (changed.length > 0 || named.length > 0)
    for (const row of await save(prisma, changed, named)) known.set(keyOf(row), row);
  return seen.map((list) => {
    const row = known.get(keyOf(list));
    if (row === undefined) throw new Error('A list just bound is gone.');
    return read(row);
  });
}

/** Of several versions the highest is the current one, the later one among equals. */
function latest(seen: readonly SeenList[]): Map<string, SeenList> {
  const current = new Map<string, SeenList>();
  for (const list of seen) {
    const other = current.get(keyOf(list));
    if (other === undefined || Number(list.version ?? 0) >= Number(other.version ?? 0)) current.set(keyOf(list), list);
  }
  return current;
}

async function findByKeys(prisma: PrismaClient, keys: readonly SeenList[]): Promise<ListRow[]> {
  const wanted = keys.map(({ kind, uniqueId }) => ({ kind, unique: uniqueId }));
  return prisma.$queryRaw<ListRow[]>`
    SELECT ${columns}
    FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) AS k(kind text, "unique" text)
    JOIN list l ON l.kind = k.kind AND l.unique_id = k."unique"
    JOIN patient p ON p.id = l.patient_id`;
}

function differs(list: SeenList, row: ListRow | undefined): boolean {
  if (row === undefined) return true;
  const told = (value: string | undefined, stored: string | null) => value !== undefined && value !== stored;
  return (
    list.patientId !== row.patientId ||
    told(list.entryUuid, row.entryUuid) ||
    told(list.version, row.version) ||
    told(list.submittedAt, row.submittedAt)
  );
}

/** Identifiers that are not among the row's current ones; a repeated one is dropped by the table. */
function newNames({ kind, uniqueId, entryUuid, logicalId }: SeenList, row: ListRow | undefined) {
  const current = row === undefined ? [] : [row.uniqueId, row.entryUuid];
  // The logicalId is the entryUUID of the first version: a set has no other.
  return [uniqueId, entryUuid, logicalId]
    .filter((value) => value !== undefined && !current.includes(value))
    .map((value) => ({ kind, uniqueId, value: plainIdentifier(value as string) }));
}

/**
 * Inserts or updates, in one statement and in one order for all callers. What is not said stays as it was. That a list
 * deposited here is seen for the first time does not change it.
 */
async function save(
  prisma: PrismaClient,
  lists: readonly SeenList[],
  names: readonly { kind: ListKind; uniqueId: string; value: string }[],
): Promise<ListRow[]> {
  const given = lists.map((list) => ({ ...list, id: list.id ?? randomUUID() }));
  return prisma.$queryRaw<ListRow[]>`
    WITH given AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g(
        id uuid, kind text, "patientId" uuid, "uniqueId" text, "entryUuid" text, version text,
        "submittedAt" text)
    ), names AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(names)}::jsonb) AS n(kind text, "uniqueId" text, value text)
    ), l AS (
      INSERT INTO list AS held (id, kind, patient_id, unique_id, entry_uuid, version, submitted_at)
      SELECT id, kind, "patientId", "uniqueId", "entryUuid", version, "submittedAt" FROM given ORDER BY kind, "uniqueId"
      ON CONFLICT (kind, unique_id) DO UPDATE SET
        patient_id = excluded.patient_id,
        entry_uuid = coalesce(excluded.entry_uuid, held.entry_uuid),
        version = coalesce(excluded.version, held.version),
        submitted_at = coalesce(excluded.submitted_at, held.submitted_at),
        updated_at = CASE WHEN held.entry_uuid IS NULL THEN held.updated_at ELSE now() END
      RETURNING *
    ), all_lists AS (
      SELECT id, kind, unique_id FROM l
      UNION
      SELECT id, kind, unique_id FROM list WHERE (kind, unique_id) IN (SELECT kind, "uniqueId" FROM names)
    ), named AS (
      INSERT INTO list_identifier (value, list_id)
      SELECT DISTINCT names.value, a.id
      FROM names JOIN all_lists a ON a.kind = names.kind AND a.unique_id = names."uniqueId"
      ORDER BY 2, 1
      ON CONFLICT DO NOTHING
    )
    SELECT ${columns} FROM l JOIN patient p ON p.id = l.patient_id`;
}
