/** Issue line 5: a large document travels both ways to the byte, through a spool that is empty again afterwards. */
import { createHash } from 'node:crypto';
import type { Binary, Bundle, DocumentReference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pdfOfSize } from '../support/documents.ts';
import { INS_TEST, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ MAX_DOCUMENT_BYTES: '20000000' });
});
afterAll(() => stack.close());

const sha = (b: Buffer): string => createHash('sha256').update(b).digest('hex');

it(
  'a PDF of 16 MB: deposited, listed, retrieved as CDA, as PDF and as Binary resource',
  { timeout: 120_000 },
  async () => {
    const content = pdfOfSize(16_000_000);
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content, contentType: 'application/pdf' }),
      'nurse',
    );
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    const found = (
      await stack.get<Bundle<DocumentReference>>(
        `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current&_id=${created.body.id}`,
        'doctor',
      )
    ).body.entry![0]!.resource!;
    const { url, size, hash } = found.content[0]!.attachment;
    const cda = await stack.raw(url!, 'doctor', { accept: 'text/xml' });
    expect(cda.bytes.length).toBe(size);
    expect(createHash('sha1').update(cda.bytes).digest('base64')).toBe(hash);
    const pdf = await stack.raw(url!, 'doctor', { accept: 'application/pdf' });
    expect(sha(pdf.bytes)).toBe(sha(content));
    const resource = await stack.raw(url!, 'doctor', { accept: 'application/fhir+json' });
    const binary = JSON.parse(resource.bytes.toString()) as Binary;
    expect(sha(Buffer.from(binary.data!, 'base64'))).toBe(sha(cda.bytes));
    await expect.poll(() => stack.spooled(), { timeout: 10_000 }).toEqual([]);
  },
);

it('a client that leaves in the middle leaves nothing behind', { timeout: 60_000 }, async () => {
  const created = await stack.post<DocumentReference>(
    '/DocumentReference',
    simplified({ content: pdfOfSize(8_000_000, 2), contentType: 'application/pdf' }),
    'nurse',
  );
  const abort = new AbortController();
  const answer = await fetch(`${stack.base}/Binary/${created.body.id}`, {
    headers: { authorization: `Bearer ${await stack.token('doctor')}`, accept: '*/*' },
    signal: abort.signal,
  });
  const reader = answer.body!.getReader();
  await reader.read();
  abort.abort();
  await reader.cancel().catch(() => undefined);
  await expect.poll(() => stack.spooled(), { timeout: 10_000 }).toEqual([]);
});
