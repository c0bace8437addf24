/**
 * TD1.3a, administrative data of a patient: traits, contact, place of birth, legal representatives, oppositions
 * (dmp-wire §6).
 */
import type { LegalRepresentative, PatientRecord } from '../world.ts';
import { identity, internetSystem, registration } from './patient-write.ts';
import { relationshipSystem } from './transport.ts';
import { address, el, observation, personName, subject, telecoms } from './write.ts';

/** What the answer says of a person who has an open DMP. */
export const administrativeData = (patient: PatientRecord): { control: string } => ({
  control: subject(registration(registered(patient))),
});

const representative = ({ relationship, name, telecom, address: home }: LegalRepresentative): string =>
  el(
    'personalRelationship',
    { classCode: 'PRS' },
    el('code', { code: relationship, codeSystem: relationshipSystem }),
    address(home),
    telecoms(telecom),
    el('relationshipHolder1', { classCode: 'PSN', determinerCode: 'INSTANCE' }, personName(name, false)),
  );

const person = (patient: PatientRecord): string =>
  el(
    'patientPerson',
    { classCode: 'PSN', determinerCode: 'INSTANCE' },
    personName(patient.name),
    telecoms(patient.telecom),
    el('administrativeGenderCode', { code: patient.sex }),
    el('birthTime', { value: patient.birthDate }),
    patient.deceased === undefined ? '' : el('deceasedInd', { value: String(patient.deceased) }),
    address(patient.address),
    ...patient.representatives.map(representative),
    patient.birthPlace === undefined ? '' : el('birthPlace', { classCode: 'BIRTHPL' }, address(patient.birthPlace)),
  );

const registered = (patient: PatientRecord): string =>
  el(
    'patient',
    { classCode: 'PAT' },
    ...identity(patient),
    person(patient),
    observation('OPPOSITION_BRIS_DE_GLACE', patient.oppositions.breakGlass),
    observation('OPPOSITION_ACCES_URGENCE', patient.oppositions.emergency),
    observation('COMPTE_INTERNET_OUVERT', patient.internetAccount, internetSystem),
    observation('RATTACHEMENT_ENS', patient.mes),
  );
