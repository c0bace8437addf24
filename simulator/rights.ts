/**
 * Who may do what: the DMP's rights matrices (rights-matrix.ts), the patient's authorisation and the patient's
 * oppositions. Enforced before a transaction's handler.
 */
import { type Exchange, SoapFault, type Transaction } from './exchange.ts';
import {
  airColumns,
  airRows,
  type Cell,
  cellSettings,
  type Column,
  directColumns,
  directRows,
  type Right,
} from './rights-matrix.ts';
import { detailOf } from './vihf/rules.ts';
import { isProfessional, roleSystems } from './vihf/roles.ts';
import type { Purpose, Vihf } from './vihf/types.ts';
import { authorizationOf, findPatient, type PatientRecord } from './world.ts';

export type { Cell, Column, Right } from './rights-matrix.ts';

/** Consultation: needs the patient's valid authorisation (ANS-EEDS). Feeding and reference searches do not. */
const consultation: Transaction[] = ['TD3.1a', 'TD3.2'];

const occupational = ['SM25', 'C41', 'SCH35', 'CAPA11'];
const initials: Record<Purpose, string> = { normal: 'n', centre_15: 'r', bris_de_glace: 'b' };

/** The column of a requester for a patient, or undefined where the matrix has none (INDIRECTE with bris_de_glace). */
export function columnOf(vihf: Vihf, patient: PatientRecord | undefined): Column | undefined {
  const columns: readonly string[] = vihf.mode === 'INDIRECTE_RENFORCEE' ? airColumns : directColumns;
  const of = (profile: string) =>
    columns.find((c) => c === `${profile}.${initials[vihf.purpose]}`) as Column | undefined;
  if (vihf.mode === 'INDIRECTE') return of('ES');
  if (!isProfessional(vihf.roles)) return of(vihf.mode === 'DIRECTE' ? 'CPE' : 'PE');
  const [profession, speciality] = vihf.roles;
  if (profession?.code !== '10' || profession.codeSystem !== roleSystems.professions) return of('NM');
  const treating = patient?.treatingPhysician === vihf.nameId ? of('MT') : undefined;
  const work = occupational.includes(speciality?.code ?? '') ? of('MDT') : undefined;
  return treating ?? work ?? of('M');
}

/** Whose rights are asked about, and where. */
export type Requester = Pick<Exchange, 'vihf' | 'world'>;

/** The matrix's cell for a requester: `-` where there is no column, what the setting says where one decides. */
export function rightFor({ vihf, world }: Requester, right: Right): Cell {
  const patient = vihf.patient === undefined ? undefined : findPatient(world, vihf.patient);
  const column = columnOf(vihf, patient);
  if (column === undefined) return '-';
  const [rows, columns]: [Record<Right, Cell[]>, readonly string[]] =
    vihf.mode === 'INDIRECTE_RENFORCEE' ? [airRows, airColumns] : [directRows, directColumns];
  const cell = rows[right][columns.indexOf(column)] ?? '-';
  const setting = cellSettings[cell];
  return setting === undefined ? cell : world.settings[setting] === true ? 'y' : cell === 'abs' ? '-' : cell;
}

/** Sender fault of a right that is missing; `rule` travels in soap:Detail. */
export const denied = (subcode: 'DMPAccessDenied' | 'DMPAuthorizationDenied', rule: string, fr: string): SoapFault =>
  new SoapFault({ code: 'Sender', subcode, reason: { fr }, detail: detailOf(rule) });

/** @throws SoapFault when the matrix denies the right, or the DMP has withdrawn its transaction */
export function requireRight(requester: Requester, right: Right): void {
  const { mode, purpose } = requester.vihf;
  switch (rightFor(requester, right)) {
    case 'old':
      throw denied(
        'DMPAccessDenied',
        'TRANSACTION_WITHDRAWN',
        `${right} n’est plus proposée par le DMP en mode ${mode}`,
      );
    case '-':
      throw denied(
        'DMPAccessDenied',
        'RIGHTS_MATRIX',
        `${right} n’est pas permis en mode ${mode}, accès ${purpose}, pour ce profil`,
      );
  }
}

/** @throws SoapFault when the matrix, the list of regulation centres, the patient's authorisation or the patient's opposition forbids the transaction */
export function checkRights(exchange: Exchange, transaction: Transaction): void {
  const { vihf, world } = exchange;
  requireRight(exchange, transaction);
  const { regulationStructures: regulation } = world.settings;
  if (vihf.purpose === 'centre_15' && regulation.length > 0 && !regulation.includes(vihf.structure))
    throw denied('DMPAccessDenied', 'REGULATION_STRUCTURE', 'La structure n’est pas un centre de régulation médicale');
  const patient = vihf.patient === undefined ? undefined : findPatient(world, vihf.patient);
  // no open DMP: the handler says so in the transaction's own words; TD0.2 reports a block, TD0.3 answers with a status
  if (patient?.dmp !== 'active' || transaction === 'TD0.2' || transaction === 'TD0.3') return;
  const status = authorizationOf(world, patient, vihf);
  if (status === 'INTERDIT')
    throw denied(
      'DMPAuthorizationDenied',
      'PATIENT_BLOCKED',
      'Le patient a bloqué l’accès de ce professionnel à son DMP',
    );
  if (vihf.purpose === 'bris_de_glace' && patient.oppositions.breakGlass)
    throw denied('DMPAuthorizationDenied', 'OPPOSITION', 'Le patient s’oppose au bris de glace');
  if (vihf.purpose === 'centre_15' && patient.oppositions.emergency)
    throw denied('DMPAuthorizationDenied', 'OPPOSITION', 'Le patient s’oppose à l’accès en régulation médicale');
  if (!world.settings.requireAuthorization || vihf.purpose !== 'normal' || !consultation.includes(transaction)) return;
  if (status !== 'VALIDE')
    throw denied(
      'DMPAuthorizationDenied',
      status === undefined ? 'AUTHORIZATION_NONE' : 'AUTHORIZATION_EXPIRED',
      'Le professionnel n’a pas d’autorisation valide pour ce DMP',
    );
}
