/** Receivers of the audit trail behind real TLS: a FHIR server that takes batches, and a syslog receiver. */
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { TestPki } from '../server/dmp/pki.ts';

export interface AuditReceiver<Taken> {
  /** As AUDIT_FEED. */
  url: string;
  taken: Taken[];
  /** What happens to the next batches; taken when there is none left. */
  faults: ('refuse' | 'cut' | 'hang' | 'half')[];
  /** Authorization headers, and subjects of the certificates, of what came. */
  callers: string[];
  stop(): Promise<void>;
}

/** The CN; of who showed no certificate, nothing. */
const subjectName = (subject: { CN?: string | string[] } | undefined): string => String(subject?.CN ?? '');

/** @param port the one of before, to come back where it was */
export async function fhirServer(pki: TestPki, port = 0): Promise<AuditReceiver<AuditEvent>> {
  const taken: AuditEvent[] = [];
  const faults: AuditReceiver<AuditEvent>['faults'] = [];
  const callers: string[] = [];
  const { key, certificate } = pki.server;
  const cert = certificate + pki.authority;
  const server = https.createServer(
    { key, cert, ca: pki.root, requestCert: true, rejectUnauthorized: false },
    (req, res) => {
      let text = '';
      req.setEncoding('utf8').on('data', (part: string) => (text += part));
      req.on('end', () => {
        const fault = faults.shift();
        if (fault === 'hang') return;
        if (fault === 'cut') return void req.socket.destroy();
        if (fault === 'refuse') return void res.writeHead(503).end();
        const { socket } = req;
        const subject = socket instanceof tls.TLSSocket ? socket.getPeerCertificate().subject : undefined;
        callers.push(`${req.method ?? ''} ${req.url ?? ''} ${req.headers.authorization ?? ''} ${subjectName(subject)}`);
        const { entry = [] } = JSON.parse(text) as Bundle;
        const good = fault === 'half' ? Math.floor(entry.length / 2) : entry.length;
        taken.push(...entry.slice(0, good).map((one) => one.resource as AuditEvent));
        const answer: Bundle = {
          resourceType: 'Bundle',
          type: 'batch-response',
          entry: entry.map((_, i) => ({ response: { status: i < good ? '201 Created' : '422' } })),
        };
        res.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(answer));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/fhir`,
    ...{ taken, faults, callers },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Takes frames (octet counting) and answers the end of a connection with its own. */
export async function syslogServer(pki: TestPki, port = 0): Promise<AuditReceiver<string>> {
  const taken: string[] = [];
  const faults: AuditReceiver<string>['faults'] = [];
  const callers: string[] = [];
  const open = new Set<tls.TLSSocket>();
  const { key, certificate } = pki.server;
  const cert = certificate + pki.authority;
  const server = tls.createServer(
    { key, cert, ca: pki.root, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      open.add(socket.on('close', () => open.delete(socket)));
      const chunks: Buffer[] = [];
      const fault = faults.shift();
      callers.push(subjectName(socket.getPeerCertificate().subject));
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        if (fault === 'cut') socket.destroy();
        else chunks.push(chunk);
      });
      socket.on('end', () => {
        if (fault === undefined) taken.push(...frames(Buffer.concat(chunks)));
      });
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return {
    url: `syslog-tls://localhost:${(server.address() as AddressInfo).port}`,
    ...{ taken, faults, callers },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** @throws Error when what came is not whole frames */
export function frames(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, blank));
    if (!(length > 0) || blank + 1 + length > bytes.length) throw new Error('not a whole frame');
    messages.push(bytes.toString('utf8', blank + 1, blank + 1 + length));
    at = blank + 1 + length;
  }
  return messages;
}
