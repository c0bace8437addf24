/** The code system of `OperationOutcome.issue.details.coding`, derived from the error table. */
import type { CodeSystem } from '@medplum/fhirtypes';
import { ours } from '../mappings/canonicals.ts';
import { errors } from '../mappings/errors.ts';

/** One concept a row: English as display, French as designation. `dmp:CODE` is written `dmp-CODE`. */
export function errorCodeSystem(): CodeSystem {
  const concept = Object.entries(errors).map(([key, { en, fr }]) => ({
    code: key.replace(/^dmp:/, 'dmp-'),
    display: en,
    designation: [{ language: 'fr', value: fr }],
  }));
  return {
    resourceType: 'CodeSystem',
    id: 'error',
    url: `${ours}/CodeSystem/error`,
    version: '0.1.0',
    name: 'FacadeError',
    title: 'Erreurs de la passerelle',
    status: 'draft',
    experimental: false,
    date: '2026-11-21',
    description: 'Ours: what can go wrong, one concept a row of the error table; {names} are filled in the answer.',
    caseSensitive: true,
    content: 'complete',
    count: concept.length,
    concept,
  };
}
