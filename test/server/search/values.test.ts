import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalOf } from '../../../server/search/dates.ts';
import { formatPairs, parsePairs } from '../../../server/search/pairs.ts';
import {
  escape,
  parseDate,
  parseToken,
  parseValue,
  splitEscaped,
  unescape,
  ValueError,
} from '../../../server/search/values.ts';

describe('pairs', () => {
  it('keeps order and repeated names, decodes blanks and UTF-8', () => {
    expect(parsePairs('a=1&b=%C3%A9+x&a=2&c')).toEqual([
      ['a', '1'],
      ['b', 'é x'],
      ['a', '2'],
      ['c', ''],
    ]);
  });

  it.each(['a=%', 'a=%zz', 'a=%C3', '%ff=1'])('refuses %s', (text) => {
    expect(() => parsePairs(text)).toThrow('query-malformed');
  });

  it('refuses a flood of parameters', () => {
    expect(() => parsePairs('a=1&'.repeat(201))).toThrow('query-malformed');
    expect(parsePairs('a=1&'.repeat(200))).toHaveLength(200);
  });

  it('writes what it reads back', () => {
    const pair = fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        expect(parsePairs(formatPairs(pairs))).toEqual(pairs);
      }),
    );
  });
});

describe('escapes', () => {
  it('are the inverse of each other, and protect separators', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (texts) => {
        const joined = texts.map(escape).join(',');
        expect(splitEscaped(joined, ',').map(unescape)).toEqual(texts);
      }),
    );
  });

  it('refuse a backslash that protects nothing', () => {
    expect(() => unescape('a\\n')).toThrow(ValueError);
    expect(() => unescape('a\\')).toThrow(ValueError);
  });
});

describe('token', () => {
  it.each([
    ['a', { code: 'a' }],
    ['s|a', { system: 's', code: 'a' }],
    ['|a', { system: '', code: 'a' }],
    ['s|', { system: 's' }],
    ['s|a\\|b', { system: 's', code: 'a|b' }],
  ])('%s', (text, value) => expect(parseToken(text)).toEqual({ type: 'token', ...value }));

  it.each(['|', 'a|b|c', 'a\\x'])('refuses %s', (text) => expect(() => parseToken(text)).toThrow(ValueError));
});

const iso = (ms: number) => new Date(ms).toISOString();

describe('date', () => {
  it.each([
    ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2026-12-31', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-11-21T02:23Z', '2026-11-21T02:23:00.000Z', '2026-11-21T02:24:00.000Z'],
    ['2026-11-21T02:23:16+01:00', '2026-11-21T01:23:16.000Z', '2026-11-21T01:23:17.000Z'],
    ['2026-11-21T02:23:16.5-03:30', '2026-11-21T05:53:16.500Z', '2026-11-21T05:53:16.600Z'],
    ['2026-11-21T02:23:16.123456Z', '2026-11-21T02:23:16.123Z', '2026-11-21T02:23:16.124Z'],
    ['0099-01-01', '0099-01-01T00:00:00.000Z', '0099-01-02T00:00:00.000Z'],
  ])('%s stands for [%s, %s)', (text, start, end) => {
    const interval = intervalOf(text)!;
    expect([iso(interval.start), iso(interval.end)]).toEqual([start, end]);
  });

  it.each([
    '',
    '26',
    '2026-13',
    '2026-02-29',
    '2026-00-10',
    '2026-04-31',
    '2026-1-1',
    '2026-11-21T24:00Z',
    '2026-11-21T02:60Z',
    '2026-11-21T02Z',
    '2026-11-21T02:00+15:00',
    '0000',
    'now',
    ' 2026',
  ])('refuses “%s”', (text) => expect(intervalOf(text)).toBeUndefined());

  it('covers the instant it was written from, at every precision', () => {
    const min = new Date('1900-01-01T00:00:00Z');
    fc.assert(
      fc.property(fc.date({ min, max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true }), (date) => {
        const full = date.toISOString();
        for (const text of [
          full.slice(0, 4),
          full.slice(0, 7),
          full.slice(0, 10),
          `${full.slice(0, 16)}Z`,
          `${full.slice(0, 19)}Z`,
          full,
        ]) {
          const { start, end } = intervalOf(text)!;
          expect(start <= date.getTime() && date.getTime() < end).toBe(true);
        }
      }),
    );
  });

  it('reads a prefix, and the + of a zone that arrived as a blank', () => {
    expect(parseDate('ge2026')).toMatchObject({ prefix: 'ge', text: '2026' });
    expect(parseDate('2026')).toMatchObject({ prefix: 'eq' });
    expect(parseDate('lt2026-11-21T02:23:16 01:00')).toMatchObject({
      prefix: 'lt',
      start: Date.parse('2026-11-21T01:23:16Z'),
    });
    expect(() => parseDate('xx2026')).toThrow(ValueError);
    expect(() => parseDate('ge')).toThrow(ValueError);
  });
});

describe('string and reference', () => {
  it('take off escapes and nothing else', () => {
    expect(parseValue('string', 'a\\,b c')).toEqual({ type: 'string', text: 'a,b c' });
    expect(parseValue('reference', 'Patient/1')).toEqual({ type: 'reference', reference: 'Patient/1' });
  });
});
