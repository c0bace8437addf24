/** Every mutant of a VIHF is refused with its own error, the unchanged ones are accepted, every rule has a mutant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { vihfRules } from '../../simulator/vihf/rules.ts';
import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { existenceMutants } from './mutants/td0-2.ts';
import { type IdentityName, type VihfMutant, vihfMutants } from './mutants/vihf.ts';
import { element } from './support/edit.ts';
import { aboutVihf, envelopeWith, readWire, startFor } from './support/golden.ts';
import { control, post } from './support/http.ts';
import { createTestPki, type Identity, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, projectHl7, ruleOf, soapOf } from './support/project.ts';
import { algorithms, signVihf } from './support/sign.ts';

/** Where the golden assertions of the three modes come from: card of PS3, structure S1. */
const fauconnet = '899700307715';
const fauconnetNames = { given: 'Benoît', family: 'FAUCONNET' };

async function identities(pki: TestPki): Promise<Record<IdentityName, Identity>> {
  const impostor = await createTestPki('ESSAI');
  const ended = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-02-28T00:00:00Z') };
  return {
    structureSign: await pki.structure('1990100109', { use: 'sign' }),
    structureTls: await pki.structure('1990100109', { use: 'tls' }),
    otherStructureSign: await pki.structure('1990200776', { use: 'sign' }),
    otherStructureTls: await pki.structure('1990200776', { use: 'tls' }),
    cardSign: await pki.card(fauconnet, { use: 'sign', ...fauconnetNames }),
    cardTls: await pki.card(fauconnet, { use: 'tls', ...fauconnetNames }),
    otherCardSign: await pki.card('899700101233', { use: 'sign' }),
    otherCardTls: await pki.card('899700101233', { use: 'tls' }),
    impostorSign: await impostor.structure('1990100109', { use: 'sign' }),
    expiredSign: await pki.structure('1990100109', { use: 'sign', ...ended }),
    weakSign: await pki.structure('1990100109', { use: 'sign', modulusLength: 1024 }),
  };
}

describeShared('VIHF mutants', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  let named: Record<IdentityName, Identity>;
  beforeAll(async () => {
    pki = await createTestPki('ESSAI');
    named = await identities(pki);
    simulator = await startFor(pki, pki.ca);
  });
  afterAll(() => simulator.close());

  const send = async (mutant: Omit<VihfMutant, 'name' | 'rule'>) => {
    const person = mutant.base === 'directe';
    const golden = readWire(dir, `vihf/sha256/${mutant.base}-normal.xml`)
      .replace(/^<\?xml[^>]*\?>\s*/, '')
      .trim();
    const bare = golden.replace(element('Signature'), '').replace(/>\s+</g, '><');
    const edited = mutant.edit?.(bare) ?? bare;
    const { signer = person ? 'cardSign' : 'structureSign', ...how } =
      mutant.sign === 'none' ? {} : (mutant.sign ?? {});
    const signed = mutant.sign === 'none' ? edited : signVihf(edited, { signer: named[signer], ...how });
    const assertion = mutant.after?.(signed) ?? signed;
    const issued = aboutVihf(golden).instant.getTime();
    await control(simulator, 'POST', 'clock', {
      instant: new Date(issued + (mutant.minutes ?? 0) * 60_000).toISOString(),
    });
    const request = envelopeWith(readWire(dir, 'messages/td0-2/01-request.xml'), golden);
    const answer = await post(simulator, pki, {
      service: 'patients',
      contentType: 'application/soap+xml',
      body: request.replace(element('Assertion'), () => assertion),
      client: named[mutant.tls ?? (person ? 'cardTls' : 'structureTls')],
    });
    return { ...openSoap(soapOf(answer.contentType, answer.body)), status: answer.status };
  };

  describe('unchanged', () => {
    for (const base of ['directe', 'indirecte', 'indirecte_renforcee'] as const) {
      it(`${base} is accepted`, async () => {
        expect(projectHl7((await send({ base })).content)).toMatchObject({
          acknowledgement: 'AA',
          queryResponse: 'OK',
        });
      });
    }
    it('rsa-sha1 and a prefix list are accepted', async () => {
      const sha1 = {
        signatureAlgorithm: algorithms.rsaSha1,
        digestAlgorithm: algorithms.sha1,
        prefixes: ['xs', 'xsi'],
      };
      expect(projectHl7((await send({ base: 'indirecte', sign: sha1 })).content)).toMatchObject({
        acknowledgement: 'AA',
      });
    });
    it('DIRECTE unsigned is accepted from the holder’s card', async () => {
      expect(projectHl7((await send({ base: 'directe', sign: 'none' })).content)).toMatchObject({
        acknowledgement: 'AA',
      });
    });
    it('just under an hour old is accepted, either side', async () => {
      for (const minutes of [59, -59])
        expect(projectHl7((await send({ base: 'indirecte', minutes })).content)).toMatchObject({
          acknowledgement: 'AA',
        });
    });
    it('the mode may be left out of DIRECTE and INDIRECTE', async () => {
      const edit = (xml: string) =>
        xml.replace(/<saml2:Attribute Name="Authentification_Mode">.*?<\/saml2:Attribute>/, '');
      for (const base of ['directe', 'indirecte'] as const)
        expect(projectHl7((await send({ base, edit })).content)).toMatchObject({ acknowledgement: 'AA' });
    });
  });

  for (const mutant of vihfMutants) {
    it(mutant.name, async () => {
      const { content, status } = await send(mutant);
      expect(ruleOf(content)).toBe(mutant.rule);
      const { subcode } = vihfRules[mutant.rule];
      expect(projectFault(content)).toMatchObject({ code: 'Sender', subcode: subcode.local });
      expect(status).toBe(500);
    });
  }
});

describe('VIHF mutants', () => {
  it('every rule has one', () => {
    const covered = new Set<string>([...vihfMutants, ...existenceMutants].map((m) => m.rule));
    expect(Object.keys(vihfRules).filter((rule) => !covered.has(rule))).toEqual([]);
  });
  it('no two have the same name', () => {
    expect(new Set(vihfMutants.map((m) => m.name)).size).toBe(vihfMutants.length);
  });
});
