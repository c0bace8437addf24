/** Appends many records at once, in a process of its own, and says which were acknowledged: until it is killed. */
import { openStore, type StoreConfig } from '../../server/store/index.ts';
import { record } from '../support/audit.ts';

const store = await openStore(JSON.parse(process.argv[2]!) as StoreConfig);
await Promise.all(
  Array.from({ length: 20 }, async (_, worker) => {
    for (let i = 0; ; i++) {
      const id = await store.records.append(record({ requestId: `${process.pid}-${worker}-${i}` }));
      process.stdout.write(`${id}\n`);
    }
  }),
);
