/** What every HL7 V3 request to the DMP has around its control act: message, sender, receiver (dmp-wire §6). */
import { findOne, type XmlElement } from '../dom.ts';
import {
  are,
  type Grammar,
  instanceId,
  type InstanceId,
  is,
  isNil,
  oid,
  oidOrUuid,
  required,
  rule,
  type Rule,
  text,
} from './reading.ts';

/** The DMP as receiver of a request and sender of an answer, and as custodian. */
export const dmpDevice = '1.2.250.1.213.4.1.1.1';
export const interactions = '2.16.840.1.113883.1.6';
export const reasonSystem = '1.2.250.1.213.1.1.4.11';
export const observationSystem = '1.2.250.1.213.4.1.2.3';
export const closureSystem = '1.2.250.1.213.4.1.2.4';
export const relationshipSystem = '2.16.840.1.113883.1.11.19579';

/** The wrapper's grammar; `attentionLine` with how many the interaction has (its value is nil in a request). */
export const transportGrammar = (
  interaction: string,
  attentionLine: '' | 'attentionLine' | 'attentionLine?',
): Grammar => ({
  [interaction]: `id creationTime interactionId processingCode processingModeCode acceptAckCode receiver sender ${attentionLine} controlActProcess`,
  receiver: 'device',
  sender: 'device',
  device: 'id softwareName?',
});

const device = (party: string): Rule =>
  rule(
    'HL7_DEVICE',
    `hl7:${party}/hl7:device`,
    are({ classCode: 'DEV', determinerCode: 'INSTANCE' }),
    'device doit porter classCode DEV et determinerCode INSTANCE',
  );

export const transportRules = (interaction: string): Rule[] => [
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
    are({ root: interactions, extension: interaction }),
    `interactionId ne désigne pas ${interaction}`,
  ),
  rule('HL7_PROCESSING_CODE', 'hl7:processingCode', is('code', /^[DPT]$/), 'processingCode inconnu'),
  rule('HL7_PROCESSING_MODE', 'hl7:processingModeCode', is('code', 'T'), 'processingModeCode doit valoir T'),
  rule('HL7_ACCEPT_ACK', 'hl7:acceptAckCode', is('code', 'AL'), 'acceptAckCode doit valoir AL'),
  rule('HL7_RECEIVER_TYPE', 'hl7:receiver', is('typeCode', 'RCV'), 'receiver doit porter typeCode RCV'),
  rule('HL7_RECEIVER', 'hl7:receiver/hl7:device/hl7:id', is('root', dmpDevice), 'Le destinataire n’est pas le DMP'),
  rule('HL7_SENDER_TYPE', 'hl7:sender', is('typeCode', 'SND'), 'sender doit porter typeCode SND'),
  rule('HL7_SENDER', 'hl7:sender/hl7:device/hl7:id', is('root', oid), 'L’émetteur n’est pas désigné par un OID'),
  device('receiver'),
  device('sender'),
  rule('HL7_ATTENTION_LINE', 'hl7:attentionLine', isNil, 'attentionLine doit être vide (xsi:nil)'),
  rule(
    'HL7_CONTROL_ACT',
    'hl7:controlActProcess',
    are({ classCode: 'CACT', moodCode: 'EVN' }),
    'controlActProcess doit porter classCode CACT et moodCode EVN',
  ),
];

const query = 'hl7:controlActProcess/hl7:queryByParameter';

/** What the two queries have in common. */
export const queryRules: Rule[] = [
  rule('HL7_QUERY_ID', `${query}/hl7:queryId`, is('root', oidOrUuid), 'queryId doit porter un OID ou un UUID'),
  rule('HL7_QUERY_STATUS', `${query}/hl7:statusCode`, is('code', 'new'), 'statusCode doit valoir new'),
];

/** What an answer says again of its request. */
export interface RequestHead {
  id: InstanceId;
  sender: { id: string; softwareName: string };
}

/** The head of a request that was checked. */
export const readHead = (body: XmlElement): RequestHead => ({
  id: instanceId(required(body, 'hl7:id')),
  sender: {
    id: text(required(body, 'hl7:sender/hl7:device/hl7:id'), 'root'),
    softwareName: findOne(body, 'hl7:sender/hl7:device/hl7:softwareName')?.content ?? '',
  },
});

/** `queryId` of a query that was checked. */
export const readQueryId = (body: XmlElement): InstanceId => instanceId(required(body, `${query}/hl7:queryId`));
