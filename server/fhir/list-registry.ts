/**
 * From the registry's submission sets and folders to Lists: bound to the ids of the store in one batch, then mapped. Shared
 * by the search and the read of Lists.
 */
import type { List, Reference } from '@medplum/fhirtypes';
import { folderToFhir } from '../../mappings/folder.ts';
import { insFromCx } from '../../mappings/ins.ts';
import type { ListKind } from '../../mappings/list-rows.ts';
import { submissionSetToFhir } from '../../mappings/submission-set.ts';
import type { Folder, RegistryObjects, SubmissionSet } from '../../mappings/xds.ts';
import type { Ins, SeenList, StoredList, StoredPatient } from '../store/types.ts';
import type { Services } from './services.ts';

/** What a List is made of, as it is kept between two pages. */
export type ListHit = ({ kind: 'submissionset'; found: SubmissionSet } | { kind: 'folder'; found: Folder }) & {
  /** `List.id` */
  id: string;
  /** ISO instant */
  lastUpdated: string;
};

const isOf = (found: SubmissionSet | Folder, ins: Ins): boolean => {
  const patient = insFromCx(found.patientId);
  return patient !== undefined && patient.value === ins.value && patient.oid === ins.oid;
};

/**
 * The sets and folders of an answer, each with the id of its List. What belongs to another patient is not an answer; of
 * several versions of a folder the last one stands for it.
 */
export async function bindLists(
  { submissionSets, folders }: Pick<RegistryObjects, 'submissionSets' | 'folders'>,
  ins: Ins,
  patient: StoredPatient,
  { store }: Services,
): Promise<ListHit[]> {
  const latest = new Map<string, Folder>();
  for (const folder of folders.filter((f) => isOf(f, ins))) {
    const other = latest.get(folder.uniqueId);
    if (!other || Number(folder.version ?? 1) >= Number(other.version ?? 1)) latest.set(folder.uniqueId, folder);
  }
  const all = [
    ...submissionSets.filter((s) => isOf(s, ins)).map((found) => ({ kind: 'submissionset' as const, found })),
    ...[...latest.values()].map((found) => ({ kind: 'folder' as const, found })),
  ];
  const lists = await store.lists.bind(all.map((one) => seen(one, patient.id)));
  return all.map((one, i): ListHit => {
    const list = lists[i] as StoredList;
    return { ...one, id: list.id, lastUpdated: list.updatedAt.toISOString() };
  });
}

function seen(one: { kind: ListKind; found: SubmissionSet | Folder }, patientId: string): SeenList {
  const { kind, found } = one;
  const { logicalId, version } = found as Partial<Folder>;
  return {
    kind,
    uniqueId: found.uniqueId,
    entryUuid: found.id,
    ...(logicalId ? { logicalId } : {}),
    ...(version ? { version } : {}),
    ...('submissionTime' in found ? { submittedAt: found.submissionTime } : {}),
    patientId,
  };
}

/** One set or folder as FHIR. @param items its members, as far as they are shown */
export function toList(hit: ListHit, patientId: string, items: Reference[]): List {
  const { id, lastUpdated } = hit;
  const subject = { reference: `Patient/${patientId}` };
  if (hit.kind === 'submissionset')
    // A set never changes.
    return submissionSetToFhir(hit.found, { id, subject, items, versionId: '1', lastUpdated });
  // A folder changes with its metadata, and with what is put into it: then its lastUpdateTime says so.
  const { version = '1', lastUpdateTime } = hit.found;
  const versionId = lastUpdateTime === undefined ? version : `${version}-${lastUpdateTime}`;
  return folderToFhir(hit.found, { id, subject, items, versionId, lastUpdated });
}
