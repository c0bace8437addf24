/**
 * XML for the simulator, on libxml2: parsing without DTD or entities, lookups by namespace and local name, canonical
 * forms. A document owns WebAssembly memory: whoever parses disposes (`withXml` does both).
 */
import { ParseOption, XmlC14NMode, XmlCData, XmlDocument, XmlElement, type XmlNode, XmlText } from 'libxml2-wasm';

export type { XmlDocument, XmlElement } from 'libxml2-wasm';

/** Prefixes for XPath; what a message calls them does not matter. */
export const ns = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  wsa: 'http://www.w3.org/2005/08/addressing',
  wsse: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  saml2: 'urn:oasis:names:tc:SAML:2.0:assertion',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  ec: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  xades: 'http://uri.etsi.org/01903/v1.1.1#',
  hl7: 'urn:hl7-org:v3',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  xdsb: 'urn:ihe:iti:xds-b:2007',
  lcm: 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0',
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0',
  rs: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0',
  query: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0',
  xop: 'http://www.w3.org/2004/08/xop/include',
} as const;

/** Not XML that we read: malformed, DTD, wrong encoding, too large or too deep. The message never quotes content. */
export class XmlRefused extends Error {
  override name = 'XmlRefused';
}

export interface ParseLimits {
  maxBytes?: number;
  maxDepth?: number;
}

const defaults = { maxBytes: 64 * 1024 * 1024, maxDepth: 128 };

/** True when a document type declaration stands before the root element (the only place where XML has one). */
function declaresDoctype(text: string): boolean {
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    const end = text.startsWith('<?', at)
      ? (['?>', 2] as const)
      : text.startsWith('<!--', at)
        ? (['-->', 3] as const)
        : undefined;
    if (end === undefined) return text.startsWith('<!', at);
    const close = text.indexOf(end[0], at);
    if (close < 0) return false; // not well-formed: the parser says so
    at = close + end[1];
  }
}

/**
 * Parses UTF-8 XML. @throws XmlRefused on a DTD (before the parser sees it), another encoding, malformed XML, or when
 * a limit is passed. The caller disposes the document.
 */
export function parseXml(bytes: Uint8Array, limits: ParseLimits = {}): XmlDocument {
  const { maxBytes, maxDepth } = { ...defaults, ...limits };
  if (bytes.length > maxBytes) throw new XmlRefused('XML larger than the limit');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // also drops a BOM
  } catch {
    throw new XmlRefused('XML that is not UTF-8');
  }
  const encoding = /^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding)) throw new XmlRefused('XML that is not UTF-8');
  if (declaresDoctype(text)) throw new XmlRefused('XML with a document type declaration');
  let doc: XmlDocument;
  try {
    // Without HUGE libxml2 refuses a text of more than 10 MB, which the base64 body of a large N1 is. What it also
    // relaxes is bounded here: size and depth by the limits, entities by refusing every DTD.
    doc = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_HUGE });
  } catch {
    throw new XmlRefused('XML that is not well-formed');
  }
  try {
    checkDepth(doc.root, maxDepth);
  } catch (error) {
    doc.dispose();
    throw error;
  }
  return doc;
}

function checkDepth(element: XmlElement, left: number): void {
  if (left === 0) throw new XmlRefused('XML deeper than the limit');
  for (const child of children(element)) checkDepth(child, left - 1);
}

/** Parses, uses and disposes. */
export function withXml<T>(bytes: Uint8Array, use: (root: XmlElement) => T, limits?: ParseLimits): T {
  const doc = parseXml(bytes, limits);
  try {
    return use(doc.root);
  } finally {
    doc.dispose();
  }
}

/** Clark name: `{namespace}local`. */
export const nameOf = (element: XmlElement): string => `{${element.namespaceUri}}${element.name}`;

/**
 * Child nodes in order. The library's wrapper of a processing instruction knows no sibling, so that the walk would stop
 * there: XPath lists the children of the rare element that has one.
 */
function childNodes(element: XmlElement): XmlNode[] {
  const found: XmlNode[] = [];
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (!('next' in node)) return element.find('node()');
    found.push(node);
  }
  return found;
}

/** Child elements in order. */
export const children = (element: XmlElement): XmlElement[] =>
  childNodes(element).filter((node): node is XmlElement => node instanceof XmlElement);

/** Elements that an XPath finds, with the prefixes of `ns`. */
export function findAll(context: XmlElement, xpath: string): XmlElement[] {
  return context.find(xpath, ns).filter((n): n is XmlElement => n instanceof XmlElement);
}

/** First element that an XPath finds. */
export const findOne = (context: XmlElement, xpath: string): XmlElement | undefined => findAll(context, xpath)[0];

/** Unqualified attribute. */
export const attr = (element: XmlElement | undefined, name: string): string | undefined =>
  element?.attrs.find((a) => a.name === name && a.namespaceUri === '')?.value;

/** Attribute in a namespace. */
export const attrNs = (element: XmlElement, namespace: string, name: string): string | undefined =>
  element.attrs.find((a) => a.name === name && a.namespaceUri === namespace)?.value;

const isText = (node: XmlNode): boolean => node instanceof XmlText || node instanceof XmlCData;

/** True when something other than white space stands between an element's children. */
export const hasText = (element: XmlElement): boolean =>
  childNodes(element).some((node) => isText(node) && node.content.trim() !== '');

/** The whole text of an element that holds text only: `undefined` if it has elements, comments or instructions. */
export const pureText = (element: XmlElement): string | undefined =>
  childNodes(element).every(isText) ? element.content : undefined;

/** True when a comment or processing instruction stands anywhere below the element. */
export const hasComments = (element: XmlElement): boolean =>
  childNodes(element).some((node) => (node instanceof XmlElement ? hasComments(node) : !isText(node)));

/** Canonical XML algorithms that occur on the DMP's wire, by URI. */
export const c14nAlgorithms = {
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  inclusiveWithComments: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  exclusiveWithComments: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
} as const;
export type C14nAlgorithm = keyof typeof c14nAlgorithms;

/** The algorithm of a URI. */
export const c14nOf = (uri: string | undefined): C14nAlgorithm | undefined =>
  (Object.keys(c14nAlgorithms) as C14nAlgorithm[]).find((k) => c14nAlgorithms[k] === uri);

/**
 * Canonical octets of an element and what it holds, in the place where it stands. Given as a set of one root: the
 * library's own subtree helper wraps every node of the document to ask whether it belongs.
 */
export function canonicalize(element: XmlElement, algorithm: C14nAlgorithm, inclusivePrefixes: string[] = []): Buffer {
  const exclusive = algorithm.startsWith('exclusive');
  const text = element.doc.canonicalizeToString({
    mode: exclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0,
    withComments: algorithm.endsWith('WithComments'),
    nodeSet: new Set([element]),
    ...(exclusive && inclusivePrefixes.length > 0 ? { inclusiveNamespacePrefixes: inclusivePrefixes } : {}),
  });
  return Buffer.from(text);
}

/** PrefixList of an ec:InclusiveNamespaces child, `#default` as the empty prefix. */
export function inclusivePrefixes(transform: XmlElement): string[] {
  const list = attr(findOne(transform, 'ec:InclusiveNamespaces'), 'PrefixList');
  return (list ?? '').split(/\s+/).filter((p) => p !== '');
}

/** Text content, escaped for an element or a double-quoted attribute. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"\r\n\t]/g, (c) =>
    c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '"' ? '&quot;' : `&#${c.charCodeAt(0)};`,
  );
