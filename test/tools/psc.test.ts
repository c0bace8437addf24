/** The stand-in of Pro Santé Connect as `npm start` starts it: a program of its own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startPscProcess } from '../../tools/demo/psc-process.ts';
import { ensurePki } from '../../tools/pki.ts';
import { post } from '../simulator/psc/support/psc.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'psc-'));
  await ensurePki(dir, { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' });
});
afterAll(() => rm(dir, { recursive: true }));

const env = {
  PATH: process.env['PATH'],
  SIMULATOR_PSC_PORT: '0',
  SIMULATOR_PSC_TLS_PORT: '0',
  SIMULATOR_PSC_CONTROL_PORT: '0',
};

it.each([
  ['made', {}],
  ['given', { SIMULATOR_PSC_CLIENT_SECRET: 'a-secret-of-the-environment-long-enough' }],
])('serves until it is told to stop, and knows the client by the secret in its file: %s', async (_, more) => {
  const psc = await startPscProcess(dir, { ...env, ...more });
  const { issuer } = (await (await fetch(psc.discoveryUrl)).json()) as { issuer: string };
  const basic = `Basic ${Buffer.from(`${psc.clientId}:${(await readFile(psc.clientSecretFile, 'utf8')).trim()}`).toString('base64')}`;
  expect(await post({ issuer }, 'token/introspect', { token: 'x' }, basic)).toMatchObject({ status: 200 });
  expect((await fetch(psc.phoneUrl)).status).toBe(200);
  await psc.stop();
  await expect(fetch(psc.discoveryUrl)).rejects.toThrow();
});

it('says which setting to change when a port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const taken = { ...env, SIMULATOR_PSC_PORT: String(port) };
  await expect(startPscProcess(dir, taken)).rejects.toThrow(`Port ${port} is taken: set SIMULATOR_PSC_PORT`);
  other.close();
});
