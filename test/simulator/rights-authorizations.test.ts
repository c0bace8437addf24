/**
 * The rights matrices on authorisations, lists and registration (FI-526 v1.8 and FI-606 v1.3, rows 0.3 to 1.6, as dmp-wire
 * §1.4 gives them; TD1.1, TD1.2, TD1.3b and TD1.4 by its notes): typed from the tables, column by column.
 */
import { describe, expect, it } from 'vitest';

import type { Exchange, Transaction } from '../../simulator/exchange.ts';
import { SoapFault } from '../../simulator/exchange.ts';
import { checkRights, rightFor, type Right } from '../../simulator/rights.ts';
import { readSettings, type Settings } from '../../simulator/settings.ts';
import type { Mode, Purpose } from '../../simulator/vihf/types.ts';
import { createClock, createWorld, seeds } from '../../simulator/world.ts';
import { vihfOf, type Who } from './support/specific.ts';

const rows: Right[] = [
  'TD0.3', 'TD0.3 declare', 'TD0.3 remove', 'TD0.3 become MT', 'TD0.3 remove MT', 'TD0.4', 'TD0.5', 'TD1.1', 'TD1.2', 'TD1.3b', 'TD1.4', 'TD1.6',
]; // prettier-ignore

function requester(mode: Mode, who: Who, purpose: Purpose, settings: Partial<Settings> = {}): Exchange {
  const world = createWorld(
    seeds['story']!,
    { ...readSettings({}), ...settings },
    createClock(new Date('2026-10-20T06:30:30Z')),
  );
  return { vihf: vihfOf({ who, mode, purpose, patient: '236046999012376' }), world } as unknown as Exchange;
}

const cells = (exchange: Exchange): string => rows.map((right) => rightFor(exchange, right)).join(' ');

const columns: [string, Mode, Who, Purpose, string][] = [
  //                                                  0.3 dec rem bec rem 0.4 0.5 1.1 1.2 1.3b 1.4 1.6
  ['NM n', 'DIRECTE', 'leBihan', 'normal',           'y  y   y   -   -   y   -   y   y   y   y   y'],
  ['NM r', 'DIRECTE', 'leBihan', 'centre_15',        '-  -   -   -   -   y   y   -   -   -   -   -'],
  ['NM b', 'DIRECTE', 'leBihan', 'bris_de_glace',    '-  -   -   -   -   y   -   -   -   -   -   -'],
  ['M n', 'DIRECTE', 'maurel', 'normal',             'y  y   y   y   -   y   -   y   y   y   y   y'],
  ['M r', 'DIRECTE', 'maurel', 'centre_15',          '-  -   -   -   -   y   y   -   -   -   -   -'],
  ['M b', 'DIRECTE', 'maurel', 'bris_de_glace',      '-  -   -   -   -   y   -   -   -   -   -   -'],
  ['MDT', 'DIRECTE', 'occupational', 'normal',       '-  -   -   -   -   y   -   y   y   y   y   y'],
  ['MT n', 'DIRECTE', 'fauconnet', 'normal',         'y  y   y   y   y   y   -   y   y   y   y   y'],
  ['MT b', 'DIRECTE', 'fauconnet', 'bris_de_glace',  '-  -   -   -   -   y   -   -   -   -   -   -'],
  ['CPE', 'DIRECTE', 'secretary', 'normal',          'y  str -   -   -   str -   -   -   -   -   -'],
  ['ES n', 'INDIRECTE', 'maurel', 'normal',          '-  -   -   -   -   new -   old old old old -'],
  ['ES r', 'INDIRECTE', 'maurel', 'centre_15',       '-  -   -   -   -   -   y   -   -   -   -   -'],
  ['ES b', 'INDIRECTE', 'maurel', 'bris_de_glace',   '-  -   -   -   -   -   -   -   -   -   -   -'],
  ['AIR NM n', 'INDIRECTE_RENFORCEE', 'leBihan', 'normal',          'y  y   y   -   -   y   -   old old old old y'],
  ['AIR NM r', 'INDIRECTE_RENFORCEE', 'leBihan', 'centre_15',       '-  -   -   -   -   y   y   -   -   -   -   -'],
  ['AIR NM b', 'INDIRECTE_RENFORCEE', 'leBihan', 'bris_de_glace',   '-  -   -   -   -   y   -   -   -   -   -   -'],
  ['AIR M n', 'INDIRECTE_RENFORCEE', 'maurel', 'normal',            'y  y   y   y   -   y   -   old old old old y'],
  ['AIR M r', 'INDIRECTE_RENFORCEE', 'maurel', 'centre_15',         '-  -   -   -   -   y   y   -   -   -   -   -'],
  ['AIR M b', 'INDIRECTE_RENFORCEE', 'maurel', 'bris_de_glace',     '-  -   -   -   -   y   -   -   -   -   -   -'],
  ['AIR MDT = M', 'INDIRECTE_RENFORCEE', 'occupational', 'normal',  'y  y   y   y   -   y   -   old old old old y'],
  ['AIR MT n', 'INDIRECTE_RENFORCEE', 'fauconnet', 'normal',        'y  y   y   y   -   y   -   old old old old y'],
  ['AIR MT b', 'INDIRECTE_RENFORCEE', 'fauconnet', 'bris_de_glace', '-  -   -   -   -   y   -   -   -   -   -   -'],
  ['AIR PE', 'INDIRECTE_RENFORCEE', 'secretary', 'normal',          'y  str -   -   -   str -   -   -   -   -   -'],
  ['AIR PE b', 'INDIRECTE_RENFORCEE', 'secretary', 'bris_de_glace', '-  -   -   -   -   -   -   -   -   -   -   -'],
]; // prettier-ignore

