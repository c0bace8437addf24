/**
 * The establishment's own document types: a CSV of local type → type of the DMP (`local;type[;class][;title]`), or the DMP's
 * codes themselves (LOINC, TRE_A05), with or without their system.
 */
import { parse } from 'csv-parse/sync';
import { isMember, schemeOf } from '../../../mappings/terminology/valuesets.ts';
import { plain } from './columns.ts';
import { textOf } from './csv.ts';

export interface DocumentType {
  code: string;
  /** OID */
  scheme: string;
  /** Class (TRE_A03), where the mapping gives one. */
  class?: string;
  /** For lines without a title. */
  title?: string;
}

export type TypeMapping = ReadonlyMap<string, { type: string; class?: string; title?: string }>;

const names = {
  local: ['local', 'type_local', 'local_type', 'code_local'],
  type: ['type', 'code', 'typecode', 'loinc', 'type_dmp'],
  class: ['class', 'classe'],
  title: ['title', 'titre', 'libelle'],
} as const;

/** @throws Error when the headers `local` and `type` lack */
export function readMapping(bytes: Uint8Array): TypeMapping {
  const text = textOf(bytes);
  const delimiter = text.slice(0, text.search(/\r?\n|$/)).includes(';') ? ';' : ',';
  const [header = [], ...rows] = parse(text, { delimiter, bom: true, trim: true, skip_empty_lines: true });
  const at = (name: keyof typeof names): number =>
    header.findIndex((h) => (names[name] as readonly string[]).includes(plain(h)));
  if (at('local') < 0 || at('type') < 0) throw new Error('local;type');
  const cell = (row: string[], name: keyof typeof names): string | undefined => row[at(name)] || undefined;
  return new Map(
    rows.flatMap((row) => {
      const [local, type] = [cell(row, 'local'), cell(row, 'type')];
      const [klass, title] = [cell(row, 'class'), cell(row, 'title')];
      if (local === undefined || type === undefined) return [];
      return [[key(local), { type, ...(klass ? { class: klass } : {}), ...(title ? { title } : {}) }] as const];
    }),
  );
}

/** Types are compared without case or blanks at their ends. */
const key = (local: string): string => local.trim().toLowerCase();

/** The type of the DMP (JDV_J66) that a line means; undefined: neither mapped nor one of its codes. */
export function typeOf(local: string, mapping: TypeMapping): DocumentType | undefined {
  const mapped = mapping.get(key(local));
  const [code = '', ...system] = (mapped?.type ?? local).split('|').reverse();
  const said = system[0]?.replace(/^urn:oid:/, '').replace(/^http:\/\/loinc\.org$/, loinc);
  const scheme = said ?? schemeOf('J66', code);
  if (scheme === undefined || !isMember('J66', code, scheme)) return undefined;
  const { class: klass, title } = mapped ?? {};
  return { code, scheme, ...(klass ? { class: klass } : {}), ...(title ? { title } : {}) };
}

const loinc = '2.16.840.1.113883.6.1';
