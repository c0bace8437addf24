/** Every mutant of a golden TD0.5, TD1.1, TD1.2, TD1.3b or TD1.4 is refused with its own error; every rule has one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { administrativeRules } from '../../simulator/patients/administrative-rules.ts';
import { candidateRules } from '../../simulator/patients/candidates.ts';
import { contextRules } from '../../simulator/patients/td1.ts';
import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { candidateMutants } from './mutants/td0-5.ts';
import { administrativeMutants, goldenRequests, type Name } from './mutants/td1.ts';
import type { Mutant } from './mutants/transport.ts';
import { aboutVihf, clientFor, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { ask } from './support/hl7.ts';
import { control } from './support/http.ts';
import { createTestPki, type Identity, type TestPki } from './support/pki.ts';
import { projectFault, ruleOf } from './support/project.ts';

const names = Object.keys(goldenRequests) as Name[];

describeShared('HL7 V3 mutants', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  const refused = (file: string, mutants: Mutant[]) =>
    describe(file, () => {
      let request: string;
      let client: Identity;
      beforeAll(async () => {
        request = readWire(dir, file);
        client = await clientFor(pki, request);
        await control(simulator, 'POST', 'clock', { instant: aboutVihf(request).instant.toISOString() });
        await control(simulator, 'POST', 'reset');
      });
      for (const mutant of mutants) {
        it(mutant.name, async () => {
          const { status, envelope } = await ask(simulator, pki, mutant.change(request), client);
          expect(ruleOf(envelope.content)).toBe(mutant.rule);
          expect(projectFault(envelope.content)).toMatchObject({ code: 'Sender', subcode: mutant.subcode });
          expect(status).toBe(500);
        });
      }
    });

  refused('messages/td0-5/03-request-air.xml', candidateMutants);
  for (const name of names)
    refused(
      goldenRequests[name],
      administrativeMutants.filter((m) => m.on.includes(name)),
    );
});

describe('HL7 V3 mutants', () => {
  it('every rule of a search by traits has one', () => {
    const covered = new Set(candidateMutants.map((m) => m.rule));
    expect(candidateRules.map((r) => r.code).filter((code) => !covered.has(code))).toEqual([]);
  });
  it('every rule of the four that change a registration has one', () => {
    const covered = new Set(administrativeMutants.map((m) => m.rule));
    const rules = [...names.flatMap((n) => administrativeRules(n).map((r) => r.code)), ...Object.keys(contextRules)];
    expect(rules.filter((code) => !covered.has(code))).toEqual([]);
  });
});
