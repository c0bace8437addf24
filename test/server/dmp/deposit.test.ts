/** What a deposit carries: documents, metadata, associations, and the XAdES of the set, recomputed by others. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRegistryObjects } from '../../../mappings/ebrim/read.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { at, childrenOf, descendants, parseXml } from '../../../mappings/xml/tree.ts';
import { td2_1 } from '../../../server/dmp/transactions/td2-1.ts';
import { describeNeeding, describeShared } from '../../support/shared.ts';
import { canonical, digest, noXmlsec, ns, schema, signedInfoVerifies, textAt, xmlsecVerifies } from './oracles.ts';
import { deposited, two } from './sent.ts';
import { byNurse, lpsOid } from './setup.ts';
import { content, entry, set, submission } from './submission.ts';
import { wire } from './wire.ts';

const w = wire();

describe('TD2.1', () => {
  it('carries the documents as they are, and the signature document', async () => {
    const { partOf, parts, objects } = await deposited(w, two());
    expect(parts.size).toBe(3);
    expect(partOf('Document01')).toEqual({ contentType: 'text/xml', body: content });
    expect(partOf('Document02')).toEqual({ contentType: 'application/dicom', body: Buffer.from('\r\nDICM') });
    expect(objects.submissionSets).toEqual([expect.objectContaining({ ...set, slots: {} })]);
    expect(objects.documentEntries.map((d) => d.id)).toEqual(['Document01', 'Document02', 'Signature01']);
  });

  it('says hash and size of what is sent, or neither', async () => {
    const input = two();
    input.entries[0]!.entry = { ...entry, hash: 'stale', size: '1' };
    const said = await deposited(w, input);
    for (const d of said.objects.documentEntries) {
      const bytes = said.partOf(d.id).body;
      expect([d.hash, d.size]).toEqual([createHash('sha1').update(bytes).digest('hex'), String(bytes.length)]);
    }
    const silent = await deposited(w, input, { XDS_SEND_HASH: 'false' });
    expect(silent.objects.documentEntries.map((d) => [d.hash, d.size])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('associates every document, the signature with the set, and what the caller adds', async () => {
    const given = two();
    const own = {
      type: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember',
      source: set.id,
      target: 'Document02',
      slots: { SubmissionSetStatus: ['Reference'] },
    };
    given.associations.push(own);
    const { objects } = await deposited(w, given);
    expect(
      objects.associations.map((a) => [
        a.type.split(':').at(-1),
        a.source,
        a.target,
        a.slots['SubmissionSetStatus']?.[0],
      ]),
    ).toEqual([
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
      (await deposited(w, { ...submission(), set: { ...set, authors } })).signature.legalAuthenticator;
    expect(await written([other, author])).toBe(author.person);
    expect(await written([other])).toBe('899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS');
  });

  it('gives each signature a uniqueId of its own, of 64 characters at most', async () => {
    const a = (await deposited(w, submission())).signature.uniqueId;
    const b = (await deposited(w, submission(), { LPS_OID: `1.2.250.1.213.${'9'.repeat(45)}` })).signature.uniqueId;
    expect(a).toMatch(new RegExp(`^${lpsOid.replaceAll('.', '\\.')}\\.51\\.\\d{14}\\.(0|[1-9]\\d*)$`));
    expect(b).toMatch(/^2\.25\.[1-9]\d+$/);
    for (const id of [a, b]) expect(id.length).toBeLessThanOrEqual(64);
  });

  it('refuses what makes no set before anything is sent', async () => {
    const client = w.client();
    const before = w.far.received.length;
    const broken = { ...submission(), entries: [{ entry, content: Buffer.from('<a>') }] };
    await expect(client.call(td2_1, broken, byNurse)).rejects.toMatchObject({ name: 'XmlError' });
    await expect(client.call(td2_1, { ...submission(), entries: [] }, byNurse)).rejects.toBeInstanceOf(RangeError);
    await expect(
      client.call(
        td2_1,
        {
          ...submission(),
          entries: [
            { entry, content },
            { entry, content },
          ],
        },
        byNurse,
      ),
    ).rejects.toBeInstanceOf(RangeError);
    expect(w.far.received.length).toBe(before);
  });
});

describe('signature of the set', () => {
  const manifest = (xades: string): (string | undefined)[][] =>
    childrenOf(at(parseXml(xades), 'Object', 'Manifest'), 'Reference').map((r) => [
      r.attrs['URI'],
      at(r, 'DigestValue')?.text,
      at(r, 'Transforms', 'Transform')?.attrs['Algorithm'],
    ]);

  it.each(['sha1', 'sha256'] as const)(
    'with %s: references, manifest and value are those that libxml2 and node:crypto compute',
    async (algorithm) => {
      const { xades: bytes } = await deposited(w, two(), { XADES_DIGEST: algorithm });
      const xades = bytes.toString('utf8');
      expect(signedInfoVerifies(xades, w.pki.sign.certificate, { exclusive: false })).toBe(true);
      const references = childrenOf(at(parseXml(xades), 'SignedInfo'), 'Reference').map((r) => [
        r.attrs['URI'],
        r.attrs['Type'],
        at(r, 'DigestValue')?.text,
      ]);
      expect(references).toEqual([
        ['#IHEManifest', `${ns.ds}Manifest`, digest(algorithm, canonical(xades, '//ds:Manifest', { comments: true }))],
        [
          '#S0-SignedProperties',
          `${ns.xad}SignedProperties`,
          digest(algorithm, canonical(xades, '//xad:SignedProperties', { comments: true })),
        ],
      ]);
      const withComments = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
      expect(textAt(xades, '//ds:CanonicalizationMethod/@Algorithm')).toBe(withComments);
      expect(manifest(xades)).toEqual([
        [`urn:oid:${set.uniqueId}`, 'AA==', undefined],
        [
          `urn:oid:${entry.uniqueId}`,
          digest(
            algorithm,
            '<!-- fictif -->\n<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Été  &amp; "hiver"</title></ClinicalDocument>',
          ),
          withComments,
        ],
        [`urn:oid:${entry.uniqueId}.2`, digest(algorithm, '\r\nDICM'), undefined],
      ]);
      expect([...descendants(parseXml(xades), 'Cert')]).toHaveLength(3);
    },
  );

  describeNeeding('by xmlsec1', noXmlsec, () => {
    it.each(['sha1', 'sha256'])('%s', async (algorithm) => {
      const xades = (await deposited(w, two(), { XADES_DIGEST: algorithm })).xades.toString('utf8');
      expect(xmlsecVerifies(xades, w.pki, ['--ignore-manifests'])).toBe(true);
      expect(xmlsecVerifies(xades.replace('AA==', 'AB=='), w.pki, ['--ignore-manifests'])).toBe(false);
      expect(
        xmlsecVerifies(xades.replace('SignaturePolicyImplied', 'SignaturePolicyImplied2'), w.pki, [
          '--ignore-manifests',
        ]),
      ).toBe(false);
    });
  });
});

describeShared('deposit and the golden one', (dir) => {
  it('the signature document', async () => {
    const xades = (await deposited(w, two())).xades.toString('utf8');
    const properties = canonical(xades, '//xad:QualifyingProperties');
    expect(schema(dir, 'dmp-xades-1.1.1.xsd')(properties)).toEqual([]);
    // The DMP's form puts text straight into SignatureProperty, where the W3C schema asks for an element.
    const masked = xades.replace(/(<ds:SignatureProperty [^>]*>)[^<]*/, '$1<x xmlns="urn:x"/>');
    expect(schema(dir, 'ipf/saml/xmldsig-core-schema.xsd')(masked)).toEqual([]);
  });

  it('the signature’s metadata are those of the golden deposit', async () => {
    const { signature } = await deposited(w, submission());
    const golden = readFileSync(path.join(dir, 'wire/messages/td2-1/01-request-new.http'), 'utf8');
    const list = parseXml(
      /<rim:RegistryObjectList.*?<\/rim:RegistryObjectList>/s
        .exec(golden)![0]
        .replace('<rim:RegistryObjectList', '<rim:RegistryObjectList xmlns:lcm="urn:x"'),
    );
    const wanted = readRegistryObjects(list).documentEntries.find((d) => d.id === 'Signature01')!;
    const common = (d: DocumentEntry) => ({
      ...d,
      uniqueId: '',
      hash: '',
      size: '',
      creationTime: '',
      serviceStartTime: '',
      serviceStopTime: '',
      authors: [],
      legalAuthenticator: '',
      sourcePatientId: '',
      healthcareFacilityTypeCode: d.healthcareFacilityTypeCode?.code,
      practiceSettingCode: d.practiceSettingCode?.code,
    });
    expect(common(signature)).toEqual(common(wanted));
    expect([signature.creationTime, signature.serviceStartTime, signature.serviceStopTime]).toEqual([
      set.submissionTime,
      set.submissionTime,
      set.submissionTime,
    ]);
    expect(signature.authors).toEqual(set.authors);
    expect(signature.sourcePatientId).toBe(set.patientId);
  });
});
