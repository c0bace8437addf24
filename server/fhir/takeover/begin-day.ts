/** The first day of a take-over, which was announced: nothing of it is sent before that begins, by the wall clock of TIME_ZONE. */
import type { Config } from '../../config.ts';

/** The wall clock of a zone, `yyyy-mm-dd hh:mm:ss`. */
const wallClock = (at: Date, timeZone: string): string => at.toLocaleString('sv-SE', { timeZone });

/** `yyyy-mm-dd` */
export const dayOf = (at: Date, { TIME_ZONE }: Pick<Config, 'TIME_ZONE'>): string =>
  wallClock(at, TIME_ZONE).slice(0, 10);

/** When a day (`yyyy-mm-dd`) begins there. */
export function startOf(day: string, { TIME_ZONE }: Pick<Config, 'TIME_ZONE'>): Date {
  const utc = Date.parse(day);
  const offset = Date.parse(`${wallClock(new Date(utc), TIME_ZONE).replace(' ', 'T')}Z`) - utc;
  return new Date(utc - offset);
}
