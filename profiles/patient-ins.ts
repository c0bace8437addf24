/**
 * The Patient whose identity may go with a deposit: fr-core-patient-ins as far as it could be read second-hand (spec fhir C.2: it is
 * not in fr-core's package 2.1.0). Marked as assumed; the rule that is applied is `mappings/identity/reliability.ts`.
 */
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { frCoreIdentifierTypes, ours } from '../mappings/canonicals.ts';
import { insTypes } from '../mappings/ins.ts';

/** Canonical URL of our definition. */
export const patientIns = `${ours}/StructureDefinition/patient-ins`;

const reliability = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability';
const birthPlace = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';

/** One slice an authority: type, system, and both numbers of use where fr-core names them. */
const identifierSlices = Object.entries(insTypes).flatMap(([oid, code]): ElementDefinition[] => {
  const id = `Patient.identifier:${code}`;
  return [
    { id, path: 'Patient.identifier', sliceName: code, min: 0, max: '1' },
    {
      id: `${id}.type`,
      path: 'Patient.identifier.type',
      min: 1,
      patternCodeableConcept: { coding: [{ system: frCoreIdentifierTypes, code }] },
    },
    { id: `${id}.system`, path: 'Patient.identifier.system', min: 1, fixedUri: `urn:oid:${oid}` },
    { id: `${id}.value`, path: 'Patient.identifier.value', min: 1 },
  ];
});

const constraint = (
  key: string,
  human: string,
  expression: string,
): NonNullable<ElementDefinition['constraint']>[number] => ({
  key,
  severity: 'error',
  human,
  expression,
  source: patientIns,
});

const systems = Object.keys(insTypes)
  .map((oid) => `system = 'urn:oid:${oid}'`)
  .join(' or ');
const isValidated = `extension.where(url = '${reliability}').extension.where(url = 'identityStatus').value.exists(code = 'VALI')`;

export function patientInsDefinition(): StructureDefinition {
  return {
    resourceType: 'StructureDefinition',
    id: 'patient-ins',
    url: patientIns,
    version: '0.1.0',
    name: 'PatientIns',
    title: 'Patient à l’identité qualifiée',
    status: 'draft',
    experimental: true,
    date: '2026-11-28',
    description:
      'Assumed: fr-core-patient-ins, which no published package holds. An identity that may feed the DMP: reliability VALI and an INS under one of its authorities (NIR, NIA; test and demonstration never in production), the five strict traits. This server asks for the reliability and the INS; the traits are compared with the DMP’s.',
    fhirVersion: '4.0.1',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient',
    derivation: 'constraint',
    differential: {
      element: [
        {
          id: 'Patient',
          path: 'Patient',
          constraint: [
            constraint(
              'patient-ins-1',
              'A validated identity bears an INS.',
              `${isValidated} implies identifier.exists(${systems})`,
            ),
            constraint(
              'patient-ins-2',
              'One identifier is the official one.',
              "identifier.where(use = 'official').count() <= 1",
            ),
          ],
        },
        {
          id: 'Patient.extension',
          path: 'Patient.extension',
          slicing: { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' },
          min: 1,
        },
        {
          id: 'Patient.extension:identityReliability',
          path: 'Patient.extension',
          sliceName: 'identityReliability',
          min: 1,
          max: '*',
          type: [{ code: 'Extension', profile: [reliability] }],
        },
        {
          id: 'Patient.extension:birthPlace',
          path: 'Patient.extension',
          sliceName: 'birthPlace',
          min: 0,
          max: '1',
          type: [{ code: 'Extension', profile: [birthPlace] }],
        },
        {
          id: 'Patient.identifier',
          path: 'Patient.identifier',
          slicing: { discriminator: [{ type: 'value', path: 'system' }], ordered: false, rules: 'open' },
          min: 1,
        },
        ...identifierSlices,
        { id: 'Patient.name', path: 'Patient.name', min: 1 },
        { id: 'Patient.gender', path: 'Patient.gender', min: 1 },
        { id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 },
      ],
    },
  };
}
