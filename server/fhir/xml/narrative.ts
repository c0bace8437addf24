/**
 * The narrative of a resource: limited XHTML, read strictly and written again by us, so that what passes through holds
 * nothing but what FHIR R4 narrative.html allows – no script, no event, no address that runs.
 */
import type { SaxesTagNS } from 'saxes';
import { xmlParser } from '../../../mappings/xml/parser.ts';
import { escapeAttribute, escapeText } from './escape.ts';
import { addresses, narrativeAttributes, narrativeElements, voidElements } from './narrative-tables.ts';

export const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';
const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

/** Nesting of elements and number of them: far beyond any text for a reader. */
const maxDepth = 60;
const maxElements = 50_000;
/** Attributes of one element; XHTML has fewer. saxes compares each with each. */
export const maxAttributes = 64;

/** The narrative is not the XHTML that FHIR allows. `detail` names a rule, an element or an attribute, no content. */
export class NarrativeError extends Error {
  override name = 'NarrativeError';
  constructor(readonly detail: string) {
    super(detail);
  }
}

const short = (name: string): string => name.slice(0, 40);

/** Takes the events of a parser from the opening to the closing `div`, and gives the text. */
export class NarrativeBuilder {
  /** The text, once the `div` is closed. */
  result: string | undefined;
  private readonly out: string[] = [];
  private readonly open: string[] = [];
  /** The last start tag has no `>` yet. */
  private pending = false;
  private count = 0;
  /** txt-2: there is something to be read. */
  private content = false;

  /** Between the opening and the closing `div`. */
  get isOpen(): boolean {
    return this.open.length > 0;
  }

  /** Elements that are open. */
  get depth(): number {
    return this.open.length;
  }

  /** @throws NarrativeError */
  start(tag: SaxesTagNS): void {
    const { local, uri } = tag;
    if (uri !== xhtmlNamespace) throw new NarrativeError(`xmlns, <${short(local)}>`);
    if (this.open.length === 0 ? local !== 'div' : !narrativeElements.has(local))
      throw new NarrativeError(`<${short(local)}>`);
    if (this.open.length >= maxDepth) throw new NarrativeError(`depth > ${maxDepth}`);
    if (++this.count > maxElements) throw new NarrativeError(`> ${maxElements} elements`);
    this.settle();
    this.out.push('<', local, this.open.length === 0 ? ` xmlns="${xhtmlNamespace}"` : '');
    for (const { name, local: key, uri: space, value } of Object.values(tag.attributes)) {
      if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
      const allowed = space === '' ? narrativeAttributes.has(key) : space === xmlNamespace && key === 'lang';
      if (!allowed || !isHarmless(key, value)) throw new NarrativeError(`${short(local)}/@${short(name)}`);
      if (local === 'img' && key === 'src') this.content = true;
      this.out.push(' ', space === '' ? key : 'xml:lang', '="', escapeAttribute(value), '"');
    }
    this.open.push(local);
    this.pending = true;
  }

  text(characters: string): void {
    if (characters === '') return;
    this.settle();
    this.out.push(escapeText(characters));
    if (!this.content && /\S/.test(characters)) this.content = true;
  }

  /** @throws NarrativeError at the end of a narrative without content */
  end(): void {
    const name = this.open.pop() as string;
    if (this.pending && voidElements.has(name)) this.out.push('/>');
    else {
      this.settle();
      this.out.push('</', name, '>');
    }
    this.pending = false;
    if (this.open.length > 0) return;
    if (!this.content) throw new NarrativeError('txt-2');
    this.result = this.out.join('');
  }

  private settle(): void {
    if (this.pending) this.out.push('>');
    this.pending = false;
  }
}

/** Addresses: pages, mail, places in the text, images of the usual kinds. Styles: what fetches nothing. */
function isHarmless(attribute: string, value: string): boolean {
  if (attribute === 'style') return !/url\s*\(|expression|@import|[\\<]/i.test(value);
  if (!addresses.has(attribute)) return true;
  // Browsers skip blanks and controls within a scheme.
  const scheme = /^([^/?#]*?):/.exec(value.replace(/[\u0000-\u0020\u007f-\u00a0]/g, ''))?.[1]?.toLowerCase();
  if (scheme === undefined || ['http', 'https', 'mailto', 'tel', 'urn'].includes(scheme)) return true;
  return attribute === 'src' && /^\s*data:image\/(png|jpeg|gif);base64,/i.test(value);
}

/**
 * A `div` as it stands in JSON, read and written again.
 * @throws NarrativeError when it is not well-formed, or holds what FHIR does not allow
 */
export function cleanNarrative(div: string): string {
  const parser = xmlParser();
  const builder = new NarrativeBuilder();
  parser.on('error', () => {
    throw new NarrativeError('XML');
  });
  parser.on('doctype', () => {
    throw new NarrativeError('DOCTYPE');
  });
  let attributes = 0;
  parser.on('attribute', () => {
    if (++attributes > maxAttributes) throw new NarrativeError('attributes');
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    attributes = 0;
    builder.start(tag);
  });
  parser.on('closetag', () => builder.end());
  // Line ends before and after the div are no content of it.
  const text = (t: string): void => {
    if (builder.isOpen) builder.text(t);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.write(div).close();
  if (builder.result === undefined) throw new NarrativeError('XML');
  return builder.result;
}
