/** ITI-41, ITI-18 and ITI-43 over real mutual TLS: every golden request gets an answer equal to its paired response. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLSerializer } from '@xmldom/xmldom';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { expectedOf, filesIn, startFor, wireAuthorities } from './support/golden.ts';
import { control } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, soapOf } from './support/project.ts';
import { expectedXds, partsOf, projectXds } from './support/project-xds.ts';
import { edit, readMessage, send, standAt } from './support/xds.ts';

/** 02 and 03 ask the same: the first finds a folder, so it is asked of another seed. */
const seedOf: Record<string, string> = { 'td3-1c/02-request-findfolders.xml': 'folders' };

describeShared('golden XDS', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  let validator: XsdValidator;
  beforeAll(async () => {
    xmlRegisterFsInputProviders();
    const file = join(dir, 'wire/xsd/dmp-xdsb.xsd');
    validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(file), { url: file }));
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  /** What the public XDS.b schemas complain about. */
  const schemaErrors = (xml: string): string[] => {
    const doc = XmlDocument.fromString(xml);
    try {
      validator.validate(doc);
      return [];
    } catch (error) {
      return [String(error)];
    } finally {
      doc.dispose();
    }
  };

  for (const folder of ['td2-1', 'td3-1a', 'td3-1b', 'td3-1c', 'td3-2', 'td3-3a', 'td3-3b', 'td3-3c', 'td3-3d']) {
    const files = filesIn(dir, `messages/${folder}`);
    for (const file of files.filter((f) => f.includes('-request'))) {
      const request = `${folder}/${file}`;
      const paired = `${folder}/${files.find((f) => f.startsWith(file.slice(0, 2)) && f.includes('-response'))!}`;
      it(`${request} is answered like ${paired}`, async () => {
        const message = readMessage(dir, request);
        await standAt(simulator, message, seedOf[request]);
        const reply = await send(simulator, pki, message);
        const expected = expectedXds(expectedOf(dir).messages[`messages/${paired}`]!);
        expect(reply.facts).toEqual(expected);
        expect(schemaErrors(bodyOf(reply.xml))).toEqual([]);
        expect(reply.status).toBe(200);
        const golden = readGolden(dir, paired);
        expect(golden.facts).toEqual(expected);
        expect(reply.action).toBe(golden.action);
        expect(reply.relatesTo).toBe(golden.relatesTo);
      });
    }
  }

  it('what is deposited is found again, and fetched octet for octet', async () => {
    const deposit = readMessage(dir, 'td2-1/01-request-new.http');
    await standAt(simulator, deposit);
    expect((await send(simulator, pki, deposit)).facts).toEqual({ status: 'Success', errors: [] });
    const list = readMessage(dir, 'td3-1a/01-request-finddocuments.xml');
    await control(simulator, 'POST', 'clock', { instant: '2026-10-20T06:32:00Z' });
    const found = (await send(simulator, pki, list)).facts['entries'] as Record<string, unknown>[];
    const expected = expectedOf(dir).messages['messages/td3-1a/01-response-six-entries.xml']!['entries'];
    const first = (expected as Record<string, unknown>[]).find((e) => String(e['uniqueId']).endsWith('50.20261012.1'))!;
    const own = found.find((e) => e['uniqueId'] === first['uniqueId'])!;
    // identifiers are the registry's; the golden list shows the letter after it was replaced
    expect(own).toEqual({ ...first, entryUUID: own['entryUUID'], logicalId: own['entryUUID'], status: 'Approved' });
    const fetch = edit(readMessage(dir, 'td3-2/01-request-two-documents.http'), (text) =>
      text.replace('50.20261015.1', '50.20261012.1'),
    );
    const { facts } = await send(simulator, pki, fetch);
    expect(facts).toMatchObject({ status: 'Success', documents: [{ sha1: first['hash'], size: first['size'] }, {}] });
  });
});

/** The body's child on its own; an xop:Include stands for base64 text, which the schema wants there. */
const bodyOf = (xml: string): string =>
  new XMLSerializer().serializeToString(openSoap(xml).content).replace(/<xop:Include[^>]*\/>/g, '');

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
