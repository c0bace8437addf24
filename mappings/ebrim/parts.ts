/** The parts of registry objects in ebRIM, read: slots, classifications, external identifiers, what all objects carry. */
import { defined } from '../defined.ts';
import type { ExtraClassification, ExtraIdentifier, Slots, XdsAuthor, XdsCode } from '../xds.ts';
import { child, childrenOf, type XmlNode } from '../xml/tree.ts';
import { authorSlots, namespaces } from './schemes.ts';

const { rim } = namespaces;

/** The message is well-formed XML but not the ebRIM that was expected. The message names the rule, never the content. */
export class EbRimError extends Error {
  override name = 'EbRimError';
}

function valuesOf(slot: XmlNode): string[] {
  const values: string[] = [];
  for (const value of child(slot, 'ValueList', rim)?.children ?? [])
    if (value.name === 'Value' && value.ns === rim) values.push(value.text.trim());
  return values;
}

/** Slots that are taken out by name; the rest is handed back as it is. */
export class SlotReader {
  private readonly values = new Map<string, string[]>();
  constructor(node: XmlNode) {
    for (const slot of node.children) {
      if (slot.name !== 'Slot' || slot.ns !== rim) continue;
      const name = slot.attrs['name'] ?? '';
      const values = valuesOf(slot);
      const before = this.values.get(name);
      if (before) before.push(...values);
      else this.values.set(name, values);
    }
  }
  all(name: string): string[] {
    const found = this.values.get(name);
    if (!found) return [];
    this.values.delete(name);
    return found;
  }
  /** The one value; a slot with none or with several is no such slot: it stays among the rest. */
  one(name: string): string | undefined {
    const found = this.values.get(name);
    if (found?.length !== 1 || found[0] === '') return undefined;
    this.values.delete(name);
    return found[0];
  }
  rest(): Slots {
    return this.values.size === 0 ? {} : Object.fromEntries(this.values);
  }
}

const xmlLang = '{http://www.w3.org/XML/1998/namespace}lang';

function international(node: XmlNode | undefined): string | undefined {
  let first: XmlNode | undefined;
  for (const string of node?.children ?? []) {
    if (string.name !== 'LocalizedString' || string.ns !== rim) continue;
    if (/^fr/i.test(string.attrs[xmlLang] ?? '')) return string.attrs['value'] || undefined;
    first ??= string;
  }
  return first?.attrs['value'] || undefined;
}

function readAuthor(node: XmlNode): XdsAuthor {
  const slots = new SlotReader(node);
  const author: XdsAuthor = { institutions: [], roles: [], specialties: [], telecommunications: [], slots: {} };
  for (const [slot, field] of authorSlots) {
    if (field === 'person') {
      const person = slots.one(slot);
      if (person !== undefined) author.person = person;
    } else author[field] = slots.all(slot);
  }
  author.slots = slots.rest();
  return author;
}

function readCode(node: XmlNode): XdsCode {
  const display = international(child(node, 'Name', rim));
  return {
    code: node.attrs['nodeRepresentation'] ?? '',
    scheme: new SlotReader(node).one('codingScheme') ?? '',
    ...(display === undefined ? {} : { display }),
  };
}

function readExtra(node: XmlNode): ExtraClassification {
  const display = international(child(node, 'Name', rim));
  const { classificationScheme: scheme, classificationNode: classNode, nodeRepresentation: code = '' } = node.attrs;
  return {
    ...(scheme === undefined ? {} : { scheme }),
    ...(classNode === undefined ? {} : { node: classNode }),
    code,
    ...(display === undefined ? {} : { display }),
    slots: new SlotReader(node).rest(),
  };
}

/** The classifications of an object, taken out by scheme; what nobody takes is left in `extras`. */
export class ClassificationReader {
  /** Those not taken yet; a taken one leaves a gap. */
  private readonly nodes: (XmlNode | undefined)[];
  constructor(node: XmlNode) {
    this.nodes = childrenOf(node, 'Classification', rim);
  }
  private take(attribute: string, value: string, coded: boolean, limit = Infinity): XmlNode[] {
    const taken: XmlNode[] = [];
    for (let i = 0; i < this.nodes.length && taken.length < limit; i++) {
      const node = this.nodes[i];
      if (node?.attrs[attribute] !== value || (coded && !node.attrs['nodeRepresentation'])) continue;
      taken.push(node);
      this.nodes[i] = undefined;
    }
    return taken;
  }
  authors(scheme: string): XdsAuthor[] {
    return this.take('classificationScheme', scheme, false).map(readAuthor);
  }
  codes(scheme: string): XdsCode[] {
    return this.take('classificationScheme', scheme, true).map(readCode);
  }
  /** The first one; further ones stay. */
  code(scheme: string): XdsCode | undefined {
    const [first] = this.take('classificationScheme', scheme, true, 1);
    return first && readCode(first);
  }
  node(node: string): boolean {
    return this.take('classificationNode', node, false).length > 0;
  }
  extras(): { classifications?: ExtraClassification[] } {
    const rest = this.nodes.filter((n) => n !== undefined);
    return rest.length === 0 ? {} : { classifications: rest.map(readExtra) };
  }
}

export function readIdentifiers<K extends string>(
  node: XmlNode,
  table: Record<K, readonly [string, string]>,
): { known: Record<K, string>; extras: { externalIdentifiers?: ExtraIdentifier[] } } {
  const rest = childrenOf(node, 'ExternalIdentifier', rim);
  const known = {} as Record<K, string>;
  for (const field in table) {
    const [scheme, name] = table[field];
    const at = rest.findIndex((n) => n.attrs['identificationScheme'] === scheme);
    const value = at < 0 ? undefined : rest.splice(at, 1)[0]?.attrs['value'];
    if (!value) throw new EbRimError(`ExternalIdentifier ${name} is missing`);
    known[field] = value;
  }
  if (rest.length === 0) return { known, extras: {} };
  const externalIdentifiers = rest.map((n) => {
    const name = international(child(n, 'Name', rim));
    return {
      scheme: n.attrs['identificationScheme'] ?? '',
      value: n.attrs['value'] ?? '',
      ...(name === undefined ? {} : { name }),
    };
  });
  return { known, extras: { externalIdentifiers } };
}

/** What every registry object may carry. */
export function common(node: XmlNode): {
  id: string;
  homeCommunityId?: string;
  availabilityStatus?: string;
  title?: string;
  comments?: string;
} {
  const id = node.attrs['id'];
  if (!id) throw new EbRimError(`${node.name} without id`);
  return defined({
    id,
    homeCommunityId: node.attrs['home'],
    availabilityStatus: node.attrs['status'],
    title: international(child(node, 'Name', rim)),
    comments: international(child(node, 'Description', rim)),
  });
}

export function versioned(node: XmlNode): { logicalId?: string; version?: string } {
  return defined({ logicalId: node.attrs['lid'], version: child(node, 'VersionInfo', rim)?.attrs['versionName'] });
}
