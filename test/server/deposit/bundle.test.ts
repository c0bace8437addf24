import type { Bundle, BundleEntry, DocumentReference, List, Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { depositBundle } from '../../../server/fhir/deposit/bundle.ts';
import { statusOf } from '../../../server/fhir/outcome.ts';
import { validateBase } from '../../../server/fhir/validation/index.ts';
import { jpeg, pdf, text } from '../../support/documents.ts';
import { newOid, patientResource, patients, provideBundle } from '../../support/resources.ts';
import { doctor, nurse } from '../../support/callers.ts';
import { world, type World } from './fakes.ts';

const mhd = 'https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Comprehensive.ProvideBundle';
const deposits = () => [
  { content: pdf('un'), contentType: 'application/pdf' },
  { content: text('deux'), contentType: 'text/plain' },
];
/** List, DR, Binary, DR, Binary. */
const set = (): Bundle => structuredClone(provideBundle(deposits()));
const entry = (b: Bundle, i: number): BundleEntry => b.entry![i]!;
const list = (b: Bundle): List => entry(b, 0).resource as List;
const reference = (b: Bundle, i = 1): DocumentReference => entry(b, i).resource as DocumentReference;

async function refused(bundle: unknown, w: World = world(), caller = nurse): Promise<string[]> {
  try {
    await depositBundle(bundle, w, caller);
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    expect(w.fake.calls).toEqual([]);
    expect(w.memory.held.size).toBe(0);
    expect(w.memory.savedSets.size).toBe(0);
    return [
      String(statusOf(error.issues)),
      ...error.issues.filter((i) => i.severity !== 'warning').map((i) => `${i.key} ${i.expression ?? ''}`.trim()),
    ];
  }
  return ['accepted'];
}

describe('ITI-65: a set', () => {
  it('goes out in one TD2.1 and is answered entry by entry, in order', async () => {
    const w = world();
    const request = set();
    const response = await depositBundle(request, w, nurse, { requestId: 'r-7' });
    expect(w.fake.calls.map((c) => [c.transaction, c.context.requestId])).toEqual([['TD2.1', 'r-7']]);
    const { set: sent, entries, associations } = w.fake.sent;
    expect(entries.map((e) => e.entry.id)).toEqual(['Document01', 'Document02']);
    expect(associations.map((a) => [a.source, a.target])).toEqual([
      ['SubmissionSet01', 'Document01'],
      ['SubmissionSet01', 'Document02'],
    ]);
    expect(sent).toMatchObject({
      title: 'Dépôt du matin',
      contentTypeCode: { code: '11' },
      sourceId: '2.16.840.1.113883.19.7602',
      submissionTime: '20261120100000',
    });
    expect(`urn:oid:${sent.uniqueId}`).toBe(list(request).identifier![0]!.value);
    expect(sent.authors[0]?.person).toContain('899700204581^LE BIHAN^YANN');

    expect(response.type).toBe('transaction-response');
    expect(response.entry!.map((e) => e.response!.status)).toEqual(Array(5).fill('201 Created'));
    const places = response.entry!.map((e) => e.response!.location!.replace(`${w.config.fhirBase}/`, '').split('/'));
    expect(places.map(([type]) => type)).toEqual([
      'List',
      'DocumentReference',
      'Binary',
      'DocumentReference',
      'Binary',
    ]);
    // The Binary of a document has its id.
    expect(places[1]![1]).toBe(places[2]![1]);
    expect(places[3]![1]).toBe(places[4]![1]);
    expect(
      response.entry!.every(
        (e) => e.response!.etag === 'W/"1"' && e.response!.lastModified === '2026-11-20T10:00:00.000Z',
      ),
    ).toBe(true);
    expect(response.entry!.every((e) => e.response!.outcome === undefined)).toBe(true);
    expect((response.entry![3]!.resource as DocumentReference).masterIdentifier?.value).toBe(
      reference(request, 3).masterIdentifier!.value,
    );
    expect((response.entry![0]!.resource as List).entry!.map((e) => e.item.reference)).toEqual([
      places[1]!.join('/'),
      places[3]!.join('/'),
    ]);
    expect(JSON.stringify(response.entry!.map((e) => e.response))).not.toContain(patients.P1.ins);
    expect(validateBase(response, 'Bundle').filter((i) => i.severity !== 'warning')).toEqual([]);
  });

  it('keeps the order of the set in the message, that of the request in the answer', async () => {
    const w = world();
    const request = set();
    list(request).entry!.reverse();
    request.entry!.push(request.entry!.shift()!);
    const response = await depositBundle(request, w, nurse);
    expect(`urn:oid:${w.fake.sent.entries[0]!.entry.uniqueId}`).toBe(reference(request, 2).masterIdentifier!.value);
    expect((response.entry![0]!.resource as DocumentReference).masterIdentifier?.value).toBe(
      reference(request, 0).masterIdentifier!.value,
    );
    expect(response.entry!.map((e) => e.response!.location!.split('/').at(-2))).toEqual([
      'DocumentReference',
      'Binary',
      'DocumentReference',
      'Binary',
      'List',
    ]);
  });

  it('takes IHE’s own canonical, a Patient entry as subject, http fullUrls and relative references', async () => {
    const w = world();
    const request = set();
    request.meta = { profile: [mhd] };
    const url = 'http://dui.example/fhir';
    const patient: Patient = {
      ...patientResource('P1'),
      identifier: [...patientResource('P1').identifier!, { system: 'urn:oid:1.2.250.1.999.9', value: 'IPP-1' }],
    };
    request.entry!.push({
      fullUrl: `${url}/Patient/7`,
      resource: patient,
      request: { method: 'POST', url: 'Patient' },
    });
    for (const i of [1, 3]) {
      entry(request, i).fullUrl = `${url}/DocumentReference/${i}`;
      entry(request, i + 1).fullUrl = `${url}/Binary/${i}`;
      reference(request, i).content[0]!.attachment.url = `Binary/${i}`;
      reference(request, i).subject = { reference: 'Patient/7' };
      const contained = reference(request, i).contained!.find((c): c is Patient => c.resourceType === 'Patient')!;
      contained.identifier = patient.identifier;
    }
    entry(request, 0).fullUrl = `${url}/List/1`;
    list(request).subject = { reference: `${url}/Patient/7` };
    list(request).entry = [
      { item: { reference: 'DocumentReference/1' } },
      { item: { reference: `${url}/DocumentReference/3` } },
    ];
    const response = await depositBundle(request, w, nurse);
    expect(response.entry![5]!.response).toMatchObject({
      status: '200 OK',
      location: expect.stringMatching(/\/Patient\/[0-9a-f-]{36}$/),
    });
    expect(w.fake.sent.entries[0]!.entry.sourcePatientId).toBe('IPP-1^^^&1.2.250.1.999.9&ISO^PI');
  });

  it('mints the uniqueId of a PDSm set that has none, and the author is the caller', async () => {
    const w = world();
    const request = set();
    delete list(request).identifier;
    delete (list(request) as Partial<List>).source;
    await depositBundle(request, w, doctor);
    expect(w.fake.sent.set.uniqueId).toMatch(/^2\.16\.840\.1\.113883\.19\.7602\.\d+$/);
    expect(w.fake.sent.set.authors[0]?.person).toContain('899700101233^MAUREL');
  });

  it('puts warnings into the outcome of their entry', async () => {
    const response = await depositBundle(
      provideBundle([{ content: pdf('x', false), contentType: 'application/pdf' }]),
      world(),
      nurse,
      { language: 'en' },
    );
    const { outcome } = response.entry![1]!.response!;
    expect(outcome).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'warning', expression: ['Bundle.entry[1].resource.content[0].attachment.contentType'] }],
    });
    expect(response.entry![0]!.response!.outcome).toBeUndefined();
  });

  it('the same set again: the first answer, 200, no call', async () => {
    const w = world();
    const request = set();
    const first = await depositBundle(request, w, nurse);
    const second = await depositBundle(request, w, nurse);
    expect(second.entry!.map((e) => e.response!.location)).toEqual(first.entry!.map((e) => e.response!.location));
    expect(second.entry!.map((e) => e.response!.status)).toEqual(Array(5).fill('200 OK'));
    expect(second.entry!.map((e) => e.resource)).toEqual(first.entry!.map((e) => e.resource));
    expect(w.fake.calls).toHaveLength(1);
  });

  it('one document known with other bytes: nothing of the set is sent', async () => {
    const w = world();
    const uniqueId = newOid();
    await depositBundle(provideBundle([{ uniqueId, content: pdf('un'), contentType: 'application/pdf' }]), w, nurse);
    const request = provideBundle(
      [
        { content: jpeg(), contentType: 'text/plain' },
        { uniqueId, content: pdf('autre'), contentType: 'application/pdf' },
      ]
        .slice(1)
        .concat([{ uniqueId: newOid(), content: pdf('deux'), contentType: 'application/pdf' }]),
    );
    const error = (await depositBundle(request, w, nurse).catch((e: unknown) => e)) as IssueError;
    expect(error.issues).toMatchObject([{ key: 'duplicate', expression: 'Bundle.entry[1].resource.masterIdentifier' }]);
    expect(w.fake.calls).toHaveLength(1);
    expect(w.memory.held.size).toBe(1);
  });

  it('one document known, the other new: 409, said of the known one', async () => {
    const w = world();
    const known = { uniqueId: newOid(), content: pdf('un'), contentType: 'application/pdf' };
    await depositBundle(provideBundle([known]), w, nurse);
    const error = (await depositBundle(
      provideBundle([{ content: pdf('deux'), contentType: 'application/pdf' }, known]),
      w,
      nurse,
    ).catch((e: unknown) => e)) as IssueError;
    expect(error.issues).toMatchObject([
      { key: 'document-already-deposited', expression: 'Bundle.entry[3].resource.masterIdentifier' },
    ]);
    expect(w.memory.held.size).toBe(1);
  });

  it('the uniqueId of a set that exists, with other documents: 409 and nothing reserved', async () => {
    const w = world();
    const first = set();
    await depositBundle(first, w, nurse);
    const second = set();
    list(second).identifier = list(first).identifier;
    const error = (await depositBundle(second, w, nurse).catch((e: unknown) => e)) as IssueError;
    expect(error.issues).toEqual([{ key: 'duplicate', expression: 'Bundle.entry[0].resource.identifier' }]);
    expect(w.memory.held.size).toBe(2);
  });

  it('a refusal by the DMP leaves nothing; a lost answer leaves all pending, and the same set takes over', async () => {
    const w = world();
    const request = set();
    w.fake.failures.push(new DmpError('registry', 'DMPClosed', 'TD2.1'));
    await expect(depositBundle(request, w, nurse)).rejects.toBeInstanceOf(DmpError);
    expect(w.memory.held.size + w.memory.savedSets.size).toBe(0);
    w.fake.failures.push(new DmpError('timeout', 'x', 'TD2.1'));
    await expect(depositBundle(request, w, nurse)).rejects.toBeInstanceOf(DmpError);
    expect([...w.memory.held.values()].map((d) => d.state)).toEqual(['pending', 'pending']);
    w.pass(120);
    const response = await depositBundle(request, w, nurse);
    expect(response.entry![0]!.response!.status).toBe('201 Created');
    expect([...w.memory.held.values()].map((d) => d.state)).toEqual(['confirmed', 'confirmed']);
  });
});

