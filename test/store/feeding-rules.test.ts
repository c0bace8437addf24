import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Store } from '../../server/store/index.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { openTestStores, type TestStore } from '../support/store.ts';

let world: TestStore;
let second: Store;
beforeAll(async () => {
  [world, second] = await openTestStores();
});
afterAll(() => world.close());

const structure = '1990100109';
const other = '1990100117';
const content = (reference: string) => ({
  rules: { decision: { reference } },
  author: { person: '3990100109/DIR-01' },
});

it('a version that one instance records is in force in the other at its next question', async () => {
  expect(await world.store.feedingRules.inForce(structure)).toBeUndefined();
  const first = await world.store.feedingRules.write({ structure, expected: 0, content: content('CME 1') });
  expect(first).toMatchObject({ number: 1, content: content('CME 1') });
  expect(await second.feedingRules.inForce(structure)).toEqual(first);
  const next = await second.feedingRules.write({ structure, expected: 1, content: content('CME 2') });
  expect(await world.store.feedingRules.inForce(structure)).toEqual(next);
  // Also when it was opened before.
  expect(await second.feedingRules.inForce(structure)).toEqual(next);
});

it('of two administrators who read the same version, one is told that there is another', async () => {
  const write = (store: Store, reference: string) =>
    store.feedingRules.write({ structure, expected: 2, content: content(reference) });
  const both = await Promise.all([write(world.store, 'CME 3a'), write(second, 'CME 3b')]);
  expect(both.filter((one) => one === 'conflict')).toHaveLength(1);
  expect((await second.feedingRules.history(structure, 9)).map(({ number }) => number)).toEqual([3, 2, 1]);
});

it('a version of later is not in force before its time; the last recorded of those whose time has come is', async () => {
  const [kept] = await second.feedingRules.history(structure, 1);
  const effectiveFrom = new Date('2099-01-01T00:00:00Z');
  await second.feedingRules.write({ structure, expected: 3, effectiveFrom, content: content('CME 4') });
  expect(await world.store.feedingRules.inForce(structure)).toEqual(kept);
  const past = new Date('2020-01-01T00:00:00Z');
  await second.feedingRules.write({ structure, expected: 4, effectiveFrom: past, content: content('CME 5') });
  expect(await world.store.feedingRules.inForce(structure)).toMatchObject({ number: 5, effectiveFrom: past });
});

it('each structure has its own', async () => {
  expect(await world.store.feedingRules.inForce(other)).toBeUndefined();
  expect(await world.store.feedingRules.history(other, 9)).toEqual([]);
  expect(await world.store.feedingRules.write({ structure: other, expected: 0, content: {} })).toMatchObject({
    number: 1,
  });
  expect(await world.store.feedingRules.inForce(structure)).toMatchObject({ number: 5 });
});

it('what was recorded cannot be changed in the database, and tells whoever reads it no person and no structure', async () => {
  for (const sql of ['UPDATE feeding_rules SET number = 99', 'DELETE FROM feeding_rules', 'TRUNCATE feeding_rules'])
    await expect(world.database.query(sql), sql).rejects.toThrow(/append-only/);
  const rows = await rawRows(world.database, ['feeding_rules']);
  for (const secret of [structure, 'DIR-01', 'CME 5']) expect(rows).not.toContain(secret);
});
