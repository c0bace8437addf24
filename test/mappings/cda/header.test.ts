/** CDA headers of the corpora and of the golden submissions, read; what is no CDA, refused. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCdaAgainst } from '../../../mappings/cda/check.ts';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { metadataOfCda, uniqueIdOf } from '../../../mappings/cda/metadata.ts';
import { components } from '../../../mappings/codecs/hl7v2.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { parseXml, descendants } from '../../../mappings/xml/tree.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { describeShared } from '../../support/shared.ts';
import { goldenEntry } from './support.ts';

const minimal = (inner = '', before = ''): Buffer =>
  Buffer.from(
    `${before}<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><code code="A" codeSystem="1.2"/><effectiveTime value="2026"/>` +
      `<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="236046999012376"/></patientRole></recordTarget>${inner}</ClinicalDocument>`,
  );
const author = (inner: string): ReturnType<typeof metadataOfCda>['authors'] =>
  metadataOfCda(
    readCdaHeader(minimal(`<author><time value="2026"/><assignedAuthor>${inner}</assignedAuthor></author>`)),
  ).authors;

describe('author forms', () => {
  it.each([
    [
      'a professional with RPPS',
      '<id root="1.2.250.1.71.4.2.1" extension="899700101233"/><assignedPerson><name><given>HÉLÈNE</given><family>MAUREL</family></name></assignedPerson>',
      '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
    ],
    [
      'a professional with an internal id',
      '<id root="1.2.250.1.71.4.2.1" extension="3990100109/AS-17"/><assignedPerson><name><family>L&apos;HÔTE &amp; FILS</family><given>ANNE</given></name></assignedPerson>',
      "3990100109/AS-17^L'HÔTE \\T\\ FILS^ANNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI",
    ],
    [
      'a device',
      '<id root="1.2.250.1.71.4.2.1" extension="3990100109/LDUI-01"/><assignedAuthoringDevice><manufacturerModelName>4.2.0</manufacturerModelName><softwareName>LUMIDUI PASSERELLE</softwareName></assignedAuthoringDevice>',
      '3990100109/LDUI-01^LUMIDUI PASSERELLE^4.2.0^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI',
    ],
    [
      'the patient',
      '<id root="1.2.250.1.213.1.4.10" extension="236046999012376"/><assignedPerson><name><given>ODETTE</given><family qualifier="BR">BASTIDE</family><family qualifier="CL">ROUSSELIN</family></name></assignedPerson>',
      '236046999012376^ROUSSELIN^ODETTE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH',
    ],
  ])('%s', (_, inner, person) => {
    expect(author(inner)).toEqual([
      { person, institutions: [], roles: [], specialties: [], telecommunications: [], slots: {} },
    ]);
  });

  it('a structure alone, with what it has', () => {
    expect(
      author(
        '<id nullFlavor="NI"/><representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1990100109"/><name>EHPAD &amp; Co</name></representedOrganization>',
      ),
    ).toEqual([
      expect.objectContaining({ institutions: ['EHPAD \\T\\ Co^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109'] }),
    ]);
  });
});

describe('what is no CDA', () => {
  it.each([
    ['not XML', Buffer.from('%PDF-1.4')],
    ['other XML', Buffer.from('<a/>')],
    ['another namespace', Buffer.from('<ClinicalDocument/>')],
    ['cut short', minimal().subarray(0, 200)],
    ['cut short inside the body', minimal('<component><nonXMLBody><text representation="B64">AAAA').subarray(0, 330)],
    ['a DOCTYPE', minimal('', '<!DOCTYPE a [<!ENTITY b "c">]>')],
    ['not UTF-8', Buffer.concat([minimal().subarray(0, -20), Buffer.from([0xe9]), minimal().subarray(-20)])],
    ['too deep', minimal('<a>'.repeat(200) + '</a>'.repeat(200))],
    [
      'deep in a structured body',
      minimal(`<component><structuredBody>${'<a>'.repeat(200)}${'</a>'.repeat(200)}</structuredBody></component>`),
    ],
    ['nothing', new Uint8Array(0)],
  ])('%s', (_, bytes) => {
    expect(() => readCdaHeader(bytes)).toThrow(IssueError);
    try {
      readCdaHeader(bytes);
    } catch (error) {
      expect((error as IssueError).issues[0]?.key).toBe('cda-invalid');
    }
  });

  it('every mandatory element that is missing is named', () => {
    try {
      readCdaHeader(
        Buffer.from('<ClinicalDocument xmlns="urn:hl7-org:v3"><code nullFlavor="UNK"/></ClinicalDocument>'),
      );
      expect.unreachable();
    } catch (error) {
      expect((error as IssueError).issues.map((i) => i.values?.detail)).toEqual([
        'ClinicalDocument/recordTarget/patientRole',
        'ClinicalDocument/id',
        'ClinicalDocument/code',
        'ClinicalDocument/effectiveTime',
      ]);
    }
  });

  it('what is said inside the body does not count as header', () => {
    const header = readCdaHeader(
      minimal(
        '<component><structuredBody><component><section><id root="9.9"/><author><assignedAuthor><id root="9.8"/></assignedAuthor></author></section></component></structuredBody></component>',
      ),
    );
    expect(header.id).toEqual({ root: '1.2.3' });
    expect(header.authors).toEqual([]);
    expect(header.body).toEqual({ kind: 'N3' });
  });
});

describe('uniqueId', () => {
  it('is an OID when it can be', () => {
    expect(uniqueIdOf({ root: '1.2.3' })).toBe('1.2.3');
    expect(uniqueIdOf({ root: '1.2.3', extension: '45' })).toBe('1.2.3.45');
    expect(uniqueIdOf({ root: '1.2.3', extension: '045' })).toBe('1.2.3^045');
    expect(uniqueIdOf({ root: '1.2.3', extension: 'A-1' })).toBe('1.2.3^A-1');
  });
});

describeShared('the corpora', (dir) => {
  it('every document of the CDA corpus is read, and what it says is what its XML holds', () => {
    const files = readdirSync(path.join(dir, 'cda'));
    expect(files).toHaveLength(28);
    for (const file of files) {
      const bytes = readFileSync(path.join(dir, 'cda', file));
      const header = readCdaHeader(bytes);
      const [doc] = descendants(parseXml(bytes, { depth: 128, size: 1e8, nodes: 1e7 }), 'ClinicalDocument');
      const direct = (name: string): Record<string, string>[] =>
        (doc?.children ?? []).filter((c) => c.name === name).map((c) => c.attrs);
      expect(header.id.root, file).toBe(direct('id')[0]?.root);
      expect(header.code.code, file).toBe(direct('code')[0]?.code);
      expect(header.effectiveTime, file).toBe(direct('effectiveTime')[0]?.value);
      expect(header.templateIds, file).toEqual(direct('templateId').map((t) => t.root));
      expect(header.authors, file).toHaveLength(direct('author').length);
      expect(header.serviceEvents, file).toHaveLength(direct('documentationOf').length);
      expect(header.custodian?.name, file).toBeTruthy();
      expect(header.legalAuthenticator?.ids[0]?.extension, file).toBeTruthy();
      const said = metadataOfCda(header);
      const wrapped = file.includes('Autopresentable');
      expect(said, file).toMatchObject({
        languageCode: 'fr-FR',
        mimeType: wrapped ? 'application/xslt+xml' : 'text/xml',
      });
      for (const key of [
        'uniqueId',
        'title',
        'creationTime',
        'serviceStartTime',
        'practiceSettingCode',
        'healthcareFacilityTypeCode',
        'patientId',
        'legalAuthenticator',
      ] as const)
        expect(said[key], `${file} ${key}`).toBeTruthy();
      expect(said.authors?.length, file).toBeGreaterThan(0);
      expect(said.sourcePatientInfo?.length, file).toBe(4);
      // The rapid test of angina (…1.59) came after our version of ASS_A11.
      if (!file.startsWith('BIO-TROD')) expect(said.formatCode, file).toBeTruthy();
      expect(checkCdaAgainst(header, { ...empty, ...said } as DocumentEntry), file).toEqual([]);
    }
  });

  const empty: Partial<DocumentEntry> = {
    id: 'x',
    authors: [],
    confidentialityCodes: [],
    eventCodes: [],
    referenceIdList: [],
    sourcePatientInfo: [],
    slots: {},
  };

  it('a 20 MB body costs neither a second copy nor much time', () => {
    const cda = minimal(
      `<component><nonXMLBody><text representation="B64">${'QUJD'.repeat(6_700_000)}</text></nonXMLBody></component>`,
    );
    const started = performance.now();
    const before = process.memoryUsage().heapUsed;
    expect(readCdaHeader(cda).body.kind).toBe('N1');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(cda.length / 2);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describeShared('the golden submissions', (dir) => {
  const said = (part: string): Partial<DocumentEntry> =>
    metadataOfCda(readCdaHeader(readFileSync(path.join(dir, 'wire/parts', part))));

  it.each([
    ['td2-1-01-cda-n1.xml', 'td2-1/01-request-new.http', 'Document01'],
    ['td2-1-01-cda-n3.xml', 'td2-1/01-request-new.http', 'Document02'],
    ['td2-1-02-cda-n1-v2.xml', 'td2-1/02-request-replace.http', 'Document01'],
  ])('%s says what its metadata say, where it says anything', (part, request, id) => {
    const entry = goldenEntry(dir, request, id);
    const own = said(part);
    for (const key of Object.keys(own) as (keyof DocumentEntry)[]) {
      // More event codes, and reference ids, stand in the metadata than in the header; names of devices are free.
      if (key === 'eventCodes') expect(entry.eventCodes).toEqual(expect.arrayContaining(own.eventCodes ?? []));
      else if (key === 'authors') {
        const ids = (authors: DocumentEntry['authors']): unknown =>
          authors.map((a) => ({
            ids: a.person && [1, 9, 10, 13].map(components(a.person)),
            institutions: a.institutions,
            specialties: a.specialties,
          }));
        expect(ids(own.authors ?? [])).toEqual(ids(entry.authors));
      } else if (key === 'patientId') expect(entry.patientId.startsWith(own.patientId as string)).toBe(true);
      else expect(own[key], key).toEqual(entry[key]);
    }
    expect(Object.keys(own).length).toBeGreaterThan(14);
    expect(checkCdaAgainst(readCdaHeader(readFileSync(path.join(dir, 'wire/parts', part))), entry)).toEqual([]);
  });

  it('every contradiction is named', () => {
    const header = readCdaHeader(readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml')));
    const entry = goldenEntry(dir, 'td2-1/01-request-new.http', 'Document01');
    const changes: [Partial<DocumentEntry>, string, string][] = [
      [{ uniqueId: '1.2.3' }, 'error', 'DocumentReference.masterIdentifier'],
      [{ typeCode: { code: '34133-9', scheme: '2.16.840.1.113883.6.1' } }, 'error', 'DocumentReference.type'],
      [{ creationTime: '20261012073001' }, 'error', 'DocumentReference.content[0].attachment.creation'],
      [
        { confidentialityCodes: [{ code: 'R', scheme: '2.16.840.1.113883.5.25' }] },
        'error',
        'DocumentReference.securityLabel',
      ],
      [{ serviceStartTime: '20260902' }, 'error', 'DocumentReference.context.period.start'],
      [{ serviceStopTime: '20261012070100' }, 'error', 'DocumentReference.context.period.end'],
      [
        { formatCode: { code: 'urn:ihe:iti:xds-sd:text:2008', scheme: '1.3.6.1.4.1.19376.1.2.3' } },
        'error',
        'DocumentReference.content[0].format',
      ],
      [
        { legalAuthenticator: '899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS' },
        'error',
        'DocumentReference.authenticator',
      ],
      [{ title: 'Autre' }, 'warning', 'DocumentReference.content[0].attachment.title'],
      [{ languageCode: 'en-GB' }, 'warning', 'DocumentReference.content[0].attachment.language'],
      [
        { healthcareFacilityTypeCode: { code: 'SA01', scheme: '1.2.250.1.71.4.2.4' } },
        'warning',
        'DocumentReference.context.facilityType',
      ],
      [
        {
          authors: [
            {
              ...(entry.authors[0] as DocumentEntry['authors'][0]),
              person: '899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
            },
          ],
        },
        'warning',
        'DocumentReference.author',
      ],
    ];
    for (const [change, severity, expression] of changes)
      expect(checkCdaAgainst(header, { ...entry, ...change })).toEqual([
        expect.objectContaining({ key: 'cda-mismatch', severity, expression }),
      ]);
    for (const change of [
      { patientId: '141112A99004563^^^&1.2.250.1.213.1.4.10&ISO^NH' },
      { patientId: '236046999012376^^^&1.2.250.1.213.1.4.8&ISO^NH' },
      { sourcePatientInfo: ['PID-7|19360413'] },
    ])
      expect(checkCdaAgainst(header, { ...entry, ...change })).toEqual([
        { key: 'cda-patient', expression: 'DocumentReference.subject' },
      ]);
  });

  it('visibility, and less precision, contradict nothing', () => {
    const header = readCdaHeader(readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml')));
    const entry = goldenEntry(dir, 'td2-1/01-request-new.http', 'Document01');
    const masked = { code: 'MASQUE_PS', scheme: '1.2.250.1.213.1.1.4.13' };
    expect(
      checkCdaAgainst(header, {
        ...entry,
        confidentialityCodes: [...entry.confidentialityCodes, masked],
        serviceStartTime: '20260901',
        title: undefined,
      }),
    ).toEqual([]);
  });

  it('a header without INS is about nobody', () => {
    const entry = goldenEntry(dir, 'td2-1/01-request-new.http', 'Document01');
    const text = readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml'), 'utf8').replace(
      '<id root="1.2.250.1.213.1.4.10" extension="236046999012376"/>',
      '',
    );
    expect(checkCdaAgainst(readCdaHeader(Buffer.from(text)), entry).map((i) => i.key)).toEqual(['cda-patient']);
  });
});
