/**
 * Putting records on the chain, many at a time (group commit): while one statement is on its way, whoever comes waits for the next.
 * A promise resolves when its records are durable. What was not written takes no number: the sequence has no gap.
 *
 * When the outcome of a statement is unknown (the connection broke), the database is asked; when it cannot be asked either, the
 * records count as not written, and should they be found there later, the chain goes on after them.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Cipher } from '../cipher.ts';
import { DatabaseError } from '../errors.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { NewRecord } from '../record-types.ts';
import { asJson, chainHash, type ChainedRecord, hex, recordDigest } from './canonical.ts';
import type { Head } from './checkpoint.ts';
import { insertRows, isOfRecord, lastRow, type NewRow, sqlState } from './insert.ts';
import { rowPlace } from './rows.ts';

/** Records of one statement. */
const MOST_ROWS = 500;
/** How often a batch is tried on another stream, or after rows that were thought lost. */
const ATTEMPTS = 4;

export interface Appender {
  /** @throws DatabaseError when nothing was written; all records or none */
  append(records: readonly NewRecord[]): Promise<string[]>;
  /** Records that wait for a statement that is on its way. */
  waiting(): number;
  /** The streams of this instance that were not vouched for as closed yet: the one that it writes, and those it gave up. */
  heads(): Head[];
  /** Those were closed by a checkpoint. */
  forget(closed: readonly Head[]): void;
  /** Takes no more, and waits for what was taken. */
  close(): Promise<void>;
}

/** A row, and where its stream has come with it (hash as hex). */
interface Chained extends Pick<Head, 'seq' | 'hash'> {
  row: NewRow;
}

/** As PostgreSQL writes bytes. */
const bytea = (digits: string): string => `\\x${digits}`;

interface Waiting {
  records: readonly NewRecord[];
  resolve: (ids: string[]) => void;
  reject: (error: unknown) => void;
}

export interface AppenderOptions {
  prisma: PrismaClient;
  cipher: Cipher;
  /** Begins a stream: it stands in a signed checkpoint before it holds anything. */
  open: () => Promise<Head>;
  /** Something was written. */
  onWritten: (head: Head) => void;
}

export function createAppender({ prisma, cipher, open, onWritten }: AppenderOptions): Appender {
  let head: Head | undefined;
  const givenUp: Head[] = [];
  /** Hashes of last rows of statements that may still be carried out. */
  const doubtful = new Set<string>();
  const queue: Waiting[] = [];
  let draining: Promise<void> | undefined;
  let closed = false;

  /** Seals and chains. */
  function rowsAfter(start: Head, records: readonly NewRecord[]): Chained[] {
    let { seq, hash } = start;
    return records.map(({ structure, person, details, terms = [], ...clear }) => {
      const { kind, at, clientId, requestId = null, patientId = null, outcome } = clear;
      const content = asJson({ structure, person, details, salt: randomBytes(16).toString('base64') });
      const hashed: ChainedRecord = {
        ...{ stream: start.stream, seq: ++seq, id: randomUUID(), kind, at: at.toISOString() },
        structure: hex(cipher.index('record.structure', structure)),
        person: person === undefined ? null : hex(cipher.index('record.person', person)),
        ...{ clientId, requestId, patientId: patientId?.toLowerCase() ?? null, outcome },
        terms: [...new Set(terms)].map((term) => hex(cipher.index('record.term', term))),
        content,
      };
      hash = chainHash(hash, recordDigest(hashed));
      const row: NewRow = {
        ...hashed,
        structure: bytea(hashed.structure),
        person: hashed.person && bytea(hashed.person),
        terms: hashed.terms.map(bytea),
        content: bytea(hex(cipher.seal(rowPlace(hashed.id), content))),
        hash: bytea(hash),
      };
      return { seq, hash, row };
    });
  }

  /** Writes on the stream of now, or on a new one. @throws what the database answers */
  async function write(records: readonly NewRecord[]): Promise<string[]> {
    for (let attempt = 1; ; attempt++) {
      head ??= await open();
      const rows = rowsAfter(head, records);
      const last = rows.at(-1)!;
      try {
        if (
          !(await insertRows(
            prisma,
            head.stream,
            rows.map(({ row }) => row),
          ))
        ) {
          if (attempt === ATTEMPTS) throw new DatabaseError('The audit trail takes no record: its streams are closed.');
          giveUp();
          continue;
        }
      } catch (error) {
        const found = await settle(last, error);
        if (found === 'other' && attempt < ATTEMPTS) continue;
        if (found !== 'written') throw error;
      }
      head = { stream: head.stream, seq: last.seq, hash: last.hash };
      doubtful.clear();
      onWritten(head);
      return rows.map(({ row }) => row.id);
    }
  }

  /** Another instance has closed our stream, or somebody has written on it. */
  function giveUp(): void {
    if (head) givenUp.push({ ...head, closed: true });
    head = undefined;
    doubtful.clear();
  }

  /** What has become of rows whose statement failed. `other`: there are rows in their place, and the chain goes on elsewhere. */
  async function settle(last: Chained, error: unknown): Promise<'written' | 'absent' | 'other'> {
    const from = head!;
    if (sqlState(error) === undefined) doubtful.add(last.hash);
    const row = await lastRow(prisma, from.stream, from.seq).catch(() => undefined);
    if (row === undefined) return 'absent';
    if (row.hash === last.hash) return 'written';
    if (doubtful.has(row.hash)) head = { stream: from.stream, seq: row.seq, hash: row.hash };
    else giveUp();
    return 'other';
  }

  /** One statement for all; when it is a record's fault, one for each, so that nobody fails with another. */
  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const ids = await write(batch.flatMap((waiting) => waiting.records));
      for (const waiting of batch) waiting.resolve(ids.splice(0, waiting.records.length));
    } catch (error) {
      if (batch.length > 1 && isOfRecord(error)) {
        for (const waiting of batch) await writeBatch([waiting]);
        return;
      }
      const failure =
        error instanceof DatabaseError
          ? error
          : new DatabaseError('The audit trail cannot be written.', { cause: error });
      for (const waiting of batch) waiting.reject(failure);
    }
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch: Waiting[] = [];
      for (let rows = 0; queue[0] && (rows === 0 || rows + queue[0].records.length <= MOST_ROWS);) {
        rows += queue[0].records.length;
        batch.push(queue.shift()!);
      }
      await writeBatch(batch);
    }
    draining = undefined;
  }

  return {
    append(records) {
      if (closed) return Promise.reject(new DatabaseError('The store is closed.'));
      if (records.length === 0) return Promise.resolve([]);
      return new Promise<string[]>((resolve, reject) => {
        queue.push({ records, resolve, reject });
        draining ??= drain();
      });
    },
    waiting: () => queue.reduce((sum, { records }) => sum + records.length, 0),
    heads: () => [...givenUp, ...(head ? [head] : [])],
    forget(gone) {
      for (const { stream } of gone) {
        const index = givenUp.findIndex((other) => other.stream === stream);
        if (index !== -1) givenUp.splice(index, 1);
      }
    },
    async close() {
      closed = true;
      await draining;
      giveUp();
    },
  };
}
