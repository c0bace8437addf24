/**
 * Issue line 8: `application/fhir+xml` in and out, for every resource, interaction and error. What is sent in XML is what
 * JSON would have sent; what is answered in XML reads as the JSON answer.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Binary, Bundle, DocumentReference, OperationOutcome, Patient, Resource } from '@medplum/fhirtypes';
import { Fhir } from 'fhir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFhirXml } from '../../server/fhir/xml/read.ts';
import { writeFhirXml } from '../../server/fhir/xml/write.ts';
import { pdf, text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, provideBundle, simplified } from '../support/resources.ts';
import { describeShared } from '../support/shared.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const xmlType = 'application/fhir+xml';
const oracle = new Fhir();
const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);

interface Sent {
  method?: string;
  kind?: Kind;
  body?: string;
  headers?: Record<string, string>;
}

/** A request whose answer is read as XML; the oracle must read the same in it. */
async function ask<T>(url: string, { method = 'GET', kind = 'doctor', body, headers = {} }: Sent = {}) {
  const answer = await fetch(`${stack.base}${url}`, {
    method,
    headers: { authorization: `Bearer ${await stack.token(kind)}`, accept: xmlType, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const xml = await answer.text();
  const resource = readFhirXml(Buffer.from(xml)) as T;
  expect(answer.headers.get('content-type')).toBe('application/fhir+xml; charset=utf-8');
  return { status: answer.status, headers: answer.headers, xml, resource };
}
const send = <T>(url: string, resource: Resource, contentType = xmlType, kind: Kind = 'nurse') =>
  ask<T>(url, { method: 'POST', kind, body: writeFhirXml(resource, true), headers: { 'content-type': contentType } });

describe('8. XML too', () => {
  it.each([xmlType, 'application/xml', 'text/xml; charset=utf-8'])(
    'creates from %s, and answers in XML',
    async (type) => {
      const content = pdf(`XML ${type}`);
      const created = await send<DocumentReference>(
        '/DocumentReference',
        simplified({ content, contentType: 'application/pdf', title: 'Dépôt & <XML>' }),
        type,
      );
      expect(created.status, created.xml.slice(0, 500)).toBe(201);
      expect(created.resource).toMatchObject({ resourceType: 'DocumentReference', status: 'current' });
      const id = created.resource.id!;

      const read = await ask<DocumentReference>(`/DocumentReference/${id}`);
      expect(read.status).toBe(200);
      expect(read.resource.description ?? read.resource.content[0]!.attachment.title).toContain('Dépôt & <XML>');
      const json = await stack.get<DocumentReference>(`/DocumentReference/${id}`, 'doctor');
      expect(read.resource).toEqual(json.body);
      expect(oracle.xmlToObj(read.xml)).toEqual(json.body);

      const binary = await ask<Binary>(`/Binary/${id}`);
      const { bytes } = await stack.raw(`${stack.base}/Binary/${id}`, 'doctor', { accept: 'text/xml' });
      expect(Buffer.from(binary.resource.data!, 'base64').equals(bytes)).toBe(true);
      const embedded = await stack.raw(`${stack.base}/Binary/${id}`, 'doctor', { accept: 'application/pdf' });
      expect(embedded.bytes.equals(content)).toBe(true);
    },
  );

  it('takes a transaction (ITI-65) in XML and answers each entry', async () => {
    const bundle = provideBundle([{ content: text('Transaction XML'), contentType: 'text/plain' }]);
    const { status, resource, xml } = await send<Bundle>('', bundle);
    expect(status, xml.slice(0, 800)).toBe(200);
    expect(resource.type).toBe('transaction-response');
    expect(resource.entry!.map((e) => e.response!.status.slice(0, 3))).toEqual(bundle.entry!.map(() => '201'));
  });

  it('searches by GET and POST, and reads lists and patients, as in JSON', async () => {
    for (const [url, body] of [
      [`/DocumentReference?patient.identifier=${P1}&status=current`, undefined],
      ['/DocumentReference/_search', `patient.identifier=${P1}&status=current`],
      [`/List?patient.identifier=${P1}&status=current&code=submissionset`, undefined],
      [`/Patient?identifier=${P1}`, undefined],
    ] as const) {
      const method = body === undefined ? 'GET' : 'POST';
      const headers: Record<string, string> =
        body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
      const xml = await ask<Bundle>(url, { method, headers, ...(body === undefined ? {} : { body }) });
      expect(xml.status, `${url} ${xml.xml.slice(0, 500)}`).toBe(200);
      const json =
        body === undefined
          ? await stack.get<Bundle>(url, 'doctor')
          : await stack.form<Bundle>(url, Object.fromEntries(new URLSearchParams(body)), 'doctor');
      // What is minted for each answer: its id and time.
      const plain = (b: Bundle) => ({ ...b, id: '', meta: {}, timestamp: '', link: [] });
      expect(plain(xml.resource)).toEqual(plain(json.body));
      expect(xml.resource.entry!.length).toBeGreaterThan(0);
    }
    const [entry] = (await ask<Bundle<Patient>>(`/Patient?identifier=${P1}`)).resource.entry!;
    expect(entry!.resource!.resourceType).toBe('Patient');
  });

  it('serves /metadata in XML to anybody, and says that it can', async () => {
    const answer = await fetch(`${stack.base}/metadata`, { headers: { accept: xmlType } });
    const xml = await answer.text();
    const json = (await (await fetch(`${stack.base}/metadata`)).json()) as { format: string[] };
    expect(readFhirXml(Buffer.from(xml))).toEqual(json);
    expect(json.format).toEqual(expect.arrayContaining(['application/fhir+json', 'application/fhir+xml']));
    const pretty = await (await fetch(`${stack.base}/metadata?_format=xml&_pretty=true`)).text();
    expect(pretty).toContain('\n  <status value="active"/>');
    const head = await fetch(`${stack.base}/metadata?_format=xml`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'identity' },
    });
    expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(xml));
  });

  it('says in XML what is wrong, with path, line and column', async () => {
    const of = (body: string, headers: Record<string, string> = { 'content-type': xmlType }) =>
      ask<OperationOutcome>('/DocumentReference', { method: 'POST', kind: 'nurse', body, headers });
    const unknown = await of(
      '<DocumentReference xmlns="http://hl7.org/fhir">\n  <foo value="1"/>\n  <status value="current"/>\n</DocumentReference>',
    );
    expect(unknown.status).toBe(400);
    expect(unknown.resource.issue).toHaveLength(1);
    expect(unknown.resource.issue[0]).toMatchObject({
      severity: 'error',
      code: 'structure',
      expression: ['DocumentReference.foo'],
    });
    expect(unknown.resource.issue[0]!.diagnostics).toMatch(/^X-Request-Id: .*; line 2, column \d+$/);
    const entity = await of(
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><DocumentReference xmlns="http://hl7.org/fhir"><id value="&e;"/></DocumentReference>',
    );
    expect([entity.status, entity.resource.issue[0]!.code]).toEqual([400, 'structure']);
    expect(entity.xml).not.toContain('root:');
    expect((await of('{}', { 'content-type': 'text/plain' })).status).toBe(415);
    const invalid = await send<OperationOutcome>('/DocumentReference', {
      resourceType: 'DocumentReference',
    } as Resource);
    expect(invalid.status).toBe(400);
    expect(invalid.resource.issue.length).toBeGreaterThan(1);
    expect((await ask<OperationOutcome>('/DocumentReference/nobody')).status).toBe(404);
    const anonymous = await fetch(`${stack.base}/DocumentReference/x`, { headers: { accept: xmlType } });
    expect([anonymous.status, anonymous.headers.get('content-type')]).toEqual([
      401,
      'application/fhir+xml; charset=utf-8',
    ]);
    const json = await fetch(`${stack.base}/DocumentReference/x?_format=application/fhir%2Bturtle`, {
      headers: { authorization: `Bearer ${await stack.token('doctor')}` },
    });
    expect([json.status, json.headers.get('content-type')]).toEqual([406, 'application/fhir+json; charset=utf-8']);
  });

  it('lets _format win over Accept, and a form of the other kind come in', async () => {
    const json = await stack.get<Bundle>(`/Patient?identifier=${P1}&_format=xml`, 'doctor').catch((e: unknown) => e);
    expect(json).toBeInstanceOf(SyntaxError); // it is XML
    const created = await stack.send<DocumentReference>(
      '/DocumentReference',
      writeFhirXml(simplified({ content: text('mixed'), contentType: 'text/plain', uniqueId: newOid() })),
      xmlType,
      'nurse',
    );
    expect([created.status, created.body.resourceType]).toEqual([201, 'DocumentReference']);
  });

  it('patches by Parameters in XML', async () => {
    const uniqueId = newOid();
    const resource = JSON.parse(
      JSON.stringify(simplified({ content: text('patch'), contentType: 'text/plain', uniqueId }))
        .replaceAll('899700204581', '899700101233')
        .replaceAll('LE BIHAN', 'MAUREL')
        .replaceAll('YANN', 'HÉLÈNE'),
    ) as DocumentReference;
    const { id } = (await send<DocumentReference>('/DocumentReference', resource)).resource;
    const part = (name: string, value: string, type = 'String') =>
      `<part><name value="${name}"/><value${type} value="${value}"/></part>`;
    const body = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>${part('type', 'replace', 'Code')}${part('path', 'DocumentReference.status')}${part('value', 'entered-in-error', 'Code')}</parameter></Parameters>`;
    const patched = await ask<DocumentReference>(`/DocumentReference/${id}`, {
      method: 'PATCH',
      body,
      headers: { 'content-type': xmlType },
    });
    expect([patched.status, patched.resource.status], patched.xml.slice(0, 500)).toEqual([200, 'entered-in-error']);
  });

  it('takes a 20 MB document in XML', async () => {
    const content = text('0123456789abcdef\n'.repeat(Math.floor((19 * 1024 * 1024) / 17)));
    const created = await send<DocumentReference>(
      '/DocumentReference',
      simplified({ content, contentType: 'text/plain' }),
    );
    expect(created.status, created.xml.slice(0, 500)).toBe(201);
  });
});

describeShared('every example of PDSm', (dir) => {
  it('gets the same answer in XML as in JSON', async () => {
    for (const file of [
      'pdsm-DocumentReference-PDSmSimplifiedExample.json',
      'pdsm-Bundle-a9c10f8a-882d-4000-a280-7150e0aeb478.json',
    ]) {
      const resource = JSON.parse(readFileSync(path.join(dir, 'fhir/examples', file), 'utf8')) as Resource;
      const url = resource.resourceType === 'Bundle' ? '' : '/DocumentReference';
      const json = await stack.post<OperationOutcome>(url, resource, 'nurse');
      const xml = await send<OperationOutcome>(url, resource);
      expect(xml.status, file).toBe(json.status);
      const said = (o: OperationOutcome) => o.issue.map((i) => `${i.code} ${i.expression?.join()} ${i.details?.text}`);
      expect(said(xml.resource), file).toEqual(said(json.body));
    }
  });
});
