/** Exports and prunes: what is deleted stands in a verified export, and the trail stays good. */
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordToAuditEvent } from '../../mappings/audit/event.ts';
import { openStore, type NewRecord } from '../../server/store/index.ts';
import { exportAudit, pruneAudit, rotateAuditKey, verifyAudit } from '../../server/store/trail/commands.ts';
import type { ExportCriteria } from '../../server/store/trail/export.ts';
import { verifyExport } from '../../server/store/trail/export-verify.ts';
import { problems, sayFinding } from '../../server/store/trail/findings.ts';
import { errorsOf, loadR4 } from '../support/profiles.ts';
import { findingsOf, linksOf, record, structure, tamper } from '../support/audit.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const other = '1750000018';
const gateway = {
  name: 'DMP-FHIR',
  oid: '1.2.3',
  structureName: 'EHPAD',
  address: 'passerelle.example',
  dmpAddress: 'dmp.example',
};
const now = new Date('2037-06-01T00:00:00Z');
const year = (n: number) => new Date(`${n}-01-01T00:00:00Z`);

let world: TestStore;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'audit-export-'));
  world = await openTestStore();
  return async () => {
    await world.close();
    await rm(folder, { recursive: true });
  };
});
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A run of an instance: one record a year from 2024 to 2029, alternately of two structures. */
async function run(change: Partial<NewRecord> = {}): Promise<void> {
  const store = await openStore(world.config);
  for (let i = 0; i < 6; i++)
    await store.records.append(
      record({
        at: new Date(Date.UTC(2024 + i, 5, 1)),
        structure: i % 2 === 0 ? structure : other,
        requestId: `r-${i}`,
        ...change,
      }),
    );
  await store.close();
}
const config = () => ({ ...world.config, STRUCTURE_ID: structure });
const fileOf = (name: string) => path.join(folder, `${name}.ndjson`);
const manifestOf = (name: string) => path.join(folder, `${name}.manifest.json`);
const exportTo = (name: string, criteria: ExportCriteria = {}) =>
  exportAudit(config(), fileOf(name), criteria, (stored) => recordToAuditEvent(stored, gateway, 'fr'));
const events = async (name: string) =>
  (await readFile(fileOf(name), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; recorded: string });
const verdict = async (name: string, pinned?: string[]) =>
  (await verifyExport(manifestOf(name), pinned)).findings.map(sayFinding);
const prune = (name: string, before: Date, years = 5) =>
  pruneAudit(world.config, { before, exported: manifestOf(name), years, now });

describe('an export', () => {
  it('holds valid AuditEvents, for its owner alone to read, and is verified without any database', async () => {
    await run();
    await run();
    const manifest = await exportTo('all');
    expect(manifest).toMatchObject({ records: 12, before: 0, unsigned: 0 });
    loadR4();
    for (const event of await events('all')) expect(errorsOf(event as never)).toEqual([]);
    for (const file of [fileOf('all'), manifestOf('all'), path.join(folder, 'all.chain.ndjson')])
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    await world.close();
    const { thumbprint } = (await verifyExport(manifestOf('all'))).keys[0]!;
    expect(await verdict('all', [thumbprint])).toEqual([]);
    expect(await verdict('all', ['another'])).toEqual([problems['key-unknown']]);
    world = await openTestStore();
  });

  it('of one structure and some time holds the others’ records as digests alone, and still leads to what was signed', async () => {
    await run();
    await rotateAuditKey(world.config);
    await run();
    const manifest = await exportTo('some', { structure: other, from: year(2026), until: year(2029) });
    expect(manifest.records).toBe(2);
    expect((await events('some')).map((event) => event.recorded.slice(0, 4))).toEqual(['2027', '2027']);
    expect(await verdict('some')).toEqual([]);
    const chain = await readFile(path.join(folder, 'some.chain.ndjson'), 'utf8');
    expect(chain).not.toContain(structure);
    expect(chain.match(/"digest"/g)?.length).toBeGreaterThan(2);
  });

  it('leaves out what is not signed for yet, and says how much that is', async () => {
    await run();
    const store = await openStore(world.config);
    cleanUp.push(() => store.close());
    await store.records.append([record(), record()]);
    expect(await exportTo('early')).toMatchObject({ records: 6, unsigned: 2 });
    expect(await verdict('early')).toEqual([]);
  });

  it('does not write over another', async () => {
    await run();
    await exportTo('once');
    await expect(exportTo('once')).rejects.toThrow(/EEXIST/);
  });

  it('that was altered anywhere is found out', async () => {
    await run();
    await exportTo('good');
    const edit = async (file: 'ndjson' | 'chain.ndjson' | 'manifest.json', change: (text: string) => string) => {
      for (const one of ['ndjson', 'chain.ndjson', 'manifest.json'])
        await cp(path.join(folder, `good.${one}`), path.join(folder, `bad.${one}`));
      const text = await readFile(path.join(folder, `good.${file}`), 'utf8');
      const changed = change(text);
      expect(changed).not.toBe(text);
      await writeFile(path.join(folder, `bad.${file}`), changed);
      const manifest = await readFile(manifestOf('bad'), 'utf8');
      await writeFile(manifestOf('bad'), manifest.replaceAll('good.', 'bad.'));
      return verdict('bad');
    };
    const dropLine = (n: number) => (text: string) =>
      text
        .split('\n')
        .filter((_, i) => i !== n)
        .join('\n');
    expect(await edit('ndjson', (text) => text.replace('"outcome":"0"', '"outcome":"8"'))).toContain(
      problems['export-altered'],
    );
    expect(await edit('ndjson', dropLine(2))).toContainEqual(expect.stringMatching(problems['export-event']));
    expect(await edit('chain.ndjson', (text) => text.replace('OUI', 'NON'))).toContainEqual(
      expect.stringMatching(problems['export-unanchored']),
    );
    expect(await edit('chain.ndjson', dropLine(5))).toContainEqual(expect.stringMatching(problems['record-missing']));
    expect(await edit('chain.ndjson', (text) => text.trimEnd().split('\n').slice(0, -1).join('\n'))).toContainEqual(
      expect.stringMatching(problems['export-unanchored']),
    );
    expect(await edit('manifest.json', (text) => text.replace('"records": 6', '"records": 5'))).toContain(
      problems['export-signature'],
    );
  });
});

