/** What closes a lane of a structure, on a real database. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../../server/config.ts';
import { createLimits } from '../../../../server/feed/limits/index.ts';
import type { Limits } from '../../../../server/feed/types.ts';
import { onlyPrimary } from '../../../../server/registry/primary.ts';
import { openTestStore, type TestStore } from '../../../support/store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());
beforeEach(() => test.database.query('DELETE FROM feed_limit'));

const structure = '1990100109';
/** A Wednesday morning in Paris; years away from the database's clock. */
const working = new Date('2031-11-26T10:00:00+01:00');
const limitsOf = (settings: Record<string, string> = {}, now = working): Limits => {
  const config = loadConfig({ FEED_BREAKER_FAILURES: '2', ...settings });
  return createLimits({ config, store: test.store, structures: onlyPrimary(config), now: () => now });
};
const turn = (limits: Limits, documents = 1) => limits.turn(structure, { lane: 'live', patienceMs: 60_000, documents });
const untilMs = async (limits: Limits, now = working): Promise<number> =>
  (await limits.pauseOf(structure, 'live'))!.until.getTime() - now.getTime();

it('working hours close the take-over, until they end, and never what somebody waits for', async () => {
  const limits = limitsOf();
  expect(await limits.pauseOf(structure, 'takeover')).toEqual({
    reason: 'feed-window',
    until: new Date('2031-11-26T20:00:00+01:00'),
  });
  expect(await limits.pauseOf(structure, 'live')).toBeUndefined();
  const evening = limitsOf({}, new Date('2031-11-26T20:00:00+01:00'));
  expect(await evening.pauseOf(structure, 'takeover')).toBeUndefined();
});

describe('both lanes are closed', () => {
  it('by the daily cap, until midnight in Paris, told by the clock of here', async () => {
    const limits = limitsOf({ FEED_DAILY_CAP: '3' });
    await turn(limits, 2);
    expect(await limits.pauseOf(structure, 'live')).toBeUndefined();
    await turn(limits);
    const pause = await limits.pauseOf(structure, 'live');
    expect(pause?.reason).toBe('feed-daily-cap');
    expect(await untilMs(limits)).toBeGreaterThan(0);
    expect(await untilMs(limits)).toBeLessThanOrEqual(25 * 3_600_000);
    expect(await limits.stateOf(structure)).toMatchObject({ today: 3, dailyCap: 3 });
    // Of this structure alone, and of nobody who has no cap.
    expect(await limits.pauseOf('1990300444', 'live')).toBeUndefined();
    expect(await limitsOf().pauseOf(structure, 'live')).toBeUndefined();
  });

  it('by the breaker, until it is time to try; while one is tried one looks again soon', async () => {
    const limits = limitsOf({ FEED_BREAKER_SECONDS: '60' });
    await turn(limits);
    await limits.report(structure, 'failed', 5);
    expect(await limits.pauseOf(structure, 'live')).toBeUndefined();
    await limits.report(structure, 'failed', 5);
    expect((await limits.pauseOf(structure, 'live'))?.reason).toBe('feed-breaker');
    expect(await untilMs(limits)).toBeGreaterThan(0);
    expect(await untilMs(limits)).toBeLessThanOrEqual(60_000);
    expect(await limits.stateOf(structure)).toMatchObject({ breaker: 'open', failures: 2, factor: 0.5, pace: 2 });

    await test.database.query(`UPDATE feed_limit SET open_until = clock_timestamp() - interval '1 s'`);
    expect(await limits.pauseOf(structure, 'live')).toBeUndefined();
    await turn(limits);
    expect(await limits.pauseOf(structure, 'live')).toEqual({
      reason: 'feed-breaker',
      until: new Date(working.getTime() + 2000),
    });
    expect((await limits.stateOf(structure))?.breaker).toBe('probing');
    await limits.report(structure, 'refused', 5);
    expect(await limits.pauseOf(structure, 'live')).toBeUndefined();
    expect(await limits.stateOf(structure)).toMatchObject({ breaker: 'closed', failures: 0, latencyMs: 5 });
  });
});

it('in the training environment 20 documents a day, unless told otherwise', async () => {
  const cap = async (settings: Record<string, string>): Promise<number | undefined> => {
    const limits = limitsOf(settings);
    await turn(limits, 0);
    return (await limits.stateOf(structure))?.dailyCap;
  };
  expect(await cap({})).toBeUndefined();
  expect(await cap({ ENVIRONMENT: 'training' })).toBe(20);
  expect(await cap({ ENVIRONMENT: 'training', FEED_DAILY_CAP: '0' })).toBeUndefined();
  expect(await cap({ ENVIRONMENT: 'production', FEED_DAILY_CAP: '5' })).toBe(5);
});

it('nothing is known of a structure that has submitted nothing; a region that is none stops the start', async () => {
  expect(await limitsOf().stateOf(structure)).toBeUndefined();
  expect(() => limitsOf({ FEED_HOLIDAYS_REGION: 'FR-00' })).toThrow(ConfigError);
});
