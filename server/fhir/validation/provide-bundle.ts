/**
 * A provide Bundle (ITI-65), validated and taken apart (what types call mandatory may still be missing while we look): which entry is the set, which are the documents, which Binary
 * belongs to which. Closed slicing: an entry that is nothing of this is refused.
 *
 * PDSm comprehensive provide document bundle; MHD ITI-65 §3.65.4.1.2; constr-attachmenturl, constr-relatesTo (constraints
 * of PDSm that have no FHIRPath).
 */
import type {
  Binary,
  Bundle,
  BundleEntry,
  BundleEntryRequest,
  DocumentReference,
  List,
  Patient,
  Resource,
} from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import { validateBase } from './engine.ts';
import { bundleProfiles, profiles } from './pdsm-rules.ts';
import { checkMembers, checkPatients, pair, type Document, type Entry } from './bundle-references.ts';
import { applyRules, type Edition } from './rules.ts';
import { uniqueIdentifierOf } from './set-identifier.ts';
import { unsupportedYet } from './unsupported.ts';

export interface ProvideBundle {
  edition: Edition;
  set: Entry<List>;
  documents: Document[];
  patient?: Entry<Patient>;
}

/** Either parts, or errors; warnings in both cases. */
export interface ReadBundle {
  issues: Issue[];
  parts?: ProvideBundle;
}

/** Validates any JSON value as a provide Bundle and takes it apart. Nothing is resolved outside of it. */
export function readProvideBundle(value: unknown): ReadBundle {
  const base = validateBase(value, 'Bundle');
  if (base.some((i) => i.key === 'body-missing' || i.key === 'wrong-resource-type' || unsafe.has(i.key)))
    return { issues: base };
  const bundle = value as Bundle;
  const edition = editionOf(bundle);
  const issues = [
    ...base,
    ...applyRules(bundle, profiles.provideBundle.rules, 'Bundle', edition ?? 'pdsm', profiles.provideBundle.name),
  ];
  if (!edition) issues.push(claimsNone(bundle));
  const sorted = sort(bundle, issues);
  for (const set of sorted.lists) {
    issues.push(
      ...applyRules(
        set.resource,
        profiles.submissionSet.rules,
        set.path,
        edition ?? 'pdsm',
        profiles.submissionSet.name,
      ),
    );
    issues.push(...unsupportedYet(set.resource, set.path));
    if (edition === 'mhd') issues.push(...setUniqueId(set));
  }
  for (const document of sorted.references) {
    issues.push(
      ...applyRules(
        document.resource,
        profiles.comprehensive.rules,
        document.path,
        edition ?? 'pdsm',
        profiles.comprehensive.name,
      ),
    );
    issues.push(...unsupportedYet(document.resource, document.path));
    if (edition === 'mhd') issues.push(...sourcePatientId(document));
  }
  const documents = pair(sorted, issues);
  const members = checkMembers(sorted, issues);
  checkPatients(sorted, issues);
  const [set] = sorted.lists;
  const all = dedupe(issues);
  if (all.some((i) => (i.severity ?? 'error') === 'error') || !set || !edition) return { issues: all };
  const inOrder = members.flatMap((m) => documents.filter((d) => d.reference === m));
  return {
    issues: all,
    parts: { edition, set, documents: inOrder, ...(sorted.patients[0] ? { patient: sorted.patients[0] } : {}) },
  };
}

/** Findings of the shape after which the entries cannot be walked. */
const unsafe = new Set(['json-type', 'resource-unknown', 'value-empty', 'structure']);

const supported = Object.keys(bundleProfiles)
  .filter((url) => bundleProfiles[url] !== 'refused')
  .join(', ');

/** PDSm's profile is the narrower: it wins when both are claimed. */
function editionOf(bundle: Bundle): Edition | undefined {
  const claimed = (bundle.meta?.profile ?? []).map((url) => bundleProfiles[url.split('|')[0] ?? '']);
  if (claimed.includes('pdsm')) return 'pdsm';
  return claimed.includes('mhd') ? 'mhd' : undefined;
}

function claimsNone({ meta }: Bundle): Issue {
  const expression = 'Bundle.meta.profile';
  if (meta?.profile?.length) return { key: 'profile-unsupported', expression, values: { supported } };
  return { key: 'required', expression, values: { element: 'meta.profile', rule: profiles.provideBundle.name } };
}

interface Sorted {
  lists: Entry<List>[];
  references: Entry<DocumentReference>[];
  binaries: Entry<Binary>[];
  patients: Entry<Patient>[];
}

