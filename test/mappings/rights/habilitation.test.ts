import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { habilitationsOf, isReadable, parseHabilitations } from '../../../mappings/rights/habilitation.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/habilitations.md'), 'utf8');
const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]!) as Record<string, unknown>;

const matrixOf = (rows: object[], otherwise = true) =>
  parseHabilitations({ version: '1', source: 'ours', default: otherwise, rows });
const roles = (...codes: string[]) => codes.map((code) => ({ code }));

describe('a matrix of habilitations', () => {
  it('is read as the example of the documentation says', () => {
    const matrix = parseHabilitations(example);
    const reads = (who: string[], classCode: string, typeCode: string): boolean =>
      isReadable(matrix, roles(...who), { classCode, typeCode });
    expect(reads(['10', 'SM25'], '10', '11488-4')).toBe(true);
    expect(reads(['10', 'SM25'], '10', '34133-9')).toBe(false);
    expect(reads(['60'], '90', 'DOCPAT01')).toBe(false);
    expect(reads(['60'], '10', '11488-4')).toBe(false);
    expect(reads(['60'], '42', '57833-6')).toBe(true);
    expect(reads(['10', 'SM26'], '90', 'DOCPAT01')).toBe(true);
  });

  it('lets the most specific row win, wherever it stands, and the later one among equals', () => {
    const matrix = matrixOf([
      { role: '10', classCode: '10', typeCode: 'a', allow: true },
      { role: '10', classCode: '10', allow: false },
      { role: '10', typeCode: 'b', allow: false },
      { role: '10', classCode: '11', allow: true },
      { role: '10', allow: false },
    ]);
    const reads = (classCode?: string, typeCode?: string): boolean =>
      isReadable(matrix, roles('10'), { ...(classCode ? { classCode } : {}), ...(typeCode ? { typeCode } : {}) });
    expect(reads('10', 'a')).toBe(true);
    expect(reads('10', 'c')).toBe(false);
    // one member each: the later row
    expect(reads('11', 'b')).toBe(true);
    expect(reads('42', 'x')).toBe(false);
    expect(isReadable(matrix, roles('21'), { classCode: '10' })).toBe(true);
  });

  it('a speciality of the row is the requester’s second role', () => {
    const matrix = matrixOf([{ role: '10', specialtyCode: 'SM18', allow: true }], false);
    expect(isReadable(matrix, roles('10', 'SM18'), {})).toBe(true);
    expect(isReadable(matrix, roles('10', 'SM26'), {})).toBe(false);
    expect(isReadable(matrix, roles('10'), {})).toBe(false);
    expect(isReadable(matrix, [], {})).toBe(false);
  });

  it('tells a requester what it names for them, once, and what holds otherwise', () => {
    expect(habilitationsOf(parseHabilitations(example), roles('10', 'SM25'))).toEqual({
      kinds: [{ typeCode: '11488-4', readable: true }],
      otherwise: false,
    });
    expect(habilitationsOf(parseHabilitations(example), roles('60'))).toEqual({
      kinds: [
        { classCode: '90', readable: false },
        { typeCode: '11488-4', readable: false },
      ],
      otherwise: true,
    });
    const twice = matrixOf([
      { role: '60', classCode: '90', allow: false },
      { role: '60', classCode: '90', allow: true },
    ]);
    expect(habilitationsOf(twice, roles('60')).kinds).toEqual([{ classCode: '90', readable: true }]);
    expect(habilitationsOf(twice, roles('21'))).toEqual({ kinds: [], otherwise: true });
  });

  const row = { role: '60', allow: true };
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /the file/],
    ['a list', [], /the file/],
    ['no version', { ...example, version: undefined }, /version/],
    ['an empty source', { ...example, source: '' }, /source/],
    ['a default that is a word', { ...example, default: 'true' }, /default/],
    ['a member that nobody knows', { ...example, comment: '' }, /the file/],
    ['a row without a role', { ...example, rows: [row, { allow: true }] }, /rows\.1\.role/],
    ['a row that says nothing', { ...example, rows: [{ role: '60' }] }, /rows\.0\.allow/],
    ['a misspelt member of a row', { ...example, rows: [{ ...row, speciality: 'SM18' }] }, /rows\.0/],
    ['a code with a blank', { ...example, rows: [{ ...row, typeCode: '11488 4' }] }, /rows\.0\.typeCode/],
    ['a code that is a number', { ...example, rows: [{ ...row, classCode: 10 }] }, /rows\.0\.classCode/],
  ])('is refused, naming the place: %s', (_, json, place) => {
    expect(() => parseHabilitations(json)).toThrow(RangeError);
    expect(() => parseHabilitations(json)).toThrow(place);
  });
});
