/** HAProxy with the configuration that we give, in front of the façade: what it says of a client’s certificate, and what it hides. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { testPki, type TestPki } from '../server/dmp/pki.ts';
import { freePort, root } from '../support/demonstration.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { describeNeeding } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

const missing = spawnSync('haproxy', ['-v']).status === 0 ? undefined : 'haproxy is not installed';
const search = `/fhir/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`;

describeNeeding('mutual TLS at a proxy', missing, () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'proxy-'));
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(dir, name), text);
    return path.join(dir, name);
  };
  let pki: TestPki;
  let stack: Stack;
  let proxy: ReturnType<typeof spawn>;
  let log = '';
  let origin: string;
  const agents: Agent[] = [];

  beforeAll(async () => {
    pki = await testPki();
    stack = await startStack({ TRUSTED_PROXIES: '127.0.0.1', DRAIN_SECONDS: '10' });
    const port = await freePort();
    origin = `https://localhost:${port}`;
    const cfg = file(
      'haproxy.cfg',
      readFileSync(path.join(root, 'deploy/haproxy.cfg'), 'utf8')
        .replace(
          '/etc/haproxy/dmp-fhir.pem',
          file('server.pem', pki.server.certificate + pki.authority + pki.server.key),
        )
        .replace('/etc/haproxy/igc-sante.pem', file('authorities.pem', pki.authority + pki.root))
        .replace('bind :443', `bind 127.0.0.1:${port}`)
        .replace('127.0.0.1:8080', new URL(stack.origin).host.replace('localhost', '127.0.0.1')),
    );
    const checked = spawnSync('haproxy', ['-c', '-f', cfg], { encoding: 'utf8' });
    expect([checked.status, checked.stderr]).toEqual([0, '']);
    proxy = spawn('haproxy', ['-db', '-f', cfg], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [proxy.stdout!, proxy.stderr!]) stream.on('data', (part) => (log += String(part)));
    await vi.waitUntil(async () => (await ask('/fhir/metadata').catch(() => 0)) === 200, { timeout: 20_000 });
  });
  afterAll(async () => {
    const ended = once(proxy, 'exit');
    proxy.kill('SIGTERM');
    await ended;
    for (const agent of agents) await agent.close();
    await stack.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** @param as whose certificate is shown */
  async function ask(url: string, headers: Record<string, string> = {}, as?: TestPki['client']): Promise<number> {
    const shown = as === undefined ? {} : { cert: as.certificate + pki.authority, key: as.key };
    const dispatcher = new Agent({ connect: { ca: pki.root, ...shown } });
    agents.push(dispatcher);
    const answer = await undiciFetch(`${origin}${url}`, { dispatcher, headers });
    await answer.arrayBuffer();
    return answer.status;
  }

  const boundTo = async (pem: string): Promise<Record<string, string>> => {
    const thumbprint = createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
    const token = await makeToken(loadConfig(stack.environment), { cnf: { 'x5t#S256': thumbprint } });
    return { authorization: `Bearer ${token}` };
  };

  it('a token that is bound to a certificate is good for whoever shows it, and for nobody else', async () => {
    const bound = await boundTo(pki.client.certificate);
    expect(await ask(search, bound, pki.client)).toBe(200);
    expect(await ask(search, bound, pki.other.client)).toBe(401);
    expect(await ask(search, bound)).toBe(401);
  });

  it('what a client says under the proxy’s names is not believed', async () => {
    const bound = await boundTo(pki.client.certificate);
    const said = `:${new X509Certificate(pki.client.certificate).raw.toString('base64')}:`;
    expect(await ask(search, { ...bound, 'client-cert': said })).toBe(401);
    expect(await ask(search, { ...bound, 'client-cert': said }, pki.other.client)).toBe(401);
  });

  it('a certificate of somebody else’s authority does not come in', async () => {
    await expect(ask('/fhir/metadata', {}, pki.stranger)).rejects.toThrow();
  });

  it('its log has no URL', async () => {
    await expect.poll(() => log).toMatch(/facades\/one GET 200/);
    expect(log).not.toContain(patients.P1.ins);
    expect(log).not.toContain('Patient');
  });

  it('takes an instance out that is about to stop, before it closes', async () => {
    const closing = stack.closeServer();
    // HAProxy's own answer when it has no instance left.
    await expect.poll(() => ask('/health/live'), { timeout: 9_000 }).toBe(503);
    expect((await fetch(`${stack.origin}/health/live`)).status).toBe(200);
    await closing;
  });
});
