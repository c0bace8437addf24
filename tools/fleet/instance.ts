/** One façade as a process of its own, as `npm start` runs it, on a port of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '../..');
const READY_MS = 120_000;

export interface Instance {
  /** e.g. `http://127.0.0.1:40123`, wherever PUBLIC_URL says that the façade is. */
  origin: string;
  pid: number;
  /** Resolves when it is ready to work. @throws Error when it has ended, or takes too long */
  ready(): Promise<void>;
  /** Resolves when it has ended, with its exit code; null: by a signal. */
  ended: Promise<number | null>;
  /** Tells it to stop (SIGTERM) and waits. @returns its exit code */
  stop(): Promise<number | null>;
  /** As a power cut (SIGKILL). */
  kill(): Promise<void>;
  /** What it has written last. */
  said(): string;
}

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @param env its settings, whole: nothing of ours is passed on but PATH @param flags of Node */
export async function startInstance(env: NodeJS.ProcessEnv, flags: readonly string[]): Promise<Instance> {
  const port = await freePort();
  const child = spawn(process.execPath, [...flags, '--max-semi-space-size=64', '--import', 'tsx', 'tools/start.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-20_000)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const origin = `${env.TLS_CERT === undefined ? 'http' : 'https'}://localhost:${port}`;
  const isReady = (): boolean => said.includes('\nReady: ');
  return {
    origin,
    pid: child.pid ?? 0,
    ended,
    said: () => said,
    async ready() {
      for (let waited = 0; !isReady(); waited += 50) {
        if (hasEnded()) throw new Error(`A façade ended before it was ready:\n${said}`);
        if (waited > READY_MS) throw new Error(`A façade was not ready in time:\n${said}`);
        await sleep(50);
      }
    },
    async stop() {
      if (!hasEnded()) child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      if (!hasEnded()) child.kill('SIGKILL');
      await ended;
    },
  };
}
