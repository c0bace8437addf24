/**
 * The query PRPA_IN201307UV02 on one patient, by INS: TD0.2, « test d'existence », and TD1.3a, the administrative data.
 * Source: dmp-wire §6.
 */
import type { PatientId } from '../ins.ts';
import { el, type Element } from '../xml/build.ts';
import type { InstanceId } from './facts.ts';
import { queryByParameter, writeMessage, type MessageHead } from './message.ts';

export { readAnsweredIds, readExistenceAnswer } from './answer.ts';
export type { ExistenceAnswer } from './facts.ts';

/** Why the patient is asked about. */
export type ExistenceReason = 'TEST_EXST' | 'CNSLT_DATA';

const displays: Record<ExistenceReason, string> = {
  TEST_EXST: 'Existence du DMP ?',
  CNSLT_DATA: 'Lecture des informations administratives',
};

export interface ExistenceQuery extends MessageHead {
  patient: PatientId;
  queryId: InstanceId;
  /** without it: TEST_EXST */
  reason?: ExistenceReason;
}

/** The body of the query, in the default namespace `urn:hl7-org:v3`. */
export function writeExistenceQuery(query: ExistenceQuery): Element {
  const code = query.reason ?? 'TEST_EXST';
  const parameters = [
    el('dataSource', { 'xsi:nil': 'true' }),
    el('patientIdentifier', {}, [
      el('value', { root: query.patient.oid, extension: query.patient.value }),
      el('semanticsText', {}, ['Patient.id']),
    ]),
  ];
  return writeMessage(
    'PRPA_IN201307UV02',
    query,
    { reason: { code, display: displays[code] }, children: [queryByParameter(query.queryId, parameters)] },
    true,
  );
}
