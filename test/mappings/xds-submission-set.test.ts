import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { submissionSetFromFhir, submissionSetToFhir } from '../../mappings/submission-set.ts';
import type { SubmissionSet } from '../../mappings/xds.ts';
import { submissionSet } from './arbitraries.ts';

const context = { id: 's1', subject: { reference: 'Patient/p1' }, items: [{ reference: 'DocumentReference/d1' }] };
const back = (set: SubmissionSet, list = submissionSetToFhir(set, context)): SubmissionSet =>
  submissionSetFromFhir(list, { patientId: set.patientId });

describe('SubmissionSet ↔ List', () => {
  it('XDS → FHIR → XDS is the identity for every set that a registry could hold', () => {
    fc.assert(
      fc.property(submissionSet, (set) => {
        expect(back(set)).toEqual(set);
      }),
      { numRuns: 1000 },
    );
  });

  it('FHIR → XDS → FHIR is the identity for every List that the façade emits', () => {
    fc.assert(
      fc.property(submissionSet, (set) => {
        const list = submissionSetToFhir(set, context);
        expect(submissionSetToFhir(back(set, list), context)).toEqual(list);
      }),
      { numRuns: 500 },
    );
  });
});
