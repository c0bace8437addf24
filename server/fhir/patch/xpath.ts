/**
 * The part of XPath by which XML Patch names a place (RFC 5261 §4.1, `sel`): child elements by name, `[n]`, `[last()]`, a
 * comparison with an attribute or with an element's attribute, and at the end `/@name`. Read by hand, on our own tree: no
 * engine, no functions, no axis that could be long.
 *
 * The document has one namespace: a prefix, or none, stands for it.
 */
import type { XmlNode } from '../../../mappings/xml/tree.ts';
import { badPath, maxPath } from './patch.ts';

type Predicate = { at: number | 'last' } | { path: string[]; attribute: string; value: string };

interface Step {
  name: string;
  predicates: Predicate[];
}

export interface Selector {
  steps: Step[];
  /** The place is this attribute of the element. */
  attribute?: string;
}

/** An element, where it stands. */
export interface XmlPlace {
  node: XmlNode;
  /** Undefined for the root. */
  parent?: XmlNode;
}

const understood =
  "f:DocumentReference/f:status/@value | f:DocumentReference/f:securityLabel[1] | f:DocumentReference/f:extension[@url='…']/f:valueBoolean/@value";

const element = /^(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z][A-Za-z0-9]{0,63})/;
const attribute = /^@([A-Za-z]{1,40})$/;
const position = /^\[\s*(?:position\(\)\s*=\s*)?(\d{1,4}|last\(\))\s*\]/;
const comparison =
  /^\[\s*((?:(?:[A-Za-z_][\w.-]{0,40}:)?[A-Za-z][A-Za-z0-9]{0,63}\/){0,5})@([A-Za-z]{1,40})\s*=\s*(?:'([^']*)'|"([^"]*)")\s*\]/;
const maxSteps = 20;

/** @throws IssueError patch-path, with what is understood */
export function parseSelector(text: string): Selector {
  const wrong = (): Error => badPath(text, 'RFC 5261 §4.1', understood);
  if (text.length > maxPath) throw wrong();
  let rest = text.trim().replace(/^\//, '');
  const steps: Step[] = [];
  for (;;) {
    const end = attribute.exec(rest);
    if (end && steps.length > 0) return { steps, attribute: end[1] ?? '' };
    const named = element.exec(rest);
    if (!named || steps.length > maxSteps) throw wrong();
    rest = rest.slice(named[0].length);
    const step: Step = { name: named[1] ?? '', predicates: [] };
    for (let found = predicateOf(rest); found; found = predicateOf(rest)) {
      step.predicates.push(found.predicate);
      rest = rest.slice(found.length);
    }
    steps.push(step);
    if (rest === '') return { steps };
    if (!rest.startsWith('/')) throw wrong();
    rest = rest.slice(1);
  }
}

function predicateOf(text: string): { predicate: Predicate; length: number } | undefined {
  const at = position.exec(text);
  if (at) return { predicate: { at: at[1] === 'last()' ? 'last' : Number(at[1]) }, length: at[0].length };
  const compared = comparison.exec(text);
  if (!compared) return undefined;
  const [whole, path = '', name = '', single, double] = compared;
  const steps = path
    .split('/')
    .filter(Boolean)
    .map((p) => p.slice(p.indexOf(':') + 1));
  return { predicate: { path: steps, attribute: name, value: single ?? double ?? '' }, length: whole.length };
}

/** The elements that a selector leads to (its attribute apart). */
export function selectNodes(root: XmlNode, { steps }: Selector): XmlPlace[] {
  const [first, ...rest] = steps;
  let places: XmlPlace[] = first?.name === root.name ? filtered([{ node: root }], first) : [];
  for (const step of rest) {
    places = places.flatMap(({ node }) => {
      const named = node.children.filter((c) => c.name === step.name).map((c): XmlPlace => ({ node: c, parent: node }));
      return filtered(named, step);
    });
  }
  return places;
}

const filtered = (places: XmlPlace[], { predicates }: Step): XmlPlace[] =>
  predicates.reduce<XmlPlace[]>((left, predicate) => {
    if ('at' in predicate) return left.slice(...(predicate.at === 'last' ? [-1] : [predicate.at - 1, predicate.at]));
    const { path, attribute: name, value } = predicate;
    return left.filter(({ node }) =>
      path
        .reduce<XmlNode[]>((nodes, child) => nodes.flatMap((n) => n.children.filter((c) => c.name === child)), [node])
        .some((n) => n.attrs[name] === value),
    );
  }, places);
