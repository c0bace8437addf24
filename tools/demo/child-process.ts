/** A stand-in as a child process of `npm start`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** What is started, and how its first words are understood. */
export interface Program<Said> {
  /** For messages. */
  name: string;
  /** Path of its entry point. */
  file: string;
  /** What a line of its output says; undefined while it is not the one waited for. */
  read(line: string): Said | undefined;
  /** What to do about a port that is taken. */
  ports: string;
}

export interface Child {
  /** Resolves when it ends by itself. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;

/**
 * Starts it and waits until it says where it listens.
 * @param pkiDir made by `ensurePki`
 * @param env of which only what is its business is passed on: SIMULATOR_*, PATH and Node's own
 * @throws Error naming the setting to change when a port is taken
 */
export async function startChild<Said>(
  program: Program<Said>,
  pkiDir: string,
  env: NodeJS.ProcessEnv,
): Promise<Said & Child> {
  const own = Object.entries(env).filter(([name]) => /^(SIMULATOR_|NODE_|PATH$|TMPDIR$)/.test(name));
  const child = spawn(process.execPath, ['--import', 'tsx', program.file], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: { SIMULATOR_PKI_DIR: pkiDir, ...Object.fromEntries(own), SIMULATOR_WITH_PARENT: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C reaches us alone: requests under way still need it while the façade drains.
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
  const said = await ready(child, program).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  child.stdout.resume();
  child.stderr.on('data', (text: Buffer) => process.stderr.write(text));
  return { ...said, ended: ended.then(() => (stopping ? new Promise<void>(() => undefined) : undefined)), stop };
}

function ready<Said>(child: ChildProcess, program: Program<Said>): Promise<Said> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
    const said: string[] = [];
    const timeout = setTimeout(() => {
      fail('it was not ready in time');
    }, READY_MS);
    const fail = (reason: string) => {
      clearTimeout(timeout);
      reject(new Error(explain(program, said.join(''), reason)));
    };
    child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
    child.once('error', (error) => {
      fail(error.message);
    });
    child.once('close', (code, signal) => {
      fail(`it ended with ${code ?? signal}`);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const read = program.read(line);
      if (read === undefined) return;
      clearTimeout(timeout);
      resolve(read);
    });
  });
}

function explain({ name, ports }: Program<unknown>, output: string, reason: string): string {
  const taken = /EADDRINUSE[^\n]*:(\d+)/.exec(output)?.[1];
  if (taken !== undefined) return `Port ${taken} is taken: ${ports}.`;
  return `${name} did not start: ${reason}.\n${output}`;
}
