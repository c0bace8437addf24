/**
 * The four transactions that change a registration (dmp-wire §1.2): what each is called, what it may say and what it must.
 * They stand in two messages, told apart by the reason.
 */
import { attr, type XmlElement } from '../dom.ts';
import type { Transaction } from '../exchange.ts';
import { invalidData } from '../vihf/rules.ts';
import { type Grammar, required } from './reading.ts';
import { reasonSystem, transportGrammar } from './transport.ts';

export type Administrative = Extract<Transaction, 'TD1.1' | 'TD1.2' | 'TD1.3b' | 'TD1.4'>;
export type Observation =
  | 'CONSENTEMENT_OUVERTURE_DMP'
  | 'CONSENTEMENT_REACTIVATION_DMP'
  | 'OPPOSITION_BRIS_DE_GLACE'
  | 'OPPOSITION_ACCES_URGENCE';

interface Row {
  message: 'PRPA_IN201311UV02' | 'PRPA_IN201314UV02';
  reason: string;
  /** The interactions that answer: done, refused. */
  answers: readonly [string, string];
  displayName: string;
  /** patient/statusCode: what the DMP is to become. */
  status: 'active' | 'terminated';
  observations: { must: readonly Observation[]; may: readonly Observation[] };
  /** Children of controlActProcess, patient and patientPerson. */
  grammar: Readonly<Record<'controlActProcess' | 'patient' | 'patientPerson', string>>;
}

const oppositions = ['OPPOSITION_BRIS_DE_GLACE', 'OPPOSITION_ACCES_URGENCE'] as const;
const plain = { controlActProcess: 'reasonCode subject', patientPerson: 'name' };

export const administrativeRows: Record<Administrative, Row> = {
  'TD1.1': {
    message: 'PRPA_IN201311UV02',
    reason: 'CREA_RD',
    answers: ['PRPA_IN201312UV02', 'PRPA_IN201313UV02'],
    displayName: 'Création',
    status: 'active',
    observations: { must: ['CONSENTEMENT_OUVERTURE_DMP', ...oppositions], may: [] },
    grammar: {
      ...plain,
      patient: 'id statusCode patientPerson providerOrganization subjectOf+',
      patientPerson: 'name telecom* administrativeGenderCode birthTime addr? personalRelationship* birthPlace?',
    },
  },
  'TD1.2': {
    message: 'PRPA_IN201314UV02',
    reason: 'REAC',
    answers: ['PRPA_IN201315UV02', 'PRPA_IN201316UV02'],
    displayName: 'Réactivation',
    status: 'active',
    observations: { must: ['CONSENTEMENT_REACTIVATION_DMP'], may: [] },
    grammar: { ...plain, patient: 'id statusCode patientPerson subjectOf+' },
  },
  'TD1.3b': {
    message: 'PRPA_IN201314UV02',
    reason: 'MODIF_DATA',
    answers: ['PRPA_IN201315UV02', 'PRPA_IN201316UV02'],
    displayName: 'Mise à jour des informations administratives',
    status: 'active',
    observations: { must: [], may: oppositions },
    grammar: {
      ...plain,
      patient: 'id statusCode patientPerson subjectOf*',
      patientPerson: 'name telecom* administrativeGenderCode? birthTime? addr? personalRelationship* birthPlace?',
    },
  },
  'TD1.4': {
    message: 'PRPA_IN201314UV02',
    reason: 'FERM',
    answers: ['PRPA_IN201315UV02', 'PRPA_IN201316UV02'],
    displayName: 'Fermeture',
    status: 'terminated',
    observations: { must: [], may: [] },
    grammar: {
      controlActProcess: 'reasonCode subject reasonOf',
      patient: 'id statusCode patientPerson',
      patientPerson: 'name',
    },
  },
};

const reasonPath = 'hl7:controlActProcess/hl7:reasonCode';

/** The transaction of a 201311 or 201314. @throws SoapFault when its reason is absent or none of the message's */
export function administrativeOf(body: XmlElement): Administrative {
  const reason = required(body, reasonPath);
  const found = (Object.keys(administrativeRows) as Administrative[]).find((name) => {
    const row = administrativeRows[name];
    return row.message === body.name && row.reason === attr(reason, 'code');
  });
  if (found === undefined || attr(reason, 'codeSystem') !== reasonSystem)
    throw invalidData('HL7_REASON', 'Motif non pris en charge', 'controlActProcess/reasonCode');
  return found;
}

const address = 'any:streetAddressLine additionalLocator postalCode city country';

/** The grammar of a transaction's request. */
export const administrativeGrammar = ({ message, grammar }: Row): Grammar => ({
  ...transportGrammar(message, 'attentionLine?'),
  ...grammar,
  subject: 'registrationRequest',
  registrationRequest: 'statusCode subject1 author',
  subject1: 'patient',
  'patientPerson/name': 'any:prefix given family',
  addr: address,
  personalRelationship: 'code addr? telecom* relationshipHolder1',
  relationshipHolder1: 'name',
  'relationshipHolder1/name': 'any:prefix given family',
  birthPlace: 'addr',
  providerOrganization: 'id name contactParty',
  subjectOf: 'administrativeObservation',
  administrativeObservation: 'code effectiveTime? value',
  author: 'assignedEntity',
  assignedEntity: 'id code assignedPerson representedOrganization',
  assignedPerson: 'name',
  'assignedPerson/name': 'any:prefix given family',
  representedOrganization: 'id name contactParty',
  reasonOf: 'detectedIssueEvent',
  detectedIssueEvent: 'code text?',
});
