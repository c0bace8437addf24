/** Public holidays of France and its parts, from the `date-holidays` tables. */
import Holidays from 'date-holidays';
import { settingError } from '../../config.ts';

/** Whether a date (`yyyy-mm-dd`) is a public holiday. */
export type IsHoliday = (date: string) => boolean;

/**
 * @param region `FR`, `FR-57`, `NC`… as FEED_HOLIDAYS_REGION says; `none`: no day is one
 * @throws ConfigError
 */
export function holidaysOf(region: string): IsHoliday {
  if (region === 'none') return () => false;
  const [country = '', part, ...rest] = region.split('-');
  const tables = new Holidays();
  const parts = tables.getStates(country) as Record<string, string> | undefined; // its types promise one too many
  const isKnown =
    Object.hasOwn(tables.getCountries(), country) && (part === undefined || Object.hasOwn(parts ?? {}, part));
  if (!isKnown || rest.length > 0) throw settingError('FEED_HOLIDAYS_REGION', 'names no region that is known');
  if (part === undefined) tables.init(country);
  else tables.init(country, part);
  const years = new Map<string, ReadonlySet<string>>();
  return (date) => {
    const year = date.slice(0, 4);
    const known = years.get(year) ?? new Set(publicDays(tables, Number(year)));
    years.set(year, known);
    return known.has(date);
  };
}

const publicDays = (tables: Holidays, year: number): string[] =>
  tables.getHolidays(year).flatMap(({ type, date }) => (type === 'public' ? [date.slice(0, 10)] : []));
