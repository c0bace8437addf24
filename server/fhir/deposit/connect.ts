/**
 * A submission against the registry: what it relates to, lists or adds to is looked up (one TD3.1b a document), and the
 * associations are made. The dry run does the very same.
 */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Association } from '../../../mappings/xds.ts';
import type { CallContext, PatientIns } from '../../dmp/types.ts';
import type { Services } from '../services.ts';
import { associationsOf, targetsOf, type EntryUuids } from './associations.ts';
import { onlyAdditions, registeredFolder, type PreparedFolder } from './folders.ts';
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

/** How the DMP is called for a submission. */
export const contextOf = ({
  caller,
  ins,
  requestId,
}: Pick<Submission, 'caller' | 'ins' | 'requestId'>): CallContext & { patient: PatientIns } => ({
  requester: caller,
  patient: ins,
  ...(requestId ? { requestId } : {}),
});

/**
 * Connects a submission.
 * @throws IssueError target-unknown, folder-unknown, duplicate (a new folder under a known uniqueId); DmpError
 */
export async function connect(submission: Submission, services: Services): Promise<Connection> {
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
      await checkNewFolder(folder, services);
      folders.push(folder);
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

/** A new folder has a uniqueId that no folder has. */
async function checkNewFolder({ folder, path }: PreparedFolder, { store }: Services): Promise<void> {
  const known = await store.lists.byIdentifier(folder.uniqueId);
  if (known?.kind === 'folder' || (await store.sets.isAnothers(folder.uniqueId, 'folder')))
    throw new IssueError({ key: 'duplicate', expression: `${path}.identifier` });
}
