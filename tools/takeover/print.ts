/**
 * What a person reads on the terminal, and what a program reads in the report: numbers of lines and reasons, no person. Names of files
 * may hold names: they are left out unless they are asked for.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { said } from './findings.ts';
import type { ReportLine, Reconciled } from './reconcile.ts';
import type { Finding, Language } from './types.ts';
import type { Say } from './words.ts';

/** Lines that are named of each reason. */
const named = 8;

/** Reasons, how often, and where: widest first. */
export function reasonsTable(lines: readonly ReportLine[], say: Say, language: Language): string {
  const groups = new Map<string, { text: string; lines: number[] }>();
  for (const { line, reasons, warnings } of lines)
    for (const finding of [...reasons, ...warnings]) {
      const text = `${finding.severity === 'error' ? '✗' : '!'} ${said(alike(finding), language)}`;
      const group = groups.get(text) ?? { text, lines: [] };
      group.lines.push(line);
      groups.set(text, group);
    }
  const rows = [...groups.values()]
    .sort((a, b) => b.lines.length - a.lines.length)
    .map(({ text, lines: at }) => [
      String(at.length),
      `${at.slice(0, named).join(', ')}${at.length > named ? ` ${say('more')}` : ''}`,
      text,
    ]);
  if (rows.length === 0) return '';
  return table([[say('count'), say('where'), say('reason')], ...rows]);
}

/** Without what differs from line to line. */
function alike({ values = {}, ...finding }: Finding): Finding {
  const { line: _line, size: _size, count: _count, ...same } = values;
  return { ...finding, values: same };
}

function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const shownFinding = (language: Language) => (finding: Finding) => ({
  code: finding.key,
  text: said(finding, language),
});

/** One line of the report, as a program reads it. */
const shown = (line: ReportLine, language: Language, withFiles: boolean) => ({
  line: line.line,
  ...(withFiles ? { file: line.file } : {}),
  verdict: line.verdict,
  state: line.state,
  reasons: line.reasons.map(shownFinding(language)),
  warnings: line.warnings.map(shownFinding(language)),
  ...(line.task === undefined ? {} : { task: line.task }),
});

/** RFC 4180; a cell that a spreadsheet would take for a formula is none. */
const cell = (value: string | number): string => {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
  return /[;"\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};

/** Writes the report in the form that the name of the file asks for: `.csv`, `.ndjson`, else JSON. */
export function writeReport(file: string, result: Reconciled, language: Language, withFiles: boolean): void {
  const lines = result.lines.map((line) => shown(line, language, withFiles));
  const { lines: _, ...sums } = result;
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, textOf(), { mode: 0o600 });

  function textOf(): string {
    if (file.endsWith('.ndjson')) return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    if (!file.endsWith('.csv')) return `${JSON.stringify({ ...sums, lines }, null, 2)}\n`;
    const header = ['line', ...(withFiles ? ['file'] : []), 'verdict', 'state', 'codes', 'reasons', 'task'];
    const rows = lines.map((line) => [
      line.line,
      ...(withFiles ? [line.file ?? ''] : []),
      line.verdict,
      line.state,
      line.reasons.map((r) => r.code).join(' '),
      line.reasons.map((r) => r.text).join(' '),
      line.task ?? '',
    ]);
    // With a byte order mark: spreadsheets take UTF-8 for something else without it.
    return `\ufeff${[header, ...rows].map((row) => row.map(cell).join(';')).join('\r\n')}\r\n`;
  }
}
