/** Settings of façades that are to feed as fast as they can: nothing of ours slows them down, and what failed is tried again soon. */
export const feedSettings: Readonly<Record<string, string>> = {
  RATE_LIMIT_CLIENT: '0',
  FEED_PACE: '0',
  FEED_DAILY_CAP: '0',
  FEED_BREAKER_FAILURES: '0',
  FEED_SLOW_MS: '0',
  FEED_BACKLOG_MAX: '1000000',
  FEED_CONCURRENCY: '8',
  // Of a DMP that answers at all within a second or two.
  DMP_TIMEOUT_MS: '5000',
};
