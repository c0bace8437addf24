/**
 * Issue 3, line 7: negative ITI-65 bundles. The case list of IHE's test tool (spec/fhir.md B.8), by its own names: each is
 * answered 400 with an OperationOutcome that names the element, the DMP is not called and nothing is persisted.
 */
import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, DocumentReference, List, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import { provideBundle } from '../support/resources.ts';
import { countRows } from '../support/rows.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const mhd = 'https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Comprehensive.ProvideBundle';

/** A Bundle of MHD's comprehensive profile that is right: List, DocumentReference, Binary. */
function right(): Bundle {
  const bundle = structuredClone(provideBundle([{ content: text(), contentType: 'text/plain' }]));
  bundle.meta = { profile: [mhd] };
  const source = sourcePatient(reference(bundle));
  source.identifier = [...source.identifier!, { system: 'urn:oid:1.2.250.1.999.9', value: 'IPP-1' }];
  return bundle;
}
const entry = (b: Bundle, i: number): BundleEntry => b.entry![i]!;
const list = (b: Bundle): List => entry(b, 0).resource as List;
const reference = (b: Bundle): DocumentReference => entry(b, 1).resource as DocumentReference;
const attachment = (b: Bundle) => reference(b).content[0]!.attachment;
const sourcePatient = (d: DocumentReference): Patient =>
  d.contained!.find((c): c is Patient => c.resourceType === 'Patient')!;
/** Takes a property out, whatever its type says. */
const drop = (object: object, name: string): void => void delete (object as Record<string, unknown>)[name];
const withoutExtension = (l: List, name: string): void =>
  void (l.extension = l.extension!.filter((e) => !e.url.endsWith(`/${name}`)));

const document = 'Bundle.entry[1].resource';
const set = 'Bundle.entry[0].resource';

