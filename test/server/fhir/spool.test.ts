import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanSpool, spool, spoolDir, SpoolOverflow } from '../../../server/fhir/spool.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'spool-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function all(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const chunk of body) out.push(chunk);
  return Buffer.concat(out);
}
const left = async () => readdir(spoolDir(dir)).catch(() => []);

describe('spool', () => {
  it.each([0, 1, 65_536, 65_537, 300_000])('gives %i bytes back, twice, with their size and SHA-1', async (length) => {
    const bytes = randomBytes(length);
    for (const size of [1000, 65_536, 200_000]) {
      const file = await spool(dir, chunks(bytes, size));
      expect([file.size, file.sha1]).toEqual([length, createHash('sha1').update(bytes).digest('hex')]);
      expect((await all(file.read())).equals(bytes)).toBe(true);
      expect((await all(file.read())).equals(bytes)).toBe(true);
      await file.dispose();
      await file.dispose();
      expect(await left()).toEqual([]);
    }
  });

  it('is unreadable on disk, and for the owner only', async () => {
    const file = await spool(dir, chunks(Buffer.from('ODETTE ROUSSELIN '.repeat(100)), 50));
    const [name] = await left();
    const onDisk = path.join(spoolDir(dir), name!);
    expect((await readFile(onDisk)).includes('ODETTE')).toBe(false);
    expect((await stat(onDisk)).mode & 0o777).toBe(0o600);
    await file.dispose();
  });

  it('of processes that live is left to them at a start, and what others left is removed', async () => {
    const ours = await spool(dir, chunks(Buffer.from('x'), 1));
    const at = (pid: number, host: string): string => `${pid}@${host}.${randomUUID()}.spool`;
    const [alive, gone] = [at(process.ppid, hostname()), at(2 ** 22 + 1, hostname())];
    const [far, old] = [at(1, 'elsewhere.invalid'), at(1, 'elsewhere.invalid')];
    for (const name of [alive, gone, far, old]) await writeFile(path.join(spoolDir(dir), name), 'x');
    await utimes(path.join(spoolDir(dir), old), 0, 0);
    await cleanSpool(dir);
    expect((await left()).toSorted()).toEqual([alive, far].toSorted());
    await ours.dispose();
  });

  it('leaves nothing when the body fails or is too long', async () => {
    const broken = (async function* () {
      yield Buffer.from('abc');
      throw new Error('cut');
    })();
    await expect(spool(dir, broken)).rejects.toThrow('cut');
    await expect(spool(dir, chunks(Buffer.alloc(10), 4), 9)).rejects.toThrow(SpoolOverflow);
    await (await spool(dir, chunks(Buffer.alloc(10), 4), 10)).dispose();
    expect(await left()).toEqual([]);
  });

  it('does not read a file that was tampered with, cut or lengthened inside', async () => {
    for (const harm of [
      async (file: string) => {
        const bytes = await readFile(file);
        bytes[20]! ^= 1;
        await writeFile(file, bytes);
      },
      async (file: string) => truncate(file, (await stat(file)).size - 20),
      async (file: string) => {
        const bytes = await readFile(file);
        await writeFile(file, bytes.subarray(0, 1000 + 20));
        await appendFile(file, bytes);
      },
    ]) {
      const file = await spool(dir, chunks(randomBytes(3000), 1000));
      await harm(path.join(spoolDir(dir), (await left())[0]!));
      await expect(all(file.read())).rejects.toThrow();
      await file.dispose();
    }
  });

  it('is emptied at start of what a killed process left', async () => {
    await spool(dir, chunks(Buffer.from('x'), 1));
    await writeFile(path.join(spoolDir(dir), 'other.txt'), 'kept');
    await cleanSpool(dir);
    expect(await left()).toEqual(['other.txt']);
  });
});
