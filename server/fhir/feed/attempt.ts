/**
 * An attempt at a deposit of the feed: the very deposit that the synchronous door makes, in the name of whoever asked for it, as far
 * as they still may. What came of it is kept as ids and issues, never as sentences: each reader has a language.
 */
import type { Bundle } from '@medplum/fhirtypes';
import { errorRow } from '../../../mappings/errors.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { CallerSnapshot } from '../../auth/snapshot.ts';
import { DmpError } from '../../dmp/types.ts';
import type { Attempt, Attempted } from '../../feed/types.ts';
import type { ClaimedItem } from '../../store/types.ts';
import type { Attempt as Progress } from '../deposit/attempt.ts';
import { submitBundle } from '../deposit/bundle.ts';
import { depositOne, type DepositOptions } from '../deposit/one.ts';
import { toProblem } from '../outcome.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import type { DepositResult } from '../task/result.ts';
import { readContent, type FeedContent } from './content.ts';
import { heldBy } from '../takeover/held.ts';
import { recordAttempt, type Noted } from './on-record.ts';

/** Nothing was sent, and nothing is wrong: the limits have no room now (`server/feed/limits`). */
const deferrals: ReadonlySet<string> = new Set(['feed-pace', 'feed-daily-cap', 'feed-breaker', 'feed-window']);

/** @param services not yet of a structure: each attempt has the view of its own */
export function createAttempt(services: Services): Attempt {
  return async (item, signal) => {
    const content = readContent(item.content);
    if (!content) return refused('feed-unreadable', item);
    const withdrawn = withdrawal(content.caller, services);
    if (withdrawn !== undefined) return refused(withdrawn, item);
    const held = await heldBy(item, services);
    if (held) return held;
    const { id, lane, createdAt, isUncertain } = item;
    const progress: Progress = { seed: id, lane, at: createdAt, isUncertain, signal };
    const caller = callerOf(content.caller, services);
    let noted: Noted = {};
    const note = (facts: Noted): void => void (noted = { ...noted, ...facts });
    const view = { ...services, note, store: services.store.as(caller.structure.id) };
    try {
      const done = await deposit(item, content, caller, progress, view);
      signal.throwIfAborted();
      await recordAttempt(item, content, caller, { ...done, noted }, view);
      return { state: 'delivered', result: done.result };
    } catch (error) {
      // Whoever has it now says what became of it.
      signal.throwIfAborted();
      const failed = failureOf(error, progress, view);
      const isOnRecord = await recordAttempt(item, content, caller, { ...failed, noted }, view).then(
        () => true,
        () => false,
      );
      return isOnRecord ? failed : { ...failed, canRetry: true };
    }
  };
}

/** What came of a deposit. */
interface Done {
  state: 'delivered';
  /** What the synchronous door would have answered. */
  status: number;
  result: DepositResult;
}

async function deposit(
  { kind, lane }: ClaimedItem,
  { body, requestId, ifNoneExist, decided }: FeedContent,
  caller: Caller,
  attempt: Progress,
  services: Services,
): Promise<Done> {
  const options: DepositOptions = { attempt, lane, decided, ...(requestId === undefined ? {} : { requestId }) };
  if (kind === 'document') {
    const given = { ...options, ...(ifNoneExist === undefined ? {} : { ifNoneExist }) };
    const { status, id, setId, issues } = await depositOne(body, services, caller, given);
    const documents = id === undefined ? [] : [id];
    return {
      state: 'delivered',
      status,
      result: { issues, documents, rules: decided, ...(setId === undefined ? {} : { set: setId }) },
    };
  }
  const { submitted, response, issues } = await submitBundle(body, services, caller, options);
  const { setId, payload, created } = submitted;
  const documents = payload.documents.map((d) => d.id);
  const result = { issues, documents, rules: decided, set: setId, response: withoutWords(response) };
  return { state: 'delivered', status: created ? 201 : 200, result };
}

/** Statuses and locations: what there is to say stands in the issues. */
const withoutWords = (bundle: Bundle): Bundle => ({
  ...bundle,
  entry: bundle.entry?.map(({ resource: _, response: { outcome: _o, ...response } = { status: '' }, ...entry }) => ({
    ...entry,
    response,
  })),
});

/** Why nothing may be done in the caller's name any more. */
function withdrawal({ clientId, structure }: CallerSnapshot, { structures, isBarred }: Services): string | undefined {
  if (structures.of(structure.id) === undefined) return 'feed-structure';
  return isBarred?.(clientId, structure.id) ? 'feed-client' : undefined;
}

/**
 * The caller as of now: the structure by its name of today; and a person's session, which lets the DMP be asked in their name, is
 * over some time after they logged in, while the structure goes on feeding.
 */
function callerOf(kept: CallerSnapshot, services: Services): Caller {
  const { id, name, sector } = structureOf(kept, services);
  const sessionEnd = kept.authenticatedAt.getTime() + services.config.SUBSCRIPTION_SESSION_SECONDS * 1000;
  const { profession, secret, strength, ...caller } = kept;
  return {
    ...caller,
    ...(profession ? { profession } : {}),
    ...(secret ? { secret } : {}),
    structure: { id, name, sector },
    strength: services.now().getTime() < sessionEnd ? strength : 'local',
  };
}

type Failed = Exclude<Attempted, { state: 'delivered' }> & { status: number; result: DepositResult };

const uncertain: Issue = { key: 'feed-uncertain', severity: 'warning' };

function refused(reason: string, { isUncertain }: ClaimedItem): Failed {
  const issues: Issue[] = [{ key: reason }, ...(isUncertain ? [uncertain] : [])];
  return { state: 'failed', status: errorRow(reason).status, reason, result: { issues }, isUncertain, canRetry: false };
}

/**
 * Whether another attempt may fare better, by the error table's word; and a certificate that has ended is renewed: nobody should have to queue
 * again by hand what came meanwhile.
 */
const canHeal = (key: string): boolean => errorRow(key).retry === true || key === 'dmp-tls';

/** What an error comes to. Whether time can heal it, the error table says; what may have arrived must be found out in any case. */
function failureOf(error: unknown, { isUncertain }: Progress, { logger }: Services): Failed {
  const { issues, status } = toProblem(error);
  const wrong = issues.filter((i) => (i.severity ?? 'error') === 'error');
  const [first] = wrong;
  const reason = first?.key ?? 'internal';
  const seconds = Number(first?.values?.['seconds']);
  const common = { reason, status, isUncertain, ...(seconds > 0 ? { seconds } : {}) };
  if (wrong.every((i) => deferrals.has(i.key))) return { ...common, state: 'deferred', result: { issues } };
  const isForeseen = error instanceof IssueError || error instanceof DmpError;
  if (!isForeseen) logger.error({ error: error instanceof Error ? error.name : typeof error }, 'feed: attempt failed');
  const canRetry = !isForeseen || wrong.every((i) => canHeal(i.key)) || (isUncertain && error instanceof DmpError);
  const said = isUncertain && !canRetry ? [...issues, uncertain] : issues;
  return { ...common, state: 'failed', result: { issues: said }, canRetry };
}
