/**
 * The feed's contract: deposits that were accepted to be submitted later. What is accepted is durable: committed with its place in
 * the line before the caller is told. Everything that identifies a person is encrypted at rest; the request is forgotten once
 * it has come through.
 */
import type { Ins } from './types.ts';

/** `live`: what a caller waits for; `takeover`: documents of the past, fed outside working hours. */
export type FeedLane = 'live' | 'takeover';

/** A single document (ITI-105) or a set (ITI-65). */
export type FeedKind = 'document' | 'set';

/**
 * - `proposed`: outside the structure's feeding rules, kept for a person to release;
 * - `queued`: in line;
 * - `active`: an attempt is under way;
 * - `waiting`: an attempt failed in a way that may pass, the next comes at `nextAt`;
 * - `delivered`: the DMP has it;
 * - `refused`: for good, for `reason`; may be queued again by hand once its cause is gone;
 * - `exhausted`: given up after all attempts; may be queued again by hand;
 * - `cancelled`: taken back before it was sent;
 * - `declined`: proposed, and not released.
 */
export type FeedState =
  'proposed' | 'queued' | 'active' | 'waiting' | 'delivered' | 'refused' | 'exhausted' | 'cancelled' | 'declined';

/** States in which an item still has a way to go, and its patient's later items wait for it. */
export const livingStates = ['queued', 'active', 'waiting'] as const satisfies readonly FeedState[];
/** States from which a person may queue it again. */
export const deadStates = ['refused', 'exhausted'] as const satisfies readonly FeedState[];
/** States in which nothing more happens by itself. */
export const endedStates = [
  'delivered',
  'cancelled',
  'declined',
  ...deadStates,
] as const satisfies readonly FeedState[];

/** Who may see an item; each is kept as a keyed hash. */
export interface FeedOwner {
  /** Struct_IdNat. */
  structure: string;
  clientId: string;
  personId: string;
}

export interface NewFeedItem {
  owner: FeedOwner;
  patientId: string;
  lane: FeedLane;
  kind: FeedKind;
  state: 'queued' | 'proposed';
  /** Row of the error table or of the rules: why it is proposed. */
  reason?: string;
  takeoverId?: string;
  /** uniqueIds of its documents: two living items never have one in common. */
  uniqueIds: readonly string[];
  /** SHA-256 (hex) of the request as it is kept: tells “the same again” from “something else”. */
  digest: string;
  /** octets of the request */
  size: number;
  /** Any JSON, as `FeedItem.result`: what is to say of it before it was ever tried. */
  result?: unknown;
  /** Any JSON: the request and in whose name it is made; encrypted at rest, forgotten once delivered, cancelled or declined. */
  content: unknown;
}

