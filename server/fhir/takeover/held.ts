/** What its take-over keeps from being sent: before its first day and while it is paused an item comes to no attempt, once it is cancelled to none any more. */
import type { Attempted } from '../../feed/types.ts';
import type { ClaimedItem } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { startOf } from './begin-day.ts';

/** How soon it is looked at again, should nobody have woken it (`TakeoverStore.wake`). Seconds. */
const lookAgain = 600;

export async function heldBy(
  { takeoverId, isUncertain }: ClaimedItem,
  { store, config, now }: Pick<Services, 'store' | 'config' | 'now'>,
): Promise<Attempted | undefined> {
  const takeover = takeoverId === undefined ? undefined : await store.takeovers.stateOf(takeoverId);
  if (!takeover) return undefined;
  const { state, begin } = takeover;
  const held = (reason: string) => ({ reason, result: { issues: [{ key: reason }] }, isUncertain });
  if (state === 'paused') return { ...held('takeover-paused'), state: 'deferred', seconds: lookAgain };
  // What may have arrived is looked up in any case.
  if (state === 'cancelled' && !isUncertain) return { ...held('takeover-cancelled'), state: 'failed', canRetry: false };
  const seconds = Math.ceil((startOf(begin, config).getTime() - now().getTime()) / 1000);
  if (state === 'running' && seconds > 0) return { ...held('takeover-not-begun'), state: 'deferred', seconds };
  return undefined;
}
