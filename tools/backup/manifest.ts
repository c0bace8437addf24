/**
 * What a backup says of itself: `backup.json`, written last, so that a folder without it is no backup. It holds no key, and tells which
 * one is needed without giving it away.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../server/config.ts';
import { readWrappingKeys, storeKeyFile } from '../../server/store/key.ts';

/** A file of the backup: its path in it, octets, SHA-256 (hex). */
export interface BackupFile {
  name: string;
  size: number;
  sha256: string;
}

export interface Manifest {
  format: 1;
  /** `cluster`: the files of the embedded server; `dump`: of `pg_dump`, for an external one. */
  kind: 'cluster' | 'dump';
  /** ISO 8601. */
  takenAt: string;
  /** Of PostgreSQL. */
  server: string;
  /** The last migration that was applied. */
  migration: string;
  /** Hash of the store's key of then. */
  key: string;
  /** What must be there again, at least. */
  atLeast: { records: number; checkpoints: number };
  files: readonly BackupFile[];
  /**
   * HMAC-SHA-256 of the rest by the store's key, hex. Whoever may write where backups lie could else have a server run what they want
   * (`postgresql.auto.conf`, functions of a dump), by whoever puts it back.
   */
  mac: string;
}

export type Unsigned = Omit<Manifest, 'mac'>;

export const manifestIn = (folder: string): string => path.join(folder, 'backup.json');

/** Below the folder: a backup comes from another place, and is put back by who may write everywhere. */
const isInside = (name: unknown): name is string =>
  typeof name === 'string' && !name.includes('\0') && name.split('/').every((part) => !['', '.', '..'].includes(part));

/** @throws Error when the folder is no backup */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(manifestIn(folder), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`${folder} is no complete backup: it has no backup.json.`);
  const manifest = JSON.parse(text) as Manifest;
  if ((manifest.format as number) !== 1) throw new Error(`${folder} was made by another version of this program.`);
  if (!manifest.files.every(({ name }) => isInside(name)))
    throw new Error(`${folder} names files that are not in it: this backup cannot be used.`);
  return manifest;
}

const derived = (purpose: string, key: Uint8Array): Buffer =>
  createHash('sha256').update(`dmp-fhir, ${purpose}`).update(key).digest();
/** Of 32 random bytes: nobody finds them by trying. */
const nameOf = (key: Uint8Array): string => derived('which key a backup needs', key).toString('hex');

/** A key of the store, as backups need it. */
export interface BackupKey {
  name: string;
  sign(manifest: Unsigned): Manifest;
}

const backupKey = (key: Uint8Array): BackupKey => ({
  name: nameOf(key),
  sign: (manifest) => ({
    ...manifest,
    mac: createHmac('sha256', derived('who wrote a backup', key)).update(JSON.stringify(manifest)).digest('hex'),
  }),
});

/** @throws Error when a manifest was not written by who has the key */
export function checkSigned({ mac, ...manifest }: Manifest, key: BackupKey): void {
  const digest = (text: unknown): Buffer => createHash('sha256').update(String(text)).digest();
  if (!timingSafeEqual(digest(mac), digest(key.sign(manifest).mac)))
    throw new Error('backup.json is not what was written with the store key: this backup cannot be used.');
}

/**
 * The store's keys that this place has, the one of now first.
 * @throws Error when it has none: none is made here, for it would be another
 */
export async function keysHere(
  config: Pick<Config, 'dataDir' | 'STORE_KEY' | 'STORE_KEY_PREVIOUS'>,
): Promise<BackupKey[]> {
  const file = storeKeyFile(config.dataDir);
  if (config.STORE_KEY === undefined && !existsSync(file))
    throw new Error(`There is no store key here: set STORE_KEY, or put the file back to ${file}.`);
  const { current, previous } = await readWrappingKeys(config);
  return [current, ...previous].map(backupKey);
}
