/**
 * What the hashes of the audit trail are taken over (docs/audit.md, "The chain"): JSON in its canonical form (RFC 8785: members
 * sorted, no white space), in UTF-8. The content is hashed as it reads, never as it is sealed: a change of the sealing key changes
 * no hash. A random salt in the content keeps anyone from guessing a short content by its digest.
 */
import { createHash } from 'node:crypto';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What JSON makes of a value: no `undefined`, dates as text. */
export const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** RFC 8785 of what `JSON.parse` gave. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}

/** Hex. */
export const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** The hash before the first record of a stream, and before the first checkpoint. */
export const NOTHING = '0'.repeat(64);

/** A record as it is hashed: what stands in clear, and the content that is sealed. Keyed hashes as hex. */
export interface ChainedRecord {
  stream: string;
  /** 1, 2… without gap in its stream */
  seq: number;
  id: string;
  kind: string;
  /** ISO 8601, UTC, milliseconds */
  at: string;
  structure: string;
  person: string | null;
  clientId: string;
  requestId: string | null;
  patientId: string | null;
  outcome: string;
  terms: string[];
  /** With `salt`. */
  content: Json;
}

const FORMAT = 'dmp-fhir/audit-record/1';

/** Digest of a record by itself: tells nothing of it, as its content is salted. */
export function recordDigest({ content, ...clear }: ChainedRecord): string {
  return sha256(canonical({ format: FORMAT, ...clear, content: sha256(canonical(content)) }));
}

/** The hash of a record: over the one before it in its stream, and its own digest (64 bytes). */
export const chainHash = (previous: string, digest: string): string =>
  sha256(Buffer.from(previous, 'hex'), Buffer.from(digest, 'hex'));
