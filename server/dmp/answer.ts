/**
 * The answer to a call, as a stream: the envelope is read whole within a limit, what is attached to it as it arrives. Plain
 * and multipart answers are taken everywhere: the DMP sends either, faults included (dmp-wire §1.3).
 */
import { defaultLimits, parseXml, type XmlNode } from '../../mappings/xml/tree.ts';
import { transportFailure, unreadable } from './failure.ts';
import { parseContentType, type ContentType } from './mtom/content-type.ts';
import { decodeMultipart, MultipartError, normalizeCid, type MimePart } from './mtom/decode.ts';
import { readEnvelope, type Envelope } from './soap.ts';
import { DmpError, type StreamedAnswer } from './types.ts';

/** What undici's `request` gives, as far as it is needed here. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
  body: AsyncIterable<Uint8Array>;
}

const soapTypes = new Set(['application/soap+xml', 'text/xml', 'application/xml', 'application/xop+xml']);
/** Attachments that nobody asked for are read to keep the connection, up to this much. */
const maxIgnored = 1024 * 1024;

export class Answer implements StreamedAnswer {
  readonly envelope: Envelope;
  /** The first failure of the stream: what a sink makes of it does not hide it. */
  failure: DmpError | undefined;

  private constructor(
    private readonly transaction: string,
    /** As it was read. */
    readonly document: XmlNode,
    private readonly rest: AsyncGenerator<MimePart, void> | undefined,
  ) {
    this.envelope = readEnvelope(document);
  }

  get root(): XmlNode {
    return this.envelope.root;
  }

  /**
   * Reads the envelope of an answer.
   * @param limit octets of the envelope
   * @throws DmpError kinds http, garbage, truncated, too-large, timeout
   */
  static async open(transaction: string, http: HttpAnswer, limit: number): Promise<Answer> {
    const type = parseContentType(header(http, 'content-type'));
    const encoding = header(http, 'content-encoding') ?? 'identity';
    const failed = http.statusCode >= 300;
    const isMultipart = type?.type === 'multipart/related';
    if (!type || encoding !== 'identity' || !(isMultipart || soapTypes.has(type.type))) {
      await discard(http.body);
      throw failed
        ? new DmpError('http', String(http.statusCode), transaction)
        : new DmpError('garbage', 'content-type', transaction);
    }
    const bytes = received(transaction, http.body);
    try {
      return isMultipart
        ? await Answer.multipart(transaction, bytes, type, limit)
        : new Answer(transaction, await readDocument(bytes, type, limit), undefined);
    } catch (e) {
      const error = unreadable(transaction, e);
      if (failed && error.kind === 'garbage')
        throw new DmpError('http', String(http.statusCode), transaction, undefined, [], { cause: e });
      throw error;
    }
  }

  private static async multipart(
    transaction: string,
    bytes: AsyncIterable<Uint8Array>,
    type: ContentType,
    limit: number,
  ): Promise<Answer> {
    const boundary = type.parameters.get('boundary');
    if (!boundary) throw new MultipartError('malformed', 'no boundary');
    const parts = decodeMultipart(bytes, boundary);
    try {
      const first = (await parts.next()).value;
      if (!first) throw new MultipartError('malformed', 'no part');
      const start = type.parameters.get('start');
      const cid = first.headers.get('content-id');
      // The root part comes first in every known answer; one that stands later would have to be waited for in memory.
      if (start !== undefined && cid !== undefined && normalizeCid(start) !== normalizeCid(cid)) {
        throw new MultipartError('malformed', 'the root part is not the first');
      }
      checkTransferEncoding(first);
      const partType = parseContentType(first.headers.get('content-type') ?? 'application/xop+xml');
      if (!partType || !soapTypes.has(partType.type)) throw new MultipartError('malformed', 'type of the root part');
      return new Answer(transaction, await readDocument(first.body, partType, limit), parts);
    } catch (e) {
      await parts.return();
      throw e;
    }
  }

  /** The parts after the envelope, each to be read before the next. @throws DmpError from the part that breaks */
  async *parts(): AsyncGenerator<{ cid: string; contentType: string; body: AsyncIterable<Uint8Array> }, void> {
    if (!this.rest) return;
    const failed = (e: unknown): never => {
      throw (this.failure ??= unreadable(this.transaction, e));
    };
    try {
      for await (const part of this.rest) {
        checkTransferEncoding(part);
        yield {
          cid: normalizeCid(part.headers.get('content-id') ?? ''),
          contentType: part.headers.get('content-type') ?? 'application/octet-stream',
          body: guarded(part.body, failed),
        };
      }
    } catch (e) {
      failed(e);
    }
  }

  /** Ends the reading: what is left is small and read, so that the connection lives, or it is cut. */
  async close(): Promise<void> {
    let ignored = 0;
    for await (const part of this.parts()) {
      for await (const chunk of part.body) if ((ignored += chunk.byteLength) > maxIgnored) return this.abandon();
    }
  }

  /** Cuts the connection. */
  async abandon(): Promise<void> {
    await this.rest?.return().catch(() => undefined);
  }
}

function header(http: HttpAnswer, name: string): string | undefined {
  const value = http.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function checkTransferEncoding(part: MimePart): void {
  const encoding = part.headers.get('content-transfer-encoding') ?? 'binary';
  if (!/^(binary|8bit|7bit)$/i.test(encoding)) throw new MultipartError('malformed', 'transfer encoding of a part');
}

async function* guarded(
  body: AsyncIterable<Uint8Array>,
  failed: (e: unknown) => never,
): AsyncGenerator<Uint8Array, void> {
  const source = body[Symbol.asyncIterator]();
  for (;;) {
    let step: IteratorResult<Uint8Array>;
    try {
      step = await source.next();
    } catch (e) {
      return failed(e);
    }
    if (step.done) return;
    yield step.value;
  }
}

/** The octets of the body; a broken connection is told as what it means for an answer that has begun. */
async function* received(transaction: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (e) {
    throw transportFailure(transaction, e, true);
  }
}

async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  let seen = 0;
  try {
    for await (const chunk of body) if ((seen += chunk.byteLength) > maxIgnored) break;
  } catch {
    // Nothing of it is wanted.
  }
}

/**
 * Parses an envelope, when it is there: whole octets are read more than twice as fast as characters that arrive in pieces,
 * and the tree, not the octets, is what takes memory.
 * @throws XmlError, MultipartError
 */
async function readDocument(bytes: AsyncIterable<Uint8Array>, type: ContentType, limit: number): Promise<XmlNode> {
  const charset = type.parameters.get('charset') ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw new MultipartError('malformed', 'charset');
  const chunks: Uint8Array[] = [];
  let seen = 0;
  for await (const chunk of bytes) {
    if ((seen += chunk.byteLength) > limit) throw new MultipartError('too-large', 'envelope');
    chunks.push(chunk);
  }
  // 32 octets an element at least: an answer of the largest size passes, one made of nothing but tags does not.
  const nodes = Math.max(defaultLimits.nodes, Math.floor(limit / 32));
  return parseXml(Buffer.concat(chunks), { ...defaultLimits, size: limit, nodes });
}
