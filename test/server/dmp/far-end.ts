/** The other end of the wire: an HTTPS server with mutual TLS that keeps what it is sent and answers what a test says. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Golden } from './http-file.ts';
import type { TestPki } from './pki.ts';

export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** wsa:MessageID */
  messageId: string;
  /** Serial number of the client's certificate, hexadecimal. */
  tls: string;
}

export type Reply = (received: Received, response: ServerResponse) => unknown;

export interface FarEnd {
  /** base URL of the services */
  url: string;
  port: number;
  received: Received[];
  reply: Reply;
  /** connections that were opened, and those that are open now */
  connections: number;
  open: number;
  close(): Promise<void>;
}

export async function startFarEnd(pki: TestPki, identity = pki.server): Promise<FarEnd> {
  const server = https.createServer(
    {
      cert: identity.certificate + pki.authority,
      key: identity.key,
      ca: [pki.root, pki.authority],
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (c: Buffer) => chunks.push(c));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const messageId = /MessageID[^>]*>([^<]+)</.exec(body.toString('latin1'))?.[1] ?? '';
        const socket: unknown = request.socket;
        const tls = socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : '';
        const received = { path: request.url ?? '', headers: request.headers, body, messageId, tls };
        far.received.push(received);
        far.reply(received, response);
      });
    },
  );
  server.on('secureConnection', (socket) => {
    far.connections++;
    far.open++;
    socket.on('close', () => far.open--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const far: FarEnd = {
    url: `https://localhost:${port}/si-dmp-server/v2/services`,
    port,
    received: [],
    reply: (_, response) => response.destroy(),
    connections: 0,
    open: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return far;
}

/** A golden answer, told to be the answer to this request: the ids have one length, so that nothing else moves. */
export function replay(golden: Golden): Reply {
  return ({ messageId }, response) => {
    const body = golden.body.toString('latin1').replace(/(RelatesTo[^>]*>)[^<]*(<)/, `$1${messageId}$2`);
    response.writeHead(golden.status, { 'content-type': golden.contentType });
    response.end(Buffer.from(body, 'latin1'));
  };
}

/** A SOAP answer around a body. */
export function envelope(body: string, relatesTo: string, action = 'urn:x'): string {
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>' +
    `<a:Action>${action}</a:Action><a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}
