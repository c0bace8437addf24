/**
 * Reads a CDA as it streams in and keeps its header only: the ClinicalDocument as a mini-tree in which structuredBody
 * is empty and the text of nonXMLBody is absent. The whole document must be well-formed; only the characters of the
 * encapsulated text are stepped over unread.
 *
 * A « CDA auto-présentable » (CI-SIS) is an XSLT that holds the ClinicalDocument: what is around it is ignored.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { mostReferences, referencesIn } from '../xml/parser.ts';
import { nodeOf, XmlError, type XmlNode } from '../xml/tree.ts';

export const hl7 = 'urn:hl7-org:v3';
const xinclude = 'http://www.w3.org/2001/XInclude';

export interface HeadLimits {
  depth: number;
  /** elements of the header */
  nodes: number;
  /** characters of the header (what is before the body) */
  head: number;
  /** attributes of one element */
  attributes: number;
  /** elements of the whole document */
  elements: number;
}

export const headLimits: HeadLimits = {
  depth: 128,
  nodes: 50_000,
  head: 8 * 1024 * 1024,
  attributes: 100,
  elements: 1_000_000,
};

/** Where the encapsulated text begins: right after its opening tag. */
export interface BodyStart {
  attrs: Record<string, string>;
  /** what the chunk that was being written holds after the tag */
  rest: string;
}

export class CdaHeadReader {
  /** The ClinicalDocument, once its tag has been seen. */
  document: XmlNode | undefined;
  /** Set when the opening tag of nonXMLBody/text has been read. */
  body: BodyStart | undefined;
  /** The ClinicalDocument is not the root element. */
  nested = false;
  /** structuredBody has been met. */
  structured = false;

  private readonly parser = new SaxesParser({ xmlns: true, position: false });
  private readonly stack: (XmlNode | undefined)[] = [];
  private depth = 0;
  private nodes = 0;
  private elements = 0;
  private references = 0;
  private seen = 0;
  private insideText = false;
  private chunk = '';
  private base = 0;
  private failure: XmlError | undefined;

  constructor(private readonly limits: HeadLimits = headLimits) {
    const p = this.parser;
    p.on('error', (e) => this.fail(this.failure ?? new XmlError('syntax', e.message.replace(/^[^:]*:\s*/, ''))));
    p.on('doctype', () => this.fail(new XmlError('doctype')));
    // Whoever believes another declaration reads another document than we do.
    p.on('xmldecl', ({ version, encoding }) => {
      if (version !== '1.0' || !/^(utf-?8|us-ascii)$/i.test(encoding ?? 'utf-8')) this.fail(new XmlError('encoding'));
    });
    // saxes compares each attribute of an element with each.
    let attributes = 0;
    p.on('attribute', () => {
      if (++attributes > this.limits.attributes) this.fail(new XmlError('size'));
    });
    p.on('opentag', (tag: SaxesTagNS) => {
      attributes = 0;
      this.open(tag);
    });
    p.on('closetag', () => {
      this.depth--;
      this.insideText = false;
      this.stack.pop();
    });
    const text = (t: string): void => {
      const top = this.stack[this.stack.length - 1];
      if (top) top.text += t;
    };
    p.on('text', text);
    p.on('cdata', text);
  }

  /** Feeds characters. @throws XmlError */
  write(chunk: string): void {
    if (this.failure) throw this.failure;
    let rest = chunk;
    if (this.insideText) {
      const next = chunk.indexOf('<');
      if (next < 0) return;
      rest = chunk.slice(next);
      // A comment or CDATA section may begin here and go on in the next chunk: nothing is skipped any more.
      this.insideText = false;
    }
    if (!this.body && !this.structured && (this.seen += rest.length) > this.limits.head)
      this.fail(new XmlError('size'));
    if ((this.references += referencesIn(rest)) > mostReferences) this.fail(new XmlError('size'));
    this.chunk = rest;
    this.parser.write(rest);
    this.base += rest.length;
    this.chunk = '';
  }

  /** @returns the ClinicalDocument @throws XmlError when the document is cut short, or is no CDA (`empty`) */
  end(): XmlNode {
    if (this.failure) throw this.failure;
    this.parser.close();
    if (!this.document) throw new XmlError('empty', 'no ClinicalDocument');
    return this.document;
  }

  private fail(e: XmlError): never {
    this.failure ??= e;
    throw this.failure;
  }

  private open(tag: SaxesTagNS): void {
    if (++this.elements > this.limits.elements) this.fail(new XmlError('nodes'));
    if (++this.depth > this.limits.depth) this.fail(new XmlError('depth'));
    const parent = this.stack[this.stack.length - 1];
    if (tag.uri === xinclude) this.fail(new XmlError('syntax', 'XInclude'));
    const isDocument = tag.uri === hl7 && tag.local === 'ClinicalDocument';
    if (isDocument && this.document) this.fail(new XmlError('syntax', 'a second ClinicalDocument'));
    const inBody = parent?.name === 'structuredBody';
    // Extensions stand in namespaces of their own: nothing in them is the header's, whatever it is called.
    const isForeign = parent !== undefined && tag.uri !== hl7;
    if ((!parent && !isDocument) || inBody || isForeign) {
      this.stack.push(undefined);
      return;
    }
    if (++this.nodes > this.limits.nodes) this.fail(new XmlError('nodes'));
    const node = nodeOf(tag);
    if (parent) parent.children.push(node);
    else {
      this.document = node;
      this.nested = this.depth > 1;
    }
    if (tag.uri === hl7 && tag.local === 'structuredBody') this.structured = true;
    const isText = tag.uri === hl7 && tag.local === 'text' && parent?.name === 'nonXMLBody' && parent.ns === hl7;
    if (isText && !this.body) {
      // The tree keeps no text below this element: `undefined` on the stack swallows it.
      this.stack.push(tag.isSelfClosing ? node : undefined);
      const rest = tag.isSelfClosing ? '' : this.chunk.slice(this.parser.position - this.base);
      this.insideText = !tag.isSelfClosing && !rest.includes('<');
      this.body = { attrs: node.attrs, rest };
    } else this.stack.push(node);
  }
}

/** Decodes bytes to characters, UTF-8 only; the declaration may say so or say nothing. */
export class Utf8 {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  /** @throws XmlError encoding */
  write(bytes?: Uint8Array): string {
    try {
      return bytes ? this.decoder.decode(bytes, { stream: true }) : this.decoder.decode();
    } catch {
      throw new XmlError('encoding', 'not UTF-8');
    }
  }
}
