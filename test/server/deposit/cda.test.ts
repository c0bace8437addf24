import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DocumentReference } from '@medplum/fhirtypes';
import { expect, it } from 'vitest';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { uniqueIdOf } from '../../../mappings/cda/metadata.ts';
import { isInsOid } from '../../../mappings/ins.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { depositOne } from '../../../server/fhir/deposit/one.ts';
import { statusOf } from '../../../server/fhir/outcome.ts';
import { describeShared } from '../../support/shared.ts';
import { nurse } from '../../support/callers.ts';
import { world, type World } from './fakes.ts';

/** relatesTo, as far as the header says it: the deposit wants both to agree. */
function relatesTo({ relatedDocuments }: ReturnType<typeof readCdaHeader>): Pick<DocumentReference, 'relatesTo'> {
  const replaced = relatedDocuments.find((r) => r.type === 'RPLC')?.id;
  if (!replaced) return {};
  const identifier = { system: 'urn:ietf:rfc:3986', value: `urn:oid:${uniqueIdOf(replaced)}` };
  return { relatesTo: [{ code: 'replaces', target: { identifier } }] };
}

/** A world whose DMP holds the document that a CDA replaces. */
function worldWith({ relatedDocuments }: ReturnType<typeof readCdaHeader>): World {
  const w = world();
  for (const { id } of relatedDocuments) if (id) w.fake.registry.set(uniqueIdOf(id), 'urn:uuid:1');
  return w;
}

/** The leanest publish of a CDA: what the header says is not said again; the author is left to header and context. */
function lean(bytes: Buffer, more: Partial<DocumentReference> = {}): DocumentReference {
  const header = readCdaHeader(bytes);
  const ins = header.patients[0]!.ids.find((id) => isInsOid(id.root))!;
  return {
    resourceType: 'DocumentReference',
    masterIdentifier: { use: 'usual', system: 'urn:ietf:rfc:3986', value: `urn:oid:${uniqueIdOf(header.id)}` },
    status: 'current',
    subject: { identifier: { system: `urn:oid:${ins.root}`, value: ins.extension } },
    date: '2026-11-20T09:00:00Z',
    custodian: { identifier: { system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1990100109' } },
    ...relatesTo(header),
    content: [
      { attachment: { contentType: 'text/xml', data: bytes.toString('base64'), title: header.title ?? 'Document' } },
    ],
    ...more,
  };
}

describeShared('ITI-105: a CDA is deposited as it is', (dir) => {
  const part = (name: string): Buffer => readFileSync(path.join(dir, 'wire/parts', name));

  it.each(['td2-1-01-cda-n1.xml', 'td2-1-01-cda-n3.xml', 'td2-1-02-cda-n1-v2.xml'])(
    '%s: its bytes, its metadata',
    async (name) => {
      const bytes = part(name);
      const header = readCdaHeader(bytes);
      const w = worldWith(header);
      const { status, issues } = await depositOne(
        lean(bytes, { category: cls('10'), content: content(bytes, name) }),
        w,
        nurse,
      );
      expect(status).toBe(201);
      const { entry, content: sent } = w.fake.sent.entries[0]!;
      expect(Buffer.from(sent).equals(bytes)).toBe(true);
      expect(entry).toMatchObject({
        uniqueId: uniqueIdOf(header.id),
        mimeType: 'text/xml',
        size: String(bytes.length),
        typeCode: { code: header.code.code, scheme: header.code.scheme },
      });
      // The header knows better than the context of authentication who wrote the document.
      expect(entry.authors.map((a) => a.person?.split('^')[0])).toEqual(header.authors.map((a) => a.ids[0]!.extension));
      expect(entry.sourcePatientInfo.some((i) => i.startsWith('PID-5|BASTIDE^ODETTE'))).toBe(true);
      // Who feeds the DMP is still the caller.
      expect(w.fake.sent.set.authors[0]?.person).toContain('899700204581^LE BIHAN');
      expect(issues.filter((i) => i.key !== 'code-unknown')).toEqual([]);
    },
  );

  const bytes = part('td2-1-01-cda-n1.xml');
  const cls = (code: string): DocumentReference['category'] => [
    { coding: [{ system: 'urn:oid:1.2.250.1.213.1.1.4.1', code }] },
  ];
  /** The N3 of the story follows no CI-SIS template: its format must be said. */
  const content = (cda: Buffer, name: string): DocumentReference['content'] => [
    {
      attachment: { contentType: 'text/xml', data: cda.toString('base64'), title: readCdaHeader(cda).title! },
      ...(name.includes('n3')
        ? { format: { system: 'urn:oid:1.2.250.1.213.1.1.4.2.282', code: 'urn:asipSante:modelesHorsProfils:2011' } }
        : {}),
    },
  ];

  it('with metadata that say the same: accepted; visibility is added to the header’s confidentiality', async () => {
    const w = world();
    const resource = lean(bytes, {
      type: { coding: [{ system: 'http://loinc.org', code: '83981-1' }] },
      securityLabel: [{ coding: [{ system: 'urn:oid:1.2.250.1.213.1.1.4.13', code: 'MASQUE_PS' }] }],
    });
    resource.content[0]!.attachment.creation = '2026-10-12T07:30:00Z';
    await depositOne(resource, w, nurse);
    expect(w.fake.sent.entries[0]!.entry.confidentialityCodes.map((c) => c.code)).toEqual(['N', 'MASQUE_PS']);
    expect(w.fake.sent.entries[0]!.entry.creationTime).toBe('20261012073000');
  });

  const p2 = { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '141112A99004563' } };
  it.each<[string, (r: DocumentReference) => unknown, string[]]>([
    ['another patient', (r) => (r.subject = p2), ['422', 'cda-patient DocumentReference.subject']],
    [
      'another uniqueId',
      (r) => (r.masterIdentifier!.value = 'urn:oid:2.25.1'),
      ['422', 'cda-mismatch DocumentReference.masterIdentifier'],
    ],
    [
      'another type',
      (r) => (r.type = { coding: [{ system: 'http://loinc.org', code: '28653-4' }] }),
      ['422', 'cda-mismatch DocumentReference.type'],
    ],
    [
      'another time',
      (r) => (r.content[0]!.attachment.creation = '2026-10-13T07:30:00Z'),
      ['422', 'cda-mismatch DocumentReference.content[0].attachment.creation'],
    ],
    [
      'another confidentiality',
      (r) =>
        (r.securityLabel = [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] },
        ]),
      ['422', 'cda-mismatch DocumentReference.securityLabel'],
    ],
    [
      'XML that is no CDA',
      (r) => (r.content[0]!.attachment.data = Buffer.from('<a/>').toString('base64')),
      ['422', 'cda-invalid DocumentReference.content[0].attachment.data'],
    ],
    [
      'a DOCTYPE',
      (r) =>
        (r.content[0]!.attachment.data = Buffer.from(
          `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${bytes.toString().replace(/<\?xml[^>]*>/, '')}`,
        ).toString('base64')),
      ['422', 'cda-invalid DocumentReference.content[0].attachment.data'],
    ],
  ])('%s', async (_, change, expected) => {
    const w = world();
    const resource = lean(bytes);
    change(resource);
    const error = (await depositOne(resource, w, nurse).catch((e: unknown) => e)) as IssueError;
    expect(error).toBeInstanceOf(IssueError);
    const errors = error.issues.filter((i) => i.severity !== 'warning');
    expect([String(statusOf(error.issues)), ...errors.map((i) => `${i.key} ${i.expression ?? ''}`)]).toEqual(expected);
    expect(w.fake.calls).toEqual([]);
    expect(w.memory.held.size).toBe(0);
  });
});

