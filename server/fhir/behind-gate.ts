/** The DMP client as interactions see it: behind the consent gate; everything that goes out leaves a record. */
import { onRecord } from '../audit/dmp-client.ts';
import { record } from '../audit/record.ts';
import type { Caller } from '../auth/caller.ts';
import { createGate, guard } from '../consent/gate.ts';
import type { Services } from './services.ts';

/** @param given with the client itself as `dmp` */
export function behindGate(given: Pick<Services, 'config' | 'store' | 'dmp' | 'now'>): Pick<Services, 'dmp' | 'gate'> {
  const dmp = onRecord(given.dmp, given);
  const gate = createGate({
    ...given,
    dmp,
    // Whoever calls the DMP through the REST API, or has a subscription do it, is a caller.
    record: async ({ requester, requestId }, what) => {
      await record(given, requester as Caller, { ...what, ...(requestId === undefined ? {} : { requestId }) });
    },
  });
  return { gate, dmp: guard(dmp, gate) };
}
