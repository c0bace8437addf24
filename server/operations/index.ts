/** What the operator has of a façade that runs: metrics, traces, and its way out of service. */
import type { CallFollowers, CallObserver } from '../dmp/followers.ts';
import type { Config } from '../config.ts';
import { createDrain, type Drain } from './drain.ts';
import { registerGauges, type Observed } from './gauges.ts';
import { listenForMetrics, type MetricsListener } from './listener.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openTraces, type Traces } from './traces.ts';

export interface Operations {
  drain: Drain;
  /** Absent: nobody reads them (METRICS_PORT). */
  metrics?: Metrics;
  /** Absent: nobody collects them (OTEL_EXPORTER_OTLP_ENDPOINT). */
  traces?: Traces;
}

export async function openOperations(config: Config): Promise<Operations> {
  const traces = await openTraces(config);
  return {
    drain: createDrain(config.DRAIN_SECONDS),
    ...(config.METRICS_PORT === undefined ? {} : { metrics: createMetrics() }),
    ...(traces ? { traces } : {}),
  };
}

/** Who follows the calls of the DMP. @param log is told of each, too */
export const followersOf = ({ metrics, traces }: Operations, log: CallObserver): CallFollowers => ({
  onCall: metrics
    ? (...call) => {
        log(...call);
        metrics.callEnded(...call);
      }
    : log,
  ...(traces ? { startSpan: traces.call } : {}),
});

/** Has the metrics read where METRICS_PORT says so. @throws ConfigError, or the system's error of `listen` */
export async function serveMetrics(
  { metrics }: Operations,
  observed: Observed,
  tls: Parameters<typeof listenForMetrics>[2],
): Promise<MetricsListener | undefined> {
  if (!metrics) return undefined;
  registerGauges(metrics, observed);
  return listenForMetrics(observed.config, metrics, tls);
}
