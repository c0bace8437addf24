/** TD1.1: opens a DMP. Withdrawn (dmp-wire §1.2): for a DMP that still takes it. */
import type { AdministrativePerson } from '../../../mappings/hl7v3/patient-write.ts';
import type { Oppositions } from '../../../mappings/hl7v3/registration.ts';
import type { PatientIns } from '../types.ts';
import { registration } from './registration.ts';

export interface CreationInput {
  patient: PatientIns;
  person: AdministrativePerson;
  /** yyyyMMdd: the day on which the patient consented to the opening */
  consentedOn: string;
  oppositions: Oppositions;
}

/** Sent a second time, it is refused (DMPFound): a lost answer is not asked for again. */
export const td1_1 = registration<CreationInput>(
  'TD1.1',
  'CREA_RD',
  { idempotent: false },
  ({ person, consentedOn, oppositions }) => ({ person, consentedOn, oppositions }),
);
