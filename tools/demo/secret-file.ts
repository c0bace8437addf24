/** Files that only we may read: keys of the demonstration. */
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * What a secret file holds, made on first use (0600, its folder 0700).
 * @param make its content, when there is none yet
 */
export async function secretFile(file: string, make: () => Promise<string>): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await chmod(path.dirname(file), 0o700);
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, await make(), { mode: 0o600 });
  try {
    // Linked into place: of two first uses at once, both read the same.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}
