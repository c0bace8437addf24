/**
 * The DMP's rights matrices as tables: FI-526 v1.8 for DIRECTE and INDIRECTE, FI-606 v1.3 for AIR (dmp-wire §1.4). What
 * the cells of a requester mean is decided in rights.ts and by the handlers.
 */
import type { Transaction } from './exchange.ts';
import type { Settings } from './settings.ts';

/**
 * Columns. NM: professional other than a physician; M: physician; MDT: occupational physician; MT: the patient's médecin
 * traitant; CPE / PE: employee who is not a professional (card / AIR); ES: structure. n, r, b: normal, régulation, bris.
 */
export const directColumns = [
  'NM.n',
  'NM.r',
  'NM.b',
  'M.n',
  'M.r',
  'M.b',
  'MDT.n',
  'MT.n',
  'MT.b',
  'CPE.n',
  'ES.n',
  'ES.r',
] as const;
export const airColumns = ['NM.n', 'NM.r', 'NM.b', 'M.n', 'M.r', 'M.b', 'MT.n', 'MT.b', 'PE.n'] as const;
export type Column = (typeof directColumns)[number] | (typeof airColumns)[number];

/** Rows: the transactions, and the finer ones that handlers ask about with `rightFor`. */
export type Right =
  | Transaction
  | 'TD0.3 declare'
  | 'TD0.3 remove'
  | 'TD0.3 become MT' // no published row: a physician who may declare (AJOUT with MEDECIN_TRAITANT)
  | 'TD0.3 remove MT'
  | 'TD3.2 masked' // a document hidden from professionals
  | 'TD3.3a unmask'
  | 'TD3.3c patient' // a patient's own document
  | 'TD3.3d patient';

/**
 * Cells. `y` yes, `-` no; limits that the handler applies: `own` documents that the person wrote, `str` what belongs to
 * the structure, `pat` if the patient allowed it, `mt` the médecin traitant only, `new` new authorisations only. `old`
 * (withdrawn) and `abs` (the row is absent from FI-606) are what a setting says: `cellSettings`.
 */
export type Cell = 'y' | '-' | 'own' | 'str' | 'pat' | 'mt' | 'new' | 'old' | 'abs';

/** Cells that are a yes only under a setting. */
export const cellSettings: Partial<Record<Cell, keyof Settings>> = {
  old: 'withdrawnTransactions',
  abs: 'airTreatingRemoval',
};

const row = (text: string): Cell[] => text.trim().split(/\s+/) as Cell[];

/* prettier-ignore */
export const directRows: Record<Right, Cell[]> = {
  //                      NM.n NM.r NM.b M.n  M.r  M.b  MDT  MT.n MT.b CPE  ES.n ES.r
  'TD0.2':           row('y    y    y    y    y    y    y    y    y    y    y    y'),
  'TD0.3':           row('y    -    -    y    -    -    -    y    -    y    -    -'),
  'TD0.3 declare':   row('y    -    -    y    -    -    -    y    -    str  -    -'),
  'TD0.3 remove':    row('y    -    -    y    -    -    -    y    -    -    -    -'),
  'TD0.3 become MT': row('-    -    -    y    -    -    -    y    -    -    -    -'),
  'TD0.3 remove MT': row('-    -    -    -    -    -    -    y    -    -    -    -'),
  'TD0.4':           row('y    y    y    y    y    y    y    y    y    str  new  -'),
  'TD0.5':           row('-    y    -    -    y    -    -    -    -    -    -    y'),
  'TD1.1':           row('y    -    -    y    -    -    y    y    -    -    old  -'),
  'TD1.2':           row('y    -    -    y    -    -    y    y    -    -    old  -'),
  'TD1.3a':          row('y    y    y    y    y    y    y    y    y    y    y    y'),
  'TD1.3b':          row('y    -    -    y    -    -    y    y    -    -    old  -'),
  'TD1.4':           row('y    -    -    y    -    -    y    y    -    -    old  -'),
  'TD1.6':           row('y    -    -    y    -    -    y    y    -    -    -    -'),
  'TD2.1':           row('y    y    y    y    y    y    y    y    y    -    y    y'),
  'TD3.1a':          row('y    y    y    y    y    y    y    y    y    -    -    -'),
  'TD3.1b':          row('y    y    y    y    y    y    y    y    y    y    y    y'),
  'TD3.2':           row('y    y    y    y    y    y    -    y    y    -    -    -'),
  'TD3.2 masked':    row('own  pat  pat  own  pat  pat  -    y    pat  -    -    -'),
  'TD3.3a':          row('y    -    -    y    -    -    y    y    -    -    -    -'),
  'TD3.3a unmask':   row('own  -    -    own  -    -    own  y    -    -    -    -'),
  'TD3.3b':          row('y    -    -    y    -    -    y    y    -    -    -    -'),
  'TD3.3c':          row('own  own  own  own  own  own  own  own  own  str  str  str'),
  'TD3.3c patient':  row('-    -    -    -    -    -    -    mt   mt   -    -    -'),
  'TD3.3d':          row('own  -    -    own  y    y    own  y    y    -    -    -'),
  'TD3.3d patient':  row('-    -    -    -    -    -    -    mt   mt   -    -    -'),
};

/* prettier-ignore */
export const airRows: Record<Right, Cell[]> = {
  //                      NM.n NM.r NM.b M.n  M.r  M.b  MT.n MT.b PE.n
  'TD0.2':           row('y    y    y    y    y    y    y    y    y'),
  'TD0.3':           row('y    -    -    y    -    -    y    -    y'),
  'TD0.3 declare':   row('y    -    -    y    -    -    y    -    str'),
  'TD0.3 remove':    row('y    -    -    y    -    -    y    -    -'),
  'TD0.3 become MT': row('-    -    -    y    -    -    y    -    -'),
  'TD0.3 remove MT': row('-    -    -    -    -    -    abs  -    -'),
  'TD0.4':           row('y    y    y    y    y    y    y    y    str'),
  'TD0.5':           row('-    y    -    -    y    -    -    -    -'),
  'TD1.1':           row('old  -    -    old  -    -    old  -    -'),
  'TD1.2':           row('old  -    -    old  -    -    old  -    -'),
  'TD1.3a':          row('y    y    y    y    y    y    y    y    y'),
  'TD1.3b':          row('old  -    -    old  -    -    old  -    -'),
  'TD1.4':           row('old  -    -    old  -    -    old  -    -'),
  'TD1.6':           row('y    -    -    y    -    -    y    -    -'),
  'TD2.1':           row('-    -    -    -    -    -    -    -    -'),
  'TD3.1a':          row('y    y    y    y    y    y    y    y    -'),
  'TD3.1b':          row('y    y    y    y    y    y    y    y    y'),
  'TD3.2':           row('y    y    y    y    y    y    y    y    -'),
  'TD3.2 masked':    row('own  pat  pat  own  pat  pat  y    pat  -'),
  'TD3.3a':          row('y    -    -    y    -    -    y    -    -'),
  'TD3.3a unmask':   row('own  -    -    own  -    -    y    -    -'),
  'TD3.3b':          row('y    -    -    y    -    -    y    -    -'),
  'TD3.3c':          row('own  own  own  own  own  own  own  own  str'),
  'TD3.3c patient':  row('-    -    -    -    -    -    mt   mt   -'),
  'TD3.3d':          row('own  -    -    y    y    y    y    y    -'),
  'TD3.3d patient':  row('-    -    -    -    -    -    mt   mt   -'),
};
