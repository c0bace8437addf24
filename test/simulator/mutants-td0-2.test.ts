/** Every mutant of every golden TD0.2 request is refused with its own error; every rule has a mutant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { existenceRules } from '../../simulator/patients/query.ts';
import { soapRules } from '../../simulator/soap/envelope.ts';
import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { existenceMutants } from './mutants/td0-2.ts';
import { aboutVihf, clientFor, filesIn, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { control, post } from './support/http.ts';
import { createTestPki, type Identity, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, ruleOf, soapOf } from './support/project.ts';

describeShared('TD0.2 mutants', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  for (const file of filesIn(dir, 'messages/td0-2').filter((f) => f.includes('-request'))) {
    describe(file, () => {
      let request: string;
      let client: Identity;
      beforeAll(async () => {
        request = readWire(dir, `messages/td0-2/${file}`);
        client = await clientFor(pki, request);
        await control(simulator, 'POST', 'clock', { instant: aboutVihf(request).instant.toISOString() });
      });
      for (const mutant of existenceMutants) {
        it(mutant.name, async () => {
          const body = mutant.change(request);
          const answer = await post(simulator, pki, {
            service: 'patients',
            contentType: 'application/soap+xml',
            body,
            client,
          });
          const { content } = openSoap(soapOf(answer.contentType, answer.body));
          expect(ruleOf(content)).toBe(mutant.rule);
          expect(projectFault(content)).toMatchObject({ code: mutant.code ?? 'Sender', subcode: mutant.subcode });
          expect(answer.status).toBe(500);
        });
      }
    });
  }
});

describe('TD0.2 mutants', () => {
  it('every rule of the query and of the envelope has one', () => {
    const covered = new Set(existenceMutants.map((m) => m.rule));
    // the two that need another HTTP header or another transaction are in soap.test.ts and with ITI-41
    const elsewhere = ['ACTION_HTTP', 'MTOM_REQUIRED'];
    const rules = [...existenceRules.map((r) => r.code), ...Object.keys(soapRules), 'HL7_STRUCTURE', 'PATIENT_VIHF'];
    expect(rules.filter((r) => !covered.has(r) && !elsewhere.includes(r))).toEqual([]);
  });
});
