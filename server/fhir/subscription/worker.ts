/**
 * The loop that works on subscriptions. Any number of instances may run it on one database: each takes what is due and
 * nobody holds, for a while (lease); what an instance left behind when it was killed is taken by another after that.
 */
import { randomUUID } from 'node:crypto';
import type { StoredSubscription } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { createDeliverer, type Deliverer } from './deliver.ts';
import { step } from './step.ts';

export interface SubscriptionWorker {
  /** Begins to look for what is due, every SUBSCRIPTION_TICK_MS. */
  start(): void;
  /** Something may be due now: a subscription was made, a document deposited. */
  wake(): void;
  /** Works on what is due now; for tests. @returns how many subscriptions were worked on */
  tick(): Promise<number>;
  /** Calls off what is under way, and gives back what is held. */
  close(): Promise<void>;
}

export interface WorkerOptions {
  deliverer?: Deliverer;
  random?: () => number;
}

const leaseMs = 120_000;
/** Within the lease, so that nobody else begins while this one still works. */
const longestStepMs = 100_000;
const atOnce = 8;
const afterAccidentMs = 60_000;
const purgeEveryMs = 3_600_000;

/** @throws ConfigError about the settings of subscriptions */
export function createSubscriptionWorker(services: Services, options: WorkerOptions = {}): SubscriptionWorker {
  const { config, store, logger, now } = services;
  const deliverer = options.deliverer ?? createDeliverer(config);
  const work = { ...services, deliverer, random: options.random ?? Math.random };
  const id = randomUUID();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<number> | undefined;
  let started = false;
  let again = false;
  let purgedAt = 0;

  const isClosing = (): boolean => closing.signal.aborted;
  const isAwaited = (): boolean => again;

  async function workOn(claimed: StoredSubscription): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(longestStepMs)]);
    try {
      const { subscription, nextAt } = await step(claimed, work, signal);
      await store.subscriptions.save(id, subscription, nextAt, now());
    } catch (error) {
      logger.error({ error: error instanceof Error ? error.name : typeof error }, 'subscription: work failed');
      await store.subscriptions.save(id, claimed, new Date(now().getTime() + afterAccidentMs), now());
    }
  }

  async function round(): Promise<number> {
    let worked = 0;
    let claimed: StoredSubscription[];
    do {
      again = false;
      claimed = await store.subscriptions.claim(id, now(), leaseMs, atOnce);
      await Promise.all(claimed.map(workOn));
      worked += claimed.length;
      // What was brought forward meanwhile (a deposit, a change of the owner) is due already.
    } while (!isClosing() && (claimed.length > 0 || isAwaited()));
    if (now().getTime() - purgedAt > purgeEveryMs) {
      purgedAt = now().getTime();
      await store.subscriptions.purge(new Date(purgedAt - config.SUBSCRIPTION_KEEP_SECONDS * 1000));
    }
    return worked;
  }

  function tick(): Promise<number> {
    running ??= round().finally(() => {
      running = undefined;
    });
    return running;
  }

  function schedule(ms: number): void {
    if (!started || config.SUBSCRIPTION_TICK_MS === 0 || closing.signal.aborted) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      tick()
        .catch((error: unknown) => {
          // The database is away: it is looked for again.
          const { code } = error as { code?: unknown };
          logger.warn({ error: error instanceof Error ? error.name : typeof error, code }, 'subscriptions: no round');
        })
        .finally(() => schedule(config.SUBSCRIPTION_TICK_MS));
    }, ms);
    timer.unref();
  }

  return {
    start() {
      started = true;
      schedule(0);
    },
    wake() {
      again = true;
      if (!running) schedule(0);
    },
    tick,
    async close() {
      closing.abort();
      clearTimeout(timer);
      await running?.catch(() => undefined);
      clearTimeout(timer);
      await store.subscriptions.release(id).catch(() => undefined);
      if (!options.deliverer) await deliverer.close();
    },
  };
}
