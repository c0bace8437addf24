/** Every mutant of the golden TD0.3, TD0.4 and TD1.6 requests is refused with its own error; every rule has a mutant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { bodyRules } from '../../simulator/specific/reading.ts';
import { authorizationFields } from '../../simulator/specific/td0-3.ts';
import { patientListFields } from '../../simulator/specific/td0-4.ts';
import { listFields } from '../../simulator/specific/td1-6.ts';
import { createClock, createWorld, seeds } from '../../simulator/world.ts';
import { readSettings } from '../../simulator/settings.ts';
import { describeShared } from '../support/shared.ts';
import { specificMutants } from './mutants/specific.ts';
import { aboutVihf, clientFor, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { control, post } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, ruleOf, soapOf } from './support/project.ts';
import { ask } from './support/specific.ts';

describeShared('TD0.3, TD0.4, TD1.6 mutants', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  for (const { file, service, mutants } of specificMutants)
    describe(file, () => {
      const request = readWire(dir, `messages/${file}`);
      const send = async (body: string) => {
        const client = await clientFor(pki, request);
        const answer = await post(simulator, pki, { service, contentType: 'application/soap+xml', body, client });
        return openSoap(soapOf(answer.contentType, answer.body)).content;
      };
      beforeAll(async () => {
        await control(simulator, 'POST', 'clock', { instant: aboutVihf(request).instant.toISOString() });
        await control(simulator, 'POST', 'reset');
      });

      it('as it is, is no fault', async () => expect(projectFault(await send(request))).toBeUndefined());
      for (const { name, change, rule, subcode } of mutants)
        it(name, async () => {
          const content = await send(change(request));
          expect(ruleOf(content)).toBe(rule);
          expect(projectFault(content)).toMatchObject({ code: 'Sender', subcode });
        });
    });
});

describe('TD0.3, TD0.4, TD1.6 mutants', () => {
  const world = createWorld(seeds['story']!, readSettings({}), createClock(new Date('2026-10-20T06:30:30Z')));

  it.each([
    ['setAuthorization', { action: 'AJOUT' }],
    ['listAuthorizationByPatient', { mode: 'TOUTE' }],
  ])('%s needs the patient of the VIHF', async (operation, fields) => {
    expect(await ask(world, { who: 'maurel' }, operation, fields)).toEqual({
      subcode: 'DMPInvalidData',
      rule: 'PATIENT_ABSENT',
    });
  });

  it('patientList is about no patient', async () => {
    expect(await ask(world, { who: 'maurel', patient: '236046999012376' }, 'patientList')).toEqual({
      subcode: 'DMPInvalidData',
      rule: 'PATIENT_UNEXPECTED',
    });
  });

  it('every rule has one', () => {
    const covered = new Set(specificMutants.flatMap(({ mutants }) => mutants.map((m) => m.rule)));
    const fields = [...authorizationFields, ...listFields, ...patientListFields].map((f) => f.code);
    expect([...Object.keys(bodyRules), ...fields].filter((rule) => !covered.has(rule))).toEqual([]);
  });
});
