/**
 * One load on one address: fixed number of connections for a fixed time, by autocannon. The generator runs in a process
 * of its own (`bench/main.ts`) on the same machine: absolute figures are those of a shared machine, ratios travel better.
 */
import autocannon from 'autocannon';

export interface Load {
  /** One address for all requests, or one made for each (same host). */
  url: string | (() => string);
  method?: 'GET' | 'POST' | 'PATCH';
  headers: Record<string, string>;
  /** One body for all requests, or one made for each. */
  body?: Buffer | (() => Buffer);
  connections: number;
  /** seconds */
  seconds: number;
}

export interface LoadResult {
  /** requests answered 2xx per second */
  perSecond: number;
  /** milliseconds */
  p50: number;
  p95: number;
  /** answers that were not 2xx, and failures of the connection */
  failures: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;

const pathOf = (url: string): string => url.slice(new URL(url).origin.length);

/** Runs the load and waits for its end. */
export async function run(load: Load): Promise<LoadResult> {
  const { body, url } = load;
  const fresh = typeof body === 'function' || typeof url === 'function';
  const times: number[] = [];
  const instance = autocannon({
    url: typeof url === 'function' ? new URL(url()).origin : url,
    method: load.method ?? 'GET',
    headers: load.headers,
    connections: load.connections,
    duration: load.seconds,
    timeout: 60,
    ...(Buffer.isBuffer(body) ? { body } : {}),
    ...(fresh
      ? {
          requests: [
            {
              setupRequest: (request: Record<string, unknown>) => ({
                ...request,
                ...(typeof body === 'function' ? { body: body() } : {}),
                ...(typeof url === 'function' ? { path: pathOf(url()) } : {}),
              }),
            },
          ],
        }
      : {}),
  });
  void instance.on('response', (_client, status, _bytes, milliseconds) => {
    if (status >= 200 && status < 300) times.push(milliseconds);
  });
  const result = await instance;
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / result.duration,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
