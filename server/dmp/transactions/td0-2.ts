/**
 * TD0.2: does this patient have a DMP, and may the requester enter it? (dmp-wire §6.) The answer holds identity traits that
 * software must not display instead of its own.
 */
import { dtmOfInstant } from '../../../mappings/codecs/dtm.ts';
import {
  readAnsweredIds,
  readExistenceAnswer,
  writeExistenceQuery,
  type ExistenceAnswer,
  type InstanceId,
} from '../../../mappings/hl7v3/existence.ts';
import { serialize } from '../../../mappings/xml/build.ts';
import { safeCode, withoutIdentifiers } from '../failure.ts';

import { DmpError, type PatientIns, type Transaction } from '../types.ts';

const name = 'TD0.2';
const same = (a: InstanceId | undefined, b: InstanceId): boolean =>
  a === undefined || (a.root === b.root && a.extension?.toLowerCase() === b.extension?.toLowerCase());

export const td0_2: Transaction<{ patient: PatientIns }, ExistenceAnswer> = {
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

  build({ patient }, _context, env) {
    const messageId = { root: `${env.lps.oid}.1`, extension: env.newUuid() };
    const queryId = { root: `${env.lps.oid}.2`, extension: env.newUuid() };
    const query = writeExistenceQuery({
      patient,
      messageId,
      queryId,
      creationTime: dtmOfInstant(env.now().getTime()),
      lps: env.lps,
    });
    return {
      body: serialize(query),
      check(answer) {
        const ids = readAnsweredIds(answer);
        if (!same(ids.message, messageId) || !same(ids.query, queryId))
          throw new DmpError('mismatch', 'targetMessage', name);
      },
    };
  },

  read: {
    kind: 'tree',
    /** @throws DmpError kind `hl7` on a refusal, `mismatch` when the answer is about somebody else */
    read(root, { patient }) {
      const answer = readExistenceAnswer(root);
      if (answer.acknowledgement !== 'AA') {
        const detail = answer.details[0];
        throw new DmpError(
          'hl7',
          safeCode(detail?.code || answer.acknowledgement),
          name,
          detail?.text && withoutIdentifiers(detail.text),
        );
      }
      for (const found of answer.patients) {
        if (!found.identifiers.some((i) => i.value === patient.value)) throw new DmpError('mismatch', 'patient', name);
      }
      return answer;
    },
  },
};
