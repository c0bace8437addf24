/** The lines of a chunk, read one by one: what is wrong with one says nothing of the others. */
import { createHash } from 'node:crypto';
import type { DocumentReference } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Config } from '../../config.ts';
import { parseJson } from '../json.ts';
import { wrongType } from '../wrong-type.ts';
import { linesOf } from './ndjson.ts';

export interface ReadLine {
  /** Its name, where it could be read. */
  reference?: string;
  /** SHA-256 of the line, hex. */
  digest?: string;
  /** Without its id, which is the line's and not the document's. */
  resource?: DocumentReference;
  issues: Issue[];
}

/** As many as the feed takes in at once. */
export const mostLines = 500;
const idForm = /^[A-Za-z0-9\-.]{1,64}$/;

/** What stands around a document's base64. Octets. */
const metadataBytes = 256 * 1024;

/** @throws IssueError takeover-lines, body-missing */
export function readLines(bytes: Uint8Array, { MAX_DOCUMENT_BYTES }: Pick<Config, 'MAX_DOCUMENT_BYTES'>): ReadLine[] {
  const limit = Math.ceil(MAX_DOCUMENT_BYTES / 3) * 4 + metadataBytes;
  const lines: ReadLine[] = [];
  for (const line of linesOf(bytes)) {
    if (lines.length === mostLines) throw new IssueError({ key: 'takeover-lines', values: { limit: mostLines } });
    lines.push(line.length > limit ? tooLarge(limit) : readLine(line));
  }
  if (lines.length === 0) throw new IssueError({ key: 'body-missing', values: { expected: 'DocumentReference' } });
  return lines;
}

const tooLarge = (limit: number): ReadLine => ({ issues: [{ key: 'takeover-line-large', values: { limit } }] });

function readLine(bytes: Uint8Array): ReadLine {
  let given: unknown;
  try {
    given = parseJson(bytes);
  } catch (error) {
    if (error instanceof IssueError) return { issues: [...error.issues] };
    throw error;
  }
  const { resourceType, id, ...rest } = (given ?? {}) as { resourceType?: unknown; id?: unknown };
  const reference = typeof id === 'string' && idForm.test(id) ? { reference: id } : {};
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (resourceType !== 'DocumentReference')
    return { ...reference, digest, issues: [...wrongType('DocumentReference', resourceType).issues] };
  if (reference.reference === undefined)
    return { digest, issues: [{ key: 'takeover-line-id', expression: 'DocumentReference.id' }] };
  return { ...reference, digest, resource: { resourceType, ...rest } as DocumentReference, issues: [] };
}
