/** The settings under “What is new ($whats-new)”. */
import { int, type Rows } from './schemas.ts';

export const news = {
  NEWS_FIRST_YEARS: [
    int(1, 100).default(2),
    'How far back a first `$whats-new` looks, by serviceStartTime: 2 years is the CNAM’s recommendation (fhir A.7).',
  ],
  NEWS_BATCH: [
    int(1, 500).default(20),
    'Sets or documents that one GetAssociations or GetDocumentsAndAssociations of `$whats-new` asks about (fhir A.7).',
  ],
  NEWS_OVERLAP_SECONDS: [
    int(0, 86_400).default(900),
    '`$whats-new` looks this far back before `since`: a set carries the clock of its author, and arrives after it was made.',
  ],
  NEWS_MAX_DOCUMENTS: [int(1, 100_000).default(5000), 'Documents that one `$whats-new` collects at most.'],
} as const satisfies Rows;
