/** An instance is killed in the middle of its work: nothing that it acknowledged is missing, and the trail is good. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { verifyAudit } from '../../server/store/trail/commands.ts';
import { problems } from '../../server/store/trail/findings.ts';
import { findingsOf, linksOf, record, tamper } from '../support/audit.ts';
import { openTestStore } from '../support/store.ts';

/** Starts an instance, and kills it (SIGKILL) when so many records were acknowledged. @returns their ids */
async function killedAfter(count: number, config: object): Promise<string[]> {
  const program = path.join(import.meta.dirname, 'audit-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const ids: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    ids.push(line);
    if (ids.length === count) child.kill('SIGKILL');
  }
  await ended;
  return ids;
}

it('two instances killed at once, in the middle of appends', async () => {
  const { store, database, config, close } = await openTestStore({ AUDIT_CHECKPOINT_RECORDS: 50 });
  try {
    const acknowledged = (await Promise.all([killedAfter(700, config), killedAfter(400, config)])).flat();
    expect(acknowledged.length).toBeGreaterThanOrEqual(1100);
    const kept = new Set((await linksOf(database)).map((link) => link.id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    const before = await verifyAudit(config);
    expect(before).toMatchObject({ isGood: true, streams: 2, open: 2, records: kept.size });

    await database.query("UPDATE audit_stream SET seen_at = now() - interval '1 hour'");
    await store.records.append(record());
    const after = await verifyAudit(config);
    expect(after, 'another instance has signed for their ends').toMatchObject({ isGood: true, open: 1, unsigned: 1 });

    const last = (await linksOf(database)).filter((link) => kept.has(link.id)).at(-1)!;
    await tamper(database, `DELETE FROM kept_record WHERE id = '${last.id}'`);
    expect(await findingsOf(config)).toContainEqual(
      expect.stringContaining(`stream ${last.stream}, record ${last.seq}: ${problems['signed-missing']}`),
    );
  } finally {
    await close();
  }
});
