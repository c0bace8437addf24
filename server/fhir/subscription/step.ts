/**
 * The work on one subscription, when its time has come: its handshake, a look into the record, what there is to tell, a sign
 * of life, its end. What comes of it is given back to be saved; of several instances one does it at a time (`claim`).
 */
import { errorRow } from '../../../mappings/errors.ts';
import type { Ins, NumberedEvent, StoredSubscription } from '../../store/types.ts';
import { newsOf } from '../news/news.ts';
import { toProblem } from '../outcome.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { readContent, type SubscriptionContent } from './content.ts';
import { type Deliverer, DeliveryError } from './deliver.ts';
import { eventsOf, interestOf } from './happenings.ts';
import { usesSession } from './read.ts';
import { notification, type NotificationType, reasonOf } from './show.ts';
import { topicOf } from './topics.ts';

export interface Work extends Services {
  deliverer: Deliverer;
  /** [0, 1): spreads the polls of many subscriptions. */
  random: () => number;
}

export interface Done {
  subscription: StoredSubscription;
  /** When somebody must look at it again, undelivered events apart; undefined: never. */
  nextAt?: Date;
}

const mostNotifications = 10;
const defaultMaxCount = 50;
const longestPause = 3_600_000;
/** What the column holds. */
const lastNumber = 2_147_483_647;

