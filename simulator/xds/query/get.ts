/**
 * The Get… queries: objects by their ids, and what they are associated with (IHE ITI TF-2 §3.18.4.1.2.3.7.5–12). Only
 * current versions are found, by their own entryUUID; what the requester may not see is not there.
 */
import type { Exchange } from '../../exchange.ts';
import { refuseClosed } from '../../patient.ts';
import type { Association, RegistryObject } from '../metadata.ts';
import type { StoredDocument, StoredPackage } from '../registry.ts';
import { isListed, isOfPatient, isVisibleAssociation, isVisibleSet } from '../visibility.ts';
import { associationType, entryScheme, status } from '../vocabulary.ts';
import { hasCode, isAmong } from './filters.ts';
import { entryParameter as entry, type Found, type Parameters, QueryRefused, valuesOf } from './parameters.ts';

/** Ids given by entryUUID or by uniqueId, one of the two. @throws QueryRefused */
function named<T>(
  parameters: Parameters,
  kind: 'DocumentEntry' | 'Folder',
  by: { entryUuid: (id: string) => T | undefined; uniqueId: (id: string) => T | undefined },
): T[] {
  const [byUuid, byUniqueId] = [`$XDS${kind}EntryUUID`, `$XDS${kind}UniqueId`];
  const uuids = valuesOf(parameters, byUuid);
  const uniqueIds = valuesOf(parameters, byUniqueId);
  if (uuids === undefined && uniqueIds === undefined)
    throw new QueryRefused('XDSStoredQueryMissingParam', `${byUuid} ou ${byUniqueId}`);
  if (uuids !== undefined && uniqueIds !== undefined)
    throw new QueryRefused('XDSStoredQueryParamNumber', `${byUuid} et ${byUniqueId} s’excluent`);
  const found = [...(uuids ?? []).map(by.entryUuid), ...(uniqueIds ?? []).map(by.uniqueId)];
  return [...new Set(found)].filter((object) => object !== undefined);
}

/** True for what a query by id shows: a deleted document is found by FindDocuments only. */
const isShown = (document: StoredDocument | undefined, exchange: Exchange): document is StoredDocument =>
  document !== undefined && document.entry.status !== status.deleted && isListed(document, exchange);

function documentsById(parameters: Parameters, exchange: Exchange): StoredDocument[] {
  refuseClosed(exchange);
  const { registry } = exchange.world;
  const by = { entryUuid: registry.byEntryUuid, uniqueId: registry.byUniqueId };
  return named(parameters, 'DocumentEntry', by).filter((d) => isShown(d, exchange));
}

/** Associations with one of the ids at either end, grouped by id in the order asked, each once. */
function associationsOf(ids: string[], exchange: Exchange): Association[] {
  refuseClosed(exchange);
  const found = ids.flatMap((id) => [...exchange.world.registry.associationsOf(id)]);
  return [...new Set(found)].filter((a) => isVisibleAssociation(a, exchange));
}

const entriesOf = (documents: StoredDocument[]): RegistryObject[] => documents.map((d) => d.entry);
const uuidsOf = (parameters: Parameters): string[] => valuesOf(parameters, '$uuid') ?? [];

export const getDocuments = (parameters: Parameters, exchange: Exchange): Found => ({
  objects: entriesOf(documentsById(parameters, exchange)),
  associations: [],
});

export const getAssociations = (parameters: Parameters, exchange: Exchange): Found => ({
  objects: [],
  associations: associationsOf(uuidsOf(parameters), exchange),
});

export function getDocumentsAndAssociations(parameters: Parameters, exchange: Exchange): Found {
  const objects = entriesOf(documentsById(parameters, exchange));
  const ids = objects.map((o) => o.id);
  return { objects, associations: associationsOf(ids, exchange) };
}

/** The sets that brought documents or folders, and the associations that say so. */
export function getSubmissionSets(parameters: Parameters, exchange: Exchange): Found {
  const { registry } = exchange.world;
  const wanted = new Set(uuidsOf(parameters));
  const sets = new Set<StoredPackage>();
  const associations = associationsOf([...wanted], exchange).filter((a) => {
    const set = registry.setById(a.sourceObject);
    const isMember = a.associationType === associationType.hasMember && wanted.has(a.targetObject);
    if (!isMember || set === undefined || !isVisibleSet(set, exchange)) return false;
    sets.add(set);
    return true;
  });
  return { objects: [...sets].map((s) => s.object), associations };
}

/** A folder, the documents in it that meet the parameters, and the associations between them. */
export function getFolderAndContents(parameters: Parameters, exchange: Exchange): Found {
  refuseClosed(exchange);
  const { registry } = exchange.world;
  const by = { entryUuid: registry.folderById, uniqueId: registry.folderByUniqueId };
  const [folder] = named(parameters, 'Folder', by).filter((f) => isOfPatient(f, exchange));
  if (folder === undefined) return { objects: [], associations: [] };
  const documents: StoredDocument[] = [];
  const associations = associationsOf([folder.object.id], exchange).filter((a) => {
    const document = a.sourceObject === folder.object.id ? registry.byEntryUuid(a.targetObject) : undefined;
    if (!isShown(document, exchange)) return false;
    const meets =
      hasCode(document.entry, entryScheme.formatCode, parameters, entry('FormatCode')) &&
      hasCode(document.entry, entryScheme.confidentialityCode, parameters, entry('ConfidentialityCode')) &&
      isAmong(document.entry.objectType, parameters, entry('Type'));
    if (meets) documents.push(document);
    return meets;
  });
  return { objects: [folder.object, ...new Set(entriesOf(documents))], associations };
}

/**
 * The documents at the other end of some kinds of association, those associations, and the document asked about; nothing
 * at all when it has none of them.
 */
export function getRelatedDocuments(parameters: Parameters, exchange: Exchange): Found {
  const { registry } = exchange.world;
  const types = valuesOf(parameters, '$AssociationTypes') ?? [];
  const [document] = documentsById(parameters, exchange);
  const related = new Set<RegistryObject>();
  const associations = associationsOf(document === undefined ? [] : [document.entry.id], exchange).filter((a) => {
    const ends = [a.sourceObject, a.targetObject].map((id) => registry.byEntryUuid(id));
    const wanted =
      types.includes(a.associationType) &&
      ends.every((end) => isShown(end, exchange) && isAmong(end.entry.objectType, parameters, entry('Type')));
    if (wanted) for (const end of ends) if (end !== undefined) related.add(end.entry);
    return wanted;
  });
  return { objects: [...related], associations };
}
