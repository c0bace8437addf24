/**
 * One List, by its id or by any entryUUID or uniqueId seen here. Whoever may consult is told what the registry has now; a
 * structure may not ask it, and is told what it deposited, as it was then (after feeding, asking again is forbidden:
 * EX_3.1-2030).
 */
import type { List } from '@medplum/fhirtypes';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { insToCx } from '../../mappings/ins.ts';
import { IssueError } from '../../mappings/outcome.ts';
import { findSubmissionSets, getFolderAndContents } from '../../mappings/query.ts';
import type { Caller } from '../auth/caller.ts';
import { chooseMode } from '../dmp/rights.ts';
import { td3_1 } from '../dmp/transactions/td3-1.ts';
import { DmpError } from '../dmp/types.ts';
import type { StoredList, StoredSet } from '../store/types.ts';
import { readFolderPayload, readSetPayload } from './deposit/payload.ts';
import { depositedFolder, depositedList } from './deposit/resource.ts';
import { idOf, type Call, type Handler } from './interaction.ts';
import { bindMembers, membersOf } from './list-members.ts';
import { withinTimes } from './list-plan.ts';
import { bindLists, toList } from './list-registry.ts';
import { ask, bindAnswer, deleted } from './registry.ts';
import type { Services } from './services.ts';
import { versionHeaders } from './version-headers.ts';

const missing = (): IssueError => new IssueError({ key: 'not-found', values: { type: 'List' } });

export const readList: Handler = async (call, services) => {
  const { lists, sets } = services.store;
  const id = idOf(call);
  const known = (await lists.byId(id)) ?? (await lists.byIdentifier(id));
  if (!known) throw missing();
  const { caller } = call;
  const kept = known.isDeposited && !mayConsult(caller) ? await sets.byId(known.id) : undefined;
  const problems = kept ? services.gate.purpose(caller, known.ins) : [];
  if (problems.length > 0) throw new IssueError(problems);
  const resource = kept ? asDeposited(kept) : await asRegistered(known, call, services);
  return {
    status: 200,
    resource,
    headers: {
      ...versionHeaders(resource.meta),
      'Content-Location': `${services.config.fhirBase}/List/${resource.id}`,
    },
  };
};

/** Whether there is a mode in which the DMP would take a TD3.1a of this caller. */
function mayConsult(caller: Caller): boolean {
  try {
    chooseMode(td3_1, caller);
    return true;
  } catch (e) {
    if (e instanceof DmpError) return false;
    throw e;
  }
}

function asDeposited({ id, kind, patientId, payload }: StoredSet): List {
  return kind === 'folder'
    ? depositedFolder(id, patientId, readFolderPayload(payload))
    : depositedList(id, patientId, readSetPayload(payload));
}

/** @throws IssueError `not-found` (also when it may not be seen), `deleted`; DmpError */
async function asRegistered(known: StoredList, call: Call, services: Services): Promise<List> {
  return known.kind === 'folder' ? folder(known, call, services) : submissionSet(known, call, services);
}

/** FindSubmissionSets, narrowed by what is known of the set, then its members. */
async function submissionSet(known: StoredList, call: Call, services: Services): Promise<List> {
  const { ins } = known;
  const all = findSubmissionSets(insToCx(ins), { $XDSSubmissionSetStatus: [Object.values(statuses)] });
  const timed = await withSubmissionTime(known, services);
  const { objects } = await ask(withinTimes(all, [timed]), ins, call, services);
  const mine = objects.submissionSets.filter((s) => s.uniqueId === known.uniqueId);
  const [hit] = await bindLists({ submissionSets: mine, folders: [] }, ins, { id: known.patientId, ins }, services);
  if (!hit) throw missing();
  if (hit.found.availabilityStatus === deleted) throw new IssueError({ key: 'deleted' });
  const members = await membersOf([hit], ins, call, services);
  return toList(hit, known.patientId, members.get(hit.id)?.items ?? []);
}

/** Of a set that was deposited here and not seen since, the deposit says when. */
async function withSubmissionTime(known: StoredList, { store }: Services): Promise<StoredList> {
  const kept = known.submittedAt === undefined && known.isDeposited ? await store.sets.byId(known.id) : undefined;
  return kept ? { ...known, submittedAt: readSetPayload(kept.payload).set.submissionTime } : known;
}

/** GetFolderAndContents: the folder, its documents and what holds them together, at once. */
async function folder(known: StoredList, call: Call, services: Services): Promise<List> {
  const { ins } = known;
  const query = getFolderAndContents({ uniqueIds: [known.uniqueId] });
  const answer = await ask(query, ins, call, services);
  const mine = answer.objects.folders.filter((f) => f.uniqueId === known.uniqueId);
  const [hit] = await bindLists({ submissionSets: [], folders: mine }, ins, { id: known.patientId, ins }, services);
  if (!hit) throw missing();
  if (hit.found.availabilityStatus === deleted) throw new IssueError({ key: 'deleted' });
  await bindAnswer(query, answer, ins, services);
  const members = await bindMembers([hit], answer.objects.associations, ins, call, services);
  return toList(hit, known.patientId, members.get(hit.id)?.items ?? []);
}
