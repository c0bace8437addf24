/** Whether another program may use the embedded server of a folder: only one that a façade of this machine has, ready. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder } from '../../server/store/embedded/lock.ts';
import { runningEmbedded } from '../../server/store/embedded/running.ts';

let dataDir: string;
const folder = () => path.join(dataDir, 'postgres');
const pidFile = (port: string, state: string): string =>
  ['4711', '/cluster', '1795000000', port, '', '127.0.0.1', ' 1 2', state, ''].join('\n');

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'running-'));
  await mkdir(path.join(folder(), 'cluster'), { recursive: true });
  await writeFile(path.join(folder(), 'password'), 'pass/word\n');
  await writeFile(path.join(folder(), 'cluster/postmaster.pid'), pidFile('54321', 'ready   '));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

it('is told where it is while the lock is held, and not afterwards', async () => {
  const unlock = await lockFolder(folder());
  expect(await runningEmbedded(dataDir)).toBe('postgresql://dmp_fhir:pass%2Fword@127.0.0.1:54321/dmp_fhir');
  unlock();
  expect(await runningEmbedded(dataDir), 'left behind by a façade that was killed').toBeUndefined();
});

it('is not one that is starting, or on another machine', async () => {
  const unlock = await lockFolder(folder());
  for (const file of [pidFile('54321', 'starting'), pidFile('', 'ready'), ''])
    expect((await writeFile(path.join(folder(), 'cluster/postmaster.pid'), file), await runningEmbedded(dataDir))).toBe(
      undefined,
    );
  unlock();
  await writeFile(path.join(folder(), 'cluster/postmaster.pid'), pidFile('54321', 'ready'));
  await writeFile(path.join(folder(), 'facade.lock'), JSON.stringify({ pid: process.pid, host: 'elsewhere.invalid' }));
  expect(await runningEmbedded(dataDir)).toBeUndefined();
});
