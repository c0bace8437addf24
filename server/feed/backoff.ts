/** When the next attempt comes: exponential, so that a DMP that is down is not asked in vain; scattered, so that not all come at once. */
import type { Config } from '../config.ts';

type Settings = Pick<Config, 'FEED_RETRY_SECONDS' | 'FEED_RETRY_MAX_SECONDS'>;

/**
 * @param attempts made so far, 1 or more
 * @param seconds somebody said: not before
 * @param random [0, 1)
 * @returns milliseconds
 */
export function pauseAfter(
  attempts: number,
  seconds: number,
  { FEED_RETRY_SECONDS: first, FEED_RETRY_MAX_SECONDS: most }: Settings,
  random: number,
): number {
  const whole = Math.min(most, first * 2 ** Math.min(attempts - 1, 30)) * 1000;
  return Math.max(seconds * 1000, whole / 2 + (whole / 2) * random);
}
