/**
 * What happens at the authorization server that must be on record: told, and waited for, before the answer leaves. Whoever wires the
 * server decides where it goes.
 */
import type { PatientIns, PurposeOfUse } from '../dmp/types.ts';

export interface AuthorizationEvent {
  /**
   * - `login`: a professional came back from Pro Santé Connect;
   * - `authorization`: an app was, or was not, allowed to act for them;
   * - `token`: tokens were asked for;
   * - `revocation`: a client gave tokens back;
   * - `introspection`: a client asked what a token is worth;
   * - `logout`: a session was ended.
   */
  kind: 'login' | 'authorization' | 'token' | 'revocation' | 'introspection' | 'logout';
  outcome: 'success' | 'refused';
  /** Why it was refused: an OAuth error code or a row of the error table; never words of a client. */
  reason?: string;
  at: Date;
  requestId: string;
  /** Of the request, as far as a trusted proxy says it. */
  address?: string;
  /** The header as it was sent: who keeps the event looks at its form. */
  traceparent?: string;
  /** `client_id`, once it is known to exist. */
  client?: string;
  /** PS_IdNat. */
  person?: string;
  /** Struct_IdNat. */
  structure?: string;
  purpose?: PurposeOfUse;
  /** The patient of the launch, or of the emergency. */
  patient?: PatientIns;
  /** Of `token`. */
  grantType?: string;
  scope?: string;
  /** Thumbprint of the client's certificate. */
  certificate?: string;
}

/** Rejects when the event could not be kept: nothing is answered then but 503. */
export type Record = (event: AuthorizationEvent) => Promise<void>;
