/**
 * Sending the audit trail out (ITI-20, AUDIT_FEED): beside the requests, never in their way. The records are the buffer; what the
 * receiver has not taken is sent again, so it may come twice, and of each stream it comes in order. Of several instances one sends.
 */
import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Store, StoredRecord, StoreLogger } from '../../store/types.ts';
import { feedId } from '../../store/trail/feed.ts';
import type { FeedReceiver } from './receiver.ts';
import type { FeedConfig } from './tls.ts';

export interface AuditFeed {
  /** Begins to look for what is to be sent, every AUDIT_FEED_TICK_MS. */
  start(): void;
  /** Sends all that waits; for tests. @returns how many records were taken @throws what went wrong */
  tick(): Promise<number>;
  /** How many records wait, and since when the oldest: for metrics. */
  backlog(): Promise<{ records: number; oldest?: Date }>;
  close(): Promise<void>;
}

export interface AuditFeedOptions {
  config: FeedConfig;
  store: Pick<Store, 'auditFeed'>;
  receiver: FeedReceiver;
  toEvent: (record: StoredRecord) => AuditEvent;
  logger: StoreLogger;
  /** 0 to 1, of the back-off. */
  random?: () => number;
}

/** The lease outlives the longest batch by this much, so that nobody else begins while this one still sends. */
const LEASE_MARGIN_MS = 30_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 300_000;

/** Half of the doubled time at least, so that instances do not come back together. */
export function backOff(failures: number, random: () => number): number {
  const whole = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  return whole * (0.5 + random() / 2);
}

export function createAuditFeed(options: AuditFeedOptions): AuditFeed {
  const { config, store, receiver, toEvent, logger, random = Math.random } = options;
  const feed = feedId(config.AUDIT_FEED);
  const worker = randomUUID();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<number> | undefined;
  let failures = 0;

  async function round(): Promise<number> {
    let taken = 0;
    // Nothing overtakes what was refused: its stream waits, the others do not.
    const refused: string[] = [];
    const leaseMs = config.AUDIT_FEED_TIMEOUT_MS + LEASE_MARGIN_MS;
    while (!closing.signal.aborted && (await store.auditFeed.claim(feed, worker, leaseMs))) {
      const batch = await store.auditFeed.pending(feed, config.AUDIT_FEED_BATCH, refused);
      if (batch === undefined || batch.records.length === 0) break;
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(config.AUDIT_FEED_TIMEOUT_MS)]);
      const count = await receiver.send(batch.records.map(toEvent), signal);
      const last = batch.records[count - 1];
      if (last && !(await store.auditFeed.sent(feed, worker, batch.stream, last.seq))) break;
      taken += count;
      if (count < batch.records.length) refused.push(batch.stream);
      else failures = 0;
    }
    if (refused.length > 0) throw new Error('a record was refused');
    return taken;
  }

  const tick = (): Promise<number> => (running ??= round().finally(() => (running = undefined)));

  function schedule(ms: number): void {
    if (closing.signal.aborted || config.AUDIT_FEED_TICK_MS === 0) return;
    timer = setTimeout(() => void beat(), ms);
    timer.unref();
  }

  async function beat(): Promise<void> {
    try {
      await tick();
      schedule(config.AUDIT_FEED_TICK_MS);
    } catch (error) {
      failures++;
      const wait = backOff(failures, random);
      if (!closing.signal.aborted)
        logger.warn(nameOf(error, failures, wait), 'audit feed: nothing taken, sent again later');
      schedule(wait);
    }
  }

  return {
    start: () => schedule(0),
    tick,
    backlog: () => store.auditFeed.backlog(feed),
    async close() {
      closing.abort();
      clearTimeout(timer);
      await running?.catch(() => undefined);
      await store.auditFeed.release(feed, worker).catch(() => undefined);
      await receiver.close();
    },
  };
}

/** What went wrong, without anything of what was sent. */
const nameOf = (error: unknown, failures: number, wait: number): object => {
  const { message, code } = error as { message?: string; code?: unknown };
  return { reason: code ?? message, failures, againInMs: Math.round(wait) };
};
