/** From rows of the table `document` to what the other rooms see. */
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import { type Document, Prisma } from './generated/prisma/client.ts';
import { openIns } from './patients.ts';
import type { DocumentState, Ins, StoredDocument } from './types.ts';
import type { Eyes } from './viewer.ts';

/** A document with its patient's sealed INS; labels: null when they were never looked at. */
export type DocumentRow = Omit<Document, 'labels'> & { labels: string[] | null; insSealed: Uint8Array };

/** The columns of a `DocumentRow`, for a query that calls the tables `d` and `p`. */
export const documentColumns = Prisma.raw(`
  d.id, d.patient_id AS "patientId", d.repository_unique_id AS "repositoryUniqueId", d.unique_id AS "uniqueId",
  d.logical_id AS "logicalId", d.entry_uuid AS "entryUuid", d.version,
  d.availability_status AS "availabilityStatus", d.revision, d.hash, d.size, d.mime_type AS "mimeType",
  d.state, d.set_id AS "setId", d.content_digest AS "contentDigest", d.structure, d.labels, d.created_at AS "createdAt",
  d.updated_at AS "updatedAt", p.ins_sealed AS "insSealed"`);

/** What a document is known by before it has an id. */
export interface DocumentKey {
  repositoryUniqueId: string;
  uniqueId: string;
}

export const keyOf = ({ repositoryUniqueId, uniqueId }: DocumentKey): string => `${repositoryUniqueId} ${uniqueId}`;

/** Those of the keys that exist, in one query. */
export async function findByKeys(db: Database, keys: readonly DocumentKey[]): Promise<DocumentRow[]> {
  const wanted = keys.map(({ repositoryUniqueId, uniqueId }) => ({ repository: repositoryUniqueId, unique: uniqueId }));
  return db.$queryRaw<DocumentRow[]>`
    SELECT ${documentColumns}
    FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) AS k(repository text, "unique" text)
    JOIN document d ON d.repository_unique_id = k.repository AND d.unique_id = k."unique"
    JOIN patient p ON p.id = d.patient_id`;
}

/** Opens the INS of rows, each patient's once. */
export function insReader(cipher: Cipher): (row: { patientId: string; insSealed: Uint8Array }) => Ins {
  const opened = new Map<string, Ins>();
  return (row) => {
    const ins = opened.get(row.patientId) ?? openIns(cipher, row.patientId, row.insSealed);
    opened.set(row.patientId, ins);
    return ins;
  };
}

/** A reader of rows: by which set a document was deposited is said to who deposited it. */
export function rowReader(cipher: Cipher, eyes: Eyes): (row: DocumentRow) => StoredDocument {
  const insOf = insReader(cipher);
  return (row) => {
    return {
      id: row.id,
      patientId: row.patientId,
      ins: insOf(row),
      repositoryUniqueId: row.repositoryUniqueId,
      uniqueId: row.uniqueId,
      logicalId: row.logicalId ?? undefined,
      entryUuid: row.entryUuid ?? undefined,
      version: row.version ?? undefined,
      availabilityStatus: row.availabilityStatus ?? undefined,
      revision: row.revision,
      hash: row.hash ?? undefined,
      size: row.size === null ? undefined : Number(row.size),
      mimeType: row.mimeType,
      state: row.state as DocumentState,
      setId: row.setId !== null && eyes.isOwn('document', row.structure) ? row.setId : undefined,
      labels: row.labels ?? [],
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  };
}
