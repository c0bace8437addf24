/**
 * ITI-20 over syslog: messages of RFC 5424 with a DICOM audit message each, framed by their length over TLS (RFC 5425).
 *
 * Syslog has no acknowledgement. A batch is a connection: when the receiver answers the end of ours with the end of its own, it has
 * read all that came before; a connection that breaks is a batch that was not sent.
 */
import os from 'node:os';
import tls from 'node:tls';
import type { AuditEvent } from '@medplum/fhirtypes';
import { auditEventToDicom } from '../../../mappings/audit/dicom.ts';
import type { FeedReceiver } from './receiver.ts';
import { type FeedConfig, feedTls } from './tls.ts';

/** RFC 5425 §4.1 */
const DEFAULT_PORT = 6514;
/** Security and authorization messages (ITI TF-2: 3.20.4.1.2). */
const FACILITY = 10;
const severities = { notice: 5, warning: 4 } as const;
const BOM = '\ufeff';

/** A field of the header: printable ASCII without blanks (RFC 5424 §6). */
const field = (text: string, longest: number): string => text.replace(/[^\x21-\x7e]/g, '_').slice(0, longest) || '-';

export function syslogMessage(event: AuditEvent, app: string): string {
  const priority = FACILITY * 8 + (event.outcome === '0' ? severities.notice : severities.warning);
  const host = field(os.hostname(), 255);
  const header = `<${priority}>1 ${event.recorded} ${host} ${field(app, 48)} ${process.pid} IHE+RFC-3881 -`;
  return `${header} ${BOM}${auditEventToDicom(event)}`;
}

/** Octet counting (RFC 5425 §4.3). */
export const frame = (message: string): string => `${Buffer.byteLength(message)} ${message}`;

/**
 * @param app APP-NAME of the messages
 * @throws ConfigError about the certificates
 */
export function syslogReceiver(config: FeedConfig, app: string): FeedReceiver {
  const { hostname, port } = new URL(config.AUDIT_FEED);
  const host = hostname.replace(/^\[|\]$/g, '');
  const options = { host, port: Number(port || DEFAULT_PORT), servername: host, ...feedTls(config) };
  return {
    async send(events, signal) {
      await deliver(options, events.map((event) => frame(syslogMessage(event, app))).join(''), signal);
      return events.length;
    },
    close: () => Promise.resolve(),
  };
}

/** Resolves when the receiver has closed after all was written and our end was said. */
function deliver(options: tls.ConnectionOptions, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let isWritten = false;
    const socket = tls.connect(options);
    const abort = (): void => {
      socket.destroy(new Error('time-out'));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('secureConnect', () => socket.end(text, () => (isWritten = true)));
    socket.once('end', () => {
      if (!isWritten) socket.destroy(new Error('closed before all was sent'));
    });
    socket.once('error', reject);
    socket.once('close', (hadError) => {
      signal.removeEventListener('abort', abort);
      if (isWritten && !hadError && !signal.aborted) resolve();
      else reject(new Error('connection broken'));
    });
    socket.resume();
    if (signal.aborted) abort();
  });
}
