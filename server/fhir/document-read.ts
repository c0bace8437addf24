/**
 * One DocumentReference, by its id or by any entryUUID, logicalId or uniqueId seen here. One TD3.1a.
 */
import { IssueError } from '../../mappings/outcome.ts';
import { getDocuments } from '../../mappings/query.ts';
import type { StoredDocument } from '../store/types.ts';
import { idOf, type Call, type Handler } from './interaction.ts';
import { askRegistry, deleted, hitOf, toResource, type Answer, type Found } from './registry.ts';
import type { Services } from './services.ts';

export const readDocument: Handler = async (call, services) => {
  const known = await documentOf(idOf(call), services);
  const { found, patient } = await currentEntry(known, call, services);
  const resource = toResource(hitOf(found), patient.id, services.config.fhirBase);
  const { versionId, lastUpdated } = resource.meta ?? {};
  return {
    status: 200,
    resource,
    headers: {
      ...(versionId ? { ETag: `W/"${versionId}"` } : {}),
      ...(lastUpdated ? { 'Last-Modified': new Date(lastUpdated).toUTCString() } : {}),
      'Content-Location': `${services.config.fhirBase}/DocumentReference/${resource.id}`,
    },
  };
};

/** @throws IssueError `not-found` */
export async function documentOf(id: string, { store }: Services, type = 'DocumentReference'): Promise<StoredDocument> {
  const known =
    (await store.documents.byId(id)) ??
    (type === 'DocumentReference' ? await store.documents.byIdentifier(id) : undefined);
  if (!known) throw new IssueError({ key: 'not-found', values: { type } });
  return known;
}

/** The entry as the registry has it now. @throws IssueError `not-found` (also when it may not be seen), `deleted`; DmpError */
export async function currentEntry(
  known: StoredDocument,
  call: Call,
  services: Services,
  type = 'DocumentReference',
): Promise<{ found: Found; patient: Answer['patient'] }> {
  const { found, patient } = await askRegistry(
    getDocuments({ uniqueIds: [known.uniqueId] }),
    known.ins,
    call,
    services,
  );
  const mine = found.find((f) => f.document.id === known.id);
  if (!mine) throw new IssueError({ key: 'not-found', values: { type } });
  if (mine.entry.availabilityStatus === deleted) throw new IssueError({ key: 'deleted' });
  return { found: mine, patient };
}
