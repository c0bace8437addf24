/**
 * What the DMP's answers do to the pace and to the breaker. The pace follows AIMD (additive increase, multiplicative decrease), as
 * TCP does: it is halved when the DMP fails or grows slow, and recovers a step with each good answer. The breaker opens when it is not
 * there at all; when its time is over one submission alone is tried.
 */
import type { Config } from '../../config.ts';
import type { DmpHealth } from '../../store/limit-types.ts';

export type HealthRules = Pick<Config, 'FEED_SLOW_MS' | 'FEED_BREAKER_FAILURES' | 'FEED_BREAKER_SECONDS'>;

/** The pace never falls below this part of what the settings allow. */
const least = 1 / 8;
/** Part of the pace that each good answer gives back. */
const step = 1 / 20;
/** After a cut, what was sent before it is still being answered: that is no reason for another. Milliseconds. */
const holdMs = 10_000;
/** Weight of the newest answer in the smoothed time. */
const newest = 0.2;
/** The time of an open breaker doubles this many times at most. */
const doublings = 4;

/**
 * @param outcome `refused`: the DMP is there, and says no
 * @param ms that the answer took
 * @param now the clock of the database
 */
export function afterAnswer(
  health: DmpHealth,
  outcome: 'ok' | 'refused' | 'failed',
  ms: number,
  now: Date,
  rules: HealthRules,
): DmpHealth {
  const isFailure = outcome === 'failed';
  const latencyMs = isFailure ? health.latencyMs : smoothed(health.latencyMs, ms);
  const isSlow = rules.FEED_SLOW_MS > 0 && (latencyMs ?? 0) > rules.FEED_SLOW_MS;
  return {
    ...paceAfter(health, isFailure || isSlow, now),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(isFailure ? breakerAfterFailure(health, now, rules) : { failures: 0, openings: 0 }),
  };
}

const smoothed = (before: number | undefined, ms: number): number =>
  before === undefined ? ms : before + newest * (ms - before);

function paceAfter({ factor, slowedAt }: DmpHealth, isBad: boolean, now: Date): Pick<DmpHealth, 'factor' | 'slowedAt'> {
  if (!isBad) return { factor: Math.min(1, factor + step), ...(slowedAt ? { slowedAt } : {}) };
  if (slowedAt && now.getTime() - slowedAt.getTime() < holdMs) return { factor, slowedAt };
  return { factor: Math.max(least, factor / 2), slowedAt: now };
}

function breakerAfterFailure(
  { failures: before, openings, openUntil, probeUntil }: DmpHealth,
  now: Date,
  { FEED_BREAKER_FAILURES: most, FEED_BREAKER_SECONDS: seconds }: HealthRules,
): Pick<DmpHealth, 'failures' | 'openings' | 'openUntil' | 'probeUntil'> {
  const failures = before + 1;
  // Sent before it opened: says nothing new.
  if (openUntil && openUntil > now) return { failures, openings, openUntil, ...(probeUntil ? { probeUntil } : {}) };
  if (most === 0 || (failures < most && !openUntil)) return { failures, openings };
  const ms = seconds * 1000 * 2 ** Math.min(openings, doublings);
  return { failures, openings: openings + 1, openUntil: new Date(now.getTime() + ms) };
}
