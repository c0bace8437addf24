/**
 * XML Patch (RFC 5261) on the FHIR XML of the document: `add`, `replace` and `remove` of elements and attributes. The patch is
 * read by the façade's own XML reader (no DTD, no entity, bounded), the result by the FHIR one, as any FHIR XML that comes in.
 */
import type { CodeableConcept, DocumentReference } from '@medplum/fhirtypes';
import { IssueError } from '../../../mappings/outcome.ts';
import { el, serialize, type Element } from '../../../mappings/xml/build.ts';
import { parseXml, XmlError, type XmlNode } from '../../../mappings/xml/tree.ts';
import { readFhirXml } from '../xml/read.ts';
import { fhirNamespace } from '../xml/schema.ts';
import { writeFhirXml } from '../xml/write.ts';
import { malformed, maxBytes, notApplicable, requireCount, type Patch, type Touch } from './patch.ts';
import { parseSelector, selectNodes, type Selector, type XmlPlace } from './xpath.ts';

/** Of a patch: a few operations on three elements. */
const limits = { depth: 32, size: maxBytes, nodes: 5000 };
const kinds = ['add', 'replace', 'remove'] as const;
const positions = ['before', 'after', 'prepend', undefined] as const;

interface Operation {
  kind: (typeof kinds)[number];
  selector: Selector;
  sel: string;
  /** Elements that are added, or put in the place. */
  content: XmlNode[];
  /** Text, for an attribute. */
  text: string;
  pos: (typeof positions)[number];
  /** `add` of an attribute: its name. */
  attribute?: string;
}

/** @throws IssueError xml-malformed, patch-malformed, patch-path, patch-too-many */
export function readXmlPatch(bytes: Uint8Array): Patch {
  let root: XmlNode;
  try {
    root = parseXml(bytes, limits);
  } catch (error) {
    if (error instanceof XmlError) throw new IssueError({ key: 'xml-malformed', values: { detail: error.reason } });
    throw error;
  }
  if (root.name !== 'diff' && root.name !== 'patch') throw malformed('RFC 5261: <diff> add | replace | remove </diff>');
  requireCount(root.children.length);
  const list = root.children.map(operationOf);
  return { names: list.flatMap(namesOf), apply: (document) => apply(list, document) };
}

function operationOf(node: XmlNode, i: number): Operation {
  const wrong = (detail: string): IssueError => malformed(`diff/*[${i + 1}]: ${detail}`);
  const kind = kinds.find((k) => k === node.name);
  const { sel, pos, type } = node.attrs;
  if (!kind) throw wrong(kinds.join(' | '));
  if (sel === undefined) throw wrong('sel');
  if (!(positions as readonly unknown[]).includes(pos)) throw wrong('pos: before | after | prepend');
  if (type !== undefined && !/^@[A-Za-z]{1,40}$/.test(type)) throw wrong('type: @…');
  const selector = parseSelector(sel);
  const attribute = type?.slice(1);
  const takesText = attribute !== undefined || selector.attribute !== undefined;
  if (kind === 'replace' && !takesText && node.children.length !== 1) throw wrong('1 element');
  if (kind === 'add' && !takesText && node.children.length === 0) throw wrong('1..* elements');
  if (takesText && node.children.length > 0) throw wrong('text');
  if (kind === 'add' && selector.attribute !== undefined) throw wrong('type="@…"');
  const operation = {
    kind,
    selector,
    sel,
    content: node.children,
    text: node.text.trim(),
    pos: pos as Operation['pos'],
  };
  return attribute === undefined ? operation : { ...operation, attribute };
}

function namesOf({ kind, selector, content, attribute }: Operation): string[] {
  const [, top] = selector.steps;
  if (top) return [top.name];
  const isInside = kind === 'add' && attribute === undefined;
  return isInside ? content.map((c) => c.name) : ['*'];
}

