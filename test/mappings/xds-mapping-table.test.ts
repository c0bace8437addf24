import { describe, expect, it } from 'vitest';
import { documentEntryRows } from '../../mappings/document-entry.ts';
import { folderRows } from '../../mappings/folder.ts';
import { listSearchParameters } from '../../mappings/list-search.ts';
import { mappingMarkdown, mappingTable } from '../../mappings/mapping-table.ts';
import { documentSearchParameters } from '../../mappings/search.ts';
import { submissionSetRows } from '../../mappings/submission-set.ts';
import fc from 'fast-check';
import { documentEntry, folder, submissionSet } from './arbitraries.ts';

describe('the mapping table', () => {
  it('loses exactly this', () => {
    const { documentEntry: d, submissionSet: s, folder: f } = mappingTable();
    const lossy = [...d, ...s, ...f].filter((l) => l.loss !== '').map((l) => l.xds || l.fhir);
    expect(lossy).toEqual([
      'DocumentEntry.id',
      'DocumentEntry.logicalId',
      'DocumentEntry.version',
      'DocumentEntry.typeCode',
      'DocumentEntry.classCode',
      'DocumentEntry.authors',
      'DocumentEntry.legalAuthenticator',
      'DocumentEntry.confidentialityCodes',
      'DocumentEntry.mimeType',
      'DocumentEntry.size',
      'DocumentEntry.hash',
      'DocumentEntry.creationTime',
      'DocumentEntry.formatCode',
      'DocumentEntry.eventCodes',
      'DocumentEntry.serviceStartTime',
      'DocumentEntry.serviceStopTime',
      'DocumentEntry.healthcareFacilityTypeCode',
      'DocumentEntry.practiceSettingCode',
      'DocumentEntry.sourcePatientInfo',
      'DocumentEntry.referenceIdList',
      'DocumentReference.date',
      'DocumentReference.custodian',
      'DocumentReference.relatesTo',
      'DocumentReference.content.attachment.url',
      'DocumentReference.meta, text, implicitRules, language',
      'SubmissionSet.id',
      'SubmissionSet.comments',
      'SubmissionSet.submissionTime',
      'SubmissionSet.authors',
      'SubmissionSet.contentTypeCode',
      'SubmissionSet.intendedRecipients',
      'List.code',
      'List.entry',
      'List.meta, text, implicitRules, language',
      'Folder.id',
      'Folder.comments',
      'Folder.logicalId',
      'Folder.version',
      'Folder.lastUpdateTime',
      'Folder.codes',
      'List.code',
      'List.entry',
      'List.meta, text, implicitRules, language',
    ]);
  });

  it('has one row for every field of the model, and no field twice', () => {
    const fields = (arbitrary: fc.Arbitrary<object>): string[] => [
      ...new Set(fc.sample(arbitrary, 200).flatMap((value) => Object.keys(value))),
    ];
    const names = (rows: readonly { xds: string }[]): string[] => rows.map((r) => r.xds).sort();
    expect(names(documentEntryRows)).toEqual(fields(documentEntry).sort());
    expect(names(submissionSetRows)).toEqual(fields(submissionSet).sort());
    expect(names(folderRows)).toEqual(fields(folder).sort());
  });

  it('names only search parameters that exist', () => {
    const served = new Set(documentSearchParameters.map((p) => p.name));
    for (const row of documentEntryRows) for (const name of row.search ?? []) expect(served, name).toContain(name);
  });

  it('and every search parameter with a slot names the slots of its rows', () => {
    for (const { name, slot } of documentSearchParameters) {
      const queries = documentEntryRows.filter((r) => r.search?.includes(name)).flatMap((r) => r.query ?? []);
      for (const one of slot?.split(', ') ?? []) {
        expect(
          queries.some((q) => q.startsWith(`$XDSDocumentEntry${one}`)),
          `${name}: ${one}`,
        ).toBe(true);
      }
    }
  });

  it('the same for lists: rows name what is served, and what is served names their slots', () => {
    const rows = [...submissionSetRows, ...folderRows] as {
      xds: string;
      search?: readonly string[];
      query?: readonly string[];
    }[];
    const served = listSearchParameters.map((p) => p.name);
    for (const { xds, search = [] } of rows) for (const name of search) expect(served, xds).toContain(name);
    const reached = new Set(rows.flatMap((r) => r.search ?? []));
    // An id and a time of the façade’s own, and the constant that tells sets and folders apart.
    expect(served.filter((name) => !reached.has(name)).sort()).toEqual(['_id', '_lastUpdated', 'code']);
    for (const { name, slot } of listSearchParameters) {
      const queries = rows.filter((r) => r.search?.includes(name)).flatMap((r) => r.query ?? []);
      for (const one of slot?.split(', ') ?? [])
        expect(
          queries.some((q) => new RegExp(`^\\$XDS(SubmissionSet|Folder)${one}`).test(q)),
          `${name}: ${one}`,
        ).toBe(true);
    }
  });

  it('prints as Markdown, one line per row', () => {
    const { documentEntry: lines } = mappingTable();
    const text = mappingMarkdown(lines).split('\n');
    expect(text).toHaveLength(lines.length + 2);
    for (const line of text) expect(line.replace(/\\\|/g, '').split('|')).toHaveLength(9);
  });
});
