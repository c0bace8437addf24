/**
 * PRPA_IN201307UV02 with reason TEST_EXST, read strictly (dmp-wire §6): one grammar for the order and number of the
 * elements, one list of rules for the values. Each rule has its own code, which travels in soap:Detail.
 */
import { attr, attrNs, children, findOne, nameOf, ns, pureText, type XmlElement } from '../dom.ts';
import { SoapFault } from '../exchange.ts';
import { detailOf } from '../vihf/rules.ts';
import type { PatientKey } from '../vihf/types.ts';
import { insAuthorities } from './ins.ts';

export const dmpDevice = '1.2.250.1.213.4.1.1.1';
export const reasonSystem = '1.2.250.1.213.1.1.4.11';

interface InstanceId {
  root: string;
  extension?: string;
}

export interface ExistenceQuery {
  id: InstanceId;
  queryId: InstanceId;
  patient: PatientKey;
  sender: { id: string; softwareName: string };
}

/** Children of an element, in order: name → how many (1 exactly, ? optional). */
const grammar: Record<string, string> = {
  PRPA_IN201307UV02:
    'id creationTime interactionId processingCode processingModeCode acceptAckCode receiver sender attentionLine controlActProcess',
  receiver: 'device',
  sender: 'device',
  device: 'id softwareName?',
  controlActProcess: 'reasonCode queryByParameter',
  queryByParameter: 'queryId statusCode parameterList',
  parameterList: 'dataSource patientIdentifier',
  patientIdentifier: 'value semanticsText',
};