describe('authorisations, lists and registration in the matrices', () => {
  it.each(columns)('%s', (_, mode, who, purpose, expected) => {
    expect(cells(requester(mode, who, purpose))).toBe(expected.replace(/ +/g, ' '));
  });

  it.each(columns)('%s, with withdrawn transactions: what is old is permitted, nothing else changes', (_, mode, who, purpose, expected) => {
    expect(cells(requester(mode, who, purpose, { withdrawnTransactions: true }))).toBe(
      expected.replace(/ +/g, ' ').replaceAll('old', 'y'),
    );
  }); // prettier-ignore

  it('giving up the role of médecin traitant in AIR is a setting', () => {
    const right = (who: Who, mode: Mode) =>
      rightFor(requester(mode, who, 'normal', { airTreatingRemoval: true }), 'TD0.3 remove MT');
    expect(right('fauconnet', 'INDIRECTE_RENFORCEE')).toBe('y');
    expect(right('maurel', 'INDIRECTE_RENFORCEE')).toBe('-');
    expect(right('fauconnet', 'INDIRECTE')).toBe('-');
  });
});

describe('a transaction that was withdrawn', () => {
  const rule = (exchange: Exchange, transaction: Transaction): string => {
    try {
      checkRights(exchange, transaction);
      return 'ok';
    } catch (error) {
      if (!(error instanceof SoapFault)) throw error;
      return `${error.subcode?.local} ${/<d:code>(\w+)</.exec(error.detail ?? '')![1]}`;
    }
  };
  const withdrawn: Transaction[] = ['TD1.1', 'TD1.2', 'TD1.3b', 'TD1.4'];

  it.each(withdrawn)('%s is refused to a server with a word of its own, and taken under the setting', (transaction) => {
    for (const mode of ['INDIRECTE', 'INDIRECTE_RENFORCEE'] as const) {
      expect(rule(requester(mode, 'maurel', 'normal'), transaction)).toBe('DMPAccessDenied TRANSACTION_WITHDRAWN');
      expect(rule(requester(mode, 'maurel', 'normal', { withdrawnTransactions: true }), transaction)).toBe('ok');
    }
    expect(rule(requester('DIRECTE', 'maurel', 'normal'), transaction)).toBe('ok');
  });

  it.each(withdrawn)('%s was never for emergencies or employees', (transaction) => {
    const on = { withdrawnTransactions: true };
    const refused = 'DMPAccessDenied RIGHTS_MATRIX';
    expect(rule(requester('INDIRECTE_RENFORCEE', 'maurel', 'bris_de_glace', on), transaction)).toBe(refused);
    expect(rule(requester('INDIRECTE', 'maurel', 'centre_15', on), transaction)).toBe(refused);
    expect(rule(requester('INDIRECTE_RENFORCEE', 'secretary', 'normal', on), transaction)).toBe(refused);
    expect(rule(requester('DIRECTE', 'secretary', 'normal', on), transaction)).toBe(refused);
  });
});
