/** The patient of a message against the patient of its VIHF (dmp-wire §2.2, resource-id). */
import { type Exchange, SoapFault } from './exchange.ts';
import { detailOf } from './vihf/rules.ts';
import type { PatientKey } from './vihf/types.ts';

/** True when the VIHF names this patient: number and authority. */
export const isVihfPatient = ({ vihf }: Exchange, patient: PatientKey): boolean =>
  vihf.patient?.value === patient.value && vihf.patient.oid === patient.oid;

const refuse = (code: string, fr: string): SoapFault =>
  new SoapFault({ code: 'Sender', subcode: 'DMPInvalidData', reason: { fr }, detail: detailOf(code) });

/** The VIHF's patient. @throws SoapFault when the VIHF names none */
export function patientOf({ vihf }: Exchange): PatientKey {
  if (vihf.patient === undefined) throw refuse('PATIENT_ABSENT', 'Le VIHF ne désigne pas de patient');
  return vihf.patient;
}

/** @throws SoapFault unless the VIHF names the patient of the message */
export function requirePatient(exchange: Exchange, patient: PatientKey): void {
  patientOf(exchange);
  if (!isVihfPatient(exchange, patient)) throw refuse('PATIENT_VIHF', 'Le patient du message n’est pas celui du VIHF');
}
