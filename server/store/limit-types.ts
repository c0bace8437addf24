/**
 * The limits' contract: what a structure has submitted, and how the DMP took it, shared by all instances. The database's clock is the
 * only one: instances whose clocks differ agree all the same.
 */

/** Whose limits: a structure and its software, as the DMP counts them. */
export interface LimitKey {
  /** Struct_IdNat. */
  structure: string;
  /** LPS_ID. */
  software: string;
}

/** What a turn is asked under. Times in milliseconds. */
export interface TurnRules {
  /** Between two turns at the whole pace; 0: no pace. */
  intervalMs: number;
  /** A turn that comes later than this is not booked; 0: now or not at all. */
  patienceMs: number;
  /** Documents that it is for. */
  documents: number;
  /** Documents of a day of Paris; undefined: no cap. */
  dailyCap?: number;
  /** After this a submission that was tried while the breaker is open counts as lost, and another may be tried. */
  probeMs: number;
}

export type TurnAnswer =
  /** @param waitMs until the turn begins, counted from within the statement */
  | { outcome: 'granted'; waitMs: number }
  /** Nothing was booked. @param waitMs until it may be asked again */
  | { outcome: 'pace' | 'cap' | 'breaker'; waitMs: number };

/** How the DMP takes what is submitted. */
export interface DmpHealth {
  /** Of the pace that the settings allow: 1 is the whole of it. */
  factor: number;
  slowedAt?: Date;
  /** Of an answer, smoothed, in milliseconds. */
  latencyMs?: number;
  /** Of the DMP, in a row. */
  failures: number;
  /** Times in a row that the breaker opened. */
  openings: number;
  openUntil?: Date;
  probeUntil?: Date;
}

export interface StoredLimits extends DmpHealth {
  /** The database's clock, when this was read. */
  now: Date;
  /** Documents submitted in this day of Paris, and when the next day begins. */
  today: number;
  midnight: Date;
}

export interface LimitStore {
  /**
   * Books a turn to submit, in one statement: turns of a key are at least an interval apart, divided by its factor; each is for the
   * caller alone.
   */
  turn(key: LimitKey, rules: TurnRules): Promise<TurnAnswer>;
  /** Changes what is known of the DMP: nobody else does meanwhile. @param now the database's clock */
  learn(key: LimitKey, change: (health: DmpHealth, now: Date) => DmpHealth): Promise<void>;
  /** Undefined: nothing was submitted yet. */
  read(key: LimitKey): Promise<StoredLimits | undefined>;
  /**
   * The live deposits of a structure that wait in the queue: how many, and since when the oldest that could go does. One that waits for a
   * failed one of the same patient could not, whatever the pace.
   * @param structure Struct_IdNat
   */
  backlog(structure: string): Promise<{ count: number; oldestMs: number }>;
}
