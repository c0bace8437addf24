/**
 * TD0.5, search of a DMP without INS, for emergency regulation only (dmp-wire §1.2): PRPA_IN201305UV02 →
 * PRPA_IN201306UV02. Who may ask is the matrix's; no patient stands in the VIHF. Only open DMPs are found, whether or not
 * their holder opposes the access: the answer says so (golden td0-5/01).
 */
import type { Exchange, HandlerRow } from '../exchange.ts';
import { invalidData } from '../vihf/rules.ts';
import type { PatientRecord } from '../world.ts';
import { type CandidatesQuery, type Criteria, readCandidatesQuery, semantics } from './candidates.ts';
import { insFirst } from './ins.ts';
import { matchPercent } from './match.ts';
import { interactions, observationSystem } from './transport.ts';
import {
  acknowledgement2008,
  controlAct,
  custodian,
  el,
  message,
  personName,
  type Refusal,
  subject,
  textEl,
} from './write.ts';

interface Candidate {
  patient: PatientRecord;
  percent: number;
}

type Outcome = { candidates: Candidate[] } | { refusal: Refusal };

/** Assumed: a family name and something else than the sex, or a whole department would be read out. */
const tooFew: Refusal = {
  code: 'DMPInvalidData',
  text: 'Critères insuffisants : le nom de famille et au moins un prénom, une date de naissance, une ville ou un code postal sont obligatoires',
};
const tooMany: Refusal = {
  code: 'DMPTooManyResults',
  text: 'Trop de résultats : précisez les critères de recherche',
};

const isEnough = ({ family, given, birthDate, city, postalCode }: Criteria): boolean =>
  family !== '' && [given, birthDate, city, postalCode].some((criterion) => criterion !== undefined);

function decide({ world }: Exchange, { criteria }: CandidatesQuery): Outcome {
  if (!isEnough(criteria)) return { refusal: tooFew };
  const candidates = world.patients
    .filter((patient) => patient.dmp === 'active')
    .map((patient) => ({ patient, percent: matchPercent(criteria, patient) }))
    .filter(({ percent }) => percent > 0)
    .sort((a, b) => b.percent - a.percent);
  return candidates.length > world.settings.maxCandidates ? { refusal: tooMany } : { candidates };
}

const person = ({ name, sex, birthDate, address }: PatientRecord): string =>
  el(
    'patientPerson',
    { classCode: 'PSN', determinerCode: 'INSTANCE' },
    personName(name),
    el('administrativeGenderCode', { code: sex }),
    el('birthTime', { value: birthDate }),
    address === undefined ? '' : el('addr', {}, textEl('city', address.city), textEl('postalCode', address.postalCode)),
  );

function candidate({ patient, percent }: Candidate): string {
  const match = el(
    'queryMatchObservation',
    { classCode: 'COND', moodCode: 'EVN' },
    el('code', { code: 'POURCENTAGE' }),
    el('value', { 'xsi:type': 'INT', value: String(percent) }),
  );
  const opposition = el(
    'administrativeObservation',
    { classCode: 'OBS' },
    el('code', { code: 'OPPOSITION_ACCES_URGENCE', codeSystem: observationSystem }),
    el('value', { 'xsi:type': 'BL', value: String(patient.oppositions.emergency) }),
  );
  const found = el(
    'patient',
    { classCode: 'PAT' },
    ...insFirst(patient.identifiers).map(({ oid, value }) => el('id', { root: oid, extension: value })),
    el('statusCode', { code: patient.dmp }),
    person(patient),
    el('subjectOf1', { typeCode: 'SBJ' }, match),
    el('subjectOf2', { typeCode: 'SBJ' }, opposition),
  );
  return subject(
    el(
      'registrationEvent',
      { classCode: 'REG', moodCode: 'EVN' },
      el('statusCode', { code: 'active' }),
      el('subject1', { typeCode: 'SBJ' }, found),
      custodian(),
    ),
  );
}

const parameter = (name: keyof typeof semantics, value: string): string =>
  el(name, {}, value, textEl('semanticsText', semantics[name]));

/** The query as it was understood. */
function queryAgain({ queryId, criteria }: CandidatesQuery): string {
  const { sex, birthDate, family, given, city, postalCode } = criteria;
  const name = textEl('family', family === '' ? undefined : family) + textEl('given', given);
  const place = textEl('city', city) + textEl('postalCode', postalCode);
  const list = [
    sex === undefined ? '' : parameter('livingSubjectAdministrativeGender', el('value', { code: sex })),
    birthDate === undefined ? '' : parameter('livingSubjectBirthTime', el('value', { value: birthDate })),
    name === '' ? '' : parameter('livingSubjectName', el('value', {}, name)),
    place === '' ? '' : parameter('patientAddress', el('value', {}, place)),
  ];
  const status = el('statusCode', { code: 'new' });
  return el('queryByParameter', {}, el('queryId', { ...queryId }), status, el('parameterList', {}, ...list));
}

function answer({ now }: Exchange, query: CandidatesQuery, outcome: Outcome): string {
  const { candidates, refusal } =
    'refusal' in outcome ? { candidates: [], ...outcome } : { ...outcome, refusal: undefined };
  const response = refusal !== undefined ? 'AE' : candidates.length === 0 ? 'NF' : 'OK';
  const count = String(candidates.length);
  const control = controlAct(
    el('code', { code: 'PRPA_TE201306UV02', codeSystem: interactions }),
    ...candidates.map(candidate),
    el(
      'queryAck',
      {},
      el('queryId', { ...query.queryId }),
      el('queryResponseCode', { code: response }),
      el('resultTotalQuantity', { value: count }),
      el('resultCurrentQuantity', { value: count }),
      el('resultRemainingQuantity', { value: '0' }),
    ),
    queryAgain(query),
  );
  return message('PRPA_IN201306UV02', now, query.sender, acknowledgement2008(query.id, refusal), control);
}

/** The dispatch row of TD0.5. */
export const candidatesRow: HandlerRow = {
  service: 'patientsPDQ',
  bodyName: '{urn:hl7-org:v3}PRPA_IN201305UV02',
  actions: ['urn:hl7-org:v3:PRPA_IN201305UV02'],
  responseAction: 'urn:hl7-org:v3:PRPA_IN201306UV02',
  faultAction: 'http://www.w3.org/2005/08/addressing/soap/fault',
  transaction: () => 'TD0.5',
  handler(exchange) {
    const query = readCandidatesQuery(exchange.body);
    if (exchange.vihf.patient !== undefined)
      throw invalidData('PATIENT_UNEXPECTED', 'Le VIHF d’une recherche sans INS ne désigne pas de patient');
    return { body: answer(exchange, query, decide(exchange, query)) };
  },
};
