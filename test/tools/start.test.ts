import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { npmStart, type Place, placeIn, type Started, tokenOf } from '../support/demonstration.ts';

const patient = '/Patient?identifier=urn:oid:1.2.250.1.213.1.4.10|236046999012376';
let dir: string;
let place: Place;
const begun: Started[] = [];

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'start-'));
  place = await placeIn(dir);
});
afterEach(async () => {
  for (const one of begun.splice(0)) await one.stop();
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

async function start(settings: Record<string, string> = {}): Promise<Started> {
  const started = await npmStart(place, settings);
  begun.push(started);
  return started;
}

async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await condition()); attempt++) {
    if (attempt > 600) throw new Error('It never came.');
    await sleep(50);
  }
}

// Whole processes on a machine that may have two cores and other work.
describe('npm start', { timeout: 120_000 }, () => {
  it('asks the simulator over mutual TLS for the nurse, and leaves nothing running when it is told to stop', async () => {
    const running = await start();
    expect(running.errors()).toBe('');
    expect((await fetch(`${running.url}/metadata`)).status).toBe(200);
    expect((await fetch(running.url + patient)).status).toBe(401);
    const found = await fetch(running.url + patient, { headers: { Authorization: `Bearer ${await tokenOf(place)}` } });
    const body: unknown = await found.json();
    expect(found.status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 1 });

    running.child.kill('SIGTERM');
    const [code] = (await running.ended) as [number | null];
    expect(code).toBe(0);
    expect(await answers(running.url)).toBe(false);
    expect(await answers(running.dmpUrl)).toBe(false);
    expect(existsSync(path.join(dir, 'data/postgres/cluster/postmaster.pid'))).toBe(false);
    expect(existsSync(path.join(dir, 'data/postgres/facade.lock'))).toBe(false);
  });

  it('starts again after it was killed, with the same keys', async () => {
    const certificate = () => readFile(path.join(dir, 'data/pki/org-auth.cert.pem'), 'utf8');
    const before = await certificate();
    const killed = await start();
    killed.child.kill('SIGKILL');
    await killed.ended;
    // The simulator sees that its parent has gone.
    await eventually(async () => !(await answers(killed.dmpUrl)));
    const again = await start();
    expect(again.errors()).toBe('');
    expect((await fetch(`${again.url}/metadata`)).status).toBe(200);
    expect(await certificate()).toBe(before);
  });

  it.each([
    ['simulator', 'tools/simulator.ts', 'SIGKILL'],
    ['stand-in of Pro Santé Connect', 'tools/psc.ts', 'SIGKILL'],
    // Cut off at once, as by a crash; orphans of a killed one are what the next start cleans up.
    ['embedded database', 'bin/postgres', 'SIGQUIT'],
  ] as const)('ends, and says why, when the %s has ended', async (name, command, signal) => {
    const running = await start();
    const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(running.child.pid)]);
    const pids = stdout.trim().split(/\s+/).map(Number);
    const commands = await Promise.all(
      pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    process.kill(pids[commands.findIndex((c) => c.includes(command))]!, signal);
    const [code] = (await running.ended) as [number | null];
    expect(code).toBe(1);
    expect(running.errors()).toContain(`${name} has ended`);
  });

  it('says which setting to change when a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const occupied = String((taken.address() as AddressInfo).port);
    const settings = ['PORT', ...['', 'CONTROL_', 'PSC_', 'PSC_TLS_', 'PSC_CONTROL_'].map((p) => `SIMULATOR_${p}PORT`)];
    for (const setting of settings) {
      const failed = await start({ [setting]: occupied });
      const [code] = (await failed.ended) as [number | null];
      expect(code).toBe(1);
      expect(failed.errors()).toContain(`Port ${occupied} is taken: set ${setting.replace(/_(CONTROL|TLS)/, '')}`);
      expect(failed.errors()).not.toMatch(/\n +at /);
      expect(existsSync(path.join(dir, 'data/postgres/facade.lock'))).toBe(false);
    }
    taken.close();
  });

  it('demands the real things in production', async () => {
    const failed = await start({ ENVIRONMENT: 'production' });
    for (const name of ['DMP_URL', 'STRUCTURE_ID', 'LPS_OID', 'DMP_TLS_CERT', 'PUBLIC_URL'])
      expect(failed.errors()).toContain(`\n  ${name}: `);
    expect(failed.child.exitCode).toBe(1);
  });

  it('names a setting that is not valid, and not its value', async () => {
    const failed = await start({ STRUCTURE_SECTOR: 'SA17', PAGE_SIZE: 'plenty' });
    expect(failed.errors()).toContain('PAGE_SIZE');
    expect(failed.errors()).not.toContain('plenty');
    expect(failed.child.exitCode).toBe(1);
  });
});
