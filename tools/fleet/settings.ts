/** Settings of façades that are to feed as fast as they can: nothing of ours slows them down, and what failed is tried again soon. */
export const feedSettings: Readonly<Record<string, string>> = {
  RATE_LIMIT_CLIENT: '0',
  FEED_TICK_MS: '200',
  FEED_RETRIES: '1000',
  FEED_RETRY_SECONDS: '1',
  FEED_RETRY_MAX_SECONDS: '2',
  FEED_PACE: '0',
  FEED_BREAKER_FAILURES: '0',
  FEED_SLOW_MS: '0',
  FEED_BACKLOG_MAX: '1000000',
  // What a killed façade held counts until its lease lapses: with fewer, the others would do nothing meanwhile.
  FEED_CONCURRENCY: '64',
  // The DMP of these runs answers within two seconds, or not at all.
  DMP_TIMEOUT_MS: '5000',
};
