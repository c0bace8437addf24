import type { DocumentReference, DocumentReferenceRelatesTo, Reference, Resource } from '@medplum/fhirtypes';
import type { DocumentEntry } from './xds.ts';

/** What the façade knows of a document beside its entry. */
export interface DocumentReferenceContext {
  /** Logical id of the resource. */
  id: string;
  subject: Reference;
  /** Where the bytes are read (ITI-68). */
  attachmentUrl: string;
  /** meta.versionId; by default the XDS version. */
  versionId?: string;
  /** meta.lastUpdated */
  lastUpdated?: string;
  /** From the associations, which are no part of an entry. */
  relatesTo?: DocumentReferenceRelatesTo[];
}

/** What a DocumentReference does not say, or says by reference. */
export interface DocumentEntryContext {
  /** CX */
  patientId: string;
  /** CX, when the resource has none. */
  sourcePatientId?: string;
  /** When the resource has none. */
  sourcePatientInfo?: string[];
  /** Values for what the resource leaves out. */
  defaults?: Partial<DocumentEntry>;
  /** Finds what is referenced outside the resource (Bundle entries, known resources); contained ones are found anyway. */
  resolve?(reference: Reference): Resource | undefined;
}

/** A document entry as a PDSm comprehensive DocumentReference. */
export function documentEntryToFhir(_entry: DocumentEntry, _context: DocumentReferenceContext): DocumentReference {
  throw new Error('being written');
}

/** The document entry that a DocumentReference describes. @throws IssueError with every problem */
export function documentEntryFromFhir(_resource: DocumentReference, _context: DocumentEntryContext): DocumentEntry {
  throw new Error('being written');
}
