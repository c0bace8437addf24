/**
 * What ties a submission together and to the registry: members of the set and of its folders, and relations between
 * documents (ITI TF-3 §4.2.2).
 */
import { relationTable } from '../../../mappings/relates-to.ts';
import type { Association, SubmissionSet } from '../../../mappings/xds.ts';
import type { PreparedFolder } from './folders.ts';
import type { Relation } from './relations.ts';
import type { Target } from './target.ts';

const hasMember = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember';

/** The parts of a submission that associations connect. */
export interface Connected {
  set: SubmissionSet;
  documents: readonly { entry: { id: string }; relations: readonly Relation[] }[];
  /** Documents of the DMP that the set lists. */
  outside: readonly Target[];
  folders: readonly PreparedFolder[];
}

/** Where what is registered already is found: uniqueId of a document → its current entryUUID. */
export type EntryUuids = ReadonlyMap<string, string>;

/** Every association of a submission, the signature's apart. @param folderIds entryUUID, or id in the message, of each folder */
export function associationsOf(
  { set, documents, outside, folders }: Connected,
  uuids: EntryUuids,
  folderIds: readonly string[],
): Association[] {
  const uuidOf = ({ uniqueId }: Target): string => {
    const uuid = uuids.get(uniqueId);
    if (uuid === undefined) throw new RangeError('a target that was not looked up');
    return uuid;
  };
  const all: Association[] = [];
  const add = (type: string, source: string, target: string, status?: 'Original' | 'Reference'): string => {
    const id = `Association${String(all.length + 1).padStart(2, '0')}`;
    all.push({ id, type, source, target, slots: status ? { SubmissionSetStatus: [status] } : {} });
    return id;
  };
  for (const { entry } of documents) add(hasMember, set.id, entry.id, 'Original');
  for (const target of outside) add(hasMember, set.id, uuidOf(target), 'Reference');
  folders.forEach(({ isNew, added, addedTargets }, i) => {
    const folderId = folderIds[i] ?? '';
    if (isNew) add(hasMember, set.id, folderId, 'Original');
    for (const member of [...added, ...addedTargets.map(uuidOf)]) {
      // The set holds the membership itself (§4.2.2.1, SS-HM): it says who put the document there, and when.
      const membership = add(hasMember, folderId, member);
      add(hasMember, set.id, membership, 'Original');
    }
  });
  for (const { entry, relations } of documents)
    for (const { type, target } of relations) add(relationTable[type].urn, entry.id, uuidOf(target));
  return all;
}

/** Everything that must be in the registry already, each once. */
export function targetsOf({ documents, outside, folders }: Omit<Connected, 'set'>): Target[] {
  const all = [
    ...documents.flatMap((d) => d.relations.map((r) => r.target)),
    ...outside,
    ...folders.flatMap((f) => f.addedTargets),
  ];
  return [...new Map(all.map((t) => [t.uniqueId, t])).values()];
}
