import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../../server/auth/limiter.ts';

describe('a bucket for each key', () => {
  it('lets a minute’s worth through at once, then as many as come back', () => {
    let now = 0;
    const limiter = createLimiter(6, () => now)!;
    const verdicts = Array.from({ length: 6 }, () => limiter.take('a'));
    expect(verdicts.map((v) => [v.allowed, v.remaining])).toEqual([5, 4, 3, 2, 1, 0].map((n) => [true, n]));
    expect(limiter.take('a')).toEqual({ allowed: false, remaining: 0, wait: 10, reset: 60 });
    expect(limiter.take('b').allowed).toBe(true);
    now = 9_999;
    expect(limiter.take('a')).toMatchObject({ allowed: false, wait: 1 });
    now = 10_001;
    expect(limiter.take('a').allowed).toBe(true);
    expect(limiter.take('a').allowed).toBe(false);
    now = 10_000_000;
    expect(limiter.take('a')).toMatchObject({ allowed: true, remaining: 5, reset: 10 });
  });

  it('a refused request costs nothing: who waits as told is let through', () => {
    let now = 0;
    const limiter = createLimiter(60, () => now)!;
    for (let i = 0; i < 1000; i++) limiter.take('a');
    const { wait } = limiter.take('a');
    now = wait * 1000;
    expect(limiter.take('a').allowed).toBe(true);
  });

  it('remembers a bounded number of keys, the latest', () => {
    const limiter = createLimiter(1, () => 0)!;
    limiter.take('first');
    for (let i = 0; i < 9_999; i++) limiter.take(`k${i}`);
    expect(limiter.take('first').allowed).toBe(false);
    limiter.take('one more');
    expect(limiter.take('first').allowed).toBe(false);
    expect(limiter.take('k0').allowed).toBe(true);
  });

  it('0 is no limit', () => {
    expect(createLimiter(0)).toBeUndefined();
  });
});
