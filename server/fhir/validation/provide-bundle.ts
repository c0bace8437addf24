/**
 * A provide Bundle (ITI-65), validated and taken apart (what types call mandatory may still be missing while we look): which
 * entry is the set, which are the documents, which Binary belongs to which, which folders and which superseded documents go
 * with them.
 *
 * PDSm comprehensive provide document bundle; MHD ITI-65 §3.65.4.1.2; constr-attachmenturl, constr-relatesTo (constraints
 * of PDSm that have no FHIRPath).
 */
import type { Bundle, DocumentReference, List, Patient } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import { isWalkable, validateBase } from './engine.ts';
import { extensionIssues } from './extensions.ts';
import { invariantIssues } from './invariants.ts';
import { sortEntries, type FolderEntry, type ReferenceEntry, type Sorted } from './bundle-entries.ts';
import {
  checkListed,
  checkPatients,
  membersOf,
  pair,
  type Document,
  type Entry,
  type Members,
  type OutsideMember,
} from './bundle-references.ts';
import type { PatchEntry } from './patch-entry.ts';
import { bundleProfiles, profiles } from './pdsm-rules.ts';
import { relationIssues } from './relates-to.ts';
import { applyRules, type Edition } from './rules.ts';
import { uniqueIdentifierOf } from './set-identifier.ts';
import { unsupportedYet } from './unsupported.ts';

export interface ProvideBundle {
  edition: Edition;
  set: Entry<List>;
  /** In the order of the set. */
  documents: (Document & { reference: ReferenceEntry })[];
  /** Documents that the set lists and that exist already. */
  outside: OutsideMember[];
  folders: (FolderEntry & { members: Members })[];
  patches: PatchEntry[];
  patient?: Entry<Patient>;
}

/** Either parts, or errors; warnings in both cases. */
export interface ReadBundle {
  issues: Issue[];
  parts?: ProvideBundle;
}

/** Entries of a Bundle: five hundred documents with their Binaries. */
const mostEntries = 1000;
/** Members of its sets and folders together: each is looked up in the store, and what exists already in the DMP. */
const mostMembers = 1000;

/** Counted before anything is looked at closely: every further step takes its time with each of them. */
function sizeIssues(value: unknown): Issue[] {
  const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  const { entry } = (value ?? {}) as { entry?: unknown };
  const lists = (Array.isArray(entry) ? (entry as unknown[]) : []).map(
    (e) => (e as { resource?: { resourceType?: unknown; entry?: unknown } | null } | null)?.resource,
  );
  const members = lists.reduce((sum, r) => sum + (r?.resourceType === 'List' ? lengthOf(r.entry) : 0), 0);
  return [
    { element: 'Bundle.entry', count: lengthOf(entry), max: mostEntries },
    { element: 'List.entry', count: members, max: mostMembers },
  ]
    .filter(({ count, max }) => count > max)
    .map((values) => ({ key: 'set-too-large', expression: 'Bundle.entry', values }));
}

/** Validates any JSON value as a provide Bundle and takes it apart. Nothing is resolved outside of it. */
export function readProvideBundle(value: unknown): ReadBundle {
  const tooLarge = sizeIssues(value);
  if (tooLarge.length > 0) return { issues: tooLarge };
  const base = validateBase(value, 'Bundle');
  if (!isWalkable(base)) return { issues: base };
  const bundle = value as Bundle;
  const edition = editionOf(bundle);
  const issues = [
    ...base,
    ...applyRules(bundle, profiles.provideBundle.rules, 'Bundle', edition ?? 'pdsm', profiles.provideBundle.name),
  ];
  if (!edition) issues.push(claimsNone(bundle));
  const sorted = sortEntries(bundle, issues);
  // One by one: there may be more of them than a call takes arguments.
  for (const issue of checkEntries(sorted, edition)) issues.push(issue);
  const documents = pair(sorted, issues);
  const folders = sorted.folders.map((folder) => ({ ...folder, members: membersOf(folder, sorted, issues) }));
  const [set] = sorted.lists;
  const members: Members = set ? membersOf(set, sorted, issues) : { documents: [], folders: [], outside: [] };
  if (set) checkListed(members, sorted, issues);
  checkPatients(sorted, issues);
  const all = dedupe(issues);
  if (all.some((i) => (i.severity ?? 'error') === 'error') || !set || !edition) return { issues: all };
  return {
    issues: all,
    parts: {
      edition,
      set,
      documents: members.documents.flatMap((m) => documents.filter((d) => d.reference === m)),
      outside: members.outside,
      folders,
      patches: sorted.patches,
      ...(sorted.patients[0] ? { patient: sorted.patients[0] } : {}),
    },
  };
}

/** Every entry against its profile. */
function checkEntries({ lists, folders, references }: Sorted, edition: Edition | undefined): Issue[] {
  const profile = ({ resource, path }: Entry<List | DocumentReference>, name: keyof typeof profiles): Issue[] => [
    ...applyRules(resource, profiles[name].rules, path, edition ?? 'pdsm', profiles[name].name),
    ...extensionIssues(resource, path),
    ...(edition === 'mhd' ? [] : invariantIssues(resource, name, path)),
  ];
  return [
    ...lists.flatMap((set) => [
      ...profile(set, 'submissionSet'),
      ...unsupportedYet(set.resource, set.path),
      ...(edition === 'mhd' ? setUniqueId(set) : []),
    ]),
    ...folders.flatMap((folder) => [...profile(folder, 'folder'), ...unsupportedYet(folder.resource, folder.path)]),
    ...references.flatMap((document) => [
      ...profile(document, 'comprehensive'),
      ...unsupportedYet(document.resource, document.path),
      ...relationIssues(document.resource, document.path),
      ...(edition === 'mhd' ? sourcePatientId(document) : []),
    ]),
  ];
}

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
