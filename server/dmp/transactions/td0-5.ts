/**
 * TD0.5: who has a DMP, by traits instead of the INS. For emergency regulation alone, and about no patient yet: the VIHF names
 * none (dmp-wire §1.4, §2.2).
 */
import { writeDemographicsQuery, type DemographicsQuery } from '../../../mappings/hl7v3/demographics.ts';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/facts.ts';
import { checkAbout } from '../about.ts';
import { accepted, newHead, newQueryId, outgoing } from '../hl7v3.ts';
import type { Transaction } from '../types.ts';

export type { DemographicsQuery } from '../../../mappings/hl7v3/demographics.ts';

const name = 'TD0.5';

export const td0_5: Transaction<DemographicsQuery, ExistenceAnswer> = {
  name,
  service: 'patientsPDQ',
  action: 'urn:hl7-org:v3:PRPA_IN201305UV02',
  responseAction: 'urn:hl7-org:v3:PRPA_IN201306UV02',
  responseRoot: { ns: 'urn:hl7-org:v3', name: 'PRPA_IN201306UV02' },
  modes: ['INDIRECTE_RENFORCEE', 'INDIRECTE'],
  purposes: ['centre_15'],
  consent: 'none',
  idempotent: true,

  /** @throws RangeError on a query without a criterion or with a birth date that is none; TypeError when a patient is named */
  build(query, context, env) {
    checkAbout(name, context, 'nobody');
    const head = newHead(env);
    const queryId = newQueryId(env);
    return outgoing(name, writeDemographicsQuery(query, head, queryId), head.messageId, queryId);
  },

  read: {
    kind: 'tree',
    /** @throws DmpError kind `hl7` on a refusal: too many results, among others */
    read: (root) => accepted(name, root),
  },
};
