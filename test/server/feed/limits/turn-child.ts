/**
 * Takes turns in a process of its own, as an instance does, with an event loop that is often busy: prints when each was used, in
 * nanoseconds of the machine's monotonic clock, which all processes share.
 */
import { openStore, type StoreConfig } from '../../../../server/store/index.ts';
import { takeTurn, type TurnSettings } from '../../../../server/feed/limits/turns.ts';

interface Task {
  config: StoreConfig;
  settings: TurnSettings;
  lane: 'live' | 'takeover';
  times: number;
}

const { config, settings, lane, times } = JSON.parse(process.argv[2]!) as Task;
const store = await openStore(config);
const key = { structure: '1990100109', software: 'LPS' };

function busy(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let left = times / 4; left > 0;) {
      const turn = await takeTurn(store.limits, key, { lane, patienceMs: 60_000, documents: 0 }, settings);
      if (Math.random() < 0.3) busy(Math.random() * settings.marginMs * 1.5);
      if (!turn.isFresh()) continue;
      process.stdout.write(`${process.hrtime.bigint()}\n`);
      left--;
    }
  }),
);
await store.close();
