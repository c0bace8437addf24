/** What is written is valid ebRIM, reads back to the same model, and says what the golden requests say. */
import path from 'node:path';
import fc from 'fast-check';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlCleanupInputProvider } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegistryObjects } from '../../mappings/ebrim/read.ts';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { writeAdhocQuery, writeRetrieveRequest, writeSubmission } from '../../mappings/ebrim/write.ts';
import { findDocuments, getDocuments, type StoredQuery } from '../../mappings/query.ts';
import { el, serialize, type Element } from '../../mappings/xml/build.ts';
import { at, child, descendants, parseXml, type XmlNode } from '../../mappings/xml/tree.ts';
import type { RegistryObjects } from '../../mappings/xds.ts';
import { describeShared } from '../support/shared.ts';
import { documentEntry, stripped, submissionSet } from './arbitraries.ts';
import { goldenBody } from './xds-golden.ts';

const reread = (written: Element): RegistryObjects =>
  readRegistryObjects(at(parseXml(serialize(written)), 'RegistryObjectList') as XmlNode);
const none = { documentEntries: [], submissionSets: [], folders: [], associations: [], objectRefs: [] };

/** Texts that differ only by white space around elements are the same. */
function bare(node: XmlNode): unknown {
  const { name, ns, attrs, children, text } = node;
  return { name, ns, attrs: { ...attrs }, text: text.trim(), children: children.map(bare) };
}

const ins = '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH';

