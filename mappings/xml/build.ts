/**
 * Building XML: elements as data, serialised by fast-xml-parser. Line ends and tabs are written as character references
 * so that no reader normalises them away; characters that XML 1.0 cannot hold are refused.
 */
import { XMLBuilder } from 'fast-xml-parser';

/** One element. Prefixes are written as given: the caller declares them (`xmlns:rim`) where they are first needed. */
export interface Element {
  name: string;
  attrs: Record<string, string>;
  children: (Element | string)[];
}

/** An element; attributes and children that are `undefined` are left out. */
export function el(
  name: string,
  attrs: Record<string, string | undefined> = {},
  children: readonly (Element | string | undefined)[] = [],
): Element {
  const kept: Record<string, string> = {};
  for (const [k, v] of Object.entries(attrs)) if (v !== undefined) kept[k] = v;
  return { name, attrs: kept, children: children.filter((c): c is Element | string => c !== undefined) };
}

const builder = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  processEntities: false,
  format: false,
});

const illegal =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Text that XML can hold, whatever it was: what it cannot hold becomes U+FFFD. */
export const legal = (text: string): string => text.replace(new RegExp(illegal, 'g'), '\ufffd');

function escape(value: string, attribute: boolean): string {
  if (illegal.test(value)) throw new RangeError('a character that XML 1.0 cannot hold');
  const text = value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;');
  return attribute ? text.replace(/"/g, '&quot;').replace(/\n/g, '&#10;').replace(/\t/g, '&#9;') : text;
}

type Ordered = Record<string, unknown>;

function ordered(e: Element): Ordered {
  const attributes: Record<string, string> = {};
  for (const [k, v] of Object.entries(e.attrs)) attributes[k] = escape(v, true);
  return {
    [e.name]: e.children.map((c) => (typeof c === 'string' ? { '#text': escape(c, false) } : ordered(c))),
    ...(Object.keys(attributes).length > 0 ? { ':@': attributes } : {}),
  };
}

/** The element as text, without XML declaration. @throws RangeError on a character that XML cannot hold */
export function serialize(element: Element): string {
  return builder.build([ordered(element)]);
}
