/**
 * TD0.4 patientList: the DMPs that a professional is authorised to enter, in person or by the structure, by the date of
 * the authorisation or of the last document (dmp-wire §7; FI-526 notes 2 and 3). It is about no patient in particular.
 */
import type { Exchange, HandlerRow } from '../exchange.ts';
import { holderOf } from '../habilitations/directory.ts';
import { authorizationInForce } from '../habilitations/life.ts';
import { insFirst } from '../patients/ins.ts';
import { el, textEl } from '../patients/write.ts';
import { denied, rightFor } from '../rights.ts';
import { invalidData } from '../vihf/rules.ts';
import type { Authorization, PatientRecord, World } from '../world.ts';
import { isDtm } from '../xds/composites.ts';
import { type Field, readFields } from './reading.ts';
import { ok } from './status.ts';
import { answerTo } from './write.ts';

const namespace = 'urn:si-dmp-patients';

export const patientListFields = [
  {
    name: 'startDate',
    code: 'LIST_START_DATE',
    form: (text: string) => text.length === 14 && isDtm(text),
    fr: 'startDate doit être un instant aaaaMMjjHHmmss',
  },
  {
    name: 'dateType',
    code: 'LIST_DATE_TYPE',
    form: /^(LASTAUTORIZATION|LASTDOC)$/,
    fr: 'dateType doit valoir LASTAUTORIZATION ou LASTDOC',
  },
  {
    name: 'psOwnerId',
    code: 'LIST_OWNER',
    form: /^[0-9A-Z]+(\/[0-9A-Za-z-]+)?$/,
    fr: 'psOwnerId n’est pas un identifiant national de professionnel',
  },
] as const satisfies Field[];

interface Row {
  patient: PatientRecord;
  authorization: Authorization;
  /** Of the last document, and of the last change of one; absent without documents. */
  added?: string;
  updated?: string;
}

function rowOf(world: World, patient: PatientRecord, authorization: Authorization): Row {
  const dates = world.registry
    .documents()
    .filter((d) => patient.identifiers.some((id) => id.value === d.patient.value && id.oid === d.patient.oid))
    .map((d) => world.registry.datesOf(d));
  const last = (of: 'added' | 'updated') =>
    dates
      .map((d) => d[of])
      .sort()
      .at(-1);
  const [added, updated] = [last('added'), last('updated')];
  return {
    patient,
    authorization,
    ...(added === undefined ? {} : { added }),
    ...(updated === undefined ? {} : { updated }),
  };
}

/** Which date a list is about. Rows without it stand in no list that has a beginning. */
const dateOf = { LASTAUTORIZATION: (row: Row) => row.authorization.start, LASTDOC: (row: Row) => row.added };

interface Query {
  since?: string;
  by: keyof typeof dateOf;
  /** Whose list it is: the requester's, or that of a professional of the same structure. */
  owner: string;
  structure: string;
}

/** @throws SoapFault when the request is malformed, or asks for what the requester's profile may not */
function readQuery(exchange: Exchange): Query {
  const { vihf, world } = exchange;
  const { startDate, dateType, psOwnerId: owner = vihf.nameId } = readFields(exchange.body, patientListFields);
  if (vihf.patient !== undefined)
    throw invalidData('PATIENT_UNEXPECTED', 'La liste des DMP autorisés ne désigne pas de patient dans le VIHF');
  if (startDate !== undefined && dateType === undefined)
    throw invalidData('LIST_DATE_TYPE', 'dateType est absent', 'dateType');
  if (rightFor(exchange, 'TD0.4') === 'new' && (dateType !== 'LASTAUTORIZATION' || startDate === undefined))
    throw denied(
      'DMPAccessDenied',
      'LIST_NEW_ONLY',
      'En mode INDIRECTE la liste se limite aux nouvelles autorisations depuis une date',
    );
  if (owner !== vihf.nameId && !holderOf(world.directory, owner).structures.has(vihf.structure))
    throw denied('DMPAccessDenied', 'LIST_OWNER_STRUCTURE', 'psOwnerId n’est pas un professionnel de la structure');
  return {
    ...(startDate === undefined ? {} : { since: startDate }),
    by: dateType === 'LASTDOC' ? 'LASTDOC' : 'LASTAUTORIZATION',
    owner,
    structure: vihf.structure,
  };
}

/** The latest first. */
function list(world: World, { since, by, owner, structure }: Query): Row[] {
  const date = (row: Row): string => dateOf[by](row) ?? '';
  return world.patients
    .flatMap((patient) => {
      const found = authorizationInForce(world, patient, { nameId: owner, structure });
      return found === undefined ? [] : [rowOf(world, patient, found)];
    })
    .filter((row) => since === undefined || date(row) >= since)
    .sort((a, b) => date(b).localeCompare(date(a)));
}

function write({ patient, authorization, added, updated }: Row, owner: string): string {
  const { name } = patient;
  return el(
    'patientlistData',
    {},
    ...insFirst(patient.identifiers).map(({ oid, value }) =>
      el('patientIdentifier', {}, textEl('nationalId', value), textEl('nationalIdType', oid)),
    ),
    textEl('lastName', name.usage ?? name.birth),
    textEl('patronymicalName', name.birth),
    textEl('firstName', name.given.join(' ')),
    textEl('civility', name.prefix),
    textEl('dateOfBirth', patient.birthDate),
    textEl('MT', String(patient.treatingPhysician === owner)),
    textEl('message', String(authorization.message ?? false)),
    textEl('lastAccessDate', authorization.lastAction),
    textEl('lastUpdateDate', updated),
    textEl('lastAddDate', added),
  );
}

/** The dispatch row of TD0.4. The WSDL's soapAction is empty (dmp-wire §1.2). */
export const patientListRow: HandlerRow = {
  service: 'patientsSpecific',
  bodyName: `{${namespace}}patientList`,
  actions: ['urn:si-dmp-patients:PatientSpecificEndPoint:patientList', ''],
  responseAction: 'urn:si-dmp-patients:PatientSpecificEndPoint:patientListResponse',
  faultAction: 'urn:si-dmp-patients:PatientSpecificEndPoint:patientList:Fault:SoapFault',
  transaction: () => 'TD0.4',
  handler(exchange) {
    const query = readQuery(exchange);
    const rows = list(exchange.world, query).map((row) => write(row, query.owner));
    return answerTo(namespace, 'patientList', ok(), rows.join(''));
  },
};
