/**
 * Dates of FHIR search: a written date stands for the interval that its precision covers. A value without zone is read
 * as UTC, the zone of the registry, on both sides of a comparison.
 * FHIR R4 search.html#date, datatypes.html#dateTime.
 */

/** [start, end) in epoch milliseconds; ±Infinity when open. */
export interface Interval {
  start: number;
  end: number;
}

const form =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * The interval that a FHIR date, dateTime or instant covers.
 * @returns undefined when the text is not one, or names a day that does not exist
 */
export function intervalOf(text: string): Interval | undefined {
  const m = form.exec(text);
  if (!m) return undefined;
  const [, y, mo, d, h, mi, s, fraction, zone] = m;
  const year = Number(y);
  const month = mo === undefined ? 1 : Number(mo);
  const day = d === undefined ? 1 : Number(d);
  const [hour, minute, second] = [Number(h ?? 0), Number(mi ?? 0), Number(s ?? 0)];
  if (year === 0 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const at = (yy: number, mm: number, dd: number): number => new Date(0).setUTCFullYear(yy, mm, dd);
  const midnight = at(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  if (mo === undefined) return { start: midnight, end: at(year + 1, 0, 1) };
  if (d === undefined) return { start: midnight, end: at(year, month, 1) };
  if (h === undefined) return { start: midnight, end: midnight + 86_400_000 };
  const offset = offsetOf(zone);
  if (offset === undefined) return undefined;
  const digits = (fraction ?? '').slice(0, 3);
  const start = midnight + ((hour * 60 + minute) * 60 + second) * 1000 + Number(digits.padEnd(3, '0')) - offset;
  const width = s === undefined ? 60_000 : fraction === undefined ? 1000 : 10 ** (3 - digits.length);
  return { start, end: start + width };
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
