/** The control port: what it does not understand is refused, changes nothing, and is never repeated. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { registryFailure } from '../../simulator/control/faults.ts';
import { patientHandlers } from '../../simulator/patients/handlers.ts';
import type { Simulator } from '../../simulator/server.ts';
import { readSettings } from '../../simulator/settings.ts';
import { specificHandlers } from '../../simulator/specific/handlers.ts';
import { startFor } from './support/golden.ts';
import { control } from './support/http.ts';
import { createTestPki } from './support/pki.ts';

let simulator: Simulator;
beforeAll(async () => {
  const pki = await createTestPki();
  simulator = await startFor(pki, pki.ca, { clock: new Date('2026-10-20T08:00:00Z') });
});
afterAll(() => simulator.close());

const person = {
  identifiers: [{ oid: '1.2.250.1.213.1.4.10', value: '236046999012376' }],
  name: { given: ['ODETTE'] },
  sex: 'F',
  birthDate: '19360412',
};
const seed = (more: Record<string, unknown>) =>
  control(simulator, 'POST', 'seed', { patients: [{ ...person, ...more }] });

it.each(['{"patient":{"value":"236046999012376"}', '236046999012376 x', '{"patient":{"value":"236046999012376",}}'])(
  'what is no JSON is not quoted: %s',
  async (body) => {
    const response = await fetch(`${simulator.controlUrl}/patients`, { method: 'POST', body });
    expect([response.status, await response.json()]).toEqual([400, { error: 'body: not JSON' }]);
  },
);

it('lists the documents without naming anybody', async () => {
  const { documents } = (await control(simulator, 'GET', 'documents')) as { documents: object[] };
  expect(documents.length).toBeGreaterThan(0);
  for (const document of documents)
    expect(document).toEqual({
      uniqueId: expect.stringMatching(/^[\d.^]+$/) as string,
      status: expect.any(String) as string,
    });
});

describe('the clock', () => {
  it.each(['hier', '1', '2026-10-20', '2026-10-20T08:00:00', '+012026-10-20T08:00:00Z', '2026-13-20T08:00:00Z', 5])(
    'does not take %s for an instant',
    async (instant) => {
      await expect(control(simulator, 'POST', 'clock', { instant })).rejects.toThrow(/400.*instant/);
      expect(await control(simulator, 'GET', 'clock')).toMatchObject({ clock: '2026-10-20T08:00:00.000Z' });
      if (typeof instant === 'string')
        expect(() => readSettings({ SIMULATOR_CLOCK: instant })).toThrow('SIMULATOR_CLOCK: an ISO 8601 instant');
    },
  );
  it('takes any offset, with or without seconds', async () => {
    for (const instant of ['2026-10-20T10:00+02:00', '2026-10-20T08:00:00.000Z'])
      expect(await control(simulator, 'POST', 'clock', { instant })).toMatchObject({
        clock: '2026-10-20T08:00:00.000Z',
      });
  });
});

describe('a seed', () => {
  it.each<[string, unknown, string]>([
    ['a name of the language', { name: 'constructor' }, 'unknown seed'],
    ['a beginning that the calendar lacks', { patients: [{ ...person, authorizations: [{ holder: '8', status: 'VALIDE', start: '20261319000000' }] }] }, 'start'],
    ['a closure on no date', { patients: [{ ...person, dmp: 'terminated', closure: { date: 'hier', code: 'X' } }] }, 'closure'],
  ])('%s is refused, and the world stays', async (_, body, message) => {
    const before = simulator.world();
    await expect(control(simulator, 'POST', 'seed', body)).rejects.toThrow(message);
    expect(simulator.world()).toBe(before);
    expect(await control(simulator, 'POST', 'reset')).toMatchObject({ seed: 'story', patients: 8 });
  }); // prettier-ignore

  it('says whether masked documents are seen in emergencies', async () => {
    await seed({ maskedInEmergencies: true });
    expect(simulator.world().patients[0]!.maskedInEmergencies).toBe(true);
  });
});

it('a registry error is a fault where the answer knows none', () => {
  for (const row of [...patientHandlers, ...specificHandlers])
    expect(() => registryFailure(row, 'XDSRegistryBusy', 'plus tard'), row.bodyName).toThrow('plus tard');
});
