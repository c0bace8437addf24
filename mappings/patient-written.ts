/** The Patient that the DMP holds once it has taken a TD1.1 or TD1.3b: what was said to it, and nothing else. */
import type { Patient } from '@medplum/fhirtypes';
import { oppositionCodes, type Oppositions } from './hl7v3/registration.ts';
import { administrativePatient, patientOfIns } from './patient.ts';
import type { AdministrativeInput } from './patient-to-administrative.ts';
import type { Traits } from './patient-traits.ts';

/** As a later TD1.3a would show it, as far as the request tells. @param context see `administrativePatient` */
export function writtenPatient(
  { patient, person, oppositions }: AdministrativeInput,
  context: { id: string; traits: Traits },
): Patient {
  const facts = {
    identifiers: [{ system: patient.oid, value: patient.value }],
    status: 'active',
    ...person,
    observations: observationsOf(oppositions),
  };
  const answer = { interaction: '', acknowledgement: 'AA', details: [], patients: [facts] };
  return administrativePatient(answer, context) ?? patientOfIns(patient, context.id);
}

function observationsOf(oppositions: Oppositions): Record<string, boolean> {
  const said = (['breakGlass', 'regulation'] as const).flatMap((which) => {
    const value = oppositions[which];
    return value === undefined ? [] : [[oppositionCodes[which], value] as const];
  });
  return Object.fromEntries(said);
}
