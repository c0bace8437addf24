/**
 * The mapping as published: derived from the rows, for the documentation and for whoever wants it as data.
 */
import { documentEntryRows, documentOnlyInFhir } from './document-entry-rows.ts';
import { folderRows } from './folder-rows.ts';
import { listOnlyInFhir } from './list-rows.ts';
import { submissionSetRows } from './submission-set-rows.ts';

/** One line of the published table. An absent side is ''. */
export interface MappingLine {
  /** `DocumentEntry.typeCode` */
  xds: string;
  /** Place in ebRIM. */
  ebrim: string;
  fhir: string;
  codec: string;
  /** Search parameters. */
  search: string[];
  /** Parameters of the stored query. */
  query: string[];
  /** What does not come back after FHIR → DMP → FHIR; '' when nothing is lost. */
  loss: string;
}

interface AnyRow {
  xds: string;
  ebrim: string;
  fhir: string;
  codec: string;
  search?: readonly string[];
  query?: readonly string[];
  loss?: string;
}
interface FhirOnly {
  fhir: string;
  reading: string;
  loss: string;
  search?: readonly string[];
}

function lines(object: string, rows: readonly AnyRow[], only: readonly FhirOnly[]): MappingLine[] {
  return [
    ...rows.map(({ xds, ebrim, fhir, codec, search = [], query = [], loss = '' }) => ({
      xds: `${object}.${xds}`,
      ebrim,
      fhir,
      codec,
      search: [...search],
      query: [...query],
      loss,
    })),
    ...only.map(({ fhir, reading, loss, search = [] }) => ({
      xds: '',
      ebrim: '',
      fhir,
      codec: reading,
      search: [...search],
      query: [],
      loss,
    })),
  ];
}

/** Every line: first those with an XDS side, then the FHIR elements that no XDS value fills. */
export function mappingTable(): { documentEntry: MappingLine[]; submissionSet: MappingLine[]; folder: MappingLine[] } {
  return {
    documentEntry: lines('DocumentEntry', documentEntryRows, documentOnlyInFhir),
    submissionSet: lines('SubmissionSet', submissionSetRows, listOnlyInFhir('submissionset')),
    folder: lines('Folder', folderRows, listOnlyInFhir('folder')),
  };
}

const cell = (text: string): string => text.replaceAll('|', '\\|') || '—';

/** The same as a Markdown table. */
export function mappingMarkdown(table: readonly MappingLine[]): string {
  const head = ['XDS', 'ebRIM', 'FHIR', 'Codec', 'Search', 'Stored query', 'Lost after FHIR → DMP → FHIR'];
  const body = table.map((l) => [l.xds, l.ebrim, l.fhir, l.codec, l.search.join(', '), l.query.join(', '), l.loss]);
  return [head, head.map(() => '---'), ...body]
    .map((row) => `| ${row.map((c) => (c === '---' ? c : cell(c))).join(' | ')} |`)
    .join('\n');
}
