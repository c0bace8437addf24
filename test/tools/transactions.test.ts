/** Every transaction of the DMP has a door, or a reason why it has none; never both, never neither. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { settings } from '../../server/config.ts';
import { absent, reached, transactionsPage } from '../../tools/transactions.ts';
import { describeShared } from '../support/shared.ts';

/** dmp-wire §1.2, row by row; a row of several requests (TD3.1a and b) by its requests. */
const all = [
  ...['TD0.0', 'TD0.1', 'TD0.2', 'TD0.3', 'TD0.4', 'TD0.5', 'TD0.9', 'TD0.10'],
  ...['TD1.1', 'TD1.2', 'TD1.3a', 'TD1.3b', 'TD1.4', 'TD1.5', 'TD1.6'],
  ...['TD2.1', 'TD2.2', 'TD3.1a', 'TD3.1b', 'TD3.2', 'TD3.3a', 'TD3.3b', 'TD3.3c', 'TD3.3d'],
];

describe('the page of transactions', () => {
  it('has each of them exactly once', () => {
    const named = [...reached(), ...absent].map(({ name }) => name).filter((name) => name.startsWith('TD'));
    expect(named.sort()).toEqual([...all].sort());
  });

  it('has what a server cannot reach, and why, in both languages', () => {
    const names = absent.map(({ name }) => name);
    for (const name of ['TD2.2', 'Mode DIRECTE', 'Carte Vitale', 'INS-C', 'TD0.0']) expect(names).toContain(name);
    for (const { fr, en, source } of absent) {
      expect(fr).toMatch(/\.$/);
      expect(en).toMatch(/\.$/);
      expect(source).not.toBe('');
    }
  });

  it('names doors, modes, purposes and settings that are', () => {
    for (const { name, doors, modes, purposes, settings: named } of reached()) {
      expect(doors.length, name).toBeGreaterThan(0);
      expect(modes.length, name).toBeGreaterThan(0);
      expect(purposes.length, name).toBeGreaterThan(0);
      for (const setting of named) expect(Object.keys(settings)).toContain(setting);
    }
    const of = (name: string) => reached().find((r) => r.name === name)!;
    expect(of('TD0.4').doors).toEqual(['Patient/$authorized-records']);
    expect(of('TD0.5')).toMatchObject({ purposes: ['centre_15'], settings: ['REGULATION_STRUCTURE'] });
    expect(of('TD0.9').modes).toEqual(['DIRECTE']);
    expect(of('TD1.1')).toMatchObject({ doors: ['POST Patient'], settings: ['WITHDRAWN_TRANSACTIONS'] });
    expect(of('TD2.1').modes).toEqual(['INDIRECTE']);
    expect(transactionsPage()).toContain('| TD1.6 ');
  });
});

describeShared('the list above', (dir) => {
  it('is that of the specification', () => {
    const spec = readFileSync(path.join(dir, 'spec/dmp-wire.md'), 'utf8');
    const table = spec.slice(spec.indexOf('### 1.2'), spec.indexOf('### 1.3'));
    const rows = [...table.matchAll(/^\| (TD\d\.\d+[a-z]?)/gm)].map(([, name]) => name!.replace(/^TD1\.5a$/, 'TD1.5'));
    const asRow = (name: string) => name.replace(/^(TD3\.1)[ab]$/, '$1');
    expect(rows.length).toBeGreaterThan(20);
    expect([...new Set(rows)].sort()).toEqual([...new Set(all.map(asRow))].sort());
  });
});
