/**
 * Times of a CDA (HL7 TS with zone) and of XDS (DTM, always UTC). Precision is kept: a day stays a day.
 *
 * Source: HL7 CDA R2 TS; ITI TF-3 §4.2.3.1.7 (DTM in UTC); CI-SIS « Structuration minimale » (zone mandatory as soon
 * as there is an hour).
 */

const ts = /^(\d{4}(?:\d{2}){0,5})(?:\.\d+)?([+-]\d{2}(?:\d{2})?)?$/;

/** Zone of a time that has an hour but no zone: metropolitan France, where nearly all such documents are made. */
export const defaultZone = 'Europe/Paris';

/** Whether the text is a TS that this module reads: year to second, existing date, optional zone. */
export function isTs(text: string): boolean {
  return parse(text) !== undefined;
}

interface Parts {
  digits: string;
  zone?: string;
  /** as if UTC */
  epoch: number;
}

function parse(text: string): Parts | undefined {
  const found = ts.exec(text);
  const digits = found?.[1];
  if (!found || !digits) return undefined;
  const [y, mo, d, h, mi, s] = [0, 4, 6, 8, 10, 12].map((at, i) =>
    Number(digits.slice(at, i === 0 ? 4 : at + 2) || (i === 1 || i === 2 ? 1 : 0)),
  ) as [number, number, number, number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  date.setUTCHours(h, mi, s);
  // A date that does not exist (month 13, 30 February, 25 h) rolls over: its digits then differ.
  return format(date.getTime()).startsWith(digits) ? { digits, zone: found[2], epoch: date.getTime() } : undefined;
}

/** yyyyMMddHHmmss of an instant, read as UTC. */
function format(epoch: number): string {
  return new Date(epoch).toISOString().replace(/\D/g, '').slice(0, 14);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Offset of a zone at an instant, in minutes. */
function offsetAt(epoch: number, zone: string): number {
  let cached = formats.get(zone);
  if (!cached)
    formats.set(
      zone,
      (cached = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
      })),
    );
  const parts = cached.formatToParts(epoch);
  const get = (type: string): string =>
    (parts.find((p) => p.type === type)?.value ?? '').padStart(type === 'year' ? 4 : 2, '0');
  const local = parse(['year', 'month', 'day', 'hour', 'minute', 'second'].map(get).join(''));
  return Math.round(((local?.epoch ?? epoch) - epoch) / 60_000);
}

function minutes(zone: string): number {
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3) || 0));
}

/**
 * TS → DTM in UTC, same precision (an hour in a zone of half hours gets its minutes; fractions of a second are dropped).
 * @param zone for a time with an hour but without zone
 * @returns undefined when the text is no TS
 */
export function tsToDtm(text: string, zone: string = defaultZone): string | undefined {
  const found = parse(text);
  if (!found) return undefined;
  if (found.digits.length <= 8) return found.digits;
  let offset: number;
  if (found.zone !== undefined) offset = minutes(found.zone);
  else {
    // Twice, for the offset at the local time read as UTC can be that of the other side of a change of hour.
    offset = offsetAt(found.epoch - offsetAt(found.epoch, zone) * 60_000, zone);
  }
  const length = found.digits.length === 10 && offset % 60 !== 0 ? 12 : found.digits.length;
  return format(found.epoch - offset * 60_000).slice(0, length);
}

/**
 * DTM (UTC) → TS in a zone, with its offset; what is no finer than a day is left as it is.
 * @returns undefined when the text is no DTM
 */
export function dtmToTs(dtm: string, zone: string = defaultZone): string | undefined {
  const found = parse(dtm);
  if (!found || (found.zone !== undefined && minutes(found.zone) !== 0)) return undefined;
  if (found.digits.length <= 8) return found.digits;
  let offset = offsetAt(found.epoch, zone);
  if (found.digits.length === 10 && offset % 60 !== 0) offset = 0;
  const sign = offset < 0 ? '-' : '+';
  const two = (n: number): string => String(n).padStart(2, '0');
  const suffix = `${sign}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return format(found.epoch + offset * 60_000).slice(0, found.digits.length) + suffix;
}
