/**
 * TD0.2, existence of a DMP and status of the requester's authorisation: PRPA_IN201307UV02 → PRPA_IN201308UV02
 * (dmp-wire §6). A person without a DMP is NF; a wrong INS key is an application error (AE); a malformed query a fault.
 */
import { randomUUID } from 'node:crypto';

import { escapeXml } from '../dom.ts';
import type { Exchange, HandlerRow } from '../exchange.ts';
import { requirePatient } from '../patient.ts';
import { authorizationOf, findPatient, type PatientRecord } from '../world.ts';
import { dmpDevice, type ExistenceQuery, readExistenceQuery, reasonSystem } from './query.ts';
import { hasRightKey } from './ins.ts';

type Attributes = Record<string, string | undefined>;

/** An element as text; attributes that are undefined are left out. */
function el(name: string, attributes: Attributes = {}, ...content: string[]): string {
  const written = Object.entries(attributes).flatMap(([k, v]) => (v === undefined ? [] : [` ${k}="${escapeXml(v)}"`]));
  return content.length === 0
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content.join('')}</${name}>`;
}

/** yyyyMMddHHmmss in UTC. */
const timestamp = (date: Date): string => date.toISOString().replace(/[-:T]|\..*/g, '');

const device = (party: string, typeCode: string, id: string, softwareName: string): string =>
  el(
    party,
    { typeCode },
    el(
      'device',
      { classCode: 'DEV', determinerCode: 'INSTANCE' },
      el('id', { root: id }),
      el('softwareName', {}, escapeXml(softwareName)),
    ),
  );

interface Outcome {
  acknowledgement: 'AA' | 'AE';
  response: 'OK' | 'NF' | 'AE';
  detail?: { code: string; text: string };
  attention?: string;
  patient?: PatientRecord;
}

function decide(exchange: Exchange, query: ExistenceQuery): Outcome {
  if (!hasRightKey(query.patient.value)) {
    const detail = { code: 'DMPInvalidData', text: 'La clé du matricule INS est incorrecte' };
    return { acknowledgement: 'AE', response: 'AE', detail };
  }
  const patient = findPatient(exchange.world, query.patient);
  if (patient === undefined || patient.dmp === 'none') return { acknowledgement: 'AA', response: 'NF' };
  return { acknowledgement: 'AA', response: 'OK', attention: attentionLines(exchange, patient), patient };
}

function attentionLines({ vihf, world }: Exchange, patient: PatientRecord): string {
  const { statusExpired, statusForbidden, statusNone } = world.settings;
  const status = authorizationOf(patient, vihf.nameId, vihf.structure);
  const code =
    status === undefined ? statusNone : { VALIDE: 'VALIDE', EXPIRE: statusExpired, INTERDIT: statusForbidden }[status];
  const line = (key: string, system: string, value: Attributes) =>
    el('attentionLine', {}, el('keyWordText', { code: key, codeSystem: system }), el('value', value));
  return (
    line('AUTORISATION', '1.2.250.1.213.4.1.2.6.1', { 'xsi:type': 'CV', code, codeSystem: '1.2.250.1.213.4.1.2.6.2' }) +
    line('STATUT_MT', '1.2.250.1.213.4.1.2.6.3', {
      'xsi:type': 'BL',
      value: String(patient.treatingPhysician === vihf.nameId),
    })
  );
}

function person({ name, telecom, sex, birthDate }: PatientRecord): string {
  const text = (element: string, value: string | undefined, qualifier?: string) =>
    value === undefined ? '' : el(element, { qualifier }, escapeXml(value));
  return el(
    'patientPerson',
    { classCode: 'PSN', determinerCode: 'INSTANCE' },
    el(
      'name',
      {},
      text('prefix', name.prefix),
      ...name.given.map((given) => text('given', given)),
      text('family', name.usage, 'SP'),
      text('family', name.birth, 'BR'),
    ),
    ...(telecom ?? []).map(({ use, value }) => el('telecom', { use, value })),
    el('administrativeGenderCode', { code: sex }),
    el('birthTime', { value: birthDate }),
  );
}

const observation = (code: string, codeSystem: string, value: boolean | undefined): string =>
  value === undefined
    ? ''
    : el(
        'subjectOf',
        { typeCode: 'SBJ' },
        el(
          'administrativeObservation',
          { classCode: 'OBS', moodCode: 'EVN' },
          el('code', { code, codeSystem }),
          el('value', { 'xsi:type': 'BL', value: String(value) }),
        ),
      );

function registration(patient: PatientRecord): string {
  const subject = el(
    'patient',
    { classCode: 'PAT' },
    ...patient.identifiers.map((id) => el('id', { root: id.oid, extension: id.value })),
    el('statusCode', { code: patient.dmp }),
    person(patient),
    observation('COMPTE_INTERNET_OUVERT', '1.2.250.1.213.4.1.2.9', patient.internetAccount),
    observation('RATTACHEMENT_ENS', '1.2.250.1.213.4.1.2.3', patient.mes),
  );
  const event = el(
    'registrationEvent',
    { classCode: 'REG', moodCode: 'EVN' },
    el('statusCode', { code: 'completed' }),
    patient.closure === undefined ? '' : el('effectiveTime', { value: patient.closure.date }),
    el('subject1', { typeCode: 'SBJ' }, subject),
    el(
      'custodian',
      { typeCode: 'CST' },
      el('assignedEntity', { classCode: 'ASSIGNED' }, el('id', { root: dmpDevice })),
    ),
  );
  return el('subject', { typeCode: 'SUBJ', contextConductionInd: 'false' }, event) + closureReason(patient);
}

function closureReason({ closure }: PatientRecord): string {
  if (closure === undefined) return '';
  const issue = el(
    'detectedIssueEvent',
    { classCode: 'ALRT', moodCode: 'EVN' },
    el('code', { code: closure.code, codeSystem: '1.2.250.1.213.4.1.2.4' }),
    closure.text === undefined ? '' : el('text', {}, escapeXml(closure.text)),
  );
  return el('reasonOf', { typeCode: 'RSON' }, issue);
}

function acknowledgement({ acknowledgement: typeCode, detail }: Outcome, query: ExistenceQuery): string {
  const target = el('targetMessage', {}, el('id', { ...query.id }));
  const text =
    detail === undefined
      ? ''
      : el(
          'acknowledgementDetail',
          { typeCode: 'E' },
          el('code', { code: detail.code }),
          el('text', {}, escapeXml(detail.text)),
        );
  return el('acknowledgement', { typeCode }, target, text);
}

function answer(exchange: Exchange, query: ExistenceQuery, outcome: Outcome): string {
  const control = el(
    'controlActProcess',
    { classCode: 'CACT', moodCode: 'EVN' },
    el('reasonCode', { code: 'TEST_EXST', codeSystem: reasonSystem, displayName: 'Existence du DMP ?' }),
    outcome.patient === undefined ? '' : registration(outcome.patient),
    el('queryAck', {}, el('queryId', { ...query.queryId }), el('queryResponseCode', { code: outcome.response })),
  );
  return el(
    'PRPA_IN201308UV02',
    { xmlns: 'urn:hl7-org:v3', 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', ITSVersion: 'XML_1.0' },
    el('id', { root: randomUUID().toUpperCase() }),
    el('creationTime', { value: timestamp(exchange.now) }),
    el('interactionId', { root: '2.16.840.1.113883.1.6', extension: 'PRPA_IN201308UV02' }),
    el('processingCode', { code: 'P' }),
    el('processingModeCode', { code: 'T' }),
    el('acceptAckCode', { code: 'NE' }),
    device('receiver', 'RCV', query.sender.id, query.sender.softwareName),
    device('sender', 'SND', dmpDevice, 'DMP'),
    outcome.attention ?? '',
    acknowledgement(outcome, query),
    control,
  );
}

/** The dispatch row of TD0.2. */
export const existenceRow: HandlerRow = {
  service: 'patients',
  bodyName: '{urn:hl7-org:v3}PRPA_IN201307UV02',
  actions: ['urn:hl7-org:v3:PRPA_IN201307UV02'],
  responseAction: 'urn:hl7-org:v3:PRPA_IN201308UV02',
  faultAction: 'http://www.w3.org/2005/08/addressing/soap/fault',
  transaction: () => 'TD0.2',
  handler(exchange) {
    const query = readExistenceQuery(exchange.body);
    requirePatient(exchange, query.patient);
    return { body: answer(exchange, query, decide(exchange, query)) };
  },
};
