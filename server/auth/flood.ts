/**
 * How much a flood of refusals leaves on record. Within RATE_LIMIT_REFUSED each refusal is on record by itself; of what comes beyond
 * (429 in its place), from whoever is not known, one a minute and address: else anybody could fill the disk. The access log has each.
 */
import { createLimiter } from './limiter.ts';
import { networkOf } from './network.ts';

/** Whether one more refusal beyond the limit is to be on record. */
export type IsNotable = (address: string | undefined) => boolean;

/** @param clock milliseconds, never backwards */
export function floodGauge(clock?: () => number): IsNotable {
  const noted = createLimiter(1, clock);
  return (address = '') => noted?.take(networkOf(address)).allowed !== false;
}
