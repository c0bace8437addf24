/** The simulator as a child process of `npm start`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface SimulatorProcess {
  /** Up to `/si-dmp-server/v2/services`. */
  url: string;
  /** Origin of its stand-in for the DMP's web site. */
  webUrl: string;
  /** Resolves when it ends by itself. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const program = path.resolve(import.meta.dirname, '../simulator.ts');
const READY_MS = 60_000;

/**
 * Starts it and waits until it says where it listens.
 * @param pkiDir made by `ensurePki`
 * @param env of which only what is its business is passed on: SIMULATOR_*, PATH and Node's own
 * @throws Error naming the setting to change when a port is taken
 */
export async function startSimulatorProcess(pkiDir: string, env: NodeJS.ProcessEnv): Promise<SimulatorProcess> {
  const own = Object.entries(env).filter(([name]) => /^(SIMULATOR_|NODE_|PATH$|TMPDIR$)/.test(name));
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: path.dirname(path.dirname(program)),
    env: { SIMULATOR_PKI_DIR: pkiDir, ...Object.fromEntries(own), SIMULATOR_WITH_PARENT: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C reaches us alone: requests under way still need the DMP while the façade drains.
    detached: true,
  });
  let stopping = false;
  const ended = once(child, 'exit').then(() => undefined);
  const stop = async (): Promise<void> => {
    stopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const hurry = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(hurry);
  };
  const said = await ready(child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  child.stdout.resume();
  child.stderr.on('data', (text: Buffer) => process.stderr.write(text));
  return { ...said, ended: ended.then(() => (stopping ? new Promise<void>(() => undefined) : undefined)), stop };
}

/** The URLs of its first line, `DMP simulator: https://… (mutual TLS), …, web site: http://…, …`. */
function ready(child: ChildProcess): Promise<Pick<SimulatorProcess, 'url' | 'webUrl'>> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
    const said: string[] = [];
    const timeout = setTimeout(() => {
      fail('it was not ready in time');
    }, READY_MS);
    const fail = (reason: string) => {
      clearTimeout(timeout);
      reject(new Error(explain(said.join(''), reason)));
    };
    child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
    child.once('error', (error) => {
      fail(error.message);
    });
    child.once('close', (code, signal) => {
      fail(`it ended with ${code ?? signal}`);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, url, webUrl] = /^DMP simulator: (https:\S+).* web site: (http:[^\s,]+)/.exec(line) ?? [];
      if (url === undefined || webUrl === undefined) return;
      clearTimeout(timeout);
      resolve({ url, webUrl });
    });
  });
}

function explain(output: string, reason: string): string {
  const taken = /EADDRINUSE[^\n]*:(\d+)/.exec(output)?.[1];
  if (taken !== undefined) {
    return `Port ${taken} is taken: set SIMULATOR_PORT (default 9443) or SIMULATOR_CONTROL_PORT (default 9444) to another.`;
  }
  return `The DMP simulator did not start: ${reason}.\n${output}`;
}
