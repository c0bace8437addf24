/**
 * The feed, as the other rooms see it: deposits that are accepted now and submitted when the DMP, its limits and the structure's
 * rules allow. Three parts: `intake` (what is accepted, and how far it was checked), `worker` (what is submitted, when, how often),
 * `limits` (how fast).
 */
import type { Issue } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import type { Pacing } from '../dmp/types.ts';
import type { ClaimedItem, FeedItem, FeedKind, FeedLane } from '../store/feed-types.ts';

/** A deposit to be taken in. */
export interface Intake {
  kind: FeedKind;
  lane: FeedLane;
  /** Any JSON value: a DocumentReference with its content (ITI-105), a Bundle (ITI-65). */
  body: unknown;
  caller: Caller;
  requestId?: string;
  /** Of a conditional create. */
  ifNoneExist?: string;
  takeoverId?: string;
}

/** What became of an intake: on record, or refused by IssueError before anything was kept. */
export interface Accepted {
  item: FeedItem;
  /** False: the very same deposit is in the feed already. */
  isNew: boolean;
  /** Warnings. */
  issues: Issue[];
}

/** How an attempt at a deposit ended. */
export type Attempted =
  | { state: 'delivered'; result: unknown }
  | {
      /** `deferred`: it did not come to an attempt, the limits had no room. */
      state: 'failed' | 'deferred';
      /** Row of the error table. */
      reason: string;
      result: unknown;
      /** It may have arrived all the same. */
      isUncertain: boolean;
      /** Of a failed one: time can heal it. */
      canRetry?: boolean;
      /** How long to wait, when somebody said so. */
      seconds?: number;
    };

/**
 * Makes an attempt. Never rejects for what the DMP or the deposit is to blame for; rejects when the claim is lost (`signal`): then
 * somebody else has the item, nothing is sent or written any more, and what was sent they look up.
 */
export type Attempt = (item: ClaimedItem, signal: AbortSignal) => Promise<Attempted>;

/** Why a lane of a structure is not worked on now. */
export interface Pause {
  /** Row of the error table: `feed-window`, `feed-daily-cap`, `feed-breaker`, `feed-unconfirmed`. */
  reason: string;
  until: Date;
}

/** The limits of a structure towards the DMP, the same for all instances: kept in the database. */
export interface Limits extends Pacing {
  /** What closes a lane now; undefined: it is open. Nothing is used up. */
  pauseOf(structure: string, lane: FeedLane): Promise<Pause | undefined>;
  /** Submissions of a structure that may be under way at once. */
  concurrency: number;
  /** What an administrator sees of a structure's limits; undefined: it has submitted nothing yet. */
  stateOf(structure: string): Promise<LimitState | undefined>;
}

/** The limits of a structure as they stand. */
export interface LimitState {
  /** Submissions a second that are allowed now: FEED_PACE, divided when the DMP is slow or fails; absent: no limit. */
  pace?: number;
  /** 1: the whole of FEED_PACE. */
  factor: number;
  /** Milliseconds that an answer takes, smoothed; absent: none came yet. */
  latencyMs?: number;
  /** Documents submitted in this day of Paris. */
  today: number;
  dailyCap?: number;
  /** `probing`: one submission is being tried. */
  breaker: 'closed' | 'open' | 'probing';
  /** Failures of the DMP in a row. */
  failures: number;
  /** Until when the breaker is open. */
  until?: Date;
}
