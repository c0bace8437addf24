/**
 * A submission against the registry: what it relates to, lists or adds to is looked up (one TD3.1b a document), and the
 * associations are made. The dry run does the very same.
 */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Association } from '../../../mappings/xds.ts';
import type { CallContext, PatientIns } from '../../dmp/types.ts';
import type { StoredList } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { associationsOf, targetsOf, type EntryUuids } from './associations.ts';
import { onlyAdditions, registeredFolder, type PreparedFolder } from './folders.ts';
import { readSetPayload } from './payload.ts';
import type { Submission } from './submit.ts';
import { currentEntryUuid } from './target.ts';

export interface Connection {
  associations: Association[];
  /** uniqueId of what exists already → its current entryUUID. */
  uuids: EntryUuids;
  /** In the order of the submission, those that exist without what is in them already. */
  folders: PreparedFolder[];
  /** entryUUID, or id in the message, of each folder. */
  folderIds: string[];
  issues: Issue[];
}

/** More than a turn takes that the attempts under way at once (FEED_CONCURRENCY) share. */
const attemptPatienceMs = 5000;

/** How the DMP is called for a submission. */
export const contextOf = ({
  caller,
  ins,
  requestId,
  attempt,
}: Pick<Submission, 'caller' | 'ins' | 'requestId' | 'attempt'>): CallContext & { patient: PatientIns } => ({
  requester: caller,
  patient: ins,
  ...(requestId ? { requestId } : {}),
  // An attempt that gets no turn soon comes back later, and lets others have its place meanwhile.
  ...(attempt ? { lane: attempt.lane, patienceMs: attemptPatienceMs } : {}),
  ...(attempt?.signal ? { signal: attempt.signal } : {}),
});

/**
 * Connects a submission.
 * @param keptSetId List.id that it was given by an earlier attempt, which may have kept its folders
 * @throws IssueError target-unknown, folder-unknown, duplicate (a new folder under a known uniqueId); DmpError
 */
export async function connect(submission: Submission, services: Services, keptSetId?: string): Promise<Connection> {
  const { set, documents, outside } = submission;
  const context = contextOf(submission);
  const folders: PreparedFolder[] = [];
  const folderIds: string[] = [];
  for (const folder of submission.folders) {
    if (folder.list) {
      const registered = await registeredFolder(folder.list, context, services);
      const uniqueIdOf = (id: string): string | undefined => documents.find((d) => d.entry.id === id)?.entry.uniqueId;
      folders.push(onlyAdditions(folder, registered, uniqueIdOf));
      folderIds.push(registered.entryUuid);
    } else {
      const list = await newFolder(folder, submission.attempt?.isUncertain ? keptSetId : undefined, services);
      folders.push({ ...folder, ...(list ? { list } : {}) });
      folderIds.push(folder.folder.id);
    }
  }
  const uuids = new Map<string, string>();
  for (const target of targetsOf({ documents, outside, folders }))
    uuids.set(target.uniqueId, await currentEntryUuid(target, context, services));
  return {
    associations: associationsOf({ set, documents, outside, folders }, uuids, folderIds),
    uuids,
    folders,
    folderIds,
    issues: folders.flatMap((f) => f.issues),
  };
}

/** A new folder has a uniqueId that no folder has. @returns the list that an earlier attempt made of it */
async function newFolder(
  { folder, path }: PreparedFolder,
  keptSetId: string | undefined,
  { store }: Services,
): Promise<StoredList | undefined> {
  const known = await store.lists.byIdentifier(folder.uniqueId);
  const kept = known && keptSetId !== undefined ? await store.sets.byId(keptSetId) : undefined;
  if (known && kept && readSetPayload(kept.payload).folders?.includes(known.id)) return known;
  if (known?.kind === 'folder' || (await store.sets.isAnothers(folder.uniqueId, 'folder')))
    throw new IssueError({ key: 'duplicate', expression: `${path}.identifier` });
  return undefined;
}