const oid = /^[0-2](\.(0|[1-9]\d*))+$/;
const oidOrUuid = /^([0-2](\.(0|[1-9]\d*))+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;
const query = 'hl7:controlActProcess/hl7:queryByParameter';
const parameter = `${query}/hl7:parameterList`;
const nil = (e: XmlElement) => /^(true|1)$/.test(attrNs(e, ns.xsi, 'nil') ?? '');

interface Rule {
  code: string;
  /** XPath of the element from the interaction; `.` for itself. */
  at: string;
  ok: (element: XmlElement) => boolean;
  fr: string;
}

const is = (name: string, expected: string | RegExp) => (element: XmlElement) => {
  const value = attr(element, name);
  return value !== undefined && (typeof expected === 'string' ? value === expected : expected.test(value));
};
const rule = (code: string, at: string, ok: Rule['ok'], fr: string): Rule => ({ code, at, ok, fr });

export const existenceRules: Rule[] = [
  rule('HL7_ITS_VERSION', '.', is('ITSVersion', 'XML_1.0'), 'ITSVersion doit valoir XML_1.0'),
  rule('HL7_ID', 'hl7:id', is('root', oidOrUuid), 'id doit porter un OID ou un UUID'),
  rule(
    'HL7_CREATION_TIME',
    'hl7:creationTime',
    is('value', /^\d{14}([+-]\d{4})?$/),
    'creationTime doit être un instant',
  ),
  rule(
    'HL7_INTERACTION',
    'hl7:interactionId',
    (e) => is('root', '2.16.840.1.113883.1.6')(e) && is('extension', 'PRPA_IN201307UV02')(e),
    'interactionId ne désigne pas PRPA_IN201307UV02',
  ),
  rule('HL7_PROCESSING_CODE', 'hl7:processingCode', is('code', /^[DPT]$/), 'processingCode inconnu'),
  rule('HL7_PROCESSING_MODE', 'hl7:processingModeCode', is('code', 'T'), 'processingModeCode doit valoir T'),
  rule('HL7_ACCEPT_ACK', 'hl7:acceptAckCode', is('code', 'AL'), 'acceptAckCode doit valoir AL'),
  rule('HL7_RECEIVER_TYPE', 'hl7:receiver', is('typeCode', 'RCV'), 'receiver doit porter typeCode RCV'),
  rule('HL7_RECEIVER', 'hl7:receiver/hl7:device/hl7:id', is('root', dmpDevice), 'Le destinataire n’est pas le DMP'),
  rule('HL7_SENDER_TYPE', 'hl7:sender', is('typeCode', 'SND'), 'sender doit porter typeCode SND'),
  rule('HL7_SENDER', 'hl7:sender/hl7:device/hl7:id', is('root', oid), 'L’émetteur n’est pas désigné par un OID'),
  ...['receiver', 'sender'].map((party) =>
    rule(
      'HL7_DEVICE',
      `hl7:${party}/hl7:device`,
      (e) => is('classCode', 'DEV')(e) && is('determinerCode', 'INSTANCE')(e),
      'device doit porter classCode DEV et determinerCode INSTANCE',
    ),
  ),
  rule('HL7_ATTENTION_LINE', 'hl7:attentionLine', nil, 'attentionLine doit être vide (xsi:nil)'),
  rule(
    'HL7_CONTROL_ACT',
    'hl7:controlActProcess',
    (e) => is('classCode', 'CACT')(e) && is('moodCode', 'EVN')(e),
    'controlActProcess doit porter classCode CACT et moodCode EVN',
  ),
  rule(
    'HL7_REASON',
    'hl7:controlActProcess/hl7:reasonCode',
    (e) => is('code', 'TEST_EXST')(e) && is('codeSystem', reasonSystem)(e),
    'Motif non pris en charge',
  ),
  rule('HL7_QUERY_ID', `${query}/hl7:queryId`, is('root', oidOrUuid), 'queryId doit porter un OID ou un UUID'),
  rule('HL7_QUERY_STATUS', `${query}/hl7:statusCode`, is('code', 'new'), 'statusCode doit valoir new'),
  rule('HL7_DATA_SOURCE', `${parameter}/hl7:dataSource`, nil, 'dataSource doit être vide (xsi:nil)'),
  rule(
    'HL7_PATIENT_ROOT',
    `${parameter}/hl7:patientIdentifier/hl7:value`,
    (e) => insAuthorities.includes(attr(e, 'root') ?? ''),
    'L’identifiant du patient n’est pas un INS',
  ),
  rule(
    'HL7_PATIENT_EXTENSION',
    `${parameter}/hl7:patientIdentifier/hl7:value`,
    is('extension', /^[0-9AB]{15}$/),
    'Le matricule INS doit avoir 15 caractères',
  ),
  rule(
    'HL7_SEMANTICS',
    `${parameter}/hl7:patientIdentifier/hl7:semanticsText`,
    (e) => pureText(e) === 'Patient.id',
    'semanticsText doit valoir Patient.id',
  ),
];

const refuse = (code: string, fr: string, place?: string): SoapFault =>
  new SoapFault({ code: 'Sender', subcode: 'DMPInvalidData', reason: { fr }, detail: detailOf(code, place) });

/** Reads the query. @throws SoapFault with the code of the first rule that it breaks */
export function readExistenceQuery(body: XmlElement): ExistenceQuery {
  checkStructure(body);
  // the grammar has found every element that a rule names
  const at = (path: string): XmlElement => (path === '.' ? body : (findOne(body, path) ?? body));
  for (const { code, at: path, ok, fr } of existenceRules)
    if (!ok(at(path))) throw refuse(code, fr, path.replaceAll('hl7:', ''));
  const value = at(`${parameter}/hl7:patientIdentifier/hl7:value`);
  return {
    id: instanceId(at('hl7:id')),
    queryId: instanceId(at(`${query}/hl7:queryId`)),
    patient: { oid: text(value, 'root'), value: text(value, 'extension') },
    sender: {
      id: text(at('hl7:sender/hl7:device/hl7:id'), 'root'),
      softwareName: findOne(body, 'hl7:sender/hl7:device/hl7:softwareName')?.content ?? '',
    },
  };
}

/** An attribute that a rule has required. */
const text = (element: XmlElement, name: string): string => attr(element, name) ?? '';

function instanceId(element: XmlElement): InstanceId {
  const extension = attr(element, 'extension');
  return { root: text(element, 'root'), ...(extension === undefined ? {} : { extension }) };
}

const unexpected = (element: XmlElement): SoapFault =>
  refuse('HL7_STRUCTURE', 'Élément inattendu dans la demande', element.name);

function checkStructure(element: XmlElement): void {
  const expected = grammar[element.name];
  const found = children(element);
  if (expected === undefined) {
    if (found[0] !== undefined) throw unexpected(found[0]);
    return;
  }
  let at = 0;
  for (const item of expected.split(' ')) {
    const name = item.replace('?', '');
    const child = found[at];
    if (child !== undefined && nameOf(child) === `{${ns.hl7}}${name}`) {
      checkStructure(child);
      at++;
    } else if (!item.endsWith('?')) {
      throw refuse('HL7_STRUCTURE', `Élément ${name} absent ou mal placé dans la demande`, name);
    }
  }
  const extra = found[at];
  if (extra !== undefined) throw unexpected(extra);
}
