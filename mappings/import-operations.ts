/**
 * The take-over's operations, in the manner of the Bulk Data import proposal (github.com/smart-on-fhir/bulk-import) and of FHIR's
 * asynchronous pattern (R4 async.html): canonical URLs of their OperationDefinitions, which are made by `profiles/imports.ts`.
 */
import { ours } from './canonicals.ts';

const of = (name: string): string => `${ours}/OperationDefinition/${name}`;

export const importOperations = {
  import: of('import'),
  'import-documents': of('import-documents'),
  'import-status': of('import-status'),
  'import-report': of('import-report'),
  'import-change': of('import-change'),
} as const;

/** What is done with a take-over. */
export const importActions = ['pause', 'resume', 'complete', 'cancel', 'confirm'] as const;
export type ImportAction = (typeof importActions)[number];
