/**
 * The simulator's own ebRIM model: everything that an object says is kept, in order, whether or not a specification
 * names it, so that what was submitted is what a query returns. Source: ebRIM 3.0, IHE ITI TF-3 §4.2.
 */
import { attr, attrNs, children, type XmlElement } from '../dom.ts';
import { entryScheme, folderNode, ns } from './vocabulary.ts';

export interface Slot {
  name: string;
  values: string[];
}

/** One LocalizedString. */
export interface LocalText {
  value: string;
  charset?: string;
  lang?: string;
}

export interface Classification {
  id: string;
  classificationScheme?: string;
  classificationNode?: string;
  classifiedObject: string;
  nodeRepresentation?: string;
  slots: Slot[];
  name: LocalText[];
  description: LocalText[];
}

export interface ExternalIdentifier {
  id: string;
  identificationScheme: string;
  registryObject: string;
  value: string;
  name: LocalText[];
}

/** An ExtrinsicObject (document entry) or a RegistryPackage (submission set, folder). */
export interface RegistryObject {
  kind: 'ExtrinsicObject' | 'RegistryPackage';
  id: string;
  lid?: string;
  home?: string;
  objectType?: string;
  status?: string;
  mimeType?: string;
  isOpaque?: string;
  slots: Slot[];
  name: LocalText[];
  description: LocalText[];
  /** VersionInfo/@versionName */
  version?: string;
  classifications: Classification[];
  identifiers: ExternalIdentifier[];
}

export interface Association {
  id: string;
  lid?: string;
  status?: string;
  associationType: string;
  sourceObject: string;
  targetObject: string;
  slots: Slot[];
  name: LocalText[];
}

/** What a RegistryObjectList holds. */
export interface ObjectList {
  documents: RegistryObject[];
  /** Packages that are not folders. */
  sets: RegistryObject[];
  folders: RegistryObject[];
  associations: Association[];
  objectRefs: string[];
  /** Local names of what is no part of a submission, or of what ebRIM does not have there. */
  unexpected: string[];
}

export interface Coded {
  code: string;
  system: string;
  display?: string;
}

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

const rim = (element: XmlElement, name: string): boolean => element.namespaceUri === ns.rim && element.name === name;

/** Reads a rim:RegistryObjectList. Classifications that stand beside their object are brought to it. */
export function readObjectList(list: XmlElement): ObjectList {
  const found: ObjectList = { documents: [], sets: [], folders: [], associations: [], objectRefs: [], unexpected: [] };
  const loose: Classification[] = [];
  const packages: RegistryObject[] = [];
  for (const element of children(list)) {
    if (rim(element, 'ExtrinsicObject')) found.documents.push(readObject(element, 'ExtrinsicObject', found.unexpected));
    else if (rim(element, 'RegistryPackage')) packages.push(readObject(element, 'RegistryPackage', found.unexpected));
    else if (rim(element, 'Association')) found.associations.push(readAssociation(element, found.unexpected));
    else if (rim(element, 'Classification')) loose.push(readClassification(element, found.unexpected));
    else if (rim(element, 'ObjectRef')) found.objectRefs.push(attr(element, 'id') ?? '');
    else found.unexpected.push(element.name);
  }
  for (const classification of loose) {
    const owner = [...packages, ...found.documents].find((o) => o.id === classification.classifiedObject);
    if (owner === undefined) found.unexpected.push('Classification');
    else owner.classifications.push(classification);
  }
  for (const candidate of packages) {
    const folder = candidate.classifications.some((c) => c.classificationNode === folderNode);
    (folder ? found.folders : found.sets).push(candidate);
  }
  return found;
}

function readObject(element: XmlElement, kind: RegistryObject['kind'], unexpected: string[]): RegistryObject {
  const object: RegistryObject = {
    kind,
    id: attr(element, 'id') ?? '',
    ...optional(element, ['lid', 'home', 'objectType', 'status', 'mimeType', 'isOpaque']),
    slots: [],
    name: [],
    description: [],
    classifications: [],
    identifiers: [],
  };
  for (const child of children(element)) {
    if (rim(child, 'Slot')) object.slots.push(readSlot(child));
    else if (rim(child, 'Name')) object.name = readText(child);
    else if (rim(child, 'Description')) object.description = readText(child);
    else if (rim(child, 'VersionInfo')) object.version = attr(child, 'versionName') ?? '1';
    else if (rim(child, 'Classification')) object.classifications.push(readClassification(child, unexpected));
    else if (rim(child, 'ExternalIdentifier')) object.identifiers.push(readIdentifier(child));
    else unexpected.push(child.name);
  }
  return object;
}

