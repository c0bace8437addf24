/**
 * When documents of the past may be submitted: outside working hours, in the establishment's time zone (dmp-wire §8: the DMP prefers
 * hours when nobody works). A working day has its windows; any other day is free altogether.
 */
import type { IsHoliday } from './holidays.ts';

/** Minutes since midnight; what ends before it begins goes on after midnight. */
export interface Window {
  from: number;
  to: number;
}

export interface Schedule {
  timeZone: string;
  /** On working days. */
  windows: readonly Window[];
  /** `mon` … `sun` */
  workingDays: readonly string[];
  isHoliday: IsHoliday;
}

export interface Windows {
  /** When the windows open again; undefined: they are open. */
  closedUntil(now: Date): Date | undefined;
  /** How many seconds they are open from an instant to the end of its local day, and when the next day begins. */
  day(from: Date): { date: string; seconds: number; next: Date };
}

const minuteMs = 60_000;
const dayMinutes = 1440;

const contains = ({ from, to }: Window, minute: number): boolean =>
  from < to ? minute >= from && minute < to : minute >= from || minute < to;

export function windowsOf({ timeZone, windows, workingDays, isHoliday }: Schedule): Windows {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  function local(at: number): { date: string; minute: number; weekday: string } {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const { year, month, day, hour, minute, weekday = '' } = parts;
    return {
      date: `${year}-${month}-${day}`,
      minute: Number(hour) * 60 + Number(minute),
      weekday: weekday.toLowerCase(),
    };
  }
  const isOpenAt = ({ date, minute, weekday }: ReturnType<typeof local>): boolean =>
    !workingDays.includes(weekday) || isHoliday(date) || windows.some((window) => contains(window, minute));
  const isOpen = (at: number): boolean => isOpenAt(local(at));
  const floor = (at: number): number => at - (at % minuteMs);
  let known: { from: number; until: number } | undefined;

  return {
    closedUntil(now) {
      const at = now.getTime();
      if (known && at >= known.from && at < known.until) return new Date(known.until);
      if (isOpen(at)) return undefined;
      // Minute by minute by the wall clock, so that a day of 23 or 25 hours needs no rule of its own: windows come back every day.
      let until = floor(at) + minuteMs;
      while (!isOpen(until)) until += minuteMs;
      known = { from: at, until };
      return new Date(until);
    },

    day(from) {
      const first = local(from.getTime());
      const begin = floor(from.getTime());
      const usual = begin + (dayMinutes - first.minute) * minuteMs;
      let minutes = 0;
      if (local(usual).minute === 0) {
        for (let { minute } = first; minute < dayMinutes; minute++) if (isOpenAt({ ...first, minute })) minutes++;
        return { date: first.date, seconds: minutes * 60, next: new Date(usual) };
      }
      // The clock changes meanwhile.
      for (let at = begin; ; at += minuteMs) {
        const here = local(at);
        if (here.date !== first.date) return { date: first.date, seconds: minutes * 60, next: new Date(at) };
        if (isOpenAt(here)) minutes++;
      }
    },
  };
}
