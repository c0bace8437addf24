import { describe, expect, it } from 'vitest';
import { pauseAfter } from '../../../server/feed/backoff.ts';
import { outcomeOf } from '../../../server/feed/outcome.ts';
import type { Attempted } from '../../../server/feed/types.ts';

const config = { FEED_RETRIES: 3, FEED_RETRY_SECONDS: 10, FEED_RETRY_MAX_SECONDS: 100 };
const now = new Date('2026-11-28T09:00:00Z');

describe('the pause before a further attempt', () => {
  it('doubles up to the longest, and falls into the second half of its time', () => {
    const at = (random: number) => [1, 2, 3, 4, 5, 60].map((n) => pauseAfter(n, 0, config, random) / 1000);
    expect(at(0)).toEqual([5, 10, 20, 40, 50, 50]);
    expect(at(0.5)).toEqual([7.5, 15, 30, 60, 75, 75]);
  });

  it('is never shorter than somebody said', () => {
    expect(pauseAfter(1, 30, config, 0)).toBe(30_000);
    expect(pauseAfter(9, 30, config, 0)).toBe(50_000);
  });

  it('is none when that is the setting', () => {
    expect(pauseAfter(7, 0, { ...config, FEED_RETRY_SECONDS: 0 }, 0.9)).toBe(0);
  });
});

describe('what an attempt comes to', () => {
  const failed: Attempted = {
    ...{ state: 'failed', reason: 'dmp-network', result: { issues: [] }, isUncertain: true, canRetry: true },
  };
  const outcome = (attempts: number, attempted: Attempted) => outcomeOf({ attempts }, attempted, config, now, 0);

  it('waits as long as time can heal it and attempts are left', () => {
    expect(outcome(0, failed)).toEqual({
      ...{ state: 'waiting', reason: 'dmp-network', result: { issues: [] }, isUncertain: true, attempted: true },
      nextAt: new Date(now.getTime() + 5000),
    });
    expect(outcome(2, failed).state).toBe('waiting');
    expect(outcome(3, failed)).toMatchObject({ state: 'exhausted', isUncertain: true });
  });

  it('is refused when it cannot', () => {
    expect(outcome(0, { ...failed, canRetry: false })).toMatchObject({ state: 'refused', reason: 'dmp-network' });
  });

  it('is no attempt when the limits had no room, however often', () => {
    const deferred: Attempted = { ...failed, state: 'deferred', reason: 'feed-pace', seconds: 7 };
    expect(outcome(99, deferred)).toMatchObject({
      ...{ state: 'waiting', attempted: false, nextAt: new Date(now.getTime() + 7000) },
    });
    const { seconds: _, ...silent } = deferred;
    expect(outcome(0, silent)).toMatchObject({ nextAt: new Date(now.getTime() + 5000) });
  });
});
