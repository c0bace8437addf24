import type { List, Reference, Resource } from '@medplum/fhirtypes';
import type { SubmissionSet } from './xds.ts';

export interface SubmissionListContext {
  id: string;
  subject: Reference;
  /** The documents of the set. */
  items: Reference[];
}

export interface SubmissionSetContext {
  /** CX */
  patientId: string;
  defaults?: Partial<SubmissionSet>;
  resolve?(reference: Reference): Resource | undefined;
}

/** A submission set as a PDSm comprehensive List. */
export function submissionSetToFhir(_set: SubmissionSet, _context: SubmissionListContext): List {
  throw new Error('being written');
}

/** The submission set that a List describes. @throws IssueError with every problem */
export function submissionSetFromFhir(_list: List, _context: SubmissionSetContext): SubmissionSet {
  throw new Error('being written');
}
