/**
 * What differs when a deposit is an attempt at what was taken into the feed: there may have been others. What is made for it (ids,
 * times) is the same at each, so that the DMP can tell that it is the same; and what may have been sent before is looked up there
 * before it is sent again (`submit.ts`).
 */
import type { FeedLane } from '../../store/types.ts';
import type { Services } from '../services.ts';

export interface Attempt {
  /** Random, and the same at every attempt: the ids that are minted for it come from it. */
  seed: string;
  lane: FeedLane;
  /** When it was accepted. */
  at: Date;
  /**
   * Something was sent whose outcome is not known. Kept up to date while the attempt goes on, whose caller looks at it however it
   * ends.
   */
  isUncertain: boolean;
  /** Aborted when somebody else has the item: nothing is sent, and nothing written, any more. */
  signal?: AbortSignal;
}

/** The services of the preparation: its clock stands still at the acceptance. */
export const asAccepted = (services: Services, attempt: Attempt | undefined): Services =>
  attempt ? { ...services, now: () => attempt.at } : services;
