import type { DocumentReference } from '@medplum/fhirtypes';
import type { Criterion } from './criteria.ts';
import type { StoredQuery } from './query.ts';

/** One search parameter of DocumentReference. */
export interface SearchParameterRow {
  /** code, chain included */
  name: string;
  type: 'token' | 'date' | 'string' | 'reference';
  /** FHIRPath */
  expression: string;
  /** canonical of the SearchParameter that defines it */
  definition?: string;
  /** Slot(s) of FindDocuments that narrow or answer it. */
  slot?: string;
}

export const documentSearchParameters: readonly SearchParameterRow[] = [];

export interface TranslatedSearch {
  query: StoredQuery;
  /** To be checked on each result with `matches`. */
  residual: Criterion[];
  /** Nothing can match: no need to ask. */
  empty?: true;
}

/** Translates a search of one patient's documents into FindDocuments and what remains to be checked. */
export function toStoredQuery(_criteria: Criterion[], _patientId: string): TranslatedSearch {
  throw new Error('being written');
}

/** Whether a resource satisfies a criterion. */
export function matches(_resource: DocumentReference, _criterion: Criterion): boolean {
  throw new Error('being written');
}
