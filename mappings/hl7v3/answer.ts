/** Reads the HL7 V3 answers of the DMP, whatever transaction they answer. Source: dmp-wire §6. */
import { defined } from '../defined.ts';
import { at, child, childrenOf, type XmlNode } from '../xml/tree.ts';
import type { ExistenceAnswer, InstanceId } from './facts.ts';
import { hl7 } from './message.ts';
import { boolean, readPatient, textOf } from './patient-read.ts';

/** What an answer says that it answers: to compare with what was sent. A registration has no query. */
export function readAnsweredIds(node: XmlNode): { message?: InstanceId; query?: InstanceId } {
  const message = interaction(node);
  const id = (n: XmlNode | undefined): InstanceId | undefined =>
    n?.attrs.root === undefined ? undefined : { root: n.attrs.root, extension: n.attrs.extension };
  return {
    message: id(at(message, 'acknowledgement', 'targetMessage', 'id')),
    query: id(at(message, 'controlActProcess', 'queryAck', 'queryId')),
  };
}

/**
 * Reads an HL7 V3 answer of the DMP.
 * @param node the interaction element, or a wrapper around it
 * @throws RangeError when the element is no HL7 V3 answer (the caller knows it as « garbage »)
 */
export function readExistenceAnswer(node: XmlNode): ExistenceAnswer {
  const message = interaction(node);
  if (!message) throw new RangeError('not an HL7 V3 interaction');
  const ack = child(message, 'acknowledgement', hl7);
  const act = child(message, 'controlActProcess', hl7);
  // The 2009 interactions carry typeCode as an attribute, 201306 (2008) as an element.
  const acknowledgement = ack?.attrs.typeCode ?? child(ack, 'typeCode')?.attrs.code;
  if (!ack || acknowledgement === undefined || !act) throw new RangeError('an HL7 V3 answer without acknowledgement');

  const queryAck = child(act, 'queryAck');
  const events = childrenOf(act, 'subject').flatMap((s) =>
    s.children.filter((c) => /^registration(Event|Request)$/.test(c.name)),
  );
  const issue = at(act, 'reasonOf', 'detectedIssueEvent');
  const issueCode = child(issue, 'code')?.attrs.code;
  const closed = events.find((e) => at(e, 'subject1', 'patient', 'statusCode')?.attrs.code === 'terminated');
  const patients = events.flatMap((e) => {
    const patient = at(e, 'subject1', 'patient');
    return patient ? [readPatient(patient)] : [];
  });
  const queryResponse = child(queryAck, 'queryResponseCode')?.attrs.code;
  const answer = defined<ExistenceAnswer>({
    interaction: message.name,
    acknowledgement,
    details: childrenOf(ack, 'acknowledgementDetail').map((d) =>
      defined({ code: child(d, 'code')?.attrs.code ?? '', text: textOf(child(d, 'text')) }),
    ),
    authorization: attention(message, 'AUTORISATION')?.attrs.code,
    treatingPhysician: boolean(attention(message, 'STATUT_MT')?.attrs.value),
    reasonCode: child(act, 'reasonCode')?.attrs.code,
    queryResponse,
    closureDate: child(closed, 'effectiveTime')?.attrs.value,
    closureReason:
      issueCode === undefined ? undefined : defined({ code: issueCode, text: textOf(child(issue, 'text')) }),
    total: quantity(queryAck, 'resultTotalQuantity'),
    current: quantity(queryAck, 'resultCurrentQuantity'),
    remaining: quantity(queryAck, 'resultRemainingQuantity'),
    patients,
  });
  // Nobody at all is « no DMP » where the DMP says so (NF), and nowhere else.
  if (refusalOf(answer) === undefined && queryResponse !== 'NF' && patients.length === 0)
    throw new RangeError('an HL7 V3 answer without patient');
  return answer;
}

/**
 * Why the DMP did not do or answer what it was asked: its code and sentence, else the acknowledgement (AE, AR) or, of a message
 * that was accepted, the response code of a question that was not answered (AE, QE). Undefined: it did.
 */
export function refusalOf({
  acknowledgement,
  queryResponse,
  details: [detail],
}: ExistenceAnswer): { code: string; text?: string } | undefined {
  const unanswered = queryResponse === 'OK' || queryResponse === 'NF' ? undefined : queryResponse;
  const why = acknowledgement === 'AA' ? unanswered : acknowledgement;
  return why === undefined ? undefined : { ...detail, code: detail?.code || why };
}

/** 201311 and 201314 are answered inside a wrapper of another namespace (dmp-wire §1, wire xsd). */
function interaction(node: XmlNode): XmlNode | undefined {
  if (node.ns === hl7 && /^PRPA_IN\d+UV\d+$/.test(node.name)) return node;
  const [only, ...others] = node.children;
  return only && others.length === 0 ? interaction(only) : undefined;
}

function attention(message: XmlNode, keyWord: string): XmlNode | undefined {
  const line = childrenOf(message, 'attentionLine').find((l) => child(l, 'keyWordText')?.attrs.code === keyWord);
  return child(line, 'value');
}

function quantity(queryAck: XmlNode | undefined, which: string): number | undefined {
  const value = child(queryAck, which)?.attrs.value;
  return value === undefined ? undefined : Number(value);
}
