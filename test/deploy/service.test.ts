/** The service's unit: judged by systemd's own checkers; its command, run; its settings, read. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, settings } from '../../server/config.ts';
import { refuseDemonstration } from '../../server/production.ts';
import { root } from '../support/demonstration.ts';
import { describeNeeding } from '../support/shared.ts';
import { startStack } from '../support/stack.ts';

const unit = readFileSync(path.join(root, 'deploy/dmp-fhir.service'), 'utf8');
const example = readFileSync(path.join(root, 'deploy/dmp-fhir.env.example'), 'utf8');
const valuesOf = (directive: string): string[] =>
  [...unit.matchAll(new RegExp(`^${directive}=(.*)$`, 'gm'))].map(([, value]) => value!);

describeNeeding(
  'the unit, by systemd-analyze',
  spawnSync('systemd-analyze', ['--version']).status === 0 ? undefined : 'systemd-analyze is not installed',
  () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'unit-'));
    afterAll(() => rmSync(dir, { recursive: true, force: true }));
    /** The checkers look whether what it starts is there: in this test, it is elsewhere. */
    const analyze = (text: string, ...args: string[]) => {
      const file = path.join(dir, 'dmp-fhir.service');
      writeFileSync(file, text.replaceAll('/usr/bin/node', process.execPath).replaceAll('/opt/dmp-fhir', root));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' });
      return { status, said: stdout + stderr };
    };

    it('is well formed: nothing to say', () => {
      expect(analyze(unit, 'verify')).toEqual({ status: 0, said: '' });
      expect(analyze(unit.replace('DynamicUser=', 'DynamicUsr='), 'verify').said).toContain('DynamicUsr');
    });

    it('is exposed to 2.0 of 10 at most', () => {
      const exposed = (text: string) => analyze(text, 'security', '--offline=true', '--threshold=20').status;
      expect(exposed(unit)).toBe(0);
      expect(exposed(unit.replace('ProtectSystem=strict', '').replace(/^SystemCallFilter=.*$/gm, ''))).not.toBe(0);
    });
  },
);

describe('what it starts', () => {
  it('is the façade alone, and ends well when it is told to', { timeout: 60_000 }, async () => {
    const stack = await startStack({}, {}, { consents: false });
    await stack.closeServer();
    const [command, ...args] = valuesOf('ExecStart')[0]!.split(' ');
    expect(command).toBe('/usr/bin/node');
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { PATH: process.env['PATH'], ...stack.environment, DRAIN_SECONDS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    let log = '';
    child.stdout.on('data', (part) => (log += String(part)));
    await expect.poll(() => log, { timeout: 30_000 }).toContain('"msg":"listening"');
    expect((await fetch(`${stack.origin}/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await stack.close();
  });

  it('says what is missing, and ends with a failure', () => {
    const { status, stderr } = spawnSync(process.execPath, valuesOf('ExecStart')[0]!.split(' ').slice(1), {
      cwd: root,
      env: { PATH: process.env['PATH'], ENVIRONMENT: 'production', DATA_DIR: os.tmpdir() },
      encoding: 'utf8',
    });
    expect(status).toBe(Number(valuesOf('RestartPreventExitStatus')[0]));
    expect(stderr).toContain('DMP_URL: must name the DMP');
  });

  it('is waited for longer than it takes to go', () => {
    const drain = loadConfig(parseEnv(example)).DRAIN_SECONDS;
    expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThan(drain + 10 + 5);
  });

  it('gets its keys as credentials, under names of settings', () => {
    const credentials = valuesOf('LoadCredential').map((value) => value.split(':')[0]);
    const keys = valuesOf('Environment').filter((value) => value.includes('%d/'));
    expect(keys.map((value) => value.split('%d/')[1])).toEqual(credentials);
    for (const value of valuesOf('Environment')) expect(Object.keys(settings)).toContain(value.split('=')[0]);
  });
});

describe('its settings', () => {
  const given = parseEnv(example) as Record<string, string>;
  const left = [...example.matchAll(/^#([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!);

  it('are settings, and valid', () => {
    for (const name of [...Object.keys(given), ...left]) expect(Object.keys(settings)).toContain(name);
    expect(loadConfig(given).PUBLIC_URL).toBe('https://dmp.example.org');
  });

  it('do not start a production until what is left out is filled in: whatever is then missed is among it', () => {
    expect(() => refuseDemonstration(loadConfig(given))).toThrow();
    try {
      refuseDemonstration(loadConfig(given));
    } catch (error) {
      const missed = [...(error as Error).message.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name!);
      expect(missed.length).toBeGreaterThan(5);
      expect(left).toEqual(expect.arrayContaining(missed));
    }
  });
});
