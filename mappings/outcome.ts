/**
 * What can go wrong, as data that every room shares: an issue is raised where it is found, names the element and the
 * row of the error table, and is turned into an OperationOutcome in one place (`server/fhir/outcome.ts`).
 */

/** One thing that is wrong. `key` is a row of the error table (`errors.ts`), which holds the sentences and the HTTP status. */
export interface Issue {
  key: string;
  /** FHIRPath of the culprit, e.g. `DocumentReference.content[0].attachment.hash`. */
  expression?: string;
  /** Values for the `{name}` places of the sentence. Never an INS, a name, a token. */
  values?: Record<string, string | number>;
  severity?: 'error' | 'warning' | 'information';
  /** Where it stands in the text that was sent, when that text is XML. Both count from 1 and 0, as parsers do. */
  position?: { line: number; column: number };
  /** The DMP's own code (XDS errorCode, DMP code…), kept for the reader. */
  upstream?: { system: string; code: string };
}

/** Raised when a request cannot be done; carries every issue that was found, not only the first. */
export class IssueError extends Error {
  readonly issues: readonly Issue[];
  constructor(issues: Issue | readonly Issue[]) {
    const list = Array.isArray(issues) ? (issues as readonly Issue[]) : [issues as Issue];
    super(list.map((i) => i.key).join(', '));
    this.name = 'IssueError';
    this.issues = list;
  }
}
