/** Whether memory stays where it is: the last third of a run against the second; the first is warm-up. */
import type { Memory } from './memory.ts';

export interface Growth {
  /** MiB, medians of the second and of the last third. */
  before: number;
  after: number;
  /** Share by which it grew. */
  grown: number;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};

/** @param samples evenly spread over the run, nine at least */
export function growthOf(samples: readonly number[]): Growth {
  if (samples.length < 9) throw new RangeError('Too few samples to tell.');
  const third = Math.floor(samples.length / 3);
  const [before, after] = [median(samples.slice(third, 2 * third)), median(samples.slice(2 * third))];
  return { before, after, grown: after / before - 1 };
}

/** How much of it may be caches that still fill, and chance. A heap that was collected is steadier than what the system sees. */
const allowed: Readonly<Record<keyof Memory, number>> = { heap: 0.08, rss: 0.2 };

/** @returns what is not flat */
export const growing = (samples: readonly Memory[]): string[] =>
  (['heap', 'rss'] as const).flatMap((name) => {
    const { before, after, grown } = growthOf(samples.map((sample) => sample[name]));
    return grown <= allowed[name] ? [] : [`${name} grows: ${before.toFixed(1)} MiB, then ${after.toFixed(1)} MiB`];
  });
