/** The page of metrics, from their table (`npm run docs`). */
import { metricRows } from '../server/operations/table.ts';
import { markdownTable } from './markdown.ts';

export function metricsPage(): string {
  const rows = Object.entries(metricRows).map(([name, { type, labels, help }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return `# Metrics

<!-- Written by \`npm run docs\` from server/operations/table.ts: edit that. -->

What /metrics shows beside what every Node process has (\`process_…\`, \`nodejs_…\`). Where it is served, and to whom:
[operations.md](operations.md). No label names a person, a structure, or anything that an identifier may stand in.

${markdownTable([['Metric', 'Type', 'Labels', 'What it is'], ...rows])}
`;
}
