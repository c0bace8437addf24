/**
 * A SOAP message as it may be shown: its elements whole, attributes and texts only where their place or their form makes them harmless.
 * Signatures and certificates, assertions' subjects and every slot's value that is no identifier of a thing are masked.
 */
import type { XmlNode } from '../../../mappings/xml/tree.ts';
import { masked, opaqueOrMasked, shown } from './mask.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Attributes that belong to the shape of a message, whatever stands in them. */
const attributes = words(
  `Algorithm AuthnInstant Format ID IssueInstant Name NameFormat NotBefore NotOnOrAfter SessionNotOnOrAfter Type URI Version
  ITSVersion associationType classCode classificationScheme classifiedObject codeSystem codeSystemName codingScheme contextControlCode
  determinerCode errorCode federated href id identificationScheme inversionInd lid lang mimeType moodCode mustUnderstand nullFlavor
  objectType registryObject relay requestId returnComposedObjects returnType root severity slotType sourceObject status targetObject
  typeCode unit`,
);
/** Shown where they say a code: of these elements not. */
const persons = words('administrativeGenderCode birthTime name given family addr telecom');
/** Elements whose text belongs to the shape. */
const texts = words('Action To MessageID RelatesTo Address Audience AuthnContextClassRef AuthnContextDeclRef');
const soapNs = 'http://www.w3.org/2003/05/soap-envelope';
/** What a fault names itself by. */
const qualified = /^[\w-]+:[\w.-]+$/;

const isPlain = (value: string): boolean => /^[\w .:/#=;,+-]{0,200}$/.test(value);

function attributeOf({ name: element, attrs }: XmlNode, name: string, value: string): string {
  if (persons.has(element)) return masked;
  if (attributes.has(name)) return isPlain(value) ? value : masked;
  if (name === 'code' || name === 'nodeRepresentation') return isPlain(value) ? value : masked;
  if (name === 'displayName') return attrs['code'] === undefined ? masked : value;
  // Of a slot or a query; elsewhere it is somebody's, or something's.
  if (name === 'name') return element === 'Slot' ? value : masked;
  return opaqueOrMasked(value);
}

function textOf({ name, ns, children }: XmlNode, text: string): string {
  if (text === '') return '';
  if (texts.has(name)) return isPlain(text) ? text : masked;
  // A slot's `Value` looks alike (`tel:0612345678`).
  if (name === 'Value' && ns === soapNs && children.length === 0 && qualified.test(text) && !/^\d/.test(text))
    return text;
  return opaqueOrMasked(text);
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0) ?? 0};`);

function write(node: XmlNode, above: string, indent: string, lines: string[]): void {
  const namespace = node.ns === above || node.ns === '' ? '' : ` xmlns="${escaped(node.ns)}"`;
  const given = Object.entries(node.attrs)
    .map(([key, value]) => {
      const name = key.replace(/^\{[^}]*\}/, '');
      return ` ${name}="${escaped(attributeOf(node, name, value))}"`;
    })
    .join('');
  const text = escaped(textOf(node, node.text.trim()));
  const open = `${indent}<${node.name}${namespace}${given}`;
  if (node.children.length === 0) {
    lines.push(text === '' ? `${open}/>` : `${open}>${text}</${node.name}>`);
    return;
  }
  lines.push(`${open}>${text}`);
  for (const child of node.children) write(child, node.ns, `${indent}  `, lines);
  lines.push(`${indent}</${node.name}>`);
}

/** Indented text; names without prefixes, a namespace where it changes. */
export function maskedXml(node: XmlNode): string {
  const lines: string[] = [];
  write(node, '', '', lines);
  return shown(lines.join('\n'));
}
