/**
 * Traces (OpenTelemetry, OTLP over HTTP): a span a request, below it one for each call of the DMP and each query. Made by hand, because what
 * instruments Node by itself puts URLs into its spans, and an INS may stand in a URL; nothing here identifies anybody. Without
 * OTEL_EXPORTER_OTLP_ENDPOINT not even the library is loaded.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Context, Span, SpanKind } from '@opentelemetry/api';
import { holdsIns } from '../../mappings/ins.ts';
import type { Config } from '../config.ts';
import type { SpanStarter } from '../dmp/followers.ts';
import type { QueryFollower } from '../store/query-follower.ts';
import { inTime } from './time-limit.ts';
import type { RequestEnd } from './types.ts';

export interface RequestSpan {
  /** W3C Trace Context. */
  traceparent: string;
  end(end: RequestEnd): void;
}

export interface Traces {
  /** @param parent W3C Trace Context of the client, of valid form */
  request(parent?: string): RequestSpan;
  /** Does what a request causes: queries in it are its own. @param traceparent that of the request's span */
  within(traceparent: string, work: () => void): void;
  call: SpanStarter;
  /** What no request causes (the rounds of the feed, say) makes no span. */
  query: QueryFollower;
  /** Sends what waits, for some seconds at most. */
  close(): Promise<void>;
}

/** How long the collector may take; it is waited for when the façade stops, too. */
const limitMs = 5_000;

/** @returns undefined when no traces are wanted */
export async function openTraces(config: Config): Promise<Traces | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, LPS_VERSION: version } = config;
  if (endpoint === undefined) return undefined;
  const [otel, { OTLPTraceExporter }, { resourceFromAttributes }, sdk] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-node'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: limitMs });
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'dmp-fhir', 'service.version': version }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter, { exportTimeoutMillis: limitMs })],
  });
  const underWay = new AsyncLocalStorage<string>();
  const tracer = provider.getTracer('dmp-fhir', version);

  /** The context that a W3C header tells (§3.2); none for what has no parent. */
  function below(parent: string | undefined): Context {
    if (parent === undefined) return otel.ROOT_CONTEXT;
    const [, traceId = '', spanId = '', flags = ''] = parent.split('-');
    const told = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
    return otel.trace.setSpanContext(otel.ROOT_CONTEXT, told);
  }

  /** One whose ids read like no INS, as a random number may: they stand in records and logs. A span that does not end is not sent. */
  function start(name: string, kind: SpanKind, parent: string | undefined): { span: Span; traceparent: string } {
    for (;;) {
      const span = tracer.startSpan(name, { kind }, below(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
      if (!holdsIns(traceparent)) return { span, traceparent };
    }
  }

  function end(span: Span, isError: boolean, attributes: Attributes): void {
    span.setAttributes(attributes);
    if (isError) span.setStatus({ code: otel.SpanStatusCode.ERROR });
    span.end();
  }

  return {
    request(parent) {
      const { span, traceparent } = start('request', otel.SpanKind.SERVER, parent);
      return {
        traceparent,
        end({ interaction, route, method, status, code, problems }) {
          span.updateName(`${method} ${route}`);
          end(span, status === '5xx', {
            'http.request.method': method,
            'http.route': route,
            ...(status === 'aborted' ? { 'error.type': status } : { 'http.response.status_code': code }),
            ...(interaction === undefined ? {} : { 'dmp.interaction': interaction }),
            ...(problems.length > 0 ? { 'dmp.problems': [...problems] } : {}),
          });
        },
      };
    },
    call(transaction, parent) {
      const { span, traceparent } = start(`DMP ${transaction}`, otel.SpanKind.CLIENT, parent);
      return {
        traceparent,
        end: (outcome, { attempts, mode, code }) =>
          end(span, !['ok', 'aborted'].includes(outcome), {
            'dmp.transaction': transaction,
            'dmp.outcome': outcome,
            'dmp.attempts': attempts,
            ...(mode === undefined ? {} : { 'dmp.mode': mode }),
            ...(code === undefined ? {} : { 'dmp.code': code }),
          }),
      };
    },
    within: (traceparent, work) => underWay.run(traceparent, work),
    async query({ operation, model }, run) {
      const parent = underWay.getStore();
      if (parent === undefined) return run();
      const { span } = start(model === undefined ? operation : `${operation} ${model}`, otel.SpanKind.CLIENT, parent);
      let isError = true;
      try {
        const result = await run();
        isError = false;
        return result;
      } finally {
        // OpenTelemetry's names (semantic conventions, database); never `db.query.text`.
        end(span, isError, {
          'db.system.name': 'postgresql',
          'db.operation.name': operation,
          ...(model === undefined ? {} : { 'db.collection.name': model }),
        });
      }
    },
    // What cannot be sent is lost: nothing waits for a collector.
    close: () => inTime(() => provider.shutdown(), limitMs).catch(() => undefined),
  };
}
