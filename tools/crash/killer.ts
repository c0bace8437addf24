/** Façades that are killed at random and started again at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet/index.ts';
import type { Instance } from '../fleet/instance.ts';
import type { Random } from './random.ts';

export interface Herd {
  /** Origins of those that are ready. */
  origins(): readonly string[];
  /** Kills one; its successor starts at once. */
  killOne(): Promise<void>;
  /** Resolves when all are ready. @throws Error when one does not come up */
  ready(): Promise<void>;
  kills(): number;
}

/** @param count façades at once */
export async function raise(fleet: Fleet, count: number, random: Random): Promise<Herd> {
  const living = new Set<Instance>();
  const ready = new Set<Instance>();
  let kills = 0;
  const failures: unknown[] = [];

  async function start(): Promise<void> {
    const instance = await fleet.launch();
    living.add(instance);
    // One that is killed while it starts is not ready, and nobody's failure.
    instance.ready().then(
      () => living.has(instance) && ready.add(instance),
      (error: unknown) => living.has(instance) && failures.push(error),
    );
  }
  await Promise.all(Array.from({ length: count }, start));

  return {
    origins: () => [...ready].map(({ origin }) => origin),
    kills: () => kills,
    async killOne() {
      const victim = random.oneOf([...living]);
      living.delete(victim);
      ready.delete(victim);
      await victim.kill();
      kills++;
      await start();
    },
    async ready() {
      while (ready.size < count) {
        if (failures.length > 0) throw failures[0];
        await sleep(100);
      }
    },
  };
}

/**
 * Kills as often as wanted, at random moments spread over the feed.
 * @param progress how far the feed has come, 0 to 1
 */
export async function killAll(herd: Herd, wanted: number, progress: () => number, random: Random): Promise<void> {
  const moments = Array.from({ length: wanted }, () => 0.01 + random.next() * 0.94).sort((a, b) => a - b);
  for (const moment of moments) {
    while (progress() < moment) await sleep(20);
    // Somewhere between two steps of whatever is under way.
    await sleep(random.between(0, 300));
    await herd.killOne();
  }
}
