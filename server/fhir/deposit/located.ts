/** Problems that a step finds in a resource alone, told of the resource where it stands in the request. */
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';

/** Puts the document's place before an expression that starts at the resource. */
export function under(path: string, issue: Issue): Issue {
  const inside = (issue.expression ?? '').replace(/^DocumentReference\b/, path);
  return { ...issue, expression: inside === '' ? path : inside };
}

export function located<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof IssueError) throw new IssueError(error.issues.map((issue) => under(path, issue)));
    throw error;
  }
}

/** @param path FHIRPath of the base64. @throws IssueError cda-invalid and others of the CDA */
export function readHeader(bytes: Uint8Array, path: string): CdaHeader {
  return located(path, () => readCdaHeader(bytes));
}
