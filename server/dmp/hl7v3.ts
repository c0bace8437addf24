/** What the HL7 V3 transactions have in common: the identity of a message, and what its answer must say (dmp-wire §6). */
import { dtmOfInstant } from '../../mappings/codecs/dtm.ts';
import { readAnsweredIds, readExistenceAnswer, refusalOf } from '../../mappings/hl7v3/answer.ts';
import type { ExistenceAnswer, InstanceId } from '../../mappings/hl7v3/facts.ts';
import type { MessageHead } from '../../mappings/hl7v3/message.ts';
import { serialize, type Element } from '../../mappings/xml/build.ts';
import type { XmlNode } from '../../mappings/xml/tree.ts';
import { safeCode, withoutIdentifiers } from './failure.ts';
import { DmpError, type DmpEnvironment, type OutgoingMessage, type PatientIns } from './types.ts';

/** A message of this installation, at this instant. */
export const newHead = (env: DmpEnvironment): MessageHead => ({
  messageId: { root: `${env.lps.oid}.1`, extension: env.newUuid() },
  creationTime: dtmOfInstant(env.now().getTime()),
  lps: env.lps,
});

export const newQueryId = (env: DmpEnvironment): InstanceId => ({
  root: `${env.lps.oid}.2`,
  extension: env.newUuid(),
});

const same = (a: InstanceId | undefined, b: InstanceId | undefined): boolean =>
  a === undefined || (a.root === b?.root && a.extension?.toLowerCase() === b.extension?.toLowerCase());

/** The message, and the check that an answer answers it: an answer may leave an id out, but not name another. */
export const outgoing = (
  transaction: string,
  message: Element,
  messageId: InstanceId,
  queryId?: InstanceId,
): OutgoingMessage => ({
  body: serialize(message),
  check(answer) {
    const ids = readAnsweredIds(answer);
    if (!same(ids.message, messageId) || !same(ids.query, queryId))
      throw new DmpError('mismatch', 'targetMessage', transaction);
  },
});

/**
 * The answer, when it is no refusal.
 * @param about the one patient that it may be about
 * @throws DmpError kind `hl7` on a refusal, `mismatch` when the answer is about somebody else; RangeError when unreadable
 */
export function accepted(transaction: string, root: XmlNode, about?: PatientIns): ExistenceAnswer {
  const answer = readExistenceAnswer(root);
  const refusal = refusalOf(answer);
  if (refusal)
    throw new DmpError('hl7', safeCode(refusal.code), transaction, refusal.text && withoutIdentifiers(refusal.text));
  for (const found of about ? answer.patients : [])
    if (!found.identifiers.some((i) => i.value === about?.value))
      throw new DmpError('mismatch', 'patient', transaction);
  return answer;
}
