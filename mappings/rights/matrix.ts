/**
 * The DMP's matrices of functional rights, as tables: FI-526 v1.8 (its columns of the structure's certificate: INDIRECTE) and
 * FI-606 v1.3 (INDIRECTE_RENFORCEE, « AIR »); dmp-wire §1.4. The DMP enforces them; here they explain what to expect. The columns
 * of DIRECTE are left out: a server has no card.
 */

import { ours } from '../canonicals.ts';

/** Modes that a server can use; `VihfMode` of the DMP client. */
export type Mode = 'INDIRECTE' | 'INDIRECTE_RENFORCEE';

/**
 * Columns. ES: the structure. NM: professional other than a physician; M: physician; MT: the patient's médecin traitant; PE:
 * person who is no professional. n, r, b: normal, régulation (centre_15), bris de glace.
 */
const columns = {
  INDIRECTE: ['ES.n', 'ES.r'],
  INDIRECTE_RENFORCEE: ['NM.n', 'NM.r', 'NM.b', 'M.n', 'M.r', 'M.b', 'MT.n', 'MT.b', 'PE.n'],
} as const;
export type Column = (typeof columns)[Mode][number];
export const columnsOf = (mode: Mode): readonly Column[] => columns[mode];

/**
 * What a cell says, by its code. `yes` and `no` are plain; the others are a yes with a limit, except `withdrawn` (a no unless
 * the DMP still takes it) and `unlisted` (the row is not printed in FI-606: whether the DMP takes it is not known, a no).
 */
export const limits = {
  yes: ['Permis.', 'Allowed.'],
  no: [
    'Non permis dans ce mode, pour ce profil et ce mode d’accès.',
    'Not allowed in this mode, for this profile and purpose.',
  ],
  own: ['Seulement les documents dont le professionnel est l’auteur.', 'Only documents that the professional wrote.'],
  structure: [
    'Seulement ce qui est à la structure : ses documents, ses professionnels, l’autorisation qu’elle reçoit.',
    'Only what belongs to the structure: its documents, its professionals, the authorisation that it receives.',
  ],
  'patient-allowed': ['Seulement si le patient l’a autorisé.', 'Only if the patient has allowed it.'],
  'treating-physician': ['Seulement le médecin traitant du patient.', 'Only the patient’s médecin traitant.'],
  'new-authorizations': [
    'Seulement les autorisations nouvelles depuis une date.',
    'Only the new authorisations since a date.',
  ],
  withdrawn: [
    'Transaction retirée par le DMP : seulement là où un DMP la prend encore.',
    'Withdrawn by the DMP: only where a DMP still takes it.',
  ],
  unlisted: ['La matrice de ce mode ne la mentionne pas.', 'The matrix of this mode does not mention it.'],
} as const satisfies Record<string, readonly [fr: string, en: string]>;
export type Limit = keyof typeof limits;
/** Code system of the limits, published. */
export const limitSystem = `${ours}/CodeSystem/right-limit`;

const symbols = {
  y: 'yes',
  '-': 'no',
  own: 'own',
  str: 'structure',
  pat: 'patient-allowed',
  mt: 'treating-physician',
  new: 'new-authorizations',
  old: 'withdrawn',
  abs: 'unlisted',
} as const satisfies Record<string, Limit>;

