/**
 * What of a document can be changed once it is in the DMP, as FHIR says it (status, securityLabel, isArchived; PDSm flux 03)
 * and as the DMP does it: one of its transactions TD3.3a to d for one change (dmp-wire §1.2, §3.7).
 *
 * Visibility is a set of three codes beside the level of confidentiality (N, R or V): a patch changes the set, never the
 * level. Examples of PDSm4DMP write `MASQUE_PS` over the level: the level stays (spec fhir A.7).
 */
import type { CodeableConcept, DocumentReference, Extension } from '@medplum/fhirtypes';
import { extIsArchived } from './canonicals.ts';
import { concept } from './codecs/coded.ts';
import { statusTable } from './document-entry-rows.ts';
import { statuses } from './ebrim/schemes.ts';
import { IssueError, type Issue } from './outcome.ts';
import { isLabelScheme, schemes, systemToOid } from './terminology/systems.ts';
import { displayOf } from './terminology/valuesets.ts';
import type { DocumentEntry, XdsCode } from './xds.ts';

/** Whom a document is hidden from (JDV_J58, TRE_A07). */
export const visibilities = ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'] as const;
export type Visibility = (typeof visibilities)[number];
const levels: readonly string[] = ['N', 'R', 'V'];

/** PDSm4DMP writes visibilities in this system, which no terminology knows (TD3.3b). */
const mistaken = 'https://mos.esante.gouv.fr/NOS/TRE_A10-NiveauConfidentialite/FHIR/TRE-A10-NiveauConfidentialite';

/** PDSm's next edition marks a deletion by this extension, together with `superseded`. */
export const extIsDeleted = extIsArchived.replace('is-archived', 'is-deleted');

export type ChangeKind =
  | 'mask'
  | 'unmask'
  | 'show-patient'
  | 'show-representatives'
  | 'hide-patient'
  | 'hide-representatives'
  | 'archive'
  | 'unarchive'
  | 'delete';

/** The one thing that a patch changes, and the DMP transaction that does it. */
export type Change =
  | { kind: 'none' }
  /** A new metadata version with these confidentialityCodes. */
  | { kind: ChangeKind; transaction: 'TD3.3a' | 'TD3.3b'; confidentialityCodes: XdsCode[] }
  /** A new availabilityStatus (URNs). */
  | { kind: ChangeKind; transaction: 'TD3.3c' | 'TD3.3d'; from: string; to: string };

const isVisibility = (code: string): code is Visibility => (visibilities as readonly string[]).includes(code);

/** The visibility codes among an entry's confidentialityCodes. */
export const visibilityOf = (codes: readonly XdsCode[]): ReadonlySet<Visibility> =>
  new Set(codes.filter((c) => isLabelScheme(c.scheme)).flatMap(({ code }) => (isVisibility(code) ? [code] : [])));

/** The level (N, R, V) of an entry. */
export const levelOf = (codes: readonly XdsCode[]): string | undefined =>
  codes.find((c) => isLabelScheme(c.scheme) && levels.includes(c.code))?.code;

/** The codes with that visibility: all others stay, in their order. */
export function withVisibility(codes: readonly XdsCode[], wanted: ReadonlySet<Visibility>): XdsCode[] {
  const had = visibilityOf(codes);
  const scheme = schemes.visibility;
  const added = visibilities.filter((v) => wanted.has(v) && !had.has(v));
  return [
    ...codes.filter(({ code, scheme: of }) => !(isLabelScheme(of) && isVisibility(code)) || wanted.has(code)),
    ...added.map((code) => ({ code, scheme, display: displayOf(code, scheme) ?? code })),
  ];
}

/** What a list of labels asks for. */
interface Labels {
  levels: ReadonlySet<string>;
  visibility: ReadonlySet<Visibility>;
}

/** The codes of a label that are a level or a visibility, whatever of their two systems they stand in. */
export function codesOfLabel(label: CodeableConcept): string[] {
  return (label.coding ?? [])
    .filter(({ system }) => system === mistaken || isLabelScheme(systemToOid(system ?? '') ?? ''))
    .flatMap(({ code }) => (code !== undefined && (isVisibility(code) || levels.includes(code)) ? [code] : []));
}

/**
 * Reads labels, each of which must be known (JDV_J08) or one that the entry has already.
 * @throws IssueError code-unknown
 */
function labelsOf(labels: readonly CodeableConcept[], entry: DocumentEntry): Labels {
  const found = { levels: new Set<string>(), visibility: new Set<Visibility>() };
  const issues: Issue[] = [];
  labels.forEach((label, i) => {
    const codes = codesOfLabel(label);
    for (const code of codes) if (isVisibility(code)) found.visibility.add(code);
    for (const code of codes) if (levels.includes(code)) found.levels.add(code);
    const kept = concept.encode(label);
    if (codes.length > 0 || entry.confidentialityCodes.some((c) => c.code === kept?.code && c.scheme === kept.scheme))
      return;
    const given = label.coding?.[0];
    issues.push({
      key: 'code-unknown',
      expression: `DocumentReference.securityLabel[${i}]`,
      values: {
        code: [given?.system, given?.code].filter(Boolean).join('|').slice(0, 120) || '—',
        valueSet: 'JDV_J08',
      },
    });
  });
  if (issues.length > 0) throw new IssueError(issues);
  return found;
}

const labelPath = 'DocumentReference.securityLabel';

