/** An instance of the feed beside a stack: its own store, DMP client and worker, as another façade has them; it can be cut anywhere. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Caller } from '../../server/auth/caller.ts';
import { loadConfig } from '../../server/config.ts';
import { createDmpClient } from '../../server/dmp/client.ts';
import type { DmpClient } from '../../server/dmp/types.ts';
import { createLimits } from '../../server/feed/limits/index.ts';
import type { Accepted, Intake } from '../../server/feed/types.ts';
import { createFeedWorker } from '../../server/feed/worker.ts';
import { behindGate } from '../../server/fhir/behind-gate.ts';
import { createAttempt } from '../../server/fhir/feed/attempt.ts';
import { intake } from '../../server/fhir/feed/intake.ts';
import type { Services } from '../../server/fhir/services.ts';
import { openStore, type FeedItem, type Store } from '../../server/store/index.ts';
import { nurse } from './callers.ts';
import type { Stack } from './stack.ts';

/** Where an instance is killed: it does nothing more from there on, not even its heartbeat. */
export type Cut = 'before-send' | 'after-answer' | 'set-kept' | 'documents-kept' | 'before-finish';

const never = <T>(): Promise<T> => new Promise(() => undefined);

export interface FeedInstance {
  store: Store;
  services: Services;
  accept(body: unknown, more?: Partial<Intake>): Promise<Accepted>;
  /** Works on all that is due. */
  tick(): Promise<number>;
  /** Claims what is due and is killed where `cut` says; resolves when that has happened to one. */
  die(cut: Cut): Promise<void>;
  item(id: string): Promise<FeedItem>;
  /** Of an instance that was not killed. */
  close(): Promise<void>;
}

/** @param settings by default, failed attempts come again at once */
export async function feedInstance(
  stack: Stack,
  settings: Record<string, string> = {},
  caller: Caller = nurse,
): Promise<FeedInstance> {
  const config = loadConfig({ ...stack.environment, FEED_RETRY_SECONDS: '0', ...settings });
  const store = await openStore(config);
  const { structures } = stack;
  const now = () => new Date();
  const limits = createLimits({ config, store, structures, now });
  const dmp = createDmpClient(config, structures, { pacing: limits });
  const logger = pino({ level: 'silent' });
  const servicesOn = (client: DmpClient, on: Store): Services => ({
    ...{ config, store: on, structures, logger, now },
    ...behindGate({ config, store: on, dmp: client, now }),
  });
  const services = servicesOn(dmp, store);
  const workerOf = (its: Services) =>
    createFeedWorker({ ...{ config, store: its.store, limits, logger, now }, attempt: createAttempt(its) });
  const worker = workerOf(services);

  return {
    store,
    services,
    accept: (body, more = {}) =>
      intake(
        { kind: 'document', lane: 'live', body, caller, requestId: `r-${randomUUID().slice(0, 8)}`, ...more },
        services,
      ),
    tick: () => worker.tick(),
    die: (cut) =>
      new Promise((resolve, reject) => {
        const here = <T>(): Promise<T> => {
          resolve();
          return never();
        };
        const client: DmpClient = {
          ...dmp,
          async call(transaction, input, context) {
            if (transaction.name !== 'TD2.1') return dmp.call(transaction, input, context);
            if (cut === 'before-send') return here();
            const answer = await dmp.call(transaction, input, context);
            return cut === 'after-answer' ? here() : answer;
          },
        };
        const dying = (of: Store): Store => ({
          ...of,
          as: (structure) => dying(store.as(structure)),
          sets: { ...of.sets, save: (set) => of.sets.save(set).then(() => (cut === 'set-kept' ? here() : undefined)) },
          documents: {
            ...of.documents,
            confirm: (ids) => of.documents.confirm(ids).then(() => (cut === 'documents-kept' ? here() : undefined)),
          },
          feedWork: {
            ...of.feedWork,
            renew: () => Promise.resolve([]),
            finish: (...given) => (cut === 'before-finish' ? here() : of.feedWork.finish(...given)),
          },
        });
        workerOf(servicesOn(client, dying(store)))
          .tick()
          .catch(reject);
      }),
    async item(id) {
      const found = await store.feed.byId(id, { structure: caller.structure.id });
      if (!found) throw new Error('no such item');
      return found;
    },
    async close() {
      await worker.close();
      await dmp.close();
      await store.close();
    },
  };
}

/** The leases of what killed instances hold have lapsed. */
export const lapse = (stack: Stack): Promise<unknown> =>
  stack.database.query("UPDATE feed_item SET lease_until = now() - interval '1 second' WHERE state = 'active'");

/** A failure of the DMP as the simulator knows it, with `when`. */
export async function failing(stack: Stack, fault: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${stack.simulator.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(fault) });
  if (!answer.ok) throw new Error(await answer.text());
}