/** `rows`: the right, and its cells: of INDIRECTE, a bar, of INDIRECTE_RENFORCEE. Each as the published matrix prints it. */
/* prettier-ignore */
const rows = {
  //                  ES.n ES.r | NM.n NM.r NM.b M.n  M.r  M.b  MT.n MT.b PE.n
  'TD0.2':           'y    y    | y    y    y    y    y    y    y    y    y  ',
  'TD0.3 declare':   '-    -    | y    -    -    y    -    -    y    -    str',
  'TD0.3 remove':    '-    -    | y    -    -    y    -    -    y    -    -  ',
  // no published row: a physician who may declare (AJOUT with MEDECIN_TRAITANT)
  'TD0.3 become MT': '-    -    | -    -    -    y    -    -    y    -    -  ',
  'TD0.3 remove MT': '-    -    | -    -    -    -    -    -    abs  -    -  ',
  'TD0.4':           'new  -    | y    y    y    y    y    y    y    y    str',
  'TD0.5':           '-    y    | -    y    -    -    y    -    -    -    -  ',
  'TD0.10':          '-    -    | y    y    y    y    y    y    y    y    y  ',
  'TD1.1':           'old  -    | old  -    -    old  -    -    old  -    -  ',
  'TD1.2':           'old  -    | old  -    -    old  -    -    old  -    -  ',
  'TD1.3a':          'y    y    | y    y    y    y    y    y    y    y    y  ',
  'TD1.3b':          'old  -    | old  -    -    old  -    -    old  -    -  ',
  'TD1.4':           'old  -    | old  -    -    old  -    -    old  -    -  ',
  'TD1.6':           '-    -    | y    -    -    y    -    -    y    -    -  ',
  'TD2.1':           'y    y    | -    -    -    -    -    -    -    -    -  ',
  'TD3.1a':          '-    -    | y    y    y    y    y    y    y    y    -  ',
  'TD3.1b':          'y    y    | y    y    y    y    y    y    y    y    y  ',
  'TD3.2':           '-    -    | y    y    y    y    y    y    y    y    -  ',
  'TD3.2 masked':    '-    -    | own  pat  pat  own  pat  pat  y    pat  -  ',
  'TD3.3a':          '-    -    | y    -    -    y    -    -    y    -    -  ',
  'TD3.3a unmask':   '-    -    | own  -    -    own  -    -    y    -    -  ',
  'TD3.3b':          '-    -    | y    -    -    y    -    -    y    -    -  ',
  'TD3.3c':          'str  str  | own  own  own  own  own  own  own  own  str',
  'TD3.3c patient':  '-    -    | -    -    -    -    -    -    mt   mt   -  ',
  'TD3.3d':          '-    -    | own  -    -    y    y    y    y    y    -  ',
  'TD3.3d patient':  '-    -    | -    -    -    -    -    -    mt   mt   -  ',
} as const;

/** A transaction, or a finer right within one. */
export type Right = keyof typeof rows;
export const rights = Object.keys(rows) as Right[];

/** The cell of a right in a mode's column; `no` where the mode has no such column. */
export function cellOf(right: Right, mode: Mode, column: Column | undefined): Limit {
  const [indirect = '', air = ''] = rows[right].split('|');
  const cells = (mode === 'INDIRECTE' ? indirect : air).trim().split(/\s+/);
  const at = column === undefined ? -1 : columnsOf(mode).indexOf(column);
  return symbols[(cells[at] ?? '-') as keyof typeof symbols];
}

/** Of a requester, what chooses the column; role systems are OIDs. */
export interface Profile {
  roles: readonly { code: string; system: string }[];
  purpose: string;
}

const professions = '1.2.250.1.71.1.2.7';
/** TRE_G15 and TRE_R95 hold professionals; social professions, roles and automata are none (JDV_J65). */
const professionals: readonly string[] = [professions, '1.2.250.1.213.1.6.1.109'];
const initials: Readonly<Record<string, string>> = { normal: 'n', centre_15: 'r', bris_de_glace: 'b' };

/**
 * The column of a requester; undefined where the matrix has none (a structure has no « bris de glace », and a médecin traitant no
 * « centre_15 »: as a physician then).
 */
export function columnOf(mode: Mode, { roles, purpose }: Profile, isTreating: boolean): Column | undefined {
  const of = (who: string): Column | undefined => columnsOf(mode).find((c) => c === `${who}.${initials[purpose]}`);
  if (mode === 'INDIRECTE') return of('ES');
  const [profession] = roles;
  if (!profession || !professionals.includes(profession.system)) return of('PE');
  if (profession.system !== professions || profession.code !== '10') return of('NM');
  return (isTreating ? of('MT') : undefined) ?? of('M');
}
