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

/** Slots that are taken out by name; the rest is handed back as it is. */
export class SlotReader {
  private readonly values = new Map<string, string[]>();
  constructor(node: XmlNode) {
    for (const slot of childrenOf(node, 'Slot', rim)) {
      const name = slot.attrs['name'] ?? '';
      const values = childrenOf(child(slot, 'ValueList', rim), 'Value', rim).map((v) => v.text.trim());
      const before = this.values.get(name);
      if (before) before.push(...values);
      else this.values.set(name, values);
    }
  }
  all(name: string): string[] {
    const found = this.values.get(name) ?? [];
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
    return Object.fromEntries(this.values);
  }
}

function international(node: XmlNode | undefined): string | undefined {
  const strings = childrenOf(node, 'LocalizedString', rim);
  const xmlLang = '{http://www.w3.org/XML/1998/namespace}lang';
  const french = strings.find((s) => s.attrs[xmlLang]?.toLowerCase().startsWith('fr'));
  return (french ?? strings[0])?.attrs['value'] || undefined;
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
  private readonly nodes: XmlNode[];
  constructor(node: XmlNode) {
    this.nodes = childrenOf(node, 'Classification', rim);
  }
  private take(accept: (node: XmlNode) => boolean, limit = Infinity): XmlNode[] {
    const taken: XmlNode[] = [];
    for (let i = 0; i < this.nodes.length && taken.length < limit;) {
      const node = this.nodes[i] as XmlNode;
      if (accept(node)) taken.push(...this.nodes.splice(i, 1));
      else i++;
    }
    return taken;
  }
  authors(scheme: string): XdsAuthor[] {
    return this.take((n) => n.attrs['classificationScheme'] === scheme).map(readAuthor);
  }
  codes(scheme: string, limit = Infinity): XdsCode[] {
    const coded = (n: XmlNode): boolean =>
      n.attrs['classificationScheme'] === scheme && !!n.attrs['nodeRepresentation'];
    return this.take(coded, limit).map(readCode);
  }
  node(node: string): boolean {
    return this.take((n) => n.attrs['classificationNode'] === node).length > 0;
  }
  extras(): { classifications?: ExtraClassification[] } {
    return this.nodes.length === 0 ? {} : { classifications: this.nodes.map(readExtra) };
  }
}

export function readIdentifiers<K extends string>(
  node: XmlNode,
  table: Record<K, readonly [string, string]>,
): { known: Record<K, string>; extras: { externalIdentifiers?: ExtraIdentifier[] } } {
  const rest = childrenOf(node, 'ExternalIdentifier', rim);
  const known = {} as Record<K, string>;
  for (const [field, [scheme, name]] of Object.entries(table) as [K, readonly [string, string]][]) {
    const at = rest.findIndex((n) => n.attrs['identificationScheme'] === scheme);
    const value = at < 0 ? undefined : rest.splice(at, 1)[0]?.attrs['value'];
    if (!value) throw new EbRimError(`ExternalIdentifier ${name} is missing`);
    known[field] = value;
  }
  const externalIdentifiers = rest.map((n) => {
    const name = international(child(n, 'Name', rim));
    return {
      scheme: n.attrs['identificationScheme'] ?? '',
      value: n.attrs['value'] ?? '',
      ...(name === undefined ? {} : { name }),
    };
  });
  return { known, extras: externalIdentifiers.length === 0 ? {} : { externalIdentifiers } };
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
