/**
 * The store's contract about what the authorization server keeps: sessions, grants, codes, tokens and logins, each for a while, and
 * the keys of the server itself. Contents are encrypted; an id (often a token) is a keyed hash: whoever reads the database has none.
 */

export interface OauthItem {
  /** A model of oidc-provider (`AccessToken`), or a kind of our own. */
  kind: string;
  /** Secret. */
  id: string;
  /** Any JSON. */
  content: unknown;
  expiresAt: Date;
  /** The grant that it belongs to, or is. */
  grant?: string;
  /** The browser session that it belongs to, or is. */
  session?: string;
}

export interface StoredOauthItem {
  content: unknown;
  expiresAt: Date;
  /** When it was used, of what may be used once. */
  consumedAt?: Date;
}

export interface OauthStore {
  /** Creates it, or takes the place of what was there. */
  put(item: OauthItem): Promise<void>;
  /** Creates it. @returns false when one that has not expired is there: nothing was changed. Of two at once, one is told so. */
  putOnce(item: OauthItem): Promise<boolean>;
  /** Also what has expired, as long as it was not swept. */
  find(kind: string, id: string): Promise<StoredOauthItem | undefined>;
  findBySession(kind: string, session: string): Promise<StoredOauthItem | undefined>;
  /** Marks it as used. @returns false when it was, or is gone. Of two at once, one is told so. */
  consume(kind: string, id: string): Promise<boolean>;
  /** It was not used after all. */
  release(kind: string, id: string): Promise<void>;
  /** Removes it. @returns what it was, unless it had expired. Of two at once, one gets it. */
  take(kind: string, id: string): Promise<unknown>;
  remove(kind: string, id: string): Promise<void>;
  /** Removes all of a kind that belong to a grant. */
  removeOfGrant(kind: string, grant: string): Promise<void>;
  /**
   * A token that is good at this moment: not expired; its grant (if it belongs to one) not revoked; its session (if it belongs to
   * one) not ended.
   */
  liveToken(token: string): Promise<{ kind: string; content: unknown } | undefined>;
  /** From now on no token of the session is live, whoever issues it. */
  endSession(session: string, until: Date): Promise<void>;
}

/** `sign`: a private JWK; `cookie`: a secret. */
export type OauthKeyPurpose = 'sign' | 'cookie';

export interface StoredOauthKey {
  id: string;
  purpose: OauthKeyPurpose;
  /** Any JSON; secret. */
  content: unknown;
  createdAt: Date;
  /** Known to everybody before. */
  usedFrom: Date;
}

export interface OauthKeyStore {
  /** Oldest first. */
  all(): Promise<StoredOauthKey[]>;
  /**
   * Changes the keys, one instance at a time: `change` is given those of now and says what to add and which to remove.
   * @returns the keys after it, oldest first
   */
  change(
    change: (keys: readonly StoredOauthKey[]) => Promise<{ add: readonly StoredOauthKey[]; remove: readonly string[] }>,
  ): Promise<StoredOauthKey[]>;
}

export interface PractitionerStore {
  /** `Practitioner.id` of a person (PS_IdNat): opaque, the same for ever, and not to be computed by anybody else. */
  idOf(personId: string): Promise<string>;
}
