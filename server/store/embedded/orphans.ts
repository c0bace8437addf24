/**
 * A façade that was killed leaves its PostgreSQL running. The next one, holding the lock of the folder, stops it.
 */
import { spawnSync } from 'node:child_process';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../errors.ts';
import { processExists } from './lock.ts';

/**
 * Stops the server that still works on a cluster, if there is one.
 * @param cluster absolute path, links resolved
 * @returns how many processes had to be stopped
 */
export async function stopOrphans(cluster: string): Promise<number> {
  const pidFile = path.join(cluster, 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  const recorded = Number.parseInt(lines[0] ?? '', 10);
  if (!Number.isInteger(recorded)) return 0;

  const running = await serversOn(cluster, recorded);
  if (running.includes(recorded)) {
    // SIGINT: fast shutdown; SIGQUIT: immediate, the next start recovers from the log.
    for (const [signal, patience] of [
      ['SIGINT', 10_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 2_000],
    ] as const) {
      if (await stopped(recorded, signal, patience)) break;
    }
  }
  // Backends notice within a moment that their parent is gone.
  for (let waited = 0; (await serversOn(cluster, recorded)).length > 0; waited += 50) {
    if (waited > 10_000) throw new DatabaseError(`A PostgreSQL that nobody supervises does not stop: end it by hand.`);
    await sleep(50);
  }
  // The id belongs to some other program by now: PostgreSQL would take that for a running server and refuse to start.
  if (processExists(recorded)) await rm(pidFile, { force: true });
  return running.length;
}

async function stopped(pid: number, signal: NodeJS.Signals, patience: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch {
    return true;
  }
  for (let waited = 0; waited < patience; waited += 20) {
    if (!processExists(pid)) return true;
    await sleep(20);
  }
  return !processExists(pid);
}

/** The processes whose working directory is the cluster; without /proc, the recorded one if it is a PostgreSQL. */
async function serversOn(cluster: string, recorded: number): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => undefined);
  if (entries === undefined) {
    if (!processExists(recorded)) return [];
    const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(recorded)], { encoding: 'utf8' });
    return stdout.includes('postgres') ? [recorded] : [];
  }
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number);
  const here = await Promise.all(
    pids.map(async (pid) => (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === cluster),
  );
  return pids.filter((pid, index) => here[index] && pid !== process.pid);
}