describe('a prune', () => {
  it('deletes what is old and exported, says so in a signed checkpoint, and the trail stays good, also with the next', async () => {
    await run();
    await run();
    await exportTo('old', { until: year(2027) });
    const { pruned } = await prune('old', year(2026));
    expect(pruned).toMatchObject({ records: 4, until: year(2026).toISOString() });
    expect((await linksOf(world.database)).map((link) => link.seq)).toEqual([3, 4, 5, 6, 3, 4, 5, 6]);
    expect(await verifyAudit(world.config)).toMatchObject({ isGood: true, records: 8 });
    await exportTo('later');
    expect(await verdict('later')).toEqual([]);
    expect((await prune('later', year(2031))).pruned).toMatchObject({ records: 8 });
    await run();
    expect(await verifyAudit(world.config)).toMatchObject({ isGood: true, records: 6 });
    expect((await prune('later', year(2032))).pruned).toMatchObject({ records: 0 });
  });

  it('deletes nothing that is young, or not in the export as a whole, or of another database', async () => {
    await run();
    await exportTo('all');
    await expect(prune('all', year(2033))).rejects.toThrow('Records are kept for 5 years (AUDIT_RETENTION_YEARS).');
    await exportTo('theirs', { structure });
    expect((await prune('theirs', year(2031))).pruned).toMatchObject({ records: 1 });
    await exportTo('end', { from: year(2028) });
    expect((await prune('end', year(2031))).pruned).toMatchObject({ records: 0 });
    const elsewhere = await openTestStore();
    cleanUp.push(() => elsewhere.close());
    await elsewhere.store.records.append(record());
    const foreign = pruneAudit(elsewhere.config, { before: year(2031), exported: manifestOf('all'), years: 5, now });
    await expect(foreign).rejects.toThrow('This export is not of this database: nothing was deleted.');
    expect(await findingsOf(world.config)).toEqual([]);
  });

  it('refuses an export or a trail that is not good', async () => {
    await run();
    await exportTo('all');
    await tamper(world.database, "UPDATE kept_record SET outcome = 'failure' WHERE seq = 5");
    await expect(prune('all', year(2031))).rejects.toThrow('The audit trail is not good');
    await tamper(world.database, "UPDATE kept_record SET outcome = 'success' WHERE seq = 5");
    const text = await readFile(fileOf('all'), 'utf8');
    await writeFile(fileOf('all'), text.replace('"recorded"', '"Recorded"'));
    await expect(prune('all', year(2031))).rejects.toThrow('The export is not good');
    expect(await linksOf(world.database)).toHaveLength(6);
  });

  it('is the only way out: without it, or beyond what it says, the database lets nothing go', async () => {
    await run();
    const until = "SET dmp_fhir.prune = '2040-01-01'; ";
    for (const sql of ['DELETE FROM kept_record', `${until}DELETE FROM kept_record`, `${until}TRUNCATE kept_record`])
      await expect(world.database.query(sql), sql).rejects.toThrow(/kept_record is append-only/);
    for (const table of ['audit_checkpoint', 'audit_stream'])
      for (const sql of [`DELETE FROM ${table}`, `TRUNCATE ${table}`, `${until}DELETE FROM ${table}`])
        await expect(world.database.query(sql), sql).rejects.toThrow(/append-only/);
    await expect(world.database.query("UPDATE audit_checkpoint SET token = 'x'")).rejects.toThrow(/append-only/);
    await expect(
      world.database.query(
        'INSERT INTO kept_record SELECT gen_random_uuid(), kind, at, structure, person, client_id, request_id, patient_id, outcome, content_sealed FROM kept_record',
      ),
    ).rejects.toThrow('takes chained records only');
  });

  it('shows when what it deleted comes back', async () => {
    await run();
    await world.database.query('CREATE TABLE saved AS SELECT * FROM kept_record');
    await exportTo('all');
    await prune('all', year(2026));
    await tamper(world.database, 'INSERT INTO kept_record SELECT * FROM saved WHERE seq = 2');
    expect(await findingsOf(world.config)).toContainEqual(expect.stringMatching(problems['record-pruned']));
  });

  it('takes those from before the chain too', async () => {
    await run();
    await tamper(
      world.database,
      'UPDATE kept_record SET stream = NULL, seq = NULL, hash = NULL; DELETE FROM audit_checkpoint; DELETE FROM audit_stream',
    );
    await run();
    expect(await exportTo('all')).toMatchObject({ records: 6, before: 6 });
    expect(await verdict('all')).toEqual([]);
    expect((await prune('all', year(2026))).pruned).toMatchObject({ records: 4 });
    expect(await verifyAudit(world.config)).toMatchObject({ isGood: true, records: 4, before: 4 });
  });
});