/** Does what is due. Called off, it gives back what it has done until then, to be gone on with at once. */
export async function step(given: StoredSubscription, work: Work, signal: AbortSignal): Promise<Done> {
  const s = { ...given };
  try {
    return await advance(s, work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return { subscription: s, nextAt: work.now() };
  }
}

async function advance(s: StoredSubscription, work: Work, signal: AbortSignal): Promise<Done> {
  const content = readContent(s.content);
  const at = (ms: number): Date => new Date(work.now().getTime() + ms);

  const isLiving = (): boolean => s.status === 'requested' || s.status === 'active';
  if (isLiving()) endWithdrawn(s, content, work);
  if (isLiving() && work.now() >= s.endsAt) end(s, content);
  if (s.status === 'requested') await shakeHands(s, content, work, signal);
  const isDue = s.pollAt !== undefined && s.pollAt <= work.now();
  if (s.status === 'active' && isDue && s.ins) await poll(s, s.ins, content, work, signal);
  if (s.status === 'active' && !isWaiting(s, work)) await tell(s, content, work, signal);
  if (s.farewell && !isLiving() && !isWaiting(s, work)) await sayFarewell(s, work, signal);

  if (!isLiving()) return { subscription: s, ...(s.farewell ? { nextAt: s.retryAt ?? at(0) } : {}) };
  const times = [s.endsAt, s.pollAt, s.retryAt ?? s.heartbeatAt].filter((t) => t !== undefined);
  return { subscription: s, nextAt: new Date(Math.min(...times.map((t) => t.getTime()))) };
}

const isWaiting = (s: StoredSubscription, { now }: Work): boolean => s.retryAt !== undefined && s.retryAt > now();

function end(s: StoredSubscription, { caller, topic }: SubscriptionContent): void {
  const found = topicOf(topic);
  const inSession = found !== undefined && usesSession(found, caller);
  stop(s, 'off', reasonOf(inSession ? 'subscription-ended-session' : 'subscription-ended-time'), true);
}

/**
 * In the name of a structure that is in force no more, or for a client that may act for it no more, nothing is asked, and nothing but
 * the end is told.
 * @returns whether it has ended by that
 */
function endWithdrawn(s: StoredSubscription, { caller }: SubscriptionContent, { structures, isBarred }: Work): boolean {
  const { id } = caller.structure;
  const isOver = structures.of(id) === undefined;
  if (!isOver && isBarred?.(caller.clientId, id) !== true) return false;
  stop(s, 'off', reasonOf(isOver ? 'subscription-ended-structure' : 'subscription-ended-client'), true);
  return true;
}

function stop(s: StoredSubscription, status: 'off' | 'error', reason: string, farewell: boolean): void {
  s.status = status;
  s.reason = reason;
  s.farewell = farewell;
  s.pollAt = undefined;
  s.heartbeatAt = undefined;
  s.retryAt = undefined;
  s.failedDeliveries = 0;
}

/** Backport, “REST-Hook”: active after a handshake that was accepted; any error in it: error. */
async function shakeHands(
  s: StoredSubscription,
  content: SubscriptionContent,
  work: Work,
  signal: AbortSignal,
): Promise<void> {
  if (!(await send(s, 'handshake', work, signal))) return stop(s, 'error', reasonOf('subscription-unreachable'), false);
  s.status = 'active';
  s.reason = undefined;
  s.failedDeliveries = 0;
  s.retryAt = undefined;
  beat(s, content, work);
}

function beat(s: StoredSubscription, { heartbeat }: SubscriptionContent, { now }: Work): void {
  s.heartbeatAt = heartbeat === undefined ? undefined : new Date(now().getTime() + heartbeat * 1000);
}

/** A look into the record, in the name of the professional whose session it is. */
async function poll(
  s: StoredSubscription,
  ins: Ins,
  content: SubscriptionContent,
  work: Work,
  signal: AbortSignal,
): Promise<void> {
  const { store, config, now } = work;
  const { id, name, sector } = structureOf(content.caller, work);
  try {
    const requester = { ...content.caller, structure: { id, name, sector } };
    const news = await newsOf(ins, s.since, { requester, signal }, { ...work, store: store.as(id) });
    const events = eventsOf(news, interestOf(s, now()), config.fhirBase);
    // The first look reaches back before the beginning: what was there is remembered, so that it is not told later.
    const isFirst = s.since <= s.startedAt;
    const start = Math.floor(s.startedAt.getTime() / 1000) * 1000;
    const isOld = (e: { at: Date }): boolean => isFirst && e.at.getTime() < start;
    await store.subscriptions.addEvents(s.id, events.filter(isOld), now(), true);
    const added = await store.subscriptions.addEvents(
      s.id,
      events.filter((e) => !isOld(e)),
      now(),
    );
    s.events += added;
    s.since = news.next;
    s.failedPolls = 0;
    s.quietPolls = added > 0 ? 0 : s.quietPolls + 1;
  } catch (error) {
    signal.throwIfAborted();
    if (endWithdrawn(s, content, work)) return;
    const { issues } = toProblem(error);
    const lasting = issues.find((i) => !isPassing(i.key));
    if (lasting) return stop(s, 'error', reasonOf('subscription-refused', lasting.upstream?.code ?? lasting.key), true);
    s.failedPolls += 1;
    work.logger.warn(
      { problems: issues.map((i) => i.key), inARow: s.failedPolls },
      'subscription: no answer of the DMP',
    );
  }
  s.pollAt = new Date(now().getTime() + pauseOf(s, work));
}

/** What may be otherwise later: the DMP's troubles and ours; not its refusals. */
function isPassing(key: string): boolean {
  const { status, retry } = errorRow(key);
  return retry === true || status >= 500;
}

/** After news soon again, then ever later; after failures later still. With ± 20 %, so that many do not come together. */
function pauseOf({ quietPolls, failedPolls }: StoredSubscription, { config, random }: Work): number {
  const floor = config.SUBSCRIPTION_POLL_FLOOR_SECONDS;
  const usual = Math.max(floor, config.SUBSCRIPTION_POLL_SECONDS);
  const calm = Math.min(usual, floor * 2 ** Math.min(quietPolls, 20));
  const seconds = failedPolls === 0 ? calm : Math.min(usual * 4, usual * 2 ** Math.min(failedPolls - 1, 2));
  return Math.max(floor, seconds * (0.8 + 0.4 * random())) * 1000;
}

/** Everything that has not been told, in order, some at a time; a sign of life when there is nothing. */
async function tell(
  s: StoredSubscription,
  content: SubscriptionContent,
  work: Work,
  signal: AbortSignal,
): Promise<void> {
  const { store, now } = work;
  for (let n = 0; n < mostNotifications; n++) {
    const most = content.maxCount ?? defaultMaxCount;
    const events = await store.subscriptions.events(s.id, s.delivered + 1, lastNumber, most);
    const last = events.at(-1);
    if (!last) break;
    if (!(await attempt(s, 'event-notification', work, signal, events))) return;
    s.delivered = last.number;
    s.events = Math.max(s.events, last.number);
    beat(s, content, work);
  }
  if (s.heartbeatAt && s.heartbeatAt <= now() && (await attempt(s, 'heartbeat', work, signal))) beat(s, content, work);
}

/** Told once that it has ended and why (DSUBm “Subscription Deactivation Notification”); not insisted on for ever. */
async function sayFarewell(s: StoredSubscription, work: Work, signal: AbortSignal): Promise<void> {
  const { status, reason } = s;
  if (await attempt(s, 'event-notification', work, signal)) {
    s.farewell = false;
    return;
  }
  // Giving up on the receiver changes nothing of why it ended.
  if (!s.retryAt) s.farewell = false;
  s.status = status;
  s.reason = reason;
}

/** Sends; a failure is tried again later, each time later, and in the end is the subscription's error. */
async function attempt(
  s: StoredSubscription,
  type: NotificationType,
  work: Work,
  signal: AbortSignal,
  events: readonly NumberedEvent[] = [],
): Promise<boolean> {
  const { config, now } = work;
  if (await send(s, type, work, signal, events)) {
    s.failedDeliveries = 0;
    s.retryAt = undefined;
    return true;
  }
  s.failedDeliveries += 1;
  if (s.failedDeliveries > config.SUBSCRIPTION_RETRIES) stop(s, 'error', reasonOf('subscription-unreachable'), false);
  else {
    const pause = config.SUBSCRIPTION_RETRY_SECONDS * 1000 * 2 ** (s.failedDeliveries - 1);
    s.retryAt = new Date(now().getTime() + Math.min(longestPause, pause));
  }
  return false;
}

async function send(
  s: StoredSubscription,
  type: NotificationType,
  { deliverer, config, now, logger }: Work,
  signal: AbortSignal,
  events: readonly NumberedEvent[] = [],
): Promise<boolean> {
  try {
    const bundle = notification(s, type, config.fhirBase, now(), events);
    await deliverer.send(readContent(s.content), bundle, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DeliveryError)) throw error;
    logger.warn({ type, why: error.code, status: error.status }, 'subscription: not delivered');
    return false;
  }
}
