/** TD1.4: closes a DMP that is not linked to Mon espace santé (dmp-wire §1.4 note 10). */
import type { PersonName } from '../../../mappings/hl7v3/facts.ts';
import type { ClosureMotive } from '../../../mappings/hl7v3/registration.ts';
import type { PatientIns } from '../types.ts';
import { registration } from './registration.ts';

export interface ClosureInput {
  patient: PatientIns;
  name: PersonName;
  motive: ClosureMotive;
}

/** Sent a second time, it is refused (DMPClosed): a lost answer is not asked for again. */
export const td1_4 = registration<ClosureInput>('TD1.4', 'FERM', { idempotent: false }, ({ name, motive }) => ({
  person: { name },
  motive,
}));
