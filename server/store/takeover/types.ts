/**
 * The take-over's contract: documents of the past that a structure feeds apart, by a plan. Each line that it received is on
 * record with what became of it, also when its item is forgotten: nothing of it says who a person is.
 */
import type { FeedState } from '../feed-types.ts';

/**
 * - `unconfirmed`: so large that the CNAM must be told first: no line is taken before somebody says that it was;
 * - `running`;
 * - `paused`: by somebody; its lines are kept and not worked on;
 * - `done`: nothing more comes, and every line is at its end;
 * - `cancelled`: nothing more comes, and what was not sent never is.
 */
export type TakeoverState = 'unconfirmed' | 'running' | 'paused' | 'done' | 'cancelled';

/** States from which there is a way to go on. */
export const openTakeovers: readonly TakeoverState[] = ['unconfirmed', 'running', 'paused'];
export const isOver = (state: TakeoverState): boolean => !openTakeovers.includes(state);

/** What was said when it was begun, and since; encrypted at rest. */
export interface TakeoverContent {
  name: string;
  /** How many lines it will have at most. */
  documents: number;
  /** First day of feeding, `yyyy-mm-dd`. */
  begin: string;
  /** With those of the structure's other open take-overs when it was begun. */
  all: number;
  /** Documents that all of them bring on the fullest day. */
  perDay: number;
  /** The client's own name of it. */
  reference?: string;
  /** The client has said that nothing more comes. */
  isComplete?: boolean;
  contact: { name: string; email: string; phone?: string };
  /** PS_IdNat and client of who began it. */
  by: { person: string; client: string };
  /** That the CNAM was told: when (`yyyy-mm-dd`), under which reference, who says so and when. */
  confirmation?: { on: string; reference: string; person: string; at: string };
}

export interface StoredTakeover {
  /** Opaque, random. */
  id: string;
  state: TakeoverState;
  content: TakeoverContent;
  /** Grows at every change. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
  finishedAt?: Date;
}

/** Whose take-overs are asked for: all of the structure's, or those of one client. */
export interface TakeoverViewer {
  structure: string;
  clientId?: string;
}

/** `rejected`: refused at the door; otherwise the state of its item. */
export type TakeoverLineState = FeedState | 'rejected';

export interface TakeoverLine {
  /** The client's own name of the line; unique in the take-over. */
  reference: string;
  state: TakeoverLineState;
  /** Row of the error table: why it is in that state. */
  reason?: string;
  /** `Task.id` */
  itemId?: string;
  /** Any JSON: what was found in it; no person. */
  issues: unknown;
}

/** What became of a line at the door. */
export interface ReceivedLine extends TakeoverLine {
  /** SHA-256, hex, of what was sent. */
  digest: string;
}

export interface TakeoverCount {
  state: TakeoverLineState;
  reason?: string;
  count: number;
}

export interface TakeoverStore {
  create(
    owner: Required<TakeoverViewer>,
    state: 'unconfirmed' | 'running',
    content: TakeoverContent,
    now: Date,
  ): Promise<StoredTakeover>;
  byId(id: string, viewer: TakeoverViewer): Promise<StoredTakeover | undefined>;
  /** Newest first, at most 100. */
  search(viewer: TakeoverViewer, states?: readonly TakeoverState[]): Promise<StoredTakeover[]>;
  /**
   * @param from the version that was read
   * @returns undefined when somebody else has changed it meanwhile
   */
  change(
    id: string,
    from: number,
    to: { state: TakeoverState; content?: TakeoverContent },
    now: Date,
  ): Promise<StoredTakeover | undefined>;
  /** The state of one and its first day, whoever asks: for the worker. */
  stateOf(id: string): Promise<{ state: TakeoverState; begin: string } | undefined>;
  /** Gives what it kept waiting its turn at once. */
  wake(id: string, now: Date): Promise<void>;
  /** Lines that came before, by reference, with the keyed hash of what was sent. @returns whether the digest is the same */
  linesBy(
    id: string,
    received: readonly { reference: string; digest: string }[],
  ): Promise<Map<string, TakeoverLine & { isSame: boolean }>>;
  /** Puts lines on record; one that was rejected before gives way, any other stays. */
  receive(id: string, lines: readonly ReceivedLine[], now: Date): Promise<void>;
  /** How many lines were received. */
  received(id: string): Promise<number>;
  /** How many lines were received, by state and reason, as their items are now. */
  counts(id: string, now: Date): Promise<TakeoverCount[]>;
  /** A page of its lines in the order in which they came. @param after the cursor of the page before */
  lines(
    id: string,
    page: { after?: string; most: number; states?: readonly TakeoverLineState[] },
  ): Promise<{ lines: TakeoverLine[]; next?: string }>;
}
