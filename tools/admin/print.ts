/** How the command line shows what it got, to people. */

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

const cell = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every(isPlain)) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Columns of a list, by what its rows have: the others are for `show`. */
const columns = [
  ['id', 'name', 'state', 'inForce', 'isPrimary', 'authMethod', 'grants', 'structures'],
  ['id', 'kind', 'state', 'inForce', 'subject', 'notBefore', 'notAfter'],
  ['structure', 'kind', 'standing', 'days', 'until'],
  ['number', 'at', 'action', 'author'],
  ['version', 'decision', 'effectiveFrom', 'recordedAt', 'recordedBy'],
];

function table(rows: readonly Record<string, unknown>[]): string {
  const score = (names: readonly string[]) => names.filter((name) => rows.some((row) => name in row)).length;
  const best = [...columns].sort((a, b) => score(b) / b.length - score(a) / a.length)[0] ?? [];
  const names = best.filter((name) => rows.some((row) => name in row));
  const lines = [names, ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = names.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A list as a table, an entry as lines `name: value`. */
export function printed(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'None.' : table(value as Record<string, unknown>[]);
  const lines = Object.entries(value as object).map(([name, of]: [string, unknown]) =>
    name === 'certificates' && (of as unknown[]).length > 0
      ? `certificates:\n${table(of as Record<string, unknown>[]).replace(/^/gm, '  ')}`
      : `${name}: ${cell(of)}`,
  );
  return lines.join('\n');
}
