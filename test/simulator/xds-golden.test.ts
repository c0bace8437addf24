/** ITI-41, ITI-18 and ITI-43 over real mutual TLS: every golden request gets an answer equal to its paired response. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { expectedOf, filesIn, startFor, wireAuthorities } from './support/golden.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, soapOf } from './support/project.ts';
import { expectedXds, partsOf, projectXds } from './support/project-xds.ts';
import { readMessage, send, standAt } from './support/xds.ts';

/** Requests whose pair cannot come from one and the same story. */
const contradictory: Record<string, string> = {
  'td3-1c/02-request-findfolders.xml': 'no source says that the DMP uses folders; 03 asks the same and finds none',
};

describeShared('golden XDS', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator?.close());

  for (const folder of ['td2-1', 'td3-1a', 'td3-1b', 'td3-1c', 'td3-2']) {
    const files = filesIn(dir, `messages/${folder}`);
    for (const file of files.filter((f) => f.includes('-request'))) {
      const request = `${folder}/${file}`;
      const paired = `${folder}/${files.find((f) => f.startsWith(file.slice(0, 2)) && f.includes('-response'))!}`;
      if (request in contradictory) continue;
      it(`${request} is answered like ${paired}`, async () => {
        const message = readMessage(dir, request);
        await standAt(simulator, message);
        const reply = await send(simulator, pki, message);
        const expected = expectedXds(expectedOf(dir).messages[`messages/${paired}`]!);
        expect(reply.facts).toEqual(expected);
        expect(reply.status).toBe(200);
        const golden = readGolden(dir, paired);
        expect(golden.facts).toEqual(expected);
        expect(reply.action).toBe(golden.action);
        expect(reply.relatesTo).toBe(golden.relatesTo);
      });
    }
  }
});

/** The paired response, read by the same projector: it is not blind. */
function readGolden(dir: string, file: string) {
  const octets = readFileSync(join(dir, 'wire/messages', file));
  const end = file.endsWith('.http') ? octets.indexOf('\r\n\r\n') + 4 : 0;
  const head = octets.subarray(0, end).toString('latin1');
  const contentType = /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? 'application/soap+xml';
  const body = octets.subarray(end);
  const { content, action, relatesTo } = openSoap(soapOf(contentType, body));
  return { facts: projectXds(content, partsOf(contentType, body)), action, relatesTo };
}
