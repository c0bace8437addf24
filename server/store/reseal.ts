/** Sealing anew, with the key of now, what retired keys have sealed: in batches, while others work. */
import type { Cipher, Place } from './cipher.ts';
import { SealError } from './cipher.ts';
import type { Database } from './database.ts';
import { DatabaseError } from './errors.ts';
import { Prisma, type PrismaClient } from './generated/prisma/client.ts';

export interface SealedColumn {
  table: string;
  column: string;
  /** The table's name in the place of its values, where it was another when they were first sealed. */
  sealedAs?: string;
  /** Type of the column `id`. */
  id: 'uuid' | 'bytea';
}

/** Every column that holds sealed values: a test compares with the database. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'patient', column: 'ins_sealed', id: 'uuid' },
  { table: 'list', column: 'payload_sealed', sealedAs: 'submission_set', id: 'uuid' },
  { table: 'search', column: 'payload_sealed', id: 'bytea' },
  { table: 'subscription', column: 'content_sealed', id: 'uuid' },
  { table: 'consent_version', column: 'content_sealed', id: 'uuid' },
  { table: 'dmp_authorization', column: 'holder_sealed', id: 'uuid' },
  { table: 'identity', column: 'content_sealed', id: 'uuid' },
  { table: 'identity_event', column: 'content_sealed', id: 'uuid' },
  { table: 'correction', column: 'content_sealed', id: 'uuid' },
  { table: 'kept_record', column: 'content_sealed', id: 'uuid' },
  { table: 'feed_item', column: 'content_sealed', id: 'uuid' },
  { table: 'feed_item', column: 'result_sealed', id: 'uuid' },
  { table: 'feeding_rules', column: 'content_sealed', id: 'uuid' },
  { table: 'takeover', column: 'content_sealed', id: 'uuid' },
  { table: 'takeover_line', column: 'content_sealed', id: 'uuid' },
  { table: 'registry_structure', column: 'content_sealed', id: 'uuid' },
  { table: 'registry_certificate', column: 'key_sealed', id: 'uuid' },
  { table: 'registry_client', column: 'content_sealed', id: 'uuid' },
  { table: 'registry_client', column: 'secret_sealed', id: 'uuid' },
  { table: 'registry_change', column: 'content_sealed', id: 'uuid' },
  { table: 'audit_key', column: 'private_sealed', id: 'uuid' },
  { table: 'oauth_item', column: 'content_sealed', id: 'bytea' },
  { table: 'oauth_key', column: 'content_sealed', id: 'uuid' },
];

interface Row {
  id: string;
  sealed: Uint8Array;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** SQL of a column. */
function sqlOf({ table, column, id }: SealedColumn) {
  const isText = id === 'uuid';
  return {
    table: Prisma.raw(`"${table}"`),
    column: Prisma.raw(`t."${column}"`),
    assigned: Prisma.raw(`"${column}"`),
    idText: Prisma.raw(isText ? 't.id::text' : "encode(t.id, 'hex')"),
    idOf: (text: Prisma.Sql) => (isText ? Prisma.sql`${text}::uuid` : Prisma.sql`decode(${text}, 'hex')`),
    first: isText ? '00000000-0000-0000-0000-000000000000' : '',
    keyId: Prisma.raw(`encode(substring(t."${column}" FROM 2 FOR 4), 'hex')`),
  };
}

/** Whether anything in a column is sealed with one of the keys (ids, hex). */
export async function holdsOld(db: Database, column: SealedColumn, old: readonly string[]): Promise<boolean> {
  const { table, keyId } = sqlOf(column);
  const [row] = await db.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM ${table} t WHERE ${keyId} = ANY(${[...old]})) AS found`;
  return row?.found ?? false;
}

/**
 * Seals anew what the keys (ids, hex) have sealed in a column. What somebody else changes meanwhile is left as they leave it.
 * @param cipher seals with another key
 * @param onBatch is told how many were sealed anew after each batch, and may throw to stop: what is done is done
 * @throws DatabaseError when a value cannot be opened
 */
export async function reseal(
  prisma: PrismaClient,
  cipher: Cipher,
  of: SealedColumn,
  { old, batch, onBatch }: { old: readonly string[]; batch: number; onBatch: (done: number) => void },
): Promise<void> {
  const sql = sqlOf(of);
  for (let last = sql.first, done = 0; ; onBatch(done)) {
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT ${sql.idText} AS id, ${sql.column} AS sealed FROM ${sql.table} t
      WHERE t.id > ${sql.idOf(Prisma.sql`${last}`)} AND ${sql.keyId} = ANY(${[...old]})
      ORDER BY t.id LIMIT ${batch}`;
    const next = rows.at(-1);
    if (next === undefined) return;
    last = next.id;
    const changed = rows.map((row) => ({ id: row.id, was: hex(row.sealed), is: hex(sealedAnew(cipher, of, row)) }));
    done += await prisma.$transaction(async (db) => {
      // What is append-only takes a change that says that it changes the key, and does.
      await db.$executeRaw`SELECT set_config('dmp_fhir.reseal', 'on', true)`;
      return db.$executeRaw`
        UPDATE ${sql.table} t SET ${sql.assigned} = decode(c."is", 'hex')
        FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) AS c(id text, was text, "is" text)
        WHERE t.id = ${sql.idOf(Prisma.sql`c.id`)} AND ${sql.column} = decode(c.was, 'hex')`;
    });
  }
}

function sealedAnew(cipher: Cipher, { table, column, sealedAs }: SealedColumn, { id, sealed }: Row): Uint8Array {
  const place: Place = [sealedAs ?? table, column, id];
  try {
    return cipher.seal(place, cipher.open(place, sealed));
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new DatabaseError(`${table}.${column} of row ${id} cannot be opened: it was altered. No key was removed.`, {
      cause: error,
    });
  }
}
