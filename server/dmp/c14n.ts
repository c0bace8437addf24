/**
 * Canonical XML 1.0 with comments (https://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments) of a whole document, as a
 * stream of text over saxes: what the XAdES of a set takes the digest of (dmp-wire §3.8), without a DOM of the document.
 * No DTD: there are no default attributes, and every attribute is CDATA.
 */
import { createHash } from 'node:crypto';
import type { SaxesTagNS } from 'saxes';
import { xmlParser, type XmlParser } from '../../mappings/xml/parser.ts';
import { XmlError } from '../../mappings/xml/tree.ts';

const maxDepth = 256;
const piece = 256 * 1024;

const textEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const attributeEscapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};
/** `includes` is a memory scan, the regular expression is not: it matters for megabytes of base64. */
export const escapeText = (s: string): string =>
  s.includes('&') || s.includes('<') || s.includes('>') || s.includes('\r')
    ? s.replace(/[&<>\r]/g, (c) => textEscapes[c] ?? c)
    : s;
export const escapeAttribute = (s: string): string => s.replace(/[&<"\t\n\r]/g, (c) => attributeEscapes[c] ?? c);

/** Order of code points, which is that of UTF-8 octets; JavaScript compares UTF-16 units (§2.2, document order of nodes). */
function byCodePoint(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    // A surrogate stands for a code point above all others.
    const high = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
    return high(x) - high(y);
  }
  return a.length - b.length;
}

/** Namespace declarations that this element adds to what its parent already shows, then its attributes (§2.3). */
function startTag(tag: SaxesTagNS, scope: Record<string, string>): { text: string; scope: Record<string, string> } {
  const declared: [prefix: string, uri: string][] = [];
  const attributes: { uri: string; local: string; name: string; value: string }[] = [];
  for (const a of Object.values(tag.attributes)) {
    if (a.name === 'xmlns' || a.prefix === 'xmlns') {
      const prefix = a.name === 'xmlns' ? '' : a.local;
      // xml is never declared; a declaration equal to what is in scope is superfluous.
      if (prefix !== 'xml' && (scope[prefix] ?? '') !== a.value) declared.push([prefix, a.value]);
    } else attributes.push(a);
  }
  let text = `<${tag.name}`;
  let inner = scope;
  if (declared.length > 0) {
    inner = { ...scope };
    declared.sort((a, b) => byCodePoint(a[0], b[0]));
    for (const [prefix, uri] of declared) {
      inner[prefix] = uri;
      text += ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(uri)}"`;
    }
  }
  if (attributes.length > 1) attributes.sort((a, b) => byCodePoint(a.uri, b.uri) || byCodePoint(a.local, b.local));
  for (const a of attributes) text += ` ${a.name}="${escapeAttribute(a.value)}"`;
  return { text: `${text}>`, scope: inner };
}

interface State {
  /** elements that are open */
  depth: number;
}

/** Comments and processing instructions outside the root stand on a line of their own (§2.3). */
function canonicalizer(write: (text: string) => void, state: State): XmlParser {
  const parser = xmlParser();
  const outer: Record<string, string> = {};
  const scopes = [outer];
  let rootDone = false;
  const fail = (e: XmlError): never => {
    throw e;
  };
  const misc = (text: string): void => {
    if (scopes.length > 1) write(text);
    else write(rootDone ? `\n${text}` : `${text}\n`);
  };
  parser.on('error', (e) => fail(new XmlError('syntax', e.message.replace(/^[^:]*:\s*/, ''))));
  parser.on('doctype', () => fail(new XmlError('doctype')));
  parser.on('xmldecl', (d) => {
    if (d.encoding && !/^(utf-8|us-ascii)$/i.test(d.encoding)) fail(new XmlError('encoding', 'not UTF-8'));
  });
  parser.on('opentag', (tag) => {
    if (scopes.length > maxDepth) fail(new XmlError('depth'));
    const start = startTag(tag, scopes.at(-1) ?? outer);
    scopes.push(start.scope);
    state.depth++;
    write(start.text);
  });
  parser.on('closetag', (tag) => {
    scopes.pop();
    state.depth--;
    rootDone = scopes.length === 1;
    write(`</${tag.name}>`);
  });
  const text = (t: string): void => {
    if (scopes.length > 1) write(escapeText(t));
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('comment', (c) => misc(`<!--${c}-->`));
  parser.on('processinginstruction', ({ target, body }) => misc(`<?${target}${body === '' ? '' : ` ${body}`}?>`));
  return parser;
}

/** Octets that are text, and the same in the canonical form: base64 and white space, without CR. */
const isPlain = new Uint8Array(256);
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \n\t') isPlain[c.charCodeAt(0)] = 1;
const long = 64 * 1024;

/** Long stretches of plain octets between a `>` and the next `<`: the content of a CDA that wraps a PDF is one. */
function* longTexts(octets: Buffer): Generator<{ from: number; to: number }> {
  for (let at = 0, to = octets.indexOf('<'); to >= 0; at = to + 1, to = octets.indexOf('<', at)) {
    if (to - at < long) continue;
    const from = octets.indexOf('>', at) + 1;
    if (from === 0 || to - from < long) continue;
    if (arePlain(octets, from, to)) yield { from, to };
  }
}

/** Apart from the generator, whose variables are slow. */
function arePlain(octets: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isPlain[octets[i] as number] === 0) return false;
  return true;
}

/**
 * Gives the canonical form piece by piece.
 * @param bytes a whole XML document in UTF-8
 * @throws XmlError when it is not XML that we accept
 */
export function canonicalize(bytes: Uint8Array, write: (text: string) => void): void {
  const state: State = { depth: 0 };
  const parser = canonicalizer(write, state);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const feed = (end: number): void => {
    for (; at < end; at = Math.min(end, at + piece))
      parser.write(decoder.decode(octets.subarray(at, Math.min(end, at + piece)), { stream: true }));
  };
  try {
    for (const { from, to } of longTexts(octets)) {
      feed(from - 1);
      const { depth } = state;
      feed(from);
      // Only if this `>` ended a start tag is what follows its text: the parser says so, and need not see it.
      if (state.depth <= depth) continue;
      for (; at < to; at = Math.min(to, at + piece)) write(octets.toString('latin1', at, Math.min(to, at + piece)));
    }
    feed(octets.length);
    parser.write(decoder.decode());
  } catch (e) {
    if (e instanceof TypeError) throw new XmlError('encoding', 'not UTF-8');
    throw e;
  }
  parser.close();
}

/** Base64 digest of the canonical form. @throws XmlError */
export function canonicalDigest(bytes: Uint8Array, algorithm: 'sha1' | 'sha256'): string {
  const hash = createHash(algorithm);
  let held = '';
  canonicalize(bytes, (text) => {
    // Small pieces are joined: a digest call per tag costs more than the digest.
    held += text;
    if (held.length > 65_536) {
      hash.update(held, 'utf8');
      held = '';
    }
  });
  return hash.update(held, 'utf8').digest('base64');
}
