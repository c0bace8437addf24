/** Days where the establishment is: a FHIR date without time says no zone, and is a day of those who wrote it. */
import { intervalOf } from './dtm.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError when the zone is unknown */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(zone, made);
  return made;
}

/** What the clock of a zone is ahead of UTC at an instant, milliseconds. */
function aheadAt(zone: string, ms: number): number {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  const local = new Date(0);
  local.setUTCFullYear(year, part('month') - 1, part('day'));
  local.setUTCHours(part('hour'), part('minute'), part('second'));
  return local.getTime() - Math.floor(ms / 1000) * 1000;
}

/** The instant at which a clock of the zone shows what UTC shows at `ms`. */
function asLocal(zone: string, ms: number): number {
  const guess = ms - aheadAt(zone, ms);
  return ms - aheadAt(zone, guess);
}

/**
 * As `intervalOf`, but a date without time begins and ends at midnight of a zone.
 * @param zone IANA name, e.g. `Europe/Paris`
 */
export function intervalIn(zone: string, value: string): { start: number; end: number } | undefined {
  const interval = intervalOf(value);
  if (interval === undefined || value.includes('T')) return interval;
  return { start: asLocal(zone, interval.start), end: asLocal(zone, interval.end) };
}
