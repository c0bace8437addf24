/** The DMP fails, again and again, in every way that it can: before the work is done, and after it, when only the answer is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet/index.ts';
import type { Random } from './random.ts';

/** As the control port takes it (simulator/README.md). */
type Fault = Readonly<Record<string, unknown>>;

/** Each row makes a fault by chance. */
const faults: readonly ((random: Random) => Fault)[] = [
  () => ({ kind: 'down', when: 'before' }),
  () => ({ kind: 'down', when: 'after' }),
  () => ({ kind: 'http503', when: 'before' }),
  () => ({ kind: 'http503', when: 'after' }),
  () => ({ kind: 'garbage', when: 'after' }),
  (random) => ({ kind: 'delay', ms: random.between(50, 1500) }),
  (random) => ({ kind: 'truncate', bytes: random.between(0, 3000) }),
  (random) => ({ kind: 'truncate', bytes: random.between(0, 3000), reset: true }),
  () => ({ kind: 'relatesTo' }),
  // What says plainly that nothing was done, with nothing done.
  () => ({ kind: 'registryError', code: 'XDSRepositoryBusy', when: 'before' }),
  () => ({ kind: 'registryError', code: 'XDSRegistryBusy', when: 'before' }),
  () => ({ kind: 'soapFault', code: 'Receiver', when: 'before' }),
  () => ({ kind: 'soapFault', code: 'Receiver', when: 'after' }),
];

/** Submissions, and what is asked to find out about them. */
const transactions = ['TD2.1', 'TD2.1', 'TD2.1', 'TD3.1b', undefined];

/** Waiting faults beyond which none is added: the DMP is to work now and then. */
const MOST_WAITING = 3;

/** Fails until it is told to stop. @returns how many faults were made */
export async function wreak(fleet: Fleet, random: Random, signal: AbortSignal): Promise<number> {
  let made = 0;
  while (!signal.aborted) {
    const { faults: waiting } = await fleet.control<{ faults: unknown[] }>('GET', 'faults');
    if (waiting.length < MOST_WAITING) {
      const transaction = random.oneOf(transactions);
      const fault = random.oneOf(faults)(random);
      await fleet.control('POST', 'faults', {
        ...fault,
        times: random.between(1, 2),
        ...(transaction === undefined ? {} : { transaction }),
      });
      made++;
    }
    await sleep(random.between(100, 1200));
  }
  await fleet.control('DELETE', 'faults');
  return made;
}
