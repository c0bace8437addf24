/**
 * ITI-20 over syslog: messages of RFC 5424 with a DICOM audit message each, framed by their length over TLS (RFC 5425).
 *
 * Syslog has no acknowledgement. A batch is a connection: the receiver must answer our close_notify with its own (RFC 5425 §4.4), and
 * has read then all that came before; a connection that ends otherwise is a batch that was not sent.
 */
import net from 'node:net';
import os from 'node:os';
import tls, { type SecureContextOptions } from 'node:tls';
import type { AuditEvent } from '@medplum/fhirtypes';
import { auditEventToDicom } from '../../../mappings/audit/dicom.ts';
import { tapped } from './closing.ts';
import type { FeedReceiver } from './receiver.ts';
import { type FeedConfig, feedTls } from './tls.ts';

/** RFC 5425 §4.1 */
const DEFAULT_PORT = 6514;
/** Security and authorization messages (ITI TF-2: 3.20.4.1.2). */
const FACILITY = 10;
const severities = { notice: 5, warning: 4 } as const;
const BOM = '\ufeff';

type SyslogOptions = SecureContextOptions & { host: string; port: number; servername: string };

/** A field of the header: printable ASCII without blanks (RFC 5424 §6). */
const field = (text: string, longest: number): string => text.replace(/[^\x21-\x7e]/g, '_').slice(0, longest) || '-';

export function syslogMessage(event: AuditEvent, app: string): string {
  const priority = FACILITY * 8 + ((event.outcome ?? '0') === '0' ? severities.notice : severities.warning);
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
  const options: SyslogOptions = { host, port: Number(port || DEFAULT_PORT), servername: host, ...feedTls(config) };
  return {
    async send(events, signal) {
      await deliver(options, events.map((event) => frame(syslogMessage(event, app))).join(''), signal);
      return events.length;
    },
    close: () => Promise.resolve(),
  };
}

/** Resolves when the receiver has said its end after ours: it has read all that came before. */
function deliver(options: SyslogOptions, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const { host, port, ...secure } = options;
    const tap = tapped(net.connect({ host, port }));
    const socket = tls.connect({ ...secure, socket: tap });
    let isWritten = false;
    const abort = (): void => void socket.destroy(new Error('time-out'));
    signal.addEventListener('abort', abort, { once: true });
    socket.once('secureConnect', () => socket.end(text, () => (isWritten = true)));
    socket.once('error', reject);
    socket.once('close', (hadError) => {
      signal.removeEventListener('abort', abort);
      tap.destroy();
      if (isWritten && !hadError && tap.isClosed()) resolve();
      else reject(new Error('connection broken'));
    });
    socket.resume();
    if (signal.aborted) abort();
  });
}
