/**
 * A stored query (ITI-18) as data; `ebrim/write.ts` puts it on the wire.
 */
import { statuses, type QueryName } from './ebrim/schemes.ts';

export type { QueryName } from './ebrim/schemes.ts';

/** parameter (with its `$`) → list of which every member is required (AND), each a list of alternatives (OR). */
export interface StoredQuery {
  query: QueryName;
  /** `LeafClass`: whole entries (TD3.1a); `ObjectRef`: references only (TD3.1b). */
  returnType: 'LeafClass' | 'ObjectRef';
  /** Unquoted values; the writer quotes them as the parameter's type wants. */
  parameters: Record<string, string[][]>;
}

/**
 * FindDocuments for one patient.
 * @param patientId CX
 * @param more further parameters; `$XDSDocumentEntryStatus` defaults to Approved (ITI-18 requires one)
 */
export function findDocuments(patientId: string, more: Record<string, string[][]> = {}): StoredQuery {
  return {
    query: 'FindDocuments',
    returnType: 'LeafClass',
    parameters: {
      $XDSDocumentEntryPatientId: [[patientId]],
      $XDSDocumentEntryStatus: [[statuses.approved]],
      ...more,
    },
  };
}

/**
 * GetDocuments by exactly one kind of identifier (ITI TF-2 §3.18.4.1.2.3.7.5): uniqueIds or entryUUIDs.
 * The query names no patient: the caller compares `patientId` of what comes back.
 */
export function getDocuments(by: By, returnType: StoredQuery['returnType'] = 'LeafClass'): StoredQuery {
  return { query: 'GetDocuments', returnType, parameters: named('DocumentEntry', by) };
}

/** An object named by its uniqueId or by its entryUUID (`urn:uuid:…`), never both (ITI TF-2 §3.18.4.1.2.3.7). */
export type By = { uniqueIds: readonly string[] } | { entryUuids: readonly string[] };

/** The parameter that names the objects of a Get… query. */
const named = (kind: 'DocumentEntry' | 'Folder', by: By): StoredQuery['parameters'] =>
  'uniqueIds' in by
    ? { [`$XDS${kind}UniqueId`]: [[...by.uniqueIds]] }
    : { [`$XDS${kind}EntryUUID`]: [[...by.entryUuids]] };

const leaf = (query: QueryName, parameters: StoredQuery['parameters']): StoredQuery => ({
  query,
  returnType: 'LeafClass',
  parameters,
});

/**
 * FindDocumentsByReferenceId: FindDocuments whose entries also carry one of the reference ids of every member.
 * @param referenceIds CXi, AND-ed list of OR-ed values
 */
export function findDocumentsByReferenceId(
  patientId: string,
  referenceIds: string[][],
  more: Record<string, string[][]> = {},
): StoredQuery {
  const { parameters } = findDocuments(patientId, more);
  return leaf('FindDocumentsByReferenceId', { ...parameters, $XDSDocumentEntryReferenceIdList: referenceIds });
}

/** FindSubmissionSets of a patient (CX); `$XDSSubmissionSetStatus` defaults to Approved (a set is never anything else). */
export function findSubmissionSets(patientId: string, more: Record<string, string[][]> = {}): StoredQuery {
  return leaf('FindSubmissionSets', {
    $XDSSubmissionSetPatientId: [[patientId]],
    $XDSSubmissionSetStatus: [[statuses.approved]],
    ...more,
  });
}

/** FindFolders of a patient (CX); `$XDSFolderStatus` defaults to Approved. */
export function findFolders(patientId: string, more: Record<string, string[][]> = {}): StoredQuery {
  return leaf('FindFolders', {
    $XDSFolderPatientId: [[patientId]],
    $XDSFolderStatus: [[statuses.approved]],
    ...more,
  });
}

/** GetAssociations of any objects, as source or target (§3.18.4.1.2.3.7.7). @param entryUuids of documents, sets or folders */
export const getAssociations = (entryUuids: readonly string[]): StoredQuery =>
  leaf('GetAssociations', { $uuid: [[...entryUuids]] });

/** Documents, and every association of theirs. The query names no patient: the caller compares what comes back. */
export const getDocumentsAndAssociations = (by: By): StoredQuery =>
  leaf('GetDocumentsAndAssociations', named('DocumentEntry', by));

/** The sets that the documents or folders came in, with their HasMember. */
export const getSubmissionSets = (entryUuids: readonly string[]): StoredQuery =>
  leaf('GetSubmissionSets', { $uuid: [[...entryUuids]] });

/** One folder, its documents and the HasMember between them. */
export const getFolderAndContents = (by: By): StoredQuery => leaf('GetFolderAndContents', named('Folder', by));

/** A document, those related to it by the given association types (full URNs), and these associations. */
export const getRelatedDocuments = (by: By, associationTypes: readonly string[]): StoredQuery =>
  leaf('GetRelatedDocuments', { ...named('DocumentEntry', by), $AssociationTypes: [[...associationTypes]] });
