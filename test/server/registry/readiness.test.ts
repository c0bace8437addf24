/** `/health/ready` and the log of a façade whose own certificates come to their end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { startServer } from '../../../server/main.ts';
import { testAuthority, verger } from '../../support/registry.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { FakeDmp, verifyToken } from '../fhir/support.ts';

const DAY_MS = 86_400_000;
let world: TestStore;
let dir: string;
const settings: Record<string, string> = {};
beforeAll(async () => {
  world = await openTestStore();
  dir = await mkdtemp(path.join(os.tmpdir(), 'readiness-'));
  const authority = await testAuthority();
  for (const [name, kind] of [
    ['DMP_TLS', 'tls'],
    ['DMP_SIGN', 'seal'],
  ] as const) {
    const { chain, key } = await authority.issue(kind, verger);
    for (const [what, text] of [
      ['CERT', chain],
      ['KEY', key],
    ] as const) {
      settings[`${name}_${what}`] = path.join(dir, `${name}_${what}`);
      await writeFile(settings[`${name}_${what}`]!, text);
    }
  }
});
afterAll(async () => {
  await world.close();
  await rm(dir, { recursive: true, force: true });
});

// Certificates of the throw-away authority last 730 days.
it.each([
  [0, 200, { status: 'ok', checks: { database: 'ok', audit: 'ok', keys: 'ok', dmp: 'ok', certificates: 'ok' } }, ''],
  [
    700,
    200,
    { status: 'degraded', checks: { database: 'ok', audit: 'ok', keys: 'ok', dmp: 'ok', certificates: 'degraded' } },
    'expiring',
  ],
  [
    728,
    200,
    { status: 'degraded', checks: { database: 'ok', audit: 'ok', keys: 'ok', dmp: 'ok', certificates: 'degraded' } },
    'urgent',
  ],
  [
    731,
    503,
    { status: 'failed', checks: { database: 'ok', audit: 'ok', keys: 'ok', dmp: 'failed', certificates: 'degraded' } },
    'expired',
  ],
])('after %d days: %d, said to nobody in detail but to the log', async (days, status, body, standing) => {
  let log = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  const at = new Date(Date.now() + days * DAY_MS);
  const running = await startServer(loadConfig({ ...settings, DATA_DIR: dir, PORT: '0' }), {
    ...{ store: world.store, dmp: new FakeDmp(), verifyToken, now: () => at },
    logger: pino({ level: 'info' }, sink),
  });
  try {
    const res = await fetch(running.url.replace(/fhir$/, 'health/ready'));
    expect([res.status, await res.json()]).toEqual([status, body]);
    const said = (): string[] => log.split('\n').filter((line) => line.includes('"certificate":'));
    await vi.waitFor(() => expect(said()).toHaveLength(standing === '' ? 0 : 2), 10_000);
    for (const line of said()) expect(JSON.parse(line)).toMatchObject({ structure: verger.id, standing });
    expect((await fetch(running.url.replace(/fhir$/, 'health/live'))).status).toBe(200);
  } finally {
    await running.close();
  }
});
