/** Two instances on one database, each with its registry: what one writes the other sees, without a restart. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Config, loadConfig } from '../../../server/config.ts';
import { administration, type Administration } from '../../../server/registry/administration/index.ts';
import { openRegistry, type Registry, type RegistryOptions } from '../../../server/registry/index.ts';
import { openStore, type Store } from '../../../server/store/index.ts';
import {
  clientInput,
  named,
  saules,
  structureInput,
  type TestAuthority,
  testAuthority,
  tilleuls,
  verger,
} from '../../support/registry.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const author = { by: 'cli', account: 'test' } as const;
const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Math.floor(Date.now() / 1000) * 1000 + days * DAY_MS);

let world: TestStore;
let second: Store;
let authority: TestAuthority;
let dir: string;
let config: Config;
const opened: Registry[] = [];

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'registry-'));
  authority = await testAuthority();
});
beforeAll(async () => {
  world = await openTestStore();
  second = await openStore(world.config);
});
afterEach(async () => {
  for (const registry of opened.splice(0)) await registry.close();
});
afterAll(async () => {
  await second.close();
  await world.close();
  await rm(dir, { recursive: true, force: true });
});

/** Writes the files of the settings, as whoever renews certificates does. */
async function settingsFiles(change: { tls?: object; seal?: object } = {}): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [kind, name] of [
    ['tls', 'DMP_TLS'],
    ['seal', 'DMP_SIGN'],
  ] as const) {
    const { chain, key } = { ...(await authority.issue(kind, verger)), ...change[kind] };
    for (const [what, text] of [
      ['CERT', chain],
      ['KEY', key],
    ] as const) {
      const file = path.join(dir, `${name}_${what}.pem`);
      await writeFile(file, text);
      files[`${name}_${what}`] = file;
    }
  }
  return files;
}

async function open(store = world.store, options: RegistryOptions = {}): Promise<Registry & { admin: Administration }> {
  config = loadConfig({});
  const registry = await openRegistry(config, store.registry, { pollMs: 0, ...options });
  opened.push(registry);
  return { ...registry, admin: administration(config, store.registry, registry) };
}

/** A structure that is in force from now on, if it is not yet. */
async function register(
  { admin, structures }: Pick<Registry, 'structures'> & { admin: Administration },
  of = saules,
): Promise<void> {
  if (structures.of(of.id)) return;
  await admin.structures.add(structureInput(of), author);
  for (const kind of ['tls', 'seal'] as const)
    await admin.structures.addCertificate(of.id, named(await authority.issue(kind, of)), author);
}

