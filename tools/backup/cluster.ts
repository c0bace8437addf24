/**
 * The files of the embedded server, copied while it works (PostgreSQL, “Making a Base Backup Using the Low Level API”): npm brings
 * neither `pg_dump` nor `pg_basebackup`. The copy is torn in many places; the write-ahead log of the time of copying, copied after
 * it, mends it when the server is started on it.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { give, serverIdentity } from '../../server/store/embedded/identity.ts';
import { lockFolder } from '../../server/store/embedded/lock.ts';
import { checkFile, copyFile, describeFile } from './copy.ts';
import type { BackupFile } from './manifest.ts';

/** Folders that the server fills anew, or that the copy gets last (pg_wal). */
const emptied = new Set(
  ['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'], // prettier-ignore
);
/** Of the running server alone. */
const left =
  /^(postmaster\.(pid|opts)|pg_internal\.init.*|pgsql_tmp.*|backup_label.*|tablespace_map.*|current_logfiles.*)$/;

/** In the backup and in DATA_DIR/postgres. */
const FILES = 'cluster';
/** Of the embedded server's only role: it opens a database on the loopback interface, whose content is sealed. */
const PASSWORD = 'password';

/**
 * @param client to the running server, as its superuser
 * @param folder DATA_DIR/postgres
 * @param to folder of the backup
 */
export async function copyCluster(client: pg.Client, folder: string, to: string): Promise<BackupFile[]> {
  const slot = `dmp_fhir_backup_${randomBytes(4).toString('hex')}`;
  // The log from here on is kept for as long as we are connected.
  await client.query('SELECT pg_create_physical_replication_slot($1, true, true)', [slot]);
  const { rows: starts } = await client.query<{ segment: string }>(
    "SELECT pg_walfile_name(pg_backup_start('dmp-fhir', true)) AS segment",
  );
  const from = path.join(folder, FILES);
  const files = await copyTree(from, to, FILES);
  const { rows: stops } = await client.query<{ segment: string; label: string; spaces: string }>(
    'SELECT pg_walfile_name(lsn) AS segment, labelfile AS label, spcmapfile AS spaces FROM pg_backup_stop(false)',
  );
  const [{ segment: first }, { segment: last, label, spaces }] = [starts[0]!, stops[0]!];
  if (spaces !== '')
    throw new Error('The embedded server has tablespaces of its own: they would not be in the backup.');
  const labelFile = path.join(to, FILES, 'backup_label');
  await writeFile(labelFile, label, { mode: 0o600 });
  files.push(await describeFile(labelFile, `${FILES}/backup_label`));
  for (const segment of await readdir(path.join(from, 'pg_wal')))
    if (/^[0-9A-F]{24}$/.test(segment) && segment >= first && segment <= last)
      files.push(await copyIn(from, to, `${FILES}/pg_wal/${segment}`));
  files.push(await copyFile(path.join(folder, PASSWORD), path.join(to, PASSWORD), PASSWORD));
  return files;

  function copyIn(source: string, target: string, name: string): Promise<BackupFile> {
    return copyFile(path.join(path.dirname(source), name), path.join(target, name), name);
  }
}

async function copyTree(from: string, to: string, name: string): Promise<BackupFile[]> {
  await mkdir(path.join(to, name), { recursive: true, mode: 0o700 });
  const files: BackupFile[] = [];
  for (const entry of await readdir(from, { withFileTypes: true }).catch(ignoreGone([]))) {
    if (left.test(entry.name)) continue;
    const [source, place] = [path.join(from, entry.name), `${name}/${entry.name}`];
    if (entry.isDirectory()) {
      if (emptied.has(entry.name)) await mkdir(path.join(to, place), { mode: 0o700 });
      else files.push(...(await copyTree(source, to, place)));
    } else {
      const copied = await copyFile(source, path.join(to, place), place).catch(ignoreGone(undefined));
      if (copied) files.push(copied);
    }
  }
  return files;
}

/** A table or file that was dropped while we copied: the log says so. */
const ignoreGone =
  <T>(instead: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return instead;
    throw error;
  };

/**
 * Puts a cluster into a DATA_DIR that has none, whole or not at all. The server brings it to the disk before it works on it, as after
 * any crash.
 * @param folder DATA_DIR/postgres
 * @throws Error when there is one already, or a file is not what was backed up
 */
export async function placeCluster(from: string, folder: string, files: readonly BackupFile[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(folder);
  const draft = path.join(folder, `${FILES}.restored`);
  try {
    if ((await readdir(folder)).includes(FILES))
      throw new Error(`${folder} holds a database already: move it away, it is not overwritten.`);
    await rm(draft, { recursive: true, force: true });
    await placeFolders(path.join(from, FILES), draft);
    for (const file of files) {
      const isPassword = file.name === PASSWORD;
      const to = isPassword
        ? path.join(folder, `${PASSWORD}.restored`)
        : path.join(draft, file.name.slice(FILES.length + 1));
      if (isPassword) await rm(to, { force: true });
      checkFile(await copyFile(path.join(from, file.name), to, file.name), file);
      if (!isPassword) await give(to, serverIdentity());
    }
    await rename(path.join(folder, `${PASSWORD}.restored`), path.join(folder, PASSWORD));
    await rename(draft, path.join(folder, FILES));
  } finally {
    await rm(draft, { recursive: true, force: true });
    unlock();
  }
}

/** The server misses folders that are empty, too. */
async function placeFolders(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  await chmod(to, 0o700);
  await give(to, serverIdentity());
  for (const entry of await readdir(from, { withFileTypes: true }))
    if (entry.isDirectory()) await placeFolders(path.join(from, entry.name), path.join(to, entry.name));
}
