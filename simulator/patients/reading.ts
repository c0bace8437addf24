/**
 * Strict reading of an HL7 V3 request (dmp-wire §6): one grammar for the order and number of the elements, one list of
 * rules for the values. Each rule has its own code, which travels in soap:Detail.
 */
import { attr, attrNs, children, findAll, findOne, hasText, nameOf, ns, pureText, type XmlElement } from '../dom.ts';
import type { SoapFault } from '../exchange.ts';
import { invalidData } from '../vihf/rules.ts';

/** II: an OID or a UUID, and what it extends. */
export interface InstanceId {
  root: string;
  extension?: string;
}

/**
 * Children of an element, by its name or, where a name stands for two things, by `parent/name`. A list in order, each
 * with how many: nothing 1, `?` 0..1, `*` 0..n, `+` 1..n. After `any:` the names come in any order and number. An element
 * that has no row has no children.
 */
export type Grammar = Readonly<Record<string, string>>;

export interface Rule {
  code: string;
  /** XPath of the elements from the interaction; `.` for itself. Each one that is there must be `ok`. */
  at: string;
  ok: (element: XmlElement) => boolean;
  fr: string;
}

export const rule = (code: string, at: string, ok: Rule['ok'], fr: string): Rule => ({ code, at, ok, fr });

/** The attribute is there and has this value or form. */
export const is =
  (name: string, expected: string | RegExp) =>
  (element: XmlElement): boolean => {
    const value = attr(element, name);
    return value !== undefined && (typeof expected === 'string' ? value === expected : expected.test(value));
  };

/** All of several attributes. */
export const are =
  (expected: Record<string, string | RegExp>) =>
  (element: XmlElement): boolean =>
    Object.entries(expected).every(([name, value]) => is(name, value)(element));

export const isNil = (element: XmlElement): boolean => /^(true|1)$/.test(attrNs(element, ns.xsi, 'nil') ?? '');
export const isSaid = (element: XmlElement): boolean => (pureText(element) ?? '').trim() !== '';

/** Attributes of HL7's classes and data types that the messages use; a nullFlavor would unsay its element. */
const attributes =
  /^(ITSVersion|root|extension|code|codeSystem|codeSystemName|displayName|value|use|qualifier|typeCode|classCode|moodCode|determinerCode|contextConductionInd)$/;
/** Elements that hold text, where the grammar has no children for them. */
const texts =
  /^(softwareName|semanticsText|prefix|given|family|name|text|streetAddressLine|additionalLocator|postalCode|city|country)$/;
/** Elements that a request leaves nil. */
const nils = /^(attentionLine|dataSource)$/;

const isKnown = ({ name }: XmlElement, { name: attribute, namespaceUri }: XmlElement['attrs'][number]): boolean =>
  namespaceUri === ns.xsi
    ? attribute === 'type' || (attribute === 'nil' && nils.test(name))
    : namespaceUri === '' && attributes.test(attribute);

export const oid = /^[0-2](\.(0|[1-9]\d*))+$/;
export const oidOrUuid = /^([0-2](\.(0|[1-9]\d*))+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;

const absent = (name: string): SoapFault =>
  invalidData('HL7_STRUCTURE', `Élément ${name} absent ou mal placé dans la demande`, name);
const unexpected = (element: XmlElement): SoapFault =>
  invalidData('HL7_STRUCTURE', 'Élément inattendu dans la demande', element.name);

/** @throws SoapFault when the message is not of this grammar, holds text or attributes beside it, or breaks a rule */
export function check(body: XmlElement, grammar: Grammar, rules: readonly Rule[]): void {
  checkStructure(body, grammar);
  for (const { code, at, ok, fr } of rules)
    if (!elementsAt(body, at).every(ok)) throw invalidData(code, fr, at.replaceAll('hl7:', ''));
}

const elementsAt = (body: XmlElement, at: string): XmlElement[] => (at === '.' ? [body] : findAll(body, at));

const isHl7 = (element: XmlElement | undefined, name: string): element is XmlElement =>
  element !== undefined && nameOf(element) === `{${ns.hl7}}${name}`;

function checkStructure(element: XmlElement, grammar: Grammar, parent = ''): void {
  const expected = grammar[`${parent}/${element.name}`] ?? grammar[element.name] ?? '';
  const found = children(element);
  const end = expected.startsWith('any:')
    ? countOf(found, expected.slice(4).split(' '))
    : inOrder(found, expected.split(' '));
  const extra = found[end];
  if (extra !== undefined) throw unexpected(extra);
  if ((expected !== '' || !texts.test(element.name)) && hasText(element))
    throw invalidData('HL7_TEXT', 'Texte inattendu dans la demande', element.name);
  if (!element.attrs.every((attribute) => isKnown(element, attribute)))
    throw invalidData('HL7_ATTRIBUTE', 'Attribut inattendu dans la demande', element.name);
  for (const child of found) checkStructure(child, grammar, element.name);
}

/** How many of the first children have one of these names. */
function countOf(found: XmlElement[], names: string[]): number {
  const end = found.findIndex((child) => !names.some((name) => isHl7(child, name)));
  return end < 0 ? found.length : end;
}

/** How many of the children the list takes. */
function inOrder(found: XmlElement[], items: string[]): number {
  let at = 0;
  for (const item of items.filter((i) => i !== '')) {
    const name = item.replace(/[?*+]$/, '');
    const from = at;
    while (isHl7(found[at], name) && (at === from || /[*+]$/.test(item))) at++;
    if (at === from && !/[?*]$/.test(item)) throw absent(name);
  }
  return at;
}

/** The first element of a path. @throws SoapFault when there is none */
export function required(body: XmlElement, path: string): XmlElement {
  const found = findOne(body, path);
  if (found === undefined) throw absent(path.replaceAll('hl7:', ''));
  return found;
}

/** An attribute that a rule has required. */
export const text = (element: XmlElement, name: string): string => attr(element, name) ?? '';

/** Properties that have a value. */
export const defined = <T extends object>(of: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;

export function instanceId(element: XmlElement): InstanceId {
  const extension = attr(element, 'extension');
  return { root: text(element, 'root'), ...(extension === undefined ? {} : { extension }) };
}
