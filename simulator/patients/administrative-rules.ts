/** Rules of a 201311 or 201314 beyond its grammar: classes, data types, and what each transaction must say. */
import { attr, findAll, type XmlElement } from '../dom.ts';
import { type Administrative, administrativeRows } from './administrative.ts';
import {
  hasPrefix,
  isAddress,
  isAuthor,
  isConsent,
  isDay,
  isObservation,
  isOrganization,
  isPatientName,
  isPerson,
  isReasonOf,
  isRelationship,
  isTelecom,
} from './forms.ts';
import { insRules } from './query.ts';
import { are, is, rule, type Rule } from './reading.ts';
import { transportRules } from './transport.ts';

const subject = 'hl7:controlActProcess/hl7:subject';
const request = `${subject}/hl7:registrationRequest`;
const patient = `${request}/hl7:subject1/hl7:patient`;
const person = `${patient}/hl7:patientPerson`;
const relationship = `${person}/hl7:personalRelationship`;
const entity = `${request}/hl7:author/hl7:assignedEntity`;
const issue = 'hl7:controlActProcess/hl7:reasonOf';
const observation = `${patient}/hl7:subjectOf/hl7:administrativeObservation`;

/** Where the readers look, by the same words. */
export const places = { request, patient, person, relationship, entity, issue, observation } as const;

const general: Rule[] = [
  rule(
    'HL7_SUBJECT',
    subject,
    are({ typeCode: 'SUBJ', contextConductionInd: 'false' }),
    'subject doit porter typeCode SUBJ et contextConductionInd false',
  ),
  rule(
    'HL7_REQUEST',
    request,
    are({ classCode: 'REG', moodCode: 'RQO' }),
    'registrationRequest doit porter classCode REG et moodCode RQO',
  ),
  rule('HL7_REQUEST_STATUS', `${request}/hl7:statusCode`, is('code', 'active'), 'statusCode doit valoir active'),
  rule('HL7_SUBJECT1', `${request}/hl7:subject1`, is('typeCode', 'SBJ'), 'subject1 doit porter typeCode SBJ'),
  rule('HL7_PATIENT_CLASS', patient, is('classCode', 'PAT'), 'patient doit porter classCode PAT'),
  ...insRules(`${patient}/hl7:id`),
  rule(
    'HL7_PERSON',
    person,
    are({ classCode: 'PSN', determinerCode: 'INSTANCE' }),
    'patientPerson doit porter classCode PSN et determinerCode INSTANCE',
  ),
  rule(
    'HL7_NAME',
    `${person}/hl7:name`,
    isPatientName,
    'Le nom doit porter un nom d’usage (SP) ou de naissance (BR), au plus un de chaque, et un prénom',
  ),
  rule(
    'HL7_TELECOM',
    `${person}//hl7:telecom`,
    isTelecom,
    'Une coordonnée doit être une adresse tel: ou mailto:, d’un usage connu',
  ),
  rule('HL7_GENDER', `${person}/hl7:administrativeGenderCode`, is('code', /^[MF]$/), 'Le sexe doit être M ou F'),
  rule(
    'HL7_BIRTH_TIME',
    `${person}/hl7:birthTime`,
    (e) => isDay(attr(e, 'value')),
    'La date de naissance doit être un jour (AAAAMMJJ)',
  ),
  rule('HL7_ADDRESS', `${person}//hl7:addr`, isAddress, 'Une adresse doit porter une ville, et rien de vide'),
  rule('HL7_RELATIONSHIP', relationship, isRelationship, 'Lien de parenté inconnu'),
  rule(
    'HL7_RELATIONSHIP_HOLDER',
    `${relationship}/hl7:relationshipHolder1`,
    isPerson,
    'Un représentant légal doit porter un nom et un prénom',
  ),
  rule('HL7_BIRTH_PLACE', `${person}/hl7:birthPlace`, is('classCode', 'BIRTHPL'), 'birthPlace doit porter BIRTHPL'),
  ...[`${patient}/hl7:providerOrganization`, `${entity}/hl7:representedOrganization`].map((at) =>
    rule('HL7_ORGANIZATION', at, isOrganization, 'Une structure doit porter son Struct_IdNat, son nom et contactParty'),
  ),
  rule('HL7_SUBJECT_OF', `${patient}/hl7:subjectOf`, is('typeCode', 'SBJ'), 'subjectOf doit porter typeCode SBJ'),
  rule(
    'HL7_OBSERVATION',
    observation,
    isObservation,
    'Une observation doit porter un code du DMP et une valeur booléenne (BL)',
  ),
  rule('HL7_AUTHOR', `${request}/hl7:author`, isAuthor, 'L’auteur doit porter un identifiant, un rôle et un nom'),
  rule('HL7_REASON_OF', issue, isReasonOf, 'reasonOf doit porter un motif de fermeture'),
];

const codesOf = (patientElement: XmlElement): string[] =>
  findAll(patientElement, 'hl7:subjectOf/hl7:administrativeObservation/hl7:code').map((c) => attr(c, 'code') ?? '');

const prefix = rule(
  'HL7_PREFIX',
  `${person}/hl7:name`,
  hasPrefix,
  'La civilité est obligatoire à la création (dmp-wire §5)',
);

/** Every rule of a transaction, in the order in which they speak. */
export function administrativeRules(transaction: Administrative): Rule[] {
  const { message, status, observations } = administrativeRows[transaction];
  const { must, may }: { must: readonly string[]; may: readonly string[] } = observations;
  return [
    ...transportRules(message),
    ...general,
    rule(
      'HL7_PATIENT_STATUS',
      `${patient}/hl7:statusCode`,
      is('code', status),
      `statusCode du patient doit valoir ${status}`,
    ),
    rule(
      'HL7_OBSERVATIONS',
      patient,
      (e) => {
        const codes = codesOf(e);
        const known = codes.every((code) => must.includes(code) || may.includes(code));
        return known && must.every((code) => codes.includes(code)) && new Set(codes).size === codes.length;
      },
      `Observations attendues, une fois chacune : ${[...must, ...may].join(', ') || 'aucune'}`,
    ),
    rule('HL7_CONSENT', observation, isConsent, 'Le consentement du patient doit être donné (true) et daté (AAAAMMJJ)'),
    ...(transaction === 'TD1.1' ? [prefix] : []),
  ];
}
