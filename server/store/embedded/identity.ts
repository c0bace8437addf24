/**
 * PostgreSQL refuses to run as root. Started by root, it runs as `nobody`; otherwise as whoever runs the façade.
 */
import { chown } from 'node:fs/promises';

const NOBODY = 65534;

export interface Identity {
  uid?: number;
  gid?: number;
}

/** Whom the server runs as, in the shape of `spawn`'s options: empty unless we are root. */
export function serverIdentity(): Identity {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** Gives a file or folder to the server's user, if that is not ourselves. */
export async function give(path: string, { uid, gid }: Identity): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

/** The server's environment: nothing of ours (settings and secrets among them) is passed on. */
export const serverEnvironment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
