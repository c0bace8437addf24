/**
 * `$import-status`: how far a take-over is. It is done when its client has said that nothing more comes and every line is at its end:
 * whoever asks then notes it. 202 while it goes on (R4 async.html).
 */
import { isOver, type StoredTakeover } from '../../store/types.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Handler, Reply } from '../interaction.ts';
import type { Services } from '../services.ts';
import { startOf } from './begin-day.ts';
import { noticeFor } from './notice.ts';
import { asParameters, pendingOf, progressOf, statusParts, type TakeoverStatus } from './show.ts';
import { askedTakeover, viewerOf } from './viewer.ts';

/** How soon to ask again. Seconds. */
const pollSeconds = 5;

export const importStatus: Handler = async (call, services) => {
  const { store, config, now } = services;
  if (oneOf(operationPairs(call, ['takeover']), 'takeover') !== undefined)
    return replyOf((await askedTakeover(call, services)).takeover, call.caller, services);
  const all = await store.takeovers.search(viewerOf(call.caller));
  const parts = [];
  for (const takeover of all) {
    const status = await statusOf(takeover, call.caller, services);
    parts.push({ name: 'takeover', part: statusParts(status, config.fhirBase, now()) });
  }
  return { status: 200, resource: asParameters(parts) };
};

/** The status, as it is answered. */
export async function replyOf(takeover: StoredTakeover, caller: Caller, services: Services): Promise<Reply> {
  const { config, now } = services;
  const status = await statusOf(takeover, caller, services);
  const resource = asParameters(statusParts(status, config.fhirBase, now()));
  if (isOver(status.takeover.state)) return { status: 200, resource };
  return {
    status: 202,
    headers: { 'X-Progress': progressOf(status), 'Retry-After': String(pollSeconds) },
    resource,
  };
}

async function statusOf(takeover: StoredTakeover, caller: Caller, services: Services): Promise<TakeoverStatus> {
  const { store, now } = services;
  const counts = await store.takeovers.counts(takeover.id, now());
  const isAtEnd = takeover.content.isComplete === true && !isOver(takeover.state) && pendingOf(counts) === 0;
  // Somebody who changed it meanwhile is right.
  const ended = isAtEnd && (await store.takeovers.change(takeover.id, takeover.version, { state: 'done' }, now()));
  const current = ended || takeover;
  // One that was being looked at while the pause ended has missed the call.
  if (current.state !== 'paused' && counts.some(({ reason }) => reason === 'takeover-paused')) {
    await store.takeovers.wake(current.id, now());
    services.wakeFeed?.();
  }
  const pause = await pauseOf(current, caller, services);
  const notice = current.state === 'unconfirmed' ? noticeFor(current, caller, services) : undefined;
  return { takeover: current, counts, ...(pause ? { pause } : {}), ...(notice ? { notice } : {}) };
}

async function pauseOf(
  { state, content }: StoredTakeover,
  { structure }: Caller,
  { limits, config, now }: Services,
): Promise<TakeoverStatus['pause']> {
  if (state === 'paused') return { reason: 'takeover-paused' };
  const until = startOf(content.begin, config);
  if (state === 'running' && now() < until) return { reason: 'takeover-not-begun', until };
  return state === 'running' ? limits?.pauseOf(structure.id, 'takeover') : undefined;
}
