/** Whether the DMP can be reached, without a word to it. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { dmpReach } from '../../../server/dmp/reach.ts';
import { testPki } from './pki.ts';
import { startStack, type Stack } from '../../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({}, {}, { consents: false });
});
afterAll(() => stack.close());

const reach = (settings: Record<string, string> = {}): Promise<void> =>
  dmpReach(loadConfig({ ...stack.environment, ...settings }), stack.structures)();

describe('the DMP', () => {
  it('is reached by a handshake, and asked nothing', async () => {
    await stack.resetCalls();
    await expect(reach()).resolves.toBeUndefined();
    expect(await stack.calls()).toEqual([]);
  });

  it('is not, where nobody listens, or somebody whom the authorities do not vouch for', async () => {
    await expect(reach({ DMP_URL: 'https://localhost:1/x' })).rejects.toThrow();
    const { authority } = await testPki();
    const other = path.join(stack.dataDir, 'other-authority.pem');
    writeFileSync(other, authority);
    await expect(reach({ DMP_CA: other })).rejects.toMatchObject({
      code: expect.stringMatching(/CERT|ISSUER/) as string,
    });
  });

  it('is not, where a server that takes the connection does not answer', { timeout: 20_000 }, async () => {
    const silent = net.createServer();
    silent.listen(0, 'localhost');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await expect(reach({ DMP_URL: `https://localhost:${port}/x` })).rejects.toThrow();
    silent.close();
  });

  it('is shown the structure’s certificate', async () => {
    const server = tls.createServer({
      key: readFileSync(stack.pki.server.key),
      cert: readFileSync(stack.pki.server.chain),
      ca: readFileSync(stack.pki.ca),
      requestCert: true,
    });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    const connected = once(server, 'secureConnection');
    await reach({ DMP_URL: `https://localhost:${(server.address() as AddressInfo).port}/x` });
    const [socket] = (await connected) as [tls.TLSSocket];
    expect([socket.authorized, socket.getPeerCertificate().subject.OU]).toEqual([true, '1990100109']);
    server.close();
  });
});
