import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { dayOf, startOf } from '../../../server/fhir/takeover/begin-day.ts';
import { heldBy } from '../../../server/fhir/takeover/held.ts';
import type { Services } from '../../../server/fhir/services.ts';
import type { ClaimedItem, TakeoverState } from '../../../server/store/types.ts';

const config = loadConfig({ TIME_ZONE: 'Europe/Paris' });

describe('the first day of a take-over', () => {
  it.each([
    ['Europe/Paris', '2026-12-01', '2026-11-30T23:00:00.000Z'],
    ['Europe/Paris', '2026-07-14', '2026-07-13T22:00:00.000Z'],
    ['America/Martinique', '2026-12-01', '2026-12-01T04:00:00.000Z'],
    ['Indian/Reunion', '2026-12-01', '2026-11-30T20:00:00.000Z'],
  ])('in %s begins with the wall clock: %s', (TIME_ZONE, day, start) => {
    expect(startOf(day, { TIME_ZONE }).toISOString()).toBe(start);
    expect(dayOf(new Date(start), { TIME_ZONE })).toBe(day);
    expect(dayOf(new Date(Date.parse(start) - 1000), { TIME_ZONE }) < day).toBe(true);
  });

  const held = (at: string, state: TakeoverState) => {
    const takeovers = { stateOf: () => Promise.resolve({ state, begin: '2026-12-01' }) };
    const services = { config, now: () => new Date(at), store: { takeovers } } as unknown as Services;
    return heldBy({ takeoverId: 't', isUncertain: false } as ClaimedItem, services);
  };

  it('is waited for: nothing is sent before it', async () => {
    expect(await held('2026-11-30T22:59:00Z', 'running')).toMatchObject({
      ...{ state: 'deferred', reason: 'takeover-not-begun', seconds: 60 },
    });
    expect(await held('2026-11-30T23:00:00Z', 'running')).toBeUndefined();
    expect(await held('2026-11-20T00:00:00Z', 'paused')).toMatchObject({ reason: 'takeover-paused' });
    expect(await held('2026-11-20T00:00:00Z', 'cancelled')).toMatchObject({ reason: 'takeover-cancelled' });
  });
});
