/**
 * Strict reading of the operations that only the DMP has (dmp-wire §7): one flat list of elements in order, each at most
 * once, text of a known form, nothing else. Each rule has its own code, which travels in soap:Detail.
 */
import { children, nameOf, pureText, type XmlElement } from '../dom.ts';
import type { SoapFault } from '../exchange.ts';
import { invalidData } from '../vihf/rules.ts';

/** One element of a body. */
export interface Field {
  name: string;
  /** Code of the rule that speaks when the value is not of this form. */
  code: string;
  form: RegExp | ((text: string) => boolean);
  fr: string;
}

/** Rules about the form of a body, whatever its fields. */
export const bodyRules = {
  BODY_ELEMENT: 'Élément inattendu, répété ou mal placé dans la demande',
  BODY_ATTRIBUTE: 'Attribut inattendu dans la demande',
  BODY_TEXT: 'Texte, commentaire ou élément inattendu dans la demande',
} as const;

const broken = (code: keyof typeof bodyRules, element: XmlElement): SoapFault =>
  invalidData(code, bodyRules[code], element.name);

/** The values by element name, those that are there. @throws SoapFault with the code of the first rule that is broken */
export function readFields<N extends string>(
  body: XmlElement,
  fields: readonly (Field & { name: N })[],
): Partial<Record<N, string>> {
  const found = children(body);
  if (body.attrs.length > 0) throw broken('BODY_ATTRIBUTE', body);
  if (strayText(body)) throw broken('BODY_TEXT', body);
  const values: Partial<Record<N, string>> = {};
  let from = 0;
  for (const child of found) {
    const at = fields.findIndex((f, i) => i >= from && nameOf(child) === `{${body.namespaceUri}}${f.name}`);
    const field = fields[at];
    if (field === undefined) throw broken('BODY_ELEMENT', child);
    from = at + 1;
    values[field.name] = readValue(child, field);
  }
  return values;
}

function readValue(element: XmlElement, { code, form, fr, name }: Field): string {
  if (element.attrs.length > 0) throw broken('BODY_ATTRIBUTE', element);
  const value = pureText(element);
  if (value === undefined) throw broken('BODY_TEXT', element);
  if (form instanceof RegExp ? !form.test(value) : !form(value)) throw invalidData(code, fr, name);
  return value;
}

/** True when something other than elements and white space stands between the children. */
const strayText = (body: XmlElement): boolean =>
  body.find('text()[normalize-space()] | comment() | processing-instruction()').length > 0;
