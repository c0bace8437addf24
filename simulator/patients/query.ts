/** PRPA_IN201307UV02, read strictly: reason TEST_EXST is TD0.2, CNSLT_DATA is TD1.3a (dmp-wire §6). */
import { attr, findOne, pureText, type XmlElement } from '../dom.ts';
import type { PatientKey } from '../vihf/types.ts';
import { insAuthorities } from './ins.ts';
import { check, type Grammar, type InstanceId, is, isNil, required, rule, type Rule, text } from './reading.ts';
import {
  queryRules,
  readHead,
  readQueryId,
  reasonSystem,
  type RequestHead,
  transportGrammar,
  transportRules,
} from './transport.ts';

export type QueryReason = 'TEST_EXST' | 'CNSLT_DATA';

export interface PatientQuery extends RequestHead {
  queryId: InstanceId;
  reason: QueryReason;
  patient: PatientKey;
}

const interaction = 'PRPA_IN201307UV02';

const grammar: Grammar = {
  ...transportGrammar(interaction, 'attentionLine'),
  controlActProcess: 'reasonCode queryByParameter',
  queryByParameter: 'queryId statusCode parameterList',
  parameterList: 'dataSource patientIdentifier',
  patientIdentifier: 'value semanticsText',
};

const parameter = 'hl7:controlActProcess/hl7:queryByParameter/hl7:parameterList';
const value = `${parameter}/hl7:patientIdentifier/hl7:value`;

/** An INS, by the rules' two codes. */
export const insRules = (at: string): Rule[] => [
  rule(
    'HL7_PATIENT_ROOT',
    at,
    (e) => insAuthorities.includes(attr(e, 'root') ?? ''),
    'L’identifiant du patient n’est pas un INS',
  ),
  rule('HL7_PATIENT_EXTENSION', at, is('extension', /^[0-9AB]{15}$/), 'Le matricule INS doit avoir 15 caractères'),
];

export const existenceRules: Rule[] = [
  ...transportRules(interaction),
  rule(
    'HL7_REASON',
    'hl7:controlActProcess/hl7:reasonCode',
    (e) => is('code', /^(TEST_EXST|CNSLT_DATA)$/)(e) && is('codeSystem', reasonSystem)(e),
    'Motif non pris en charge',
  ),
  ...queryRules,
  rule('HL7_DATA_SOURCE', `${parameter}/hl7:dataSource`, isNil, 'dataSource doit être vide (xsi:nil)'),
  ...insRules(value),
  rule(
    'HL7_SEMANTICS',
    `${parameter}/hl7:patientIdentifier/hl7:semanticsText`,
    (e) => pureText(e) === 'Patient.id',
    'semanticsText doit valoir Patient.id',
  ),
];

/** What the message asks, as far as it says: anything but the administrative data is a question of existence. */
export const queryReason = (body: XmlElement): QueryReason =>
  attr(findOne(body, 'hl7:controlActProcess/hl7:reasonCode'), 'code') === 'CNSLT_DATA' ? 'CNSLT_DATA' : 'TEST_EXST';

/** Reads the query. @throws SoapFault with the code of the first rule that it breaks */
export function readPatientQuery(body: XmlElement): PatientQuery {
  check(body, grammar, existenceRules);
  const ins = required(body, value);
  return {
    ...readHead(body),
    queryId: readQueryId(body),
    reason: queryReason(body),
    patient: { oid: text(ins, 'root'), value: text(ins, 'extension') },
  };
}
