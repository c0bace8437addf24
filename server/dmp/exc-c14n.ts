/**
 * Exclusive XML Canonicalization 1.0 (https://www.w3.org/TR/xml-exc-c14n/, no comments, no PrefixList) of elements that we
 * write ourselves: from the data to the canonical text, without a document in between.
 */
import type { Element } from '../../mappings/xml/build.ts';
import { escapeAttribute, escapeText } from './c14n.ts';

/** prefix → URI; '' is the default namespace. */
type Namespaces = Readonly<Record<string, string>>;

const prefixOf = (qname: string): string => qname.slice(0, Math.max(0, qname.indexOf(':')));
const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');

/**
 * The canonical form of an element as the apex. Names and namespaces are compared by UTF-16 units: ours are ASCII.
 * @param scope namespaces declared above it
 * @param rendered namespaces that the output says already
 */
export function exclusiveForm(element: Element, scope: Namespaces = {}, rendered: Namespaces = {}): string {
  const { name, attrs, children } = element;
  const uris: Record<string, string> = { ...scope };
  const attributes: string[] = [];
  for (const key in attrs) {
    if (isDeclaration(key)) uris[key.slice(6)] = attrs[key] as string;
    else attributes.push(key);
  }
  // Only what the element and its attributes use is declared, where it was not yet.
  const prefixes = new Set([prefixOf(name), ...attributes.map(prefixOf).filter((p) => p !== '' && p !== 'xml')]);
  const known: Record<string, string> = { ...rendered };
  let text = `<${name}`;
  for (const prefix of [...prefixes].sort()) {
    const uri = uris[prefix] ?? '';
    if (uri === (known[prefix] ?? '')) continue;
    known[prefix] = uri;
    text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(uri)}"`;
  }
  const order = (key: string): string => `${uris[prefixOf(key)] ?? ''}\n${key.slice(key.indexOf(':') + 1)}`;
  const ordered = attributes.map((key) => [prefixOf(key) === '' ? `\n${key}` : order(key), key] as const);
  for (const [, key] of ordered.sort(([a], [b]) => (a < b ? -1 : 1)))
    text += ` ${key}="${escapeAttribute(attrs[key] as string)}"`;
  text += '>';
  for (const child of children)
    text += typeof child === 'string' ? escapeText(child) : exclusiveForm(child, uris, known);
  return `${text}</${name}>`;
}
