/** What its take-over keeps from being sent: while it is paused an item comes to no attempt, once it is cancelled to none any more. */
import type { Attempted } from '../../feed/types.ts';
import type { ClaimedItem } from '../../store/types.ts';
import type { Services } from '../services.ts';

/** How soon it is looked at again, should nobody have woken it (`TakeoverStore.wake`). Seconds. */
const lookAgain = 600;

export async function heldBy(
  { takeoverId, isUncertain }: ClaimedItem,
  { store }: Pick<Services, 'store'>,
): Promise<Attempted | undefined> {
  const state = takeoverId === undefined ? undefined : await store.takeovers.stateOf(takeoverId);
  const held = (reason: string) => ({ reason, result: { issues: [{ key: reason }] }, isUncertain });
  if (state === 'paused') return { ...held('takeover-paused'), state: 'deferred', seconds: lookAgain };
  // What may have arrived is looked up in any case.
  if (state === 'cancelled' && !isUncertain) return { ...held('takeover-cancelled'), state: 'failed', canRetry: false };
  return undefined;
}
