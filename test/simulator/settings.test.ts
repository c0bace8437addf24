/** What public sources leave open is a setting (dmp-wire §10), and each setting does what it says; the story is sound. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { hasRightKey } from '../../simulator/patients/ins.ts';
import { insTest, story } from '../../simulator/seed/story.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { aboutVihf, clientFor, envelopeWith, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { post } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, projectHl7, ruleOf, soapOf } from './support/project.ts';

describeShared('settings', (dir) => {
  let pki: TestPki;
  let simulator: Simulator | undefined;
  beforeAll(async () => {
    pki = await createTestPki();
  });
  afterEach(() => simulator?.close());

  /** The answer to a golden TD0.2 request, with the assertion replaced when one is given. */
  const ask = async (options: SimulatorOptions, request: string, assertion?: string) => {
    const golden = readWire(dir, `messages/td0-2/${request}`);
    const body = assertion === undefined ? golden : envelopeWith(golden, readWire(dir, `vihf/${assertion}`));
    const clock = aboutVihf(body).instant;
    simulator = await startFor(pki, wireAuthorities(dir), { clock, ...options });
    const client = await clientFor(pki, body);
    const answer = await post(simulator, pki, {
      service: 'patients',
      contentType: 'application/soap+xml',
      body,
      client,
    });
    const { content } = openSoap(soapOf(answer.contentType, answer.body));
    return projectFault(content) === undefined ? projectHl7(content) : { rule: ruleOf(content) };
  };
  const after = (minutes: number, request: string) =>
    new Date(aboutVihf(readWire(dir, `messages/td0-2/${request}`)).instant.getTime() + minutes * 60_000);

  const [valid, expired, forbidden, closed] = [
    '01-request.xml',
    '02-request-air.xml',
    '03-request-indirect.xml',
    '04-request.xml',
  ];

  it.each<[string, SimulatorOptions, string, string | undefined, Record<string, unknown>]>([
    [
      'rsa-sha1 may be refused',
      { vihfSha1: false },
      valid,
      'sha1/indirecte-normal.xml',
      { rule: 'SIGNATURE_ALGORITHM' },
    ],
    ['rsa-sha256 is taken then', { vihfSha1: false }, valid, 'sha256/indirecte-normal.xml', { acknowledgement: 'AA' }],
    ['version 3.0 may be refused', { vihfVersions: ['4.0'] }, valid, undefined, { rule: 'VIHF_VERSION' }],
    [
      'version 4.0 may be alone',
      { vihfVersions: ['4.0'] },
      valid,
      'variants/indirecte-version-4.0.xml',
      { acknowledgement: 'AA' },
    ],
    [
      'authentication contexts of AIR',
      { airContexts: ['CONF_EXI_PGSSIS'] },
      expired,
      undefined,
      { rule: 'AIR_CONTEXT' },
    ],
    [
      'wire code of an expired authorisation',
      { statusExpired: 'EXPIREE' },
      expired,
      undefined,
      { authorization: 'EXPIREE' },
    ],
    ['wire code of a block', { statusForbidden: 'INTERDITE' }, forbidden, undefined, { authorization: 'INTERDITE' }],
    ['wire code of no authorisation', { statusNone: 'ABSENTE' }, closed, undefined, { authorization: 'ABSENTE' }],
    ['another seed', { seed: 'empty' }, valid, undefined, { queryResponse: 'NF' }],
    [
      'a seed by value',
      { seed: { name: 'one', patients: [story.patients[0]!] } },
      valid,
      undefined,
      { queryResponse: 'OK' },
    ],
  ])('%s', async (_, options, request, assertion, expected) => {
    expect(await ask(options, request, assertion)).toMatchObject(expected);
  });

  it('the age that a VIHF may have', async () => {
    expect(await ask({ clock: after(3, valid), vihfAgeSeconds: 120 }, valid)).toEqual({ rule: 'ISSUE_INSTANT_AGE' });
    await simulator?.close();
    expect(await ask({ clock: after(3, valid), vihfAgeSeconds: 240 }, valid)).toMatchObject({
      acknowledgement: 'AA',
    });
  });
});

describe('the story', () => {
  it('has eight persons, each with one INS whose key is right', () => {
    expect(story.patients).toHaveLength(8);
    const numbers = story.patients.map((p) => p.identifiers.filter((id) => id.oid === insTest).map((id) => id.value));
    for (const values of numbers) expect(values.map(hasRightKey)).toEqual([true]);
    expect(new Set(numbers.flat()).size).toBe(8);
  });
  it('says when and why a DMP was closed, and only then', () => {
    for (const patient of story.patients) expect(patient.closure !== undefined).toBe(patient.dmp === 'terminated');
  });
});
