import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../server/config.ts';
import { takeoverWindows } from '../../../../server/feed/limits/index.ts';

const windows = (settings: Record<string, string> = {}) => takeoverWindows(loadConfig(settings));
/** @param local as a clock in Paris shows it, with its offset */
const closed = (local: string, settings?: Record<string, string>): string | undefined =>
  windows(settings).closedUntil(new Date(local))?.toISOString();

describe('take-overs go on outside working hours', () => {
  it.each([
    ['before the day begins', '2026-11-25T06:59:59.999+01:00', undefined],
    ['as it begins', '2026-11-25T07:00:00+01:00', '2026-11-25T19:00:00.000Z'],
    ['in the afternoon', '2026-11-25T15:12:34.567+01:00', '2026-11-25T19:00:00.000Z'],
    ['until it ends', '2026-11-25T19:59:59.999+01:00', '2026-11-25T19:00:00.000Z'],
    ['when it has ended', '2026-11-25T20:00:00+01:00', undefined],
    ['on a Saturday', '2026-11-28T11:00:00+01:00', undefined],
    ['on a Sunday', '2026-11-29T11:00:00+01:00', undefined],
    ['on a public holiday', '2026-11-11T11:00:00+01:00', undefined],
    ['on Ascension Day, which moves', '2026-05-14T11:00:00+02:00', undefined],
    ['on Whit Monday', '2026-05-25T11:00:00+02:00', undefined],
    ['on Whit Tuesday', '2026-05-26T11:00:00+02:00', '2026-05-26T18:00:00.000Z'],
    ['on Mother’s Day eve, which is none', '2026-05-29T11:00:00+02:00', '2026-05-29T18:00:00.000Z'],
  ])('%s', (_, local, until) => expect(closed(local)).toBe(until));

  it('`always` is always; windows may be several; other days may be worked on', () => {
    const noon = '2026-11-25T12:30:00+01:00';
    expect(closed(noon, { FEED_TAKEOVER_HOURS: 'always' })).toBeUndefined();
    expect(closed(noon, { FEED_TAKEOVER_HOURS: '12:00-13:00,22:00-24:00' })).toBeUndefined();
    expect(closed('2026-11-25T13:00:00+01:00', { FEED_TAKEOVER_HOURS: '12:00-13:00,22:00-24:00' })).toBe(
      '2026-11-25T21:00:00.000Z',
    );
    expect(closed('2026-11-28T11:00:00+01:00', { FEED_WORKING_DAYS: 'sat' })).toBe('2026-11-28T19:00:00.000Z');
    expect(closed(noon, { FEED_WORKING_DAYS: 'sat' })).toBeUndefined();
    // What is closed until midnight opens with a free day.
    expect(closed('2026-11-27T11:00:00+01:00', { FEED_TAKEOVER_HOURS: '00:00-06:00' })).toBe(
      '2026-11-27T23:00:00.000Z',
    );
  });

  it.each(['20:00', '20:00-25:00', '24:00-07:00', '20:00-20:00', '20:00-07:00,', 'never'])(
    'is not told by “%s”',
    (hours) => expect(() => loadConfig({ FEED_TAKEOVER_HOURS: hours })).toThrow('FEED_TAKEOVER_HOURS'),
  );
});

