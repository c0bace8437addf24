/**
 * What the forms of a patch have in common: each is read without the document, then applied to it, and says what it touched.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { shown } from '../validation/shown.ts';

/** Operations of one patch: the three things that it may change need a handful. */
export const maxOperations = 100;
/** Bytes of a patch: its few values are small, and each of its paths may look at all that the others have added. */
export const maxBytes = 64 * 1024;
/** Elements of a list that a path goes through. */
export const maxList = 1000;
/** Characters of what `copy` copies: copies of copies grow without end. */
export const maxCopy = 10_000;
/** Characters of a path. */
export const maxPath = 1000;

/** A place that an operation writes. */
export interface Touch {
  /** Element of DocumentReference, e.g. `securityLabel`; `*` for the resource itself. */
  element: string;
  /** The extension in question, when the place is inside of one that is known. */
  url?: string;
  /** The label that is written as a whole in a place of its own, as it was given. */
  label?: unknown;
}

export interface Applied {
  /** Any JSON: whether it is a DocumentReference is yet to be seen. */
  resource: unknown;
  touched: Touch[];
}

/** A patch that was read. */
export interface Patch {
  /** Elements that its paths name, whether or not they are there; `*` for the resource itself. */
  names: readonly string[];
  /** @throws IssueError patch-path, patch-not-applicable, patch-test-failed; the document given is not changed */
  apply(document: DocumentReference): Applied;
}

export const malformed = (detail: string): IssueError => new IssueError({ key: 'patch-malformed', values: { detail } });

/** @throws IssueError patch-malformed, patch-too-many */
export function requireCount(count: number): void {
  if (count === 0) throw malformed('0 operations');
  if (count > maxOperations) throw new IssueError({ key: 'patch-too-many', values: { max: maxOperations } });
}

/** An operation (counted from 0) that the document as it is does not allow. */
export const notApplicable = (index: number, detail: string): IssueError =>
  new IssueError({ key: 'patch-not-applicable', values: { index, detail } });

/** A path that is not one of its form, and what to write in its place. */
export const badPath = (path: string, detail: string, remedy: string): IssueError =>
  new IssueError({ key: 'patch-path', values: { path: shown(path), detail, remedy } } satisfies Issue);