function optional<K extends string>(element: XmlElement, names: K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = attr(element, name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** One rim:Slot. */
export function readSlot(element: XmlElement): Slot {
  const values = children(element)
    .filter((list) => rim(list, 'ValueList'))
    .flatMap((list) => children(list).filter((value) => rim(value, 'Value')));
  return { name: attr(element, 'name') ?? '', values: values.map((v) => v.content.trim()) };
}

function readText(element: XmlElement): LocalText[] {
  return children(element)
    .filter((child) => rim(child, 'LocalizedString'))
    .map((child) => {
      const lang = attrNs(child, xmlNamespace, 'lang');
      return {
        value: attr(child, 'value') ?? '',
        ...optional(child, ['charset']),
        ...(lang === undefined ? {} : { lang }),
      };
    });
}

function readClassification(element: XmlElement, unexpected: string[]): Classification {
  const classification: Classification = {
    id: attr(element, 'id') ?? '',
    ...optional(element, ['classificationScheme', 'classificationNode', 'nodeRepresentation']),
    classifiedObject: attr(element, 'classifiedObject') ?? '',
    slots: [],
    name: [],
    description: [],
  };
  for (const child of children(element)) {
    if (rim(child, 'Slot')) classification.slots.push(readSlot(child));
    else if (rim(child, 'Name')) classification.name = readText(child);
    else if (rim(child, 'Description')) classification.description = readText(child);
    else unexpected.push(child.name);
  }
  return classification;
}

function readIdentifier(element: XmlElement): ExternalIdentifier {
  const name = children(element).find((child) => rim(child, 'Name'));
  return {
    id: attr(element, 'id') ?? '',
    identificationScheme: attr(element, 'identificationScheme') ?? '',
    registryObject: attr(element, 'registryObject') ?? '',
    value: attr(element, 'value') ?? '',
    name: name === undefined ? [] : readText(name),
  };
}

function readAssociation(element: XmlElement, unexpected: string[]): Association {
  const association: Association = {
    id: attr(element, 'id') ?? '',
    ...optional(element, ['lid', 'status']),
    associationType: attr(element, 'associationType') ?? '',
    sourceObject: attr(element, 'sourceObject') ?? '',
    targetObject: attr(element, 'targetObject') ?? '',
    slots: [],
    name: [],
  };
  for (const child of children(element)) {
    if (rim(child, 'Slot')) association.slots.push(readSlot(child));
    else if (rim(child, 'Name')) association.name = readText(child);
    else unexpected.push(child.name);
  }
  return association;
}

/** Every value of a slot; empty when the slot is absent. */
export const slotValues = (object: { slots: Slot[] }, name: string): string[] =>
  object.slots.filter((s) => s.name === name).flatMap((s) => s.values);

/** The first value of a slot. */
export const slotValue = (object: { slots: Slot[] }, name: string): string | undefined => slotValues(object, name)[0];

/** Classifications of one scheme. */
export const classifiedBy = (object: RegistryObject, scheme: string): Classification[] =>
  object.classifications.filter((c) => c.classificationScheme === scheme);

/** Coded values of one scheme. */
export const codes = (object: RegistryObject, scheme: string): Coded[] =>
  classifiedBy(object, scheme).map((c) => ({
    code: c.nodeRepresentation ?? '',
    system: slotValue(c, 'codingScheme') ?? '',
    ...(c.name[0] === undefined ? {} : { display: c.name[0].value }),
  }));

/** Value of an external identifier. */
export const identifier = (object: RegistryObject, scheme: string): string | undefined =>
  object.identifiers.find((i) => i.identificationScheme === scheme)?.value;

/** uniqueId of a document entry. */
export const uniqueIdOf = (entry: RegistryObject): string => identifier(entry, entryScheme.uniqueId) ?? '';
