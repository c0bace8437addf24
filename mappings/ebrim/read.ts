/**
 * Reading ebRIM / ebRS: registry objects, registry responses, ITI-18 and ITI-43 answers. Elements are found by
 * namespace and local name, in any order and under any prefix; what the model does not name is kept in `slots`,
 * `classifications` and `externalIdentifiers`. Source: IHE ITI TF-3 §4.2, TF-2 §3.18 and §3.43.
 */
import { defined } from '../defined.ts';
import type { Association, DocumentEntry, Folder, RegistryObjects, RegistryResponse, SubmissionSet } from '../xds.ts';
import { child, childrenOf, type XmlNode } from '../xml/tree.ts';
import { ClassificationReader, common, EbRimError, readIdentifiers, SlotReader, versioned } from './parts.ts';
import { documentSlots, identifiers, namespaces, packageNodes, schemes, stableDocument } from './schemes.ts';

const { rim, rs, xdsb, xop } = namespaces;

export { EbRimError } from './parts.ts';

/** One document of an ITI-43 answer: its bytes are in the part `cid`, or inline. */
export interface RetrievedDocument {
  homeCommunityId?: string;
  repositoryUniqueId: string;
  documentUniqueId: string;
  mimeType: string;
  /**
   * Content-ID of the part, without `cid:` and percent-decoded (RFC 2392). Servers write the part's own header either
   * way: compare with it both as written and percent-decoded.
   */
  cid?: string;
  /** base64, without white space */
  inline?: string;
}

function readDocument(node: XmlNode): DocumentEntry {
  const slots = new SlotReader(node);
  const classes = new ClassificationReader(node);
  const { known, extras } = readIdentifiers(node, identifiers.document);
  const s = schemes.document;
  // Field by field: spreading parts into one literal takes several times as long, and there are many entries.
  const entry: Partial<Record<keyof DocumentEntry, unknown>> = common(node);
  Object.assign(entry, versioned(node));
  entry.objectType = node.attrs['objectType'] ?? stableDocument;
  entry.mimeType = node.attrs['mimeType'] ?? 'application/octet-stream';
  for (const [slot, field] of documentSlots) {
    const isList = field === 'sourcePatientInfo' || field === 'referenceIdList';
    const value = isList ? slots.all(slot) : slots.one(slot);
    if (value !== undefined) entry[field] = value;
  }
  entry.authors = classes.authors(s.authors);
  for (const field of codeFields) {
    const code = classes.code(s[field]);
    if (code) entry[field] = code;
  }
  entry.confidentialityCodes = classes.codes(s.confidentialityCodes);
  entry.eventCodes = classes.codes(s.eventCodes);
  entry.patientId = known.patientId;
  entry.uniqueId = known.uniqueId;
  entry.slots = slots.rest();
  return Object.assign(entry, classes.extras(), extras) as DocumentEntry;
}

/** Classifications of which an entry has one at most. */
const codeFields = [
  'classCode',
  'typeCode',
  'formatCode',
  'healthcareFacilityTypeCode',
  'practiceSettingCode',
] as const;

function readSet(node: XmlNode, classes: ClassificationReader): SubmissionSet {
  const slots = new SlotReader(node);
  const { known, extras } = readIdentifiers(node, identifiers.submissionSet);
  const submissionTime = slots.one('submissionTime');
  if (submissionTime === undefined) throw new EbRimError('submissionTime is missing');
  const s = schemes.submissionSet;
  return defined({
    ...common(node),
    submissionTime,
    authors: classes.authors(s.authors),
    contentTypeCode: classes.code(s.contentTypeCode),
    intendedRecipients: slots.all('intendedRecipient'),
    ...known,
    slots: slots.rest(),
    ...classes.extras(),
    ...extras,
  });
}

function readFolder(node: XmlNode, classes: ClassificationReader): Folder {
  const slots = new SlotReader(node);
  const { known, extras } = readIdentifiers(node, identifiers.folder);
  return defined({
    ...common(node),
    ...versioned(node),
    lastUpdateTime: slots.one('lastUpdateTime'),
    codes: classes.codes(schemes.folder.codes),
    ...known,
    slots: slots.rest(),
    ...classes.extras(),
    ...extras,
  });
}

function readAssociation(node: XmlNode): Association {
  const { id, associationType: type, sourceObject: source, targetObject: target } = node.attrs;
  if (!type || !source || !target) throw new EbRimError('Association without type, source or target');
  return defined({ id, type, source, target, slots: new SlotReader(node).rest() });
}

