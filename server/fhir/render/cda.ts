/**
 * A CDA as a page for a reader: its facts, then its sections; of a CDA N1 the document that it wraps, as far as a page
 * can show one. The page is ours (`page.ts`); what comes from the document comes as escaped text.
 */
import { CdaHeadReader, Utf8 } from '../../../mappings/cda/head.ts';
import { headerOf } from '../../../mappings/cda/header.ts';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { XmlError } from '../../../mappings/xml/tree.ts';
import { base64 } from '../base64.ts';
import type { Language } from '../outcome.ts';
import { escapeAttribute, escapeText } from '../xml/escape.ts';
import { CdaBody } from './body.ts';
import { factsOf, titleOf } from './facts.ts';
import { isSafeImage, sizeOf } from './media.ts';
import { pageFoot, pageHead } from './page.ts';

/** Bytes of a CDA that is shown as a page; a larger one is read in its own form. */
export const largestPage = 32 * 1024 * 1024;
/** Bytes of a wrapped image or text that stands in the page itself. */
const largestInline = 16 * 1024 * 1024;

/** What the beginning of a CDA says. */
export interface CdaHead {
  /** undefined when it lacks what every header must have */
  header?: CdaHeader;
  body: 'structured' | 'wrapped';
}

/** A document that a CDA wraps. */
export interface Wrapped {
  type: string;
  size: number;
  read: () => AsyncIterable<Uint8Array>;
}

/**
 * Reads a CDA as far as its body.
 * @returns undefined when it is no CDA that can be read, or has no body
 */
export async function readHead(chunks: AsyncIterable<Uint8Array>): Promise<CdaHead | undefined> {
  const reader = new CdaHeadReader();
  const utf8 = new Utf8();
  try {
    for await (const chunk of chunks) {
      reader.write(utf8.write(chunk));
      if (reader.structured || reader.body) break;
    }
  } catch (e) {
    // What follows the beginning of the body is for who reads the body.
    if (!(e instanceof XmlError)) throw e;
  }
  const { document, structured, body, nested } = reader;
  if (!document || !(structured || body)) return undefined;
  try {
    return { header: headerOf(document, nested), body: structured ? 'structured' : 'wrapped' };
  } catch (e) {
    if (!(e instanceof IssueError)) throw e;
    return { body: structured ? 'structured' : 'wrapped' };
  }
}

const heading = ({ header }: CdaHead, language: Language): string =>
  pageHead(titleOf(header, language), header?.languageCode ?? language) +
  `<h1>${escapeText(titleOf(header, language))}</h1>${factsOf(header, language)}\n`;

/**
 * A CDA of sections as a page, in pieces.
 * @throws XmlError when it is not well-formed, or without measure
 */
export async function sectionsPage(
  head: CdaHead,
  chunks: AsyncIterable<Uint8Array>,
  language: Language,
): Promise<readonly string[]> {
  const body = new CdaBody(language);
  const utf8 = new Utf8();
  for await (const chunk of chunks) body.write(utf8.write(chunk));
  body.write(utf8.write());
  return [heading(head, language), ...body.end(), pageFoot];
}

const open = { fr: 'Ouvrir le document', en: 'Open the document' };

/**
 * A CDA that wraps a document, as a page: the image or the text itself; of anything else, a link to it.
 * @param url where the wrapped document is served
 */
export async function* wrappedPage(
  head: CdaHead,
  wrapped: Wrapped,
  { language, url }: { language: Language; url: string },
): AsyncGenerator<string> {
  const { type, size } = wrapped;
  yield heading(head, language);
  if (isSafeImage(type) && size <= largestInline) {
    yield `<img alt="" src="data:${type};base64,`;
    yield* base64(wrapped.read());
    yield '">';
  } else if (type === 'text/plain' && size <= largestInline) {
    yield '<pre>';
    const utf8 = new TextDecoder('utf-8');
    for await (const chunk of wrapped.read()) yield escapeText(utf8.decode(chunk, { stream: true }));
    yield `${escapeText(utf8.decode())}</pre>`;
  } else {
    yield `<p><a href="${escapeAttribute(url)}">${open[language]}</a> (${escapeText(`${type}, ${sizeOf(size, language)}`)})</p>`;
  }
  yield pageFoot;
}
