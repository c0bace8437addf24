/**
 * FHIR XML (R4 xml.html) as the JSON form of the same resource, which everything behind reads. Strict: no DTD, no entity
 * beyond the five of XML, UTF-8 alone; every element and attribute must be one of its FHIR type, in FHIR's namespace, and
 * every value must have the form of its type. What is found wrong is said with its path, line and column.
 *
 * The order of elements is not asked for: it says nothing that the names do not. Comments and processing instructions
 * are skipped.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import { ReaderState, Stop } from './read-state.ts';

/** Bytes of a document: what the route lets through is far less. */
const maxSize = 512 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * @param bytes a document in UTF-8, with or without byte order mark
 * @returns the resource in JSON form; whether it is valid FHIR is for the validator to say
 * @throws IssueError `xml-malformed`, `xml-unexpected`, `property-unknown`, `cardinality`, `value-format`, `value-empty`,
 * `resource-unknown`, `narrative`; each with its place
 */
export function readFhirXml(bytes: Uint8Array): unknown {
  if (bytes.byteLength > maxSize) throw new IssueError({ key: 'too-large', values: { limit: maxSize } });
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new IssueError({ key: 'xml-malformed', values: { detail: 'UTF-8' } });
  }
  try {
    return new ReaderState(false).read(text);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  // Something is wrong: once more, counting lines, to say where, and what else.
  const reader = new ReaderState(true);
  try {
    reader.read(text);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  throw new IssueError(reader.issues);
}
