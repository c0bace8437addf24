/**
 * The answer to « has this patient a DMP? » as a FHIR Patient (fr-core-patient 2.1.0).
 *
 * Source: PDSm4DMP, page TD0.2 (spec fhir A.7): `active`, and the extensions of `patient-extensions.ts`; names in the slices
 * officialName (at birth) and usualName (in use). The status of the access authorisation has no place in the guide: it
 * stands in an extension of ours. Identifiers: fr-core, slices by type.
 */
import type { Patient } from '@medplum/fhirtypes';
import type { ExistenceAnswer } from './hl7v3/facts.ts';
import type { PatientId } from './ins.ts';
import { recordExtensions } from './patient-extensions.ts';
import {
  birthPlaceOf,
  contactOf,
  insIdentifiers,
  patientMeta,
  some,
  subsetted,
  traitsOf,
  type Traits,
} from './patient-traits.ts';

export { patientExtensions } from './patient-extensions.ts';
export { frCorePatient, subsetted, traitsFromDmp } from './patient-traits.ts';

/**
 * The Patient of an answer; `undefined` when the patient has no DMP (NF). Not for refused questions, which the client
 * raises (`refusalOf`).
 *
 * @param context.traits `withhold` leaves out name, sex, birth date, telecom and address: software must not show those
 *   of the DMP instead of its own (RG_0320). The INS-C is never given (spec auth §1.5).
 */
export function existenceToPatient(
  answer: ExistenceAnswer,
  context: { id: string; traits: Traits },
): Patient | undefined {
  const facts = answer.patients[0];
  if (!facts) return undefined;
  return {
    resourceType: 'Patient',
    id: context.id,
    meta: patientMeta(context.traits),
    ...some('extension', recordExtensions(answer, facts.observations)),
    ...some('identifier', insIdentifiers(facts.identifiers)),
    // The guide: true for an active DMP, false for a closed one or one of unknown status.
    active: facts.status === 'active',
    ...(context.traits === 'show' ? traitsOf(facts) : {}),
  };
}

/**
 * The administrative data that the DMP holds (TD1.3a): the Patient of the answer with the place of birth and, as contacts, the
 * legal representatives. The oppositions stand in the extension dmp-observation, by the DMP's codes.
 *
 * @param context.traits see `existenceToPatient`; `withhold` leaves out the contacts and the place of birth, too
 */
export function administrativePatient(
  answer: ExistenceAnswer,
  context: { id: string; traits: Traits },
): Patient | undefined {
  const patient = existenceToPatient(answer, context);
  const facts = answer.patients[0];
  if (!patient || !facts || context.traits === 'withhold') return patient;
  const extension = [...(patient.extension ?? []), ...birthPlaceOf(facts)];
  return {
    ...patient,
    ...some('extension', extension),
    ...some('contact', (facts.relationships ?? []).map(contactOf)),
  };
}

/**
 * The Patient that documents are about, of whom nothing was asked: the INS, and no trait. Those that documents carry
 * (sourcePatientInfo) are what their sources wrote then; who the person is, the identity services tell.
 */
export function patientOfIns(ins: PatientId, id: string): Patient {
  return {
    resourceType: 'Patient',
    id,
    meta: { tag: [subsetted] },
    ...some('identifier', insIdentifiers([{ system: ins.oid, value: ins.value }])),
  };
}
