/** Rows of the audit trail, read in their order, a page at a time: memory does not grow with the trail. */
import type { Cipher, Place } from '../cipher.ts';
import type { Database } from '../database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { type ChainedRecord, hex, type Json } from './canonical.ts';

export interface Row {
  id: string;
  kind: string;
  at: Date;
  structure: Uint8Array;
  person: Uint8Array | null;
  clientId: string;
  requestId: string | null;
  patientId: string | null;
  outcome: string;
  terms: Uint8Array[] | null;
  contentSealed: Uint8Array;
}

export interface ChainRow extends Row {
  stream: string;
  seq: bigint;
  hash: Uint8Array;
}

export const rowPlace = (id: string): Place => ['kept_record', 'content_sealed', id];

const PAGE = 500;

/** All rows of pages, of which each begins after the last row of the one before. */
export async function* pagesOf<R>(page: (after: R | undefined, most: number) => Promise<R[]>): AsyncGenerator<R> {
  for (let last: R | undefined; ;) {
    const rows = await page(last, PAGE);
    yield* rows;
    last = rows.at(-1);
    if (rows.length < PAGE) return;
  }
}

const chainColumns = Prisma.raw(`
  id, kind, at, structure, person, client_id AS "clientId", request_id AS "requestId", patient_id AS "patientId", outcome, terms,
  content_sealed AS "contentSealed", stream, seq, hash`);

/** The rows of a stream after one number and up to another (none: to its end). */
export const streamRows = (db: Database, stream: string, after: number, upTo?: number): AsyncGenerator<ChainRow> =>
  pagesOf<ChainRow>(
    (last, most) => db.$queryRaw<ChainRow[]>`
      SELECT ${chainColumns} FROM kept_record
      WHERE stream = ${stream}::uuid AND seq > ${last?.seq ?? after}
        ${upTo === undefined ? Prisma.empty : Prisma.sql`AND seq <= ${upTo}`}
      ORDER BY seq LIMIT ${most}`,
  );

/** A row as it was hashed. @throws SealError when its content was altered or put elsewhere */
export function chainedOf(cipher: Cipher, row: ChainRow): ChainedRecord {
  const { contentSealed, at, structure, person, terms, hash: _, seq, ...clear } = row;
  return {
    ...clear,
    seq: Number(seq),
    at: at.toISOString(),
    structure: hex(structure),
    person: person && hex(person),
    terms: (terms ?? []).map(hex),
    content: cipher.open(rowPlace(row.id), contentSealed) as Json,
  };
}
