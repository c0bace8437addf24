/**
 * Every metric that the façade has of its own: `docs/metrics.md` is written from here. No label holds a person, an identifier (also of
 * a structure: a practice of one is a person) or a URL that has one in it.
 */

interface MetricRow {
  type: 'histogram' | 'counter' | 'gauge';
  labels: readonly string[];
  help: string;
}

export const metricRows = {
  dmp_http_request_duration_seconds: {
    type: 'histogram',
    labels: ['interaction', 'route', 'method', 'status'],
    help: 'Requests answered, from their arrival to the end of the answer. route: its pattern, "(none)" for what no route serves; status: its class, or "aborted" when the client left.',
  },
  dmp_http_requests_in_flight: { type: 'gauge', labels: [], help: 'Requests that are being answered.' },
  dmp_errors_total: {
    type: 'counter',
    labels: ['key'],
    help: 'Rows of the error table (docs/errors.md) that answers named; one answer may name several.',
  },
  dmp_call_duration_seconds: {
    type: 'histogram',
    labels: ['transaction', 'outcome'],
    help: 'Calls of the DMP. outcome: "ok", "aborted" (the client left), "error" (not the DMP’s doing), or the kind of failure; "rights": refused before it was sent.',
  },
  dmp_call_retries_total: {
    type: 'counter',
    labels: ['transaction'],
    help: 'Calls of the DMP that were sent a second time, because the connection failed before an answer.',
  },
  dmp_database_connections: {
    type: 'gauge',
    labels: ['state'],
    help: 'The pool of connections to PostgreSQL: "total" open, "idle" among them, requests "waiting" for one.',
  },
  dmp_audit_queue_records: {
    type: 'gauge',
    labels: [],
    help: 'Audit records that wait for the statement before theirs; what waits is not answered yet.',
  },
  dmp_audit_feed_records: {
    type: 'gauge',
    labels: [],
    help: 'Audit records that AUDIT_FEED has not taken yet (all instances). Absent without AUDIT_FEED.',
  },
  dmp_audit_feed_oldest_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Age of the oldest of them; 0 when there is none.',
  },
  dmp_feed_items: { type: 'gauge', labels: ['state', 'lane'], help: 'Items of the feed, by state and lane.' },
  dmp_feed_oldest_seconds: {
    type: 'gauge',
    labels: ['lane'],
    help: 'Age of the oldest item of a lane that waits to be sent.',
  },
  dmp_certificate_days: {
    type: 'gauge',
    labels: ['kind', 'of'],
    help: 'Whole days until the first certificate of a kind ends; negative: it has ended. of: "own" (this façade and the structure of its settings), or "registered" (GET /admin/certificates says which).',
  },
  dmp_certificates: {
    type: 'gauge',
    labels: ['standing'],
    help: 'Certificates that must be there, by standing: "valid", "expiring", "urgent", "expired", "missing".',
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricRows;
/** Names of one type. */
export type NameOf<T extends MetricRow['type']> = {
  [N in MetricName]: (typeof metricRows)[N]['type'] extends T ? N : never;
}[MetricName];
