/**
 * HL7 DTM ↔ FHIR dateTime. The DMP writes UTC without zone, to the second (dmp-wire §3.2); a DTM of any precision is
 * read, and no precision is invented except where FHIR has none (hours and minutes need seconds).
 */
import type { Codec } from './hl7v2.ts';

const dtmForm = /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\.\d{1,4})?)?)?)?)?)?([+-]\d{4})?$/;
const fhirForm = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/;

/** Milliseconds of the instant, or undefined when the digits are no date. */
function instantOf(
  parts: (string | undefined)[],
  fraction: string | undefined,
  zone: string | undefined,
): number | undefined {
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = parts.map((p) => (p === undefined ? undefined : Number(p)));
  const local = new Date(0);
  local.setUTCFullYear(y, mo - 1, d);
  local.setUTCHours(h, mi, s, Math.floor(Number(`0${fraction ?? ''}`) * 1000));
  const valid =
    local.getUTCMonth() === mo - 1 && local.getUTCDate() === d && local.getUTCHours() === h && mi < 60 && s < 60;
  if (!valid) return undefined;
  const offset = zone === undefined || zone === 'Z' ? 0 : zoneMinutes(zone);
  return local.getTime() - offset * 60_000;
}

function zoneMinutes(zone: string): number {
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}

const pad = (n: number, length = 2): string => String(n).padStart(length, '0');

/** `yyyyMMddHHmmss` in UTC. */
export function dtmOfInstant(ms: number): string {
  const d = new Date(ms);
  return (
    pad(d.getUTCFullYear(), 4) +
    [d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()]
      .map((n) => pad(n))
      .join('')
  );
}

/**
 * DTM ↔ FHIR dateTime. Decoding keeps the zone that is written (none: UTC). Encoding writes UTC to the second; fractions
 * and the zone are lost, date-only values stay date-only.
 */
export const dtm: Codec<string, string> = {
  decode(wire) {
    const m = dtmForm.exec(wire);
    if (!m) return undefined;
    const [, y, mo, d, h, mi, s, fraction, zone] = m;
    if (instantOf([y, mo, d, h, mi, s], fraction, zone) === undefined) return undefined;
    if (h === undefined) return [y, mo, d].filter((p) => p !== undefined).join('-');
    const written = zone === undefined || zone === '+0000' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
    return `${y}-${mo}-${d}T${h}:${mi ?? '00'}:${s ?? '00'}${fraction ?? ''}${written}`;
  },
  encode(value) {
    const m = fhirForm.exec(value);
    if (!m) return undefined;
    const [, y, mo, d, h, mi, s, fraction, zone] = m;
    const ms = instantOf([y, mo, d, h, mi, s], fraction, zone);
    if (ms === undefined) return undefined;
    return h === undefined ? `${y}${mo ?? ''}${d ?? ''}` : dtmOfInstant(ms);
  },
};

/** DTM ↔ FHIR date (birth dates): year, month or day; a time of day is not read. */
export const dtmDate: Codec<string, string> = {
  decode: (wire) => (/^\d{4}(\d\d(\d\d)?)?$/.test(wire) ? dtm.decode(wire) : undefined),
  encode: (value) => (/^\d{4}(-\d\d(-\d\d)?)?$/.test(value) ? dtm.encode(value) : undefined),
};

/**
 * The interval [start, end) in milliseconds that a FHIR date, dateTime or instant stands for. Without zone it is UTC:
 * dates that come from the DMP are.
 */
export function intervalOf(value: string): { start: number; end: number } | undefined {
  const m = fhirForm.exec(value);
  if (!m) return undefined;
  const [, y, mo, d, h, mi, s, fraction, zone] = m;
  const start = instantOf([y, mo, d, h, mi, s], fraction, zone);
  if (start === undefined) return undefined;
  if (h !== undefined) return { start, end: start + (fraction === undefined ? 1000 : 1) };
  const next = new Date(start);
  if (mo === undefined) next.setUTCFullYear(next.getUTCFullYear() + 1);
  else if (d === undefined) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCDate(next.getUTCDate() + 1);
  return { start, end: next.getTime() };
}

/** The first instant that a FHIR dateTime stands for, as an `instant` in UTC; a full one is given back unchanged. */
export function instantFrom(value: string): string | undefined {
  if (value.includes('T')) return value;
  const interval = intervalOf(value);
  return interval === undefined ? undefined : new Date(interval.start).toISOString().replace('.000Z', 'Z');
}
