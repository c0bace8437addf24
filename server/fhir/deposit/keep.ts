/** What is kept once the DMP has accepted: the set, its documents, its folders, and what became of the documents it relates to. */
import { randomUUID } from 'node:crypto';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { replaces } from '../../../mappings/relates-to.ts';
import type { HeldDocument } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { targetsOf } from './associations.ts';
import type { Connection } from './connect.ts';
import { readFolderPayload, type FolderPayload, type KeptDocument, type SetPayload } from './payload.ts';
import { keptRuling } from './ruling.ts';
import type { Submission, Submitted } from './submit.ts';

interface Accepted {
  setId: string;
  patientId: string;
  /** The documents of the submission, in its order. */
  held: readonly HeldDocument[];
  /** uniqueIds that were not registered. */
  missing: ReadonlySet<string>;
}

/** Keeps a submission. The set comes before its documents: what is confirmed can always be read. */
export async function keep(
  submission: Submission,
  connection: Connection,
  { setId, patientId, held, missing }: Accepted,
  services: Services,
): Promise<Pick<Submitted, 'payload' | 'folderIds' | 'targetIds'>> {
  const { store, now } = services;
  const { set, documents, outside } = submission;
  const submittedAt = now().toISOString();
  const targetIds = await bindTargets(submission, connection, patientId, services);
  const idOf = (uniqueId: string): string => targetIds.get(uniqueId) ?? '';
  const registered = documents.flatMap((document, i) =>
    missing.has(document.entry.uniqueId) ? [] : [{ document, id: held[i]?.id ?? '' }],
  );
  const folderIds = connection.folders.map((f) => f.list?.id ?? randomUUID());
  const payload: SetPayload = {
    set,
    documents: registered.map(({ document, document: { entry, relations, lineage, ruling }, id }): KeptDocument => ({
      id,
      entry,
      ...(ruling.by === undefined ? {} : { ruling: keptRuling(document) }),
      ...(relations.length > 0
        ? {
            relations: relations.map(({ type, target: { uniqueId } }) => ({ type, uniqueId, id: idOf(uniqueId) })),
          }
        : {}),
      ...(lineage ? { lineage } : {}),
    })),
    ...(outside.length > 0 ? { listed: outside.map((t) => idOf(t.uniqueId)) } : {}),
    ...(folderIds.length > 0 ? { folders: folderIds } : {}),
    submittedAt,
  };
  await store.sets.save({
    id: setId,
    kind: 'submissionset',
    patientId,
    uniqueId: set.uniqueId,
    payload,
    documentIds: registered.map((r) => r.id),
  });
  for (const [i, folder] of connection.folders.entries()) {
    const added = folder.added.flatMap((id) => registered.find((r) => r.document.entry.id === id)?.id ?? []);
    await keepFolder(
      folderIds[i] ?? '',
      folder,
      [...added, ...folder.addedTargets.map((t) => idOf(t.uniqueId))],
      submittedAt,
      patientId,
      services,
    );
  }
  await store.documents.confirm(registered.map((r) => r.id));
  const lost = held.filter(({ id }) => !registered.some((r) => r.id === id));
  if (lost.length > 0) await store.documents.release(lost);
  await supersede(payload.documents, services);
  return { payload, folderIds, targetIds };
}

/** What documents that the DMP has accepted say of older ones is so: those that they replace are deprecated. */
export async function supersede(documents: readonly KeptDocument[], { store }: Services): Promise<void> {
  for (const { type, id } of documents.flatMap((d) => d.relations ?? []))
    if (replaces(type)) await store.documents.changeStatus(id, statuses.deprecated);
}

/**
 * Every document that the submission relates to or lists gets an id, if it has none: the DMP has taken it for one of this
 * patient's. Its media type is that of nearly all documents of the DMP until it is seen.
 * @returns uniqueId → `DocumentReference.id`
 */
async function bindTargets(
  submission: Submission,
  { uuids, folders }: Connection,
  patientId: string,
  { store, config }: Services,
): Promise<Map<string, string>> {
  const targets = targetsOf({ documents: submission.documents, outside: submission.outside, folders });
  if (targets.length === 0) return new Map();
  // Whether a deposit of ours that is under way has come through is its own submission's to say.
  const toBind = targets.filter((t) => t.document?.state !== 'pending');
  const bound = await store.documents.bind(
    toBind.map(({ uniqueId, document }) => ({
      repositoryUniqueId: document?.repositoryUniqueId ?? config.REPOSITORY_UNIQUE_ID,
      uniqueId,
      entryUuid: uuids.get(uniqueId) ?? '',
      mimeType: document?.mimeType ?? 'text/xml',
      patientId,
    })),
  );
  return new Map([
    ...targets.flatMap((t) => (t.document ? [[t.uniqueId, t.document.id] as const] : [])),
    ...bound.map((d) => [d.uniqueId, d.id] as const),
  ]);
}

async function keepFolder(
  id: string,
  { folder, list }: Connection['folders'][number],
  added: readonly string[],
  submittedAt: string,
  patientId: string,
  { store }: Services,
): Promise<void> {
  const before = list && (await store.sets.byId(id));
  // Of a folder that was made elsewhere and only seen, the registry alone knows what is in it.
  if (list && !before) return;
  const kept = before && readFolderPayload(before.payload);
  const items = [...new Set([...(kept?.items ?? []), ...added])];
  // What XDS does not change stays as it was.
  const payload: FolderPayload = { folder: kept?.folder ?? folder, items, submittedAt };
  await store.sets.save({ id, kind: 'folder', patientId, uniqueId: folder.uniqueId, payload, documentIds: items });
}
