/** The patient whom a VIHF names against the one whom a transaction is about. */
import type { CallContext, PatientIns } from './types.ts';

/** @throws TypeError when they differ: a mistake of ours, which the DMP would refuse */
export function checkAbout(
  transaction: string,
  { patient }: CallContext,
  about: 'nobody' | 'somebody' | PatientIns,
): void {
  const named = typeof about === 'string' ? undefined : about;
  const agrees = named
    ? patient?.value === named.value && patient.oid === named.oid
    : (patient === undefined) === (about === 'nobody');
  if (!agrees)
    throw new TypeError(`${transaction} is about ${about === 'nobody' ? 'no' : named ? 'that' : 'one'} patient`);
}
