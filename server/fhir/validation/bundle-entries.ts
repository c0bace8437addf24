/**
 * The entries of a provide Bundle, sorted by what they are, each held against the request that it must have. Closed slicing:
 * an entry that is nothing of this is refused (PDSm comprehensive provide document bundle; MHD ITI-65 §3.65.4.1.2.1).
 */
import type {
  Binary,
  Bundle,
  BundleEntry,
  BundleEntryRequest,
  DocumentReference,
  List,
  Parameters,
  Patient,
  Resource,
} from '@medplum/fhirtypes';
import { mhdCodes } from '../../../mappings/canonicals.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import type { Entry } from './bundle-references.ts';
import { readPatchEntry, type PatchEntry } from './patch-entry.ts';
import { profiles } from './pdsm-rules.ts';

/** A folder to create, or to add documents to. */
export interface FolderEntry extends Entry<List> {
  /** Of a PUT: `List/<id>` or `List?identifier=…`. */
  update?: string;
}

/** A document to create, unless one that it names exists. */
export interface ReferenceEntry extends Entry<DocumentReference> {
  /** request.ifNoneExist */
  ifNoneExist?: string;
}

export interface Sorted {
  /** Submission sets. */
  lists: Entry<List>[];
  folders: FolderEntry[];
  references: ReferenceEntry[];
  binaries: Entry<Binary>[];
  patients: Entry<Patient>[];
  patches: PatchEntry[];
}

/** Sorts the entries; what is wrong with them is added to the issues. */
export function sortEntries(bundle: Bundle, issues: Issue[]): Sorted {
  const sorted: Sorted = { lists: [], folders: [], references: [], binaries: [], patients: [], patches: [] };
  const urls = new Set<string>();
  (bundle.entry ?? []).forEach((entry, index) => {
    const path = `Bundle.entry[${index}]`;
    if (entry.fullUrl !== undefined) {
      if (urls.has(entry.fullUrl))
        issues.push({ key: 'entry-duplicate', expression: `${path}.fullUrl`, values: { element: 'fullUrl' } });
      urls.add(entry.fullUrl);
    }
    const { resource } = entry;
    if (!resource)
      return void issues.push({
        key: 'required',
        expression: `${path}.resource`,
        values: { element: 'entry.resource', rule: profiles.provideBundle.name },
      });
    const at = <T extends Resource>(r: T): Entry<T> => ({
      index,
      resource: r,
      path: `${path}.resource`,
      ...(entry.fullUrl === undefined ? {} : { fullUrl: entry.fullUrl }),
    });
    switch (resource.resourceType) {
      case 'List': {
        if (!isFolder(resource)) sorted.lists.push(at(resource));
        else return void sorted.folders.push(folderEntry(at(resource), entry, path, issues));
        break;
      }
      case 'DocumentReference': {
        const ifNoneExist = entry.request?.ifNoneExist;
        sorted.references.push({ ...at(resource), ...(ifNoneExist === undefined ? {} : { ifNoneExist }) });
        break;
      }
      case 'Binary':
        sorted.binaries.push(at(resource));
        break;
      case 'Patient':
        sorted.patients.push(at(resource));
        break;
      case 'Parameters':
        if (requireRequest(entry, path, issues))
          sorted.patches.push(readPatchEntry(at<Parameters>(resource), entry.request, issues));
        return;
      case 'Bundle':
        return void issues.push({
          key: 'fhir-document-unsupported',
          expression: `${path}.resource`,
          upstream: { system: mhdCodes, code: 'FHIRDocumentNotSupported' },
        });
      default:
        return void issues.push({
          key: 'entry-type',
          expression: `${path}.resource`,
          values: { given: resource.resourceType },
        });
    }
    checkRequest(entry, resource.resourceType, path, issues);
  });
  countEntries(bundle, sorted, issues);
  return sorted;
}

/** Exactly one set; documents, unless the set is about folders or about documents that are in the DMP already. */
function countEntries(bundle: Bundle, { lists, references, folders, patients }: Sorted, issues: Issue[]): void {
  const count = (type: string, found: number, expected: string, min: number, max: number): void => {
    if (found < min || found > max)
      issues.push({ key: 'entry-count', expression: 'Bundle.entry', values: { type, count: found, expected } });
  };
  count('List (submissionset)', lists.length, '1', 1, 1);
  const other = folders.length > 0 || bundle.entry?.some((e) => e.resource?.resourceType === 'Bundle');
  if (!other) count('DocumentReference', references.length, '1..*', 1, Infinity);
  count('Patient', patients.length, '0..1', 0, 1);
}

const isFolder = (list: List): boolean => list.code?.coding?.some((c) => c.code === 'folder') ?? false;

function requireRequest({ request }: BundleEntry, path: string, issues: Issue[]): boolean {
  if (request) return true;
  const values = { element: 'entry.request', rule: profiles.provideBundle.name };
  issues.push({ key: 'required', expression: `${path}.request`, values });
  return false;
}

/** A folder is created (POST) or updated (PUT): MHDprovideFolderActions. */
function folderEntry(folder: Entry<List>, entry: BundleEntry, path: string, issues: Issue[]): FolderEntry {
  if (!requireRequest(entry, path, issues)) return folder;
  const { method, url = '' } = entry.request as Partial<BundleEntryRequest>;
  const update = /^\/?(List(?:\/[A-Za-z0-9\-.]{1,64}|\?[^#]*))$/.exec(url)?.[1];
  if (method === 'PUT' && update !== undefined) return { ...folder, update };
  if (method !== 'POST' || url.replace(/^\//, '') !== 'List')
    issues.push({
      key: 'entry-request',
      expression: `${path}.request`,
      values: { expected: 'POST List, PUT List/<id>' },
    });
  return folder;
}

/** A Patient may also be PUT or GET (MHDprovidePatientActions): it is only looked up here, never written to the DMP. */
function checkRequest(entry: BundleEntry, type: string, path: string, issues: Issue[]): void {
  if (!requireRequest(entry, path, issues)) return;
  const { method, url = '', ifNoneExist } = entry.request as Partial<BundleEntryRequest>;
  const patient = type === 'Patient' && (method === 'PUT' || method === 'GET');
  const target = url.replace(/^\//, '');
  if (patient ? target.split(/[/?]/)[0] !== 'Patient' : method !== 'POST' || target !== type)
    issues.push({ key: 'entry-request', expression: `${path}.request`, values: { expected: `POST ${type}` } });
  // Of a Patient nothing is created anyway.
  if (ifNoneExist !== undefined && type !== 'Patient' && type !== 'DocumentReference')
    issues.push({
      key: 'element-forbidden',
      expression: `${path}.request.ifNoneExist`,
      values: { element: 'ifNoneExist', rule: 'DocumentReference' },
    });
}
