/** The patient of a message against the patient of its VIHF (dmp-wire §2.2, resource-id). */
import { type Exchange, senderFault } from './exchange.ts';
import { detailOf, invalidData } from './vihf/rules.ts';
import type { PatientKey } from './vihf/types.ts';
import { findPatient } from './world.ts';

/** True when the VIHF names this patient: number and authority. */
export const isVihfPatient = ({ vihf }: Exchange, patient: PatientKey): boolean =>
  vihf.patient?.value === patient.value && vihf.patient.oid === patient.oid;

/** The VIHF's patient. @throws SoapFault when the VIHF names none */
export function patientOf({ vihf }: Exchange): PatientKey {
  if (vihf.patient === undefined) throw invalidData('PATIENT_ABSENT', 'Le VIHF ne désigne pas de patient');
  return vihf.patient;
}

/** @throws SoapFault unless the VIHF names the patient of the message */
export function requirePatient(exchange: Exchange, patient: PatientKey): void {
  patientOf(exchange);
  if (!isVihfPatient(exchange, patient))
    throw invalidData('PATIENT_VIHF', 'Le patient du message n’est pas celui du VIHF');
}

/** @throws SoapFault when the DMP of the VIHF's patient is closed: nothing in it is found or read */
export function refuseClosed({ vihf, world }: Exchange): void {
  const patient = vihf.patient === undefined ? undefined : findPatient(world, vihf.patient);
  if (patient?.dmp === 'terminated')
    throw senderFault('DMPClosed', 'Le DMP de ce patient est fermé', detailOf('PATIENT_CLOSED'));
}
