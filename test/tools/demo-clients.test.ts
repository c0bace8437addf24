/** The applications that `npm start` registers, on a real store: there after each start, and never in an administrator's way. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Config, loadConfig } from '../../server/config.ts';
import { administration, type Administration } from '../../server/registry/administration/index.ts';
import { openRegistry } from '../../server/registry/index.ts';
import { registerDemoClients } from '../../tools/demo/clients.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'demo-clients-'));
let test: TestStore;
let config: Config;
let admin: Administration;

beforeAll(async () => {
  test = await openTestStore();
  config = loadConfig({ DATA_DIR: dir });
  admin = administration(config, test.store.registry, await openRegistry(config, test.store.registry, { pollMs: 0 }));
});
afterAll(async () => {
  await test.close();
  rmSync(dir, { recursive: true });
});

const start = (port = 8080, data = config) => registerDemoClients(admin, data, `http://localhost:${port}/fhir`);
const versions = () => Object.fromEntries(admin.clients.list().map(({ id, version }) => [id, version]));
const administrator = { author: { by: 'cli', account: 'somebody' } } as const;

it('are registered once', async () => {
  await start();
  const first = versions();
  expect(Object.keys(first).sort()).toEqual(['demo-app', 'demo-console', 'demo-docs', 'demo-dui', 'demo-web']);
  await start();
  expect(versions()).toEqual(first);
  expect(JSON.stringify(admin.clients.show('demo-dui').jwks)).not.toContain('"d"');
});

it('follow the port and the key of this start', async () => {
  await start(8081);
  expect(admin.clients.show('demo-docs').redirectUris).toEqual(['http://localhost:8081/docs/api/oauth2-redirect.html']);
  expect(admin.clients.show('demo-console').redirectUris).toEqual(['http://localhost:8081/console']);
  const { jwks } = admin.clients.show('demo-dui');
  await start(8081, loadConfig({ DATA_DIR: path.join(dir, 'other') }));
  expect(admin.clients.show('demo-dui').jwks).not.toEqual(jwks);
});

it('stay as an administrator has left them: changed, or withdrawn', async () => {
  await admin.clients.set('demo-app', { scopes: ['openid'] }, administrator);
  await admin.clients.setState('demo-docs', 'withdrawn', administrator);
  const before = versions();
  await start(8082);
  expect(admin.clients.show('demo-app').scopes).toEqual(['openid']);
  expect(admin.clients.show('demo-docs').state).toBe('withdrawn');
  expect(versions()).toMatchObject({ 'demo-app': before['demo-app'], 'demo-docs': before['demo-docs'] });
});

it('has neither reference nor console where the browser could not be sent back safely', async () => {
  const fresh = await openTestStore();
  try {
    const registry = await openRegistry(config, fresh.store.registry, { pollMs: 0 });
    const other = administration(config, fresh.store.registry, registry);
    await registerDemoClients(other, config, 'http://10.0.0.7:8080/fhir');
    expect(
      other.clients
        .list()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['demo-app', 'demo-dui', 'demo-web']);
  } finally {
    await fresh.close();
  }
});
