/**
 * The fast way to read XML that is plain: elements, attributes in double quotes, text, the five entities and character
 * references, as every SOAP stack writes it. One pass over the characters, three to four times as fast as saxes.
 *
 * It decides nothing: whatever it does not know or does not find well-formed (comments, CDATA, processing instructions,
 * a DOCTYPE, CR, characters beyond the BMP, an undeclared prefix, a limit…) makes it give up, and saxes reads the text
 * from the start, or refuses it. What it does read is what saxes would (`test/mappings/xml-plain.test.ts`).
 */
import type { XmlLimits, XmlNode } from './tree.ts';

const [tab, newline, space, quot, amp, slash, colon, lt, equals, gt, bracket] = [
  0x09, 0x0a, 0x20, 0x22, 0x26, 0x2f, 0x3a, 0x3c, 0x3d, 0x3e, 0x5d,
] as const;
/** First octet of U+D000 and beyond: surrogates, private use, non-characters, all planes but the first. */
const beyond = 0xed;
const utf8 = 0x80;

const xmlNs = 'http://www.w3.org/XML/1998/namespace';
const xmlnsNs = 'http://www.w3.org/2000/xmlns/';
const declaration = /^<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?(?: standalone="(?:yes|no)")? ?\?>/;

/** ASCII characters of a name: 1 anywhere, 2 not in front. Other letters are left to saxes. */
const nameClass = new Uint8Array(128);
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_') nameClass[c.charCodeAt(0)] = 1;
for (const c of '0123456789-.') nameClass[c.charCodeAt(0)] = 2;

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const reference = /&(?:(amp|lt|gt|quot|apos)|#(?:([0-9]{1,6})|x([0-9A-Fa-f]{1,5})));/g;

/**
 * Names met before, by a hash of their characters: the few names of a vocabulary come again and again, and as keys they
 * are found much faster when they are the same string object. A fixed size; a collision only costs the time.
 */
const met: string[] = new Array<string>(1024).fill('');

function nameAt(text: string, from: number, end: number, hash: number): string {
  const known = met[hash & 1023] as string;
  if (known.length === end - from && text.startsWith(known, from)) return known;
  // As a key, the engine makes it a string of its own, which does not keep the whole document alive.
  return (met[hash & 1023] = Object.keys({ [text.slice(from, end)]: 0 })[0] as string);
}

/** Nodes without attributes or children share these: most of an answer is leaves. */
const noAttributes: Record<string, string> = Object.freeze({});
const noChildren = Object.freeze([]) as unknown as XmlNode[];

/** Thrown within this file; made once, for a stack costs more than the reading. */
const giveUp = new Error('not plain');
const mostPrefixes = 64;

interface Scope {
  /** prefix → URI; '' is the default namespace */
  uris: ReadonlyMap<string, string>;
  /** qualified names met in this scope */
  names: Map<string, { local: string; ns: string }>;
}

interface Open {
  node: XmlNode;
  /** as written, for the end tag */
  qname: string;
  /** of its parent */
  outer: Scope;
}

/**
 * The document as a tree; undefined when it is not plain, well-formed, or within the limits: saxes then decides.
 * @param bytes valid UTF-8
 */
export function readPlain(bytes: Uint8Array, limits: XmlLimits): XmlNode | undefined {
  // One character an octet: made and scanned several times as fast as text, of which only names and values are wanted.
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  try {
    return new PlainReader(octets, limits).read();
  } catch (e) {
    if (e === giveUp) return undefined;
    throw e;
  }
}

class PlainReader {
  private at: number;
  private nodes = 0;
  private scope: Scope = { uris: new Map(), names: new Map() };
  private readonly open: Open[] = [];
  /** Of the tag being read, declarations and what may depend on them: name, value, name, value… */
  private readonly prefixed: string[] = [];
  /** in the last name */
  private colons = 0;

  constructor(
    private readonly text: string,
    private readonly limits: XmlLimits,
  ) {
    if (text.length > limits.size) throw giveUp;
    this.at = declaration.exec(text)?.[0].length ?? 0;
  }

  read(): XmlNode {
    const { text, open } = this;
    this.whiteSpace();
    const root = this.startTag();
    while (open.length > 0) {
      const top = (open[open.length - 1] as Open).node;
      if (text.charCodeAt(this.at) !== lt) top.text += this.upTo(lt);
      if (text.charCodeAt(this.at + 1) === slash) this.endTag();
      else {
        const node = this.startTag();
        if (top.children === noChildren) top.children = [node];
        else top.children.push(node);
      }
    }
    this.whiteSpace();
    if (this.at < text.length) throw giveUp;
    return root;
  }

  private whiteSpace(): void {
    for (let c = this.text.charCodeAt(this.at); c === space || c === newline || c === tab;)
      c = this.text.charCodeAt(++this.at);
  }

  /** The characters before the next `end`: `<` after text, `"` after an attribute value. */
  private upTo(end: typeof lt | typeof quot): string {
    const { text, at: from } = this;
    let references = false;
    let octets = false;
    for (let i = from; ; i++) {
      const c = text.charCodeAt(i);
      if (c === end) {
        this.at = i;
        const raw = text.slice(from, i);
        const piece = octets ? Buffer.from(raw, 'latin1').toString('utf8') : raw;
        return references ? resolved(piece) : piece;
      }
      if (c === amp) references = true;
      else if (c >= utf8 && c < beyond) octets = true;
      // White space of a value is normalised, `]]>` and a stray `<` are errors: rare, and for saxes. NaN: the text ended.
      else if (!(c >= space && c < beyond)) {
        if (end === quot || (c !== newline && c !== tab)) throw giveUp;
      } else if (c === lt) throw giveUp;
      else if (c === gt && end === lt && text.charCodeAt(i - 1) === bracket) throw giveUp;
    }
  }

  /** A name with at most one colon, which is neither first nor last; `this.at` is left behind it. */
  private name(): string {
    const { text } = this;
    const from = this.at;
    let i = from;
    let colons = 0;
    let hash = 0;
    for (let first = true; ; i++) {
      const c = text.charCodeAt(i);
      hash = (hash * 31 + c) | 0;
      if (c === colon) {
        if (first || ++colons > 1) throw giveUp;
        first = true;
        continue;
      }
      const kind = c < 128 ? nameClass[c] : 0;
      if (!kind) {
        if (first || !(c < 128)) throw giveUp;
        break;
      }
      if (first && kind === 2) throw giveUp;
      first = false;
    }
    this.at = i;
    this.colons = colons;
    return nameAt(text, from, i, hash);
  }

  /** Reads `<name a="…">` or `<name/>`; the former is pushed on the stack. */
  private startTag(): XmlNode {
    const { text, prefixed, scope: outer } = this;
    if (text.charCodeAt(this.at) !== lt) throw giveUp;
    if (this.open.length >= this.limits.depth || ++this.nodes > this.limits.nodes) throw giveUp;
    this.at++;
    const qname = this.name();
    let attrs = noAttributes;
    for (;;) {
      const before = this.at;
      this.whiteSpace();
      const c = text.charCodeAt(this.at);
      if (c === gt || c === slash) break;
      if (this.at === before) throw giveUp;
      const name = this.name();
      const later = this.colons > 0 || name === 'xmlns';
      if (text.charCodeAt(this.at) !== equals || text.charCodeAt(this.at + 1) !== quot) throw giveUp;
      this.at += 2;
      const value = this.upTo(quot);
      this.at++;
      if (attrs === noAttributes) attrs = {};
      if (later) prefixed.push(name, value);
      else add(attrs, name, value);
    }
    if (prefixed.length > 0) this.resolvePrefixed(attrs);
    const { local, ns } = this.resolve(qname);
    const node: XmlNode = { name: local, ns, attrs, children: noChildren, text: '' };
    if (text.charCodeAt(this.at) === slash) {
      if (text.charCodeAt(++this.at) !== gt) throw giveUp;
      this.scope = outer;
    } else this.open.push({ node, qname, outer });
    this.at++;
    return node;
  }

  private endTag(): void {
    const { qname, outer } = this.open.pop() as Open;
    const end = this.at + 2 + qname.length;
    if (!this.text.startsWith(qname, this.at + 2) || this.text.charCodeAt(end) !== gt) throw giveUp;
    this.at = end + 1;
    this.scope = outer;
  }

  /** Opens the scope of the namespaces that the tag declares, then adds the attributes that have one. */
  private resolvePrefixed(attrs: Record<string, string>): void {
    const { prefixed } = this;
    for (let i = 0; i < prefixed.length; i += 2) {
      const name = prefixed[i] as string;
      if (isDeclaration(name)) this.declare(name, prefixed[i + 1] as string, prefixed.indexOf(name) !== i);
    }
    for (let i = 0; i < prefixed.length; i += 2) {
      const name = prefixed[i] as string;
      if (isDeclaration(name)) continue;
      const { local, ns } = name.startsWith('xml:') ? { local: name.slice(4), ns: xmlNs } : this.resolve(name);
      add(attrs, `{${ns}}${local}`, prefixed[i + 1] as string);
    }
    prefixed.length = 0;
  }

  private declare(name: string, uri: string, again: boolean): void {
    const prefix = name.slice(6);
    const reserved = prefix === 'xml' || prefix === 'xmlns' || uri === xmlNs || uri === xmlnsNs;
    if (again || reserved || uri !== uri.trim() || (uri === '' && prefix !== '')) throw giveUp;
    // Each declaration copies those in force: beyond a few that is slower than saxes, and in the end quadratic.
    if (this.scope.uris.size >= mostPrefixes) throw giveUp;
    this.scope = { uris: new Map(this.scope.uris).set(prefix, uri), names: new Map() };
  }

  private resolve(qname: string): { local: string; ns: string } {
    let found = this.scope.names.get(qname);
    if (!found) {
      const at = qname.indexOf(':');
      const ns = this.scope.uris.get(at < 0 ? '' : qname.slice(0, at)) ?? (at < 0 ? '' : undefined);
      if (ns === undefined) throw giveUp;
      this.scope.names.set(qname, (found = { local: qname.slice(at + 1), ns }));
    }
    return found;
  }
}

const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');

function add(attrs: Record<string, string>, key: string, value: string): void {
  // Twice, or a name that every object has.
  if (attrs[key] !== undefined) throw giveUp;
  attrs[key] = value;
}

/** References replaced. One that is none of XML's, or that stands for a character to be looked at, is left to saxes. */
function resolved(text: string): string {
  let rest = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) rest++;
  const plain = text.replace(reference, (_, name?: string, decimal?: string, hexadecimal?: string) => {
    rest--;
    if (name !== undefined) return named[name] as string;
    const code = decimal === undefined ? parseInt(hexadecimal as string, 16) : Number(decimal);
    if (code !== tab && code !== newline && code !== 0x0d && !(code >= space && code < 0xd800)) throw giveUp;
    return String.fromCharCode(code);
  });
  if (rest !== 0) throw giveUp;
  return plain;
}
