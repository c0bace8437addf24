/** What is there at the end, asked of the database, the audit trail and the DMP. */
import type pg from 'pg';
import { openStore, type StoredRecord } from '../../server/store/index.ts';
import { verifyAudit } from '../../server/store/trail/commands.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Observed } from './verdict.ts';

const PAGE = 1000;

/** Items of the feed by state. */
export async function statesOf(client: pg.Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ state: string; n: number }>(
    'SELECT state, count(*)::int AS n FROM feed_item GROUP BY state',
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

/** Why items came to a bad end, or are still there: rows of the error table, counted. */
export async function reasonsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ state: string; reason: string | null; n: number }>(
    "SELECT state, reason, count(*)::int AS n FROM feed_item WHERE state <> 'delivered' GROUP BY 1, 2 ORDER BY 3 DESC",
  );
  return rows.map(({ state, reason, n }) => `${n} ${state}: ${reason ?? 'no reason'}`);
}

/** Waits until nothing is on its way any more. @throws Error when nothing moves for so long */
export async function untilEmpty(client: pg.Client, stallMs: number): Promise<void> {
  let last = '';
  for (let since = Date.now(); Date.now() - since < stallMs;) {
    const states = await statesOf(client);
    if (['queued', 'active', 'waiting'].every((state) => (states[state] ?? 0) === 0)) return;
    const seen = JSON.stringify(states);
    if (seen !== last) [last, since] = [seen, Date.now()];
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`The feed stands still: ${last}`);
}

/** The records of calls and requests, of the fleet's structure. */
async function* recordsOf(fleet: Fleet, kinds: readonly ('request' | 'dmp')[]): AsyncGenerator<StoredRecord> {
  const store = await openStore(fleet.config);
  try {
    let after: string | undefined;
    do {
      const page = { structure: fleet.config.STRUCTURE_ID, kinds, most: PAGE, ...(after ? { after } : {}) };
      const { records } = await store.records.search({ ...page, countTo: 0 });
      yield* records;
      after = records.length < PAGE ? undefined : records.at(-1)!.id;
    } while (after !== undefined);
  } finally {
    await store.close();
  }
}

const isSubmission = ({ kind, outcome, details }: StoredRecord): boolean =>
  kind === 'dmp' &&
  outcome === 'pending' &&
  (details as { what?: { transaction?: unknown } }).what?.transaction === 'TD2.1';

type Seen = Pick<
  Observed,
  'documents' | 'states' | 'recordedRequests' | 'sent' | 'recordedSubmissions' | 'isTrailGood'
>;

export async function observe(fleet: Fleet, client: pg.Client): Promise<Seen> {
  const recordedRequests = new Set<string>();
  let recordedSubmissions = 0;
  for await (const record of recordsOf(fleet, ['request', 'dmp'])) {
    if (record.kind === 'request' && record.requestId !== undefined) recordedRequests.add(record.requestId);
    if (isSubmission(record)) recordedSubmissions++;
  }
  const { documents } = await fleet.control<Pick<Observed, 'documents'>>('GET', 'documents');
  const { byTransaction } = await fleet.control<{ byTransaction: Record<string, number> }>('GET', 'calls');
  return {
    documents,
    states: await statesOf(client),
    recordedRequests,
    sent: byTransaction['TD2.1'] ?? 0,
    recordedSubmissions,
    isTrailGood: (await verifyAudit(fleet.config)).isGood,
  };
}
