/** The invariants of our patient-ins, by another FHIRPath engine, against the rule that is applied. */
import type { Patient } from '@medplum/fhirtypes';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
import { describe, expect, it } from 'vitest';
import { reliabilityOf } from '../../mappings/identity/reliability.ts';
import { patientInsDefinition } from '../../profiles/patient-ins.ts';
import { patientResource, reliability } from '../support/resources.ts';

const constraints = patientInsDefinition().differential!.element[0]!.constraint!;
const broken = (patient: Patient): (string | undefined)[] =>
  constraints
    .filter((c) => !(fhirpath.evaluate(patient, c.expression!, undefined, r4) as unknown[]).every((v) => v === true))
    .map((c) => c.key);
const qualified = patientResource('P1');

describe('patient-ins', () => {
  it('is what a qualified identity is', () => {
    expect(broken(qualified)).toEqual([]);
    expect(reliabilityOf(qualified).qualified).toBe(true);
  });

  it('a validated identity without INS breaks it, and is not qualified', () => {
    const without: Patient = {
      ...qualified,
      identifier: [{ system: 'urn:oid:2.16.840.1.113883.19.7602.9', value: '7' }],
    };
    expect(broken(without)).toEqual(['patient-ins-1']);
    expect(reliabilityOf(without).qualified).toBe(false);
    expect(broken({ ...without, extension: [reliability('PROV')] })).toEqual([]);
  });

  it('two official identifiers break it', () => {
    const two: Patient = { ...qualified, identifier: [...qualified.identifier!, { use: 'official', value: 'x' }] };
    expect(broken(two)).toEqual(['patient-ins-2']);
  });
});
