/** The processes that are measured: started on free loopback ports, watched, stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '..');

export interface Running {
  pid: number;
  /** First line of JSON that it printed, for the programs that print one. */
  hello: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Starts a TypeScript program of this repository; resolves when `ready` answers or, without it, at its first JSON line.
 * @param profile folder for a CPU profile, written when the process ends
 */
export async function start(
  file: string,
  env: Record<string, string>,
  ready?: string,
  profile?: string,
): Promise<Running> {
  // As `npm start` does: what a request makes dies young, if the young generation is large enough for it.
  const flags = file === 'tools/start.ts' ? ['--max-semi-space-size=64'] : [];
  if (profile) flags.push('--cpu-prof', `--cpu-prof-dir=${profile}`);
  const child: ChildProcess = spawn(process.execPath, [...flags, '--import', 'tsx', path.join(root, file)], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout!.on('data', (d: Buffer) => (out += d.toString()));
  child.stderr!.on('data', (d: Buffer) => (err = (err + d.toString()).slice(-4000)));
  const exited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const until = Date.now() + 90_000;
  for (;;) {
    if (exited()) throw new Error(`${file} ended before it was ready:\n${out}\n${err}`);
    if (Date.now() > until) throw new Error(`${file} was not ready in time:\n${out}\n${err}`);
    if (ready ? await answers(ready) : out.includes('"ready":true')) break;
    await sleep(100);
  }
  return {
    pid: child.pid!,
    hello: ready
      ? {}
      : (JSON.parse(out.split('\n').find((l) => l.includes('"ready":true'))!) as Record<string, string>),
    async stop() {
      if (exited()) return;
      child.kill('SIGTERM');
      for (let i = 0; i < 100 && !exited(); i++) await sleep(100);
      if (!exited()) child.kill('SIGKILL');
    },
  };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (r) => r.ok,
    () => false,
  );

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Forgets the peak of a process, so that the next `peakMemory` is of what follows (Linux). */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // not Linux, or not allowed: the peak is then that of the whole life
  }
}

/** Peak resident memory in MiB since `resetPeak` (Linux; NaN elsewhere). */
export function peakMemory(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
  } catch {
    return NaN;
  }
}
