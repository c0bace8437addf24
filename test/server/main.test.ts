import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CapabilityStatement } from '@medplum/fhirtypes';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../server/config.ts';
import { startServer, type Overrides, type RunningServer } from '../../server/main.ts';
import { openTestStore, type TestStore } from '../support/store.ts';
import { FakeDmp, verifyToken } from './fhir/support.ts';

let dataDir: string;
let test: TestStore;
let running: RunningServer | undefined;
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-main-'));
  test = await openTestStore();
});
afterEach(async () => {
  await running?.close();
  running = undefined;
});
afterAll(async () => {
  await test.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const settings = () => ({ DATA_DIR: dataDir, PORT: '0' });
const overrides = (more: Overrides = {}): Overrides => ({
  logger: pino({ level: 'silent' }),
  store: test.store,
  dmp: new FakeDmp(),
  verifyToken,
  ...more,
});

describe('startServer', () => {
  it('listens where the system lets it, says so in its links, and empties the spool', async () => {
    mkdirSync(path.join(dataDir, 'spool'), { recursive: true });
    writeFileSync(path.join(dataDir, 'spool', 'left.spool'), 'x');
    running = await startServer(loadConfig(settings()), overrides());
    expect(running.url).toMatch(/^http:\/\/localhost:[1-9]\d+\/fhir$/);
    const statement = (await (await fetch(`${running.url}/metadata`)).json()) as CapabilityStatement;
    expect(statement.implementation?.url).toBe(running.url);
    expect(readdirSync(path.join(dataDir, 'spool'))).toEqual([]);
  });

  it('lets a request under way end before it closes, and takes no more', async () => {
    const dmp = new FakeDmp();
    let asked: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    dmp.answers['TD0.2'] = async () => {
      asked();
      await wait(200);
      return { interaction: 'x', acknowledgement: 'AA', details: [], patients: [] };
    };
    const server = await startServer(loadConfig(settings()), overrides({ dmp }));
    const { url } = server;
    const agent = new http.Agent({ keepAlive: true });
    const answer = new Promise<number | undefined>((resolve, reject) => {
      http
        .get(
          `${url}/Patient?identifier=236046999012376`,
          { agent, headers: { authorization: 'Bearer all' } },
          (res) => {
            res.resume();
            res.on('end', () => resolve(res.statusCode));
          },
        )
        .on('error', reject);
    });
    await arrived;
    const closing = server.close();
    expect(await answer).toBe(200);
    await closing;
    await server.close();
    await expect(fetch(`${url}/metadata`)).rejects.toThrow();
    agent.destroy();
  });

  it('leaves nothing open when it cannot start', async () => {
    running = await startServer(loadConfig(settings()), overrides());
    const { port } = new URL(running.url);
    await expect(startServer(loadConfig({ ...settings(), PORT: port }), overrides())).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect((await fetch(`${running.url}/metadata`)).status).toBe(200);
  });

  it('names the setting that the DMP client lacks, before it starts a database', async () => {
    await expect(startServer(loadConfig(settings()), overrides({ dmp: undefined, store: undefined }))).rejects.toThrow(
      ConfigError,
    );
    expect(readdirSync(dataDir)).toEqual(['spool']);
  });
});
