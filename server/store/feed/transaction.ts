/** How long a transaction of the feed may wait for a connection and for its locks, and take, milliseconds. */
export const transactionTimes = { timeout: 60_000, maxWait: 60_000 };
