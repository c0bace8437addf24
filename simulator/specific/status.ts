/** What the operations that only the DMP has answer with: a status and its sentence (dmp-wire §5, §7). */
import type { Exchange } from '../exchange.ts';
import { patientOf } from '../patient.ts';
import { findPatient, type PatientRecord } from '../world.ts';

/** A status that is not DMPOk has a sentence that says why. */
export interface Status {
  status: 'DMPOk' | 'DMPClosed' | 'DMPNotFound' | 'DMPAuthorizationDenied';
  context?: string;
}

export const ok = (context?: string): Status => ({ status: 'DMPOk', ...(context === undefined ? {} : { context }) });

export const blocked: Status = {
  status: 'DMPAuthorizationDenied',
  context: "Le patient a bloqué l'accès de ce professionnel à son DMP",
};

/** The open DMP of the VIHF's patient, or why there is none. @throws SoapFault when the VIHF names no patient */
export function openDmp(exchange: Exchange): PatientRecord | Status {
  const patient = findPatient(exchange.world, patientOf(exchange));
  if (patient === undefined || patient.dmp === 'none')
    return { status: 'DMPNotFound', context: 'Aucun DMP pour ce patient' };
  return patient.dmp === 'terminated' ? { status: 'DMPClosed', context: 'Le DMP de ce patient est fermé' } : patient;
}