describe('the structure of the settings', () => {
  it('is there without any registration, with its administrators and the files of its certificates', async () => {
    const files = await settingsFiles();
    const own = loadConfig({
      ...files,
      STRUCTURE_ADMINISTRATORS: '3990100109/DIR-01',
      STRUCTURE_PROFESSIONALS: '899700307715',
    });
    const registry = await openRegistry(own, world.store.registry, { pollMs: 0 });
    opened.push(registry);
    const { primary } = registry.structures;
    expect(primary).toMatchObject({ ...verger, sector: 'SA17', administrators: ['3990100109/DIR-01'] });
    expect(primary.professionals).toEqual(['899700307715']);
    expect(primary.lps).toMatchObject({ name: 'DMP-FHIR', homologation: 'HOMOL-FICTIVE-0001' });
    expect(registry.structures.of(verger.id)).toBe(primary);
    expect(registry.structures.materialOf(verger.id).tls.cert).toContain('BEGIN CERTIFICATE');
  });

  it('without files, says which setting is missing', async () => {
    const { structures } = await open();
    expect(structures.of(verger.id)).toBe(structures.primary);
    expect(() => structures.materialOf(verger.id)).toThrow(/DMP_TLS_CERT: is required/);
  });

  it('takes renewed files in use when they go together, and keeps those that it has while they do not', async () => {
    const own = loadConfig(await settingsFiles());
    const warn = vi.fn();
    const logger = { info: vi.fn(), warn, error: vi.fn() };
    const registry = await openRegistry(own, world.store.registry, { pollMs: 0, logger });
    opened.push(registry);
    const changed: string[] = [];
    registry.structures.onChange((id) => changed.push(id));
    const before = registry.structures.materialOf(verger.id);
    const next = await authority.issue('tls', verger);
    await writeFile(own.DMP_TLS_CERT!, next.chain);
    await registry.refresh();
    await registry.refresh();
    expect(registry.structures.materialOf(verger.id), 'the key is still the old one').toEqual(before);
    expect(warn.mock.calls).toEqual([
      [{ structure: verger.id, problems: ['certificate-key'] }, 'new certificates in DMP_TLS_CERT … are not used'],
    ]);
    await writeFile(own.DMP_TLS_KEY!, next.key);
    await registry.refresh();
    expect(registry.structures.materialOf(verger.id).tls).toEqual({ cert: next.chain, key: next.key });
    expect(changed).toEqual([verger.id]);
    const stranger = await authority.issue('tls', saules);
    await writeFile(own.DMP_TLS_CERT!, stranger.chain);
    await writeFile(own.DMP_TLS_KEY!, stranger.key);
    await registry.refresh();
    expect(registry.structures.materialOf(verger.id).tls.cert, 'another structure’s').toBe(next.chain);
  });

  it('is not registered besides; should it be, from before it was in the settings, the settings count', async () => {
    const { admin } = await open();
    const refused = admin.structures.add(structureInput(verger), author);
    await expect(refused).rejects.toMatchObject({ issues: [{ key: 'registry-settings' }] });
    await expect(admin.structures.set(verger.id, { name: 'X' }, author)).rejects.toThrow('registry-settings');
    await register(await open(), tilleuls);
    const warn = vi.fn();
    const logger = { info: vi.fn(), warn, error: vi.fn() };
    const moved = loadConfig({ STRUCTURE_ID: tilleuls.id, STRUCTURE_NAME: 'SELON LES PARAMÈTRES' });
    const registry = await openRegistry(moved, world.store.registry, { pollMs: 0, logger });
    opened.push(registry);
    expect(registry.structures.of(tilleuls.id)?.name).toBe('SELON LES PARAMÈTRES');
    expect(registry.structures.all().filter(({ id }) => id === tilleuls.id)).toHaveLength(1);
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe('a registered structure', () => {
  it('is in force when it has both certificates, here at once and in another instance at its next look', async () => {
    const [here, there] = [await open(), await open(second)];
    const changes: string[] = [];
    there.structures.onChange((id) => changes.push(id));
    const { structures } = here;
    await here.admin.structures.add(structureInput(), author);
    expect(structures.of(saules.id), 'no certificate yet').toBeUndefined();
    expect(() => structures.materialOf(saules.id)).toThrow(RangeError);
    const tls = await authority.issue('tls');
    await here.admin.structures.addCertificate(saules.id, named(tls), author);
    expect(structures.of(saules.id), 'one certificate').toBeUndefined();
    const seal = await authority.issue('seal');
    await here.admin.structures.addCertificate(saules.id, named(seal), author);
    expect(structures.of(saules.id)).toEqual(structureInput());
    expect(there.structures.of(saules.id)).toBeUndefined();
    await there.refresh();
    expect(there.structures.of(saules.id)).toEqual(structureInput());
    expect(there.structures.materialOf(saules.id).seal.key).toBe(seal.key);
    expect(there.structures.all().map(({ id }) => id)).toContain(saules.id);
    expect(changes).toEqual([saules.id]);
  });

  it('is seen by an instance that polls, nobody asking it to look', async () => {
    const here = await open();
    await register(here);
    const polling = await open(second, { pollMs: 20 });
    const name = `EHPAD FICTIF ${Date.now()}`;
    await here.admin.structures.set(saules.id, { name }, author);
    await vi.waitFor(() => expect(polling.structures.of(saules.id)?.name).toBe(name), { timeout: 10_000 });
  });

  it('changes its certificate without a restart: the new one takes over when it begins, the old one ends', async () => {
    let now = new Date();
    const clock = () => now;
    const here = await open(world.store, { now: clock });
    await register(here);
    const { structures, admin } = here;
    const before = structures.materialOf(saules.id);
    const next = await authority.issue('seal', saules, { notBefore: inDays(10), notAfter: inDays(400) });
    const added = await admin.structures.addCertificate(saules.id, named(next), author);
    expect(added).toMatchObject({ kind: 'SIGN', inForce: false });
    expect(structures.materialOf(saules.id), 'not begun').toEqual(before);
    const changes: string[] = [];
    structures.onChange((id) => changes.push(id));
    await here.refresh();
    expect(changes).toEqual([]);
    now = inDays(11);
    await here.refresh();
    expect(changes).toEqual([saules.id]);
    expect(structures.materialOf(saules.id)).toEqual({ tls: before.tls, seal: { chain: next.chain, key: next.key } });
    // Its key was lost: the one before is still valid.
    await admin.structures.withdrawCertificate(saules.id, added.id!, author);
    expect(structures.materialOf(saules.id)).toEqual(before);
    for (const { id } of admin.structures.show(saules.id).certificates)
      await admin.structures.withdrawCertificate(saules.id, id!, author);
    expect(structures.of(saules.id), 'nothing left to speak with').toBeUndefined();
  });

  it('is nobody’s any more when it is withdrawn, and its own again when it is restored', async () => {
    const [here, there] = [await open(), await open(second)];
    await register(here, tilleuls);
    await there.refresh();
    expect(there.structures.of(tilleuls.id)).toBeDefined();
    await here.admin.structures.setState(tilleuls.id, 'withdrawn', author);
    await there.refresh();
    expect(there.structures.of(tilleuls.id)).toBeUndefined();
    expect(() => there.structures.materialOf(tilleuls.id)).toThrow(RangeError);
    await there.admin.structures.setState(tilleuls.id, 'active', author);
    expect(there.structures.of(tilleuls.id)).toMatchObject({ id: tilleuls.id });
    const [last, previous] = await here.admin.history('structure', tilleuls.id);
    expect([last?.action, previous?.action]).toEqual(['structure-restore', 'structure-withdraw']);
  });

  it('changes what is given and keeps the rest; its homologation number is used and never shown', async () => {
    const { structures, admin } = await open();
    await register({ structures, admin }, tilleuls);
    const shown = await admin.structures.set(tilleuls.id, { lps: { version: '4.0' }, professionals: [] }, author);
    expect(shown).toMatchObject({ ...tilleuls, lps: { version: '4.0', id: 'SAULES-0001' }, professionals: [] });
    expect(structures.of(tilleuls.id)?.lps).toMatchObject({
      version: '4.0',
      homologation: 'HOMOL-FICTIVE-SECRETE-0042',
    });
    await admin.structures.set(tilleuls.id, { lps: { homologation: 'HOMOL-NOUVELLE' } }, author);
    expect(structures.of(tilleuls.id)?.lps.homologation).toBe('HOMOL-NOUVELLE');
    const told = JSON.stringify([admin.structures.list(), await admin.history('structure', tilleuls.id)]);
    expect(told).not.toMatch(/HOMOL|PRIVATE KEY/);
    expect((await admin.history('structure', tilleuls.id))[0]).toMatchObject({ author, homologation: 'changed' });
  });

  it('a change of what somebody else changed meanwhile is refused', async () => {
    const { structures, admin } = await open();
    await register({ structures, admin }, tilleuls);
    const { version } = admin.structures.show(tilleuls.id);
    await admin.structures.set(tilleuls.id, { name: 'A' }, author, version);
    const late = admin.structures.set(tilleuls.id, { name: 'B' }, author, version);
    await expect(late).rejects.toMatchObject({
      issues: [{ key: 'registry-version', values: { current: version! + 1 } }],
    });
  });

  it('the database gone, what was known stays', async () => {
    const here = await open();
    await register(here, tilleuls);
    const down = { ...world.store.registry, version: () => Promise.reject(new Error('down')) };
    const warn = vi.fn();
    const cut = await openRegistry(config, down, { pollMs: 5, logger: { info: vi.fn(), warn, error: vi.fn() } });
    opened.push(cut);
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), 10_000);
    await expect(cut.refresh()).rejects.toThrow('down');
    expect(cut.structures.of(tilleuls.id)).toBeDefined();
    expect(warn, 'said once').toHaveBeenCalledOnce();
  });
});

describe('a client', () => {
  it('is known with its origins until it is withdrawn, in every instance', async () => {
    const [here, there] = [await open(), await open(second)];
    await register(here, tilleuls);
    const input = clientInput([tilleuls.id, verger.id]);
    expect(await here.admin.clients.add(input, { author })).not.toHaveProperty('secret');
    await there.refresh();
    expect(await there.clients.byId(input.id)).toMatchObject({ ...input, boundTokens: false, dpopRequired: false });
    expect(there.clients.origins()).toEqual(['https://app.saules.example']);
    await here.admin.clients.setState(input.id, 'withdrawn', { author });
    await there.refresh();
    expect(await there.clients.byId(input.id)).toBeUndefined();
    expect(there.clients.origins()).toEqual([]);
    expect(await there.clients.byId('nobody')).toBeUndefined();
  });

  it('has a secret that is made, told once, replaced at once, and never on record', async () => {
    const { admin, clients } = await open();
    const input = { ...clientInput([verger.id]), id: 'with-secret', authMethod: 'client_secret_basic' };
    const { secret, client } = await admin.clients.add(input, { author });
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(client).toMatchObject({ hasSecret: true });
    expect(client).not.toHaveProperty('secret');
    expect((await clients.byId('with-secret'))?.secret).toBe(secret);
    const next = await admin.clients.newSecret('with-secret', undefined, { author });
    expect(next.secret).not.toBe(secret);
    expect((await clients.byId('with-secret'))?.secret).toBe(next.secret);
    expect(await admin.clients.set('with-secret', { name: 'Autre nom' }, { author })).not.toHaveProperty('secret');
    expect((await clients.byId('with-secret'))?.secret, 'kept').toBe(next.secret);
    const bare = { authMethod: 'private_key_jwt', jwksUri: 'https://app.example/jwks' };
    expect((await admin.clients.set('with-secret', bare, { author })).client.hasSecret).toBe(false);
    expect(await clients.byId('with-secret')).not.toHaveProperty('secret');
    const told = JSON.stringify([admin.clients.list(), await admin.history('client', 'with-secret')]);
    for (const one of [secret!, next.secret!]) expect(told).not.toContain(one);
  });

  it('acts for structures that are registered', async () => {
    const { admin } = await open();
    const input = { ...clientInput([verger.id, '1990300444']), id: 'for-nobody' };
    await expect(admin.clients.add(input, { author })).rejects.toMatchObject({
      issues: [{ key: 'client-structure', expression: 'structures[1]', values: { structure: '1990300444' } }],
    });
    await expect(admin.clients.add({ ...clientInput([verger.id]), id: 'app.saules' }, { author })).rejects.toThrow(
      'registry-exists',
    );
  });
});
