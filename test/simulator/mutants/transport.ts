/** Mutants of what every HL7 V3 request has around its control act, and the form of a mutant. */
import { drop, element, inBody, swap, twice, type Edit } from '../support/edit.ts';

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

/** A change of the body that a rule of the message refuses. */
export const hl7 = (name: string, change: Edit, rule: string): Mutant => ({
  name,
  change: inBody(change),
  rule,
  subcode: 'DMPInvalidData',
});
export const structure = (name: string, change: Edit): Mutant => hl7(name, change, 'HL7_STRUCTURE');

/** Mandatory elements that are removed, one at a time. */
const mandatory = [
  'id', 'creationTime', 'interactionId', 'processingCode', 'processingModeCode', 'acceptAckCode', 'receiver', 'sender',
  'device', 'controlActProcess',
]; // prettier-ignore

const deviceId = /<device ([^>]*)>\s*<id [^>]*>/;
const sender = /(<sender.*?<id root=")[^"]*/s;

/**
 * @param interaction the message's own
 * @param other another one
 */
export const transportMutants = (interaction: string, other: string): Mutant[] => [
  ...mandatory.map((name) => structure(`${name} absent`, drop(name))),
  ...['controlActProcess', 'receiver'].map((name) => structure(`${name} twice`, twice(name))),
  structure('device without id', swap(deviceId, '<device $1>')),
  structure('receiver after sender', (xml) => {
    const [receiver, from] = [element('receiver').exec(xml)![0], element('sender').exec(xml)![0]];
    return xml.replace(receiver, '').replace(from, () => from + receiver);
  }),
  hl7('text beside the elements', swap(/(<controlActProcess [^>]*>)/, '$1 X '), 'HL7_TEXT'),
  hl7('text in an element that has none', swap('<processingCode code="D"/>', '<processingCode code="D">D</processingCode>'), 'HL7_TEXT'),
  hl7('unknown attribute', swap('<processingCode code="D"/>', '<processingCode code="D" codes="D"/>'), 'HL7_ATTRIBUTE'),
  hl7('attribute of another namespace', swap('<processingCode code="D"/>', '<processingCode xmlns:x="urn:x" code="D" x:code="D"/>'), 'HL7_ATTRIBUTE'),
  hl7('nullFlavor', swap('<processingCode code="D"/>', '<processingCode code="D" nullFlavor="UNK"/>'), 'HL7_ATTRIBUTE'),
  hl7('element that is said to be nil', swap('<processingCode code="D"/>', '<processingCode code="D" xsi:nil="true"/>'), 'HL7_ATTRIBUTE'),
  hl7('ITSVersion absent', swap(' ITSVersion="XML_1.0"', ''), 'HL7_ITS_VERSION'),
  hl7('id without root', swap(/<id root="[^"]*"/, '<id'), 'HL7_ID'),
  hl7('creationTime that is no instant', swap(/(<creationTime value=")[^"]*/, '$120261020'), 'HL7_CREATION_TIME'),
  hl7('other interaction', swap(`extension="${interaction}"`, `extension="${other}"`), 'HL7_INTERACTION'),
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
  hl7('controlActProcess without classCode', swap(' classCode="CACT"', ''), 'HL7_CONTROL_ACT'),
  hl7('controlActProcess without moodCode', swap(/(<controlActProcess [^>]*) moodCode="EVN"/, '$1'), 'HL7_CONTROL_ACT'),
]; // prettier-ignore
