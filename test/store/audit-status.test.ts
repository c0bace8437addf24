/** How the chain stands at a glance: what is signed for, what is not yet, and that the record which was signed for is still there. */
import { beforeEach, expect, it, vi } from 'vitest';
import { type CheckpointBody, readToken } from '../../server/store/trail/checkpoint.ts';
import { checkpointsOf, record, tamper } from '../support/audit.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore({ AUDIT_CHECKPOINT_RECORDS: 4 });
  return () => test.close();
});

const last = async (): Promise<CheckpointBody> =>
  readToken<CheckpointBody>((await checkpointsOf(test.database)).at(-1)!).payload;

/** Ten records, and a checkpoint that signs for some of them. */
async function tenRecords(): Promise<{ stream: string; seq: number }> {
  for (let i = 0; i < 10; i++) await test.store.records.append(record({ requestId: `r-${i}` }));
  await vi.waitUntil(async () => ((await last()).streams[0]?.seq ?? 0) >= 4, { timeout: 30_000 });
  return (await last()).streams[0]!;
}

it('before there is a record', async () => {
  expect(await test.store.auditChain()).toEqual({ streams: 0, unsigned: 0, heads: 'unread' });
});

it('with what was signed, and what has come since', async () => {
  const { seq } = await tenRecords();
  const { number, records } = await last();
  expect(await test.store.auditChain()).toMatchObject({
    streams: 1,
    checkpoint: { number, records },
    unsigned: 10 - seq,
    heads: 'match',
  });
});

it.each([
  ['was changed', (where: string) => `UPDATE kept_record SET hash = sha256('x') WHERE ${where}`],
  ['is gone', (where: string) => `DELETE FROM kept_record WHERE ${where}`],
])('differs when the record that was signed for %s', async (_, sql) => {
  const { stream, seq } = await tenRecords();
  await tamper(test.database, sql(`stream = '${stream}' AND seq = ${seq}`));
  expect((await test.store.auditChain()).heads).toBe('differs');
});
