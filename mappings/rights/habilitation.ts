/**
 * The matrix of habilitations: which profession reads which kind of document. Its format and how it is read are documented in
 * docs/habilitations.md; the official one is published for people only, so that its values come from a deployer's file.
 */
import { z } from 'zod';
import { defined } from '../defined.ts';

const words = z.string().min(1).max(400);
const code = z.string().regex(/^\S{1,64}$/);

const matrix = z.strictObject({
  version: words,
  source: words,
  default: z.boolean(),
  rows: z.array(
    z.strictObject({
      role: code,
      specialtyCode: code.optional(),
      classCode: code.optional(),
      typeCode: code.optional(),
      allow: z.boolean(),
    }),
  ),
});

export type Habilitations = z.output<typeof matrix>;

/** What is read, as the DMP's metadata say it. */
export interface DocumentKind {
  /** TRE_A03 */
  classCode?: string;
  /** LOINC or TRE_A05 */
  typeCode?: string;
}

/** @throws RangeError naming every place of the file that breaks the format, never its value */
export function parseHabilitations(json: unknown): Habilitations {
  const read = matrix.safeParse(json);
  if (read.success) return read.data;
  const places = read.error.issues.map((i) => `${i.path.join('.') || 'the file'}: ${i.message}`);
  throw new RangeError(places.join('; '));
}

type Row = Habilitations['rows'][number];
type Roles = readonly { code: string }[];

const limited = ['specialtyCode', 'classCode', 'typeCode'] as const;
const weight = (row: Row): number => limited.filter((member) => row[member] !== undefined).length;

const isFor = (row: Row, [profession, specialty]: Roles): boolean =>
  row.role === profession?.code && (row.specialtyCode === undefined || row.specialtyCode === specialty?.code);

/**
 * Whether a requester may read documents of a kind: of the rows that match, the most specific; among equals the later one;
 * without any, the default.
 */
export function isReadable({ rows, default: otherwise }: Habilitations, roles: Roles, kind: DocumentKind): boolean {
  let best: Row | undefined;
  for (const row of rows) {
    const matches =
      isFor(row, roles) &&
      (row.classCode === undefined || row.classCode === kind.classCode) &&
      (row.typeCode === undefined || row.typeCode === kind.typeCode);
    if (matches && (!best || weight(row) >= weight(best))) best = row;
  }
  return best?.allow ?? otherwise;
}

/**
 * What the file says of a requester: each kind of document that a row for them names, once, in the order of the file, and whether
 * it is readable; what is not named follows `otherwise`.
 */
export function habilitationsOf(
  matrix: Habilitations,
  roles: Roles,
): { kinds: (DocumentKind & { readable: boolean })[]; otherwise: boolean } {
  const named = new Map<string, DocumentKind>();
  for (const row of matrix.rows.filter((r) => isFor(r, roles))) {
    const kind = defined({ classCode: row.classCode, typeCode: row.typeCode });
    if (kind.classCode !== undefined || kind.typeCode !== undefined)
      named.set(JSON.stringify([kind.classCode, kind.typeCode]), kind);
  }
  return {
    kinds: [...named.values()].map((kind) => ({ ...kind, readable: isReadable(matrix, roles, kind) })),
    otherwise: isReadable(matrix, roles, {}),
  };
}
