/**
 * Folders through ITI-65: created with the set (POST), or added to (PUT). XDS takes nothing out of a folder and changes
 * nothing of it here: MHD lets a recipient say so (ITI-65 §3.65.4.1.2.1, PartialFolderContentNotProcessed).
 */
import type { List } from '@medplum/fhirtypes';
import { mhdCodes, uris } from '../../../mappings/canonicals.ts';
import { folderFromFhir } from '../../../mappings/folder.ts';
import { insToCx } from '../../../mappings/ins.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { getFolderAndContents } from '../../../mappings/query.ts';
import type { Folder } from '../../../mappings/xds.ts';
import { td3_1 } from '../../dmp/transactions/td3-1.ts';
import type { CallContext, PatientIns } from '../../dmp/types.ts';
import { parsePairs } from '../../search/pairs.ts';
import type { StoredList } from '../../store/types.ts';
import type { Services } from '../services.ts';
import type { FolderEntry, Members } from '../validation/index.ts';
import { uniqueIdentifierOf } from '../validation/set-identifier.ts';
import { ownExtensions, slotIssues } from './extensions.ts';
import { mintOid, oidOf } from './oid.ts';
import { readFolderPayload } from './payload.ts';
import { checkTarget, resolveTarget, type Target, type TargetSurroundings } from './target.ts';

/** A folder ready for TD2.1. */
export interface PreparedFolder {
  path: string;
  /** As the client describes it; `id` is that in the message. */
  folder: Folder;
  /** Created with the set; else it exists as `list`. */
  isNew: boolean;
  list?: StoredList;
  /** ids in the message of the new documents that it gets. */
  added: readonly string[];
  /** Documents of the DMP that it gets. */
  addedTargets: readonly Target[];
  issues: Issue[];
}

/**
 * Prepares a folder; what exists already is not asked of the DMP yet.
 * @param added ids in the message of the new documents that it lists
 * @param standing documents that exist and stand for those of the Bundle
 * @param around `root`, `seed`: of the uniqueId that is minted for a folder without one (`mintOid`)
 * @throws IssueError with what is wrong
 */
export async function prepareFolder(
  entry: FolderEntry & { members: Members },
  position: number,
  ins: PatientIns,
  added: readonly string[],
  standing: readonly Target[],
  around: TargetSurroundings & { root: string; seed?: string },
  services: Services,
): Promise<PreparedFolder> {
  const { resource, path, update, members } = entry;
  const issues: Issue[] = [...slotIssues(resource, path)];
  if (resource.status !== 'current')
    issues.push({
      key: 'value-fixed',
      expression: `${path}.status`,
      values: { element: 'status', expected: 'current', rule: 'MHD' },
    });
  const addedTargets: Target[] = [...standing];
  const collect = (error: unknown): void => {
    if (!(error instanceof IssueError)) throw error;
    issues.push(...error.issues);
  };
  for (const { item, path: at } of members.outside) {
    try {
      const target = await resolveTarget(item, at, around, services);
      checkTarget(target, ins);
      addedTargets.push(target);
    } catch (error) {
      collect(error);
    }
  }
  const list = update === undefined ? undefined : await existingFolder(update, path, ins, services);
  const id = `Folder${String(position).padStart(2, '0')}`;
  const folder = describe(resource, path, id, ins, list, around);
  if (issues.length > 0) throw new IssueError(issues);
  return {
    path,
    folder,
    isNew: list === undefined,
    ...(list ? { list } : {}),
    added,
    addedTargets,
    issues: [],
  };
}

/** What the List says of the folder. A new one gets a uniqueId when it has none. */
function describe(
  resource: List,
  path: string,
  id: string,
  ins: PatientIns,
  list: StoredList | undefined,
  { root, seed }: { root: string; seed?: string },
): Folder {
  const found = uniqueIdentifierOf(resource);
  const uniqueId =
    list?.uniqueId ??
    (found ? oidOf(found.identifier, `${path}.identifier[${found.index}]`) : mintOid(root, seed && `${seed}/${id}`));
  const described: List = {
    ...resource,
    extension: ownExtensions(resource.extension),
    identifier: [{ use: 'usual', system: uris, value: `urn:oid:${uniqueId}` }],
  };
  try {
    // What the registry gives is not a depositor's to say.
    const {
      availabilityStatus: _a,
      lastUpdateTime: _t,
      logicalId: _l,
      version: _v,
      homeCommunityId: _h,
      ...own
    } = folderFromFhir(described, { patientId: insToCx(ins) });
    return { ...own, id };
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    throw new IssueError(
      error.issues.map((i) => ({ ...i, expression: (i.expression ?? '').replace(/^List\b/, path) || path })),
    );
  }
}

