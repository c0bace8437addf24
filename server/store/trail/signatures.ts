/** Following the checkpoints: each links to the one before, and is signed with the key that those before have put in force. */
import type { JsonWebKey } from 'node:crypto';
import { NOTHING } from './canonical.ts';
import { type CheckpointBody, hashOfToken, isSignedBy, readToken, thumbprint } from './checkpoint.ts';
import type { Findings } from './findings.ts';

/** A key that has signed, and from which checkpoint to which. */
export interface UsedKey {
  thumbprint: string;
  publicJwk: JsonWebKey;
  /** ISO 8601: put in force then. */
  from: string;
  /** Absent: still in force. */
  until?: string;
}

export interface Follower {
  /** Checks the next checkpoint. @returns what it says; undefined when it cannot be read */
  next(token: string, number: number): CheckpointBody | undefined;
  keys: readonly UsedKey[];
  /** Whether one of these has signed a checkpoint: it vouches for all before, and for the keys after. */
  hasSigned(pinned: readonly string[]): boolean;
}

/** @param isWhole every checkpoint is given; otherwise those that introduce keys, and some of the others */
export function followCheckpoints(found: Findings, isWhole = true): Follower {
  const keys: UsedKey[] = [];
  const signers = new Set<string>();
  let number = 0;
  let link = NOTHING;

  /** The first one is signed with the key that it brings. */
  function signs(token: string, body: CheckpointBody): boolean {
    const key = keys.at(-1)?.publicJwk ?? body.key;
    if (key === undefined || !isSignedBy(token, key)) return false;
    signers.add(thumbprint(key));
    return true;
  }

  function introduce({ key, at }: CheckpointBody): void {
    if (key === undefined) return;
    const last = keys.at(-1);
    if (last) last.until = at;
    keys.push({ thumbprint: thumbprint(key), publicJwk: key, from: at });
  }

  return {
    keys,
    next(token, stored) {
      const body = tryRead(token);
      if (body === undefined) {
        found.add('checkpoint-unreadable', { checkpoint: stored });
        return undefined;
      }
      const place = { checkpoint: stored };
      const isNext = stored === number + 1 && body.number === stored;
      if (isWhole && !isNext) found.add('checkpoint-missing', place);
      else if ((isWhole || isNext) && body.previous !== link) found.add('checkpoint-link', place);
      if (!signs(token, body)) found.add('checkpoint-signature', place);
      else introduce(body);
      number = stored;
      link = hashOfToken(token);
      return body;
    },
    hasSigned: (pinned) => pinned.some((key) => signers.has(key)),
  };
}

function tryRead(token: string): CheckpointBody | undefined {
  try {
    return readToken<CheckpointBody>(token).payload;
  } catch {
    return undefined;
  }
}
