/** What the identities of an establishment are worked on with, and in whose name. */
import type { GatewayConfig } from '../audit/gateway.ts';
import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config.ts';
import type { CallContext, DmpClient, PatientIns } from '../dmp/types.ts';
import type { Store } from '../store/types.ts';

export interface IdentityRoom {
  config: GatewayConfig & Pick<Config, 'ENVIRONMENT' | 'LOCAL_ID_SYSTEMS' | 'IDENTITY_QUALIFIED' | 'IDENTITY_TRAITS'>;
  store: Pick<Store, 'identities' | 'patients' | 'records'>;
  dmp: DmpClient;
  now: () => Date;
  /** What only the DMP can tell is left for later. */
  offline?: true;
}

/** Who asks, in which request. */
export interface Asker {
  caller: Caller;
  requestId?: string;
}

/** How the DMP is asked about a person. Not tied to the client's connection: what is learnt is kept. */
export const contextOf = ({ caller, requestId }: Asker, patient: PatientIns): CallContext => ({
  requester: caller,
  patient,
  ...(requestId === undefined ? {} : { requestId }),
});