/** What adding or taking away one visibility is. */
const visibilityChanges: Record<
  Visibility,
  { added: ChangeKind; removed: ChangeKind; transaction: 'TD3.3a' | 'TD3.3b' }
> = {
  MASQUE_PS: { added: 'mask', removed: 'unmask', transaction: 'TD3.3a' },
  INVISIBLE_PATIENT: { added: 'hide-patient', removed: 'show-patient', transaction: 'TD3.3b' },
  INVISIBLE_REPRESENTANTS_LEGAUX: {
    added: 'hide-representatives',
    removed: 'show-representatives',
    transaction: 'TD3.3b',
  },
};

/** The changes of visibility that the labels ask for. @throws IssueError code-unknown, patch-level */
function labelChanges(entry: DocumentEntry, patched: DocumentReference): Change[] {
  const now = visibilityOf(entry.confidentialityCodes);
  const level = levelOf(entry.confidentialityCodes);
  const asked = labelsOf(patched.securityLabel ?? [], entry);
  // A patch that names no level keeps the one there is; a document without any may not be given one.
  if ([...asked.levels].some((l) => l !== level))
    throw new IssueError({ key: 'patch-level', expression: labelPath, values: { level: level ?? '—' } });
  return visibilities.flatMap((code): Change[] => {
    if (asked.visibility.has(code) === now.has(code)) return [];
    const { added, removed, transaction } = visibilityChanges[code];
    const kind = asked.visibility.has(code) ? added : removed;
    return [{ kind, transaction, confidentialityCodes: withVisibility(entry.confidentialityCodes, asked.visibility) }];
  });
}

const flag = (resource: DocumentReference, url: string): boolean | undefined => {
  const found = (resource.extension ?? []).filter((e: Extension) => e.url === url);
  const values = { element: 'extension', count: found.length, max: 1, rule: 'PDSm' };
  if (found.length > 1) throw new IssueError({ key: 'cardinality', expression: 'DocumentReference.extension', values });
  return found[0]?.valueBoolean;
};

/**
 * The changes of status that `status` and isArchived ask for together. Only Approved and Archived change (dmp-wire §3.7);
 * `superseded` alone is a deletion: what replaces a document says so in its own deposit.
 * @throws IssueError patch-transition, patch-deletion-incomplete, cardinality
 */
function statusChanges(entry: DocumentEntry, patched: DocumentReference): Change[] {
  const from = entry.availabilityStatus ?? statuses.approved;
  const row = statusTable.find((r) => r.urn === from) ?? statusTable[0];
  const archived = flag(patched, extIsArchived) ?? false;
  const isDeleted = flag(patched, extIsDeleted) ?? false;
  const statusStays = patched.status === row.status;
  if (isDeleted && patched.status === 'current')
    throw new IssueError({ key: 'patch-deletion-incomplete', expression: 'DocumentReference.status' });
  if (statusStays && archived === row.archived && !isDeleted) return [];
  // Only what is in force can be archived or deleted.
  if (row.status !== 'current')
    throw new IssueError({
      key: 'patch-transition',
      expression: 'DocumentReference.status',
      values: { status: row.status },
    });
  const moved: Change = {
    kind: archived ? 'archive' : 'unarchive',
    transaction: 'TD3.3d',
    from,
    to: archived ? statuses.archived : statuses.approved,
  };
  const deleted: Change = { kind: 'delete', transaction: 'TD3.3c', from, to: statuses.deleted };
  if (statusStays) return [moved];
  // What is deleted is not archived any more: a patch may say so, it is no second change.
  return archived && !row.archived ? [deleted, moved] : [deleted];
}

/**
 * The one change that a patch makes of a document.
 * @param entry as the registry has it now
 * @param patched its DocumentReference with the patch applied; of it only status, securityLabel and the extensions count
 * @param options `hiding`: whether a document that the patient or representatives see may be hidden from them (TD3.3b as
 * published only makes visible)
 * @throws IssueError code-unknown (400); patch-level, patch-transition, patch-several, patch-hiding,
 * patch-deletion-incomplete (422)
 */
export function changeOf(entry: DocumentEntry, patched: DocumentReference, options: { hiding: boolean }): Change {
  const changes = [...labelChanges(entry, patched), ...statusChanges(entry, patched)];
  const [change, ...more] = changes;
  if (!change) return { kind: 'none' };
  if (more.length > 0) {
    const said = changes.map((c) => c.kind).join(', ');
    throw new IssueError({ key: 'patch-several', expression: 'DocumentReference', values: { changes: said } });
  }
  if (change.kind.startsWith('hide-') && !options.hiding)
    throw new IssueError({ key: 'patch-hiding', expression: labelPath });
  return change;
}

/** The entry as the change leaves it: what the registry is given (a version), or will say (a status). */
export function changed(entry: DocumentEntry, change: Change): DocumentEntry {
  if (change.kind === 'none') return entry;
  return 'to' in change
    ? { ...entry, availabilityStatus: change.to }
    : { ...entry, confidentialityCodes: change.confidentialityCodes };
}

/** Whether an entry of the registry shows that the change was made. */
export function shows(entry: DocumentEntry, change: Change): boolean {
  if (change.kind === 'none') return true;
  if ('to' in change) return (entry.availabilityStatus ?? statuses.approved) === change.to;
  const [is, wanted] = [visibilityOf(entry.confidentialityCodes), visibilityOf(change.confidentialityCodes)];
  return visibilities.every((v) => is.has(v) === wanted.has(v));
}
