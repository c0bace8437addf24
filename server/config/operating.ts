/** The settings under “Logs, health, metrics, traces”. */
import { z } from 'zod';
import { bool, int, type Rows } from './schemas.ts';

/** Where traces are sent: https, or http on this machine alone; nothing secret in it, for it is no secret. */
const collector = z
  .url()
  .regex(
    /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$))[^?#@\s]*$/,
    'an https URL without user, query or fragment',
  )
  .transform((url) => url.replace(/\/+$/, ''));

export const operating = {
  LOG_LEVEL: [z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'), 'Verbosity of the structured log.'],

  DRAIN_SECONDS: [
    int(0, 600).default(0),
    'How long a façade that was told to stop goes on answering, with 503 at /health/ready and `Connection: close`, so that a load balancer takes it out before the socket is closed. 0: nobody asks.',
  ],
  METRICS_PORT: [
    int(0, 65535).optional(),
    'TCP port of /metrics (Prometheus), a listener of its own; 0 lets the system choose. Absent: there is none.',
  ],
  METRICS_HOST: [
    z.string().default('127.0.0.1'),
    'Address of that listener. Elsewhere than on this machine it needs TLS_CERT (it then speaks HTTPS with it) and METRICS_TOKEN_FILE.',
  ],
  METRICS_TOKEN_FILE: [
    z.string().optional(),
    'File with the bearer token (32 characters at least) that whoever reads /metrics must show; read again each time, so that it can be renewed. Absent: none is asked on this machine.',
  ],
  OTEL_EXPORTER_OTLP_ENDPOINT: [
    collector.optional(),
    'Base URL of an OpenTelemetry collector (OTLP over HTTP; `/v1/traces` is added): https, or http on this machine alone. Absent: no traces are made.',
  ],
  TRACE_TO_DMP: [
    bool.default(true),
    'Whether calls of the DMP carry `traceparent` (W3C Trace Context: random numbers, nobody’s) when the request is part of a trace. Whether the DMP reads it is not public; a server ignores header fields that it does not know (RFC 9110 §5.1).',
  ],
} as const satisfies Rows;