/** IHE's negative cases (spec B.8) and ours: a change to a good Bundle → status and issues. */
const negative: [string, (b: Bundle) => unknown, string[]][] = [
  [
    'Bad_Profile',
    (b) => ({ ...b, meta: { profile: ['http://example.org/other'] } }),
    ['400', 'profile-unsupported Bundle.meta.profile'],
  ],
  [
    'Minimal',
    (b) => ({ ...b, meta: { profile: [mhd.replace('Comprehensive', 'Minimal')] } }),
    ['400', 'profile-unsupported Bundle.meta.profile'],
  ],
  [
    'UnContained',
    (b) => ({ ...b, meta: { profile: [mhd.replace('Comprehensive', 'UnContained.Comprehensive')] } }),
    ['400', 'profile-unsupported Bundle.meta.profile'],
  ],
  ['Missing_Profile', (b) => ({ ...b, meta: undefined }), ['400', 'required Bundle.meta.profile']],
  ['not a transaction', (b) => ({ ...b, type: 'batch' }), ['400', 'value-fixed Bundle.type']],
  [
    'Missing_ContentTypeCode',
    (b) => list(b).extension!.shift(),
    ['400', "required Bundle.entry[0].resource.extension.where(url.endsWith('/ihe-designationType'))"],
  ],
  [
    'Missing_SourceId',
    (b) => list(b).extension!.pop(),
    ['400', "required Bundle.entry[0].resource.extension.where(url.endsWith('/ihe-sourceId'))"],
  ],
  ['Missing_SubmissionTime', (b) => delete list(b).date, ['400', 'required Bundle.entry[0].resource.date']],
  [
    'Missing_PatientID_SubmissionSetTypeList',
    (b) => delete list(b).subject,
    ['400', 'required Bundle.entry[0].resource.subject'],
  ],
  [
    'Bad_Patient_Link_SubmissionSetTypeList',
    (b) => (list(b).subject = { reference: 'Patient/unknown' }),
    ['400', 'reference-unresolved Bundle.entry[0].resource.subject.reference'],
  ],
  [
    'Missing_UniqueId_SubmissionSetTypeList (IHE profile)',
    (b) => {
      b.meta = { profile: [mhd] };
      delete list(b).identifier;
    },
    ['400', 'required Bundle.entry[0].resource.identifier'],
  ],
  [
    'Missing_SourcePatientId (IHE profile)',
    (b) => {
      b.meta = { profile: [mhd] };
      delete (reference(b).contained!.find((c) => c.resourceType === 'Patient') as Patient).identifier;
    },
    ['400', 'required Bundle.entry[1].resource.contained[0].identifier'],
  ],
  [
    'Missing_Document',
    (b) => b.entry!.splice(2, 1),
    ['400', 'reference-unresolved Bundle.entry[1].resource.content[0].attachment.url'],
  ],
  [
    'Missing_DocumentReference',
    (b) => b.entry!.splice(1, 2),
    ['400', 'reference-unresolved Bundle.entry[0].resource.entry[0].item.reference'],
  ],
  ['Missing_SubmissionSetTypeList', (b) => b.entry!.shift(), ['400', 'entry-count Bundle.entry']],
  [
    'Missing_Format_Code',
    (b) => delete reference(b).content[0]!.format,
    ['400', 'required Bundle.entry[1].resource.content[0].format'],
  ],
  [
    'Missing_HealthcareFacilityTypeCode',
    (b) => delete reference(b).context!.facilityType,
    ['400', 'required Bundle.entry[1].resource.context.facilityType'],
  ],
  [
    'Missing_PracticeSettingCode',
    (b) => delete reference(b).context!.practiceSetting,
    ['400', 'required Bundle.entry[1].resource.context.practiceSetting'],
  ],
  [
    'Missing_LanguageCode',
    (b) => delete reference(b).content[0]!.attachment.language,
    ['400', 'required Bundle.entry[1].resource.content[0].attachment.language'],
  ],
  [
    'Missing_MimeType',
    (b) => delete reference(b).content[0]!.attachment.contentType,
    ['400', 'required Bundle.entry[1].resource.content[0].attachment.contentType'],
  ],
  ['Missing_TypeCode', (b) => delete reference(b).type, ['400', 'required Bundle.entry[1].resource.type']],
  ['Missing class', (b) => delete reference(b).category, ['400', 'required Bundle.entry[1].resource.category']],
  [
    'Missing confidentiality',
    (b) => delete reference(b).securityLabel,
    ['400', 'required Bundle.entry[1].resource.securityLabel'],
  ],
  [
    'Missing_UniqueId',
    (b) => delete reference(b).masterIdentifier,
    ['400', 'required Bundle.entry[1].resource.masterIdentifier'],
  ],
  ['Missing_PatientID', (b) => delete reference(b).subject, ['400', 'required Bundle.entry[1].resource.subject']],
  [
    'Missing_PatientID_Reference',
    (b) => (reference(b).subject = { display: 'Madame B.' }),
    ['400', 'patient-unidentified Bundle.entry[1].resource.subject'],
  ],
  [
    'Bad_Patient_Link',
    (b) => (reference(b).subject = { reference: 'urn:uuid:00000000-0000-4000-8000-000000000000' }),
    ['400', 'reference-unresolved Bundle.entry[1].resource.subject.reference'],
  ],
  [
    'Bad_SourcePatientInfo_Link',
    (b) => (reference(b).context!.sourcePatientInfo = { reference: '#nobody' }),
    ['400', 'reference-unresolved Bundle.entry[1].resource.context.sourcePatientInfo.reference'],
  ],
  [
    'sourcePatientInfo not contained',
    (b) => (reference(b).context!.sourcePatientInfo = { reference: 'Patient/1' }),
    ['400', 'contained-expected Bundle.entry[1].resource.context.sourcePatientInfo'],
  ],
  [
    'author not contained',
    (b) => (reference(b).author = [{ reference: 'PractitionerRole/1' }]),
    ['400', 'contained-expected Bundle.entry[1].resource.author[0]'],
  ],
  [
    'data inline',
    (b) => (reference(b).content[0]!.attachment.data = 'QUJD'),
    ['400', 'element-forbidden Bundle.entry[1].resource.content[0].attachment.data'],
  ],
  [
    'two sets',
    (b) => b.entry!.push({ ...entry(b, 0), fullUrl: 'urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6' }),
    ['400', 'entry-count Bundle.entry', 'entry-duplicate …', 'entry-duplicate …'],
  ],
  [
    'a folder',
    (b) =>
      void b.entry!.push({
        resource: {
          ...list(b),
          code: { coding: [{ system: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes', code: 'folder' }] },
        },
        request: { method: 'POST', url: 'List' },
      }),
    ['400', 'element-forbidden Bundle.entry[5].resource.source', 'entry-unreferenced Bundle.entry[5].resource'],
  ],
  [
    'a replacement',
    (b) => (reference(b).relatesTo = [{ code: 'replaces', target: { reference: 'DocumentReference/1' } }]),
    ['422', 'target-unknown Bundle.entry[1].resource.relatesTo[0].target.reference'],
  ],
  [
    'a PATCH',
    (b) =>
      void b.entry!.push({
        resource: { resourceType: 'Parameters', parameter: [{ name: 'operation', valueString: 'replace' }] },
        request: { method: 'PATCH', url: 'DocumentReference/1' },
      }),
    ['400', 'patch-parameters Bundle.entry[5].resource.parameter'],
  ],
  [
    'a FHIR document',
    (b) =>
      void b.entry!.push({
        resource: { resourceType: 'Bundle', type: 'document' } as never,
        request: { method: 'POST', url: 'Bundle' },
      }),
    ['400', 'fhir-document-unsupported Bundle.entry[5].resource'],
  ],
  [
    'an entry of another type',
    (b) =>
      void b.entry!.push({
        resource: { resourceType: 'Organization', name: 'x' },
        request: { method: 'POST', url: 'Organization' },
      }),
    ['400', 'entry-type Bundle.entry[5].resource'],
  ],
  [
    'PUT',
    (b) => (entry(b, 1).request = { method: 'PUT', url: 'DocumentReference/1' }),
    ['400', 'entry-request Bundle.entry[1].request'],
  ],
  [
    'a url that is not the type',
    (b) => (entry(b, 1).request = { method: 'POST', url: 'List' }),
    ['400', 'entry-request Bundle.entry[1].request'],
  ],
  ['no request', (b) => delete entry(b, 1).request, ['400', '…']],
  [
    'a Binary that nobody wants',
    (b) =>
      void b.entry!.push({
        fullUrl: 'urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6',
        resource: { resourceType: 'Binary', contentType: 'text/plain', data: 'QUJD' },
        request: { method: 'POST', url: 'Binary' },
      }),
    ['400', 'entry-unreferenced Bundle.entry[5].resource'],
  ],
  [
    'a Patient that nobody is about',
    (b) => b.entry!.push({ resource: patientResource('P2'), request: { method: 'POST', url: 'Patient' } }),
    ['400', 'entry-unreferenced Bundle.entry[5].resource'],
  ],
  ['a document outside the set', (b) => list(b).entry!.pop(), ['400', 'entry-unreferenced Bundle.entry[3].resource']],
  [
    'one Binary for two documents',
    (b) => (reference(b, 3).content[0]!.attachment.url = reference(b).content[0]!.attachment.url),
    ['400', '…'],
  ],
  ['one fullUrl twice', (b) => (entry(b, 3).fullUrl = entry(b, 1).fullUrl), ['400', '…']],
  [
    'one uniqueId twice',
    (b) => (reference(b, 3).masterIdentifier = reference(b).masterIdentifier),
    ['400', 'unique-id-repeated Bundle.entry[3].resource.masterIdentifier'],
  ],
  [
    'two patients',
    (b) => {
      const other = provideBundle(deposits(), 'P2');
      entry(b, 3).resource = { ...reference(other), content: reference(b, 3).content };
    },
    ['422', 'patient-inconsistent Bundle.entry[3].resource.subject'],
  ],
  [
    'hash of other bytes',
    (b) => (reference(b, 3).content[0]!.attachment.hash = reference(b).content[0]!.attachment.hash),
    ['422', 'hash-mismatch Bundle.entry[3].resource.content[0].attachment.hash'],
  ],
  [
    'two types said',
    (b) => ((entry(b, 2).resource as { contentType: string }).contentType = 'text/plain'),
    ['422', 'document-type-mismatch Bundle.entry[2].resource.contentType'],
  ],
  [
    'no bytes',
    (b) => delete (entry(b, 2).resource as { data?: string }).data,
    ['400', 'document-empty Bundle.entry[2].resource.data'],
  ],
  [
    'depositing into the archive',
    (b) =>
      void (reference(b).extension = [
        {
          url: 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived',
          valueBoolean: true,
        },
      ]),
    ['501', 'not-supported-yet Bundle.entry[1].resource.extension[0]'],
  ],
  [
    'a set by somebody else',
    (b) => ((list(b).contained![0] as { identifier: { value: string }[] }).identifier[0]!.value = '899700101233'),
    ['403', 'author-not-caller Bundle.entry[0].resource.source'],
  ],
  [
    'a set by another structure',
    (b) => ((list(b).contained![1] as { identifier: { value: string }[] }).identifier[0]!.value = '1990200776'),
    ['403', 'author-not-caller Bundle.entry[0].resource.source'],
  ],
  [
    'a content type that does not exist',
    (b) => (list(b).extension![0]!.valueCodeableConcept!.coding![0]!.code = 'ZZ'),
    ['400', 'code-unknown Bundle.entry[0].resource.extension'],
  ],
  [
    'an empty Bundle',
    (b) => ({ ...b, entry: undefined }),
    ['400', 'required Bundle.entry', 'entry-count Bundle.entry'],
  ],
  [
    'an unknown property',
    (b) => ((reference(b) as unknown as Record<string, unknown>).categorie = []),
    ['400', 'property-unknown Bundle.entry[1].resource.categorie'],
  ],
];

describe('ITI-65: negative cases: the right element, nothing sent, nothing kept', () => {
  it.each(negative)('%s', async (_, change, expected) => {
    const bundle = set();
    const changed = change(bundle) as Partial<Bundle> | undefined;
    const result = await refused(changed?.resourceType === 'Bundle' ? changed : bundle);
    if (expected.some((e) => e.endsWith('…'))) expect(result[0]).toBe(expected[0]);
    else expect(result).toEqual(expected);
  });
});
