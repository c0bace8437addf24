/** Who is certainly of age: nobody as long as any reading of the birth date, or any time zone, says otherwise. */
import { describe, expect, it } from 'vitest';
import { isCertainlyAdult } from '../../../mappings/rights/secret.ts';

describe('certainly an adult', () => {
  it.each<[string | undefined, string, boolean]>([
    ['2008-05-17', '2026-05-16T23:59:59Z', false],
    ['2008-05-17', '2026-05-17T12:00:00Z', false],
    ['2008-05-17', '2026-05-18T00:00:00Z', true],
    ['2008-02-29', '2026-03-01T12:00:00Z', false],
    ['2008-02-29', '2026-03-02T00:00:00Z', true],
    ['2008-02', '2026-02-28T12:00:00Z', false],
    ['2008-02', '2026-03-02T00:00:00Z', true],
    ['2008', '2026-12-31T12:00:00Z', false],
    ['2008', '2027-01-01T00:00:00Z', true],
    ['1936-04-12', '2026-10-20T05:00:00Z', true],
    [undefined, '2026-10-20T05:00:00Z', false],
  ])('born %s, at %s: %s', (born, now, expected) => {
    expect(isCertainlyAdult(born, new Date(now))).toBe(expected);
  });
});
