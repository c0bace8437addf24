/** What an attempt comes to: what waits for a further one, and what does not. */
import type { Config } from '../config.ts';
import type { ClaimedItem, FeedOutcome } from '../store/types.ts';
import { pauseAfter } from './backoff.ts';
import type { Attempted } from './types.ts';

/** Of what is deferred without a word of how long. */
const deferredSeconds = 5;

export function outcomeOf(
  { attempts }: Pick<ClaimedItem, 'attempts'>,
  attempted: Attempted,
  config: Pick<Config, 'FEED_RETRIES' | 'FEED_RETRY_SECONDS' | 'FEED_RETRY_MAX_SECONDS'>,
  now: Date,
  random: number,
): FeedOutcome {
  if (attempted.state === 'delivered') return attempted;
  const { state, reason, result, isUncertain, canRetry = false, seconds } = attempted;
  const ended = { reason, result, isUncertain };
  if (state === 'failed' && !canRetry) return { ...ended, state: 'refused' };
  if (state === 'failed' && attempts >= config.FEED_RETRIES) return { ...ended, state: 'exhausted' };
  const pause =
    state === 'deferred' ? (seconds ?? deferredSeconds) * 1000 : pauseAfter(attempts + 1, seconds ?? 0, config, random);
  return { ...ended, state: 'waiting', attempted: state === 'failed', nextAt: new Date(now.getTime() + pause) };
}
