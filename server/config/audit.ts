/** The settings under “The audit trail”. */
import { z } from 'zod';
import { int, type Rows } from './schemas.ts';

/** Where the audit trail is sent: nowhere, a FHIR server, or a syslog receiver; nothing is ever sent in clear. */
function isFeed(text: string): boolean {
  if (text === 'none') return true;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password || url.search || url.hash || url.hostname === '') return false;
  return url.protocol === 'https:' || (url.protocol === 'syslog-tls:' && ['', '/'].includes(url.pathname));
}

export const audit = {
  AUDIT_CHECKPOINT_RECORDS: [
    int(1, 1_000_000).default(1000),
    'After so many records of an instance the audit trail is signed (docs/audit.md).',
  ],
  AUDIT_CHECKPOINT_SECONDS: [
    int(1, 86_400).default(60),
    'At the latest so long after a record the audit trail is signed: what is cut off its end in between, when an instance dies, cannot be proven.',
  ],
  AUDIT_CHECKPOINT_FILE: [
    z.string().optional(),
    'File that every checkpoint of the audit trail is appended to, best on a medium that cannot be rewritten. The log holds them in any case (level info).',
  ],
  AUDIT_SIGNING_KEY: [
    z.string().optional(),
    'File with the private key (PEM, Ed25519 or P-256) that signs the audit trail. Absent: the store makes one and keeps it encrypted.',
  ],
  AUDIT_SIGNING_KEY_PREVIOUS: [
    z.string().optional(),
    'The AUDIT_SIGNING_KEY before a change of it: it signs for the new one once, at the first start with both.',
  ],
  AUDIT_RETENTION_YEARS: [
    int(1, 100).default(10),
    'How long records must be kept: `npm run audit:prune` deletes nothing younger. 10 years is an assumption (docs/audit.md).',
    'assumed',
  ],
  AUDIT_FEED: [
    z.string().refine(isFeed, '`none`, an https URL, or syslog-tls://host:port').default('none'),
    'Where every record is sent as well (ITI-20): `none`; the https base URL of a FHIR server (batches of AuditEvent); or `syslog-tls://host:6514` (DICOM audit messages, RFC 5424 over TLS).',
  ],
  AUDIT_FEED_CA: [
    z.string().optional(),
    'PEM of the authorities that vouch for the receiver’s TLS certificate; by default those of Node.',
  ],
  AUDIT_FEED_CERT: [z.string().optional(), 'PEM of our certificate (with its chain) for a receiver that asks for one.'],
  AUDIT_FEED_KEY: [z.string().optional(), 'PEM of its private key.'],
  AUDIT_FEED_TOKEN: [
    z.string().optional(),
    'File with the bearer token for a FHIR receiver; read again for every batch, so that it can be renewed.',
  ],
  AUDIT_FEED_BATCH: [int(1, 500).default(100), 'Records sent at once.'],
  AUDIT_FEED_TIMEOUT_MS: [int(100, 600_000).default(30_000), 'How long the receiver may take for a batch.'],
  AUDIT_FEED_TICK_MS: [
    int(0, 60_000).default(2000),
    'How often an instance looks for records to send; 0: this instance leaves them to others.',
  ],
} as const satisfies Rows;
