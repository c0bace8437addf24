/**
 * Making checkpoints: one at a time over all instances (advisory lock). Each instance vouches for the stream that it writes, by what
 * it remembers of it, not by what the database says; for the others the last word stands. A stream whose instance is gone is closed
 * where it ends.
 */
import type { Cipher } from '../cipher.ts';
import type { Database } from '../database.ts';
import { DatabaseError } from '../errors.ts';
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import { digestBefore } from './before.ts';
import { hex, NOTHING } from './canonical.ts';
import {
  CHECKPOINT_FORMAT,
  CHECKPOINT_TYPE,
  type CheckpointBody,
  type Head,
  hashOfToken,
  type Pruned,
  readToken,
  type SigningKey,
  signToken,
  thumbprint,
} from './checkpoint.ts';
import type { SigningKeys } from './keys.ts';

/** Advisory lock: one checkpoint at a time. */
const LOCK = 71202613;
const TIMEOUT_MS = 3_600_000;

export interface Change {
  reason: CheckpointBody['reason'];
  /** What the caller vouches for, asked when it is this checkpoint's turn; a head that is closed closes its stream. */
  heads?: () => readonly Head[];
  /** A stream that begins. */
  opened?: string;
  /** Another key is to sign from now on. */
  newKey?: boolean;
  pruned?: (db: Database, last: CheckpointBody) => Promise<Pruned>;
}

export const streamsOf = (heads: readonly Head[]): string[] => heads.map((head) => head.stream);

export interface CheckpointMaker {
  /** @returns undefined when there is nothing new to sign */
  make(change: Change): Promise<CheckpointBody | undefined>;
}

interface Last {
  token: string;
  body: CheckpointBody;
  /** Thumbprint of the key that signs the next one. */
  next: string;
}

export interface CheckpointOptions {
  prisma: PrismaClient;
  cipher: Cipher;
  keys: SigningKeys;
  /** No other instance can live: whatever stream is not ours has lost its own. */
  isAlone: boolean;
  /** Seconds without a sign of life after which a stream has lost its instance. */
  lostAfter: number;
  /** Is given every checkpoint that was made, and carries it out of the database's reach. */
  publish: (body: CheckpointBody, token: string) => Promise<void>;
}

