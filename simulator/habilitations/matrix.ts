/**
 * The matrix of habilitations: profession and speciality × class and type of document, read from a file of ours in the
 * format of docs/habilitations.md. Without a file everything is readable (dmp-wire §9: no machine-readable source).
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const code = z.string().regex(/^\S{1,64}$/, 'a code of 1 to 64 characters without white space');
const said = z.string().regex(/\S/, 'must not be empty');

const matrix = z.strictObject({
  version: said,
  source: said,
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
export type HabilitationMatrix = z.infer<typeof matrix>;

/** A matrix from data. @throws Error that names the places which break the format */
export function parseMatrix(data: unknown): HabilitationMatrix {
  const result = matrix.safeParse(data);
  if (!result.success) throw new Error(z.prettifyError(result.error));
  return result.data;
}

/** The matrix of a JSON file. @throws Error when it cannot be read or breaks the format */
export function readMatrix(file: string): HabilitationMatrix {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? 'not JSON' : 'cannot be read', { cause: error });
  }
  return parseMatrix(data);
}

/** A requester and a document, by their codes. */
export interface Reading {
  role: string | undefined;
  specialtyCode: string | undefined;
  classCode: string | undefined;
  typeCode: string | undefined;
}

const narrowing = ['specialtyCode', 'classCode', 'typeCode'] as const;

/** Whether the matrix lets a requester read a document: the most specific row, the later one among equals, the default. */
export function isReadable({ default: otherwise, rows }: HabilitationMatrix, reading: Reading): boolean {
  let allow = otherwise;
  let weight = 0;
  for (const row of rows) {
    const said = narrowing.filter((name) => row[name] !== undefined);
    if (row.role !== reading.role || said.some((name) => row[name] !== reading[name])) continue;
    if (said.length < weight) continue;
    weight = said.length;
    allow = row.allow;
  }
  return allow;
}
