/**
 * A manifest in CSV (RFC 4180): UTF-8 with or without byte order mark, or UTF-16 as spreadsheets export it; the separator is the
 * one of `;`, `,` and tab that the header has most often.
 */
import { parse } from 'csv-parse/sync';
import type { Column, ManifestLine } from '../types.ts';
import { readHeaders } from './columns.ts';

/** @throws Error for another encoding, such as Windows-1252: accents in it would be lost */
export function textOf(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

const separators = [';', ',', '\t'] as const;

function separatorOf(text: string): string {
  const header = text.slice(0, text.search(/\r?\n|$/));
  const count = (separator: string): number => header.split(separator).length;
  return [...separators].sort((a, b) => count(b) - count(a))[0] ?? ';';
}

/** A row as csv-parse gives it with `info`. */
interface Row {
  record: string[];
  info: { lines: number };
}

/** @throws HeaderError; Error of csv-parse for what is no CSV */
export function readCsv(bytes: Uint8Array): { lines: ManifestLine[]; unknown: string[] } {
  const text = textOf(bytes);
  const rows = parse(text, {
    delimiter: separatorOf(text),
    bom: true,
    trim: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    relax_column_count: true,
    info: true,
  }) as unknown as Row[];
  const { of, unknown } = readHeaders(rows[0]?.record ?? []);
  const lines = rows.slice(1).map(({ record, info }): ManifestLine => {
    const values: Partial<Record<Column, string>> = {};
    of.forEach((column, i) => {
      const value = record[i]?.trim();
      if (column !== undefined && value !== undefined && value !== '') values[column] = value;
    });
    const isOdd = record.length !== of.length;
    return {
      number: info.lines,
      file: values.file ?? '',
      values,
      findings: isOdd
        ? [{ key: 'columns', severity: 'error', values: { count: record.length, expected: of.length } }]
        : [],
    };
  });
  return { lines, unknown };
}
