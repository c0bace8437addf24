/** The matrix of FI-526, cell by cell, as the table of the shared facts prints it (dmp-wire §1.4), and what FI-606 makes of it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

import {
  airColumns,
  airRows,
  type Cell,
  directColumns,
  directRows,
  type Right,
} from '../../simulator/rights-matrix.ts';
import { describeShared } from '../support/shared.ts';

/** Our rows by the name of the printed ones. */
const printed: Partial<Record<Right, string>> = {
  'TD0.2': '0.1, 0.2',
  'TD0.3 declare': '0.3 se déclarer autorisé',
  'TD0.3 remove': '0.3 supprimer son autorisation',
  'TD0.3 remove MT': '0.3 se supprimer MT',
  'TD0.4': '0.4',
  'TD0.5': '0.5',
  'TD1.3a': '1.3a',
  'TD1.6': '1.6',
  'TD2.1': '2.1',
  'TD3.1a': '3.1 métadonnées',
  'TD3.1b': '3.1 référence',
  'TD3.2': '3.2 non masqués / non visibles patient / archivés / obsolètes / supprimés',
  'TD3.2 masked': '3.2 masqués PS',
  'TD3.3a': '3.3a masquer',
  'TD3.3a unmask': '3.3a démasquer',
  'TD3.3b': '3.3b rendre visible patient',
  'TD3.3c': '3.3c supprimer *',
  'TD3.3d': '3.3d archiver / désarchiver *',
};
const rights = Object.keys(printed) as (keyof typeof printed)[];

/** The notes: 4 and 5 say to whom a feeding is imputed and what a reference is for, which is no limit. */
const notes: Record<string, Cell> = {
  y: 'y', '–': '-', 'y(1)': 'str', 'y(2)': 'str', 'y(3)': 'new', 'y(4)': 'y', 'y(5)': 'y', 'y(6)': 'own', 'y(7)': 'pat', 'y(8)': 'own', 'y(9)': 'str',
}; // prettier-ignore

/** FI-606 is the same but for these; the column PE is told by itself. */
const air: Partial<Record<Right, string>> = {
  'TD2.1': '- - - - - - - -',
  'TD0.3 remove MT': '- - - - - - abs -',
  'TD3.3d': 'own - - y y y y y',
};
const employees: Partial<Record<Right, Cell>> = {
  'TD0.2': 'y', 'TD1.3a': 'y', 'TD0.3 declare': 'str', 'TD0.4': 'str', 'TD3.1b': 'y', 'TD3.3c': 'str',
}; // prettier-ignore

describeShared('the matrices of rights', (dir) => {
  const spec = readFileSync(path.join(dir, 'spec/dmp-wire.md'), 'utf8');
  const rows = new Map(
    spec
      .split('\n')
      .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
      .filter((cells) => cells.length === directColumns.length + 1)
      .map(([name, ...cells]) => [name, cells]),
  ); // prettier-ignore

  it.each(rights)('%s in DIRECTE and INDIRECTE', (right) => {
    expect(directRows[right]).toEqual(rows.get(printed[right])?.map((cell) => notes[cell]));
  });

  it.each(rights)('%s in AIR', (right) => {
    const same = airColumns.slice(0, -1).map((column) => directRows[right][directColumns.indexOf(column as 'NM.n')]);
    expect(airRows[right]).toEqual([...(air[right]?.split(' ') ?? same), employees[right] ?? '-']);
  });

  it('every row of the table is one of ours', () => {
    const ours = [...Object.values(printed), '0.9', '2.2']; // the web site and the card CPE: no server
    const known = [...rows.keys()].filter((name) => /^\d\.\d/.test(name ?? ''));
    expect(known.filter((name) => !ours.includes(name ?? ''))).toEqual([]);
  });
});
