/**
 * One DocumentReference, by its id or by any entryUUID, logicalId or uniqueId seen here. One TD3.1a, which gives the entry and
 * what it relates to; a second one where associations may still name its first version.
 */
import { IssueError } from '../../mappings/outcome.ts';
import { getDocuments, getDocumentsAndAssociations, type StoredQuery } from '../../mappings/query.ts';
import type { StoredDocument } from '../store/types.ts';
import { relate, relationsOf } from './associations.ts';
import { idOf, type Call, type Handler } from './interaction.ts';
import { askRegistry, deleted, hitOf, toResource, type Answer, type Found } from './registry.ts';
import type { Services } from './services.ts';
import { versionHeaders } from './version-headers.ts';

export const readDocument: Handler = async (call, services) => {
  const known = await documentOf(idOf(call), services);
  const { RELATIONS: related, fhirBase } = services.config;
  const query = (related ? getDocumentsAndAssociations : getDocuments)({ uniqueIds: [known.uniqueId] });
  const { found, answer } = await entryBy(query, known, call, services);
  const hit = hitOf(found);
  const resource = toResource(hit, answer.patient.id, fhirBase);
  if (related) relate(resource, await relationsOf([hit], known.ins, call, services, answer));
  return {
    status: 200,
    resource,
    headers: {
      ...versionHeaders(resource.meta),
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
  const query = getDocuments({ uniqueIds: [known.uniqueId] });
  const { found, answer } = await entryBy(query, known, call, services, type);
  return { found, patient: answer.patient };
}

/** A document that the registry does not show: a DMP may hide what was deleted from queries by identifier. */
export const absent = (known: StoredDocument, type = 'DocumentReference'): IssueError =>
  new IssueError(known.availabilityStatus === deleted ? { key: 'deleted' } : { key: 'not-found', values: { type } });

async function entryBy(
  query: StoredQuery,
  known: StoredDocument,
  call: Call,
  services: Services,
  type = 'DocumentReference',
): Promise<{ found: Found; answer: Answer }> {
  if (call.caller.strength !== 'psc' && known.availabilityStatus === deleted) throw new IssueError({ key: 'deleted' });
  const answer = await askRegistry(query, known.ins, call, services);
  const found = answer.found.find((f) => f.document.id === known.id);
  if (!found) throw absent(known, type);
  if (found.entry.availabilityStatus === deleted) throw new IssueError({ key: 'deleted' });
  return { found, answer };
}