/** The folder that a PUT updates: by our id, an entryUUID or uniqueId seen here, or `List?identifier=…`. */
async function existingFolder(update: string, path: string, ins: PatientIns, { store }: Services): Promise<StoredList> {
  const expression = path.replace(/\.resource$/, '.request.url');
  const [, id, query] = /^List(?:\/([^?]+)|\?(.*))$/.exec(update) ?? [];
  const value =
    query === undefined
      ? undefined
      : parsePairs(query)
          .find(([n]) => n === 'identifier')?.[1]
          .split('|')
          .pop();
  const list =
    id === undefined
      ? value && (await store.lists.byIdentifier(value))
      : ((await store.lists.byId(id)) ?? (await store.lists.byIdentifier(id)));
  // A folder is created by the DMP's registry, under an id of ours: nobody may choose it.
  if (!list || list.kind !== 'folder') throw new IssueError({ key: 'folder-unknown', expression });
  if (list.ins.value !== ins.value || list.ins.oid !== ins.oid)
    throw new IssueError({ key: 'target-other-patient', expression });
  return list;
}

/** A folder as the registry has it: where it is, and which documents (uniqueIds) are in it, as far as is known. */
interface Registered {
  entryUuid: string;
  members: ReadonlySet<string>;
  folder?: Folder;
}

/**
 * Where an existing folder is. A person's session asks the registry (TD3.1a), which also says what is in it; a structure may
 * not, and relies on what was seen and deposited here.
 * @throws IssueError folder-unknown; DmpError (rights `psc` when it was never seen here)
 */
export async function registeredFolder(
  list: StoredList,
  context: CallContext,
  services: Services,
): Promise<Registered> {
  const { store, dmp } = services;
  if (context.requester.strength !== 'psc' && list.entryUuid !== undefined) {
    const kept = await store.sets.byId(list.id);
    const { folder, items = [] } = kept ? readFolderPayload(kept.payload) : {};
    const documents = await Promise.all(items.map((id) => store.documents.byId(id)));
    const members = new Set(documents.flatMap((d) => d?.uniqueId ?? []));
    return { entryUuid: list.entryUuid, members, ...(folder ? { folder } : {}) };
  }
  const { objects } = await dmp.call(td3_1, getFolderAndContents({ uniqueIds: [list.uniqueId] }), context);
  const folder = objects.folders.find((f) => f.uniqueId === list.uniqueId);
  if (!folder) throw new IssueError({ key: 'folder-unknown' });
  return { entryUuid: folder.id, members: new Set(objects.documentEntries.map((d) => d.uniqueId)), folder };
}

/**
 * An update without what is in the folder already, and with a warning for what XDS does not do: take documents out, change
 * the title, the codes or the comment.
 */
export function onlyAdditions(
  update: PreparedFolder,
  registered: Registered,
  uniqueIdOf: (entryId: string) => string | undefined,
): PreparedFolder {
  const { folder: wanted, path } = update;
  const listed = new Set([
    ...update.addedTargets.map((t) => t.uniqueId),
    ...update.added.flatMap((id) => uniqueIdOf(id) ?? []),
  ]);
  const removed = [...registered.members].some((m) => !listed.has(m));
  const now = registered.folder;
  const changed =
    now !== undefined &&
    (now.title !== wanted.title || now.comments !== wanted.comments || codesOf(now) !== codesOf(wanted));
  return {
    ...update,
    addedTargets: update.addedTargets.filter((t) => !registered.members.has(t.uniqueId)),
    issues: removed || changed ? [...update.issues, partial(path)] : update.issues,
  };
}

const codesOf = ({ codes }: Folder): string =>
  codes
    .map((c) => `${c.scheme}|${c.code}`)
    .sort()
    .join();

const partial = (expression: string): Issue => ({
  key: 'folder-partial',
  severity: 'warning',
  expression,
  upstream: { system: mhdCodes, code: 'PartialFolderContentNotProcessed' },
});
