/**
 * The document inside a CDA N1, as a stream: nothing but the head of the CDA and one chunk is held at a time.
 *
 * Source: HL7 CDA R2 (nonXMLBody/text is an ED: base64 with representation B64, else characters); CI-SIS N1.
 */
import { IssueError } from '../outcome.ts';
import { XmlError } from '../xml/tree.ts';
import { CdaHeadReader, Utf8 } from './head.ts';
import { XmlText } from './text.ts';

export interface Embedded {
  /** as the CDA announces it, lower case, without parameters */
  mediaType: string;
  /** @throws IssueError `cda-invalid` while it is read, when the body is cut short or is no base64 */
  body: AsyncIterable<Uint8Array>;
}

/**
 * Finds the encapsulated document of a CDA N1.
 * @param chunks the CDA's bytes, read only as far as they are asked for
 * @returns undefined when these are not the bytes of a CDA N1 whose body is inside it (N3, other XML, no XML; a body
 *   given by reference or compressed)
 */
export async function extractEmbedded(chunks: AsyncIterable<Uint8Array>): Promise<Embedded | undefined> {
  const source = sliced(chunks);
  const utf8 = new Utf8();
  const head = new CdaHeadReader();
  try {
    while (!head.body && !head.structured) {
      const next = await source.next();
      if (next.done) return undefined;
      head.write(utf8.write(next.value));
    }
  } catch (error) {
    // Once the body has begun, what follows is read, and judged, by its reader.
    if (!head.body || !(error instanceof XmlError)) {
      await source.return(undefined);
      if (error instanceof XmlError) return undefined;
      throw error;
    }
  }
  const { body } = head;
  if (!body || body.attrs.compression !== undefined) {
    await source.return(undefined);
    return undefined;
  }
  const mediaType = (body.attrs.mediaType ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? '';
  const characters = content(body.rest, source, utf8);
  return { mediaType, body: body.attrs.representation === 'B64' ? base64(characters) : encode(characters) };
}

/** Small pieces, so that little is parsed beyond the head however large the chunks are. */
async function* sliced(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const size = 64 * 1024;
  for await (const chunk of chunks) for (let i = 0; i < chunk.length; i += size) yield chunk.subarray(i, i + size);
}

const invalid = (detail: string): IssueError => new IssueError({ key: 'cda-invalid', values: { detail } });

/** The character data of the text element, up to its closing tag. */
async function* content(first: string, source: AsyncGenerator<Uint8Array>, utf8: Utf8): AsyncGenerator<string> {
  const text = new XmlText();
  try {
    let piece = first;
    for (;;) {
      const found = text.write(piece);
      if (found !== '') yield found;
      if (text.ended) return;
      const next = await source.next();
      if (next.done) throw invalid('nonXMLBody: truncated');
      piece = utf8.write(next.value);
    }
  } catch (error) {
    throw error instanceof XmlError ? invalid(`nonXMLBody: ${error.reason}`) : error;
  } finally {
    await source.return(undefined);
  }
}

async function* encode(characters: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of characters) yield Buffer.from(piece, 'utf8');
}

/** Decodes four characters at a time; white space is ignored, anything else that is not base64 is refused. */
async function* base64(characters: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let carry = '';
  let padded = false;
  for await (const piece of characters) {
    const text = carry + piece.replace(/[\t\n\r ]+/g, '');
    const whole = text.length - (text.length % 4);
    carry = text.slice(whole);
    if (whole === 0) continue;
    const part = text.slice(0, whole);
    if (padded || !/^[A-Za-z0-9+/]*={0,2}$/.test(part)) throw invalid('nonXMLBody: base64');
    padded = part.endsWith('=');
    yield Buffer.from(part, 'base64');
  }
  // Some writers leave the padding out.
  if (carry !== '') {
    if (padded || carry.length === 1 || !/^[A-Za-z0-9+/]+={0,1}$/.test(carry)) throw invalid('nonXMLBody: base64');
    yield Buffer.from(carry, 'base64');
  }
}
