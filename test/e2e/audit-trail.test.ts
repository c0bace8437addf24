/**
 * Issue 5, line 4, the trail: what the façade puts on record cannot be changed, removed or forged without being found; it survives kills,
 * several instances and new keys; and it goes out to a receiver whatever happens to that.
 */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Bundle, Consent } from '@medplum/fhirtypes';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';
import { rotateKeys } from '../../server/store/index.ts';
import { main as exportTo } from '../../tools/audit-export.ts';
import { main as keys } from '../../tools/audit-key.ts';
import { main as verify } from '../../tools/audit-verify.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { type AuditReceiver, fhirServer } from '../support/audit-receivers.ts';
import { checkpointsOf, linksOf, tamper } from '../support/audit.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { consent, type Who } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { testPki, type TestPki } from '../server/dmp/pki.ts';

let stack: Stack;
let pki: TestPki;
let folder: string;
let receiver: AuditReceiver<{ id?: string }>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'audit-e2e-'));
  pki = await testPki();
  await writeFile(path.join(folder, 'ca.pem'), pki.root);
  receiver = await fhirServer(pki);
  stack = await startStack({
    AUDIT_CHECKPOINT_RECORDS: '5',
    AUDIT_CHECKPOINT_FILE: path.join(folder, 'anchors'),
    AUDIT_FEED: receiver.url,
    AUDIT_FEED_CA: path.join(folder, 'ca.pem'),
    AUDIT_FEED_TICK_MS: '20',
  });
});
afterAll(async () => {
  await stack.close();
  await receiver.stop();
  await rm(folder, { recursive: true });
});

/** Puts so many consents on record, at an instance. */
async function calls(count: number, base = stack.base): Promise<void> {
  const token = await makeToken(loadConfig(stack.environment), { person: 'nurse' });
  for (let i = 0; i < count; i++) {
    const answer = await fetch(`${base}/Consent`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(consent((['P1', 'P2', 'P3'] as Who[])[i % 3]!, i % 2 ? 'feeding' : 'consultation')),
    });
    expect([200, 201]).toContain(answer.status);
  }
}

async function verdict(env: Record<string, string>, ...args: string[]) {
  let text = '';
  const code = await verify(args, env, (said) => (text += said));
  return { code, text };
}
const withDatabase = (url: string) => ({ ...stack.environment, DATABASE_URL: url });

it('the façade’s records are chained and signed while it runs; its log and its file hold every checkpoint, and no person', async () => {
  await calls(12);
  await expect.poll(async () => (await checkpointsOf(stack.database)).length, { timeout: 20_000 }).toBeGreaterThan(2);
  expect(await verdict(stack.environment)).toMatchObject({ code: 0 });
  const tokens = await checkpointsOf(stack.database);
  await expect.poll(() => tokens.every((token) => stack.log().includes(token)), { timeout: 20_000 }).toBe(true);
  const file = await readFile(path.join(folder, 'anchors'), 'utf8');
  for (const token of tokens) expect(file).toContain(token);
  expect((await stat(path.join(folder, 'anchors'))).mode & 0o777).toBe(0o600);
  const events = await stack.get<Bundle>('/AuditEvent?date=ge2026', 'admin');
  // This search is on record as well, since.
  expect(events.body.total).toBe((await linksOf(stack.database)).length - 1);
});

it('while the receiver is down requests go on; when it is back it gets all, each stream in order', async () => {
  const port = Number(new URL(receiver.url).port);
  const ids = async () => (await linksOf(stack.database)).map((link) => link.id);
  await expect.poll(() => receiver.taken.length, { timeout: 20_000 }).toBe((await ids()).length);
  const before = receiver.taken.map((event) => event.id);
  await receiver.stop();
  await calls(3);
  receiver = await fhirServer(pki, port);
  await expect
    .poll(() => before.length + receiver.taken.length, { timeout: 25_000 })
    .toBeGreaterThanOrEqual((await ids()).length);
  const all = [...before, ...receiver.taken.map((event) => event.id)];
  expect([...new Set(all)]).toEqual(await ids());
});

it('what cannot be put on record is refused with 503, and the chain goes on', async () => {
  await stack.database.query('ALTER TABLE kept_record RENAME TO kept_elsewhere');
  const answer = await stack.post<Consent>('/Consent', consent('P1', 'feeding'), 'nurse');
  await stack.database.query('ALTER TABLE kept_elsewhere RENAME TO kept_record');
  expect(answer.status).toBe(503);
  await calls(1);
  expect(await verdict(stack.environment)).toMatchObject({ code: 0 });
});

