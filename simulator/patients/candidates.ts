/**
 * PRPA_IN201305UV02, read strictly: search of a person by traits (TD0.5). Only the parameters that the DMP is known to
 * take, each at most once, in the order of HL7's parameter list (edition of 2008).
 */
import { attr, children, findOne, nameOf, pureText, type XmlElement } from '../dom.ts';
import { isDtm } from '../xds/composites.ts';
import { said } from './forms.ts';
import { are, check, defined, type Grammar, type InstanceId, is, isSaid, rule, type Rule } from './reading.ts';
import {
  interactions,
  queryRules,
  readHead,
  readQueryId,
  type RequestHead,
  transportGrammar,
  transportRules,
} from './transport.ts';

/** What is searched: every criterion that is there must match, at least in part. */
export interface Criteria {
  family: string;
  given?: string;
  sex?: 'M' | 'F';
  /** yyyy, yyyyMM or yyyyMMdd */
  birthDate?: string;
  city?: string;
  postalCode?: string;
}

export interface CandidatesQuery extends RequestHead {
  queryId: InstanceId;
  criteria: Criteria;
}

const interaction = 'PRPA_IN201305UV02';

const grammar: Grammar = {
  ...transportGrammar(interaction, ''),
  controlActProcess: 'code queryByParameter',
  queryByParameter: 'queryId statusCode parameterList',
  parameterList: 'livingSubjectAdministrativeGender? livingSubjectBirthTime? livingSubjectName? patientAddress?',
  livingSubjectAdministrativeGender: 'value semanticsText',
  livingSubjectBirthTime: 'value semanticsText',
  livingSubjectName: 'value semanticsText',
  'livingSubjectName/value': 'any:family given',
  patientAddress: 'value semanticsText',
  'patientAddress/value': 'any:city postalCode',
};

const parameters = 'hl7:controlActProcess/hl7:queryByParameter/hl7:parameterList';
const value = (parameter: string) => `${parameters}/hl7:${parameter}/hl7:value`;

/** At least one part, none of them empty, none of them twice. */
const distinct = (element: XmlElement): boolean => {
  const parts = children(element);
  return parts.length > 0 && parts.every(isSaid) && new Set(parts.map(nameOf)).size === parts.length;
};

/** A year, a month or a day that the calendar has. */
const isDate = (text: string): boolean => text.length <= 8 && isDtm(text);

/** What semanticsText says of each parameter. */
export const semantics = {
  livingSubjectAdministrativeGender: 'LivingSubject.administrativeGender',
  livingSubjectBirthTime: 'LivingSubject.birthTime',
  livingSubjectName: 'LivingSubject.name',
  patientAddress: 'Patient.addr',
} as const;

export const candidateRules: Rule[] = [
  ...transportRules(interaction).filter((r) => r.code !== 'HL7_ATTENTION_LINE'), // the edition of 2008 has none
  rule(
    'PDQ_TRIGGER',
    'hl7:controlActProcess/hl7:code',
    are({ code: 'PRPA_TE201305UV02', codeSystem: interactions }),
    'code doit valoir PRPA_TE201305UV02',
  ),
  ...queryRules,
  rule('PDQ_GENDER', value('livingSubjectAdministrativeGender'), is('code', /^[MF]$/), 'Le sexe doit être M ou F'),
  rule(
    'PDQ_BIRTH_TIME',
    value('livingSubjectBirthTime'),
    (e) => isDate(attr(e, 'value') ?? ''),
    'La date de naissance doit être une année, un mois ou un jour (AAAA, AAAAMM, AAAAMMJJ)',
  ),
  rule('PDQ_NAME', value('livingSubjectName'), distinct, 'Le nom doit porter un seul family, un seul given, non vides'),
  rule(
    'PDQ_ADDRESS',
    value('patientAddress'),
    distinct,
    'L’adresse doit porter un seul city, un seul postalCode, non vides',
  ),
  rule(
    'PDQ_POSTAL_CODE',
    `${value('patientAddress')}/hl7:postalCode`,
    (e) => /^\d{5}$/.test(pureText(e) ?? ''),
    'Le code postal doit avoir cinq chiffres',
  ),
  ...Object.entries(semantics).map(([parameter, expected]) =>
    rule(
      'PDQ_SEMANTICS',
      `${parameters}/hl7:${parameter}/hl7:semanticsText`,
      (e) => pureText(e) === expected,
      `semanticsText doit valoir ${expected}`,
    ),
  ),
];

/** Reads the query. @throws SoapFault with the code of the first rule that it breaks */
export function readCandidatesQuery(body: XmlElement): CandidatesQuery {
  check(body, grammar, candidateRules);
  const part = (parameter: string, name: string) => said(findOne(body, `${value(parameter)}/hl7:${name}`));
  return {
    ...readHead(body),
    queryId: readQueryId(body),
    criteria: defined<Criteria>({
      family: part('livingSubjectName', 'family') ?? '',
      given: part('livingSubjectName', 'given'),
      sex: attr(findOne(body, value('livingSubjectAdministrativeGender')), 'code') as 'M' | 'F' | undefined,
      birthDate: attr(findOne(body, value('livingSubjectBirthTime')), 'value'),
      city: part('patientAddress', 'city'),
      postalCode: part('patientAddress', 'postalCode'),
    }),
  };
}
