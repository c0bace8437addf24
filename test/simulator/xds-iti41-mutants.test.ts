/** Every mutant of the golden ITI-41 requests is refused with its own error; every rule has a mutant. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { rules } from '../../simulator/xds/rules/index.ts';
import {
  entryCodes,
  entryIdentifiers,
  entrySlots,
  folderCodes,
  folderIdentifiers,
  folderSlots,
  setCodes,
  setIdentifiers,
  setSlots,
} from '../../simulator/xds/rules/attributes.ts';
import { describeShared } from '../support/shared.ts';
import { iti41Mutants as lotMutants, type Mutant } from './mutants/iti41.ts';
import { relationMutants } from './mutants/iti41-relations.ts';
import { xadesMutants } from './mutants/xades.ts';
import { both, type Edit, part, replace, within } from './support/edit-ebxml.ts';
import { startFor, wireAuthorities } from './support/golden.ts';
import { createTestPki, type Identity, type TestPki } from './support/pki.ts';
import { resign } from './support/resign.ts';
import { edit, type Message, readMessage, send, standAt } from './support/xds.ts';

const iti41Mutants: Mutant[] = [...lotMutants, ...relationMutants];

describeShared('ITI-41 mutants', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, [...wireAuthorities(dir), ...pki.ca]);
  });
  afterAll(() => simulator.close());

  const golden = (of: '01' | '02'): Message =>
    readMessage(dir, `td2-1/${of === '01' ? '01-request-new.http' : '02-request-replace.http'}`);

  async function refused(
    mutant: Omit<Mutant, 'edit'>,
    change: (message: Message) => Message | Promise<Message>,
  ): Promise<void> {
    const message = golden(mutant.of ?? '01');
    await standAt(simulator, message, mutant.seed);
    const world = simulator.world();
    const settings = { ...world.settings };
    try {
      if (mutant.after === 'same') expect((await send(simulator, pki, message)).facts['status']).toBe('Success');
      mutant.world?.(world);
      const before = world.registry.documents().length;
      const { facts, rule, status } = await send(simulator, pki, await change(message));
      expect(world.registry.documents().length, 'nothing is registered').toBe(before);
      if (mutant.fault === true) {
        expect(rule).toBe(mutant.rule);
        expect(facts).toMatchObject({ code: 'Sender', subcode: mutant.code, reasons: { fr: mutant.context } });
        expect(status).toBe(500);
        return;
      }
      const error = { code: mutant.code, context: mutant.context, location: mutant.location ?? '', severity: 'Error' };
      expect(facts['status']).toBe('Failure');
      if (mutant.more === true) expect(facts['errors']).toContainEqual(error);
      else expect(facts['errors']).toEqual([error]);
    } finally {
      Object.assign(world.settings, settings);
    }
  }

  for (const mutant of iti41Mutants) it(mutant.name, () => refused(mutant, (message) => edit(message, mutant.edit)));
  for (const mutant of xadesMutants(dir))
    it(`signature: ${mutant.name}`, () => refused(mutant, (message) => mutant.change(message, pki)));

  const sha256 = replace(
    'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  );
  const sha256Digests = within(
    /<ds:SignedInfo>.*<\/ds:SignedInfo>/s,
    replace('http://www.w3.org/2000/09/xmldsig#sha1', 'http://www.w3.org/2001/04/xmlenc#sha256'),
  );
  const signers: [name: string, signer: () => Promise<Identity>, change: Edit][] = [
    ['the structure', () => pki.structure('1990100109', { use: 'sign' }), (xml) => xml],
    ['the structure, with SHA-256', () => pki.structure('1990100109', { use: 'sign' }), both(sha256, sha256Digests)],
    ['the professional’s card', () => pki.card('899700101233', { use: 'sign' }), (xml) => xml],
  ];
  for (const [name, signer, change] of signers)
    it(`is accepted when signed again by ${name}: the mutants are refused for their mutation alone`, async () => {
      const message = golden('01');
      await standAt(simulator, message);
      const identity = await signer();
      const signed = edit(
        message,
        part(
          'xades.3@lumidui.example.invalid',
          within(/<\?xml.*/s, (xml) => resign(xml, identity, change)),
        ),
      );
      expect((await send(simulator, pki, signed)).facts).toEqual({ status: 'Success', errors: [] });
    });

  it('a submission that is not a multipart package', async () => {
    const message = golden('01');
    await standAt(simulator, message);
    const plain = edit({ ...message, contentType: 'application/soap+xml; charset=UTF-8' }, (text) => {
      const envelope = /<\?xml.*?<\/soap:Envelope>/s.exec(text);
      return envelope![0];
    });
    const { facts, rule } = await send(simulator, pki, plain);
    expect(facts).toMatchObject({ code: 'Sender' });
    expect(rule).toBe('MTOM_REQUIRED');
  });
});

describe('ITI-41 rules', () => {
  it('every rule has a mutant, and every mutant a rule', () => {
    const covered = new Set([...iti41Mutants, ...xadesMutants('/nowhere')].map((m) => m.rule));
    expect(Object.keys(rules).filter((rule) => !covered.has(rule))).toEqual([]);
    expect([...covered].filter((rule) => !(rule in rules))).toEqual([]);
  });

  it('every attribute has a mutant for each thing that can be wrong with it', () => {
    const covered = new Set(iti41Mutants.map((m) => `${m.rule} ${m.attribute ?? ''}`));
    const wanted = [
      ...[...entrySlots, ...setSlots, ...folderSlots].flatMap(({ name, mandatory, many }) => [
        ...(mandatory === undefined ? [] : [`slot.missing ${name}`]),
        ...(many ? [] : [`slot.repeated ${name}`]),
        `slot.value ${name}`,
      ]),
      ...[...entryCodes, ...setCodes, ...folderCodes].flatMap(({ name, min, max }) => [
        ...(min === 0 ? [] : [`code.missing ${name}`]),
        ...(max === Number.POSITIVE_INFINITY ? [] : [`code.repeated ${name}`]),
        ...['code.system', 'code.display', 'code.value'].map((rule) => `${rule} ${name}`),
      ]),
      ...[...entryIdentifiers, ...setIdentifiers, ...folderIdentifiers].flatMap(({ name }) =>
        ['identifier.missing', 'identifier.repeated', 'identifier.value'].map((rule) => `${rule} ${name}`),
      ),
    ];
    expect(wanted.filter((w) => !covered.has(w))).toEqual([]);
  });
});
