/** The requests that go out, as the other end receives them: HTTP, envelope, body against the schemas, MTOM, signature of the set. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegistryObjects } from '../../../mappings/ebrim/read.ts';
import { findDocuments, getDocuments } from '../../../mappings/query.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { at, childrenOf, descendants, parseXml } from '../../../mappings/xml/tree.ts';
import { parseContentType } from '../../../server/dmp/mtom/content-type.ts';
import { decodeMultipart, normalizeCid } from '../../../server/dmp/mtom/decode.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td2_1, type SubmissionInput } from '../../../server/dmp/transactions/td2-1.ts';
import { td3_1, td3_1b } from '../../../server/dmp/transactions/td3-1.ts';
import { td3_2 } from '../../../server/dmp/transactions/td3-2.ts';
import type { CallContext, Transaction } from '../../../server/dmp/types.ts';
import { describeNeeding, describeShared } from '../../support/shared.ts';
import { startFarEnd, type FarEnd, type Received } from './far-end.ts';
import { inChunks } from './http-file.ts';
import { assertionVerifies, canonical, digest, noXmlsec, ns, schema, signedInfoVerifies, textAt, xmlsecVerifies } from './oracles.ts';
import { testPki, type TestPki } from './pki.ts';
import { byDoctor, byNurse, clientOf, lpsOid, p1 } from './setup.ts';
import { content, entry, set, submission } from './submission.ts';

let pki: TestPki;
let far: FarEnd;
beforeAll(async () => {
  pki = await testPki();
  far = await startFarEnd(pki);
  far.reply = (_, response) => response.writeHead(503).end();
});
afterAll(() => far.close());

/** What arrives at the other end when a transaction is called. */
async function sent<In>(transaction: Transaction<In, unknown>, input: In, context: CallContext, settings: Record<string, string> = {}): Promise<Received> {
  const client = clientOf(pki, far.url, settings);
  await expect(client.call(transaction, input, context)).rejects.toMatchObject({ kind: 'http' });
  await client.close();
  return far.received.at(-1)!;
}

interface Parts {
  envelope: string;
  parts: Map<string, { contentType: string; body: Buffer }>;
}

async function partsOf({ headers, body }: Received): Promise<Parts> {
  const type = parseContentType(headers['content-type'])!;
  if (type.type !== 'multipart/related') return { envelope: body.toString('utf8'), parts: new Map() };
  const all: [string, { contentType: string; body: Buffer }][] = [];
  for await (const part of decodeMultipart(inChunks(body, 1000), type.parameters.get('boundary')!)) {
    const chunks: Uint8Array[] = [];
    for await (const c of part.body) chunks.push(c);
    all.push([normalizeCid(part.headers.get('content-id')!), { contentType: part.headers.get('content-type')!, body: Buffer.concat(chunks) }]);
  }
  const [[start, root], ...rest] = all as [(typeof all)[0], ...typeof all];
  expect(start).toBe(normalizeCid(type.parameters.get('start')!));
  return { envelope: root.body.toString('utf8'), parts: new Map(rest) };
}