/**
 * Reads a `rim:RegistryObjectList`. Objects that XDS does not know are passed over.
 * @throws EbRimError when an object lacks what identifies it
 */
export function readRegistryObjects(list: XmlNode): RegistryObjects {
  const objects: RegistryObjects = {
    documentEntries: [],
    submissionSets: [],
    folders: [],
    associations: [],
    objectRefs: [],
  };
  // XDS lets a Classification that names a package by its node stand beside it in the list (ITI TF-3 §4.2.1.2).
  const beside = new Map<string, string>();
  for (const node of childrenOf(list, 'Classification', rim)) {
    const { classifiedObject, classificationNode } = node.attrs;
    if (classifiedObject && classificationNode) beside.set(classifiedObject, classificationNode);
  }
  for (const node of list.children) {
    if (node.ns !== rim) continue;
    if (node.name === 'ExtrinsicObject') objects.documentEntries.push(readDocument(node));
    else if (node.name === 'Association') objects.associations.push(readAssociation(node));
    else if (node.name === 'ObjectRef') objects.objectRefs.push(node.attrs['id'] ?? '');
    else if (node.name === 'RegistryPackage') {
      const classes = new ClassificationReader(node);
      const kind = beside.get(node.attrs['id'] ?? '');
      if (classes.node(packageNodes.submissionSet) || kind === packageNodes.submissionSet) {
        objects.submissionSets.push(readSet(node, classes));
      } else if (classes.node(packageNodes.folder) || kind === packageNodes.folder) {
        objects.folders.push(readFolder(node, classes));
      } else throw new EbRimError('RegistryPackage that is neither a submission set nor a folder');
    }
  }
  return objects;
}

const lastWord = (urn: string | undefined): string => (urn ?? '').slice((urn ?? '').lastIndexOf(':') + 1);

/**
 * Reads an `rs:RegistryResponse` (or any answer that extends it): status and errors.
 * @throws EbRimError when the status is none of ebRS / IHE
 */
export function readRegistryResponse(node: XmlNode): RegistryResponse {
  const status = lastWord(node.attrs['status']);
  if (status !== 'Success' && status !== 'PartialSuccess' && status !== 'Failure') {
    throw new EbRimError('RegistryResponse without a known status');
  }
  const errors = childrenOf(child(node, 'RegistryErrorList', rs), 'RegistryError', rs).map((e) =>
    defined({
      code: e.attrs['errorCode'] ?? '',
      context: e.attrs['codeContext'],
      location: e.attrs['location'],
      severity: lastWord(e.attrs['severity']) === 'Warning' ? ('Warning' as const) : ('Error' as const),
    }),
  );
  return { status, errors };
}

/** Reads a `query:AdhocQueryResponse`. @throws EbRimError */
export function readAdhocQueryResponse(node: XmlNode): RegistryResponse & { total?: number; objects: RegistryObjects } {
  const list = child(node, 'RegistryObjectList', rim);
  const total = node.attrs['totalResultCount'];
  return {
    ...readRegistryResponse(node),
    ...(total !== undefined && /^\d+$/.test(total) ? { total: Number(total) } : {}),
    objects: readRegistryObjects(list ?? { name: 'RegistryObjectList', ns: rim, attrs: {}, children: [], text: '' }),
  };
}

function decodeCid(href: string): string {
  const cid = href.replace(/^cid:/i, '');
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}

/** Reads an `xdsb:RetrieveDocumentSetResponse`. @throws EbRimError */
export function readRetrieveResponse(node: XmlNode): RegistryResponse & { documents: RetrievedDocument[] } {
  const response = child(node, 'RegistryResponse', rs);
  if (!response) throw new EbRimError('RetrieveDocumentSetResponse without RegistryResponse');
  const documents = childrenOf(node, 'DocumentResponse', xdsb).map((d) => {
    const text = (name: string): string | undefined => child(d, name, xdsb)?.text.trim() || undefined;
    const repositoryUniqueId = text('RepositoryUniqueId');
    const documentUniqueId = text('DocumentUniqueId');
    if (!repositoryUniqueId || !documentUniqueId) throw new EbRimError('DocumentResponse without identifiers');
    const document = child(d, 'Document', xdsb);
    const href = child(document, 'Include', xop)?.attrs['href'];
    return defined({
      homeCommunityId: text('HomeCommunityId'),
      repositoryUniqueId,
      documentUniqueId,
      mimeType: text('mimeType') ?? 'application/octet-stream',
      ...(href !== undefined ? { cid: decodeCid(href) } : { inline: document?.text.replace(/\s+/g, '') }),
    });
  });
  return { ...readRegistryResponse(response), documents };
}
