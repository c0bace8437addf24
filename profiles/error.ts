/** The code system of `OperationOutcome.issue.details.coding`, derived from the error table. */
import type { CodeSystem } from '@medplum/fhirtypes';
import { ours } from '../mappings/canonicals.ts';
import { errors } from '../mappings/errors.ts';
import { codeSystem, conceptOf } from './code-system.ts';

/** One concept a row: English as display, French as designation. `dmp:CODE` is written `dmp-CODE`. */
export function errorCodeSystem(): CodeSystem {
  return codeSystem(
    {
      url: `${ours}/CodeSystem/error`,
      name: 'FacadeError',
      title: 'Erreurs de la passerelle',
      description: 'what can go wrong, one concept a row of the error table; {names} are filled in the answer.',
      date: '2026-11-21',
    },
    Object.entries(errors).map(([key, { en, fr }]) => conceptOf({ code: key.replace(/^dmp:/, 'dmp-'), fr, en })),
  );
}
