/**
 * A folder of documents without a manifest. Beside `letter.pdf` may stand `letter.pdf.json`, its metadata, named as the columns;
 * without it the name says them: `<patient>__<type>__<date>[__<title>].<extension>`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Column, ManifestLine } from '../types.ts';
import { parsed, valuesOf } from './ndjson.ts';

/** What is looked at; anything else in a folder is no document. */
const documents = /\.(pdf|xml|cda|jpe?g|tiff?|rtf|txt)$/i;
const named: readonly Column[] = ['patient', 'type', 'date', 'title'];

export function readFolder(folder: string): { lines: ManifestLine[]; unknown: string[] } {
  const unknown = new Set<string>();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && documents.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  const lines = files.map((file, i): ManifestLine => {
    const values = existsSync(path.join(folder, `${file}.json`))
      ? valuesOf(parsed(readFileSync(path.join(folder, `${file}.json`), 'utf8')), unknown)
      : ofName(file);
    return {
      number: i + 1,
      file,
      values: { ...values, file },
      findings: values === undefined ? [{ key: 'json', severity: 'error' }] : [],
    };
  });
  return { lines, unknown: [...unknown] };
}

function ofName(file: string): Partial<Record<Column, string>> {
  const parts = path.basename(file, path.extname(file)).split('__');
  return Object.fromEntries(named.flatMap((column, i) => (parts[i] ? [[column, parts[i]]] : [])));
}
