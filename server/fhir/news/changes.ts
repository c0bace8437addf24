/**
 * What was collected, told apart: one change a document. A document is the same as long as its logicalId is: its entryUUID
 * and version change with its metadata, and a replacement is another document (dmp-wire §3.7; spec fhir.md A.7).
 */
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { type Collected, isReplacement, type Membership, type StatusChange } from './collect.ts';

/** Codes of `CodeSystem/document-change` (profiles/document-change-codes.json). */
export type ChangeCode = 'new' | 'replacement' | 'replaced' | 'updated' | 'archived' | 'unarchived' | 'deleted';

export interface Change {
  code: ChangeCode;
  /** When the registry was told of it: submissionTime of the last set that touched the document, epoch ms. */
  at: number;
  /** The document as it is now. */
  entry: DocumentEntry;
}

/** A document that was deleted and that the registry does not give any more: only its entryUUID is known. */
export interface Vanished {
  entryUuid: string;
  at: number;
}

export interface Changes {
  /** In the order of their instants. */
  changes: Change[];
  vanished: Vanished[];
}

/** One document, all its versions that were found. */
interface Logical {
  current: DocumentEntry;
  /** Of every version, and the logicalId. */
  ids: Set<string>;
}

/** @param collected since an instant */
export function changesIn(collected: Collected): Changes {
  const { members, statusChanges, relations } = collected;
  const logical = byLogicalId(collected.entries);
  const replacements = relations.filter(isReplacement);
  const changes: Change[] = [];
  for (const { current, ids } of logical) {
    const replacing = replacements.filter((r) => ids.has(r.target) && members.has(r.source));
    const touched = [
      ...[...ids].flatMap((id) => [members.get(id)?.at, statusChanges.get(id)?.at]),
      ...replacing.map((r) => members.get(r.source)?.at),
    ].filter((at) => at !== undefined);
    // What only stands at the far end of an older relation has not changed.
    if (touched.length === 0) continue;
    const at = Math.max(...touched);
    const status = latest([...ids].flatMap((id) => statusChanges.get(id) ?? []));
    const code = codeOf(
      current,
      status,
      replacing.length > 0,
      isNew(current, ids, members),
      replacements.some((r) => ids.has(r.source)),
    );
    changes.push({ code, at, entry: current });
  }
  const found = new Set(collected.entries.map((e) => e.id));
  const vanished = [...statusChanges]
    .filter(([id, { to }]) => to === statuses.deleted && !found.has(id))
    .map(([entryUuid, { at }]) => ({ entryUuid, at }));
  return { changes: changes.sort((a, b) => a.at - b.at), vanished };
}

/** The strongest thing that happened: what a client must do with the document, whatever else happened before. */
function codeOf(
  { availabilityStatus: now }: DocumentEntry,
  status: StatusChange | undefined,
  wasReplaced: boolean,
  isFirst: boolean,
  replaces: boolean,
): ChangeCode {
  if (now === statuses.deleted || (now === undefined && status?.to === statuses.deleted)) return 'deleted';
  if (now === statuses.deprecated || wasReplaced) return 'replaced';
  if (isFirst) return replaces ? 'replacement' : 'new';
  if (status?.to === statuses.archived && now !== statuses.approved) return 'archived';
  if (status?.from === statuses.archived && now !== statuses.archived) return 'unarchived';
  return 'updated';
}

/**
 * Whether its first version came with one of the sets. That version's entryUUID is the logicalId; but a registry may have
 * its associations follow a document from version to version, and then the sets tell: one of them did not say
 * PreviousVersion while another did, or they are as many as there are versions.
 */
function isNew(
  { id, logicalId, version }: DocumentEntry,
  ids: ReadonlySet<string>,
  members: Collected['members'],
): boolean {
  const own = [...ids].flatMap((name) => members.get(name) ?? []);
  const sum = (pick: (m: Membership) => number): number => own.reduce((n, m) => n + pick(m), 0);
  const versions = Number(version ?? 1);
  if (own.length === 0) return false;
  if (logicalId === undefined || logicalId === id) return versions <= 1;
  if (members.has(logicalId)) return true;
  return (sum((m) => m.firsts) > 0 && sum((m) => m.updates) > 0) || (versions > 1 && sum((m) => m.sets) >= versions);
}

const latest = (changes: readonly StatusChange[]): StatusChange | undefined =>
  changes.reduce<StatusChange | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);

function byLogicalId(entries: readonly DocumentEntry[]): Logical[] {
  const all = new Map<string, Logical>();
  for (const entry of entries) {
    const key = entry.logicalId ?? entry.id;
    const known = all.get(key);
    if (!known) all.set(key, { current: entry, ids: new Set([key, entry.id]) });
    else {
      known.ids.add(entry.id);
      if (Number(entry.version ?? 1) > Number(known.current.version ?? 1)) known.current = entry;
    }
  }
  return [...all.values()];
}

/** What a document has become that was found with another status than before, without a set that tells of it. */
export const codeOfStatus: Readonly<Record<string, ChangeCode>> = {
  [statuses.deleted]: 'deleted',
  [statuses.archived]: 'archived',
  [statuses.approved]: 'unarchived',
  [statuses.deprecated]: 'replaced',
};
