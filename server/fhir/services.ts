/**
 * What every interaction may use. Made once by `main.ts`, replaced by fakes in tests.
 */
import type { Logger } from 'pino';
import type { Habilitations } from '../../mappings/rights/habilitation.ts';
import type { Config } from '../config.ts';
import type { Gate } from '../consent/gate.ts';
import type { DmpClient } from '../dmp/types.ts';
import type { Structures } from '../registry/types.ts';
import type { Store } from '../store/types.ts';
import type { Backpressure } from '../feed/limits/backpressure.ts';
import type { Judge } from './feed/intake.ts';

export interface Services {
  config: Config;
  /** As the caller's structure sees it: the router and the worker give each interaction its own view. */
  store: Store;
  /** Those in force. */
  structures: Structures;
  /** Whether a client was registered to act for a structure, and may no more; absent: there is no registry of clients. */
  isBarred?: (client: string, structure: string) => boolean;
  /** Behind the gate: what the patient does not allow is refused before it goes out. */
  dmp: DmpClient;
  gate: Gate;
  logger: Logger;
  /** The clock, so that tests can hold it. */
  now: () => Date;
  /** The deployer’s matrix of habilitations (HABILITATION_MATRIX); absent when there is none. */
  habilitations?: Habilitations;
  /** A deposit that is taken into the feed: what only the DMP can tell is left for the attempt. */
  offline?: true;
  /** The feeding rules, for what is taken into the feed; absent: everything is queued. */
  judgeIntake?: Judge;
  /** What refuses an intake while too many wait; absent: nothing does. */
  backpressure?: Backpressure;
  /** Tells the worker that a subscription may be due now; absent when this instance runs none. */
  wakeSubscriptions?: () => void;
  /** Tells the feed's worker that something was taken in; absent when this instance runs none. */
  wakeFeed?: () => void;
}
