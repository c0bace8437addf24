/** The records from before the chain: the first checkpoint takes them as it finds them, so that none can be added or changed later. */
import { createHash } from 'node:crypto';
import type { Cipher } from '../cipher.ts';
import type { Database } from '../database.ts';
import { hex, recordDigest } from './canonical.ts';
import type { Before } from './checkpoint.ts';
import { pagesOf, plainRow, type Row, rowColumns } from './rows.ts';

/** Over the digests of all, in the order of their ids. Keyed: nobody can guess at what these records hold, which are not salted. */
export async function digestBefore(db: Database, cipher: Cipher): Promise<Before> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const row of beforeRows(db)) {
    count++;
    hash.update(recordDigest({ stream: '', seq: 0, ...plainRow(cipher, row) }));
  }
  return { count, digest: hex(cipher.index('audit.before', hash.digest('hex'))) };
}

export const beforeRows = (db: Database): AsyncGenerator<Row> =>
  pagesOf<Row>(
    (after, most) => db.$queryRaw<Row[]>`
      SELECT ${rowColumns} FROM kept_record
      WHERE stream IS NULL AND id > ${after?.id ?? '00000000-0000-0000-0000-000000000000'}::uuid ORDER BY id LIMIT ${most}`,
  );
