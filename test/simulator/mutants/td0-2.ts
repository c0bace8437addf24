/**
 * TD0.2 mutants: one mandatory thing of the unsigned part of a request removed or altered, and the rule that must
 * refuse it. Each is applied to every golden request.
 */
import { drop, element, inAddressing, inBody, swap, twice, type Edit } from '../support/edit.ts';

export interface Mutant {
  name: string;
  change: Edit;
  /** Code in soap:Detail. */
  rule: string;
  /** Local name of the fault's subcode; null: none. */
  subcode: string | null;
  /** Fault code; Sender when absent. */
  code?: string;
}

const envelope = (name: string, change: Edit, rule: string, subcode: string | null, code?: string): Mutant => ({
  name,
  change: inAddressing(change),
  rule,
  subcode,
  ...(code === undefined ? {} : { code }),
});
const required = 'MessageAddressingHeaderRequired';
const invalid = 'InvalidAddressingHeader';
const unknownHeader = (mustUnderstand: string) =>
  swap(
    '<!--vihf-->',
    `<!--vihf--><x:Other xmlns:x="urn:x" xmlns:s="http://www.w3.org/2003/05/soap-envelope" ${mustUnderstand}/>`,
  );

const envelopeMutants: Mutant[] = [
  envelope(
    'SOAP 1.1 envelope',
    (xml) => xml.replaceAll('http://www.w3.org/2003/05/soap-envelope', 'http://schemas.xmlsoap.org/soap/envelope/'),
    'SOAP_VERSION',
    null,
    'VersionMismatch',
  ),
  { name: 'no header', change: drop('Header'), rule: 'SOAP_STRUCTURE', subcode: null },
  { name: 'no body', change: drop('Body'), rule: 'SOAP_STRUCTURE', subcode: null },
  { name: 'two bodies', change: twice('Body'), rule: 'SOAP_STRUCTURE', subcode: null },
  { name: 'empty body', change: inBody(drop('PRPA_IN201307UV02')), rule: 'SOAP_BODY', subcode: null },
  { name: 'two elements in the body', change: inBody(twice('PRPA_IN201307UV02')), rule: 'SOAP_BODY', subcode: null },
  envelope(
    'unknown mandatory header',
    unknownHeader('s:mustUnderstand="1"'),
    'MUST_UNDERSTAND',
    null,
    'MustUnderstand',
  ),
  envelope(
    'mustUnderstand that is not a boolean',
    unknownHeader('s:mustUnderstand="yes"'),
    'MUST_UNDERSTAND_VALUE',
    null,
  ),
  envelope('MessageID absent', drop('MessageID'), 'WSA_MESSAGE_ID', required),
  envelope('MessageID twice', twice('MessageID'), 'WSA_MESSAGE_ID', required),
  envelope('MessageID without urn:uuid', swap(/>urn:uuid:/, '>'), 'WSA_MESSAGE_ID_FORM', invalid),
  envelope('To absent', drop('To'), 'WSA_TO', required),
  envelope('ReplyTo absent', drop('ReplyTo'), 'WSA_REPLY_TO', required),
  envelope('ReplyTo elsewhere', swap('addressing/anonymous<', 'addressing/none<'), 'WSA_REPLY_ADDRESS', invalid),
  envelope('Action absent', drop('Action'), 'WSA_ACTION', required),
  envelope('Action twice', twice('Action'), 'WSA_ACTION', required),
  envelope(
    'Action of another transaction',
    swap(/>urn:hl7-org:v3:PRPA_IN201307UV02</, '>urn:hl7-org:v3:PRPA_IN201305UV02<'),
    'ACTION_MISMATCH',
    'ActionMismatch',
  ),
  { name: 'Security absent', change: drop('Security'), rule: 'SECURITY_ABSENT', subcode: 'InvalidSecurity' },
  { name: 'Security twice', change: twice('Security'), rule: 'SECURITY_ABSENT', subcode: 'InvalidSecurity' },
  { name: 'assertion absent', change: drop('Assertion'), rule: 'ASSERTION_NOT_ALONE', subcode: 'InvalidSecurity' },
  { name: 'two assertions', change: twice('Assertion'), rule: 'ASSERTION_NOT_ALONE', subcode: 'InvalidSecurity' },
  {
    name: 'timestamp beside the assertion',
    change: swap(/(<\/(?:\w+:)?Security>)/, '<u:Timestamp xmlns:u="urn:u"/>$1'),
    rule: 'ASSERTION_NOT_ALONE',
    subcode: 'InvalidSecurity',
  },
  {
    name: 'the ID of the assertion elsewhere in the message',
    change: (xml) =>
      inBody(swap('<PRPA_IN201307UV02 ', `<PRPA_IN201307UV02 ID="${/ ID="([^"]+)"/.exec(xml)![1]!}" `))(xml),
    rule: 'ASSERTION_ID',
    subcode: 'InvalidSecurityToken',
  },
  {
    name: 'body of another namespace',
    change: inBody(swap('urn:hl7-org:v3', 'urn:hl7-org:v2')),
    rule: 'NOT_SUPPORTED',
    subcode: 'ActionNotSupported',
  },
];

const hl7 = (name: string, change: Edit, rule: string): Mutant => ({
  name,
  change: inBody(change),
  rule,
  subcode: 'DMPInvalidData',
});
const structure = (name: string, change: Edit) => hl7(name, change, 'HL7_STRUCTURE');

