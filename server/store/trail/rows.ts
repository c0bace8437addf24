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

export const rowColumns = Prisma.raw(`
  id, kind, at, structure, person, client_id AS "clientId", request_id AS "requestId", patient_id AS "patientId", outcome, terms,
  content_sealed AS "contentSealed"`);

/** The trail's checkpoints, in their order. */
export const checkpointRows = (db: Database): AsyncGenerator<{ number: bigint; token: string }> =>
  pagesOf<{ number: bigint; token: string }>(
    (after, most) => db.$queryRaw<{ number: bigint; token: string }[]>`
      SELECT number, token FROM audit_checkpoint WHERE number > ${after?.number ?? -1} ORDER BY number LIMIT ${most}`,
  );

/** The rows of a stream after one number and up to another (none: to its end). */
export const streamRows = (db: Database, stream: string, after: number, upTo?: number): AsyncGenerator<ChainRow> =>
  pagesOf<ChainRow>(
    (last, most) => db.$queryRaw<ChainRow[]>`
      SELECT ${rowColumns}, stream, seq, hash FROM kept_record
      WHERE stream = ${stream}::uuid AND seq > ${last?.seq ?? after}
        ${upTo === undefined ? Prisma.empty : Prisma.sql`AND seq <= ${upTo}`}
      ORDER BY seq LIMIT ${most}`,
  );

/** A row as it was hashed, its place in the chain apart. @throws SealError when its content was altered or put elsewhere */
export function plainRow(cipher: Cipher, row: Row): Omit<ChainedRecord, 'stream' | 'seq'> {
  const { id, kind, at, structure, person, clientId, requestId, patientId, outcome, terms, contentSealed } = row;
  return {
    ...{ id, kind, at: at.toISOString(), structure: hex(structure), person: person && hex(person) },
    ...{ clientId, requestId, patientId, outcome, terms: (terms ?? []).map(hex) },
    content: cipher.open(rowPlace(id), contentSealed) as Json,
  };
}

/** A row as it was hashed. @throws SealError */
export const chainedOf = (cipher: Cipher, row: ChainRow): ChainedRecord => ({
  stream: row.stream,
  seq: Number(row.seq),
  ...plainRow(cipher, row),
});
