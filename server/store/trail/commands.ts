/** What the commands of the audit trail do (tools/audit-*.ts): each opens the database for itself, and closes it. */
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../config.ts';
import type { Database } from '../database.ts';
import { DatabaseError } from '../errors.ts';
import type { Cipher } from '../cipher.ts';
import type { StoredRecord } from '../record-types.ts';
import { openStorage, type Storage, type StoreConfig } from '../storage.ts';
import { sha256 } from './canonical.ts';
import { type CheckpointBody, signToken } from './checkpoint.ts';
import { lastFrom } from './checkpoints.ts';
import { type ExportCriteria, exportTrail } from './export.ts';
import { EXPORT_FORMAT, EXPORT_TYPE, exportFiles, type Manifest } from './export-format.ts';
import { verifyExport } from './export-verify.ts';
import { openCheckpoints } from './index.ts';
import { openSigningKeys } from './keys.ts';
import { prune } from './prune.ts';
import { type Report, verifyTrail, type VerifyOptions } from './verify.ts';

export { sayFinding } from './findings.ts';

const LONGEST_MS = 24 * 3_600_000;

async function withStorage<Result>(config: StoreConfig, work: (storage: Storage) => Promise<Result>): Promise<Result> {
  const storage = await openStorage(config);
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

/** One state of the database for all that is read. */
const inSnapshot = <Result>({ prisma }: Storage, work: (db: Database) => Promise<Result>): Promise<Result> =>
  prisma.$transaction(work, { isolationLevel: 'RepeatableRead', timeout: LONGEST_MS, maxWait: 60_000 });

/** @throws DatabaseError as `openStore`: nothing can be said of the trail then */
export const verifyAudit = (config: StoreConfig, options: VerifyOptions = {}): Promise<Report> =>
  withStorage(config, (storage) => inSnapshot(storage, (db) => verifyTrail(db, storage.keyring.cipher, options)));

/**
 * Writes the three files of an export.
 * @param file of the events; none of the three may be there
 * @param toEvent a record as AuditEvent
 * @throws DatabaseError when the trail has no checkpoint yet; the system's error about a file
 */
export async function exportAudit(
  config: StoreConfig & Pick<Config, 'STRUCTURE_ID'>,
  file: string,
  criteria: ExportCriteria,
  toEvent: (record: StoredRecord) => object,
): Promise<Manifest> {
  const files = exportFiles(file);
  return withStorage(config, async (storage) => {
    const { cipher } = storage.keyring;
    const [events, chain] = await Promise.all([lineWriter(files.events), lineWriter(files.chain)]);
    const sink = { line: chain.write, event: (record: StoredRecord) => events.write(toEvent(record)) };
    const { manifest, signature } = await inSnapshot(storage, async (db) => {
      const { segments, records, before, unsigned } = await exportTrail(
        db,
        cipher,
        criteria,
        sink,
        config.STRUCTURE_ID,
      ).finally(() => Promise.all([events.close(), chain.close()]));
      const { from, until, structure } = criteria;
      const manifest: Manifest = {
        format: EXPORT_FORMAT,
        made: new Date().toISOString(),
        ...(from === undefined ? {} : { from: from.toISOString() }),
        ...(until === undefined ? {} : { until: until.toISOString() }),
        ...(structure === undefined ? {} : { structure }),
        ...{ records, before, unsigned, segments },
        events: events.digest(),
        chain: chain.digest(),
      };
      return { manifest, signature: signToken(manifest, await keyInForce(db, cipher, config), EXPORT_TYPE) };
    });
    const handle = await open(files.manifest, 'wx', 0o600);
    await handle.writeFile(`${JSON.stringify({ ...manifest, signature }, null, 2)}\n`);
    await handle.close();
    return manifest;
  });
}

async function keyInForce(db: Database, cipher: Cipher, config: StoreConfig) {
  const [last] = await db.auditCheckpoint.findMany({ orderBy: { number: 'desc' }, take: 1 });
  if (!last) throw new DatabaseError('There is nothing in the audit trail that was signed.');
  return (await openSigningKeys(config, cipher)).byThumbprint(db, lastFrom(last.token).next);
}

/** Writes JSON lines into a new file that only its owner reads. */
async function lineWriter(file: string) {
  const stream = (await open(file, 'wx', 0o600)).createWriteStream();
  const hash = createHash('sha256');
  let lines = 0;
  return {
    async write(line: object): Promise<void> {
      const text = `${JSON.stringify(line)}\n`;
      lines++;
      hash.update(text);
      if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', resolve));
    },
    close: () => new Promise<void>((resolve, reject) => void stream.once('error', reject).end(() => resolve())),
    digest: () => ({ name: path.basename(file), lines, sha256: hash.digest('hex') }),
  };
}

export interface PruneOptions {
  before: Date;
  /** File of the manifest. */
  exported: string;
  /** Years that records must be kept. */
  years: number;
  now: Date;
  /** See `PruneRequest`. */
  feed?: string;
}

/**
 * @returns the checkpoint that says what is gone
 * @throws DatabaseError when the export or the trail is not good, or what is asked for must be kept: nothing was deleted then
 */
export async function pruneAudit(
  config: StoreConfig,
  { before, exported: file, years, now, feed }: PruneOptions,
): Promise<CheckpointBody> {
  const young = new Date(now);
  young.setUTCFullYear(young.getUTCFullYear() - years);
  if (before > young) throw new DatabaseError(`Records are kept for ${years} years (AUDIT_RETENTION_YEARS).`);
  const exported = await verifyExport(file);
  if (!exported.isGood) throw new DatabaseError('The export is not good: npm run audit:verify says why.');
  const manifest = sha256(await readFile(file));
  return withStorage(config, async (storage) => {
    const { cipher } = storage.keyring;
    const report = await inSnapshot(storage, (db) => verifyTrail(db, cipher));
    if (!report.isGood) throw new DatabaseError('The audit trail is not good: npm run audit:verify says why.');
    const isOurs = exported.keys.every(({ thumbprint }) => report.keys.some((key) => key.thumbprint === thumbprint));
    if (!isOurs) throw new DatabaseError('This export is not of this database: nothing was deleted.');
    const checkpoints = await openCheckpoints(optionsOf(storage, config));
    const pruned = (db: Database) =>
      prune(db, cipher, { until: before, exported, manifest, ...(feed ? { feed } : {}) });
    const made = await checkpoints.make({ reason: 'prune', pruned });
    return made!;
  });
}

/** Puts a new key of the store in force. @throws DatabaseError when the operator brings the key (AUDIT_SIGNING_KEY) */
export async function rotateAuditKey(config: StoreConfig): Promise<CheckpointBody> {
  if (config.AUDIT_SIGNING_KEY !== undefined)
    throw new DatabaseError(
      'The key is yours: set AUDIT_SIGNING_KEY to the new one and AUDIT_SIGNING_KEY_PREVIOUS to this one.',
    );
  return withStorage(config, async (storage) => {
    const checkpoints = await openCheckpoints(optionsOf(storage, config));
    return (await checkpoints.make({ reason: 'key', newKey: true }))!;
  });
}

const optionsOf = ({ prisma, keyring, lost }: Storage, settings: StoreConfig) => ({
  prisma,
  cipher: keyring.cipher,
  settings,
  isAlone: lost !== undefined,
});
