/**
 * MTOM/XOP answers: the parts of a `multipart/…` stream, as they arrive and in bounded memory (RFC 2046 §5.1). A part's body
 * is a stream of its own, to be read before the next part is asked for; what is left unread is skipped.
 */

export interface MimePart {
  /** by lower-case name */
  headers: ReadonlyMap<string, string>;
  body: AsyncIterable<Uint8Array>;
}

export interface MultipartLimits {
  parts: number;
  /** octets of the headers of one part */
  headers: number;
}

export const defaultMultipartLimits: MultipartLimits = { parts: 256, headers: 16 * 1024 };

/** The stream is not the multipart that was announced. */
export class MultipartError extends Error {
  override name = 'MultipartError';
  constructor(
    readonly reason: 'truncated' | 'malformed' | 'too-large',
    detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

/** A Content-ID or the `cid:` URL of an xop:Include, in one comparable form: `%3A` and `:` are equal (dmp-wire §1.3). */
export function normalizeCid(value: string): string {
  const bare = value
    .trim()
    .replace(/^cid:/i, '')
    .replace(/^<(.*)>$/, '$1');
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

const crlf = Buffer.from('\r\n');
const empty = Buffer.alloc(0);

/** The octets of a source, with look-ahead. */
class Window {
  private readonly source: AsyncIterator<Uint8Array>;
  /** Octets that are read and not yet taken. The stream is given a CRLF before it, so that every delimiter begins alike. */
  bytes: Buffer = crlf;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Adds a chunk; false at the end of the source. */
  async more(): Promise<boolean> {
    const step = await this.source.next();
    if (step.done === true) return false;
    const chunk = Buffer.from(step.value.buffer, step.value.byteOffset, step.value.byteLength);
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    return true;
  }

  take(length: number): Buffer {
    const taken = this.bytes.subarray(0, length);
    this.bytes = this.bytes.subarray(length);
    return taken;
  }

  async close(): Promise<void> {
    await this.source.return?.();
  }
}

/** How many octets at the end of the window may be the beginning of the delimiter. */
function held(bytes: Buffer, delimiter: Buffer): number {
  for (let at = Math.max(0, bytes.length - delimiter.length + 1); ; at++) {
    at = bytes.indexOf(0x0d, at);
    if (at < 0) return 0;
    if (delimiter.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return bytes.length - at;
  }
}

/** Octets up to the delimiter, which is taken too. */
async function* untilDelimiter(window: Window, delimiter: Buffer): AsyncGenerator<Buffer, void> {
  for (;;) {
    const at = window.bytes.indexOf(delimiter);
    if (at >= 0) {
      const rest = window.take(at);
      window.take(delimiter.length);
      if (rest.length > 0) yield rest;
      return;
    }
    const free = window.bytes.length - held(window.bytes, delimiter);
    if (free > 0) yield window.take(free);
    if (!(await window.more())) throw new MultipartError('truncated', 'no closing boundary');
  }
}

/** What follows a delimiter: the close mark, or white space and the end of the line. */
async function isLast(window: Window): Promise<boolean> {
  for (;;) {
    const text = window.bytes.toString('latin1', 0, 256);
    if (text.startsWith('--')) return true;
    const line = /^[ \t]*\r\n/.exec(text);
    if (line) {
      // The CRLF stays: with no header at all it is half of the empty line that ends them.
      window.take(line[0].length - 2);
      return false;
    }
    if (text.length > 250 || !/^(-|[ \t]*\r?)$/.test(text)) throw new MultipartError('malformed', 'boundary line');
    if (!(await window.more())) throw new MultipartError('truncated', 'inside a boundary line');
  }
}

async function readHeaders(window: Window, limit: number): Promise<Map<string, string>> {
  let end: number;
  while ((end = window.bytes.indexOf('\r\n\r\n')) < 0) {
    if (window.bytes.length > limit) throw new MultipartError('too-large', 'headers of a part');
    if (!(await window.more())) throw new MultipartError('truncated', 'inside the headers of a part');
  }
  if (end > limit) throw new MultipartError('too-large', 'headers of a part');
  const headers = new Map<string, string>();
  const text = window
    .take(end)
    .toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ');
  window.take(4);
  for (const line of text.split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon <= 0) throw new MultipartError('malformed', 'header of a part');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/**
 * Reads the parts of a multipart stream.
 * @param source octets of the HTTP body; its own errors come out unchanged
 * @param boundary from the Content-Type, without `--`
 * @throws MultipartError when it is cut, not multipart, or beyond the limits
 */
export async function* decodeMultipart(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: MultipartLimits = defaultMultipartLimits,
): AsyncGenerator<MimePart, void> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const window = new Window(source);
  try {
    let preamble = 0;
    for await (const chunk of untilDelimiter(window, delimiter)) {
      preamble += chunk.length;
      if (preamble > limits.headers) throw new MultipartError('malformed', 'no boundary where the message begins');
    }
    for (let count = 0; !(await isLast(window));) {
      if (++count > limits.parts) throw new MultipartError('too-large', 'number of parts');
      const headers = await readHeaders(window, limits.headers);
      const body = untilDelimiter(window, delimiter);
      let ended = false;
      yield {
        headers,
        body: {
          // One pass over one generator: a reader that stops half-way must not end it, or the next part would be lost.
          [Symbol.asyncIterator]: () => ({
            next: async () => {
              const step = await body.next();
              ended ||= step.done === true;
              return step;
            },
          }),
        },
      };
      while (!ended) ended = (await body.next()).done === true;
    }
    // The epilogue says nothing, but an unread one would cost the connection.
    for (let skipped = 0; skipped < 64 * 1024 && (await window.more()); window.bytes = empty)
      skipped += window.bytes.length;
  } finally {
    await window.close();
  }
}
