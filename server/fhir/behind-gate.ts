/** The DMP client as interactions see it: behind the consent gate, which puts on record what it does by itself. */
import { record } from '../audit/record.ts';
import type { Caller } from '../auth/caller.ts';
import { createGate, guard } from '../consent/gate.ts';
import type { Services } from './services.ts';

/** @param given with the client itself as `dmp` */
export function behindGate(given: Pick<Services, 'config' | 'store' | 'dmp' | 'now'>): Pick<Services, 'dmp' | 'gate'> {
  const { store, now } = given;
  const gate = createGate({
    ...given,
    // Whoever calls the DMP through the REST API, or has a subscription do it, is a caller.
    record: async ({ requester, requestId }, what) => {
      await record({ store, now }, requester as Caller, { ...what, ...(requestId === undefined ? {} : { requestId }) });
    },
  });
  return { gate, dmp: guard(given.dmp, gate) };
}
