/**
 * The embedded server's files: `DATA_DIR/postgres/` holds the cluster, its password (0600) and its log.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseError } from '../errors.ts';
import type { Binaries } from './binaries.ts';
import { give, type Identity, serverEnvironment } from './identity.ts';

/** Role and database of the façade. */
export const OWNER = 'dmp_fhir';

export interface Cluster {
  /** Absolute, links resolved. */
  dir: string;
  password: string;
  created: boolean;
}

/**
 * How the cluster is named to the server's programs. Under root they run as a user who may not be allowed to enter the
 * folders above it (`/root`, a private home): they are started inside it, and know it by that name only.
 */
export function clusterArgument(dir: string, identity: Identity): string {
  return identity.uid === undefined ? dir : '/proc/self/cwd';
}

/** Opens the cluster under a folder of ours, made on first start. */
export async function openCluster(folder: string, binaries: Binaries, identity: Identity): Promise<Cluster> {
  const dir = path.join(await realpath(folder), 'cluster');
  const created = !existsSync(path.join(dir, 'PG_VERSION'));
  if (created) await createCluster(folder, dir, binaries, identity);
  const major = (await readFile(path.join(dir, 'PG_VERSION'), 'utf8')).trim();
  if (major !== binaries.major) {
    throw new DatabaseError(
      `${dir} was made by PostgreSQL ${major}, and this version brings ${binaries.major}: move its content with pg_dump, or set DATABASE_URL.`,
    );
  }
  return { dir, password: (await readFile(path.join(folder, 'password'), 'utf8')).trim(), created };
}

/** Built beside its place and moved there when complete: an interrupted first start leaves nothing half made. */
async function createCluster(folder: string, dir: string, binaries: Binaries, identity: Identity): Promise<void> {
  const draft = `${dir}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await give(draft, identity);

  const password = randomBytes(24).toString('base64url');
  await writeFile(path.join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  // initdb reads the password as the server's user, who cannot enter our folder.
  const handover = await mkdtemp(path.join(os.tmpdir(), 'dmp-fhir-initdb-'));
  try {
    const passwordFile = path.join(handover, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await give(passwordFile, identity);
    await give(handover, identity);
    const { status, stderr, error } = spawnSync(
      path.join(binaries.bin, 'initdb'),
      [
        `--pgdata=${clusterArgument(draft, identity)}`,
        `--username=${OWNER}`,
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C',
        '--data-checksums',
      ],
      { ...identity, cwd: draft, encoding: 'utf8', env: serverEnvironment },
    );
    if (status !== 0) {
      throw new DatabaseError(
        `The embedded PostgreSQL could not be set up in ${folder} (${(error?.message ?? stderr).trim()}). Choose another DATA_DIR, or set DATABASE_URL.`,
      );
    }
  } finally {
    await rm(handover, { recursive: true, force: true });
  }
  await rename(draft, dir);
  await chmod(dir, 0o700);
}
