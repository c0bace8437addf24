/**
 * TD0.2: does this patient have a DMP, and may the requester enter it? (dmp-wire §6.) The answer holds identity traits that
 * software must not display instead of its own. TD1.3a asks the same question for the administrative data.
 */
import { authorizationStatus } from '../../../mappings/consent/authorization.ts';
import { writeExistenceQuery, type ExistenceReason } from '../../../mappings/hl7v3/existence.ts';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/facts.ts';
import { checkAbout } from '../about.ts';
import { accepted, newHead, newQueryId, outgoing } from '../hl7v3.ts';
import type { DmpEnvironment, PatientIns, Transaction } from '../types.ts';

/** The status of the authorisation in our words, whatever this DMP calls it (AUTHORIZATION_WORDS). */
function inOurWords(answer: ExistenceAnswer, { options }: DmpEnvironment): ExistenceAnswer {
  const [expired, none, forbidden] = options.authorizationWords;
  const words = new Map([
    [expired, authorizationStatus.expired],
    [none, authorizationStatus.none],
    [forbidden, authorizationStatus.forbidden],
  ]);
  const ours = answer.authorization === undefined ? undefined : words.get(answer.authorization);
  return ours === undefined ? answer : { ...answer, authorization: ours };
}

/** The query on one patient, by INS, for a reason. */
export function patientQuery(
  name: string,
  reason: ExistenceReason,
): Transaction<{ patient: PatientIns }, ExistenceAnswer> {
  return {
    name,
    service: 'patients',
    action: 'urn:hl7-org:v3:PRPA_IN201307UV02',
    responseAction: 'urn:hl7-org:v3:PRPA_IN201308UV02',
    responseRoot: { ns: 'urn:hl7-org:v3', name: 'PRPA_IN201308UV02' },
    // As the person when that can be said: then the authorisation is the person's own.
    modes: ['INDIRECTE_RENFORCEE', 'INDIRECTE'],
    purposes: ['normal', 'bris_de_glace', 'centre_15'],
    consent: 'none',
    idempotent: true,
    translate: inOurWords,

    /** @throws TypeError when the context names another patient */
    build({ patient }, context, env) {
      checkAbout(name, context, patient);
      const head = newHead(env);
      const queryId = newQueryId(env);
      return outgoing(name, writeExistenceQuery({ ...head, queryId, patient, reason }), head.messageId, queryId);
    },

    read: {
      kind: 'tree',
      /** @throws DmpError kind `hl7` on a refusal, `mismatch` when the answer is about somebody else */
      read: (root, { patient }) => accepted(name, root, patient),
    },
  };
}

export const td0_2 = patientQuery('TD0.2', 'TEST_EXST');
