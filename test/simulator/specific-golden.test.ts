/**
 * The golden requests of TD0.3, TD0.4 and TD1.6 in the order of the story, on one world: each is answered as its golden
 * answer is, and TD0.2 tells what came of it.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { documentOf, setOf } from '../../simulator/seed/entry.ts';
import { lots } from '../../simulator/seed/odette.ts';
import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { aboutVihf, clientFor, expectedOf, filesIn, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { control, post } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, projectHl7, soapOf } from './support/project.ts';
import { projectSpecific } from './support/specific.ts';

const services: Record<string, string> = {
  'td0-2': 'patients',
  'td0-3': 'habilitations',
  'td0-4': 'patientsSpecific',
  'td1-6': 'habilitations',
};

/** P2 as td0-4/01 has it: no civility, and a document of 3 October that the fixtures do not hold. */
function asInTheList(simulator: Simulator): void {
  const world = simulator.world();
  const patient = world.patients.find((p) => p.identifiers.some((id) => id.value === '141112A99004563'))!;
  delete patient.name.prefix;
  const [lot] = lots;
  const patientId = '141112A99004563^^^&1.2.250.1.213.1.4.10&ISO^NH';
  const uuid = (n: number) => `0d000000-0000-4000-8000-00000000000${n}`;
  world.registry.register({
    set: setOf({ ...lot!.set, id: uuid(1), uniqueId: '1.2.3.1', patientId }, () => uuid(2)),
    documents: [documentOf({ ...lot!.entries[0]!, id: uuid(3), uniqueId: '1.2.3.3', patientId }, () => uuid(4))],
    associations: [],
    at: '20261003091500',
  });
}

describeShared('golden TD0.3, TD0.4, TD1.6', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir), {
      clock: new Date('2026-10-20T06:30:30Z'),
      vihfAgeSeconds: 7 * 86_400,
    });
    asInTheList(simulator);
  });
  afterAll(() => simulator.close());

  const ask = async (file: string, action = '') => {
    const request = readWire(dir, `messages/${file}`);
    const answer = await post(simulator, pki, {
      service: services[file.split('/')[0]!]!,
      contentType: `application/soap+xml; charset=UTF-8${action}`,
      body: request,
      client: await clientFor(pki, request),
    });
    return { answer, ...openSoap(soapOf(answer.contentType, answer.body)) };
  };

  const requests = ['td0-3', 'td0-4', 'td1-6']
    .flatMap((folder) =>
      filesIn(dir, `messages/${folder}`)
        .filter((f) => f.includes('-request'))
        .map((f) => `${folder}/${f}`),
    )
    .map((file) => ({ file, at: aboutVihf(readWire(dir, `messages/${file}`)).instant }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());

  for (const { file, at } of requests) {
    const [folder, name] = file.split('/') as [string, string];
    const paired = filesIn(dir, `messages/${folder}`).find(
      (f) => f.startsWith(name.slice(0, 2)) && f.includes('-response'),
    )!;
    it(`${file} is answered like ${paired}`, async () => {
      await control(simulator, 'POST', 'clock', { instant: at.toISOString() });
      const { answer, content, ...envelope } = await ask(file);
      const golden = openSoap(readWire(dir, `messages/${folder}/${paired}`));
      const expected = expectedOf(dir).messages[`messages/${folder}/${paired}`];
      expect(projectSpecific(content)).toEqual(expected);
      expect(projectSpecific(golden.content)).toEqual(expected);
      expect(content.namespaceURI).toBe(golden.content.namespaceURI);
      expect(content.localName).toBe(golden.content.localName);
      expect(answer.status).toBe(200);
      expect(envelope).toMatchObject({ action: golden.action, to: golden.to, relatesTo: golden.relatesTo });
    });
  }

  it.each([
    ['td0-3/01-request-add.xml', 'urn:hl7-org:v3:setAuthorization'],
    ['td1-6/01-request.xml', 'urn:hl7-org:v3:listAuthorizationByPatient'],
    ['td0-4/01-request.xml', ''],
  ])('%s is taken with the soapAction of the WSDL too, and with no other', async (file, action) => {
    expect(projectFault((await ask(file, `; action="${action}"`)).content)).toBeUndefined();
    expect(projectFault((await ask(file, '; action="urn:x"')).content)).toMatchObject({ subcode: 'ActionMismatch' });
  });

  it('TD0.2 tells what came of it: expired, then declared, then removed', async () => {
    await control(simulator, 'POST', 'clock', { instant: '2026-10-20T07:00:00Z' });
    await control(simulator, 'POST', 'reset');
    const status = async () => projectHl7((await ask('td0-2/02-request-air.xml')).content)['authorization'];
    expect(await status()).toBe('EXPIRE');
    await ask('td0-3/01-request-add.xml');
    expect(await status()).toBe('VALIDE');
    await ask('td0-3/03-request-remove.xml');
    expect(await status()).toBe('NON_EXISTE');
  });

  it('TD0.2 tells who the médecin traitant is', async () => {
    const facts = async () => projectHl7((await ask('td0-2/01-request.xml')).content);
    expect(await facts()).toMatchObject({ authorization: 'VALIDE', treatingPhysician: true });
    await control(simulator, 'POST', 'patients/authorization', {
      patient: { value: '236046999012376' },
      holder: '899700307715',
      status: 'INTERDIT',
    });
    expect(await facts()).toMatchObject({ authorization: 'INTERDIT', treatingPhysician: false });
  });
});
