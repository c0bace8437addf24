/**
 * Pro Santé Connect, as its relying party sees it (auth §1.1). What its userinfo says is read in one place; everybody else works
 * with these words.
 */
import type { Situation } from '../../../mappings/psc/situations.ts';

export type { Situation } from '../../../mappings/psc/situations.ts';

export interface Professional {
  /** `sub` of Pro Santé Connect. */
  sub: string;
  /** SubjectNameID: PS_IdNat. */
  personId: string;
  family: string;
  given: string;
  /** At least one. */
  situations: readonly Situation[];
  /** As said: never compare with equality. */
  acr?: string;
  authenticatedAt: Date;
}

/** What is kept of a session there; every token in it is a secret. */
export interface PscSession {
  professional: Professional;
  accessToken: string;
  refreshToken?: string;
  idToken: string;
  /** Of the access token. */
  expiresAt: Date;
  sid?: string;
}

/** What a browser is sent away with and must come back with. */
export interface PscRequest {
  redirectUri: string;
  state: string;
  nonce: string;
  codeVerifier: string;
}

/**
 * Every method rejects with IssueError: `psc-unavailable` (it does not answer, or not as it should), `psc-refused` (it said no, with its
 * OAuth error code alone), `psc-invalid` (what it said does not hold: signature, nonce, acr, nobody named).
 */
export interface ProSanteConnect {
  authorizationUrl(request: PscRequest): Promise<URL>;
  /** @param back the URL to which the browser came back, with its query */
  callback(back: URL, request: PscRequest): Promise<PscSession>;
  /** Rejects with `psc-refused` when the session has ended there. */
  refresh(session: PscSession): Promise<PscSession>;
  /** Ends the session there in the browser; undefined when it has no such endpoint. */
  logoutUrl(session: PscSession, returnTo: string): Promise<URL | undefined>;
  /**
   * CIBA, poll mode: asks the professional's own device.
   * @param personId national identifier of whom to ask
   * @param bindingMessage shown on both screens
   */
  backchannel(
    personId: string,
    bindingMessage: string,
    channel: 'CARD' | 'MOBILE',
    signal?: AbortSignal,
  ): Promise<PscSession>;
  /** An access token of Pro Santé Connect that somebody else obtained: introspected there, then its userinfo read. */
  examine(accessToken: string): Promise<Professional & { clientId: string; expiresAt: Date }>;
}
