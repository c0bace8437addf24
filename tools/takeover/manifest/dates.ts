/** Dates as establishments write them: ISO 8601, or French (`31/12/2019`, `31/12/2019 14:05`), which means Paris. */

/** Days of the first dates that a take-over can hold: no document of a living patient is older. */
export const earliest = '1900-01-01';

const french = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2})[:h](\d{2})(?::(\d{2}))?)?$/;
const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const compact = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$/;

const paris = new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Paris', timeZoneName: 'longOffset' });

/** `+01:00` or `+02:00` at a wall-clock time of Paris (in the hour that occurs twice, the second). */
function offsetOfParis(wall: number): string {
  const at = (instant: number): string => {
    const name = paris.formatToParts(instant).find((p) => p.type === 'timeZoneName')?.value ?? 'GMT+01:00';
    return name.slice(3) || '+00:00';
  };
  const hours = (offset: string): number => Number(offset.slice(1, 3)) * 3_600_000;
  return at(wall - hours(at(wall - 3_600_000)));
}

/**
 * A dateTime of FHIR: with its time only when one is written; a time without zone is one of Paris.
 * @returns undefined for what is no date
 */
export function dateTimeOf(written: string): string | undefined {
  const text = written.trim();
  const f = french.exec(text);
  const [, y, mo, d, h, mi, s, zone] = f
    ? [text, f[3], f[2], f[1], f[4], f[5], f[6], undefined]
    : (iso.exec(text) ?? compact.exec(text) ?? []);
  if (y === undefined || mo === undefined || d === undefined) return undefined;
  const pad = (n: string): string => n.padStart(2, '0');
  const day = `${y}-${pad(mo)}-${pad(d)}`;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  if (h === undefined || mi === undefined) return day;
  const time = `${pad(h)}:${mi}:${s ?? '00'}`;
  const wall = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(wall) || Number(h) > 23) return undefined;
  return `${day}T${time}${zone === undefined ? offsetOfParis(wall) : zone.replace(/(\d{2})(\d{2})$/, '$1:$2')}`;
}
