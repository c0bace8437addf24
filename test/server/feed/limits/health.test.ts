import { describe, expect, it } from 'vitest';
import { afterAnswer } from '../../../../server/feed/limits/health.ts';
import type { DmpHealth } from '../../../../server/store/types.ts';

const rules = { FEED_SLOW_MS: 1000, FEED_BREAKER_FAILURES: 3, FEED_BREAKER_SECONDS: 30 };
const well: DmpHealth = { factor: 1, failures: 0, openings: 0 };
const second = (n: number) => new Date(Date.UTC(2026, 0, 5) + n * 1000);
type Answer = readonly [outcome: 'ok' | 'refused' | 'failed', ms: number, at: number];

const after = (answers: readonly Answer[], from = well, under = rules): DmpHealth =>
  answers.reduce((health, [outcome, ms, at]) => afterAnswer(health, outcome, ms, second(at), under), from);
const times = (n: number, answer: (i: number) => Answer): Answer[] => Array.from({ length: n }, (_, i) => answer(i));

describe('the pace', () => {
  it('is halved by a failure, once for what was under way together, and never below an eighth', () => {
    expect(after([['failed', 1, 0]]).factor).toBe(0.5);
    expect(after(times(9, (i) => ['failed', 1, i])).factor).toBe(0.5);
    expect(after(times(50, (i) => ['failed', 1, i * 10])).factor).toBe(1 / 8);
  });
  it('recovers a step with each answer, a refusal too, up to the whole', () => {
    const cut = after([['failed', 1, 0]]);
    expect(after([['ok', 1, 1]], cut).factor).toBeCloseTo(0.55);
    expect(after([['refused', 1, 1]], cut).factor).toBeCloseTo(0.55);
    expect(
      after(
        times(30, (i) => ['ok', 1, i]),
        cut,
      ).factor,
    ).toBe(1);
  });
  it('is halved when answers grow slow, not by one that is', () => {
    const quick = after([['ok', 100, 0]]);
    expect(after([['ok', 4000, 1]], quick).factor).toBe(1);
    expect(
      after(
        times(5, (i) => ['ok', 4000, i]),
        quick,
      ).factor,
    ).toBe(0.5);
    expect(
      after(
        times(5, (i) => ['ok', 4000, i * 11]),
        quick,
      ).factor,
    ).toBeLessThan(0.5);
    expect(
      after(
        times(5, (i) => ['ok', 4000, i]),
        quick,
        { ...rules, FEED_SLOW_MS: 0 },
      ).factor,
    ).toBe(1);
  });
  it('what failed says nothing of how fast it answers', () => {
    expect(after([['ok', 100, 0], ['failed', 30_000, 1]]).latencyMs).toBe(100); // prettier-ignore
  });
});

describe('the breaker', () => {
  const failing = (n: number, from = 0): Answer[] => times(n, (i) => ['failed', 1, from + i]);

  it('opens after so many failures in a row', () => {
    expect(after(failing(2)).openUntil).toBeUndefined();
    expect(after(failing(3)).openUntil).toEqual(second(2 + 30));
  });
  it('refusals and answers in between begin anew', () => {
    for (const outcome of ['ok', 'refused'] as const)
      expect(after([...failing(2), [outcome, 1, 2], ...failing(2, 3)]).openUntil).toBeUndefined();
  });
  it('a failure of what was sent before changes nothing while it is open', () => {
    expect(after(failing(9)).openUntil).toEqual(second(2 + 30));
  });
  it('a probe that fails opens it twice as long, up to sixteen times; one that is answered closes it', () => {
    let health = after(failing(3));
    for (const seconds of [60, 120, 240, 480, 480]) {
      const probed = new Date(health.openUntil!.getTime() + 1000);
      health = afterAnswer({ ...health, probeUntil: probed }, 'failed', 1, probed, rules);
      expect(health.openUntil?.getTime()).toBe(probed.getTime() + seconds * 1000);
      expect(health.probeUntil).toBeUndefined();
    }
    for (const outcome of ['ok', 'refused'] as const) {
      const closed = afterAnswer(health, outcome, 1, second(9999), rules);
      expect(closed).toMatchObject({ failures: 0, openings: 0 });
      expect(closed.openUntil).toBeUndefined();
      expect(closed.probeUntil).toBeUndefined();
    }
  });
  it('never opens when told so', () => {
    expect(after(failing(50), well, { ...rules, FEED_BREAKER_FAILURES: 0 }).openUntil).toBeUndefined();
  });
});
