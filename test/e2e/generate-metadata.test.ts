/**
 * Issue 3, line 6: « Generate »: the metadata of a CDA, over real HTTP, TLS and the simulator; what is generated can be
 * deposited as it is.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, DocumentReference, OperationOutcome, Parameters, Reference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { qualify } from '../support/identity-doors.ts';
import { errorsOf, loadR4, profileOf } from '../support/profiles.ts';
import { newOid, provideBundle } from '../support/resources.ts';
import { describeShared } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

describeShared('6. generate metadata (ITI-106)', (dir) => {
  let stack: Stack;
  beforeAll(async () => {
    loadR4();
    stack = await startStack();
    await qualify(stack, 'P1');
  });
  afterAll(() => stack.close());

  const url = '/DocumentReference/$generate-metadata';
  const original = readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml'), 'utf8');
  const performer =
    '<performer typeCode="PRF"><assignedEntity><id root="1.2.250.1.71.4.2.1" extension="899700204581"/>' +
    '<representedOrganization><standardIndustryClassCode code="ESSMS" codeSystem="1.2.250.1.213.1.1.4.9"/>' +
    '</representedOrganization></assignedEntity></performer></serviceEvent>';
  /** A CDA of the story under an id of its own; `complete` with the practice setting that the original leaves out. */
  const cda = (oid: string, complete = true): Buffer => {
    const named = original.replace(/<id root="[^"]*"[^>]*>/, `<id root="${oid}"/>`).replace(/<setId [^>]*>/, '');
    return Buffer.from(complete ? named.replace('</serviceEvent>', performer) : named);
  };
  const parameters = (bytes: Buffer, more: Parameters['parameter'] = []): Parameters => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'document',
        resource: { resourceType: 'Binary', contentType: 'text/xml', data: bytes.toString('base64') },
      },
      ...more,
    ],
  });
  const referenceIn = (answer: Parameters): Reference =>
    answer.parameter!.find((p) => p.name === 'DocumentReference')!.valueReference!;
  const resourceIn = (answer: Parameters): DocumentReference =>
    answer.parameter!.find((p) => p.name === 'resource')!.resource as DocumentReference;

  it('a CDA gives a DocumentReference and nothing is sent to the DMP', async () => {
    await stack.resetCalls();
    const oid = newOid();
    const { status, body } = await stack.post<Parameters>(url, parameters(cda(oid)), 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(errorsOf(body)).toEqual([]);
    const made = resourceIn(body);
    const profile = profileOf(dir, 'pdsm/StructureDefinition-pdsm-comprehensive-document-reference.json');
    expect(errorsOf(made, profile)).toEqual([]);
    expect(made.masterIdentifier!.value).toBe(`urn:oid:${oid}`);
    expect(referenceIn(body)).toMatchObject({ type: 'DocumentReference', identifier: made.masterIdentifier });
    expect(await stack.calls()).toEqual([]);
    // The Binary alone is enough: the operation has one input that counts.
    const alone = await stack.post<Parameters>(url, parameters(cda(oid)).parameter![0]!.resource, 'nurse');
    expect(resourceIn(alone.body)).toEqual(made);
  });

  it('what was generated is deposited as it is, in a set', async () => {
    const oid = newOid();
    const bytes = cda(oid);
    const made = resourceIn((await stack.post<Parameters>(url, parameters(bytes), 'nurse')).body);
    const bundle = provideBundle([{ content: bytes, contentType: 'text/xml' }]);
    const [list, document, binary] = bundle.entry!;
    document!.resource = made;
    binary!.fullUrl = made.content[0]!.attachment.url;
    expect(list).toBeDefined();
    const { status, body } = await stack.post<Bundle | OperationOutcome>('', bundle, 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await stack.registered(oid)).toBeDefined();
  });

  it('persist: deposited in the same breath, and the Reference leads to it', async () => {
    const oid = newOid();
    const asked = parameters(cda(oid), [{ name: 'persist', valueBoolean: true }]);
    const { status, body } = await stack.post<Parameters>(url, asked, 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await stack.registered(oid)).toBeDefined();
    const read = await stack.get<DocumentReference>(`/${referenceIn(body).reference!}`, 'doctor');
    expect(read.status).toBe(200);
    expect(read.body.masterIdentifier!.value).toBe(`urn:oid:${oid}`);
    expect(read.body.content[0]!.attachment.hash).toBe(resourceIn(body).content[0]!.attachment.hash);
  });

  it('what the CDA lacks is named in French and English, by FHIRPath and XPath', async () => {
    const incomplete = parameters(cda(newOid(), false));
    const { status, body } = await stack.post<OperationOutcome>(url, incomplete, 'nurse');
    expect(status).toBe(422);
    expect(body.issue).toHaveLength(1);
    expect(body.issue[0]!.expression).toEqual(['DocumentReference.context.practiceSetting']);
    const said = JSON.stringify(body.issue[0]!.details);
    expect(said).toContain('/ClinicalDocument/documentationOf/serviceEvent/performer');
    expect(said).toMatch(/Complétez le CDA.*Complete the CDA/);
  });

  it('a FHIR document, a PDF, a broken CDA and unknown parameters are refused, each by its own row', async () => {
    const binary = (contentType: string, data: string): object => ({ resourceType: 'Binary', contentType, data });
    const document = (resource: object, more: object[] = []): object => ({
      resourceType: 'Parameters',
      parameter: [{ name: 'document', resource }, ...more],
    });
    const b64 = (text: string): string => Buffer.from(text).toString('base64');
    const cases: [object, number, string][] = [
      [document({ resourceType: 'Bundle', type: 'document' }), 400, 'fhir-document-unsupported'],
      [document(binary('application/pdf', b64('%PDF-1.4'))), 415, 'document-type'],
      [document(binary('text/xml', b64('<a>'))), 422, 'cda-invalid'],
      [document(binary('text/xml', '***')), 400, 'document-base64'],
      [document({ resourceType: 'Binary', contentType: 'text/xml' }), 400, 'required'],
      [document({ resourceType: 'Patient' }), 400, 'wrong-resource-type'],
      [
        document(binary('text/xml', b64('<a/>')), [{ name: 'colour', valueString: 'x' }]),
        400,
        'operation-parameter-unknown',
      ],
      [document(binary('text/xml', b64('<a/>')), [{ name: 'persist', valueCode: 'x' }]), 400, 'operation-parameter'],
      [
        { resourceType: 'Parameters', parameter: [{ name: 'persist', valueBoolean: true }] },
        400,
        'operation-parameter-required',
      ],
      [{ resourceType: 'Parameters', parameter: [{ name: 'document', resource: 'x' }] }, 400, 'json-type'],
      [{ resourceType: 'Parameters', parameter: [null] }, 400, 'value-empty'],
    ];
    for (const [body, status, key] of cases) {
      const answer = await stack.post<OperationOutcome>(url, body, 'nurse');
      const keys = answer.body.issue.flatMap((i) => i.details?.coding?.map((c) => c.code) ?? []);
      expect([answer.status, keys.includes(key)], `${key}: ${keys.join()}`).toEqual([status, true]);
    }
  });

  it('in XML too, and only with the right to create', async () => {
    const token = await stack.token('nurse', { scope: 'user/DocumentReference.r' });
    const forbidden = await stack.post<OperationOutcome>(url, parameters(cda(newOid())), 'nurse', {
      authorization: `Bearer ${token}`,
    });
    expect(forbidden.status).toBe(403);
    const data = cda(newOid()).toString('base64');
    const xml =
      `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="document"/><resource><Binary>` +
      `<id value="${randomUUID()}"/><contentType value="text/xml"/><data value="${data}"/></Binary></resource></parameter></Parameters>`;
    const answer = await stack.send<Parameters>(url, xml, 'application/fhir+xml', 'nurse');
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(resourceIn(answer.body).content[0]!.attachment.url).toMatch(/^Binary\//);
  });
});
