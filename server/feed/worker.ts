/**
 * The loop that submits what is in the feed. Any number of instances may run it on one database, none of them leads: each goes round
 * the lanes where something is due, and claims as much as the limits and its own hands allow. A claim is a lease that a heartbeat
 * renews: what an instance held when it was killed, any other takes over when that has lapsed.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { ClaimedItem, FeedLaneOf, Store } from '../store/types.ts';
import { ClaimLost, createHeartbeat, type Held } from './heartbeat.ts';
import { outcomeOf } from './outcome.ts';
import type { Attempt, Attempted, Limits } from './types.ts';

export interface FeedWorker {
  /** Begins to look for what is due, every FEED_TICK_MS. */
  start(): void;
  /** Something may be due now: a deposit was taken in. */
  wake(): void;
  /** Works on all that is due now, and on what becomes due by that; for tests. @returns how many items were worked on */
  tick(): Promise<number>;
  /** Takes nothing more, lets attempts under way end for so long, and gives the rest back to be resumed by others at once. */
  close(graceMs?: number): Promise<void>;
}

export interface FeedWorkerParts {
  config: Config;
  store: Pick<Store, 'feed' | 'feedWork'>;
  limits: Pick<Limits, 'pauseOf' | 'concurrency'>;
  attempt: Attempt;
  logger: Logger;
  now: () => Date;
  /** Told that an item has come further: who follows it may have something to hear. */
  onProgress?: () => void;
  /** [0, 1) */
  random?: () => number;
  /** How long nobody else takes over what this instance holds. */
  leaseMs?: number;
}

const usualLeaseMs = 15_000;
/** Items in one instance's hands: each is in memory with its documents. */
const atOnce = 16;
const tidyEveryMs = 3_600_000;
const purgedAtOnce = 1000;

export function createFeedWorker(parts: FeedWorkerParts): FeedWorker {
  const { config, store, limits, attempt, logger, now } = parts;
  const { random = Math.random, leaseMs = usualLeaseMs } = parts;
  const { feed, feedWork } = store;
  const worker = randomUUID();
  const held = new Map<string, Held>();
  let timer: NodeJS.Timeout | undefined;
  let passing: Promise<number> | undefined;
  let isStarted = false;
  let isClosing = false;
  let isAwaited = false;
  let tidiedAt = 0;
  /** Where the next round begins, so that the last lanes come first in their turn. */
  let round = 0;

  const warn = (error: unknown, message: string): void => {
    const { code } = error as { code?: unknown };
    logger.warn({ error: error instanceof Error ? error.name : typeof error, code }, message);
  };

  const renew = (claims: string[]) => feedWork.renew(worker, claims, leaseMs);
  const heart = createHeartbeat({ held, leaseMs, renew, warn });

  /** What killed an instance each time that it was tried is not tried for ever. */
  const isHopeless = ({ reason, attempts }: ClaimedItem): boolean =>
    reason === 'feed-interrupted' && attempts > config.FEED_RETRIES;
  const givenUp = ({ isUncertain, result }: ClaimedItem): Attempted => ({
    ...{ state: 'failed', reason: 'feed-interrupted', canRetry: true, isUncertain },
    result: result ?? { issues: [{ key: 'feed-interrupted' }] },
  });

  async function workOn(item: ClaimedItem, signal: AbortSignal): Promise<void> {
    const attempted = isHopeless(item) ? givenUp(item) : await attempt(item, signal);
    const outcome = outcomeOf(item, attempted, config, now(), random());
    if (await feedWork.finish(item, outcome, now())) parts.onProgress?.();
    else logger.warn({ item: item.id }, 'feed: a claim was lost while it was worked on');
  }

  /** @param until as in `Held` */
  function hold(item: ClaimedItem, until: number): void {
    const cut = new AbortController();
    const work = workOn(item, cut.signal)
      // Its lease lapses; whoever takes it over finds out what became of it.
      .catch((error: unknown) => warn(error, 'feed: an outcome could not be kept'))
      .finally(() => {
        held.delete(item.claim);
        wake();
      });
    held.set(item.claim, { item, work, cut, until });
  }

  async function serve(lane: FeedLaneOf): Promise<number> {
    if (await limits.pauseOf(lane.structure, lane.lane)) return 0;
    const { concurrency } = limits;
    const until = performance.now() + leaseMs;
    const items = await feedWork.claim(lane, { worker, most: atOnce - held.size, concurrency, leaseMs });
    items.forEach((item) => hold(item, until));
    if (items.length > 0) heart.start();
    return items.length;
  }

  async function pass(): Promise<number> {
    await feedWork.takeBack(now());
    const due = await feedWork.due();
    round += 1;
    // What somebody waits for before what was there for years.
    const lanes = (['live', 'takeover'] as const).flatMap((name) => {
      const of = due.filter(({ lane }) => lane === name);
      const from = of.length === 0 ? 0 : round % of.length;
      return [...of.slice(from), ...of.slice(0, from)];
    });
    let claimed = 0;
    for (const lane of lanes) {
      if (isClosing || held.size >= atOnce) break;
      claimed += await serve(lane).catch((error: unknown) => {
        // What is wrong with one structure's is no reason to leave the others'.
        warn(error, 'feed: a lane could not be served');
        return 0;
      });
    }
    if (!isClosing && now().getTime() - tidiedAt > tidyEveryMs) await tidy();
    return claimed;
  }

  /** A little at a time: the next round waits for it. */
  async function tidy(): Promise<void> {
    const at = now().getTime();
    if ((await feed.purge(new Date(at - config.FEED_KEEP_SECONDS * 1000), purgedAtOnce)) === purgedAtOnce) return;
    tidiedAt = at;
    const mended = await feedWork.mend();
    if (mended > 0) logger.warn({ items: mended }, 'feed: turns that were lost were given back');
  }

  const passOnce = (): Promise<number> => {
    isAwaited = false;
    return (passing ??= pass().finally(() => {
      passing = undefined;
    }));
  };

  function schedule(ms: number): void {
    if (!isStarted || isClosing || config.FEED_TICK_MS === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      passOnce()
        // The database is away: it is looked for again.
        .catch((error: unknown) => warn(error, 'feed: no round'))
        .finally(() => schedule(isAwaited ? 0 : config.FEED_TICK_MS));
    }, ms);
    timer.unref();
  }

  function wake(): void {
    isAwaited = true;
    if (!passing) schedule(0);
  }

  return {
    start() {
      isStarted = true;
      schedule(0);
    },
    wake,
    async tick() {
      let worked = 0;
      for (;;) {
        worked += await passOnce();
        if (held.size === 0) return worked;
        await Promise.all([...held.values()].map(({ work }) => work));
      }
    },
    async close(graceMs = 0) {
      isClosing = true;
      clearTimeout(timer);
      await passing?.catch(() => undefined);
      const works = [...held.values()].map(({ work }) => work);
      const ended = new AbortController();
      await Promise.race([Promise.all(works), timeout(graceMs, ended.signal)]);
      ended.abort();
      heart.stop();
      for (const { cut } of held.values()) cut.abort(new ClaimLost());
      await Promise.all([...held.values()].map(({ item }) => giveBack(item)));
    },
  };

  /** It may have been sent: whoever takes it up again finds out. */
  async function giveBack(item: ClaimedItem): Promise<void> {
    const outcome = { state: 'waiting', reason: 'feed-interrupted', attempted: true, isUncertain: true } as const;
    await feedWork
      .finish(item, { ...outcome, nextAt: now() }, now())
      .catch((error: unknown) => warn(error, 'feed: a claim could not be given back'));
  }
}

function timeout(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
