/** A DMP of the list of authorised DMPs (TD0.4) as a Patient. */
import type { Patient } from '@medplum/fhirtypes';
import { defined } from './defined.ts';
import type { PatientFacts } from './hl7v3/facts.ts';
import { activityExtension, recordExtensions } from './patient-extensions.ts';
import type { PatientListRow } from './patient-list.ts';
import { insIdentifiers, patientMeta, some, traitsOf, type Traits } from './patient-traits.ts';

/**
 * The Patient of a row: the INS, whether the requester is the « médecin traitant DMP », and in the extension dmp-activite what
 * happened in the record. There is no `active`: the list does not say whether a DMP is open.
 *
 * @param context.traits `withhold` leaves out names and birth date (see `existenceToPatient`)
 */
export function patientListEntry(row: PatientListRow, context: { id: string; traits?: Traits }): Patient {
  const traits = context.traits ?? 'show';
  return {
    resourceType: 'Patient',
    id: context.id,
    meta: patientMeta(traits),
    extension: [...recordExtensions({ treatingPhysician: row.treatingPhysician }), activityExtension(row)],
    ...some('identifier', insIdentifiers(row.identifiers)),
    ...(traits === 'show' ? traitsOf(factsOf(row)) : {}),
  };
}

const factsOf = ({ identifiers, names, civility, birthDate }: PatientListRow): PatientFacts =>
  defined<PatientFacts>({
    identifiers,
    name: defined({
      prefix: civility,
      given: names.given === undefined ? [] : [names.given],
      usage: names.usage,
      birth: names.birth,
    }),
    birthDate,
  });