export interface FeedItem {
  /** `Task.id`: opaque, random. */
  id: string;
  patientId: string;
  ins: Ins;
  lane: FeedLane;
  kind: FeedKind;
  state: FeedState;
  reason?: string;
  takeoverId?: string;
  /** Its place in the line: grows. */
  place: bigint;
  size: number;
  /** Any JSON: what came of it (issues, ids, the DMP's answer); encrypted at rest. */
  result?: unknown;
  attempts: number;
  /** An attempt was sent whose outcome is not known: it is looked up before it is sent again. */
  isUncertain: boolean;
  /** When the next attempt may come. */
  nextAt?: Date;
  /** `meta.versionId`: grows at every change that its owner can see. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
  finishedAt?: Date;
}

/** An item that one instance works on. */
export interface ClaimedItem extends FeedItem {
  owner: FeedOwner;
  /** Undefined when it was altered in the database: it cannot be submitted. */
  content: unknown;
  /** Names the claim: what is saved under another changes nothing. */
  claim: string;
}

/** Whose items are asked for: those of the structure, or only those of one client, or of one person through it. */
export interface FeedViewer {
  structure: string;
  clientId?: string;
  personId?: string;
}

export interface FeedFilter {
  ids?: readonly string[];
  states?: readonly FeedState[];
  patientIds?: readonly string[];
  lanes?: readonly FeedLane[];
  kinds?: readonly FeedKind[];
  takeoverId?: string;
  reasons?: readonly string[];
  createdFrom?: Date;
  createdUntil?: Date;
  updatedFrom?: Date;
  updatedUntil?: Date;
}

export interface FeedPage {
  items: FeedItem[];
  /** How many match in all; absent behind the first page (`after`), for which it was counted. */
  total?: number;
}

/** What an attempt came to. */
export type FeedOutcome =
  | { state: 'delivered'; result: unknown }
  /** @param isUncertain it may have arrived: looked up when it is queued again */
  | { state: 'refused' | 'exhausted'; reason: string; result: unknown; isUncertain?: boolean }
  /** @param attempted false: it did not come to an attempt (window closed, no turn), which counts for nothing */
  | { state: 'waiting'; reason: string; nextAt: Date; attempted: boolean; isUncertain: boolean; result?: unknown };

/** What the operator sees of one lane of one structure. */
export interface FeedBacklog {
  lane: FeedLane;
  counts: Readonly<Partial<Record<FeedState, number>>>;
  /** When the oldest that still has a way to go was accepted. */
  oldest?: Date;
}

/** What came of a structure's items. */
export interface FeedFigures {
  /** Delivered in the last hour, and in the last 24. */
  delivered: { hour: number; day: number };
  /** What failed and is still kept, by why: most first. */
  failed: { state: (typeof deadStates)[number]; reason: string; count: number; last: Date }[];
}

/**
 * The feed's table and its queue (pg-boss on the same database), always written together, in one transaction. Of one
 * patient of one structure, one item of a lane is worked on at a time, in the order of their places.
 */
export interface FeedStore {
  /**
   * Takes an item in. Committed when it resolves.
   * @returns `new`; `same`: an item that lives or is proposed has the same uniqueIds and digest; `conflict`: one has one of the
   * uniqueIds and is another (its id only when it is the owner's own)
   */
  accept(item: NewFeedItem, now: Date): Promise<{ outcome: 'new' | 'same' | 'conflict'; item?: FeedItem }>;
  /** The same for many, in one transaction; one answer each, in the same order. */
  acceptAll(
    items: readonly NewFeedItem[],
    now: Date,
  ): Promise<{ outcome: 'new' | 'same' | 'conflict'; item?: FeedItem }[]>;
  byId(id: string, viewer: FeedViewer): Promise<FeedItem | undefined>;
  /**
   * Newest first, unless `oldestFirst`. `total` counts all that match.
   * @param page.after only what comes behind this one
   */
  search(
    viewer: FeedViewer,
    filter: FeedFilter,
    page: {
      offset: number;
      count: number;
      oldestFirst?: boolean;
      after?: Pick<FeedItem, 'createdAt' | 'id'>;
    },
  ): Promise<FeedPage>;
  /**
   * What a person does with an item.
   * - `cancel`: `queued`, `waiting` (unless its outcome is not known) → `cancelled`;
   * - `requeue`: `refused`, `exhausted` → `queued`, at the end of its patient's line;
   * - `release`: `proposed` → `queued`; `decline`: `proposed` → `declined`.
   * @param reason row of the error table
   * @param more.version only when this is its version
   * @param more.result what is said of it, in place of what was; encrypted at rest
   * @returns the item as it is then, and whether this call changed it; undefined when unknown to the viewer
   */
  act(
    id: string,
    viewer: FeedViewer,
    action: 'cancel' | 'requeue' | 'release' | 'decline',
    now: Date,
    reason?: string,
    more?: { version?: number; result?: unknown },
  ): Promise<{ item: FeedItem; changed: boolean } | undefined>;
  /** Counts by lane and state. @param structure absent: of all */
  backlog(structure?: string): Promise<FeedBacklog[]>;
  figures(structure: string, now: Date): Promise<FeedFigures>;
  /** Of a take-over: counts by state and reason. */
  countsOf(takeoverId: string): Promise<{ state: FeedState; reason?: string; count: number }[]>;
  /**
   * Forgets the requests and results of what ended before an instant.
   * @param most so many at once
   * @returns how many items were removed
   */
  purge(endedBefore: Date, most: number): Promise<number>;
}

/** A lane of a structure (Struct_IdNat). */
export interface FeedLaneOf {
  structure: string;
  lane: FeedLane;
}

/**
 * The worker's side. Of several instances one works on an item at a time, by a lease that it renews; leases and turns go by the
 * database's clock, so that the instances' need not agree.
 */
export interface FeedWork {
  /** The lanes where something may be worked on now. */
  due(): Promise<FeedLaneOf[]>;
  /**
   * Takes the next of a lane.
   * @param by.worker UUID of the instance
   * @param by.concurrency how many of the structure may be active at once, in both lanes and all instances
   */
  claim(
    of: FeedLaneOf,
    by: { worker: string; most: number; concurrency: number; leaseMs: number },
  ): Promise<ClaimedItem[]>;
  /** Prolongs the leases. @returns the claims that are still the instance's */
  renew(worker: string, claims: readonly string[], leaseMs: number): Promise<string[]>;
  /**
   * Ends the work on an item, and gives the next of its line its turn.
   * @returns false when the claim was lost meanwhile: nothing was saved
   */
  finish(item: Pick<ClaimedItem, 'id' | 'claim'>, outcome: FeedOutcome, now: Date): Promise<boolean>;
  /** Makes what lapsed claims held anybody's, its outcome being unknown. @returns how many items */
  takeBack(now: Date): Promise<number>;
  /**
   * Gives those a turn who should have one and have none: nothing that works takes it away, but tables may be restored without their
   * queue. @returns how many
   */
  mend(): Promise<number>;
}
