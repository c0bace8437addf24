/**
 * The store's key, which wraps the keys that the database keeps (store-keys.ts): STORE_KEY, or a file that is made on first
 * start. And those that came before it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseError } from './errors.ts';

/** Keys of 32 bytes: the one of now, and those that it replaces. */
export interface WrappingKeys {
  current: Uint8Array;
  previous: readonly Uint8Array[];
}

/** Where it is kept when the settings do not bring it. */
export const storeKeyFile = (dataDir: string): string => path.join(dataDir, 'keys', 'store.key');

/**
 * Reads the keys.
 * @param config STORE_KEY and STORE_KEY_PREVIOUS (Base64, the latter several with commas); the file
 *   `DATA_DIR/keys/store.key.previous`, when there is one, counts among the previous ones
 * @throws DatabaseError as `readStoreKey`
 */
export async function readWrappingKeys(config: {
  dataDir: string;
  STORE_KEY?: string | undefined;
  STORE_KEY_PREVIOUS?: string | undefined;
}): Promise<WrappingKeys> {
  const given = (config.STORE_KEY_PREVIOUS ?? '').split(',').filter((text) => text.trim() !== '');
  const file = `${storeKeyFile(config.dataDir)}.previous`;
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  return {
    current: await readStoreKey(config.STORE_KEY, config.dataDir),
    previous: [
      ...given.map((text) => decode(text, 'Each key in STORE_KEY_PREVIOUS')),
      ...(kept === undefined ? [] : [decode(kept, file)]),
    ],
  };
}

/**
 * Reads the key of 32 bytes.
 * @param given STORE_KEY (Base64), when set
 * @param dataDir else `DATA_DIR/keys/store.key` (0600), made when absent
 * @throws DatabaseError when it is not Base64 of 32 bytes; the message never holds it
 */
export async function readStoreKey(given: string | undefined, dataDir: string): Promise<Buffer> {
  if (given !== undefined) return decode(given, 'STORE_KEY');
  const file = storeKeyFile(dataDir);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  return decode(kept ?? (await make(file)), file);
}

function decode(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === 32 && key.toString('base64').replace(/=+$/, '') === text.trim().replace(/=+$/, '')) return key;
  throw new DatabaseError(`${where} must be the Base64 of 32 bytes.`);
}

/** Linked into place: of two first starts at once, both get the same key, complete. */
async function make(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}