/** Name in the case list, what is done to the Bundle, the elements that the answer must name. */
const cases: [string, (b: Bundle) => void, string[]][] = [
  [
    'Bad_Patient_Link',
    (b) => (reference(b).subject = { reference: 'Patient/none' }),
    [`${document}.subject.reference`],
  ],
  [
    'Bad_Patient_Link_SubmissionSetTypeList',
    (b) => (list(b).subject = { reference: `urn:uuid:${randomUUID()}` }),
    [`${set}.subject.reference`],
  ],
  [
    'Bad_Profile',
    (b) => (b.meta = { profile: ['https://example.org/StructureDefinition/mine'] }),
    ['Bundle.meta.profile'],
  ],
  [
    'Bad_SourcePatientInfo_Link',
    (b) => (reference(b).context!.sourcePatientInfo = { reference: '#nobody' }),
    [`${document}.context.sourcePatientInfo.reference`],
  ],
  [
    'Missing_ContentTypeCode',
    (b) => withoutExtension(list(b), 'ihe-designationType'),
    [`${set}.extension.where(url.endsWith('/ihe-designationType'))`],
  ],
  ['Missing_Document', (b) => b.entry!.pop(), [`${document}.content[0].attachment.url`]],
  ['Missing_Format_Code', (b) => drop(reference(b).content[0]!, 'format'), [`${document}.content[0].format`]],
  [
    'Missing_HealthcareFacilityTypeCode',
    (b) => drop(reference(b).context!, 'facilityType'),
    [`${document}.context.facilityType`],
  ],
  ['Missing_LanguageCode', (b) => drop(attachment(b), 'language'), [`${document}.content[0].attachment.language`]],
  ['Missing_MimeType', (b) => drop(attachment(b), 'contentType'), [`${document}.content[0].attachment.contentType`]],
  ['Missing_PatientID', (b) => drop(reference(b), 'subject'), [`${document}.subject`]],
  ['Missing_PatientID_Reference', (b) => (reference(b).subject = { display: 'Odette' }), [`${document}.subject`]],
  ['Missing_PatientID_SubmissionSetTypeList', (b) => drop(list(b), 'subject'), [`${set}.subject`]],
  [
    'Missing_PracticeSettingCode',
    (b) => drop(reference(b).context!, 'practiceSetting'),
    [`${document}.context.practiceSetting`],
  ],
  ['Missing_Profile', (b) => drop(b, 'meta'), ['Bundle.meta.profile']],
  [
    'Missing_SourceId',
    (b) => withoutExtension(list(b), 'ihe-sourceId'),
    [`${set}.extension.where(url.endsWith('/ihe-sourceId'))`],
  ],
  [
    'Missing_SourcePatientId',
    (b) => drop(sourcePatient(reference(b)), 'identifier'),
    [`${document}.contained[0].identifier`],
  ],
  ['Missing_SubmissionTime', (b) => drop(list(b), 'date'), [`${set}.date`]],
  ['Missing_TypeCode', (b) => drop(reference(b), 'type'), [`${document}.type`]],
  ['Missing_UniqueId_Reference', (b) => drop(reference(b), 'masterIdentifier'), [`${document}.masterIdentifier`]],
  ['Missing_UniqueId_SubmissionSetTypeList', (b) => drop(list(b), 'identifier'), [`${set}.identifier`]],
  // of the minimal collection
  [
    'Missing_DocumentReference_with_reference',
    (b) => void b.entry!.splice(1, 1),
    ['Bundle.entry', 'Bundle.entry[1].resource', `${set}.entry[0].item.reference`],
  ],
  [
    'Missing_DocumentReference_without_reference',
    (b) => {
      b.entry!.splice(1, 2);
      drop(list(b), 'entry');
    },
    ['Bundle.entry'],
  ],
  ['Missing_SubmissionSetTypeList', (b) => b.entry!.shift(), ['Bundle.entry']],
  // closed slicing: what has no place in a set
  [
    'FHIR document',
    (b) =>
      b.entry!.push({
        fullUrl: `urn:uuid:${randomUUID()}`,
        resource: {
          resourceType: 'Bundle',
          type: 'document',
          identifier: { value: '1' },
          timestamp: '2026-11-20T10:00:00Z',
        },
        request: { method: 'POST', url: 'Bundle' },
      }),
    ['Bundle.entry[3].resource'],
  ],
  [
    'a PATCH that does more than supersede',
    (b) =>
      b.entry!.push({
        resource: {
          resourceType: 'Parameters',
          parameter: [
            {
              name: 'operation',
              part: [
                { name: 'type', valueCode: 'replace' },
                { name: 'path', valueString: 'DocumentReference.description' },
                { name: 'value', valueString: 'x' },
              ],
            },
          ],
        },
        request: { method: 'PATCH', url: 'DocumentReference/1' },
      }),
    ['Bundle.entry[3].resource.parameter'],
  ],
];

describe('7. Negative ITI-65 bundles: 400, the element is named, nothing is persisted', () => {
  it('the Bundle that they are made of is right', async () => {
    const { status, body } = await stack.post<Bundle>('', right(), 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
  });

  it.each(cases)('%s', async (_, change, elements) => {
    const bundle = right();
    change(bundle);
    const before = await countRows(stack.database);
    await stack.resetCalls();
    const { status, body } = await stack.post<OperationOutcome>('', bundle, 'nurse');
    expect([status, body.resourceType], JSON.stringify(body)).toEqual([400, 'OperationOutcome']);
    const errors = body.issue.filter((i) => i.severity === 'error' || i.severity === 'fatal');
    expect(errors.map((i) => i.expression?.[0])).toEqual(elements);
    // Each in both languages, with what to do.
    for (const { details } of errors) expect(details!.text!.length).toBeGreaterThan(20);
    expect(await countRows(stack.database)).toEqual(before);
    expect(await stack.calls()).toEqual([]);
  });

  it('a FHIR document is refused under MHD’s own code', async () => {
    const bundle = right();
    cases.find(([name]) => name === 'FHIR document')![1](bundle);
    const { body } = await stack.post<OperationOutcome>('', bundle, 'nurse');
    expect(body.issue[0]!.details!.coding!.map((c) => c.code)).toContain('FHIRDocumentNotSupported');
  });
});
