/**
 * Issue 5, line 1 (clients and structures are registered by an administrator's command line and by a protected admin API), over real
 * HTTP, TLS and processes, with real tokens: nothing is restarted.
 */
import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import type { ChangeView } from '../../server/registry/administration/index.ts';
import { openRegistry } from '../../server/registry/index.ts';
import { openStore } from '../../server/store/index.ts';
import { makeToken, type TokenOptions } from '../support/outside-issuer.ts';
import { type AdminAnswer, clientInput, homologation, saules, structureInput, verger } from '../support/registry.ts';
import { startStack, type Stack } from '../support/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const exec = promisify(execFile);
const soon = { timeout: 30_000, interval: 100 };

let stack: Stack;
beforeAll(async () => {
  // The second pair of the establishment itself is what it renews its certificates with.
  stack = await startStack(
    { INSTALLATION_ADMINISTRATORS: '899700101233' },
    {},
    { consents: false, others: [saules, verger] },
  );
});
afterAll(() => stack.close());

const director: TokenOptions = { person: 'admin', scope: 'admin/registry.rw' };
const installer: TokenOptions = { person: 'doctor', scope: 'admin/registry.rw' };
let answers = '';

async function admin(who: TokenOptions, method: string, url: string, body?: unknown) {
  const res = await fetch(`${stack.origin}/admin${url}`, {
    method,
    headers: {
      authorization: `Bearer ${await makeToken(loadConfig(stack.environment), who)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await res.text();
  answers += text;
  return { status: res.status, headers: res.headers, body: JSON.parse(text) as AdminAnswer };
}

/** `npm run -s admin -- …`, with the settings of the façade that runs. */
const cli = async (...args: string[]): Promise<unknown> => {
  const command = ['--import', 'tsx', 'tools/admin.ts', ...args, '--json'];
  const env = { PATH: process.env['PATH'], ...stack.environment };
  return JSON.parse((await exec(process.execPath, command, { cwd: root, env })).stdout);
};
const ready = async (): Promise<unknown> => (await fetch(`${stack.origin}/health/ready`)).json();

// Each command is a process of its own: on a busy machine that takes its time.
describe('registration', { timeout: 120_000 }, () => {
  it('a structure, by the command line: the façade that runs knows it within seconds, and what it lacks', async () => {
    expect(await ready()).toMatchObject({ status: 'ok', checks: { certificates: 'ok' } });
    const { lps, name, administrators } = structureInput();
    const secret = path.join(stack.dataDir, 'homologation');
    await writeFile(secret, homologation);
    await cli(
      ...['structure', 'add', saules.id, '--name', name, '--sector', 'SA17', '--practice-setting', 'ESSMS'],
      ...['--content-type', '11', '--lps-name', lps.name, '--lps-version', lps.version, '--lps-id', lps.id],
      ...['--lps-oid', lps.oid, '--homologation-file', secret, '--administrator', administrators[0]!],
    );
    await vi.waitFor(async () => expect(await ready()).toMatchObject({ status: 'degraded' }), soon);
    const { orgAuth, orgSign } = stack.pki.others.get(saules.id)!;
    const add = ['certificate', 'add', saules.id, '--kind'];
    await cli(...add, 'AUTH_CLI', '--cert', orgAuth.chain, '--key', orgAuth.key);
    await cli(...add, 'SIGN', '--cert', orgSign.chain, '--key', orgSign.key);
    await vi.waitFor(async () => {
      const { body } = await admin(installer, 'GET', `/structures/${saules.id}`);
      expect(body).toMatchObject({ ...saules, inForce: true, lps: { version: lps.version } });
    }, soon);
    expect(await ready()).toMatchObject({ status: 'ok' });
  });

  it('what was registered opens the DMP’s mutual TLS', async () => {
    const config = loadConfig(stack.environment);
    const store = await openStore(config);
    const registry = await openRegistry(config, store.registry, { pollMs: 0 });
    const { tls } = registry.structures.materialOf(saules.id);
    await registry.close();
    await store.close();
    const ask = (material: object) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { ...material, ca: [] as string[], agent: false as const };
        readFile(stack.pki.ca, 'utf8').then((ca) => {
          https
            .get(config.DMP_URL!, { ...options, ca }, (res) => {
              res.resume();
              resolve(res.statusCode);
            })
            .on('error', reject);
        }, reject);
      });
    expect(await ask(tls)).toBeGreaterThanOrEqual(400);
    await expect(ask({}), 'without a certificate').rejects.toThrow();
  });

  it('a client, by the admin API: its structure’s director, and nobody else’s token or scope', async () => {
    const input = { ...clientInput([verger.id]), id: 'app.verger' };
    for (const [who, row] of [
      [{ person: 'nurse', scope: 'admin/registry.rw' }, 'registry-administrator'],
      [{ person: 'admin' }, 'scope-missing'],
      [{ person: 'admin', scope: 'admin/registry.r' }, 'scope-missing'],
    ] as const) {
      const { status, body } = await admin(who, 'POST', '/clients', input);
      expect([status, body.issue[0]?.details.coding[0]?.code]).toEqual([403, row]);
    }
    const made = await admin(director, 'POST', '/clients', input);
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${stack.origin}/admin/clients/app.verger`);
    expect((await admin(director, 'GET', `/structures/${saules.id}`)).status, 'another structure').toBe(404);
    const beyond = { ...input, id: 'app.both', structures: [verger.id, saules.id] };
    expect((await admin(director, 'POST', '/clients', beyond)).status).toBe(403);
    expect((await admin(installer, 'POST', '/clients', beyond)).status).toBe(201);
    expect(await cli('client', 'show', 'app.verger')).toMatchObject({ ...input, state: 'active' });
    const [last] = (await cli('client', 'history', 'app.verger')) as ChangeView[];
    expect(last).toMatchObject({
      action: 'client-add',
      author: { by: 'api', person: '3990100109/DIR-01', structure: verger.id },
    });
  });

  it('a withdrawal by the command line holds in the façade that runs', async () => {
    await cli('client', 'withdraw', 'app.verger');
    await vi.waitFor(async () => {
      expect((await admin(director, 'GET', '/clients/app.verger')).body).toMatchObject({ state: 'withdrawn' });
    }, soon);
    await cli('structure', 'withdraw', saules.id);
    await vi.waitFor(async () => {
      expect((await admin(installer, 'GET', `/structures/${saules.id}`)).body).toMatchObject({ inForce: false });
    }, soon);
  });

  it('the establishment’s own certificates are renewed in their files, without a restart', async () => {
    const inForce = async (): Promise<string[]> =>
      (await admin(director, 'GET', `/structures/${verger.id}`)).body.certificates.map(({ serial }) => serial);
    const before = await inForce();
    const { orgAuth } = stack.pki.others.get(verger.id)!;
    await copyFile(orgAuth.chain, stack.pki.orgAuth.chain);
    await copyFile(orgAuth.key, stack.pki.orgAuth.key);
    await vi.waitFor(async () => expect((await inForce())[0]).not.toBe(before[0]), soon);
    expect((await inForce())[1]).toBe(before[1]);
    expect((await admin(director, 'GET', '/certificates')).body.certificates).toMatchObject([
      { structure: verger.id, standing: 'valid' },
      { structure: verger.id, standing: 'valid' },
    ]);
  });

  it('no secret in an answer or in the log, and no person in the log', async () => {
    const keys = await Promise.all(
      [stack.pki.others.get(saules.id)!.orgAuth.key, stack.pki.orgAuth.key].map((f) => readFile(f, 'utf8')),
    );
    for (const text of [answers, stack.log()])
      for (const secret of [
        homologation,
        'HOMOL-FICTIVE-0001',
        'PRIVATE KEY',
        ...keys.map((key) => key.split('\n')[2]!),
      ])
        expect(text).not.toContain(secret);
    for (const person of ['899700101233', '3990100109', '3990100117/DIR-01']) expect(stack.log()).not.toContain(person);
    expect(stack.log()).toContain('/admin/clients/:id');
  });
});
