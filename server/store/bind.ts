/** Remembering what the registry answered: a query for a list that is known already, one more statement otherwise. */
import { randomUUID } from 'node:crypto';
import { documentColumns, type DocumentRow, findByKeys, keyOf } from './document-rows.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { plainIdentifier } from './identifiers.ts';
import type { SeenDocument, StoredDocument } from './types.ts';

/** See `DocumentStore.bind`. */
export async function bind(
  prisma: PrismaClient,
  read: (row: DocumentRow) => StoredDocument,
  seen: readonly SeenDocument[],
): Promise<StoredDocument[]> {
  if (seen.length === 0) return [];
  const current = latest(seen);
  const known = new Map((await findByKeys(prisma, [...current.values()])).map((row) => [keyOf(row), row]));
  for (const [key, document] of current) current.set(key, withoutAssumptions(document, known.get(key)));
  const changed = [...current].filter(([key, document]) => differs(document, known.get(key)));
  const named = seen.flatMap((document) => newNames(document, known.get(keyOf(document))));
  if (changed.length > 0 || named.length > 0) {
    const rows = await save(
      prisma,
      changed.map(([, document]) => document),
      named,
    );
    for (const row of rows) known.set(keyOf(row), row);
  }
  return seen.map((document) => {
    const row = known.get(keyOf(document));
    if (row === undefined) throw new Error('A document just bound is gone.');
    return read(row);
  });
}

/** An answer may hold several versions of an entry: the highest is the current one, the later one among equals. */
function latest(seen: readonly SeenDocument[]): Map<string, SeenDocument> {
  const current = new Map<string, SeenDocument>();
  for (const document of seen) {
    const key = keyOf(document);
    const other = current.get(key);
    if (other === undefined || Number(document.version ?? 0) >= Number(other.version ?? 0)) current.set(key, document);
  }
  return current;
}

/** What is assumed of a document gives way to what is known of it. */
const withoutAssumptions = (document: SeenDocument, row: DocumentRow | undefined): SeenDocument =>
  document.assumed && row ? { ...document, patientId: row.patientId, mimeType: row.mimeType } : document;

function differs(document: SeenDocument, row: DocumentRow | undefined): boolean {
  if (row === undefined || row.state === 'pending') return true;
  const told = (value: string | undefined, stored: string | null) => value !== undefined && value !== stored;
  return (
    document.entryUuid !== row.entryUuid ||
    document.mimeType !== row.mimeType ||
    document.patientId !== row.patientId ||
    told(document.logicalId, row.logicalId) ||
    told(document.version, row.version) ||
    told(document.availabilityStatus, row.availabilityStatus) ||
    told(document.hash, row.hash) ||
    told(document.size?.toString(), row.size?.toString() ?? null) ||
    (document.labels !== undefined && !sameLabels(document.labels, row.labels))
  );
}

/** The order says nothing. */
const sameLabels = (some: readonly string[], others: readonly string[] | null): boolean =>
  others !== null && some.length === others.length && some.every((label) => others.includes(label));

/** Identifiers that are not among the row's current ones; a repeated one is dropped by the table. */
function newNames(document: SeenDocument, row: DocumentRow | undefined) {
  const { repositoryUniqueId, uniqueId, entryUuid, logicalId } = document;
  const current = row === undefined ? [] : [row.uniqueId, row.entryUuid, row.logicalId];
  return [uniqueId, entryUuid, logicalId]
    .filter((value) => value !== undefined && !current.includes(value))
    .map((value) => ({ repositoryUniqueId, uniqueId, value: plainIdentifier(value as string) }));
}

/**
 * Inserts or updates, in one statement and in one order for all callers. What the registry does not say (hash, size,
 * logicalId, version are optional there; labels are not looked at everywhere) stays as it was. A reservation whose uniqueId is seen with another hash was
 * not ours: somebody else's document holds it.
 */
async function save(
  prisma: PrismaClient,
  documents: readonly SeenDocument[],
  names: readonly { repositoryUniqueId: string; uniqueId: string; value: string }[],
): Promise<DocumentRow[]> {
  const given = documents.map((document) => ({ id: randomUUID(), ...document }));
  return prisma.$queryRaw<DocumentRow[]>`
    WITH given AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g(
        id uuid, "patientId" uuid, "repositoryUniqueId" text, "uniqueId" text, "entryUuid" text, "logicalId" text,
        version text, "availabilityStatus" text, hash text, size bigint, "mimeType" text, labels text[])
    ), names AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(names)}::jsonb) AS n(
        "repositoryUniqueId" text, "uniqueId" text, value text)
    ), d AS (
      INSERT INTO document AS held (id, patient_id, repository_unique_id, unique_id, entry_uuid, logical_id, version,
        availability_status, revision, hash, size, mime_type, state, labels)
      SELECT id, "patientId", "repositoryUniqueId", "uniqueId", "entryUuid", "logicalId", version, "availabilityStatus",
        CASE WHEN version ~ '^[1-9][0-9]{0,8}$' THEN version::int ELSE 1 END, hash, size, "mimeType", 'seen',
        labels
      FROM given ORDER BY "repositoryUniqueId", "uniqueId"
      ON CONFLICT (repository_unique_id, unique_id) DO UPDATE SET
        patient_id = excluded.patient_id,
        entry_uuid = excluded.entry_uuid,
        logical_id = coalesce(excluded.logical_id, held.logical_id),
        version = coalesce(excluded.version, held.version),
        availability_status = coalesce(excluded.availability_status, held.availability_status),
        revision = greatest(excluded.revision, held.revision + CASE
          WHEN excluded.entry_uuid <> held.entry_uuid
            OR excluded.availability_status <> held.availability_status THEN 1
          ELSE 0 END),
        hash = coalesce(excluded.hash, held.hash),
        size = coalesce(excluded.size, held.size),
        mime_type = excluded.mime_type,
        labels = coalesce(excluded.labels, held.labels),
        state = CASE
          WHEN held.state <> 'pending' THEN held.state
          WHEN lower(excluded.hash) <> lower(held.hash) THEN 'seen'
          ELSE 'confirmed' END,
        content_digest = CASE
          WHEN held.state = 'pending' AND lower(excluded.hash) <> lower(held.hash) THEN NULL
          ELSE held.content_digest END,
        set_id = CASE
          WHEN held.state = 'pending' AND lower(excluded.hash) <> lower(held.hash) THEN NULL
          ELSE held.set_id END,
        structure = CASE
          WHEN held.state = 'pending' AND lower(excluded.hash) <> lower(held.hash) THEN NULL
          ELSE held.structure END,
        updated_at = now()
      RETURNING *
    ), all_documents AS (
      SELECT id, repository_unique_id, unique_id FROM d
      UNION
      SELECT id, repository_unique_id, unique_id FROM document
      WHERE (repository_unique_id, unique_id) IN (SELECT "repositoryUniqueId", "uniqueId" FROM names)
    ), named AS (
      INSERT INTO document_identifier (value, document_id)
      SELECT DISTINCT names.value, a.id
      FROM names JOIN all_documents a
        ON a.repository_unique_id = names."repositoryUniqueId" AND a.unique_id = names."uniqueId"
      ORDER BY 2, 1
      ON CONFLICT DO NOTHING
    )
    SELECT ${documentColumns} FROM d JOIN patient p ON p.id = d.patient_id`;
}
