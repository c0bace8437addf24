/** TD1.2: opens a closed DMP again. Withdrawn (dmp-wire §1.2): for a DMP that still takes it. */
import type { PersonName } from '../../../mappings/hl7v3/facts.ts';
import type { PatientIns } from '../types.ts';
import { registration } from './registration.ts';

export interface ReactivationInput {
  patient: PatientIns;
  name: PersonName;
  /** yyyyMMdd: the day on which the patient consented to the reopening */
  consentedOn: string;
}

/** Sent a second time, it is refused (DMPFound): a lost answer is not asked for again. */
export const td1_2 = registration<ReactivationInput>(
  'TD1.2',
  'REAC',
  { idempotent: false },
  ({ name, consentedOn }) => ({ person: { name }, consentedOn }),
);
