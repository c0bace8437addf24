import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dtmToTs, isTs, tsToDtm } from '../../../mappings/cda/time.ts';

describe('times of a CDA', () => {
  it.each([
    ['20261012093000+0200', '20261012073000'],
    ['20260101003000+0100', '20251231233000'],
    ['20261012093000.123+0200', '20261012073000'],
    ['202610120930+0200', '202610120730'],
    ['2026101209+0200', '2026101207'],
    ['2026101209+0530', '202610120330'],
    ['20261012093000-05', '20261012143000'],
    ['20261012', '20261012'],
    ['202610', '202610'],
    ['2026', '2026'],
    // without zone: metropolitan France, summer and winter
    ['20260701120000', '20260701100000'],
    ['20260101120000', '20260101110000'],
    // the last hour before summer time, and the first of it
    ['20260329015959', '20260329005959'],
    ['20260329030000', '20260329010000'],
  ])('%s is %s', (ts, dtm) => {
    expect(tsToDtm(ts)).toBe(dtm);
  });

  it('what is no time is none', () => {
    for (const text of [
      '',
      'hier',
      '20261301',
      '20260230',
      '2026101225',
      '202610120',
      '20261012T0930',
      '+0200',
      '20261012093000+2',
    ])
      expect(isTs(text), text).toBe(false);
    expect(tsToDtm('20260231')).toBeUndefined();
    expect(dtmToTs('20260231')).toBeUndefined();
    expect(dtmToTs('20261012093000+0200')).toBeUndefined();
  });

  it('there and back, in any zone, at any precision', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-02'), max: new Date('2099-12-30'), noInvalidDate: true }),
        fc.constantFrom(4, 6, 8, 10, 12, 14),
        fc.constantFrom(
          'Europe/Paris',
          'America/Guadeloupe',
          'Indian/Reunion',
          'Pacific/Marquesas',
          'Pacific/Noumea',
          'UTC',
        ),
        (date, length, zone) => {
          // Zones had seconds in their offsets before 1911: to the minute, times then do not come back.
          fc.pre(date.getUTCFullYear() > 1912 || length <= 8);
          const dtm = date.toISOString().replace(/\D/g, '').slice(0, length);
          const ts = dtmToTs(dtm, zone) as string;
          expect(tsToDtm(ts)).toBe(dtm);
          expect(/[+-]\d{4}$/.test(ts)).toBe(length > 8);
        },
      ),
    );
  });
});