describeShared('ITI-105: the ANS’s CDA examples', (dir) => {
  const folder = path.join(dir, 'cda');
  /** Examples that a deposit rightly refuses, and why. */
  const refused: Record<string, string[]> = {
    // no format follows from its templateIds (ASS_A11 does not know them)
    'BIO-TROD_2024.01_Angine.xml': ['required DocumentReference.content[0].format'],
    // an invented INS with a wrong key under the real authority
    'CDA_TDDUI_Exemple_v1.0.1.xml': ['ins-key DocumentReference.subject'],
    'CSE-MDE_1obs.xml': ['ins-key DocumentReference.subject'],
    // an author without structure: the DMP wants one
    'SDM-MR_2024.01_nouveau-ne.xml': ['author-context DocumentReference.author[0]'],
    'TLM-DA_2022.01_TE1_anamnese-non-structuree.xml': ['author-context DocumentReference.author[0]'],
    // the document that it replaces has a uniqueId (root and extension) that XDS cannot hold: it is in no DMP
    'CNAM-HR_2021.01_sans-info.xml': ['target-unknown DocumentReference.relatesTo[0].target.identifier'],
  };
  for (const file of readdirSync(folder).filter((f) => f.endsWith('.xml')))
    it(file, async () => {
      const bytes = readFileSync(path.join(folder, file));
      const w = worldWith(readCdaHeader(bytes));
      let error: IssueError | undefined;
      try {
        await depositOne(lean(bytes), w, nurse);
      } catch (e) {
        if (!(e instanceof IssueError)) throw e;
        error = e;
      }
      const said =
        error?.issues.filter((i) => i.severity !== 'warning').map((i) => `${i.key} ${i.expression ?? ''}`) ?? [];
      expect(said).toEqual(refused[file] ?? []);
      if (error) return;
      const { entry, content } = w.fake.sent.entries[0]!;
      expect(Buffer.from(content).equals(bytes)).toBe(true);
      expect(entry.mimeType).toBe(file.includes('Autopresentable') ? 'application/xslt+xml' : 'text/xml');
    });
});
