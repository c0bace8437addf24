/** Issue line 5: what `Accept` asks for, with its weights; HEAD; a CDA within its own stylesheet. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pdf } from '../support/documents.ts';
import { INS_TEST, newOid, patients, simplified } from '../support/resources.ts';
import { describeShared } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let url: string;
const content = pdf('Négocié');
const patient = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);

async function deposit(resource: DocumentReference): Promise<DocumentReference> {
  const { status, body } = await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse');
  expect(status, JSON.stringify(body)).toBe(201);
  const found = await stack.get<Bundle<DocumentReference>>(
    `/DocumentReference?patient.identifier=${patient}&status=current&_id=${body.id}`,
    'doctor',
  );
  return found.body.entry![0]!.resource!;
}

beforeAll(async () => {
  stack = await startStack();
  url = (await deposit(simplified({ content, contentType: 'application/pdf' }))).content[0]!.attachment.url!;
});
afterAll(() => stack.close());

describe('Accept', () => {
  it.each([
    ['*/*', 'text/xml'],
    ['text/xml', 'text/xml'],
    ['application/xml', 'text/xml'],
    ['text/*', 'text/xml'],
    ['application/pdf', 'application/pdf'],
    ['application/pdf, text/xml;q=0.5', 'application/pdf'],
    ['application/pdf;q=0.5, text/xml', 'text/xml'],
    ['application/pdf;q=0, */*', 'text/xml'],
    ['text/xml;q=0, application/*', 'application/pdf'],
    ['image/png, application/pdf;q=0.1', 'application/pdf'],
    ['application/fhir+json', 'application/fhir+json'],
    ['application/fhir+json;q=0.9, application/pdf;q=0.8', 'application/fhir+json'],
  ])('%s → %s', async (accept, type) => {
    const { status, headers, bytes } = await stack.raw(url, 'doctor', { accept });
    expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
    expect(Number(headers.get('content-length'))).toBe(bytes.length);
    if (type === 'application/pdf') expect(bytes.equals(content)).toBe(true);
  });

  it.each(['image/png', 'application/pdf;q=0, text/xml;q=0, application/fhir+json;q=0'])('%s → 406', async (accept) => {
    expect((await stack.raw(url, 'doctor', { accept })).status).toBe(406);
    expect(stack.spooled()).toEqual([]);
  });
});

it('HEAD says what GET would, without a body', async () => {
  const id = url.slice(stack.base.length);
  for (const [route, accept] of [
    [id, 'application/pdf'],
    [id, 'text/xml'],
    [id.replace('Binary', 'DocumentReference'), 'application/fhir+json'],
    [
      `/DocumentReference?patient.identifier=${patient}&status=current&_id=${id.split('/')[2]}`,
      'application/fhir+json',
    ],
    [`/Patient?identifier=${patient}`, 'application/fhir+json'],
    ['/metadata', 'application/fhir+json'],
  ] as const) {
    const get = await stack.raw(`${stack.base}${route}`, 'doctor', { accept, 'accept-encoding': 'identity' });
    const head = await fetch(`${stack.base}${route}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${await stack.token('doctor')}`, accept, 'accept-encoding': 'identity' },
    });
    expect([head.status, await head.text()], route).toEqual([200, '']);
    for (const name of ['content-type', 'content-length', 'etag', 'content-disposition'])
      expect(head.headers.get(name), `${route} ${name}`).toBe(get.headers.get(name));
  }
  expect(stack.spooled()).toEqual([]);
});

describeShared('a CDA within its own stylesheet (auto-présentable)', (dir) => {
  it('goes in as it is, is registered as application/xslt+xml, and comes out to the byte', async () => {
    const oid = newOid();
    const letter = readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml'), 'utf8')
      .replace(/(<id root=")2\.16\.840\.1\.113883\.19\.7601\.3\.50[^"]*"/, `$1${oid}"`)
      .replace(/^<\?xml[^>]*>\s*/, '');
    const cda = Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/"><html/></xsl:template>${letter}</xsl:stylesheet>`,
    );
    for (const contentType of ['application/xslt+xml', 'text/xml']) {
      const type = { system: 'http://loinc.org', code: '83981-1' };
      const resource = simplified({ content: cda, contentType, uniqueId: oid, type });
      if (contentType === 'text/xml') {
        // The same bytes under the other name are the same document.
        expect((await stack.post('/DocumentReference', resource, 'nurse')).status).toBe(200);
        continue;
      }
      const { attachment } = (await deposit(resource)).content[0]!;
      expect(attachment.contentType).toBe('application/xslt+xml');
      const raw = await stack.raw(attachment.url!, 'doctor', { accept: '*/*' });
      expect(raw.headers.get('content-type')).toBe('application/xslt+xml');
      expect(raw.bytes.equals(cda)).toBe(true);
      expect(createHash('sha1').update(raw.bytes).digest('base64')).toBe(attachment.hash);
      // What it wraps is found inside it, too.
      const inner = await stack.raw(attachment.url!, 'doctor', { accept: 'application/pdf' });
      expect([inner.status, inner.bytes.subarray(0, 5).toString()]).toEqual([200, '%PDF-']);
    }
  });
});
