/**
 * The audit trail of one instance: its stream of records, and the checkpoints that sign for it (docs/audit.md). The stream begins
 * with the first record; checkpoints follow every AUDIT_CHECKPOINT_RECORDS records or AUDIT_CHECKPOINT_SECONDS, and at the end.
 */
import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import type { Config } from '../../config.ts';
import type { Cipher } from '../cipher.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { StoreLogger } from '../types.ts';
import { type Appender, createAppender } from './append.ts';
import { NOTHING } from './canonical.ts';
import type { CheckpointBody, Head } from './checkpoint.ts';
import { type Change, type CheckpointMaker, checkpointMaker, hasLost, streamsOf } from './checkpoints.ts';
import { openSigningKeys } from './keys.ts';

export type TrailSettings = Partial<
  Pick<
    Config,
    | 'AUDIT_CHECKPOINT_RECORDS'
    | 'AUDIT_CHECKPOINT_SECONDS'
    | 'AUDIT_CHECKPOINT_FILE'
    | 'AUDIT_SIGNING_KEY'
    | 'AUDIT_SIGNING_KEY_PREVIOUS'
  >
>;

export interface Trail extends Pick<Appender, 'append' | 'waiting'> {
  /** Writes what waits, and closes the stream by a checkpoint. What cannot be signed is closed later by another instance. */
  close(): Promise<void>;
}

export interface TrailOptions {
  prisma: PrismaClient;
  cipher: Cipher;
  settings: TrailSettings;
  logger?: StoreLogger;
  isAlone: boolean;
}

/** How often an instance shows that it lives, at least, and after how long without it counts as gone; seconds. */
const ALIVE_EVERY = 20;
const LOST_AFTER = 120;

/** Carries checkpoints to the log, and to the file if there is one: places that whoever changes the database does not reach. */
const publisher =
  (file: string | undefined, logger: StoreLogger | undefined) =>
  async (body: CheckpointBody, token: string): Promise<void> => {
    logger?.info({ number: body.number, records: body.records, checkpoint: token }, 'audit checkpoint');
    if (file === undefined) return;
    await appendFile(file, `${token}\n`, { mode: 0o600 }).catch((error: unknown) =>
      logger?.warn({ code: codeOf(error) }, 'AUDIT_CHECKPOINT_FILE cannot be written'),
    );
  };

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** Makes checkpoints beside an instance, or for a command. @throws ConfigError about the signing key */
export async function openCheckpoints(options: TrailOptions): Promise<CheckpointMaker> {
  const { prisma, cipher, settings, logger, isAlone } = options;
  const keys = await openSigningKeys(settings, cipher);
  const publish = publisher(settings.AUDIT_CHECKPOINT_FILE, logger);
  return checkpointMaker({ prisma, cipher, keys, isAlone, lostAfter: LOST_AFTER, publish });
}

/** @throws ConfigError about the signing key */
export async function openTrail(options: TrailOptions): Promise<Trail> {
  const { prisma, settings, logger, isAlone, cipher } = options;
  const { AUDIT_CHECKPOINT_RECORDS: everyRecords = 1000, AUDIT_CHECKPOINT_SECONDS: everySeconds = 60 } = settings;
  const checkpoints = await openCheckpoints(options);
  let signedFor: Head | undefined;
  let signedAt = 0;
  let signing: Promise<CheckpointBody | undefined> | undefined;

  const appender = createAppender({ prisma, cipher, open, onWritten });

  async function open(): Promise<Head> {
    const stream = randomUUID();
    await sign({ reason: 'start', opened: stream });
    return { stream, seq: 0, hash: NOTHING };
  }

  async function sign(change: Change): Promise<CheckpointBody | undefined> {
    let heads: Head[] = [];
    const made = await checkpoints.make({ ...change, heads: () => (heads = appender.heads()) });
    appender.forget(heads.filter((head) => head.closed));
    signedFor = heads.find((head) => !head.closed);
    signedAt = performance.now();
    return made;
  }

  /** One at a time, and never in the way of a request. */
  function signLater(reason: 'interval' | 'close'): void {
    signing ??= sign({ reason })
      .catch((error: unknown) => {
        logger?.warn({ error: error instanceof Error ? error.name : typeof error }, 'no audit checkpoint');
        return undefined;
      })
      .finally(() => (signing = undefined));
  }

  const unsigned = (head: Head): number => head.seq - (signedFor?.stream === head.stream ? signedFor.seq : 0);

  function onWritten(head: Head): void {
    if (unsigned(head) >= everyRecords) signLater('interval');
  }

  async function tick(): Promise<void> {
    const heads = appender.heads();
    const current = heads.find((head) => !head.closed);
    if (current)
      await prisma.$executeRaw`
        UPDATE audit_stream SET seen_at = now() WHERE id = ${current.stream}::uuid AND closed_at IS NULL`;
    const isDue = performance.now() - signedAt >= everySeconds * 1000;
    if (isDue && heads.some((head) => head.closed || unsigned(head) > 0)) signLater('interval');
    else if (await hasLost(prisma, streamsOf(heads), { isAlone, lostAfter: LOST_AFTER })) signLater('close');
  }

  const timer = setInterval(
    () => void tick().catch(() => undefined), // the database is away: requests say so
    Math.min(everySeconds, ALIVE_EVERY) * 1000,
  );
  timer.unref();

  return {
    append: appender.append,
    waiting: appender.waiting,
    async close() {
      clearInterval(timer);
      await appender.close();
      await signing;
      if (appender.heads().length === 0) return;
      await sign({ reason: 'close' }).catch((error: unknown) =>
        logger?.warn({ code: codeOf(error) }, 'the audit stream is left open: another instance closes it'),
      );
    },
  };
}
