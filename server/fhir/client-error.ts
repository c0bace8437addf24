/** What Node refuses before there is a request for Express: it too is answered by an OperationOutcome. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type OutgoingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorRow, type ErrorKey } from '../../mappings/errors.ts';
import { fhirJson } from './negotiation.ts';
import { toOutcome } from './outcome.ts';

/** Codes of Node and llhttp; whatever else the parser says is `request-malformed`. */
const keys: Record<string, ErrorKey> = {
  HPE_HEADER_OVERFLOW: 'header-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** For `server.on('clientError')`. The language is unknown: French, with English beside it. Always closes the connection. */
export function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // As Node does by default: an answer that has begun is not written into.
  const begun = (socket as Duplex & { _httpMessage?: OutgoingMessage })._httpMessage?.headersSent;
  // TLS that did not come about (`tlsClientError` is passed on as this event) has no HTTP to be answered in.
  const isHttp = /^(HPE_|ERR_HTTP_)/.test(error.code ?? '');
  if (!isHttp || !socket.writable || begun) {
    socket.destroy();
    return;
  }
  const key = keys[error.code ?? ''] ?? 'request-malformed';
  const { status } = errorRow(key);
  const requestId = randomUUID();
  const body = JSON.stringify(toOutcome([{ key }], 'fr', requestId));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `X-Request-Id: ${requestId}`,
      'Cache-Control: no-store, private',
      'X-Content-Type-Options: nosniff',
      `Content-Type: ${fhirJson}; charset=utf-8`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
