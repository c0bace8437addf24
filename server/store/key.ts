/**
 * The store's key: STORE_KEY, or a file that is made on first start.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseError } from './errors.ts';

/**
 * Reads the key of 32 bytes.
 * @param given STORE_KEY (Base64), when set
 * @param dataDir else `DATA_DIR/keys/store.key` (0600), made when absent
 * @throws DatabaseError when it is not Base64 of 32 bytes; the message never holds it
 */
export async function readStoreKey(given: string | undefined, dataDir: string): Promise<Buffer> {
  if (given !== undefined) return decode(given, 'STORE_KEY');
  const file = path.join(dataDir, 'keys', 'store.key');
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
