/** Every mutant of the golden ITI-57 requests is refused with its own error; every rule has a mutant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { updateRules } from '../../simulator/xds/update/rules.ts';
import { describeShared } from '../support/shared.ts';
import { goldenUpdates, iti57Mutants } from './mutants/iti57.ts';
import { startFor, wireAuthorities } from './support/golden.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { edit, readMessage, send, standAt } from './support/xds.ts';

describeShared('ITI-57 mutants', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  for (const mutant of iti57Mutants)
    it(mutant.name, async () => {
      const message = readMessage(dir, goldenUpdates[mutant.of]);
      await standAt(simulator, message);
      const world = simulator.world();
      mutant.world?.(world);
      const snapshot = () => JSON.stringify(world.registry.documents().map((d) => d.entry));
      const before = [snapshot(), world.registry.sets().length, world.registry.associations().length];
      const { facts, rule, status } = await send(simulator, pki, edit(message, mutant.edit));
      expect([snapshot(), world.registry.sets().length, world.registry.associations().length]).toEqual(before);
      if (mutant.fault === true) {
        expect(facts).toMatchObject({ code: 'Sender', subcode: mutant.code, reasons: { fr: mutant.context } });
        expect([rule, status]).toEqual([mutant.rule, 500]);
        return;
      }
      const { code, context, location } = mutant;
      expect(facts).toEqual({ status: 'Failure', errors: [{ code, context, location, severity: 'Error' }] });
    });
});

describe('ITI-57 rules', () => {
  it('every rule has a mutant', () => {
    const covered = new Set(iti57Mutants.map((m) => m.rule));
    expect(Object.keys(updateRules).filter((rule) => !covered.has(rule))).toEqual([]);
  });
});
