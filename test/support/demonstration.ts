/** The demonstration as its reader has it: `npm start` as a process, and the commands beside it, in a folder and on ports of their own. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from 'vitest';

export const root = path.resolve(import.meta.dirname, '../..');

/** Settings that the commands share. */
export type Place = Readonly<Record<string, string>>;

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

/** @param dir a folder of the test's */
export async function placeIn(dir: string): Promise<Place> {
  return {
    PATH: process.env['PATH'] ?? '',
    DATA_DIR: path.join(dir, 'data'),
    // Tokens are asked for at the façade's address: it is the same for all commands.
    PORT: String(await freePort()),
    SIMULATOR_PORT: '0',
    SIMULATOR_CONTROL_PORT: '0',
    SIMULATOR_PSC_PORT: '0',
    SIMULATOR_PSC_TLS_PORT: '0',
    SIMULATOR_PSC_CONTROL_PORT: '0',
    LOG_LEVEL: 'silent',
  };
}

/** `npm start`, until it is ready or has ended. */
export async function npmStart(place: Place, settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tools/start.ts'], {
    cwd: root,
    env: { ...place, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (errors += String(text)));
  const ended = once(child, 'close');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const ready = () => /^Ready: (\S+) {2}\(DMP: (\S+)\)$/m.exec(output);
  while (ready() === null && !hasEnded()) await sleep(50);
  const [, url = '', dmpUrl = ''] = ready() ?? [];
  const stop = async (): Promise<void> => {
    if (!hasEnded()) child.kill('SIGTERM');
    await ended;
  };
  return { child, ended, url, dmpUrl, output: () => output, errors: () => errors, stop };
}
export type Started = Awaited<ReturnType<typeof npmStart>>;

/**
 * One for all tests of a file, in a folder of its own; gone after them.
 * @returns `place` and `running` hold nothing before the first test
 */
export function demonstration(name: string): { dir: string; place: Place; running: Started } {
  const dir = mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  const place: Record<string, string> = {};
  const running = {} as Started;
  beforeAll(async () => {
    Object.assign(running, await npmStart(Object.assign(place, await placeIn(dir))));
    expect(running.errors()).toBe('');
  }, 120_000);
  afterAll(async () => {
    await running.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return { dir, place, running };
}

const command = (args: readonly string[]): string[] => ['--import', 'tsx', 'tools/token.ts', ...args];

/** `npm run -s token -- …`: what it prints. @throws what execFile throws, with `stdout` and `stderr`, when it fails */
export const runToken = (place: Place, ...args: string[]) =>
  promisify(execFile)(process.execPath, command(args), { cwd: root, env: place });

/** As `TOKEN=$(npm run -s token -- …)`. */
export const tokenOf = async (place: Place, ...args: string[]): Promise<string> =>
  (await runToken(place, ...args)).stdout.trim();

/** `npm run -s token -- …`, while it runs. */
export const spawnToken = (place: Place, ...args: string[]) =>
  spawn(process.execPath, command(args), { cwd: root, env: place, stdio: ['ignore', 'pipe', 'pipe'] });
