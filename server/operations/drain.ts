/**
 * The time between being told to stop and closing the socket, in which a load balancer learns of it (DRAIN_SECONDS): everything is
 * still answered, and readiness says 503.
 */
import { setTimeout as wait } from 'node:timers/promises';

export interface Drain {
  isDraining(): boolean;
  /** Begins it, once. Resolves when it is over. */
  begin(): Promise<void>;
}

export function createDrain(seconds: number): Drain {
  let begun: Promise<void> | undefined;
  return {
    isDraining: () => begun !== undefined,
    begin: () => (begun ??= wait(seconds * 1000)),
  };
}