function sort(bundle: Bundle, issues: Issue[]): Sorted {
  const sorted: Sorted = { lists: [], references: [], binaries: [], patients: [] };
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
      case 'List':
        if (isFolder(resource)) return void issues.push(later('List (folder)', `${path}.resource`));
        sorted.lists.push(at(resource));
        break;
      case 'DocumentReference':
        sorted.references.push(at(resource));
        break;
      case 'Binary':
        sorted.binaries.push(at(resource));
        break;
      case 'Patient':
        sorted.patients.push(at(resource));
        break;
      case 'Parameters':
        return void issues.push(later('PATCH DocumentReference', `${path}.resource`));
      case 'Bundle':
        return void issues.push(later('FHIR Document', `${path}.resource`));
      default:
        return void issues.push({
          key: 'entry-type',
          expression: `${path}.resource`,
          values: { given: resource.resourceType },
        });
    }
    checkRequest(entry, resource.resourceType, path, issues);
  });
  count('List (submissionset)', sorted.lists.length, '1', 1, 1, issues);
  const alone = !bundle.entry?.some((e) => e.resource?.resourceType === 'Bundle');
  if (alone) count('DocumentReference', sorted.references.length, '1..*', 1, Infinity, issues);
  count('Patient', sorted.patients.length, '0..1', 0, 1, issues);
  return sorted;
}

function count(type: string, found: number, expected: string, min: number, max: number, issues: Issue[]): void {
  if (found < min || found > max)
    issues.push({ key: 'entry-count', expression: 'Bundle.entry', values: { type, count: found, expected } });
}

const later = (detail: string, expression: string): Issue => ({
  key: 'not-supported-yet',
  expression,
  values: { detail },
});

const isFolder = (list: List): boolean => list.code?.coding?.some((c) => c.code === 'folder') ?? false;

/** A Patient may also be PUT or GET (MHDprovidePatientActions): it is only looked up here, never written to the DMP. */
function checkRequest(entry: BundleEntry, type: string, path: string, issues: Issue[]): void {
  const { request } = entry;
  if (!request)
    return void issues.push({
      key: 'required',
      expression: `${path}.request`,
      values: { element: 'entry.request', rule: profiles.provideBundle.name },
    });
  const { method, url = '' } = request as Partial<BundleEntryRequest>;
  const patient = type === 'Patient' && (method === 'PUT' || method === 'GET');
  const target = url.replace(/^\//, '');
  if (patient ? target.split(/[/?]/)[0] !== 'Patient' : method !== 'POST' || target !== type)
    issues.push({ key: 'entry-request', expression: `${path}.request`, values: { expected: `POST ${type}` } });
  if (request.ifNoneExist !== undefined && !patient && type !== 'Patient')
    issues.push(later('ifNoneExist', `${path}.request.ifNoneExist`));
}

/**
 * XDS asks for more than the profiles (ITI TF-3 table 4.3.1-3, column XDS DS), and IHE's test suites refuse without it: asked
 * of a Bundle that claims IHE MHD. A PDSm Bundle may leave it out, as PDSm's own ITI-65 examples do; it is then minted.
 */
function setUniqueId({ resource, path }: Entry<List>): Issue[] {
  if (uniqueIdentifierOf(resource)) return [];
  return [
    {
      key: 'required',
      expression: `${path}.identifier`,
      values: { element: 'List.identifier (uniqueId)', rule: 'ITI TF-3 4.3.1-3' },
    },
  ];
}

/** XDS sourcePatientId is mandatory (XDS DS): the local identifier in the contained Patient. */
function sourcePatientId({ resource, path }: Entry<DocumentReference>): Issue[] {
  const id = resource.context?.sourcePatientInfo?.reference?.replace(/^#/, '');
  const patient = resource.contained?.find((c): c is Patient => c.resourceType === 'Patient' && c.id === id);
  if (!patient || patient.identifier?.length) return [];
  const expression = `${path}.contained[${resource.contained?.indexOf(patient) ?? 0}].identifier`;
  return [
    {
      key: 'required',
      expression,
      values: { element: 'sourcePatientInfo → Patient.identifier', rule: 'ITI TF-3 4.3.1-3' },
    },
  ];
}

function dedupe(issues: Issue[]): Issue[] {
  const seen = new Set<string>();
  return issues.filter((i) => {
    const key = `${i.key} ${i.expression ?? ''} ${JSON.stringify(i.values?.key ?? '')}`;
    return !seen.has(key) && seen.add(key);
  });
}