describe('where the clock changes', () => {
  // All days are worked on: the clock changes on Sundays.
  const every = { FEED_WORKING_DAYS: 'mon,tue,wed,thu,fri,sat,sun', FEED_HOLIDAYS_REGION: 'none' };

  it('in March a window that the night skips opens when the clock has gone forward', () => {
    const settings = { ...every, FEED_TAKEOVER_HOURS: '02:30-05:00' };
    expect(closed('2026-03-29T01:59:59+01:00', settings)).toBe('2026-03-29T01:00:00.000Z');
    expect(closed('2026-03-29T03:00:00+02:00', settings)).toBeUndefined();
    expect(closed('2026-03-28T12:00:00+01:00', { ...every, FEED_TAKEOVER_HOURS: '07:00-08:00' })).toBe(
      '2026-03-29T05:00:00.000Z',
    );
  });

  it('in October an hour that comes twice is open twice, and what is closed in it too', () => {
    const settings = { ...every, FEED_TAKEOVER_HOURS: '02:30-05:00' };
    expect(closed('2026-10-25T02:15:00+02:00', settings)).toBe('2026-10-25T00:30:00.000Z');
    expect(closed('2026-10-25T02:45:00+02:00', settings)).toBeUndefined();
    expect(closed('2026-10-25T02:15:00+01:00', settings)).toBe('2026-10-25T01:30:00.000Z');
    expect(closed('2026-10-24T12:00:00+02:00', { ...every, FEED_TAKEOVER_HOURS: '07:00-08:00' })).toBe(
      '2026-10-25T06:00:00.000Z',
    );
  });

  it('a day is as long as it is', () => {
    const open = windows({ FEED_TAKEOVER_HOURS: 'always' });
    const day = (from: string) => open.day(new Date(from));
    expect(day('2026-03-29T00:00:00+01:00')).toEqual({
      ...{ date: '2026-03-29', seconds: 23 * 3600, next: new Date('2026-03-29T22:00:00Z') },
    });
    expect(day('2026-10-25T00:00:00+02:00').seconds).toBe(25 * 3600);
    expect(day('2026-11-25T00:00:00+01:00').seconds).toBe(24 * 3600);
    expect(day('2026-11-25T18:00:00+01:00').seconds).toBe(6 * 3600);
    expect(windows().day(new Date('2026-11-25T00:00:00+01:00')).seconds).toBe(11 * 3600);
    expect(windows().day(new Date('2026-11-28T00:00:00+01:00')).seconds).toBe(24 * 3600);
    expect(windows({ ...every }).day(new Date('2026-03-29T00:00:00+01:00')).seconds).toBe(10 * 3600);
  });

  it('`until` is the first instant at which they are open, at any time of any year', () => {
    const all = windows({ TIME_ZONE: 'Europe/Paris' });
    const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2031, 0, 1) });
    fc.assert(
      fc.property(instant, (at) => {
        const fresh = windows();
        const until = fresh.closedUntil(new Date(at))?.getTime();
        // One that has looked before says the same.
        expect(all.closedUntil(new Date(at))?.getTime()).toBe(until);
        if (until === undefined) return;
        expect(until).toBeGreaterThan(at);
        expect(windows().closedUntil(new Date(until))).toBeUndefined();
        expect(
          windows()
            .closedUntil(new Date(until - 1))
            ?.getTime(),
        ).toBe(until);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the time zone and the public holidays are those of the establishment', () => {
  it.each([
    ['Good Friday in Strasbourg', 'FR-67', '2026-04-03T11:00:00+02:00'],
    ['Good Friday in Colmar', 'FR-68', '2026-04-03T11:00:00+02:00'],
    ['Good Friday in Metz', 'FR-57', '2026-04-03T11:00:00+02:00'],
    ['the day of the abolition in La Réunion', 'FR-RE', '2027-12-20T11:00:00+01:00'],
    ['the day of the abolition in Guadeloupe', 'FR-GP', '2026-05-27T11:00:00+02:00'],
  ])('%s', (_, region, local) => {
    expect(closed(local, { FEED_HOLIDAYS_REGION: region })).toBeUndefined();
    expect(closed(local)).toBeDefined();
  });

  it('in La Réunion the day ends earlier', () => {
    expect(closed('2026-11-25T11:00:00+04:00', { TIME_ZONE: 'Indian/Reunion', FEED_HOLIDAYS_REGION: 'FR-RE' })).toBe(
      '2026-11-25T16:00:00.000Z',
    );
  });

  it('none, when none is wanted; a region that is not known stops the start', () => {
    expect(closed('2026-11-11T11:00:00+01:00', { FEED_HOLIDAYS_REGION: 'none' })).toBeDefined();
    for (const region of ['XX', 'FR-99', 'FR-57-1', 'NC-57', 'fr', 'constructor'])
      expect(() => windows({ FEED_HOLIDAYS_REGION: region }), region).toThrow('FEED_HOLIDAYS_REGION');
    for (const region of ['NC', 'PF', 'PM', 'WF', 'FR-MQ', 'FR-GF', 'FR-YT', 'FR-BL', 'FR-MF'])
      expect(() => windows({ FEED_HOLIDAYS_REGION: region }), region).not.toThrow();
  });
});
