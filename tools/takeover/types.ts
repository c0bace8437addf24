/** What the parts of the take-over's command line hand to each other. */
import type { columns } from './manifest/columns.ts';

export type Language = 'fr' | 'en';
export type Column = keyof typeof columns;

/** Something found in a line: a row of `findings.ts`, or of the façade's error table. */
export interface Finding {
  key: string;
  severity: 'error' | 'warning';
  /** For the sentence; no person. */
  values?: Readonly<Record<string, string | number>>;
  /** The façade's own sentence, in the language that was asked for. */
  text?: string;
}

/** One line of a manifest, or one document of a folder. */
export interface ManifestLine {
  /** Of the file (the header is 1), or the place in the folder's order. */
  number: number;
  /** Path of the document, as it is written, relative to the manifest. */
  file: string;
  values: Readonly<Partial<Record<Column, string>>>;
  findings: Finding[];
}

export interface Manifest {
  lines: ManifestLine[];
  /** What files are relative to. */
  folder: string;
  /** Columns that say nothing to us. */
  unknown: string[];
}

/** A line with what was found in it, and what it becomes. */
export interface CheckedLine extends ManifestLine {
  /** Absent: it would be refused. */
  document?: PlannedDocument;
}

/** What is sent of a line, but for its bytes. */
export interface PlannedDocument {
  /** Name of the line at the façade, and of its document: the same whenever and wherever it is worked out. */
  reference: string;
  /** OID */
  uniqueId: string;
  path: string;
  /** octets */
  size: number;
  /** SHA-256, hex */
  digest: string;
  /** DocumentReference without its data. */
  resource: object;
}
