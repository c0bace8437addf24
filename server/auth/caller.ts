/**
 * Who calls, as the rest of the façade sees it: made once from a verified token, never from anything else.
 */
import type { PatientIns, Requester } from '../dmp/types.ts';

export interface Caller extends Requester {
  /** OAuth client. */
  clientId: string;
  /** Granted scopes, e.g. `user/DocumentReference.cruds`. */
  scopes: readonly string[];
  /** `jti` of the token, for the audit; never the token. */
  tokenId?: string;
  /** Thumbprint (RFC 8705) of the client certificate that the token is bound to, and that the request was made with. */
  certificate?: string;
  /** The patient that the app was launched for: how far `patient/` scopes reach. */
  launchPatient?: PatientIns;
  /** The structure's administrator: reads the record of accesses, whoever made them. */
  isAdministrator?: boolean;
}
