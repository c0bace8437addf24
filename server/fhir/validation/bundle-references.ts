/** References inside a provide Bundle: R4 bundle.html#references, MHD ITI-65 §3.65.4.1.2. */
import type {
  Binary,
  DocumentReference,
  DocumentReferenceContent,
  List,
  ListEntry,
  Patient,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import { shown } from './shown.ts';

/** An entry with its place. */
export interface Entry<T extends Resource> {
  index: number;
  fullUrl?: string;
  resource: T;
  /** `Bundle.entry[2].resource` */
  path: string;
}

export interface Document {
  reference: Entry<DocumentReference>;
  binary: Entry<Binary>;
}

/**
 * The entry that a reference designates: by fullUrl; a relative one by the base of the entry that holds it (R4
 * bundle.html#references), and, since clients in the field write it so, by the id of the resource.
 */
export function resolveEntry<T extends Resource>(
  reference: string,
  from: { fullUrl?: string },
  entries: readonly Entry<T>[],
): Entry<T> | undefined {
  const exact = entries.find((e) => e.fullUrl === reference);
  if (exact || !/^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(reference)) return exact;
  const root = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[^/]+$/.exec(from.fullUrl ?? '')?.[1];
  return (
    (root === undefined ? undefined : entries.find((e) => e.fullUrl === root + reference)) ??
    entries.find((e) => e.resource.id !== undefined && `${e.resource.resourceType}/${e.resource.id}` === reference)
  );
}

/** A Patient entry is the subject of something in the set. */
export function checkPatients(
  {
    lists,
    folders,
    references,
    patients,
  }: {
    lists: readonly Entry<List>[];
    folders: readonly Entry<List>[];
    references: readonly Entry<DocumentReference>[];
    patients: readonly Entry<Patient>[];
  },
  issues: Issue[],
): void {
  const subjects = [...lists, ...folders, ...references].map((entry) => {
    const reference = entry.resource.subject?.reference;
    return reference === undefined ? undefined : resolveEntry(reference, entry, patients);
  });
  for (const patient of patients)
    if (!subjects.includes(patient))
      issues.push({ key: 'entry-unreferenced', expression: patient.path, values: { type: 'Patient' } });
}

/** Each document with its Binary (constr-attachmenturl). A Binary belongs to exactly one document. */
export function pair(
  { references, binaries }: { references: readonly Entry<DocumentReference>[]; binaries: readonly Entry<Binary>[] },
  issues: Issue[],
): Document[] {
  const used = new Set<Entry<Binary>>();
  const documents: Document[] = [];
  for (const reference of references) {
    const { content = [] } = reference.resource as Partial<DocumentReference>;
    content.forEach(({ attachment }: Partial<DocumentReferenceContent>, i) => {
      const url = attachment?.url;
      if (url === undefined) return;
      const expression = `${reference.path}.content[${i}].attachment.url`;
      const binary = resolveEntry(url, reference, binaries);
      if (!binary)
        return void issues.push({ key: 'reference-unresolved', expression, values: { reference: shown(url) } });
      if (used.has(binary))
        return void issues.push({ key: 'entry-duplicate', expression, values: { element: 'attachment.url' } });
      used.add(binary);
      documents.push({ reference, binary });
    });
  }
  for (const binary of binaries)
    if (!used.has(binary))
      issues.push({ key: 'entry-unreferenced', expression: binary.path, values: { type: 'Binary' } });
  return documents;
}

/** What a set or a folder lists that is not created with it: by a reference outside of the Bundle, or by an identifier. */
export interface OutsideMember {
  item: Reference;
  /** FHIRPath of the item */
  path: string;
}

/** The members of a List: documents of the Bundle in the order of the List, folders of the Bundle, and what is elsewhere. */
export interface Members {
  documents: Entry<DocumentReference>[];
  folders: Entry<List>[];
  outside: OutsideMember[];
}

/**
 * The members of a set or a folder. Whatever is neither in the Bundle nor looks like a document that may exist already is
 * an issue.
 */
export function membersOf(
  list: Entry<List>,
  { references, folders }: { references: readonly Entry<DocumentReference>[]; folders: readonly Entry<List>[] },
  issues: Issue[],
): Members {
  const members: Members = { documents: [], folders: [], outside: [] };
  const seen = new Set<unknown>();
  (list.resource.entry ?? []).forEach(({ item }: Partial<ListEntry>, i) => {
    const path = `${list.path}.entry[${i}].item`;
    const reference = item?.reference ?? '';
    const document = resolveEntry(reference, list, references);
    const folder = document ? undefined : resolveEntry(reference, list, folders);
    const known = document ?? folder ?? (reference === '' ? item?.identifier?.value : reference);
    if (seen.has(known))
      return void issues.push({ key: 'entry-duplicate', expression: path, values: { element: 'List.entry.item' } });
    seen.add(known);
    if (document) members.documents.push(document);
    else if (folder) members.folders.push(folder);
    else if (item && mayExist(item)) members.outside.push({ item, path });
    else
      issues.push({
        key: 'reference-unresolved',
        expression: `${path}.reference`,
        values: { reference: shown(reference) },
      });
  });
  return members;
}

/** Whether a reference can be to a document that exists: by id, by criteria, or by identifier alone. */
const mayExist = ({ reference, identifier }: Reference): boolean =>
  reference === undefined
    ? identifier?.value !== undefined
    : /(?:^|\/)DocumentReference(?:\/[A-Za-z0-9\-.]{1,64}$|\?)/.test(reference);

/** Documents and folders of the Bundle that the set does not list are refused. */
export function checkListed(
  members: Members,
  { references, folders }: { references: readonly Entry<DocumentReference>[]; folders: readonly Entry<List>[] },
  issues: Issue[],
): void {
  for (const document of references)
    if (!members.documents.includes(document))
      issues.push({ key: 'entry-unreferenced', expression: document.path, values: { type: 'DocumentReference' } });
  for (const folder of folders)
    if (!members.folders.includes(folder))
      issues.push({ key: 'entry-unreferenced', expression: folder.path, values: { type: 'List (folder)' } });
}
