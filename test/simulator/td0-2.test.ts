/** TD0.2 over real mutual TLS: every golden request gets an answer that equals its paired response. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { aboutVihf, clientFor, expectedOf, filesIn, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { control, post } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, projectHl7, soapOf } from './support/project.ts';

describeShared('golden TD0.2', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  const files = filesIn(dir, 'messages/td0-2');
  for (const file of files.filter((f) => f.includes('-request'))) {
    const paired = files.find((f) => f.startsWith(file.slice(0, 2)) && f.includes('-response'))!;
    it(`${file} is answered like ${paired}`, async () => {
      const request = readWire(dir, `messages/td0-2/${file}`);
      await control(simulator, 'POST', 'clock', { instant: aboutVihf(request).instant.toISOString() });
      const answer = await post(simulator, pki, {
        service: 'patients',
        contentType: 'application/soap+xml; charset=UTF-8; action="urn:hl7-org:v3:PRPA_IN201307UV02"',
        body: request,
        client: await clientFor(pki, request),
      });
      const envelope = openSoap(soapOf(answer.contentType, answer.body));
      const golden = openSoap(readWire(dir, `messages/td0-2/${paired}`));
      expect(projectHl7(envelope.content)).toEqual(expectedOf(dir).messages[`messages/td0-2/${paired}`]);
      // the projector reads the golden answer to the same terms, so it is not blind
      expect(projectHl7(golden.content)).toEqual(expectedOf(dir).messages[`messages/td0-2/${paired}`]);
      expect(answer.status).toBe(200);
      expect(envelope.header).toEqual(['Action', 'MessageID', 'To', 'RelatesTo']);
      expect(envelope).toMatchObject({ action: golden.action, to: golden.to, relatesTo: golden.relatesTo });
    });
  }
});