export function checkpointMaker(options: CheckpointOptions): CheckpointMaker {
  const { prisma, cipher, keys, isAlone, lostAfter, publish } = options;
  /** What this instance made last: the database can be set back, this cannot. */
  let remembered: Last | undefined;

  async function lastOf(db: Database): Promise<Last | undefined> {
    const [row] = await db.auditCheckpoint.findMany({ orderBy: { number: 'desc' }, take: 1 });
    if (remembered && Number(row?.number ?? 0) < remembered.body.number) return remembered;
    return row && lastFrom(row.token);
  }

  async function make(change: Change): Promise<CheckpointBody | undefined> {
    const made = await prisma.$transaction(
      async (db) => {
        await db.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK}::bigint)`;
        const last = await lastOf(db);
        const { signer, next } = await signersOf(db, last, change.newKey ?? false);
        const heads = change.heads?.() ?? [];
        const lost = await closeLost(db, streamsOf(heads));
        const streams = headsOf(last?.body, { heads, lost, opened: change.opened });
        const isNew = change.opened !== undefined || change.pruned !== undefined || next !== undefined || !last;
        if (!isNew && streams.every((head) => isKnown(head, last.body))) return undefined;
        const [{ now } = { now: new Date() }] = await db.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
        const body: CheckpointBody = {
          format: CHECKPOINT_FORMAT,
          number: (last?.body.number ?? 0) + 1,
          at: now.toISOString(),
          previous: last ? hashOfToken(last.token) : NOTHING,
          reason: change.reason,
          streams,
          records: (last?.body.records ?? 0) + grown(streams, last?.body),
          ...(last ? {} : { before: await digestBefore(db, cipher) }),
          ...(next ? { key: next.publicJwk } : {}),
          ...(change.pruned && last ? { pruned: await change.pruned(db, last.body) } : {}),
        };
        const token = signToken(body, signer, CHECKPOINT_TYPE);
        await db.$executeRaw`
          INSERT INTO audit_checkpoint (number, at, token, introduces)
          VALUES (${body.number}, ${now}, ${token}, ${next?.thumbprint ?? null})`;
        await closeStreams(db, streams);
        if (change.opened !== undefined) await db.auditStream.create({ data: { id: change.opened } });
        return { token, body, next: next?.thumbprint ?? signer.thumbprint };
      },
      { timeout: TIMEOUT_MS, maxWait: 60_000 },
    );
    if (made === undefined) return undefined;
    remembered = made;
    await publish(made.body, made.token);
    return made.body;
  }

  /** The key that signs, and another that it introduces; the first checkpoint is signed with the key that it introduces. */
  async function signersOf(
    db: Database,
    last: Last | undefined,
    newKey: boolean,
  ): Promise<{ signer: SigningKey; next?: SigningKey }> {
    const { own } = keys;
    if (last === undefined) {
      const first = own ?? (await keys.make(db));
      return { signer: first, next: first };
    }
    if (own && own.thumbprint !== last.next) {
      if ((await db.auditCheckpoint.count({ where: { introduces: own.thumbprint } })) > 0)
        throw new DatabaseError('AUDIT_SIGNING_KEY is a key that another has replaced: give the one of now.');
      return { signer: await keys.byThumbprint(db, last.next), next: own };
    }
    const signer = await keys.byThumbprint(db, last.next);
    return newKey ? { signer, next: await keys.make(db) } : { signer };
  }

  /** Closes the streams whose instances are gone. @returns the last row of each; none: it has no rows */
  async function closeLost(db: Database, ours: readonly string[]): Promise<Head[]> {
    const closed = await db.$queryRaw<{ id: string }[]>`
      UPDATE audit_stream SET closed_at = now()
      WHERE closed_at IS NULL AND id <> ALL(${[...ours]}::uuid[])
        AND (${isAlone} OR seen_at < now() - ${lostAfter} * interval '1 second')
      RETURNING id`;
    const heads: Head[] = [];
    for (const { id } of closed) {
      const [row] = await db.$queryRaw<{ seq: bigint; hash: Uint8Array }[]>`
        SELECT seq, hash FROM kept_record WHERE stream = ${id}::uuid ORDER BY seq DESC LIMIT 1`;
      heads.push({ stream: id, seq: Number(row?.seq ?? 0), hash: row ? hex(row.hash) : NOTHING, closed: true });
    }
    return heads;
  }

  return { make };
}

export function lastFrom(token: string): Last {
  const { kid, payload } = readToken<CheckpointBody>(token);
  return { token, body: payload, next: payload.key ? thumbprint(payload.key) : kid };
}

/** What was vouched for stays: a stream that has lost rows is closed where it was, and shows. */
function headsOf(
  last: CheckpointBody | undefined,
  { heads, lost, opened }: { heads: readonly Head[]; lost: readonly Head[]; opened?: string },
): Head[] {
  const all = new Map((last?.streams ?? []).filter((head) => !head.closed).map((head) => [head.stream, head]));
  for (const head of lost) {
    const known = all.get(head.stream);
    all.set(head.stream, known && known.seq > head.seq ? { ...known, closed: true } : head);
  }
  // What another instance has closed meanwhile stays as that one has found it.
  for (const head of heads) if (all.has(head.stream)) all.set(head.stream, head);
  if (opened !== undefined) all.set(opened, { stream: opened, seq: 0, hash: NOTHING });
  return [...all.values()];
}

function isKnown(head: Head, last: CheckpointBody): boolean {
  const known = last.streams.find((other) => other.stream === head.stream);
  return known?.seq === head.seq && known.closed === head.closed;
}

const grown = (streams: readonly Head[], last: CheckpointBody | undefined): number =>
  streams.reduce((sum, { stream, seq }) => sum + seq - (last?.streams.find((s) => s.stream === stream)?.seq ?? 0), 0);

async function closeStreams(db: Database, streams: readonly Head[]): Promise<void> {
  const closed = streams.filter((head) => head.closed).map((head) => head.stream);
  if (closed.length > 0)
    await db.$executeRaw`
      UPDATE audit_stream SET closed_at = now() WHERE closed_at IS NULL AND id = ANY(${closed}::uuid[])`;
}

/** Whether a stream has lost its instance, and waits to be closed. */
export async function hasLost(
  prisma: PrismaClient,
  ours: readonly string[],
  { isAlone, lostAfter }: Pick<CheckpointOptions, 'isAlone' | 'lostAfter'>,
): Promise<boolean> {
  const [row] = await prisma.$queryRaw<{ found: boolean }[]>(Prisma.sql`
    SELECT EXISTS (
      SELECT 1 FROM audit_stream WHERE closed_at IS NULL AND id <> ALL(${[...ours]}::uuid[])
        AND (${isAlone} OR seen_at < now() - ${lostAfter} * interval '1 second')
    ) AS found`);
  return row?.found ?? false;
}
