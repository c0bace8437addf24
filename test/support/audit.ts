/** An audit trail to be looked at, and to be tampered with. */
import type { NewRecord, StoreConfig } from '../../server/store/index.ts';
import { verifyAudit } from '../../server/store/trail/commands.ts';
import { sayFinding } from '../../server/store/trail/findings.ts';
import type { VerifyOptions } from '../../server/store/trail/verify.ts';
import type { TestDatabase } from './database.ts';

export const structure = '1990100109';
export const nurse = '899700204581';

export const record = (change: Partial<NewRecord> = {}): NewRecord => ({
  kind: 'consent',
  at: new Date('2026-11-28T09:00:00.123Z'),
  structure,
  person: nurse,
  clientId: 'demo',
  outcome: 'success',
  details: { said: 'OUI', patient: 'DUPONT Marie' },
  ...change,
});

/** SQL of somebody who owns the database: no trigger stands in the way. */
export const tamper = (database: TestDatabase, sql: string): Promise<unknown> =>
  database.query(`SET session_replication_role = replica; ${sql}`);

/** What a verification finds, in words; nothing: the trail is good. */
export const findingsOf = async (config: StoreConfig, options?: VerifyOptions): Promise<string[]> =>
  (await verifyAudit(config, options)).findings.map(sayFinding);

/** The tokens of all checkpoints, in order. */
export const checkpointsOf = async (database: TestDatabase): Promise<string[]> =>
  (await database.query<{ token: string }>('SELECT token FROM audit_checkpoint ORDER BY number')).map(
    (row) => row.token,
  );

export interface Link extends Record<string, unknown> {
  id: string;
  stream: string;
  seq: number;
}

/** The chain's rows by stream and number. */
export const linksOf = (database: TestDatabase): Promise<Link[]> =>
  database.query<Link>(
    'SELECT id, stream, seq::int AS seq FROM kept_record WHERE stream IS NOT NULL ORDER BY stream, seq',
  );