/** Mandatory elements that are removed, one at a time. */
const mandatory = [
  'id', 'creationTime', 'interactionId', 'processingCode', 'processingModeCode', 'acceptAckCode', 'receiver', 'sender',
  'device', 'attentionLine', 'controlActProcess', 'reasonCode', 'queryByParameter', 'queryId', 'statusCode',
  'parameterList', 'dataSource', 'patientIdentifier', 'value', 'semanticsText',
]; // prettier-ignore

const deviceId = /<device ([^>]*)>\s*<id [^>]*>/;
const sender = /(<sender.*?<id root=")[^"]*/s;

const hl7Mutants: Mutant[] = [
  ...mandatory.map((name) => structure(`${name} absent`, drop(name))),
  ...['patientIdentifier', 'controlActProcess', 'queryByParameter', 'receiver'].map((name) => structure(`${name} twice`, twice(name))),
  structure('device without id', swap(deviceId, '<device $1>')),
  structure('unknown element', swap('<statusCode code="new"/>', '<statusCode code="new"/><x/>')),
  structure('receiver after sender', (xml) => {
    const [receiver, from] = [element('receiver').exec(xml)![0], element('sender').exec(xml)![0]];
    return xml.replace(receiver, '').replace(from, () => from + receiver);
  }),
  structure('element of another namespace', swap('<statusCode code="new"/>', '<statusCode xmlns="urn:x" code="new"/>')),
  hl7('ITSVersion absent', swap(' ITSVersion="XML_1.0"', ''), 'HL7_ITS_VERSION'),
  hl7('id without root', swap(/<id root="[^"]*"/, '<id'), 'HL7_ID'),
  hl7('creationTime that is no instant', swap(/(<creationTime value=")[^"]*/, '$120261020'), 'HL7_CREATION_TIME'),
  hl7('other interaction', swap('extension="PRPA_IN201307UV02"', 'extension="PRPA_IN201305UV02"'), 'HL7_INTERACTION'),
  hl7('interaction of another root', swap('root="2.16.840.1.113883.1.6"', 'root="2.16.840.1.113883.1.7"'), 'HL7_INTERACTION'),
  hl7('processingCode unknown', swap('<processingCode code="D"/>', '<processingCode code="X"/>'), 'HL7_PROCESSING_CODE'),
  hl7('processingModeCode unknown', swap('<processingModeCode code="T"/>', '<processingModeCode code="A"/>'), 'HL7_PROCESSING_MODE'),
  hl7('acceptAckCode unknown', swap('<acceptAckCode code="AL"/>', '<acceptAckCode code="NE"/>'), 'HL7_ACCEPT_ACK'),
  hl7('receiver without typeCode', swap(' typeCode="RCV"', ''), 'HL7_RECEIVER_TYPE'),
  hl7('other receiver', swap('<id root="1.2.250.1.213.4.1.1.1"/>', '<id root="1.2.250.1.213.4.1.1.2"/>'), 'HL7_RECEIVER'),
  hl7('sender without typeCode', swap(' typeCode="SND"', ''), 'HL7_SENDER_TYPE'),
  hl7('sender that is no OID', swap(sender, '$1logiciel'), 'HL7_SENDER'),
  hl7('device without classCode', swap(' classCode="DEV"', ''), 'HL7_DEVICE'),
  hl7('device that is no instance', swap('determinerCode="INSTANCE"', 'determinerCode="KIND"'), 'HL7_DEVICE'),
  hl7('attentionLine not nil', swap('<attentionLine xsi:nil="true"/>', '<attentionLine/>'), 'HL7_ATTENTION_LINE'),
  hl7('controlActProcess without classCode', swap(' classCode="CACT"', ''), 'HL7_CONTROL_ACT'),
  hl7('controlActProcess without moodCode', swap(' moodCode="EVN"', ''), 'HL7_CONTROL_ACT'),
  hl7('other reason', swap('code="TEST_EXST"', 'code="REAC"'), 'HL7_REASON'),
  hl7('reason of another system', swap('codeSystem="1.2.250.1.213.1.1.4.11"', 'codeSystem="1.2.250.1.213.1.1.4.12"'), 'HL7_REASON'),
  hl7('queryId without root', swap(/<queryId root="[^"]*"/, '<queryId'), 'HL7_QUERY_ID'),
  hl7('statusCode other than new', swap('<statusCode code="new"/>', '<statusCode code="aborted"/>'), 'HL7_QUERY_STATUS'),
  hl7('dataSource not nil', swap('<dataSource xsi:nil="true"/>', '<dataSource/>'), 'HL7_DATA_SOURCE'),
  hl7('patient of an unknown authority', swap('<value root="1.2.250.1.213.1.4.10"', '<value root="1.2.250.1.213.1.4.99"'), 'HL7_PATIENT_ROOT'),
  hl7('patient without number', swap(/(<value root="[^"]*") extension="[^"]*"/, '$1'), 'HL7_PATIENT_EXTENSION'),
  hl7('patient number too short', swap(/(<value root="[^"]*" extension="\d{10})[^"]*/, '$1'), 'HL7_PATIENT_EXTENSION'),
  hl7('other semantics', swap('>Patient.id<', '>LivingSubject.id<'), 'HL7_SEMANTICS'),
  hl7('patient other than the VIHF’s', swap(/(<value root="[^"]*" extension=")[^"]*/, '$1238124299006600'), 'PATIENT_VIHF'),
  hl7('patient of another authority than the VIHF’s', swap('<value root="1.2.250.1.213.1.4.10"', '<value root="1.2.250.1.213.1.4.8"'), 'PATIENT_VIHF'),
]; // prettier-ignore

export const existenceMutants: Mutant[] = [...envelopeMutants, ...hl7Mutants];