describe('writeSubmission', () => {
  it('reads back to the same objects, whatever they hold', () => {
    // Empty strings are no values in ebRIM; a code without display gets a Name; status goes with a logical id only.
    const written = fc.tuple(documentEntry, submissionSet).map(([d, s]) => ({
      document: stripped({ ...d, availabilityStatus: d.logicalId === undefined ? undefined : d.availabilityStatus }),
      set: stripped({ ...s, availabilityStatus: undefined }),
    }));
    fc.assert(
      fc.property(written, ({ document, set }) => {
        const once = reread(writeSubmission({ ...none, documentEntries: [document], submissionSets: [set] }));
        const named = (o: unknown): unknown =>
          JSON.parse(JSON.stringify(o), (k, v: unknown) => (k === 'display' ? undefined : v));
        expect(named(once.documentEntries)).toEqual(named([document]));
        expect(named(once.submissionSets)).toEqual(named([set]));
        expect(reread(writeSubmission(once))).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });

  it('names a code that has no display: by the value set, else by the code itself', () => {
    const scheme = '1.2.250.1.213.1.1.4.13';
    const [document] = fc.sample(documentEntry, { numRuns: 1, seed: 1 });
    if (!document) throw new Error('no sample');
    const classCode = { code: 'INCONNU', scheme: '1.2.3' };
    const confidentialityCodes = [{ code: 'MASQUE_PS', scheme }];
    const [back] = reread(
      writeSubmission({ ...none, documentEntries: [{ ...document, classCode, confidentialityCodes }] }),
    ).documentEntries;
    expect(back?.classCode?.display).toBe('INCONNU');
    expect(back?.confidentialityCodes[0]?.display).toMatch(/masqué/i);
  });
});

describe('writeAdhocQuery', () => {
  const slots = (query: StoredQuery): [string | undefined, string[]][] =>
    [...descendants(parseXml(serialize(writeAdhocQuery(query))), 'Slot')].map((s) => [
      s.attrs['name'],
      [...descendants(s, 'Value')].map((v) => v.text),
    ]);

  it('quotes by the type of the parameter and doubles quotes', () => {
    const query = findDocuments(ins, {
      $XDSDocumentEntryTypeCode: [["l'un^^1.2", 'b^^1.2']],
      $XDSDocumentEntryCreationTimeFrom: [['20260101']],
    });
    expect(slots(query)).toEqual([
      ['$XDSDocumentEntryPatientId', [`'${ins}'`]],
      ['$XDSDocumentEntryStatus', [`('${statuses.approved}')`]],
      ['$XDSDocumentEntryTypeCode', ["('l''un^^1.2','b^^1.2')"]],
      ['$XDSDocumentEntryCreationTimeFrom', ['20260101']],
    ]);
  });

  it('writes AND as slots of the same name, OR inside one', () => {
    const query = findDocuments(ins, { $XDSDocumentEntryEventCodeList: [['a^^1', 'b^^1'], ['c^^2']] });
    expect(slots(query).slice(2)).toEqual([
      ['$XDSDocumentEntryEventCodeList', ["('a^^1','b^^1')"]],
      ['$XDSDocumentEntryEventCodeList', ["('c^^2')"]],
    ]);
  });

  it('cuts a long list where rim:Value ends, and refuses a value that does not fit', () => {
    const ids = Array.from({ length: 40 }, (_, i) => `1.2.250.1.213.${i}.${'9'.repeat(40)}`);
    const [, values] = slots(getDocuments({ uniqueIds: ids }))[0] ?? [];
    expect(values?.every((v) => v.length <= 256)).toBe(true);
    expect(values?.flatMap((v) => v.slice(2, -2).split("','"))).toEqual(ids);
    expect(() => writeAdhocQuery(getDocuments({ uniqueIds: ['1'.repeat(300)] }))).toThrow(RangeError);
  });
});

describeShared('requests against the golden ones and the schemas', (dir) => {
  let schema: XmlDocument;
  let validator: XsdValidator;
  beforeAll(() => {
    xmlRegisterFsInputProviders();
    const file = path.join(dir, 'wire/xsd/dmp-xdsb.xsd');
    schema = XmlDocument.fromString(
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:import namespace="urn:ihe:iti:xds-b:2007" schemaLocation="${file}"/></xs:schema>`,
      { url: path.join(dir, 'wire/xsd/entry.xsd') },
    );
    validator = XsdValidator.fromDoc(schema);
  });
  afterAll(() => {
    validator.dispose();
    schema.dispose();
    xmlCleanupInputProvider();
  });
  const validate = (element: Element): void => {
    const document = XmlDocument.fromString(serialize(element));
    try {
      validator.validate(document);
    } finally {
      document.dispose();
    }
  };

  it('any submission is valid', () => {
    const lists = fc.tuple(fc.array(documentEntry, { maxLength: 3 }), submissionSet);
    fc.assert(
      fc.property(lists, ([documentEntries, set]) => {
        const association = {
          type: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember',
          source: set.id,
          target: documentEntries[0]?.id ?? 'x',
          slots: { SubmissionSetStatus: ['Original'] },
        };
        const objects = { ...none, documentEntries, submissionSets: [set], associations: [association] };
        validate(writeSubmission(objects));
        validate(
          el('xdsb:ProvideAndRegisterDocumentSetRequest', { 'xmlns:xdsb': 'urn:ihe:iti:xds-b:2007' }, [
            writeSubmission(objects),
          ]),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('the schema does refuse what is not valid', () => {
    const wrong = el('xdsb:RetrieveDocumentSetRequest', { 'xmlns:xdsb': 'urn:ihe:iti:xds-b:2007' }, [
      el('xdsb:Nothing'),
    ]);
    expect(() => validate(wrong)).toThrow();
  });

  it('queries and retrievals are valid', () => {
    validate(writeAdhocQuery(findDocuments(ins, { $XDSDocumentEntryCreationTimeTo: [['2026']] })));
    validate(
      writeAdhocQuery(getDocuments({ entryUuids: ['urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31'] }, 'ObjectRef')),
    );
    validate(writeRetrieveRequest([{ repositoryUniqueId: '1.2', uniqueId: '1.3', homeCommunityId: 'urn:oid:1.4' }]));
  });

  it.each(['td2-1/01-request-new.http', 'td2-1/02-request-replace.http', 'td3-3a/01-request-mask.xml'])(
    'the submission of %s, read and written, is the same message',
    (file) => {
      const body = goldenBody(dir, `messages/${file}`);
      const request = child(body, 'SubmitObjectsRequest') ?? body;
      const objects = readRegistryObjects(child(request, 'RegistryObjectList') as XmlNode);
      expect(bare(parseXml(serialize(writeSubmission(objects))))).toEqual(bare(request));
    },
  );

  const approved = [statuses.approved];
  it.each<[string, StoredQuery]>([
    [
      'td3-1a/01-request-finddocuments.xml',
      findDocuments(ins, {
        $XDSDocumentEntryStatus: [[statuses.approved, statuses.archived, statuses.deprecated]],
        $XDSDocumentEntryServiceStartTimeFrom: [['20241020000000']],
      }),
    ],
    [
      'td3-1a/02-request-finddocuments-filters.xml',
      findDocuments('141112A99004563^^^&1.2.250.1.213.1.4.10&ISO^NH', {
        $XDSDocumentEntryStatus: [approved],
        $XDSDocumentEntryClassCode: [['10^^1.2.250.1.213.1.1.4.1', '42^^1.2.250.1.213.1.1.4.1']],
        $XDSDocumentEntryPracticeSettingCode: [['ESSMS^^1.2.250.1.213.1.1.4.9']],
        $XDSDocumentEntryCreationTimeFrom: [['20260101000000']],
        $XDSDocumentEntryCreationTimeTo: [['20261020235959']],
        $XDSDocumentEntryAuthorPerson: [['899700101233^%']],
      }),
    ],
    [
      'td3-1b/01-request-getdocuments-objectref.xml',
      getDocuments({ uniqueIds: ['2.16.840.1.113883.19.7601.3.50.20261012.1'] }, 'ObjectRef'),
    ],
    [
      'td3-1c/01-request-findsubmissionsets.xml',
      {
        query: 'FindSubmissionSets',
        returnType: 'LeafClass',
        parameters: {
          $XDSSubmissionSetPatientId: [[ins]],
          $XDSSubmissionSetStatus: [approved],
          $XDSSubmissionSetSubmissionTimeFrom: [['20261001000000']],
        },
      },
    ],
  ])('%s is what we write', (file, query) => {
    expect(bare(parseXml(serialize(writeAdhocQuery(query))))).toEqual(bare(goldenBody(dir, `messages/${file}`)));
  });

  it('td3-2/01 is what we write', () => {
    const repositoryUniqueId = '1.2.250.1.213.4.1.1.1.2';
    const written = writeRetrieveRequest([
      { repositoryUniqueId, uniqueId: '2.16.840.1.113883.19.7601.3.50.20261015.1' },
      { repositoryUniqueId, uniqueId: '2.16.840.1.113883.19.7601.3.50.20261012.2' },
    ]);
    const wanted = goldenBody(dir, 'messages/td3-2/01-request-two-documents.http');
    expect(bare(parseXml(serialize(written)))).toEqual(bare(wanted));
  });
});
