/**
 * Reading XML: a namespace-aware mini-tree over saxes. No DTD, no entity beyond the five of XML, no fetch; depth, size
 * and number of nodes are bounded. Anything else is refused, never repaired.
 */
import { isUtf8 } from 'node:buffer';
import type { SaxesTagNS } from 'saxes';
import { xmlParser } from './parser.ts';
import { readPlain } from './plain.ts';

export interface XmlNode {
  /** local name */
  name: string;
  /** namespace URI, '' when none */
  ns: string;
  /** Attributes by local name; those in a namespace by `{uri}local`. */
  attrs: Record<string, string>;
  children: XmlNode[];
  /** Own character data, concatenated in order. */
  text: string;
}

export interface XmlLimits {
  /** nesting of elements */
  depth: number;
  /** characters of input */
  size: number;
  nodes: number;
}

export const defaultLimits: XmlLimits = { depth: 64, size: 64 * 1024 * 1024, nodes: 1_000_000 };

/** The input is not XML that we accept. `reason` names the rule, never the content. */
export class XmlError extends Error {
  override name = 'XmlError';
  constructor(
    readonly reason: 'doctype' | 'depth' | 'size' | 'nodes' | 'syntax' | 'empty' | 'encoding',
    detail?: string,
  ) {
    super(detail ? `${reason}: ${detail}` : reason);
  }
}

/** The node of a start tag, without children yet; namespace declarations are no attributes. */
export function nodeOf(tag: SaxesTagNS): XmlNode {
  const attrs = Object.create(null) as Record<string, string>;
  for (const a of Object.values(tag.attributes)) {
    if (a.prefix === 'xmlns' || a.name === 'xmlns') continue;
    attrs[a.uri === '' ? a.local : `{${a.uri}}${a.local}`] = a.value;
  }
  return { name: tag.local, ns: tag.uri, attrs, children: [], text: '' };
}

/** Feeds chunks of text, gives the root at the end. One use. */
export class XmlTreeReader {
  private readonly parser = xmlParser();
  private readonly stack: XmlNode[] = [];
  private root: XmlNode | undefined;
  private seen = 0;
  private nodes = 0;
  private failure: XmlError | undefined;

  constructor(private readonly limits: XmlLimits = defaultLimits) {
    const p = this.parser;
    const fail = (e: XmlError): never => {
      this.failure ??= e;
      throw e;
    };
    p.on('error', (e) => fail(this.failure ?? new XmlError('syntax', e.message.replace(/^[^:]*:\s*/, ''))));
    p.on('doctype', () => fail(new XmlError('doctype')));
    p.on('opentag', (tag: SaxesTagNS) => {
      if (this.stack.length >= limits.depth) fail(new XmlError('depth'));
      if (++this.nodes > limits.nodes) fail(new XmlError('nodes'));
      const node = nodeOf(tag);
      const parent = this.stack[this.stack.length - 1];
      if (parent) parent.children.push(node);
      else this.root = node;
      this.stack.push(node);
    });
    p.on('closetag', () => {
      this.stack.pop();
    });
    const text = (t: string): void => {
      const top = this.stack[this.stack.length - 1];
      if (top) top.text += t;
    };
    p.on('text', text);
    p.on('cdata', text);
  }

  /** @throws XmlError */
  write(chunk: string): void {
    if (this.failure) throw this.failure;
    this.seen += chunk.length;
    if (this.seen > this.limits.size) throw (this.failure = new XmlError('size'));
    this.parser.write(chunk);
  }

  /** @throws XmlError */
  end(): XmlNode {
    if (this.failure) throw this.failure;
    this.parser.close();
    if (!this.root) throw new XmlError('empty');
    return this.root;
  }
}

/** Reads a whole document. Bytes must be UTF-8 (any other encoding is refused). @throws XmlError */
export function parseXml(input: string | Uint8Array, limits: XmlLimits = defaultLimits): XmlNode {
  const bytes = typeof input === 'string' ? Buffer.from(input) : withoutMark(input);
  if (bytes.byteLength <= limits.size && isUtf8(bytes)) {
    const plain = readPlain(bytes, limits);
    if (plain) return plain;
  }
  const reader = new XmlTreeReader(limits);
  reader.write(typeof input === 'string' ? input : decode(input, limits));
  return reader.end();
}

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

function decode(bytes: Uint8Array, limits: XmlLimits): string {
  if (bytes.byteLength > limits.size) throw new XmlError('size');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new XmlError('encoding', 'not UTF-8');
  }
}

/** First child of that local name (and namespace, when given). */
export function child(node: XmlNode | undefined, name: string, ns?: string): XmlNode | undefined {
  if (node) for (const c of node.children) if (c.name === name && (ns === undefined || c.ns === ns)) return c;
  return undefined;
}

export function childrenOf(node: XmlNode | undefined, name: string, ns?: string): XmlNode[] {
  const found: XmlNode[] = [];
  if (node) for (const c of node.children) if (c.name === name && (ns === undefined || c.ns === ns)) found.push(c);
  return found;
}

/** Follows child names downwards. */
export function at(node: XmlNode | undefined, ...path: string[]): XmlNode | undefined {
  return path.reduce<XmlNode | undefined>((n, name) => child(n, name), node);
}

/** All descendants of that local name, in document order, the node itself included. */
export function* descendants(node: XmlNode, name: string, ns?: string): Generator<XmlNode> {
  if (node.name === name && (ns === undefined || node.ns === ns)) yield node;
  for (const c of node.children) yield* descendants(c, name, ns);
}
