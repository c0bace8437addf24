/**
 * `npm run docs`: writes the pages of `docs/` and the profiles that are derived from tables. A test fails when one is not what its table
 * says.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errors, type ErrorRow } from '../mappings/errors.ts';
import { mappingMarkdown, mappingTable } from '../mappings/mapping-table.ts';
import { assumptionsPage } from './assumptions.ts';
import { configurationPage } from './configuration.ts';
import { metricsPage } from './metrics.ts';
import { openApiYaml } from './openapi.ts';
import { postmanCollection, postmanEnvironment } from './postman/collection.ts';
import { collectionFile, environmentFile } from './postman/files.ts';
import { profileFiles } from './profiles.ts';
import { transactionsPage } from './transactions.ts';

const note = (source: string): string => `<!-- Written by \`npm run docs\` from ${source}: edit that. -->`;

/** Where each piece of metadata goes. */
export function mappingPage(): string {
  const { documentEntry, submissionSet, folder } = mappingTable();
  return `# Mapping between FHIR and XDS

${note('the rows of mappings/')}

One row per piece of metadata, read in both directions by the same code. The last column says what does not come back when
something is deposited in FHIR and found again in FHIR; a test holds that list.

A document that is not a CDA is wrapped in one: the DMP holds a CDA R2 level 1. So \`attachment.contentType\`, \`hash\` and
\`size\` read back are those of the CDA, and \`GET Binary\` with \`Accept: application/pdf\` (or the type deposited) gives the
deposited bytes exactly.

## DocumentReference ↔ DocumentEntry

${mappingMarkdown(documentEntry)}

## List ↔ SubmissionSet

${mappingMarkdown(submissionSet)}

## List ↔ Folder

${mappingMarkdown(folder)}
`;
}

/** Each thing that can go wrong. */
export function errorsPage(): string {
  const rows = Object.entries(errors as Record<string, ErrorRow>).map(
    ([key, { status, code, fr, en, retry }]) =>
      `| \`${key}\` | ${status} | \`${code}\` | ${fr.replaceAll('|', '\\|')} | ${en.replaceAll('|', '\\|')} | ${retry ? 'yes' : ''} |`,
  );
  return `# Errors

${note('mappings/errors.ts')}

Every error is an OperationOutcome. \`details.coding\` names the row below and keeps the DMP's own code (\`dmp:…\`, XDS error
codes among them) beside it; \`expression\` names the element. \`{…}\` places are filled in.

| Row | HTTP | issue code | Français | English | Try again |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** File, from the root → what it must hold. */
export const pages: Record<string, () => string> = {
  'docs/assumptions.md': assumptionsPage,
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
  'docs/mapping.md': mappingPage,
  'docs/metrics.md': metricsPage,
  'docs/transactions.md': transactionsPage,
  'openapi/openapi.yaml': openApiYaml,
  [`openapi/${collectionFile}`]: postmanCollection,
  [`openapi/${environmentFile}`]: postmanEnvironment,
  ...Object.fromEntries(Object.entries(profileFiles).map(([name, page]) => [`profiles/${name}`, page])),
};

export const pathOf = (name: string): string => path.resolve(import.meta.dirname, '..', name);

if (process.argv[1] === import.meta.filename)
  for (const [name, page] of Object.entries(pages)) await writeFile(pathOf(name), page());
