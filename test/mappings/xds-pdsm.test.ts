/**
 * What the mapping writes conforms to R4 and to the PDSm profiles, as far as test/support/profiles.ts sees. What the whole
 * façade answers: test/e2e/conformance.test.ts.
 */
import type { DocumentReference, List, StructureDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  extDesignationType,
  extIsArchived,
  extSourceId,
  mhdIdentifierTypes,
  pdsmDocumentReference,
  pdsmFolder,
  pdsmSubmissionSet,
} from '../../mappings/canonicals.ts';
import { documentEntryFromFhir, documentEntryToFhir } from '../../mappings/document-entry.ts';
import { readAdhocQueryResponse } from '../../mappings/ebrim/read.ts';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { folderToFhir } from '../../mappings/folder.ts';
import { submissionSetFromFhir, submissionSetToFhir } from '../../mappings/submission-set.ts';
import type { DocumentEntry, SubmissionSet } from '../../mappings/xds.ts';
import { errorsOf as errors, loadR4, profileOf } from '../support/profiles.ts';
import { describeShared } from '../support/shared.ts';
import { author, documentEntry, dtmSecond, folder, submissionSet } from './arbitraries.ts';
import { goldenBody } from './xds-golden.ts';

const context = { id: 'd1', subject: { reference: 'Patient/p1' }, attachmentUrl: 'http://localhost/fhir/Binary/d1' };
const setContext = { id: 's1', subject: { reference: 'Patient/p1' }, items: [{ reference: 'DocumentReference/d1' }] };

const valid = fc.constant('2.16.840.1.113883.6.1').map((scheme) => ({ code: '34133-9', scheme }));
/** Entries with all that PDSm requires; the rest of any form. */
const complete: fc.Arbitrary<DocumentEntry> = fc
  .tuple(documentEntry, fc.array(author, { minLength: 1, maxLength: 3 }), valid, fc.tuple(dtmSecond, dtmSecond))
  .map(([d, authors, code, [creationTime, serviceStartTime]]) => ({
    ...d,
    authors,
    title: d.title ?? 'Titre',
    languageCode: 'fr-FR',
    size: '12',
    hash: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    creationTime,
    serviceStartTime,
    availabilityStatus: d.availabilityStatus === statuses.deleted ? statuses.approved : d.availabilityStatus,
    classCode: code,
    typeCode: code,
    formatCode: code,
    healthcareFacilityTypeCode: code,
    practiceSettingCode: code,
    confidentialityCodes: [code],
  }));
const completeSet: fc.Arbitrary<SubmissionSet> = fc
  .tuple(submissionSet, author, valid, dtmSecond)
  .map(([s, one, contentTypeCode, submissionTime]) => ({
    ...s,
    authors: [one],
    contentTypeCode,
    submissionTime,
    availabilityStatus: statuses.approved,
  }));