it('two instances each have their stream, and new keys of store and signature change no hash', async () => {
  const config = { ...loadConfig(stack.environment), PORT: 0 };
  const second = await startServer(
    { ...config, fhirBase: config.fhirBase.replace(/:\d+\//, ':0/'), AUTH_AUDIENCE: config.fhirBase },
    { logger: pino({ level: 'silent' }) },
  );
  try {
    await Promise.all([calls(7), calls(7, second.url)]);
    await rotateKeys(config, { learnMs: 0, bothMs: 0 });
    await keys(['rotate'], stack.environment);
    await Promise.all([calls(3), calls(3, second.url)]);
  } finally {
    await second.close();
  }
  expect(new Set((await linksOf(stack.database)).map((link) => link.stream)).size).toBe(2);
  expect(await verdict(stack.environment)).toMatchObject({
    code: 0,
    text: expect.stringMatching(/\(1 open\)/) as string,
  });
});

describe('once it is stopped', () => {
  let copy: TestDatabase;
  let victim: { id: string; stream: string; seq: number };
  beforeAll(async () => {
    await stack.closeServer();
    await writeFile(path.join(folder, 'jwks'), await keys(['export'], stack.environment));
  });
  beforeEach(async () => {
    copy = await freshDatabase(new URL(stack.database.url).pathname.slice(1));
    victim = (await linksOf(copy)).find((link) => link.seq === 2)!;
    return () => copy.drop();
  });
  const proof = () => ['--anchors', path.join(folder, 'anchors'), '--public-key', path.join(folder, 'jwks')];

  it('all is signed for, and nothing is found', async () => {
    const { code, text } = await verdict(withDatabase(copy.url), ...proof());
    expect(text).toMatch(/\(0 open\)/);
    expect(text).not.toMatch(/not signed for yet/);
    expect(code).toBe(0);
  });

  it.each([
    ['a change', () => `UPDATE kept_record SET outcome = 'refused' WHERE id = '${victim.id}'`],
    ['another time', () => `UPDATE kept_record SET at = at - interval '1 day' WHERE id = '${victim.id}'`],
    ['another patient', () => `UPDATE kept_record SET patient_id = NULL WHERE id = '${victim.id}'`],
    ['a gap', () => `DELETE FROM kept_record WHERE id = '${victim.id}'`],
    [
      'another order',
      () =>
        `UPDATE kept_record SET seq = -seq WHERE stream = '${victim.stream}' AND seq IN (2, 3); UPDATE kept_record SET seq = 5 + seq WHERE seq < 0`,
    ],
    ['the end of a stream cut', () => `DELETE FROM kept_record WHERE stream = '${victim.stream}' AND seq > 4`],
    [
      'a stream deleted',
      () =>
        `DELETE FROM kept_record WHERE stream = '${victim.stream}'; DELETE FROM audit_stream WHERE id = '${victim.stream}'`,
    ],
    ['a checkpoint deleted', () => 'DELETE FROM audit_checkpoint WHERE number = 2'],
    ['the last checkpoints deleted', () => 'DELETE FROM audit_checkpoint WHERE number > 3'],
    [
      'a forged record',
      () =>
        `INSERT INTO kept_record (id, kind, at, structure, person, client_id, request_id, patient_id, outcome, content_sealed, hash, seq, stream, terms)
          SELECT gen_random_uuid(), kind, at, structure, person, client_id, request_id, patient_id, outcome, content_sealed, hash, 1000, stream, terms FROM kept_record WHERE id = '${victim.id}'`,
    ],
    [
      'a forged record outside the chain',
      () =>
        `INSERT INTO kept_record (id, kind, at, structure, client_id, outcome, content_sealed) SELECT gen_random_uuid(), kind, at, structure, client_id, outcome, content_sealed FROM kept_record WHERE id = '${victim.id}'`,
    ],
    ['all emptied', () => 'DELETE FROM kept_record; DELETE FROM audit_stream; DELETE FROM audit_checkpoint'],
  ])('%s is found', async (_, sql) => {
    await tamper(copy, sql());
    const { code, text } = await verdict(withDatabase(copy.url), ...proof());
    expect(text).toMatch(/NOT GOOD/);
    expect(code).toBe(1);
  });

  it('what is exported proves itself without the database', async () => {
    const out = path.join(folder, 'all.ndjson');
    await exportTo(['--out', out], stack.environment);
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength((await linksOf(copy)).length);
    const args = ['--export', path.join(folder, 'all.manifest.json'), '--public-key', path.join(folder, 'jwks')];
    expect(await verdict({}, ...args)).toMatchObject({ code: 0 });
    await writeFile(out, lines.slice(1).join('\n'));
    expect(await verdict({}, ...args)).toMatchObject({ code: 1 });
  });
});
