/**
 * The requests PRPA_IN201311UV02 (TD1.1, create) and PRPA_IN201314UV02 (TD1.2 reactivate, TD1.3b modify, TD1.4 close): a
 * patient, what the patient said, and who asks. Source: dmp-wire §1.2, §5, §6; golden messages td1-1 to td1-4.
 */
import { oidPerson, oidStructure } from '../codecs/identifiers.ts';
import type { PatientId } from '../ins.ts';
import { professionSpecialty, type Role } from '../terminology/profession.ts';
import { el, type Element } from '../xml/build.ts';
import { bl, writeMessage, type MessageHead } from './message.ts';
import { writePerson, type AdministrativePerson } from './patient-write.ts';

export const registrations = {
  CREA_RD: { interaction: 'PRPA_IN201311UV02', display: 'Création', attention: false },
  REAC: { interaction: 'PRPA_IN201314UV02', display: 'Réactivation', attention: false },
  MODIF_DATA: { interaction: 'PRPA_IN201314UV02', display: 'Mise à jour des données', attention: false },
  FERM: { interaction: 'PRPA_IN201314UV02', display: 'Fermeture', attention: true },
} as const;

/** What the patient opposes; what is absent is not said. */
export interface Oppositions {
  /** access in « bris de glace » */
  breakGlass?: boolean;
  /** access of emergency regulation (« centre 15 ») */
  regulation?: boolean;
}

/** Why a DMP is closed: code of `1.2.250.1.213.4.1.2.4`, e.g. `FERMETURE_DEMANDE_PATIENT`, and words. */
export interface ClosureMotive {
  code: string;
  text?: string;
}

/** Who asks, as the VIHF names them. */
export interface RegistrationAuthor {
  personId: string;
  family: string;
  given: string;
  roles: readonly Role[];
  structure: { id: string; name: string };
}

export interface Registration {
  reason: keyof typeof registrations;
  patient: PatientId;
  person: AdministrativePerson;
  author: RegistrationAuthor;
  /** yyyyMMdd: the day on which the patient consented to the opening or reopening */
  consentedOn?: string;
  oppositions?: Oppositions;
  motive?: ClosureMotive;
}

/** Code system of the indicators of a DMP, and those that a request may say. */
const indicators = '1.2.250.1.213.4.1.2.3';
const consents = {
  CREA_RD: ['CONSENTEMENT_OUVERTURE_DMP', 'Consentement à l’ouverture du DMP'],
  REAC: ['CONSENTEMENT_REACTIVATION_DMP', 'Consentement à la réactivation du DMP'],
} as const;
export const oppositionCodes = {
  breakGlass: 'OPPOSITION_BRIS_DE_GLACE',
  regulation: 'OPPOSITION_ACCES_URGENCE',
} as const;
const oppositionDisplays = {
  breakGlass: 'Opposition au bris de glace',
  regulation: 'Opposition à l’accès de la régulation',
} as const;

/** The body of the request, in the default namespace `urn:hl7-org:v3`. */
export function writeRegistration(registration: Registration, head: MessageHead): Element {
  const { reason, motive } = registration;
  const { interaction, display, attention } = registrations[reason];
  const children = [
    el('subject', { typeCode: 'SUBJ', contextConductionInd: 'false' }, [
      el('registrationRequest', { classCode: 'REG', moodCode: 'RQO' }, [
        el('statusCode', { code: 'active' }),
        el('subject1', { typeCode: 'SBJ' }, [patientOf(registration)]),
        authorOf(registration.author),
      ]),
    ]),
    ...(motive ? [reasonOf(motive)] : []),
  ];
  return writeMessage(interaction, head, { reason: { code: reason, display }, children }, attention);
}

function patientOf(registration: Registration): Element {
  const { reason, patient, person, author } = registration;
  return el('patient', { classCode: 'PAT' }, [
    el('id', { root: patient.oid, extension: patient.value }),
    el('statusCode', { code: reason === 'FERM' ? 'terminated' : 'active' }),
    writePerson(person),
    reason === 'CREA_RD' ? organization('providerOrganization', author.structure) : undefined,
    ...indicatorsOf(registration),
  ]);
}

function indicatorsOf({ reason, consentedOn, oppositions = {} }: Registration): Element[] {
  const consent = reason === 'CREA_RD' || reason === 'REAC' ? consents[reason] : undefined;
  return [
    ...(consent && consentedOn !== undefined ? [indicator(consent[0], consent[1], true, consentedOn)] : []),
    ...(['breakGlass', 'regulation'] as const).flatMap((which) => {
      const value = oppositions[which];
      return value === undefined ? [] : [indicator(oppositionCodes[which], oppositionDisplays[which], value)];
    }),
  ];
}

const indicator = (code: string, displayName: string, value: boolean, since?: string): Element =>
  el('subjectOf', { typeCode: 'SBJ' }, [
    el('administrativeObservation', { classCode: 'OBS', moodCode: 'EVN' }, [
      el('code', { code, codeSystem: indicators, displayName }),
      since === undefined ? undefined : el('effectiveTime', { value: since }),
      bl(value),
    ]),
  ]);

const organization = (name: string, structure: { id: string; name: string }): Element =>
  el(name, { classCode: 'ORG', determinerCode: 'INSTANCE' }, [
    el('id', { root: oidStructure, extension: structure.id }),
    el('name', {}, [structure.name]),
    el('contactParty', { classCode: 'CON' }),
  ]);

function authorOf({ personId, family, given, roles, structure }: RegistrationAuthor): Element {
  const code = professionSpecialty(roles);
  return el('author', { typeCode: 'AUT' }, [
    el('assignedEntity', { classCode: 'ASSIGNED' }, [
      el('id', { root: oidPerson, extension: personId }),
      code && el('code', { code: code.code, codeSystem: code.system, displayName: code.display }),
      el('assignedPerson', { classCode: 'PSN', determinerCode: 'INSTANCE' }, [
        el('name', {}, [el('family', {}, [family]), el('given', {}, [given])]),
      ]),
      organization('representedOrganization', structure),
    ]),
  ]);
}

const reasonOf = ({ code, text }: ClosureMotive): Element =>
  el('reasonOf', { typeCode: 'RSON' }, [
    el('detectedIssueEvent', { classCode: 'ALRT', moodCode: 'EVN' }, [
      el('code', { code, codeSystem: '1.2.250.1.213.4.1.2.4' }),
      text === undefined ? undefined : el('text', {}, [text]),
    ]),
  ]);
