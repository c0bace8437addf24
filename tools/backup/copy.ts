/** Copying files into and out of a backup, hashed on the way. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { BackupFile } from './manifest.ts';

const PIECE = 1024 * 1024;

/** A link in a backup, or put among the server's files, would have another file copied, by who may read all. */
const withoutLinks = constants.O_RDONLY | constants.O_NOFOLLOW;

/** @throws the system's error; ENOENT when there is no such file (any more), ELOOP for a link */
export async function copyFile(from: string, to: string, name: string): Promise<BackupFile> {
  const source = await open(from, withoutLinks);
  try {
    await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
    const target = await open(to, 'wx', 0o600);
    try {
      const [hash, piece] = [createHash('sha256'), Buffer.alloc(PIECE)];
      let size = 0;
      for (;;) {
        const { bytesRead } = await source.read(piece, 0, PIECE);
        if (bytesRead === 0) break;
        const read = piece.subarray(0, bytesRead);
        hash.update(read);
        await target.write(read);
        size += bytesRead;
      }
      return { name, size, sha256: hash.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** A file that was written here, hashed. */
export async function describeFile(file: string, name: string): Promise<BackupFile> {
  const [handle, hash] = [await open(file, 'r'), createHash('sha256')];
  try {
    let size = 0;
    for await (const piece of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      hash.update(piece);
      size += piece.length;
    }
    return { name, size, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}

/** A file system commits what comes at once together: one after the other takes minutes. */
const atOnce = 32;

/** Resolves when all are on the disk. */
export async function flush(folder: string, files: readonly BackupFile[]): Promise<void> {
  for (let i = 0; i < files.length; i += atOnce)
    await Promise.all(
      files.slice(i, i + atOnce).map(async ({ name }) => {
        const handle = await open(path.join(folder, name), 'r');
        await handle.sync().finally(() => handle.close());
      }),
    );
}

/** @throws Error when the file is not the one that was backed up */
export function checkFile(found: BackupFile, expected: BackupFile): void {
  if (found.size !== expected.size || found.sha256 !== expected.sha256)
    throw new Error(`${expected.name} is not what was backed up: this backup cannot be used.`);
}
