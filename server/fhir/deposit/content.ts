/**
 * The document itself: base64 decoded strictly and once, then measured against what was said of it (type, size, hash) and
 * against what the DMP takes. Bytes are never copied again after decoding.
 */
import { createHash } from 'node:crypto';
import type { Attachment } from '@medplum/fhirtypes';
import {
  canonicalMedia,
  declaresPdfA1,
  depositMedia,
  isEmpty,
  sniff,
  type SniffedMedia,
} from '../../../mappings/media.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Config } from '../../config.ts';

/** The deposited document. */
export interface Content {
  bytes: Uint8Array;
  media: SniffedMedia;
  /** SHA-256, hex: tells "the same again" from "something else". */
  digest: string;
  issues: Issue[];
}

/** Where the document and what is said of it stand. */
export interface ContentSource {
  data: string | undefined;
  /** FHIRPath of the data element. */
  dataPath: string;
  attachment: Attachment;
  /** FHIRPath of the attachment. */
  path: string;
  /** Binary.contentType, when the data are in a Binary: must say the same type. */
  binaryType?: string;
}

type ContentConfig = Pick<Config, 'MAX_DOCUMENT_BYTES' | 'PDFA'>;

/**
 * Decodes and checks one document.
 * @throws IssueError document-base64, document-empty, too-large (413), document-type (415), document-type-mismatch,
 *   size-mismatch, hash-mismatch, pdfa-expected (422): all that apply, in one error
 */
export function readContent(source: ContentSource, config: ContentConfig): Content {
  const { attachment, path } = source;
  const given = attachment.contentType ?? '';
  const media = canonicalMedia(given);
  if (!media) {
    const values = { given: given.slice(0, 80), supported: Object.keys(depositMedia).join(', ') };
    throw new IssueError({ key: 'document-type', expression: `${path}.contentType`, values });
  }
  const bytes = decodeBase64(source.data ?? '', source.dataPath, config.MAX_DOCUMENT_BYTES);
  if (isEmpty(bytes)) throw new IssueError({ key: 'document-empty', expression: source.dataPath });

  const issues: Issue[] = [];
  const wrongType = (expression: string): void =>
    void issues.push({ key: 'document-type-mismatch', expression, values: { given: given.slice(0, 80) } });
  if (sniff(bytes) !== media) wrongType(`${path}.contentType`);
  if (source.binaryType !== undefined && canonicalMedia(source.binaryType) !== media)
    wrongType(source.dataPath.replace(/data$/, 'contentType'));
  if (attachment.size !== undefined && attachment.size !== bytes.length)
    issues.push({
      key: 'size-mismatch',
      expression: `${path}.size`,
      values: { given: attachment.size, actual: bytes.length },
    });
  if (attachment.hash !== undefined && !sameHash(attachment.hash, bytes))
    issues.push({ key: 'hash-mismatch', expression: `${path}.hash` });
  if (media === 'application/pdf' && config.PDFA !== 'ignore' && !declaresPdfA1(bytes))
    issues.push({
      key: 'pdfa-expected',
      expression: `${path}.contentType`,
      ...(config.PDFA === 'warn' ? { severity: 'warning' as const } : {}),
    });
  if (issues.some((i) => i.severity !== 'warning')) throw new IssueError(issues);
  return { bytes, media, digest: createHash('sha256').update(bytes).digest('hex'), issues };
}

/** FHIR `hash`: SHA-1 of the raw bytes, base64 (R4 datatypes.html#Attachment). */
function sameHash(hash: string, bytes: Uint8Array): boolean {
  return Buffer.from(hash, 'base64').equals(createHash('sha1').update(bytes).digest());
}

/**
 * Base64 of RFC 4648 §4, strictly: alphabet, padding, no bits lost in the last group. White space between groups is
 * allowed, as FHIR R4's base64Binary allows it.
 * @throws IssueError too-large before anything is decoded, document-base64
 */
export function decodeBase64(data: string, path: string, limit: number): Uint8Array {
  const wrong = (): IssueError => new IssueError({ key: 'document-base64', expression: path });
  // Beyond Latin-1 nothing is base64 nor a blank, and the bytes below would make something else of it.
  if (/[^\x00-\xff]/.test(data)) throw wrong();
  const text = /\s/.test(data) ? withoutBlanks(data) : data;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const length = (text.length / 4) * 3 - padding;
  if (length > limit) throw new IssueError({ key: 'too-large', expression: path, values: { limit } });
  // The decoder leaves out what is not of the alphabet, so that less comes out; only base64url's letters it takes as well.
  if (text.length % 4 !== 0 || text.includes('-') || text.includes('_')) throw wrong();
  const bytes = Buffer.from(text, 'base64');
  const last = bytes.subarray(Math.floor((bytes.length - 1) / 3) * 3);
  if (bytes.length !== length || (bytes.length > 0 && last.toString('base64') !== text.slice(-4))) throw wrong();
  return bytes;
}

/** Byte by byte: a regular expression takes seconds over megabytes that have a blank every few characters. */
function withoutBlanks(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  let kept = 0;
  for (const b of bytes) if (b !== 0x20 && (b < 0x09 || b > 0x0d)) bytes[kept++] = b;
  return bytes.toString('latin1', 0, kept);
}
