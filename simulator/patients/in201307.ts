/**
 * PRPA_IN201307UV02 → PRPA_IN201308UV02: TD0.2 and TD1.3a, told apart by the reason (dmp-wire §6). A person without a
 * DMP is NF; a wrong INS key is an application error (AE), and so is a closed DMP in TD1.3a; a malformed query a fault.
 */
import type { Exchange, HandlerRow } from '../exchange.ts';
import { requirePatient } from '../patient.ts';
import { findPatient } from '../world.ts';
import { wrongKey } from './ins.ts';
import { type PatientQuery, queryReason, readPatientQuery } from './query.ts';
import { existence } from './td0-2.ts';
import { administrativeData } from './td1-3a.ts';
import { reasonSystem } from './transport.ts';
import { acknowledgement, controlAct, el, message, type Refusal } from './write.ts';

interface Outcome {
  response: 'OK' | 'NF' | 'AE';
  refusal?: Refusal;
  attention?: string;
  control?: string;
}

const closed: Refusal = { code: 'DMPClosed', text: 'Le DMP est fermé' };

function decide(exchange: Exchange, query: PatientQuery): Outcome {
  const refusal = wrongKey(query.patient);
  if (refusal !== undefined) return { response: 'AE', refusal };
  const patient = findPatient(exchange.world, query.patient);
  if (patient === undefined || patient.dmp === 'none') return { response: 'NF' };
  if (query.reason === 'TEST_EXST') return { response: 'OK', ...existence(exchange, patient) };
  if (patient.dmp === 'terminated') return { response: 'AE', refusal: closed };
  return { response: 'OK', ...administrativeData(patient) };
}

const displayNames = { TEST_EXST: 'Existence du DMP ?', CNSLT_DATA: 'Lecture des informations administratives' };

function answer({ now }: Exchange, { id, sender, queryId, reason }: PatientQuery, outcome: Outcome): string {
  const control = controlAct(
    el('reasonCode', { code: reason, codeSystem: reasonSystem, displayName: displayNames[reason] }),
    outcome.control ?? '',
    el('queryAck', {}, el('queryId', { ...queryId }), el('queryResponseCode', { code: outcome.response })),
  );
  return message(
    'PRPA_IN201308UV02',
    now,
    sender,
    outcome.attention ?? '',
    acknowledgement(id, outcome.refusal),
    control,
  );
}

/** The dispatch row of TD0.2 and TD1.3a. */
export const patientQueryRow: HandlerRow = {
  service: 'patients',
  bodyName: '{urn:hl7-org:v3}PRPA_IN201307UV02',
  actions: ['urn:hl7-org:v3:PRPA_IN201307UV02'],
  responseAction: 'urn:hl7-org:v3:PRPA_IN201308UV02',
  faultAction: 'http://www.w3.org/2005/08/addressing/soap/fault',
  transaction: ({ body }) => (queryReason(body) === 'CNSLT_DATA' ? 'TD1.3a' : 'TD0.2'),
  handler(exchange) {
    const query = readPatientQuery(exchange.body);
    requirePatient(exchange, query.patient);
    return { body: answer(exchange, query, decide(exchange, query)) };
  },
};
