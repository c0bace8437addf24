import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIndexer, createSealer, SealError } from '../../server/store/cipher.ts';
import { readStoreKey, readWrappingKeys } from '../../server/store/key.ts';

const cipher = createSealer(randomBytes(32));
const indexer = createIndexer(randomBytes(32));
const place = ['patient', 'ins_sealed', 'a'] as const;

describe('sealed values', () => {
  it('open to any JSON that was sealed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // JSON itself knows no -0.
        expect(cipher.open(place, cipher.seal(place, value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('never look the same twice', () => {
    const seen = new Set(Array.from({ length: 100 }, () => Buffer.from(cipher.seal(place, 'x')).toString('hex')));
    expect(seen.size).toBe(100);
  });

  it('do not open with one bit changed, anywhere', () => {
    const sealed = cipher.seal(place, { value: '236046999012376' });
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Uint8Array.from(sealed);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => cipher.open(place, altered)).toThrow(SealError);
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => cipher.open(place, sealed.subarray(0, length))).toThrow(SealError);
    }
  });

  it('do not open in another table, column or row, nor with another key', () => {
    const sealed = cipher.seal(place, 1);
    for (const other of [
      ['x', 'ins_sealed', 'a'],
      ['patient', 'x', 'a'],
      ['patient', 'ins_sealed', 'x'],
    ] as const) {
      expect(() => cipher.open(other, sealed)).toThrow(/misplaced/);
    }
    expect(() => createSealer(randomBytes(32)).open(place, sealed)).toThrow(/another key/);
  });
});

describe('the blind index', () => {
  it('is the same for the same, and different for another value, purpose, cut or key', () => {
    const hex = (purpose: string, ...parts: string[]) => Buffer.from(indexer.index(purpose, ...parts)).toString('hex');
    expect(hex('ins', 'a', 'b')).toBe(hex('ins', 'a', 'b'));
    const other = Buffer.from(createIndexer(randomBytes(32)).index('ins', 'a', 'b')).toString('hex');
    expect(
      new Set([hex('ins', 'a', 'b'), hex('ins', 'ab', ''), hex('ins', 'b', 'a'), hex('owner', 'a', 'b'), other]).size,
    ).toBe(5);
  });
});

describe('the key', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'key-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is made once, for its owner only, also by several first starts at once', async () => {
    await chmod(dir, 0o755);
    const keys = await Promise.all(Array.from({ length: 5 }, () => readStoreKey(undefined, dir)));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    const file = path.join(dir, 'keys/store.key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(Buffer.from(await readFile(file, 'utf8'), 'base64').equals(keys[0]!)).toBe(true);
  });

  it('is taken from STORE_KEY first, with or without padding', async () => {
    const key = randomBytes(32);
    for (const text of [
      key.toString('base64'),
      key.toString('base64').replace('=', ''),
      ` ${key.toString('base64')}\n`,
    ]) {
      expect((await readStoreKey(text, dir)).equals(key)).toBe(true);
    }
    for (const text of ['', 'not base64!', key.toString('hex'), randomBytes(31).toString('base64')]) {
      await expect(readStoreKey(text, dir)).rejects.toThrow(/32 bytes/);
    }
  });

  it('is followed by those before it: in STORE_KEY_PREVIOUS, and in a file beside its own', async () => {
    const [now, before, earlier, inFile] = Array.from({ length: 4 }, () => randomBytes(32));
    const settings = {
      dataDir: dir,
      STORE_KEY: now!.toString('base64'),
      STORE_KEY_PREVIOUS: ` ${before!.toString('base64')}, ${earlier!.toString('base64')},`,
    };
    const keys = async (of: Parameters<typeof readWrappingKeys>[0]) => {
      const { current, previous } = await readWrappingKeys(of);
      return [current, ...previous].map((key) => Buffer.from(key).toString('hex'));
    };
    const hex = (...all: (Buffer | undefined)[]) => all.map((key) => key!.toString('hex'));
    expect(await keys(settings)).toEqual(hex(now, before, earlier));
    const file = path.join(dir, 'keys/store.key.previous');
    await writeFile(file, `${inFile!.toString('base64')}\n`);
    expect(await keys({ ...settings, STORE_KEY_PREVIOUS: undefined })).toEqual(hex(now, inFile));
    await writeFile(file, 'x');
    await expect(keys(settings)).rejects.toThrow(/store\.key\.previous must be the Base64 of 32 bytes/);
    await rm(file);
    const wrong = { ...settings, STORE_KEY_PREVIOUS: 'c2VjcmV0' };
    const error: unknown = await keys(wrong).catch((e: unknown) => e);
    expect(String(error)).toMatch(/STORE_KEY_PREVIOUS must be the Base64 of 32 bytes/);
    expect(String(error)).not.toContain('c2VjcmV0');
  });
});
