/**
 * Waiting for a turn. The database books turns that are an interval apart; what is exact there is made exact on the wire here.
 *
 * Why any N + 1 submissions span a second: turns i and i + N begin at least N intervals apart, which is 1 s + margin. A submission never
 * leaves before its turn begins (the wait counts from when the answer of the database is here, which is later than when the database
 * looked at its clock), and never later than the margin after it (the lateness counts from before the database was asked, which is
 * earlier). So the two leave at least 1 s apart, whatever the event loop, the database or the clocks of the instances do.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Turn, TurnRequest } from '../../dmp/types.ts';
import type { LimitKey, LimitStore, TurnAnswer } from '../../store/limit-types.ts';

export interface TurnSettings {
  /** Submissions a second; 0: no limit. */
  pace: number;
  marginMs: number;
  dailyCap?: number;
  /** See `TurnRules`. */
  probeMs: number;
}

/** Off the margin, for what a clock gains on another in a second and for what is rounded. Milliseconds. */
const slackMs = 1;
/** A turn is not booked further ahead (`horizonMs` of the store). */
const mostPatienceMs = 60_000;

const refusals = { pace: 'feed-pace', cap: 'feed-daily-cap', breaker: 'feed-breaker' } as const;

/** Between two turns, in milliseconds; 0: no limit. */
export const intervalOf = ({ pace, marginMs }: Pick<TurnSettings, 'pace' | 'marginMs'>): number =>
  pace === 0 ? 0 : (1000 + marginMs) / pace;

/**
 * Waits for a turn of a structure and software. Live submissions book theirs, in the order in which they ask, or are refused at once when
 * it would come too late; a take-over takes only a turn that nobody has booked, so that a live submission waits for one interval of it
 * at most. A turn whose caller leaves, or comes too late, stays unused.
 * @throws IssueError feed-pace, feed-daily-cap (429), feed-breaker (503), feed-set-over-cap (422); AbortError
 */
export async function takeTurn(
  store: Pick<LimitStore, 'turn'>,
  key: LimitKey,
  { lane, patienceMs, documents, signal }: TurnRequest,
  settings: TurnSettings,
): Promise<Turn> {
  const { marginMs, dailyCap, probeMs } = settings;
  if (dailyCap !== undefined && documents > dailyCap)
    throw new IssueError({ key: 'feed-set-over-cap', values: { documents, cap: dailyCap } });
  const intervalMs = intervalOf(settings);
  const until = performance.now() + Math.min(patienceMs, mostPatienceMs);
  let toCount = documents;
  for (;;) {
    signal?.throwIfAborted();
    const asked = performance.now();
    const left = Math.max(0, until - asked);
    const answer = await store.turn(key, {
      ...{ intervalMs, dailyCap, probeMs, documents: toCount },
      patienceMs: lane === 'live' ? left : 0,
    });
    if (answer.outcome !== 'granted') {
      if (answer.outcome !== 'pace' || lane === 'live' || answer.waitMs >= left) throw refusal(answer, dailyCap);
      await wait(answer.waitMs, signal);
      continue;
    }
    await wait(answer.waitMs, signal);
    const latest = asked + answer.waitMs + marginMs - slackMs;
    const turn: Turn = { isFresh: () => intervalMs === 0 || performance.now() <= latest };
    if (turn.isFresh()) return turn;
    toCount = 0;
  }
}

/** Not less: a timer may fire a little early. */
const wait = async (ms: number, signal: AbortSignal | undefined): Promise<void> => {
  if (ms > 0) await sleep(Math.ceil(ms) + 1, undefined, signal ? { signal } : {});
};

function refusal({ outcome, waitMs }: TurnAnswer, cap = 0): IssueError {
  const key = refusals[outcome as keyof typeof refusals];
  return new IssueError({ key, values: { seconds: Math.max(1, Math.ceil(waitMs / 1000)), cap } });
}
