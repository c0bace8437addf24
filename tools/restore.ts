/**
 * `npm run restore -- --from FOLDER`: puts a backup back (docs/growing.md), with the façade stopped, into a DATA_DIR without a database
 * or, with DATABASE_URL, into an empty one; nothing is overwritten. Then it settles what has happened since (server/store/restored.ts),
 * puts the restore on record, and verifies the audit trail. The store's key of the backup must be here before.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { recordSecurity } from '../server/audit/security.ts';
import { type Config, loadConfig } from '../server/config.ts';
import { startEmbedded } from '../server/store/embedded/index.ts';
import { openStore } from '../server/store/index.ts';
import { type Settled, settleRestored } from '../server/store/restored.ts';
import { sayFinding, verifyAudit } from '../server/store/trail/commands.ts';
import { report } from './audit/report.ts';
import { placeCluster } from './backup/cluster.ts';
import { restoreDump } from './backup/dump.ts';
import { checkSigned, keysHere, type Manifest, readManifest } from './backup/manifest.ts';

/** @returns what is said at the end @throws Error saying what is wrong */
export async function main(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { values } = parseArgs({ args, options: { from: { type: 'string' } } });
  if (values.from === undefined) throw new Error('--from FOLDER says which backup.');
  const config = loadConfig(env);
  const from = path.resolve(values.from);
  const manifest = await readManifest(from);
  const key = (await keysHere(config)).find(({ name }) => name === manifest.key);
  if (key === undefined)
    throw new Error(
      'The store key that is here is not that of the backup: give its key, as STORE_KEY, or as STORE_KEY_PREVIOUS to move on to the one of now.',
    );
  checkSigned(manifest, key);
  return manifest.kind === 'cluster' ? intoEmbedded(config, from, manifest) : intoExternal(config, from, manifest);
}

async function intoEmbedded(config: Config, from: string, manifest: Manifest): Promise<string> {
  if (config.DATABASE_URL !== undefined)
    throw new Error('This is a backup of the embedded server: it goes into a DATA_DIR. Take DATABASE_URL away.');
  await placeCluster(from, path.join(config.dataDir, 'postgres'), manifest.files);
  const server = await startEmbedded(config.dataDir);
  try {
    return await finish({ ...config, DATABASE_URL: server.url }, manifest);
  } finally {
    await server.stop();
  }
}

async function intoExternal(config: Config, from: string, manifest: Manifest): Promise<string> {
  const { DATABASE_URL: url } = config;
  if (url === undefined)
    throw new Error('This is a backup of an external server: set DATABASE_URL to an empty database.');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await restoreDump(client, url, from, manifest.files);
  } finally {
    await client.end();
  }
  return finish(config, manifest);
}

async function finish(config: Config, manifest: Manifest): Promise<string> {
  const settled = await settleRestored(config);
  for (const name of ['records', 'checkpoints'] as const)
    if (settled[name] < manifest.atLeast[name])
      throw new Error(`${name}: ${settled[name]}, and ${manifest.atLeast[name]} were there. Do not use this database.`);
  await putOnRecord(config, manifest, settled);
  const trail = await verifyAudit(config);
  if (!trail.isGood)
    throw new Error(
      `The audit trail is NOT GOOD: ${trail.findings.map(sayFinding).join('; ')}. Do not use this database.`,
    );
  return [
    `Restored, as it was at ${manifest.takenAt}: ${settled.patients} patients, ${settled.documents} documents, ${settled.records} records; the audit trail is good.`,
    `${settled.uncertain} deposits may have been sent since: each is looked up in the DMP before it is sent.`,
    `${settled.ended} sessions and tokens were ended: everybody logs in again.`,
    'What was recorded since is not known here: oppositions, withdrawn clients and certificates, cancelled deposits. Go through docs/growing.md before you start.',
  ].join('\n');
}

async function putOnRecord(config: Config, manifest: Manifest, { uncertain, ended }: Settled): Promise<void> {
  const store = await openStore(config);
  try {
    const details = { backupOf: manifest.takenAt, uncertain, ended };
    await recordSecurity({ store, config, now: () => new Date() }, { kind: 'restore', outcome: 'success', details });
  } finally {
    await store.close();
  }
}

if (process.argv[1] === import.meta.filename) await report(main(process.argv.slice(2), process.env));
