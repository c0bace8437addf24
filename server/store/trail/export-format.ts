/**
 * The files of an export (docs/audit.md, "Export"): the events as NDJSON of AuditEvent; the chain, NDJSON of the lines below; and
 * the manifest, JSON that says what the two hold and what they hash to, with its own text signed (`signature`, compact JWS).
 */
import type { ChainedRecord } from './canonical.ts';

export type ChainLine =
  /** Those that introduce keys, and those that sign for the segments; in their order, before all else. */
  | { checkpoint: number; token: string }
  /** A segment begins: its stream, and the number and hash of the record before. */
  | { stream: string; after: number; hash: string }
  /** A record of the segment, whole. */
  | { seq: number; record: Omit<ChainedRecord, 'stream' | 'seq'> }
  /** A record that is not in this export, by its digest alone: the chain goes through it. */
  | { seq: number; digest: string }
  /** A record from before the chain: nothing proves it but the manifest. */
  | { before: Omit<ChainedRecord, 'stream' | 'seq'> };

export interface Segment {
  stream: string;
  first: number;
  last: number;
  /** Of the last record, hex. */
  hash: string;
}

interface FileDigest {
  name: string;
  lines: number;
  sha256: string;
}

export interface Manifest {
  format: typeof EXPORT_FORMAT;
  /** ISO 8601 */
  made: string;
  /** Criteria: `recorded` from (inclusive), until (exclusive); one structure. */
  from?: string;
  until?: string;
  structure?: string;
  /** Records of the chain, from before the chain, and not exported yet as no checkpoint signs for them. */
  records: number;
  before: number;
  unsigned: number;
  segments: Segment[];
  events: FileDigest;
  chain: FileDigest;
}

export const EXPORT_FORMAT = 'dmp-fhir/audit-export/1';
export const EXPORT_TYPE = 'audit-export+jws';

/** The names of the three files, by that of the events. */
export const exportFiles = (events: string) => {
  const stem = events.replace(/\.ndjson$/, '');
  return { events, chain: `${stem}.chain.ndjson`, manifest: `${stem}.manifest.json` };
};
