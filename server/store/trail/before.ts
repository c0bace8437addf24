/** The records from before the chain: the first checkpoint takes them as it finds them, so that none can be added or changed later. */
import { createHash } from 'node:crypto';
import type { Cipher } from '../cipher.ts';
import type { Database } from '../database.ts';
import { asJson, canonical, hex } from './canonical.ts';
import type { Before } from './checkpoint.ts';
import { pagesOf, type Row, rowPlace } from './rows.ts';

/** The digest is keyed: nobody can guess at what these records hold, which are not salted. */
export async function digestBefore(db: Database, cipher: Cipher): Promise<Before> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const row of pagesOf<Row>((after, most) => page(db, after?.id, most))) {
    count++;
    hash.update(`${canonical(asJson(plain(cipher, row)))}\n`);
  }
  return { count, digest: hex(cipher.index('audit.before', hash.digest('hex'))) };
}

const page = (db: Database, after: string | undefined, most: number): Promise<Row[]> =>
  db.$queryRaw<Row[]>`
    SELECT id, kind, at, structure, person, client_id AS "clientId", request_id AS "requestId", patient_id AS "patientId",
      outcome, NULL::bytea[] AS terms, content_sealed AS "contentSealed"
    FROM kept_record
    WHERE stream IS NULL AND id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid ORDER BY id LIMIT ${most}`;

function plain(cipher: Cipher, { contentSealed, structure, person, at, ...row }: Row): object {
  return {
    ...row,
    at: at.toISOString(),
    structure: hex(structure),
    person: person && hex(person),
    content: cipher.open(rowPlace(row.id), contentSealed),
  };
}
