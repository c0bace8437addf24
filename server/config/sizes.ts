/** The settings under “Sizes, pages and searches”. */
import { z } from 'zod';
import { bool, int, type Rows } from './schemas.ts';

export const sizes = {
  MAX_BODY_BYTES: [int(1024, 2 ** 31).default(40 * 1024 * 1024), 'Largest request body (413 beyond).'],
  MAX_DOCUMENT_BYTES: [
    int(1024, 2 ** 31).default(20 * 1024 * 1024),
    'Largest document at deposit (no public source gives the DMP’s own limit).',
    'assumed',
  ],
  PAGE_SIZE: [int(1, 1000).default(50), '`_count` when the client gives none.'],
  PAGE_SIZE_MAX: [int(1, 1000).default(500), 'Largest `_count` served.'],
  SEARCH_TTL_SECONDS: [int(10, 86_400).default(600), 'How long the pages of one search stay readable.'],
  RELATIONS: [
    bool.default(true),
    'Show `relatesTo`: one more stored query for the documents of a page. The search by `relatesto` asks in any case.',
  ],
  RELATIONS_BATCH: [
    int(1, 1000).default(100),
    'Documents that one GetAssociations or GetDocuments asks about; the CNAM’s own pattern is 20 (fhir A.7).',
  ],
  REFERENCE_ID_TYPES: [
    z
      .string()
      .regex(/^(urn:[\w:.-]+(,urn:[\w:.-]+)*)?$/)
      .default(
        [
          'urn:ihe:iti:xds:2013:uniqueId',
          'urn:ihe:iti:xds:2013:accession',
          'urn:ihe:iti:xds:2013:referral',
          'urn:ihe:iti:xds:2013:order',
          'urn:ihe:iti:xds:2013:workflowInstanceId',
          'urn:ihe:iti:xds:2015:encounterId',
          'urn:ihe:iti:xds:2016:studyInstanceUID',
        ].join(','),
      )
      .transform((list) => list.split(',').filter((type) => type !== '')),
    'Types that a reference id (`related`) may have here: FindDocumentsByReferenceId asks for an id with its type. Empty: `related` is looked for among all documents.',
  ],
  SPLIT_CALLS: [
    int(1, 1000).default(64),
    'Stored queries that one search may cause when the registry finds its answer too large (XDSTooManyResults).',
    'assumed',
  ],
} as const satisfies Rows;
