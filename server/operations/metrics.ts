/** The metrics of this process, in the words of `table.ts`: what is counted as it happens, and gauges that are read when asked. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { errors as errorTable } from '../../mappings/errors.ts';
import type { CallObserver } from '../dmp/followers.ts';
import { metricRows, type MetricName, type NameOf } from './table.ts';
import { inTime } from './time-limit.ts';
import type { RequestEnd } from './types.ts';

/** What a gauge shows at one moment, one for each combination of its labels. */
export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

export interface Metrics {
  requestBegins(): void;
  requestEnds(end: RequestEnd): void;
  callEnded: CallObserver;
  /**
   * Has a gauge read whenever the metrics are. One that cannot be read in time shows nothing (`NaN` without labels), and the others
   * what they do.
   * @throws Error when there is one of this name already
   */
  gauge(name: NameOf<'gauge'>, read: () => readonly Sample[] | Promise<readonly Sample[]>): void;
  /** Prometheus' text format. */
  page(): Promise<{ contentType: string; text: string }>;
}

/** Seconds: from what the store answers alone to DMP_TIMEOUT_MS by default. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const readLimitMs = 3_000;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const shapeOf = (name: MetricName) => {
    const { help, labels } = metricRows[name];
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  const requests = new Histogram({ ...shapeOf('dmp_http_request_duration_seconds'), buckets });
  const inFlight = new Gauge(shapeOf('dmp_http_requests_in_flight'));
  const errors = new Counter(shapeOf('dmp_errors_total'));
  // A counter that appears with its first failure has not grown: no alarm would see that one.
  for (const [key, { status }] of Object.entries(errorTable)) if (status >= 500) errors.inc({ key }, 0);
  const calls = new Histogram({ ...shapeOf('dmp_call_duration_seconds'), buckets });
  const retries = new Counter(shapeOf('dmp_call_retries_total'));
  return {
    requestBegins: () => inFlight.inc(),
    requestEnds({ interaction = '', route, method, status, problems, ms }) {
      inFlight.dec();
      requests.observe({ interaction, route, method, status }, ms / 1000);
      for (const key of problems) errors.inc({ key });
    },
    callEnded(transaction, outcome, ms, { attempts }) {
      calls.observe({ transaction, outcome }, ms / 1000);
      if (attempts > 1) retries.inc({ transaction }, attempts - 1);
    },
    gauge(name, read) {
      new Gauge({
        ...shapeOf(name),
        async collect() {
          const samples = await inTime(async () => read(), readLimitMs).catch(() => undefined);
          this.reset();
          if (samples === undefined && metricRows[name].labels.length === 0) this.set(NaN);
          for (const { labels = {}, value } of samples ?? []) this.set(labels, value);
        },
      });
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
