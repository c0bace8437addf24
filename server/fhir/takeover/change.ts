/** `$import-change`: what is done with a take-over; the states from which each action leads, as a table. */
import { importActions, type ImportAction } from '../../../mappings/import-operations.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { livingStates } from '../../store/feed-types.ts';
import type { StoredTakeover, TakeoverContent, TakeoverState } from '../../store/types.ts';
import type { Pair } from '../../search/pairs.ts';
import type { Call, Handler } from '../interaction.ts';
import type { Services } from '../services.ts';
import { isDay } from './begin.ts';
import { replyOf } from './status.ts';
import { askedTakeover, required, viewerOf } from './viewer.ts';

/** From which states an action leads, and where to. What is there already stays. */
const steps: Readonly<Record<ImportAction, { from: readonly TakeoverState[]; to?: TakeoverState }>> = {
  pause: { from: ['running', 'paused'], to: 'paused' },
  resume: { from: ['paused', 'running'], to: 'running' },
  complete: { from: ['running', 'paused', 'done'] },
  cancel: { from: ['unconfirmed', 'running', 'paused', 'cancelled'], to: 'cancelled' },
  confirm: { from: ['unconfirmed'], to: 'running' },
};

/** Taken back at once. */
const batch = 200;

export const changeImport: Handler = async (call, services) => {
  const { takeover, pairs } = await askedTakeover(call, services, ['action', 'on', 'reference']);
  const action = required(pairs, 'action') as ImportAction;
  if (!importActions.includes(action))
    throw new IssueError({ key: 'takeover-value', values: { name: 'action', detail: importActions.join(', ') } });
  const { from, to = takeover.state } = steps[action];
  if (!from.includes(takeover.state))
    throw new IssueError({ key: 'takeover-state', values: { state: takeover.state, action } });
  const content = contentAfter(takeover, action, pairs, call, services);
  const changed = await services.store.takeovers.change(
    takeover.id,
    takeover.version,
    { state: to, content },
    services.now(),
  );
  if (!changed) throw new IssueError({ key: 'takeover-state', values: { state: takeover.state, action } });
  if (action === 'cancel') await takeBack(takeover.id, call, services);
  if (action === 'resume' || action === 'cancel') {
    await services.store.takeovers.wake(takeover.id, services.now());
    services.wakeFeed?.();
  }
  const { headers: _, ...reply } = await replyOf(changed, call.caller, services);
  return { ...reply, status: 200 };
};

/** @throws IssueError takeover-administrator, takeover-value, operation-parameter-required */
function contentAfter(
  { content }: StoredTakeover,
  action: ImportAction,
  pairs: readonly Pair[],
  { caller }: Call,
  { now }: Services,
): TakeoverContent {
  if (action === 'complete') return { ...content, isComplete: true };
  if (action !== 'confirm') return content;
  if (caller.isAdministrator !== true) throw new IssueError({ key: 'takeover-administrator' });
  const [on, reference] = [required(pairs, 'on'), required(pairs, 'reference').slice(0, 200)];
  const at = now().toISOString();
  // A day may have begun further east.
  if (!isDay(on) || Date.parse(on) > now().getTime() + 14 * 3_600_000)
    throw new IssueError({ key: 'takeover-value', values: { name: 'on', detail: 'yyyy-mm-dd' } });
  return { ...content, confirmation: { on, reference, person: caller.personId, at } };
}

/** What was not sent. One that is being sent, or may have been, comes to its end by itself. */
async function takeBack(takeoverId: string, { caller }: Call, { store, now }: Services): Promise<void> {
  const { structure } = viewerOf(caller);
  for (let offset = 0; ;) {
    const states = [...livingStates, 'proposed' as const];
    const { items } = await store.feed.search({ structure }, { takeoverId, states }, { offset, count: batch });
    if (items.length === 0) return;
    for (const { id, state } of items) {
      const action = state === 'proposed' ? 'decline' : 'cancel';
      const acted = await store.feed.act(id, { structure }, action, now());
      // Those that could not be taken back stay among those that are found.
      if (acted?.changed !== true) offset++;
    }
  }
}
