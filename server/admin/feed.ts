/**
 * How the feed of a structure stands, for its administrator: what waits and since when, what went, what failed and what to do about it,
 * what closes a lane now, what waits to be announced. Numbers alone: whose deposits they are, Task says (docs/asynchronous-deposits.md).
 */
import { depositStates } from '../../mappings/feed/task.ts';
import { errorRow, sentence } from '../../mappings/errors.ts';
import type { DocumentStore, FeedLane, FeedStore } from '../store/types.ts';

/** Where it comes from. */
export interface FeedSources {
  feed: Pick<FeedStore, 'backlog' | 'figures'>;
  documents: Pick<DocumentStore, 'depositedBy'>;
  /** What closes a lane now (`Limits`); absent: nothing does. */
  pauseOf?: (structure: string, lane: FeedLane) => Promise<{ reason: string; until: Date } | undefined>;
  now: () => Date;
}

/** A row of the error table, with its sentence in both languages. */
const reasonOf = (reason: string, values: Record<string, number> = {}): { reason: string; fr: string; en: string } => ({
  reason: reason.replace(/^dmp:/, 'dmp-'),
  fr: sentence(errorRow(reason), 'fr', values),
  en: sentence(errorRow(reason), 'en', values),
});
const secondsBetween = (from: Date, to: Date): number =>
  Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));

const none = Object.fromEntries(Object.keys(depositStates).map((state) => [state, 0]));

/** JSON: see `AdminFeed` of `schemas.ts`. */
export async function feedStatus(structure: string, { feed, documents, pauseOf, now }: FeedSources): Promise<object> {
  const at = now();
  const [backlog, { delivered, failed }, [first, ...others]] = await Promise.all([
    feed.backlog(structure),
    feed.figures(structure, at),
    // « Consultation d'annonce »: which they are, a search of DocumentReference says to who may read (`fhir/reminder.ts`).
    documents.depositedBy(structure, { label: 'INVISIBLE_PATIENT' }),
  ]);
  const lanes = await Promise.all(
    backlog.map(async ({ lane, counts, oldest }) => {
      const pause = await pauseOf?.(structure, lane);
      return {
        lane,
        counts: { ...none, ...counts },
        ...(oldest ? { oldest, oldestSeconds: secondsBetween(oldest, at) } : {}),
        ...(pause
          ? { pause: { ...reasonOf(pause.reason, { seconds: secondsBetween(at, pause.until) }), until: pause.until } }
          : {}),
      };
    }),
  );
  return {
    structure,
    at,
    lanes,
    delivered,
    unannounced: first ? { count: 1 + others.length, oldest: first.createdAt } : { count: 0 },
    failed: failed.map(({ reason, ...rest }) => ({ ...reasonOf(reason), ...rest })),
  };
}
