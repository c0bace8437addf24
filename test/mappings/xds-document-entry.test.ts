import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentEntryFromFhir, documentEntryToFhir } from '../../mappings/document-entry.ts';
import type { DocumentEntry } from '../../mappings/xds.ts';
import { documentEntry } from './arbitraries.ts';

const context = { id: 'd1', subject: { reference: 'Patient/p1' }, attachmentUrl: 'http://localhost/fhir/Binary/d1' };
const back = (entry: DocumentEntry, resource = documentEntryToFhir(entry, context)): DocumentEntry =>
  documentEntryFromFhir(resource, {});

describe('DocumentEntry → DocumentReference → DocumentEntry', () => {
  it('is the identity for every entry that a registry could hold', () => {
    fc.assert(
      fc.property(documentEntry, (entry) => {
        expect(back(entry)).toEqual(entry);
      }),
      { numRuns: 1000 },
    );
  });

  it('survives JSON', () => {
    fc.assert(
      fc.property(documentEntry, (entry) => {
        const resource = documentEntryToFhir(entry, context);
        expect(back(entry, JSON.parse(JSON.stringify(resource)) as typeof resource)).toEqual(entry);
      }),
      { numRuns: 200 },
    );
  });
});

describe('DocumentReference → DocumentEntry → DocumentReference', () => {
  it('is the identity for every resource that the façade emits', () => {
    fc.assert(
      fc.property(documentEntry, (entry) => {
        const resource = documentEntryToFhir(entry, context);
        expect(documentEntryToFhir(back(entry, resource), context)).toEqual(resource);
      }),
      { numRuns: 500 },
    );
  });
});
