import { describe, expect, it } from 'vitest';
import {
  cellOf,
  columnOf,
  columnsOf,
  limits,
  rights,
  type Column,
  type Limit,
  type Mode,
} from '../../../mappings/rights/matrix.ts';
import { airColumns, airRows, directColumns, directRows, type Cell } from '../../../simulator/rights-matrix.ts';

/** The simulator's words for a cell. */
const theirs: Record<Cell, Limit> = {
  y: 'yes',
  '-': 'no',
  own: 'own',
  str: 'structure',
  pat: 'patient-allowed',
  mt: 'treating-physician',
  new: 'new-authorizations',
  old: 'withdrawn',
  abs: 'unlisted',
};
const modes = ['INDIRECTE', 'INDIRECTE_RENFORCEE'] as const;
const simulated = {
  INDIRECTE: { rows: directRows, columns: directColumns as readonly string[] },
  INDIRECTE_RENFORCEE: { rows: airRows, columns: airColumns as readonly string[] },
};
/** In the simulator alone: the first right of a transaction that it answers as a whole. */
const coarse = 'TD0.3';
/** Here alone: a web page is no transaction of the simulator. */
const web = 'TD0.10';

describe('the matrices of rights', () => {
  it('hold the rights that the simulator enforces, written down a second time', () => {
    expect([...rights].filter((r) => r !== web).sort()).toEqual(
      Object.keys(directRows)
        .filter((r) => r !== coarse)
        .sort(),
    );
    expect(columnsOf('INDIRECTE_RENFORCEE')).toEqual(airColumns);
    expect(columnsOf('INDIRECTE')).toEqual(directColumns.filter((c) => c.startsWith('ES')));
  });

  const cells = modes.flatMap((mode) =>
    rights
      .filter((r): r is Exclude<typeof r, typeof web> => r !== web)
      .map((right) => [right, mode, columnsOf(mode)] as const),
  );
  it.each(cells)('%s, %s: cell by cell as the simulator has it', (right, mode, columns) => {
    const { rows, columns: order } = simulated[mode];
    expect(columns.map((c) => [c, cellOf(right, mode, c)])).toEqual(
      columns.map((c) => [c, theirs[rows[right][order.indexOf(c)]!]]),
    );
  });

  it('a column that a mode does not have allows nothing', () => {
    expect(cellOf('TD0.2', 'INDIRECTE', 'M.n')).toBe('no');
    expect(cellOf('TD0.2', 'INDIRECTE_RENFORCEE', undefined)).toBe('no');
  });

  it('the web site is for persons of Pro Santé Connect, all of them (FI-606)', () => {
    expect(columnsOf('INDIRECTE').map((c) => cellOf(web, 'INDIRECTE', c))).toEqual(['no', 'no']);
    expect(new Set(columnsOf('INDIRECTE_RENFORCEE').map((c) => cellOf(web, 'INDIRECTE_RENFORCEE', c)))).toEqual(
      new Set(['yes']),
    );
  });

  it('explain every limit in both languages', () => {
    for (const [fr, en] of Object.values(limits)) {
      expect(fr).toMatch(/\.$/);
      expect(en).toMatch(/\.$/);
      expect(fr).not.toBe(en);
    }
  });
});

describe('the column of a requester', () => {
  const profession = '1.2.250.1.71.1.2.7';
  const doctor = [{ code: '10', system: profession }];
  const nurse = [{ code: '60', system: profession }];
  it.each<[Mode, { code: string; system: string }[], string, boolean, Column | undefined]>([
    ['INDIRECTE', doctor, 'normal', true, 'ES.n'],
    ['INDIRECTE', nurse, 'centre_15', false, 'ES.r'],
    ['INDIRECTE', nurse, 'bris_de_glace', false, undefined],
    ['INDIRECTE_RENFORCEE', nurse, 'normal', false, 'NM.n'],
    ['INDIRECTE_RENFORCEE', nurse, 'normal', true, 'NM.n'],
    ['INDIRECTE_RENFORCEE', doctor, 'normal', false, 'M.n'],
    ['INDIRECTE_RENFORCEE', doctor, 'bris_de_glace', false, 'M.b'],
    ['INDIRECTE_RENFORCEE', doctor, 'normal', true, 'MT.n'],
    ['INDIRECTE_RENFORCEE', doctor, 'bris_de_glace', true, 'MT.b'],
    ['INDIRECTE_RENFORCEE', doctor, 'centre_15', true, 'M.r'],
    ['INDIRECTE_RENFORCEE', [{ code: '93', system: '1.2.250.1.213.1.6.1.109' }], 'normal', false, 'NM.n'],
    ['INDIRECTE_RENFORCEE', [{ code: '10', system: '1.2.250.1.213.1.6.1.4' }], 'normal', false, 'PE.n'],
    ['INDIRECTE_RENFORCEE', [{ code: '99', system: '1.2.250.1.213.1.6.1.140' }], 'normal', false, 'PE.n'],
    ['INDIRECTE_RENFORCEE', [], 'normal', false, 'PE.n'],
    ['INDIRECTE_RENFORCEE', [{ code: '99', system: '1.2.250.1.213.1.6.1.140' }], 'bris_de_glace', false, undefined],
    ['INDIRECTE_RENFORCEE', doctor, 'curiosity', false, undefined],
  ])('%s, %j, %s, médecin traitant %s: %s', (mode, roles, purpose, isTreating, column) =>
    expect(columnOf(mode, { roles, purpose }, isTreating)).toBe(column),
  );
});