function apply(list: readonly Operation[], document: DocumentReference): ReturnType<Patch['apply']> {
  const root = parseXml(writeFhirXml(document));
  const touched = list.map((operation, i) => perform(operation, root, i));
  const xml = serialize(elementOf(root, true));
  return { resource: readFhirXml(Buffer.from(xml)), touched };
}

function perform(operation: Operation, root: XmlNode, i: number): Touch {
  const { kind, selector, content, text, sel } = operation;
  const fail = (): IssueError => notApplicable(i, `${kind} ${sel.slice(0, 200)}`);
  const places = selectNodes(root, selector);
  const [place] = places;
  if (!place || places.length > 1) throw fail();
  const touch = touchOf(operation, place, root);
  const name = selector.attribute ?? operation.attribute;
  if (name !== undefined) {
    const isThere = Object.hasOwn(place.node.attrs, name);
    if (isThere === (kind === 'add')) throw fail();
    if (kind === 'remove') delete place.node.attrs[name];
    else place.node.attrs[name] = text;
    return touch;
  }
  const { parent, node } = place;
  const inside = kind === 'add' && (operation.pos === undefined || operation.pos === 'prepend');
  if (inside) {
    // Where RFC 5261 appends, FHIR has an order of elements; the reader does not ask for it.
    node.children.splice(operation.pos === 'prepend' ? 0 : node.children.length, 0, ...content);
    return touch;
  }
  // The resource as a whole is refused by what it touches; its place holds nothing else.
  if (!parent) return { element: '*' };
  const at = parent.children.indexOf(node);
  if (kind === 'add') parent.children.splice(operation.pos === 'before' ? at : at + 1, 0, ...content);
  else parent.children.splice(at, 1, ...(kind === 'replace' ? content : []));
  return touch;
}

/** The top element that an operation writes, and what it writes there. */
function touchOf({ kind, selector, content, pos }: Operation, { node }: XmlPlace, root: XmlNode): Touch {
  const [, top, ...below] = selector.steps;
  const atRoot = top === undefined && kind === 'add' && (pos === undefined || pos === 'prepend');
  const element = atRoot ? content[0]?.name : top?.name;
  if (element === undefined || (atRoot && content.some((c) => c.name !== element))) return { element: '*' };
  if (element === 'extension' && !atRoot && kind !== 'add') {
    const within = root.children.find((c) => c === node || contains(c, node));
    const url = within?.attrs['url'];
    return { element, ...(url === undefined ? {} : { url }) };
  }
  const isLabel = element === 'securityLabel' && (atRoot || (below.length === 0 && kind !== 'remove'));
  return {
    element,
    ...(isLabel && content[0] && selector.attribute === undefined ? { label: conceptOf(content[0]) } : {}),
  };
}

const contains = (node: XmlNode, wanted: XmlNode): boolean =>
  node.children.some((c) => c === wanted || contains(c, wanted));

/** The codings of a label, as far as its meaning needs them. */
const conceptOf = (label: XmlNode): CodeableConcept => ({
  coding: label.children
    .filter((c) => c.name === 'coding')
    .map((coding) => {
      const value = (name: string): string | undefined => coding.children.find((c) => c.name === name)?.attrs['value'];
      const [system, code] = [value('system'), value('code')];
      return { ...(system === undefined ? {} : { system }), ...(code === undefined ? {} : { code }) };
    }),
});

/** A node as it is written: all in FHIR's namespace, which is also that of content without any. */
function elementOf(node: XmlNode, isRoot = false): Element {
  if (node.ns !== '' && node.ns !== fhirNamespace) throw malformed(`xmlns="${fhirNamespace}"`);
  if (node.text.trim() !== '') throw malformed(`<${node.name} value="…"/>`);
  return el(
    node.name,
    { ...(isRoot ? { xmlns: fhirNamespace } : {}), ...node.attrs },
    node.children.map((c) => elementOf(c)),
  );
}
