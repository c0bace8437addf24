/**
 * Who may do what: the DMP's rights matrices as tables (FI-526 v1.8 for DIRECTE and INDIRECTE, FI-606 v1.3 for AIR;
 * dmp-wire §1.4), the patient's authorisation and the patient's oppositions. Enforced before a transaction's handler.
 */
import { type Exchange, SoapFault, type Transaction } from './exchange.ts';
import { detailOf } from './vihf/rules.ts';
import { isProfessional, roleSystems } from './vihf/roles.ts';
import type { Purpose, Vihf } from './vihf/types.ts';
import { authorizationOf, findPatient, type PatientRecord } from './world.ts';

/**
 * Columns. NM: professional other than a physician; M: physician; MDT: occupational physician; MT: the patient's médecin
 * traitant; CPE / PE: employee who is not a professional (card / AIR); ES: structure. n, r, b: normal, régulation, bris.
 */
const direct = ['NM.n', 'NM.r', 'NM.b', 'M.n', 'M.r', 'M.b', 'MDT.n', 'MT.n', 'MT.b', 'CPE.n', 'ES.n', 'ES.r'] as const;
const air = ['NM.n', 'NM.r', 'NM.b', 'M.n', 'M.r', 'M.b', 'MT.n', 'MT.b', 'PE.n'] as const;
export type Column = (typeof direct)[number] | (typeof air)[number];

/** Rows: the transactions, and the finer ones that handlers ask about with `rightFor`. */
export type Right =
  | Transaction
  | 'TD3.2 masked' // a document hidden from professionals
  | 'TD3.3a unmask'
  | 'TD3.3c patient' // a patient's own document
  | 'TD3.3d patient';

/**
 * Cells. `y` yes, `-` no; limits that the handler applies: `own` documents that the person wrote, `str` documents of the
 * structure, `pat` if the patient allowed it, `mt` the médecin traitant only.
 */
export type Cell = 'y' | '-' | 'own' | 'str' | 'pat' | 'mt';

const row = (text: string): Cell[] => text.trim().split(/\s+/) as Cell[];

/* prettier-ignore */
const directRows: Record<Right, Cell[]> = {
  //                     NM.n NM.r NM.b M.n  M.r  M.b  MDT  MT.n MT.b CPE  ES.n ES.r
  'TD0.2':          row('y    y    y    y    y    y    y    y    y    y    y    y'),
  'TD1.3a':         row('y    y    y    y    y    y    y    y    y    y    y    y'),
  'TD2.1':          row('y    y    y    y    y    y    y    y    y    -    y    y'),
  'TD3.1a':         row('y    y    y    y    y    y    y    y    y    -    -    -'),
  'TD3.1b':         row('y    y    y    y    y    y    y    y    y    y    y    y'),
  'TD3.2':          row('y    y    y    y    y    y    -    y    y    -    -    -'),
  'TD3.2 masked':   row('own  pat  pat  own  pat  pat  -    y    pat  -    -    -'),
  'TD3.3a':         row('y    -    -    y    -    -    y    y    -    -    -    -'),
  'TD3.3a unmask':  row('own  -    -    own  -    -    own  y    -    -    -    -'),
  'TD3.3b':         row('y    -    -    y    -    -    y    y    -    -    -    -'),
  'TD3.3c':         row('own  own  own  own  own  own  own  own  own  str  str  str'),
  'TD3.3c patient': row('-    -    -    -    -    -    -    mt   mt   -    -    -'),
  'TD3.3d':         row('own  -    -    own  y    y    own  y    y    -    -    -'),
  'TD3.3d patient': row('-    -    -    -    -    -    -    mt   mt   -    -    -'),
};

/* prettier-ignore */
const airRows: Record<Right, Cell[]> = {
  //                     NM.n NM.r NM.b M.n  M.r  M.b  MT.n MT.b PE.n
  'TD0.2':          row('y    y    y    y    y    y    y    y    y'),
  'TD1.3a':         row('y    y    y    y    y    y    y    y    y'),
  'TD2.1':          row('-    -    -    -    -    -    -    -    -'),
  'TD3.1a':         row('y    y    y    y    y    y    y    y    -'),
  'TD3.1b':         row('y    y    y    y    y    y    y    y    y'),
  'TD3.2':          row('y    y    y    y    y    y    y    y    -'),
  'TD3.2 masked':   row('own  pat  pat  own  pat  pat  y    pat  -'),
  'TD3.3a':         row('y    -    -    y    -    -    y    -    -'),
  'TD3.3a unmask':  row('own  -    -    own  -    -    y    -    -'),
  'TD3.3b':         row('y    -    -    y    -    -    y    -    -'),
  'TD3.3c':         row('own  own  own  own  own  own  own  own  str'),
  'TD3.3c patient': row('-    -    -    -    -    -    mt   mt   -'),
  'TD3.3d':         row('own  -    -    y    y    y    y    y    -'),
  'TD3.3d patient': row('-    -    -    -    -    -    mt   mt   -'),
};

/** Consultation: needs the patient's valid authorisation (ANS-EEDS). Feeding and reference searches do not. */
const consultation: Transaction[] = ['TD3.1a', 'TD3.2'];

const occupational = ['SM25', 'C41', 'SCH35', 'CAPA11'];
const initials: Record<Purpose, string> = { normal: 'n', centre_15: 'r', bris_de_glace: 'b' };

/** The column of a requester for a patient, or undefined where the matrix has none (INDIRECTE with bris_de_glace). */
export function columnOf(vihf: Vihf, patient: PatientRecord | undefined): Column | undefined {
  const columns: readonly string[] = vihf.mode === 'INDIRECTE_RENFORCEE' ? air : direct;
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

/** The matrix's cell for a requester: `-` where there is no column. */
export function rightFor({ vihf, world }: Requester, right: Right): Cell {
  const patient = vihf.patient === undefined ? undefined : findPatient(world, vihf.patient);
  const column = columnOf(vihf, patient);
  if (column === undefined) return '-';
  const [rows, columns]: [Record<Right, Cell[]>, readonly string[]] =
    vihf.mode === 'INDIRECTE_RENFORCEE' ? [airRows, air] : [directRows, direct];
  return rows[right][columns.indexOf(column)] ?? '-';
}

const denied = (subcode: 'DMPAccessDenied' | 'DMPAuthorizationDenied', rule: string, fr: string): SoapFault =>
  new SoapFault({ code: 'Sender', subcode, reason: { fr }, detail: detailOf(rule) });

/** @throws SoapFault when the matrix, the patient's authorisation or the patient's opposition forbids the transaction */
export function checkRights(exchange: Exchange, transaction: Transaction): void {
  const { vihf, world } = exchange;
  if (rightFor(exchange, transaction) === '-')
    throw denied(
      'DMPAccessDenied',
      'RIGHTS_MATRIX',
      `${transaction} n’est pas permis en mode ${vihf.mode}, accès ${vihf.purpose}, pour ce profil`,
    );
  const patient = vihf.patient === undefined ? undefined : findPatient(world, vihf.patient);
  // no open DMP: the handler says so in the transaction's own words; TD0.2 reports the status instead of obeying it
  if (patient?.dmp !== 'active' || transaction === 'TD0.2') return;
  const status = authorizationOf(patient, vihf.nameId, vihf.structure);
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