describeShared('PDSm profiles', (dir) => {
  const profile = (file: string): StructureDefinition => profileOf(dir, `pdsm/StructureDefinition-${file}.json`);
  let documents: StructureDefinition;
  let lists: StructureDefinition;
  beforeAll(() => {
    loadR4();
    documents = profile('pdsm-comprehensive-document-reference');
    lists = profile('pdsm-submissionset-comprehensive');
  });

  it('every golden entry conforms, and claims it', () => {
    const { objects } = readAdhocQueryResponse(goldenBody(dir, 'messages/td3-1a/01-response-six-entries.xml'));
    expect(objects.documentEntries).toHaveLength(6);
    for (const entry of objects.documentEntries) {
      const resource = documentEntryToFhir(entry, context);
      expect(resource.meta?.profile, entry.id).toEqual([pdsmDocumentReference]);
      expect(errors(resource), entry.id).toEqual([]);
      expect(errors(resource, documents), entry.id).toEqual([]);
      expect(documentEntryFromFhir(resource, { patientId: entry.patientId })).toEqual(entry);
    }
  });

  it('only what FHIR cannot say is kept in the extension of ours: in the goldens, an order and a patient who signs', () => {
    const { objects } = readAdhocQueryResponse(goldenBody(dir, 'messages/td3-1a/01-response-six-entries.xml'));
    const kept = objects.documentEntries.map((entry) =>
      (documentEntryToFhir(entry, context).extension ?? [])
        .filter((e) => e.url.endsWith('/xds-exact'))
        .map((e) => e.extension?.[0]?.valueString),
    );
    expect(kept).toEqual([[], [], ['sourcePatientInfo'], [], [], ['legalAuthenticator']]);
  });

  it('every golden set conforms', () => {
    const { objects } = readAdhocQueryResponse(goldenBody(dir, 'messages/td3-1c/01-response-findsubmissionsets.xml'));
    expect(objects.submissionSets).toHaveLength(2);
    for (const set of objects.submissionSets) {
      const list = submissionSetToFhir(set, setContext);
      expect(list.meta?.profile).toEqual([pdsmSubmissionSet]);
      expect(errors(list)).toEqual([]);
      expect(errors(list, lists)).toEqual([]);
      const urls = list.extension?.map((e) => e.url);
      expect(urls).toContain(extDesignationType);
      expect(urls).toContain(extSourceId);
      expect(submissionSetFromFhir(list, { patientId: set.patientId })).toEqual(set);
    }
  });

  it('every complete entry conforms, whatever its authors, dates and slots are; every other one is valid R4 at least', () => {
    fc.assert(
      fc.property(complete, documentEntry, (entry, any) => {
        const resource = documentEntryToFhir(entry, context);
        expect(errors(resource, documents)).toEqual([]);
        expect(resource.meta?.profile).toEqual([pdsmDocumentReference]);
        expect(errors(documentEntryToFhir(any, context))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('every complete set conforms', () => {
    fc.assert(
      fc.property(completeSet, (set) => {
        const list = submissionSetToFhir(set, setContext);
        expect(errors(list, lists)).toEqual([]);
        expect(errors(list)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('every complete folder conforms to PDSm and to MHD, and claims it', () => {
    const profiles = [
      profile('pdsm-folder-comprehensive'),
      profileOf(dir, 'mhd/StructureDefinition-IHE.MHD.Comprehensive.Folder.json'),
    ];
    const complete = fc
      .tuple(folder, valid, dtmSecond)
      .map(([f, one, lastUpdateTime]) => ({ ...f, title: f.title ?? 'Titre', codes: [one], lastUpdateTime }));
    fc.assert(
      fc.property(complete, (value) => {
        const list = folderToFhir(value, setContext);
        expect(list.meta?.profile).toEqual([pdsmFolder]);
        for (const one of profiles) expect(errors(list, one)).toEqual([]);
        expect(errors(list)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('carries use and type on its identifiers, as MHD 4.2.0 to 4.2.4 ask in turn', () => {
    fc.assert(
      fc.property(complete, (entry) => {
        const resource = documentEntryToFhir(entry, context);
        expect(resource.masterIdentifier).toMatchObject({
          use: 'usual',
          type: { coding: [{ system: mhdIdentifierTypes, code: 'uniqueId' }] },
        });
        const official = resource.identifier?.filter((i) => i.use === 'official');
        expect(official).toHaveLength(1);
        expect(official?.[0]).toMatchObject({ type: { coding: [{ code: 'entryUUID' }] }, value: entry.id });
      }),
      { numRuns: 20 },
    );
  });

  it('the validator does see what is wrong', () => {
    const [entry] = fc.sample(complete, { numRuns: 1, seed: 3 });
    const resource = documentEntryToFhir(entry as DocumentEntry, context);
    for (const element of ['custodian', 'type', 'securityLabel', 'masterIdentifier', 'subject'] as const) {
      const { [element]: _, ...without } = resource;
      expect(errors(without as DocumentReference, documents), element).not.toEqual([]);
    }
    const list = submissionSetToFhir(fc.sample(completeSet, { numRuns: 1, seed: 3 })[0] as SubmissionSet, setContext);
    const { source: _source, ...sourceless } = list;
    expect(errors(sourceless as List, lists)).not.toEqual([]);
  });
});

describe('the profile', () => {
  it('is claimed only by an entry that has all it requires', () => {
    fc.assert(
      fc.property(complete, (entry) => {
        const { title: _, ...untitled } = entry;
        expect(documentEntryToFhir(untitled, context).meta?.profile).toBeUndefined();
        const deleted = documentEntryToFhir({ ...entry, availabilityStatus: statuses.deleted }, context);
        expect(deleted.meta?.profile).toBeUndefined();
        expect(deleted.status).toBe('entered-in-error');
        const archived = documentEntryToFhir({ ...entry, availabilityStatus: statuses.archived }, context);
        expect(archived.status).toBe('current');
        expect(archived.extension).toContainEqual({ url: extIsArchived, valueBoolean: true });
      }),
      { numRuns: 20 },
    );
  });
});
