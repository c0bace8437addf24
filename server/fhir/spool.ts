/**
 * A document on its way from the DMP to the client waits on disk, not in memory, until it is verified. What lies on disk
 * is encrypted and authenticated with a key that exists only in this process and only for this file: a file left behind
 * by a crash is noise, and one that was tampered with is not read.
 *
 * Layout: frames of `length (4 bytes, big-endian) · AES-256-GCM ciphertext · tag (16)`; the nonce is the frame's number,
 * the last frame is empty, so that a cut file is noticed.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { processExists } from '../store/embedded/lock.ts';

const frame = 64 * 1024;
const tagLength = 16;

/** A spooled document, complete. */
export interface Spooled {
  size: number;
  /** SHA-1, lower-case hex: the digest that the registry knows. */
  sha1: string;
  /** The bytes, from the start; may be opened several times. */
  read: () => AsyncGenerator<Buffer>;
  /** Removes the file. May be called twice. */
  dispose: () => Promise<void>;
}

/** More bytes arrived than the registry announced. */
export class SpoolOverflow extends Error {
  override name = 'SpoolOverflow';
}

/** Where the files are. */
export const spoolDir = (dataDir: string): string => path.join(dataDir, 'spool');

/** The process to which a file belongs: instances may share the folder. */
const owner = `${process.pid}@${os.hostname()}`;
/** On another machine nobody can be asked whether the process lives. */
const elsewhereMs = 24 * 3_600_000;

/** Removes what killed processes left behind. To be called at start, before any request. */
export async function cleanSpool(dataDir: string): Promise<void> {
  const dir = spoolDir(dataDir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(dir)) {
    const file = path.join(dir, name);
    if (name.endsWith('.spool') && (await isLeft(file, name))) await rm(file, { force: true });
  }
}

async function isLeft(file: string, name: string): Promise<boolean> {
  const [, pid = '', host = ''] = /^(\d+)@(.+)\.[0-9a-f-]{36}\.spool$/.exec(name) ?? [];
  // Our own id was another's before: a container's first process has always the same.
  if (pid === '' || `${pid}@${host}` === owner) return true;
  if (host === os.hostname()) return !processExists(Number(pid));
  const age = await stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  return age > elsewhereMs;
}

const nonce = (n: number): Buffer => {
  const b = Buffer.alloc(12);
  b.writeUIntBE(n, 6, 6);
  return b;
};

/**
 * Writes a body to a new file. Nothing is left behind when it fails.
 * @param limit bytes beyond which it stops
 * @throws SpoolOverflow, or whatever the body throws
 */
export async function spool(
  dataDir: string,
  body: AsyncIterable<Uint8Array>,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<Spooled> {
  const dir = spoolDir(dataDir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = path.join(dir, `${owner}.${randomUUID()}.spool`);
  const key = randomBytes(32);
  const handle = await open(file, 'wx', 0o600);
  const hash = createHash('sha1');
  let size = 0;
  let count = 0;
  const write = async (plain: Uint8Array): Promise<void> => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce(count++));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(plain.length);
    await handle.writev([head, sealed]);
  };
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) throw new SpoolOverflow();
      hash.update(chunk);
      for (let at = 0; at < chunk.length; at += frame) await write(chunk.subarray(at, at + frame));
    }
    await write(new Uint8Array(0));
    await handle.close();
  } catch (e) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw e;
  }
  return {
    size,
    sha1: hash.digest('hex'),
    read: () => readFrames(file, key),
    dispose: () => rm(file, { force: true }),
  };
}

async function* readFrames(file: string, key: Buffer): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(4);
    for (let n = 0; ; n++) {
      await readFully(handle, head);
      const length = head.readUInt32BE();
      if (length > frame) throw new Error('spool: frame too long');
      const sealed = Buffer.alloc(length + tagLength);
      await readFully(handle, sealed);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce(n));
      decipher.setAuthTag(sealed.subarray(length));
      const plain = Buffer.concat([decipher.update(sealed.subarray(0, length)), decipher.final()]);
      if (length === 0) return;
      yield plain;
    }
  } finally {
    await handle.close();
  }
}

async function readFully(handle: FileHandle, into: Buffer): Promise<void> {
  for (let at = 0; at < into.length;) {
    const { bytesRead } = await handle.read(into, at, into.length - at);
    if (bytesRead === 0) throw new Error('spool: file cut');
    at += bytesRead;
  }
}
