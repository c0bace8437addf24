/** The one statement that puts records on the trail, and what went wrong when it fails. */
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import type { ChainedRecord } from './canonical.ts';

/** A record ready to be written; bytes as PostgreSQL writes them (`\x…`). */
export interface NewRow extends Omit<ChainedRecord, 'stream' | 'content'> {
  /** Sealed. */
  content: string;
  hash: string;
}

/**
 * Writes rows of a stream: all or none, durable when it resolves. The stream shows by it that its instance lives.
 * @returns false when the stream was closed, or is gone: nothing was written
 */
export async function insertRows(prisma: PrismaClient, stream: string, rows: readonly NewRow[]): Promise<boolean> {
  const written = await prisma.$executeRaw`
    WITH alive AS (
      UPDATE audit_stream SET seen_at = now() WHERE id = ${stream}::uuid AND closed_at IS NULL RETURNING id
    )
    INSERT INTO kept_record (id, kind, at, structure, person, client_id, request_id, patient_id, outcome, terms,
      content_sealed, stream, seq, hash)
    SELECT n.id, n.kind, n.at, n.structure, n.person, n."clientId", n."requestId", n."patientId", n.outcome, n.terms,
      n.content, alive.id, n.seq, n.hash
    FROM alive, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n(
      id uuid, kind text, at timestamptz, structure bytea, person bytea, "clientId" text, "requestId" text,
      "patientId" uuid, outcome text, terms bytea[], content bytea, seq bigint, hash bytea)`;
  return written > 0;
}

/**
 * Asks the database for the same without a row: it refuses where it may not be written to, or cannot be (a standby, one that
 * was set to read only), and checks the rights on the table all the same.
 */
export async function mayInsert(prisma: PrismaClient): Promise<void> {
  await prisma.$executeRaw`INSERT INTO kept_record SELECT * FROM kept_record WHERE false`;
}

/** The last row of a stream after a number. */
export async function lastRow(
  prisma: PrismaClient,
  stream: string,
  after: number,
): Promise<{ seq: number; hash: string } | undefined> {
  const [row] = await prisma.$queryRaw<{ seq: bigint; hash: string }[]>`
    SELECT seq, encode(hash, 'hex') AS hash FROM kept_record
    WHERE stream = ${stream}::uuid AND seq > ${after} ORDER BY seq DESC LIMIT 1`;
  return row && { seq: Number(row.seq), hash: row.hash };
}

/** The SQLSTATE of a failure that the database itself has answered; undefined when it did not answer. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  const { driverAdapterError } = (error.meta ?? {}) as {
    driverAdapterError?: { cause?: { originalCode?: string } };
  };
  return driverAdapterError?.cause?.originalCode;
}

/** Data that no table takes, or that breaks a rule of this one: the fault of one record, not of the database. */
export const isOfRecord = (error: unknown): boolean => /^2[23]/.test(sqlState(error) ?? '');
