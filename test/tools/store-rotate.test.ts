import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { openStore, type Store } from '../../server/store/index.ts';
import { say } from '../../tools/store-rotate.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const ins = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'rotate-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Does something with the store of the data folder, as a façade between its start and its end. */
async function withStore<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openStore(loadConfig({ DATA_DIR: dataDir }));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
const rotate = () =>
  run(process.execPath, ['--import', 'tsx', 'tools/store-rotate.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, DATA_DIR: dataDir },
  });

it('the key file and the keys that it wraps can be replaced: every patient stays who they are', async () => {
  const { id } = await withStore((store) => store.patients.byIns(ins));
  const { stdout } = await rotate();
  expect(stdout.trim().split('\n')).toEqual([
    'A new key was made.',
    'Nothing is sealed with the old key any more.',
    'patient.ins_sealed: 1 sealed anew',
    'Done: the old key was removed.',
  ]);
  expect(stdout).not.toContain(ins.value);
  expect(await withStore((store) => store.patients.byId(id))).toEqual({ id, ins });

  const file = path.join(dataDir, 'keys/store.key');
  const before = await readFile(file, 'utf8');
  await rename(file, `${file}.previous`);
  expect(await withStore((store) => store.patients.byIns(ins))).toEqual({ id, ins });
  expect(await readFile(file, 'utf8')).not.toBe(before);
  await rm(`${file}.previous`);
  expect(await withStore((store) => store.patients.byId(id))).toEqual({ id, ins });

  await withStore(async () => {
    const failure = (await rotate().catch((error: unknown) => error)) as { stderr: string; code: number };
    expect(failure.code).toBe(1);
    expect(failure.stderr, 'the embedded database has one user at a time').toMatch(/in use by another façade/);
  });
});

it('says how long it takes, and when there was nothing left to do', () => {
  expect(say({ step: 'made', resumed: true, waitMs: 79_500 })).toBe(
    'A rotation is under way: it goes on. All instances seal with the new key in 80 s.',
  );
  expect(say({ step: 'removed', keys: 0 })).toBe('Done: there was no old key left.');
});
