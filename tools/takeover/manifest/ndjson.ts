/** A manifest in NDJSON: one object a line, whose members are named as the columns of the CSV; also the sidecar of one document. */
import type { Column, Finding, ManifestLine } from '../types.ts';
import { columnOf } from './columns.ts';
import { textOf } from './csv.ts';

/** The columns of an object; members that say nothing are added to `unknown`. */
export function valuesOf(object: unknown, unknown: Set<string>): Partial<Record<Column, string>> | undefined {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined;
  const values: Partial<Record<Column, string>> = {};
  for (const [name, value] of Object.entries(object)) {
    const column = columnOf(name);
    if (column === undefined) unknown.add(name);
    else if ((typeof value === 'string' || typeof value === 'number') && String(value).trim() !== '')
      values[column] = String(value).trim();
  }
  return values;
}

const notJson: Finding = { key: 'json', severity: 'error' };

export function readNdjson(bytes: Uint8Array): { lines: ManifestLine[]; unknown: string[] } {
  const unknown = new Set<string>();
  const lines = textOf(bytes)
    .split(/\r?\n/)
    .flatMap((text, i): ManifestLine[] => {
      if (text.trim() === '') return [];
      const values = valuesOf(parsed(text), unknown);
      const line = { number: i + 1, file: values?.file ?? '', values: values ?? {} };
      return [{ ...line, findings: values === undefined ? [notJson] : [] }];
    });
  return { lines, unknown: [...unknown] };
}

/** @returns undefined for what is no JSON */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
  } catch {
    return undefined;
  }
}
