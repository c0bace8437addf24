/**
 * One façade per DATA_DIR: a lock file that says who holds it. It outlives a killed process, so its holder is checked:
 * on the same machine by process id and start time, on another (a volume that moved) by its heartbeat.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseError } from '../errors.ts';

export interface Holder {
  pid: number;
  host: string;
  /** Start of the process, where the system tells: an id alone may have been given again. */
  started: string | undefined;
}

const HEARTBEAT_MS = 10_000;
const STALE_MS = 60_000;

/**
 * Takes the lock of a folder.
 * @returns releases it
 * @throws DatabaseError when another process that is alive holds it
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const file = fileIn(folder);
  const own: Holder = { pid: process.pid, host: os.hostname(), started: startOf(process.pid) };
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await created(draft, file)) return hold(file);
      const text = await readFile(file, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      const holder = JSON.parse(text) as Holder;
      if (await isAlive(holder, file)) {
        throw new DatabaseError(
          `${path.dirname(folder)} is in use by another façade (process ${holder.pid} on ${holder.host}): stop it, or give this one its own DATA_DIR.`,
        );
      }
      await removeStale(file, text);
    }
    throw new DatabaseError(`${file} changes hands all the time: another façade is starting in the same DATA_DIR.`);
  } finally {
    await rm(draft, { force: true });
  }
}

const fileIn = (folder: string): string => path.join(folder, 'facade.lock');

/** The process that holds the lock of a folder, if it is alive. */
export async function holderOf(folder: string): Promise<Holder | undefined> {
  const file = fileIn(folder);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const holder = text === undefined ? undefined : (JSON.parse(text) as Holder);
  return holder !== undefined && (await isAlive(holder, file)) ? holder : undefined;
}

/** Links rather than writes: the file appears with its content, or not at all. */
async function created(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(file: string): () => void {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  let held = true;
  return () => {
    // Once only: by the second time the lock may be somebody else's.
    if (held) rmSync(file, { force: true });
    held = false;
    clearInterval(heartbeat);
  };
}

async function isAlive(holder: Holder, file: string): Promise<boolean> {
  if (holder.host !== os.hostname()) {
    const beaten = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    return Date.now() - beaten < STALE_MS;
  }
  return processExists(holder.pid) && startOf(holder.pid) === holder.started;
}

/** Moves it away before removing it, so that a lock taken in between is noticed and put back. */
async function removeStale(file: string, seen: string): Promise<void> {
  const moved = `${file}.${randomUUID()}`;
  try {
    await rename(file, moved);
  } catch {
    return; // somebody else removed it
  }
  if ((await readFile(moved, 'utf8')) !== seen) await link(moved, file).catch(() => undefined);
  await rm(moved, { force: true });
}

export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