/** The text of what the SOAP body holds: it declares its own namespaces. */
const bodyOf = (envelope: string): string => /<soap:Body>(.*)<\/soap:Body>/s.exec(envelope)![1]!;
const sink = async (): Promise<void> => undefined;
const documents = [
  { repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2', uniqueId: '1.2.3' },
  { repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2', uniqueId: '1.2.4' },
];

describe('HTTP and envelope', () => {
  it.each<[string, string, string, () => Promise<Received>]>([
    ['TD0.2', 'patients', 'urn:hl7-org:v3:PRPA_IN201307UV02', () => sent(td0_2, { patient: p1 }, byNurse)],
    ['TD3.1a', 'registry', 'urn:ihe:iti:2007:RegistryStoredQuery', () => sent(td3_1, findDocuments('x'), byDoctor)],
    ['TD3.1b', 'registry', 'urn:ihe:iti:2007:RegistryStoredQuery', () => sent(td3_1b, getDocuments({ uniqueIds: ['1.2'] }, 'ObjectRef'), byNurse)],
    ['TD3.2', 'repository', 'urn:ihe:iti:2007:RetrieveDocumentSet', () => sent(td3_2, { documents, sink }, byDoctor)],
    ['TD2.1', 'repository', 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b', () => sent(td2_1, submission(), byNurse)],
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
    expect(assertionVerifies(assertion, pki.sign.certificate)).toBe(true);
  });

  it('each message has identifiers of its own', async () => {
    const a = await sent(td0_2, { patient: p1 }, byNurse);
    const b = await sent(td0_2, { patient: p1 }, byNurse);
    const ids = (r: Received): string[] => [...r.body.toString().matchAll(/(?:ID="|extension="|urn:uuid:)_?([0-9a-f-]{36})/g)].map((m) => m[1]!);
    expect(ids(a)).toHaveLength(4);
    expect(new Set([...ids(a), ...ids(b)]).size).toBe(8);
  });

  it('a query is only sent by the transaction that gives its kind of answer', async () => {
    const client = clientOf(pki, far.url);
    await expect(client.call(td3_1, getDocuments({ uniqueIds: ['1'] }, 'ObjectRef'), byDoctor)).rejects.toBeInstanceOf(TypeError);
    await expect(client.call(td3_1b, findDocuments('x'), byDoctor)).rejects.toBeInstanceOf(TypeError);
    await client.close();
  });
});

/** The content of a deposit. */
async function deposited(input: SubmissionInput, settings: Record<string, string> = {}) {
  const message = await partsOf(await sent(td2_1, input, byNurse, settings));
  const request = parseXml(bodyOf(message.envelope));
  const objects = readRegistryObjects(at(request, 'SubmitObjectsRequest', 'RegistryObjectList')!);
  const partOf = (id: string): { contentType: string; body: Buffer } => {
    const document = childrenOf(request, 'Document').find((d) => d.attrs['id'] === id)!;
    return message.parts.get(normalizeCid(at(document, 'Include')!.attrs['href']!))!;
  };
  const signature = objects.documentEntries.find((d) => d.id === 'Signature01')!;
  return { ...message, request, objects, partOf, signature, xades: partOf('Signature01').body };
}

const two = (): SubmissionInput => {
  const kos: DocumentEntry = { ...entry, id: 'Document02', mimeType: 'application/dicom', uniqueId: `${entry.uniqueId}.2` };
  const replaces = { type: 'urn:ihe:iti:2007:AssociationType:RPLC', source: 'Document01', target: 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31', slots: {} };
  return { set, entries: [{ entry, content }, { entry: kos, content: Buffer.from('\r\nDICM') }], associations: [replaces] };
};

describe('TD2.1', () => {
  it('carries the documents as they are, and the signature document', async () => {
    const { partOf, parts, objects } = await deposited(two());
    expect(parts.size).toBe(3);
    expect(partOf('Document01')).toEqual({ contentType: 'text/xml', body: content });
    expect(partOf('Document02')).toEqual({ contentType: 'application/dicom', body: Buffer.from('\r\nDICM') });
    expect(objects.submissionSets).toEqual([expect.objectContaining({ ...set, slots: {} })]);
    expect(objects.documentEntries.map((d) => d.id)).toEqual(['Document01', 'Document02', 'Signature01']);
  });

  it('says hash and size of what is sent, or neither', async () => {
    const input = two();
    input.entries[0]!.entry = { ...entry, hash: 'stale', size: '1' };
    const said = await deposited(input);
    for (const d of said.objects.documentEntries) {
      const bytes = said.partOf(d.id).body;
      expect([d.hash, d.size]).toEqual([createHash('sha1').update(bytes).digest('hex'), String(bytes.length)]);
    }
    const silent = await deposited(input, { XDS_SEND_HASH: 'false' });
    expect(silent.objects.documentEntries.map((d) => [d.hash, d.size])).toEqual([[undefined, undefined], [undefined, undefined], [undefined, undefined]]);
  });

  it('associates every document, the signature with the set, and what the caller adds', async () => {
    const given = two();
    const own = { type: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember', source: set.id, target: 'Document02', slots: { SubmissionSetStatus: ['Reference'] } };
    given.associations.push(own);
    const { objects } = await deposited(given);
    expect(objects.associations.map((a) => [a.type.split(':').at(-1), a.source, a.target, a.slots['SubmissionSetStatus']?.[0]])).toEqual([
      ['HasMember', 'SubmissionSet01', 'Document01', 'Original'],
      ['HasMember', 'SubmissionSet01', 'Document02', 'Reference'],
      ['HasMember', 'SubmissionSet01', 'Signature01', 'Original'],
      ['signs', 'Signature01', 'SubmissionSet01', 'Original'],
      ['RPLC', 'Document01', 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31', undefined],
    ]);
  });

  it('signs in the name of the author whom the VIHF names, else of the requester', async () => {
    const author = set.authors[0]!;
    const other = { ...author, person: '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS' };
    const written = async (authors: typeof set.authors): Promise<string | undefined> =>
      (await deposited({ ...submission(), set: { ...set, authors } })).signature.legalAuthenticator;
    expect(await written([other, author])).toBe(author.person);
    expect(await written([other])).toBe('899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS');
  });

  it('gives each signature a uniqueId of its own, of 64 characters at most', async () => {
    const a = (await deposited(submission())).signature.uniqueId;
    const b = (await deposited(submission(), { LPS_OID: `1.2.250.1.213.${'9'.repeat(45)}` })).signature.uniqueId;
    expect(a).toMatch(new RegExp(`^${lpsOid.replaceAll('.', '\\.')}\\.51\\.\\d{14}\\.(0|[1-9]\\d*)$`));
    expect(b).toMatch(/^2\.25\.[1-9]\d+$/);
    for (const id of [a, b]) expect(id.length).toBeLessThanOrEqual(64);
  });

  it('refuses what makes no set before anything is sent', async () => {
    const client = clientOf(pki, far.url);
    const before = far.received.length;
    const broken = { ...submission(), entries: [{ entry, content: Buffer.from('<a>') }] };
    await expect(client.call(td2_1, broken, byNurse)).rejects.toMatchObject({ name: 'XmlError' });
    await expect(client.call(td2_1, { ...submission(), entries: [] }, byNurse)).rejects.toBeInstanceOf(RangeError);
    await expect(client.call(td2_1, { ...submission(), entries: [{ entry, content }, { entry, content }] }, byNurse)).rejects.toBeInstanceOf(RangeError);
    expect(far.received.length).toBe(before);
    await client.close();
  });
});

describe('signature of the set', () => {
  const manifest = (xades: string): (string | undefined)[][] =>
    childrenOf(at(parseXml(xades), 'Object', 'Manifest'), 'Reference').map((r) => [r.attrs['URI'], at(r, 'DigestValue')?.text, at(r, 'Transforms', 'Transform')?.attrs['Algorithm']]);

  it.each(['sha1', 'sha256'] as const)('with %s: references, manifest and value are those that libxml2 and node:crypto compute', async (algorithm) => {
    const { xades: bytes } = await deposited(two(), { XADES_DIGEST: algorithm });
    const xades = bytes.toString('utf8');
    expect(signedInfoVerifies(xades, pki.sign.certificate, { exclusive: false })).toBe(true);
    const references = childrenOf(at(parseXml(xades), 'SignedInfo'), 'Reference').map((r) => [r.attrs['URI'], r.attrs['Type'], at(r, 'DigestValue')?.text]);
    expect(references).toEqual([
      ['#IHEManifest', `${ns.ds}Manifest`, digest(algorithm, canonical(xades, '//ds:Manifest', { comments: true }))],
      ['#S0-SignedProperties', `${ns.xad}SignedProperties`, digest(algorithm, canonical(xades, '//xad:SignedProperties', { comments: true }))],
    ]);
    const withComments = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
    expect(textAt(xades, '//ds:CanonicalizationMethod/@Algorithm')).toBe(withComments);
    expect(manifest(xades)).toEqual([
      [`urn:oid:${set.uniqueId}`, 'AA==', undefined],
      [`urn:oid:${entry.uniqueId}`, digest(algorithm, '<!-- fictif -->\n<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Été  &amp; "hiver"</title></ClinicalDocument>'), withComments],
      [`urn:oid:${entry.uniqueId}.2`, digest(algorithm, '\r\nDICM'), undefined],
    ]);
    expect([...descendants(parseXml(xades), 'Cert')]).toHaveLength(3);
  });

  describeNeeding('by xmlsec1', noXmlsec, () => {
    it.each(['sha1', 'sha256'])('%s', async (algorithm) => {
      const xades = (await deposited(two(), { XADES_DIGEST: algorithm })).xades.toString('utf8');
      expect(xmlsecVerifies(xades, pki, ['--ignore-manifests'])).toBe(true);
      expect(xmlsecVerifies(xades.replace('AA==', 'AB=='), pki, ['--ignore-manifests'])).toBe(false);
      expect(xmlsecVerifies(xades.replace('SignaturePolicyImplied', 'SignaturePolicyImplied2'), pki, ['--ignore-manifests'])).toBe(false);
    });
  });
});

describeShared('requests and the schemas', (dir) => {
  it('TD0.2', async () => {
    const { envelope } = await partsOf(await sent(td0_2, { patient: p1 }, byNurse));
    expect(schema(dir, 'dmp-hl7v3.xsd')(bodyOf(envelope))).toEqual([]);
  });

  it('TD2.1, TD3.1 and TD3.2', async () => {
    const valid = schema(dir, 'dmp-xdsb.xsd');
    for (const r of [
      await sent(td3_1, findDocuments('236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH', { $XDSDocumentEntryClassCode: [['11^^1.2', "o'x^^1.2"]] }), byDoctor),
      await sent(td3_1b, getDocuments({ uniqueIds: ['1.2', '1.3'] }, 'ObjectRef'), byNurse),
      await sent(td3_2, { documents, sink }, byDoctor),
      await sent(td2_1, two(), byNurse),
      await sent(td2_1, submission(), byNurse, { XDS_SEND_HASH: '0' }),
    ]) {
      // The schema knows what an xop:Include stands for, not the Include.
      const body = bodyOf((await partsOf(r)).envelope).replace(/<xop:Include [^>]*>/g, 'AAAA');
      expect(valid(body)).toEqual([]);
    }
  });

  it('the envelopes are SOAP 1.2 with WS-Addressing', async () => {
    const valid = schema(dir, 'ipf/hl7v3/soap-1.2-envelope.xsd');
    const { envelope } = await partsOf(await sent(td2_1, submission(), byNurse));
    expect(valid(envelope.replace(/<saml2:Assertion.*<\/saml2:Assertion>/s, ''))).toEqual([]);
  });

  it('the signature document', async () => {
    const xades = (await deposited(two())).xades.toString('utf8');
    const properties = canonical(xades, '//xad:QualifyingProperties');
    expect(schema(dir, 'dmp-xades-1.1.1.xsd')(properties)).toEqual([]);
    // The DMP's form puts text straight into SignatureProperty, where the W3C schema asks for an element.
    const masked = xades.replace(/(<ds:SignatureProperty [^>]*>)[^<]*/, '$1<x xmlns="urn:x"/>');
    expect(schema(dir, 'ipf/saml/xmldsig-core-schema.xsd')(masked)).toEqual([]);
  });

  it('the signature’s metadata are those of the golden deposit', async () => {
    const { signature } = await deposited(submission());
    const golden = readFileSync(path.join(dir, 'wire/messages/td2-1/01-request-new.http'), 'utf8');
    const list = parseXml(/<rim:RegistryObjectList.*?<\/rim:RegistryObjectList>/s.exec(golden)![0].replace('<rim:RegistryObjectList', '<rim:RegistryObjectList xmlns:lcm="urn:x"'));
    const wanted = readRegistryObjects(list).documentEntries.find((d) => d.id === 'Signature01')!;
    const common = (d: DocumentEntry) => ({ ...d, uniqueId: '', hash: '', size: '', creationTime: '', serviceStartTime: '', serviceStopTime: '', authors: [], legalAuthenticator: '', sourcePatientId: '', healthcareFacilityTypeCode: d.healthcareFacilityTypeCode?.code, practiceSettingCode: d.practiceSettingCode?.code });
    expect(common(signature)).toEqual(common(wanted));
    expect([signature.creationTime, signature.serviceStartTime, signature.serviceStopTime]).toEqual([set.submissionTime, set.submissionTime, set.submissionTime]);
    expect(signature.authors).toEqual(set.authors);
    expect(signature.sourcePatientId).toBe(set.patientId);
  });
});
