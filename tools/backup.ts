/**
 * `npm run backup -- --to FOLDER`: a backup of the database, while the instances run or not (docs/growing.md). Of the embedded server
 * it copies the files, of an external one it keeps what `pg_dump` writes. The store's key is not in it: without that key nobody can
 * read it, and a backup that lies beside its key is as good as not encrypted.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type Config, loadConfig } from '../server/config.ts';
import { startEmbedded } from '../server/store/embedded/index.ts';
import { runningEmbedded } from '../server/store/embedded/running.ts';
import { report } from './audit/report.ts';
import { copyCluster } from './backup/cluster.ts';
import { flush } from './backup/copy.ts';
import { dump } from './backup/dump.ts';
import { type BackupKey, keysHere, type Manifest, manifestIn, type Unsigned } from './backup/manifest.ts';

/** @returns what is said at the end @throws Error saying what is wrong; what was begun is no backup then */
export async function main(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { values } = parseArgs({ args, options: { to: { type: 'string' } } });
  if (values.to === undefined) throw new Error('--to FOLDER says where to: a new folder, best on another machine.');
  const config = loadConfig(env);
  const to = path.resolve(values.to);
  await checkPlace(config, to);
  const [key] = (await keysHere(config)) as [BackupKey];
  await mkdir(to, { recursive: true, mode: 0o700 });
  const manifest = config.DATABASE_URL === undefined ? await ofEmbedded(config, to, key.name) : await ofExternal(config.DATABASE_URL, to, key.name); // prettier-ignore
  await flush(to, manifest.files);
  await writeManifest(to, key.sign(manifest));
  const mib = manifest.files.reduce((sum, { size }) => sum + size, 0) / 2 ** 20;
  return [
    `Backed up to ${to}: ${mib.toFixed(1)} MiB, ${manifest.atLeast.records} records, of ${manifest.takenAt}.`,
    `NOT in it: the store's key (${config.STORE_KEY === undefined ? path.join(config.dataDir, 'keys/store.key') : 'STORE_KEY'}) and the files that the settings name (certificates, keys, AUDIT_SIGNING_KEY).`,
    'Without that key nobody can read this backup, you neither: keep it too. In another place: beside it the backup is not encrypted.',
  ].join('\n');
}

async function checkPlace({ dataDir }: Config, to: string): Promise<void> {
  if ((await readdir(to).catch(() => [])).length > 0) throw new Error(`${to} is not empty: give a new folder.`);
  if (to === dataDir || to.startsWith(dataDir + path.sep))
    throw new Error(`${to} is in DATA_DIR, with the keys and on the same disk: choose another place.`);
}

async function ofEmbedded(config: Config, to: string, key: string): Promise<Unsigned> {
  const folder = path.join(config.dataDir, 'postgres');
  if (!existsSync(path.join(folder, 'cluster'))) throw new Error(`There is no database in ${config.dataDir}.`);
  const running = await runningEmbedded(config.dataDir);
  const started = running === undefined ? await startEmbedded(config.dataDir) : undefined;
  try {
    return await connected(started?.url ?? running ?? '', async (client) => ({
      ...(await factsOf(client, key)),
      kind: 'cluster',
      files: await copyCluster(client, folder, to),
    }));
  } finally {
    await started?.stop();
  }
}

const ofExternal = (url: string, to: string, key: string): Promise<Unsigned> =>
  connected(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return { ...(await factsOf(client, key)), kind: 'dump', files: await dump(client, url, to) };
  });

async function connected<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: 'dmp-fhir backup' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What is there before the copy begins is in it. */
async function factsOf(client: pg.Client, key: string): Promise<Omit<Unsigned, 'kind' | 'files'>> {
  const { rows } = await client.query<{ server: string; migration: string; records: number; checkpoints: number }>(
    `SELECT current_setting('server_version') AS server,
       (SELECT max(migration_name) FROM _prisma_migrations WHERE finished_at IS NOT NULL) AS migration,
       (SELECT count(*)::int FROM kept_record) AS records, (SELECT count(*)::int FROM audit_checkpoint) AS checkpoints`,
  );
  const { server, migration, ...atLeast } = rows[0]!;
  return { format: 1, takenAt: new Date().toISOString(), server, migration, key, atLeast };
}

async function writeManifest(to: string, manifest: Manifest): Promise<void> {
  const handle = await open(manifestIn(to), 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

if (process.argv[1] === import.meta.filename) await report(main(process.argv.slice(2), process.env));
