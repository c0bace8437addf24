import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NewChange, type Store, type StructureWrite } from '../../server/store/index.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { openTestStores, type TestStore } from '../support/store.ts';

let world: TestStore;
let second: Store;
beforeAll(async () => {
  [world, second] = await openTestStores();
});
afterAll(() => world.close());

const at = new Date('2026-11-28T09:00:00Z');
const change = (action: string): NewChange => ({ at, action, content: { author: 'claire.arsenault', action } });
const certificate = {
  kind: 'tls',
  fingerprint: 'ab12',
  chain: 'PUBLIC-PEM',
  key: 'PRIVATE-PEM',
  notBefore: new Date('2026-01-01'),
  notAfter: new Date('2028-01-01'),
} as const satisfies StructureWrite['add'];
const content = { name: 'EHPAD FICTIF LES SAULES', lps: { homologation: 'HOMOL-SECRET' }, administrators: ['PERSON'] };

it('keeps a structure with its certificates and a client with its secret, for every instance', async () => {
  const { registry } = world.store;
  expect(await registry.version()).toBe(0);
  const id = '1990100117';
  expect(await registry.write({ entry: 'structure', id, expected: 0, content }, change('structure-add'))).toBe(1);
  expect(await second.registry.version()).toBe(1);
  await registry.write({ entry: 'structure', id, expected: 1, add: certificate }, change('certificate-add'));
  const client = {
    entry: 'client',
    id: 'app',
    expected: 0,
    content: { name: 'App' },
    secret: 'CLIENT-SECRET',
  } as const;
  expect(await registry.write(client, change('client-add'))).toBe(3);
  expect(await second.registry.registry()).toEqual({
    version: 3,
    structures: [
      {
        ...{ id, state: 'active', version: 2, content, createdAt: at, updatedAt: at },
        certificates: [{ ...certificate, id: expect.any(String), state: 'active', addedAt: at }],
      },
    ],
    clients: [
      {
        ...{ id: 'app', state: 'active', version: 1, content: { name: 'App' }, secret: 'CLIENT-SECRET' },
        ...{ createdAt: at, updatedAt: at },
      },
    ],
  });
  await registry.write({ entry: 'client', id: 'app', expected: 1, secret: null, state: 'withdrawn' }, change('x'));
  const [kept] = (await registry.registry()).clients;
  expect(kept).toMatchObject({ state: 'withdrawn', version: 2, content: { name: 'App' } });
  expect(kept).not.toHaveProperty('secret');
});

it('of two changes of one version one is made, and only that one is on record', async () => {
  const id = randomUUID();
  const write = (of: Store, expected: number, state: 'active' | 'withdrawn') =>
    of.registry.write({ entry: 'client', id, expected, state, content: {} }, change(state));
  const made = await Promise.all([write(world.store, 0, 'active'), write(second, 0, 'withdrawn')]);
  expect(made.filter((done) => done === 'conflict')).toHaveLength(1);
  expect(await write(second, 2, 'active')).toBe('conflict');
  expect(await write(second, 0, 'active')).toBe('conflict');
  expect(await world.store.registry.changes('client', id, 9)).toHaveLength(1);
});

it('changes of many at once have numbers without a gap', async () => {
  const before = await world.store.registry.version();
  const ids = Array.from({ length: 12 }, () => randomUUID());
  const numbers = await Promise.all(
    ids.map((id, i) =>
      (i % 2 ? world.store : second).registry.write({ entry: 'client', id, expected: 0, content: {} }, change('add')),
    ),
  );
  expect(numbers.map(Number).sort((a, b) => a - b)).toEqual(ids.map((_, i) => before + i + 1));
});

it('what is written with a change that cannot be put on record is not written', async () => {
  const id = randomUUID();
  const version = await world.store.registry.version();
  const broken = { at: new Date(NaN), action: 'add', content: {} };
  await expect(world.store.registry.write({ entry: 'client', id, expected: 0, content: {} }, broken)).rejects.toThrow();
  expect(await world.store.registry.version()).toBe(version);
  expect((await world.store.registry.registry()).clients.map((client) => client.id)).not.toContain(id);
});

it('a certificate is withdrawn by its own structure only', async () => {
  const { registry } = world.store;
  const of = async (id: string) => (await registry.registry()).structures.find((structure) => structure.id === id)!;
  await registry.write({ entry: 'structure', id: '1990100125', expected: 0, content }, change('structure-add'));
  const { id, version, certificates } = await of('1990100117');
  const withdraw = certificates[0]!.id;
  await registry.write({ entry: 'structure', id: '1990100125', expected: 1, withdraw }, change('certificate-withdraw'));
  expect((await of('1990100117')).certificates[0]!.state).toBe('active');
  await registry.write({ entry: 'structure', id, expected: version, withdraw }, change('certificate-withdraw'));
  expect((await of('1990100117')).certificates[0]!.state).toBe('withdrawn');
});

it('the history of an entry is kept, the last first, and cannot be changed in the database', async () => {
  const changes = await second.registry.changes('structure', '1990100117', 2);
  expect(changes.map(({ action }) => action)).toEqual(['certificate-withdraw', 'certificate-add']);
  expect(changes[1]).toMatchObject({ number: 2, at, entry: 'structure', entryId: '1990100117' });
  expect(changes[1]!.content).toEqual({ author: 'claire.arsenault', action: 'certificate-add' });
  for (const sql of [
    'UPDATE registry_change SET number = 99',
    'DELETE FROM registry_change',
    'TRUNCATE registry_change',
  ])
    await expect(world.database.query(sql), sql).rejects.toThrow(/append-only/);
});

it('who reads the database learns the ids and the public certificates, and no secret and no person', async () => {
  await world.store.registry.write(
    { entry: 'client', id: 'with-secret', expected: 0, content: { name: 'App' }, secret: 'CLIENT-SECRET' },
    change('client-add'),
  );
  const tables = ['registry_structure', 'registry_certificate', 'registry_client', 'registry_change'];
  const rows = await rawRows(world.database, tables);
  for (const clear of ['1990100117', 'with-secret', 'PUBLIC-PEM']) expect(rows).toContain(clear);
  for (const secret of ['PRIVATE-PEM', 'CLIENT-SECRET', 'HOMOL-SECRET', 'PERSON', 'claire.arsenault'])
    expect(rows).not.toContain(secret);
});
