/**
 * How much one caller may ask for: a bucket for each key, full at first, filled evenly. Kept in memory: each instance counts for
 * itself, and a restart forgets.
 */
export interface Verdict {
  allowed: boolean;
  /** whole requests that are left */
  remaining: number;
  /** seconds after which one more is let through; 0 when there is one left */
  wait: number;
  /** seconds after which all are there again */
  reset: number;
}

export interface Limiter {
  readonly perMinute: number;
  /** Counts one request of a key. */
  take(key: string): Verdict;
}

interface Bucket {
  level: number;
  at: number;
}

/** Keys that are remembered; of more, the one that was longest away starts anew. */
const most = 10_000;

/**
 * @param perMinute at once, and again within a minute; 0 for no limit
 * @param clock milliseconds, never backwards
 */
export function createLimiter(perMinute: number, clock: () => number = () => performance.now()): Limiter | undefined {
  if (perMinute === 0) return undefined;
  const perSecond = perMinute / 60;
  const buckets = new Map<string, Bucket>();
  return {
    perMinute,
    take(key) {
      const at = clock();
      const before = buckets.get(key) ?? { level: perMinute, at };
      const level = Math.min(perMinute, before.level + ((at - before.at) / 1000) * perSecond);
      const allowed = level >= 1;
      const left = allowed ? level - 1 : level;
      // Put at the end: a Map keeps the order of insertion.
      buckets.delete(key);
      buckets.set(key, { level: left, at });
      const [oldest] = buckets.keys();
      if (buckets.size > most && oldest !== undefined) buckets.delete(oldest);
      return {
        allowed,
        remaining: Math.floor(left),
        wait: left >= 1 ? 0 : Math.ceil((1 - left) / perSecond),
        reset: Math.ceil((perMinute - left) / perSecond),
      };
    },
  };
}
