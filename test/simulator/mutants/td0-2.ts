/**
 * TD0.2 mutants: one mandatory thing of the unsigned part of a request removed or altered, and the rule that must
 * refuse it. Each is applied to every golden request.
 */
import { drop, inAddressing, inBody, swap, twice, type Edit } from '../support/edit.ts';
import { hl7, type Mutant, structure, transportMutants } from './transport.ts';

export type { Mutant } from './transport.ts';

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

/** Elements of the query that are removed, one at a time. */
const mandatory = [
  'attentionLine', 'reasonCode', 'queryByParameter', 'queryId', 'statusCode', 'parameterList', 'dataSource',
  'patientIdentifier', 'value', 'semanticsText',
]; // prettier-ignore

/** What the two queries have in common: identifier and status. */
export const queryMutants: Mutant[] = [
  hl7('queryId without root', swap(/<queryId root="[^"]*"/, '<queryId'), 'HL7_QUERY_ID'),
  hl7('statusCode other than new', swap('<statusCode code="new"/>', '<statusCode code="aborted"/>'), 'HL7_QUERY_STATUS'),
  structure('unknown element', swap('<statusCode code="new"/>', '<statusCode code="new"/><x/>')),
  structure('element of another namespace', swap('<statusCode code="new"/>', '<statusCode xmlns="urn:x" code="new"/>')),
]; // prettier-ignore

const hl7Mutants: Mutant[] = [
  ...transportMutants('PRPA_IN201307UV02', 'PRPA_IN201305UV02'),
  ...queryMutants,
  ...mandatory.map((name) => structure(`${name} absent`, drop(name))),
  ...['patientIdentifier', 'queryByParameter'].map((name) => structure(`${name} twice`, twice(name))),
  hl7('attentionLine not nil', swap('<attentionLine xsi:nil="true"/>', '<attentionLine/>'), 'HL7_ATTENTION_LINE'),
  hl7('other reason', swap('code="TEST_EXST"', 'code="REAC"'), 'HL7_REASON'),
  hl7('reason of another system', swap('codeSystem="1.2.250.1.213.1.1.4.11"', 'codeSystem="1.2.250.1.213.1.1.4.12"'), 'HL7_REASON'),
  hl7('dataSource not nil', swap('<dataSource xsi:nil="true"/>', '<dataSource/>'), 'HL7_DATA_SOURCE'),
  hl7('patient of an unknown authority', swap('<value root="1.2.250.1.213.1.4.10"', '<value root="1.2.250.1.213.1.4.99"'), 'HL7_PATIENT_ROOT'),
  hl7('patient without number', swap(/(<value root="[^"]*") extension="[^"]*"/, '$1'), 'HL7_PATIENT_EXTENSION'),
  hl7('patient number too short', swap(/(<value root="[^"]*" extension="\d{10})[^"]*/, '$1'), 'HL7_PATIENT_EXTENSION'),
  hl7('other semantics', swap('>Patient.id<', '>LivingSubject.id<'), 'HL7_SEMANTICS'),
  hl7('patient other than the VIHF’s', swap(/(<value root="[^"]*" extension=")[^"]*/, '$1238124299006600'), 'PATIENT_VIHF'),
  hl7('patient of another authority than the VIHF’s', swap('<value root="1.2.250.1.213.1.4.10"', '<value root="1.2.250.1.213.1.4.8"'), 'PATIENT_VIHF'),
]; // prettier-ignore

export const existenceMutants: Mutant[] = [...envelopeMutants, ...hl7Mutants];
