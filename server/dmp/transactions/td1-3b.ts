/** TD1.3b: changes the administrative data of a DMP that is not linked to Mon espace santé (dmp-wire §1.4 note 10). */
import type { AdministrativePerson } from '../../../mappings/hl7v3/patient-write.ts';
import type { Oppositions } from '../../../mappings/hl7v3/registration.ts';
import type { PatientIns } from '../types.ts';
import { registration } from './registration.ts';

export interface ModificationInput {
  patient: PatientIns;
  /** The whole administrative data as they shall be. */
  person: AdministrativePerson;
  oppositions: Oppositions;
}

export const td1_3b = registration<ModificationInput>(
  'TD1.3b',
  'MODIF_DATA',
  { idempotent: true },
  ({ person, oppositions }) => ({ person, oppositions }),
);
