/** The CDA that wraps a document: valid, shaped like the golden one, and read back to what it was made of. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { ParseOption, XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCdaAgainst } from '../../../mappings/cda/check.ts';
import { extractEmbedded } from '../../../mappings/cda/embedded.ts';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { metadataOfCda } from '../../../mappings/cda/metadata.ts';
import { writeCdaN1 } from '../../../mappings/cda/n1.ts';
import type { CdaN1Input } from '../../../mappings/cda/types.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { depositMedia } from '../../../mappings/media.ts';
import { formatOfMedia } from '../../../mappings/terminology/associations.ts';
import { schemes } from '../../../mappings/terminology/systems.ts';
import { displayOf, valueSets } from '../../../mappings/terminology/valuesets.ts';
import type { DocumentEntry, XdsCode } from '../../../mappings/xds.ts';
import { parseXml, type XmlNode } from '../../../mappings/xml/tree.ts';
import { describeShared } from '../../support/shared.ts';
import { chunked, collect, goldenEntry } from './support.ts';

const code = (value: string, scheme: string): XdsCode => ({
  code: value,
  scheme,
  display: displayOf(value, scheme),
});
const pdf = Buffer.from('%PDF-1.4\nfictif\n%%EOF\n');

function input(entry: Partial<DocumentEntry> = {}, more: Partial<CdaN1Input> = {}): CdaN1Input {
  return {
    entry: {
      id: 'Document01',
      objectType: 'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1',
      mimeType: 'text/xml',
      uniqueId: '2.16.840.1.113883.19.7602.50.1',
      patientId: '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH',
      sourcePatientId: 'R-000471^^^&2.16.840.1.113883.19.7601.3.9&ISO^PI',
      sourcePatientInfo: ['PID-5|BASTIDE^ODETTE^^^^^L', 'PID-5|ROUSSELIN^ODETTE^^^^^D', 'PID-7|19360412', 'PID-8|F'],
      title: 'Lettre & « liaison » <1>',
      creationTime: '20261012073000',
      serviceStartTime: '20260901120000',
      serviceStopTime: '20261012070000',
      languageCode: 'fr-FR',
      legalAuthenticator: '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
      referenceIdList: [],
      authors: [
        {
          person: '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
          institutions: ['EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109'],
          roles: [],
          specialties: ['G15_10/SM18^Médecin - Gériatrie (SM)^1.2.250.1.213.1.1.4.5'],
          telecommunications: [],
          slots: {},
        },
      ],
      typeCode: code('83981-1', schemes.loinc),
      formatCode: formatOfMedia('application/pdf'),
      healthcareFacilityTypeCode: code('SA17', schemes.facility),
      practiceSettingCode: code('ESSMS', schemes.practice),
      confidentialityCodes: [{ code: 'N', scheme: schemes.confidentiality, display: 'Normal' }],
      eventCodes: [],
      slots: {},
      ...entry,
    },
    content: pdf,
    mediaType: 'application/pdf',
    custodian: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' },
    ...more,
  };
}

/** What a header can hold of an entry. */
function determined(entry: DocumentEntry): Partial<DocumentEntry> {
  const outside = ['id', 'objectType', 'slots', 'classCode', 'comments'];
  const confidentialityCodes = entry.confidentialityCodes.filter((c) => c.scheme === schemes.confidentiality);
  return Object.fromEntries(
    (Object.entries({ ...entry, confidentialityCodes }) as [string, unknown][]).filter(
      ([key, value]) => !outside.includes(key) && value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

describe('round trip', () => {
  it('the header gives the metadata back, the body the bytes', async () => {
    const given = input();
    const cda = writeCdaN1(given);
    const header = readCdaHeader(cda);
    expect(metadataOfCda(header)).toEqual(determined(given.entry));
    expect(checkCdaAgainst(header, given.entry)).toEqual([]);
    const embedded = await extractEmbedded(chunked(cda, 1000));
    expect(embedded?.mediaType).toBe('application/pdf');
    expect(await collect(embedded?.body)).toEqual(Buffer.from(pdf));
  });

  it('another practice setting is pointed out', () => {
    const { entry, ...rest } = input();
    const header = readCdaHeader(writeCdaN1({ entry, ...rest }));
    expect(checkCdaAgainst(header, { ...entry, practiceSettingCode: code('HAD', schemes.practice) })).toEqual([
      expect.objectContaining({ severity: 'warning', expression: 'DocumentReference.context.practiceSetting' }),
    ]);
  });

  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((s) =>
      s
        .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '')
        .replace(/\s+/gu, ' ')
        .trim(),
    )
    .filter((s) => s !== '');
  const word = fc.stringMatching(/^[A-ZÉÈÀ&|^~'\\-]{1,12}$/);
  const wire = (s: string): string =>
    s.replace(
      /[|^&~\\]/g,
      (c) => ({ '|': '\\F\\', '^': '\\S\\', '&': '\\T\\', '~': '\\R\\', '\\': '\\E\\' })[c] as string,
    );
  const time = fc
    .date({ min: new Date('1950-01-01'), max: new Date('2049-12-31'), noInvalidDate: true })
    .map((d) => d.toISOString().replace(/\D/g, '').slice(0, 14));
  const setOf = (name: keyof typeof valueSets): fc.Arbitrary<XdsCode> =>
    fc.constantFrom(
      ...[...valueSets[name].codes]
        .filter(([s]) => /^\d/.test(s))
        .flatMap(([s, codes]) => [...codes].map((c) => code(c, s))),
    );
  const person = fc.oneof(
    fc
      .tuple(fc.stringMatching(/^8[0-9]{11}$/), word, word)
      .map(([id, f, g]) => `${id}^${wire(f)}^${wire(g)}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`),
    fc
      .tuple(fc.stringMatching(/^39[0-9]{8}\/[A-Z0-9-]{1,9}$/), word, word)
      .map(([id, f, g]) => `${id}^${wire(f)}^${wire(g)}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI`),
    fc
      .tuple(fc.stringMatching(/^39[0-9]{8}\/[A-Z0-9-]{1,9}$/), word, word)
      .map(([id, f, g]) => `${id}^${wire(f)}^${wire(g)}^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI`),
    fc.constant('236046999012376^ROUSSELIN^ODETTE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH'),
  );
  const author = fc.record({
    person,
    institutions: fc.array(
      fc
        .tuple(word, fc.stringMatching(/^1[0-9]{9}$/))
        .map(([n, id]) => `${wire(n)}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^${id}`),
      { maxLength: 1 },
    ),
    roles: fc.array(text.map(wire), { maxLength: 1 }),
    specialties: fc.array(
      fc.constantFrom(
        'G15_60^Infirmier^1.2.250.1.213.1.1.4.5',
        'EXP_PATIENT^Expression personnelle du patient^1.2.250.1.213.1.1.4.6',
      ),
      { maxLength: 1 },
    ),
    telecommunications: fc.array(
      fc.constantFrom('^^Internet^a.b@exemple.invalid', '^^PH^^^^^^^^^+33465710077', '^^FX^^^^^^^^^+33465710078'),
      { maxLength: 2 },
    ),
    slots: fc.constant({}),
  });

  it('holds for authors of every kind, any title, any time in any zone, any code', () => {
    fc.assert(
      fc.property(
        fc.record({
          title: text,
          creationTime: time,
          serviceStartTime: time,
          serviceStopTime: fc.option(
            fc.oneof(
              time,
              time.map((t) => t.slice(0, 8)),
            ),
            { nil: undefined },
          ),
          authors: fc.array(author, { minLength: 1, maxLength: 3 }),
          typeCode: setOf('J66'),
          practiceSettingCode: setOf('J04'),
          healthcareFacilityTypeCode: setOf('J61'),
          eventCodes: fc.array(setOf('J03'), { maxLength: 3 }),
          referenceIdList: fc.array(
            fc.stringMatching(/^[A-Z0-9-]{1,9}$/).map((id) => `${id}^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:order`),
            { maxLength: 2 },
          ),
          sourcePatientInfo: fc
            .tuple(word, word, fc.option(word, { nil: undefined }))
            .map(([f, g, o]) => [`PID-5|${wire(f)}^${wire(g)}^${o ? wire(o) : ''}^^^^L`, 'PID-7|1936', 'PID-8|U']),
        }),
        fc.constantFrom('Europe/Paris', 'America/Cayenne', 'Indian/Reunion', 'Asia/Kolkata', 'UTC'),
        (entry, timeZone) => {
          const given = input(entry, { timeZone });
          const header = readCdaHeader(writeCdaN1(given));
          expect(metadataOfCda(header)).toEqual(determined(given.entry));
          expect(checkCdaAgainst(header, given.entry)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives back any content, of every media type', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 700 }),
        fc.constantFrom(...Object.keys(depositMedia)),
        async (content, size, mediaType) => {
          const embedded = await extractEmbedded(chunked(writeCdaN1(input({}, { content, mediaType })), size));
          expect(embedded?.mediaType).toBe(mediaType);
          expect(Buffer.compare(await collect(embedded?.body), content)).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('20 MB: without several copies in memory', async () => {
    const content = randomBytes(20_000_000);
    const before = process.memoryUsage();
    const cda = writeCdaN1(input({}, { content }));
    const after = process.memoryUsage();
    // One buffer of 4/3 of the content, and no more than a few megabytes of strings beside it.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(30_000_000);
    expect(readCdaHeader(cda).body).toMatchObject({ kind: 'N1', mediaType: 'application/pdf' });
    const hash = createHash('sha1');
    const embedded = await extractEmbedded(chunked(cda, 65_536));
    for await (const piece of embedded?.body ?? []) hash.update(piece);
    expect(hash.digest('hex')).toBe(createHash('sha1').update(content).digest('hex'));
  });
});

describe('what is missing is said', () => {
  it.each([
    ['type', { typeCode: undefined }, 'DocumentReference.type'],
    ['creation time', { creationTime: undefined }, 'DocumentReference.content.attachment.creation'],
    ['author', { authors: [] }, 'DocumentReference.author'],
    ['INS', { patientId: 'R-000471^^^&2.16.840.1.113883.19.7601.3.9&ISO^PI' }, 'DocumentReference.subject'],
  ])('no %s', (_, entry, element) => {
    expect(() => writeCdaN1(input(entry))).toThrow(IssueError);
    try {
      writeCdaN1(input(entry));
    } catch (error) {
      expect((error as IssueError).issues).toEqual([expect.objectContaining({ key: 'required', expression: element })]);
    }
  });

  it('an empty document, and a character that XML cannot hold', () => {
    expect(() => writeCdaN1(input({}, { content: new Uint8Array(0) }))).toThrow('document-empty');
    expect(() => writeCdaN1(input({ title: 'a\u0001' }))).toThrow('value-invalid');
  });

  it('replacement and versions are said in the header', () => {
    const header = readCdaHeader(
      writeCdaN1(
        input(
          {},
          {
            related: [{ type: 'RPLC', uniqueId: '1.2.3.4', lineage: { setId: '1.2.3', versionNumber: 1 } }],
            setId: '1.2.3',
            versionNumber: 2,
          },
        ),
      ),
    );
    expect(header.relatedDocuments).toEqual([
      { type: 'RPLC', id: { root: '1.2.3.4' }, setId: { root: '1.2.3' }, versionNumber: '1' },
    ]);
    expect(header).toMatchObject({ setId: { root: '1.2.3' }, versionNumber: '2' });
  });
});

describeShared('against HL7 and the golden CDA', (dir) => {
  let schema: XmlDocument;
  let validator: XsdValidator;
  beforeAll(() => {
    xmlRegisterFsInputProviders();
    const file = path.join(dir, 'wire/xsd/ipf/cda/infrastructure/cda/CDA.xsd');
    schema = XmlDocument.fromBuffer(readFileSync(file), { url: file });
    validator = XsdValidator.fromDoc(schema);
  });
  afterAll(() => {
    validator.dispose();
    schema.dispose();
  });
  const valid = (cda: Uint8Array): void => {
    const doc = XmlDocument.fromBuffer(cda, { option: ParseOption.XML_PARSE_NONET });
    try {
      validator.validate(doc);
    } finally {
      doc.dispose();
    }
  };

  it('is valid against CDA.xsd, whatever is there or not', () => {
    valid(writeCdaN1(input()));
    valid(
      writeCdaN1(
        input(
          {
            legalAuthenticator: undefined,
            sourcePatientId: undefined,
            sourcePatientInfo: [],
            serviceStartTime: undefined,
            serviceStopTime: undefined,
            practiceSettingCode: undefined,
            healthcareFacilityTypeCode: undefined,
          },
          { related: [{ type: 'XFRM_RPLC', uniqueId: '1.2.3' }] },
        ),
      ),
    );
    const rich = goldenEntry(dir, 'td2-1/01-request-new.http', 'Document01');
    valid(writeCdaN1(input({ ...rich, referenceIdList: rich.referenceIdList })));
    expect(() =>
      valid(
        Buffer.from(Buffer.from(writeCdaN1(input())).toString('utf8').replace('<realmCode code="FR"/>', '<nonsense/>')),
      ),
    ).toThrow(/nonsense/);
  });

  it('has every element of the golden N1, in its order', () => {
    const entry = goldenEntry(dir, 'td2-1/01-request-new.http', 'Document01');
    const ours = parseXml(writeCdaN1(input(entry)));
    const golden = parseXml(readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml')));
    const names = (n: XmlNode): string[] => n.children.map((c) => c.name);
    const order = names(ours).filter((name, i, all) => all.indexOf(name) === i);
    expect(order.filter((name) => names(golden).includes(name))).toEqual(
      names(golden).filter((name, i, all) => all.indexOf(name) === i),
    );
    for (const name of [
      'realmCode',
      'typeId',
      'templateId',
      'id',
      'code',
      'title',
      'effectiveTime',
      'confidentialityCode',
      'languageCode',
      'setId',
      'versionNumber',
    ]) {
      const pick = (n: XmlNode): unknown =>
        n.children.filter((c) => c.name === name).map((c) => ({ attrs: { ...c.attrs }, text: c.text }));
      expect(pick(ours), name).toEqual(pick(golden));
    }
  });
});
