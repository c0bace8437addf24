/** One message as an HTTP request: package, POST over the structure's connections, time-outs. */
import { Readable } from 'node:stream';
import { request, type Agent } from 'undici';
import { IssueError } from '../../mappings/outcome.ts';
import type { HttpAnswer } from './answer.ts';
import { transportFailure } from './failure.ts';
import { encodeMultipart } from './mtom/encode.ts';
import type { DmpEnvironment, OutgoingMessage, Pacing, Transaction, WireMessage } from './types.ts';

export interface Runner {
  env: DmpEnvironment;
  pool: Agent;
  /** Struct_IdNat that the certificates are of. */
  structure: string;
  /** Base URL up to the services. */
  url: string;
  timeoutMs: number;
  /** octets of an answer, attachments apart */
  maxAnswerBytes: number;
  /** Whether the DMP is told of which trace a call is part (TRACE_TO_DMP). */
  sayTrace: boolean;
  /** Gives turns to what is declared `paced`; absent: nothing is held back. */
  pacing?: Pacing;
  /** How long a message may wait for its turn where the call does not say. */
  patienceMs: number;
  /** Told of every message that was sent, once its answer was read or has failed to come; demonstrations alone. */
  onMessage?: (message: WireMessage) => void;
}

export interface Prepared {
  url: string;
  contentType: string;
  contentLength: number;
  /** W3C Trace Context, where it is said. */
  traceparent?: string;
  /** Anew for each time that it is sent. */
  body(): Buffer | Readable;
}

/** The HTTP request of a transaction. */
export function prepare(
  runner: Runner,
  transaction: Transaction<never, unknown>,
  envelope: string,
  message: OutgoingMessage,
): Prepared {
  const url = `${runner.url.replace(/\/+$/, '')}/${transaction.service}`;
  if (message.parts && message.parts.length > 0) {
    const { contentType, contentLength, chunks } = encodeMultipart(
      envelope,
      message.parts,
      transaction.action,
      runner.env.newUuid(),
    );
    return { url, contentType, contentLength, body: () => Readable.from(chunks()) };
  }
  const bytes = Buffer.from(envelope, 'utf8');
  return {
    url,
    contentType: `application/soap+xml; charset=UTF-8; action="${transaction.action}"`,
    contentLength: bytes.byteLength,
    body: () => bytes,
  };
}

/** Sends once. @throws DmpError kinds timeout, network, tls, garbage; AbortError; IssueError when it got no turn */
export async function post(
  runner: Runner,
  transaction: string,
  prepared: Prepared,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  try {
    return await request(prepared.url, {
      method: 'POST',
      dispatcher: runner.pool,
      headers: {
        'content-type': prepared.contentType,
        'content-length': String(prepared.contentLength),
        accept: 'multipart/related, application/soap+xml',
        ...(prepared.traceparent === undefined ? {} : { traceparent: prepared.traceparent }),
      },
      body: prepared.body(),
      headersTimeout: runner.timeoutMs,
      bodyTimeout: runner.timeoutMs,
      ...(signal ? { signal } : {}),
    });
  } catch (e) {
    signal?.throwIfAborted();
    // It got no turn: nothing was sent.
    if (e instanceof IssueError) throw e;
    throw transportFailure(transaction, e);
  }
}
