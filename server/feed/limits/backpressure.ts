/**
 * Back-pressure: while too many live deposits of a structure wait, or the oldest has waited too long, no more are taken in. A queue that
 * grows without end is a promise that is not kept. Take-overs neither count nor are refused: they wait for their windows by nature,
 * and a live deposit goes before them.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Config } from '../../config.ts';
import type { FeedLane } from '../../store/feed-types.ts';
import type { LimitStore } from '../../store/limit-types.ts';

/** @throws IssueError feed-backlog (429), with when to come back */
export type Backpressure = (structure: string, lane: FeedLane) => Promise<void>;

/** How long what was counted is believed, in milliseconds: intakes come in hundreds a second. */
const believedMs = 1000;
/** Seconds after which it is worth asking again. */
const comeBack = 60;

type Seen = Awaited<ReturnType<LimitStore['backlog']>>;

/** @param now milliseconds */
export function createBackpressure(
  config: Pick<Config, 'FEED_BACKLOG_MAX' | 'FEED_BACKLOG_MAX_SECONDS'>,
  store: Pick<LimitStore, 'backlog'>,
  now: () => number = Date.now,
): Backpressure {
  const seen = new Map<string, { at: number; backlog: Promise<Seen> }>();

  /** Asked once for all who come meanwhile. */
  function backlogOf(structure: string): Promise<Seen> {
    const last = seen.get(structure);
    if (last && now() - last.at < believedMs) return last.backlog;
    const backlog = store.backlog(structure);
    seen.set(structure, { at: now(), backlog });
    backlog.catch(() => seen.delete(structure));
    return backlog;
  }

  return async (structure, lane) => {
    if (lane === 'takeover') return;
    const { count, oldestMs } = await backlogOf(structure);
    if (count >= config.FEED_BACKLOG_MAX || oldestMs > config.FEED_BACKLOG_MAX_SECONDS * 1000)
      throw new IssueError({ key: 'feed-backlog', values: { seconds: comeBack } });
  };
}
