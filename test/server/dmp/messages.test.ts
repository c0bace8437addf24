/** The requests that go out, as the other end receives them: HTTP, envelope, body against the schemas. */
import { describe, expect, it } from 'vitest';
import { findDocuments, getDocuments } from '../../../mappings/query.ts';
import { at, parseXml } from '../../../mappings/xml/tree.ts';
import { parseContentType } from '../../../server/dmp/mtom/content-type.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td2_1 } from '../../../server/dmp/transactions/td2-1.ts';
import { td3_1, td3_1b } from '../../../server/dmp/transactions/td3-1.ts';
import { td3_2 } from '../../../server/dmp/transactions/td3-2.ts';
import { td3_3a, td3_3c } from '../../../server/dmp/transactions/td3-3.ts';
import { describeShared } from '../../support/shared.ts';
import type { Received } from './far-end.ts';
import { assertionVerifies, schema } from './oracles.ts';
import { bodyOf, documents, partsOf, sent, sink, two } from './sent.ts';
import { byDoctor, byNurse, p1 } from './setup.ts';
import { newStatus, newVersion, submission } from './submission.ts';
import { wire } from './wire.ts';

const w = wire();

describe('HTTP and envelope', () => {
  it.each<[string, string, string, () => Promise<Received>]>([
    ['TD0.2', 'patients', 'urn:hl7-org:v3:PRPA_IN201307UV02', () => sent(w, td0_2, { patient: p1 }, byNurse)],
    ['TD3.1a', 'registry', 'urn:ihe:iti:2007:RegistryStoredQuery', () => sent(w, td3_1, findDocuments('x'), byDoctor)],
    [
      'TD3.1b',
      'registry',
      'urn:ihe:iti:2007:RegistryStoredQuery',
      () => sent(w, td3_1b, getDocuments({ uniqueIds: ['1.2'] }, 'ObjectRef'), byNurse),
    ],
    [
      'TD3.2',
      'repository',
      'urn:ihe:iti:2007:RetrieveDocumentSet',
      () => sent(w, td3_2, { documents, sink }, byDoctor),
    ],
    [
      'TD2.1',
      'repository',
      'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
      () => sent(w, td2_1, submission(), byNurse),
    ],
    ['TD3.3a', 'registry', 'urn:ihe:iti:2010:UpdateDocumentSet', () => sent(w, td3_3a, newVersion(), byDoctor)],
    ['TD3.3c', 'registry', 'urn:ihe:iti:2010:UpdateDocumentSet', () => sent(w, td3_3c, newStatus(), byNurse)],
  ])('%s', async (name, service, action, call) => {
    const received = await call();
    expect(received.path).toBe(`/si-dmp-server/v2/services/${service}`);
    expect(Number(received.headers['content-length'])).toBe(received.body.length);
    const type = parseContentType(received.headers['content-type'])!;
    expect(type.type).toBe(name === 'TD2.1' ? 'multipart/related' : 'application/soap+xml');
    expect(type.parameters.get('action')).toBe(action);
    const { envelope } = await partsOf(received);
    const header = at(parseXml(envelope), 'Header')!;
    expect(header.children.map((c) => [c.name, { ...c.attrs }, c.text])).toEqual([
      ['MessageID', {}, expect.stringMatching(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)],
      ['To', {}, ''],
      ['ReplyTo', { mustUnderstand: 'true' }, ''],
      ['Action', { mustUnderstand: 'true' }, action],
      ['Security', {}, ''],
    ]);
    const assertion = /<saml2:Assertion.*<\/saml2:Assertion>/s.exec(envelope)![0];
    expect(assertionVerifies(assertion, w.pki.sign.certificate)).toBe(true);
  });

  it('each message has identifiers of its own', async () => {
    const a = await sent(w, td0_2, { patient: p1 }, byNurse);
    const b = await sent(w, td0_2, { patient: p1 }, byNurse);
    const ids = (r: Received): string[] =>
      [...r.body.toString().matchAll(/(?:ID="|extension="|urn:uuid:)_?([0-9a-f-]{36})/g)].map((m) => m[1]!);
    expect(ids(a)).toHaveLength(4);
    expect(new Set([...ids(a), ...ids(b)]).size).toBe(8);
  });

  it('a query is only sent by the transaction that gives its kind of answer', async () => {
    const client = w.client();
    await expect(client.call(td3_1, getDocuments({ uniqueIds: ['1'] }, 'ObjectRef'), byDoctor)).rejects.toBeInstanceOf(
      TypeError,
    );
    await expect(client.call(td3_1b, findDocuments('x'), byDoctor)).rejects.toBeInstanceOf(TypeError);
  });
});

describeShared('requests and the schemas', (dir) => {
  it('TD0.2', async () => {
    const { envelope } = await partsOf(await sent(w, td0_2, { patient: p1 }, byNurse));
    expect(schema(dir, 'dmp-hl7v3.xsd')(bodyOf(envelope))).toEqual([]);
  });

  it('TD2.1, TD3.1 and TD3.2', async () => {
    const valid = schema(dir, 'dmp-xdsb.xsd');
    for (const r of [
      await sent(
        w,
        td3_1,
        findDocuments('236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH', {
          $XDSDocumentEntryClassCode: [['11^^1.2', "o'x^^1.2"]],
        }),
        byDoctor,
      ),
      await sent(w, td3_1b, getDocuments({ uniqueIds: ['1.2', '1.3'] }, 'ObjectRef'), byNurse),
      await sent(w, td3_2, { documents, sink }, byDoctor),
      await sent(w, td2_1, two(), byNurse),
      await sent(w, td2_1, submission(), byNurse, { XDS_SEND_HASH: '0' }),
      await sent(w, td3_3a, newVersion(), byDoctor),
      await sent(w, td3_3c, newStatus(), byNurse),
    ]) {
      // The schema knows what an xop:Include stands for, not the Include.
      const body = bodyOf((await partsOf(r)).envelope).replace(/<xop:Include [^>]*>/g, 'AAAA');
      expect(valid(body)).toEqual([]);
    }
  });

  it('the envelopes are SOAP 1.2 with WS-Addressing', async () => {
    const valid = schema(dir, 'ipf/hl7v3/soap-1.2-envelope.xsd');
    const { envelope } = await partsOf(await sent(w, td2_1, submission(), byNurse));
    expect(valid(envelope.replace(/<saml2:Assertion.*<\/saml2:Assertion>/s, ''))).toEqual([]);
  });
});
