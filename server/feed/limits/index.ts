/** The limits towards the DMP (docs/limits.md): pace, daily cap, breaker and slow-down kept in the database, windows by the calendar. */
import type { Config } from '../../config.ts';
import type { Structures } from '../../registry/types.ts';
import type { LimitKey, StoredLimits } from '../../store/limit-types.ts';
import type { Store } from '../../store/types.ts';
import type { Limits, LimitState, Pause } from '../types.ts';
import { afterAnswer } from './health.ts';
import { holidaysOf } from './holidays.ts';
import { takeTurn } from './turns.ts';
import { windowsOf, type Windows } from './windows.ts';

export interface LimitParts {
  config: Config;
  store: Pick<Store, 'limits'>;
  structures: Pick<Structures, 'of'>;
  now: () => Date;
}

/** Documents that the DMP's training environment takes in a day (dmp-wire §8). */
const trainingCap = 20;
/** The answer of what is tried while the breaker is half-open is awaited this much longer than the DMP may take. Milliseconds. */
const probeSlackMs = 5000;
/** While it is being tried, one looks again this soon. */
const probeLookMs = 2000;

/** Documents of a day; undefined: no cap. */
export const dailyCapOf = ({ FEED_DAILY_CAP: cap, ENVIRONMENT }: Config): number | undefined =>
  (cap ?? (ENVIRONMENT === 'training' ? trainingCap : 0)) || undefined;

/** When take-overs may go on. @throws ConfigError */
export const takeoverWindows = (config: Config): Windows =>
  windowsOf({
    timeZone: config.TIME_ZONE,
    windows: config.FEED_TAKEOVER_HOURS,
    workingDays: config.FEED_WORKING_DAYS,
    isHoliday: holidaysOf(config.FEED_HOLIDAYS_REGION),
  });

/** @throws ConfigError */
export function createLimits({ config, store: { limits }, structures, now }: LimitParts): Limits {
  const windows = takeoverWindows(config);
  const dailyCap = dailyCapOf(config);
  const settings = {
    pace: config.FEED_PACE,
    marginMs: config.FEED_PACE_MARGIN_MS,
    probeMs: config.DMP_TIMEOUT_MS + probeSlackMs,
    ...(dailyCap === undefined ? {} : { dailyCap }),
  };
  const keyOf = (structure: string): LimitKey => ({ structure, software: structures.of(structure)?.lps.id ?? '' });

  /** What the database knows closes both lanes; its instants told by the clock of here. */
  function pauseIn(stored: StoredLimits): Pause | undefined {
    const here = (at: Date): Date => new Date(at.getTime() - stored.now.getTime() + now().getTime());
    const { openUntil, probeUntil, today, midnight } = stored;
    if (openUntil && openUntil > stored.now) return { reason: 'feed-breaker', until: here(openUntil) };
    if (openUntil && probeUntil && probeUntil > stored.now)
      return { reason: 'feed-breaker', until: new Date(now().getTime() + probeLookMs) };
    if (dailyCap !== undefined && today >= dailyCap) return { reason: 'feed-daily-cap', until: here(midnight) };
    return undefined;
  }

  return {
    concurrency: config.FEED_CONCURRENCY,

    async pauseOf(structure, lane) {
      const closed = lane === 'takeover' ? windows.closedUntil(now()) : undefined;
      if (closed) return { reason: 'feed-window', until: closed };
      const stored = await limits.read(keyOf(structure));
      return stored && pauseIn(stored);
    },

    turn: (structure, asked) => takeTurn(limits, keyOf(structure), asked, settings),

    report: (structure, outcome, ms) =>
      limits.learn(keyOf(structure), (health, at) => afterAnswer(health, outcome, ms, at, config)),

    async stateOf(structure): Promise<LimitState | undefined> {
      const stored = await limits.read(keyOf(structure));
      if (!stored) return undefined;
      const { factor, failures, latencyMs, openUntil, today, now: at } = stored;
      return {
        ...{ factor, failures, today },
        ...(config.FEED_PACE === 0 ? {} : { pace: config.FEED_PACE * factor }),
        ...(latencyMs === undefined ? {} : { latencyMs }),
        ...(dailyCap === undefined ? {} : { dailyCap }),
        breaker: openUntil === undefined ? 'closed' : openUntil > at ? 'open' : 'probing',
        ...(openUntil === undefined ? {} : { until: openUntil }),
      };
    },
  };
}
