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
export function getDocuments(
  by: { uniqueIds: readonly string[] } | { entryUuids: readonly string[] },
  returnType: StoredQuery['returnType'] = 'LeafClass',
): StoredQuery {
  return {
    query: 'GetDocuments',
    returnType,
    parameters:
      'uniqueIds' in by
        ? { $XDSDocumentEntryUniqueId: [[...by.uniqueIds]] }
        : { $XDSDocumentEntryEntryUUID: [[...by.entryUuids]] },
  };
}
