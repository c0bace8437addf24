/**
 * The store's contract about feeding rules: what each structure decided to send, in versions that are added and never changed. What a
 * version holds is the business of `server/feed/rules/`; here it is JSON, encrypted at rest, since it names who recorded it.
 */

export interface StoredRules {
  /** 1, 2… of the structure. */
  number: number;
  effectiveFrom: Date;
  recordedAt: Date;
  /** Any JSON. */
  content: unknown;
}

export interface NewRules {
  /** Struct_IdNat */
  structure: string;
  /** Number of the version that this one follows; 0: there must be none yet. */
  expected: number;
  /** Absent: from now on. */
  effectiveFrom?: Date;
  content: unknown;
}

export interface RulesStore {
  /**
   * The version in force: of those whose time has come, the one of the highest number. Now is the database's, the same for all
   * instances: a version that was recorded is in force everywhere at the next question.
   */
  inForce(structure: string): Promise<StoredRules | undefined>;
  /** @returns the new version; `conflict` when the last one has another number than was expected */
  write(rules: NewRules): Promise<StoredRules | 'conflict'>;
  /** The last first. */
  history(structure: string, most: number): Promise<StoredRules[]>;
}
