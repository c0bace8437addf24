/** The people of the fictional care home for whom demonstration tokens are made. */
import { oidToSystem } from '../../mappings/terminology/systems.ts';

/** TRE_G15-ProfessionSante and TRE_R01-EnsembleSavoirFaire-CISIS, as FHIR systems. */
const profession = oidToSystem('1.2.250.1.71.1.2.7');
const specialty = oidToSystem('1.2.250.1.71.4.2.5');
/** TRE_R291-AutreProfession and TRE_R85-RolePriseCharge: for who is no health professional. */
const otherProfession = oidToSystem('1.2.250.1.213.1.6.1.140');
const careRole = oidToSystem('1.2.250.1.213.1.6.1.107');

export interface Person {
  /** PS_IdNat: `8` and the RPPS number, or `3`, the FINESS number and an id of the establishment's own. */
  id: string;
  family: string;
  given: string;
  roles: { system: string; code: string; display: string }[];
  /** How the person was authenticated: by the establishment, or by Pro Santé Connect. */
  authentication: 'local' | 'psc';
  /** SMART App Launch 2.2. */
  scopes: string[];
  /** The establishment's administrator, who reads the record of accesses. */
  administrator?: true;
}

/** What a professional confirms of a patient; `birthDate` is yyyy-mm-dd. */
export interface ConfirmedPatient {
  family: string;
  given: string;
  birthDate: string;
}

export const people = {
  /** Authenticated by the care home: may feed. */
  nurse: {
    id: '899700204581',
    family: 'LE BIHAN',
    given: 'YANN',
    roles: [{ system: profession, code: '60', display: 'Infirmier' }],
    authentication: 'local',
    scopes: [
      'user/Patient.cruds',
      'user/Consent.cruds',
      'user/DocumentReference.crus',
      'user/List.crus',
      'user/Binary.cr',
      'user/Subscription.cruds',
      'user/Task.rus',
      'user/AuditEvent.rs',
    ],
  },
  /** Authenticated by Pro Santé Connect: may list, read, and change what PATCH changes. */
  doctor: {
    id: '899700101233',
    family: 'MAUREL',
    given: 'HÉLÈNE',
    roles: [
      { system: profession, code: '10', display: 'Médecin' },
      { system: specialty, code: 'SM18', display: 'Gériatrie (SM)' },
    ],
    authentication: 'psc',
    scopes: [
      'user/Patient.crus',
      'user/Consent.cruds',
      'user/DocumentReference.rus',
      'user/List.rs',
      'user/Binary.r',
      'user/Subscription.cruds',
      'user/AuditEvent.rs',
    ],
  },
  /** The director, no health professional and without RPPS: sees who went where, and reads no record. */
  admin: {
    id: '3990100109/DIR-01',
    family: 'ARSENAULT',
    given: 'CLAIRE',
    roles: [
      { system: otherProfession, code: '99', display: 'Acteur caractérisé par son rôle' },
      { system: careRole, code: '312', display: 'Autre professionnel' },
    ],
    authentication: 'local',
    scopes: ['user/AuditEvent.rs', 'user/Consent.rs', 'user/Patient.rs', 'user/Task.rus'],
    administrator: true,
  },
} satisfies Record<string, Person>;

/** Who a « bris de glace » token may be asked for by the INS alone: the story's patients, with the traits to confirm. */
export const patients: Readonly<Record<string, ConfirmedPatient>> = {
  '236046999012376': { family: 'ROUSSELIN', given: 'ODETTE', birthDate: '1936-04-12' },
  '141112A99004563': { family: 'CAVALLINI', given: 'ANGE-TOUSSAINT', birthDate: '1941-11-03' },
  '229072699003171': { family: 'VERNOUX-LAMY', given: 'SOLANGE', birthDate: '1929-07-30' },
  '150027499020861': { family: 'LEPRATE', given: 'MARCEL', birthDate: '1950-02-18' },
  '147096399001732': { family: "D'AUBERIVE", given: 'JEAN-NOËL', birthDate: '1947-09-05' },
  '238124299006619': { family: 'GUÉRINEAU', given: 'THÉRÈSE', birthDate: '1938-12-24' },
  '213052B99001288': { family: 'SANTELLI', given: 'LILOU', birthDate: '2013-05-17' },
};

/** The emergency of the story, when nothing else is said. */
export const emergency = {
  patient: '141112A99004563',
  reason: 'Détresse respiratoire, patient non communicant (cas fictif)',
};
