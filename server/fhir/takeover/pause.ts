/** What a paused take-over keeps from being sent: its items come to no attempt until it goes on (`TakeoverStore.wake`). */
import type { Attempted } from '../../feed/types.ts';
import type { ClaimedItem } from '../../store/types.ts';
import type { Services } from '../services.ts';

/** How soon it is looked at again, should nobody have woken it. Seconds. */
const lookAgain = 600;

export async function pausedBy(
  { takeoverId, isUncertain }: ClaimedItem,
  { store }: Pick<Services, 'store'>,
): Promise<Attempted | undefined> {
  if (takeoverId === undefined || (await store.takeovers.stateOf(takeoverId)) !== 'paused') return undefined;
  const reason = 'takeover-paused';
  return { state: 'deferred', reason, result: { issues: [{ key: reason }] }, isUncertain, seconds: lookAgain };
}
