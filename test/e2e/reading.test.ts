/** Issue line 9: a document as a reader meets it. Pages, parts, names, and what a browser may do with them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpeg, pdf, text } from '../support/documents.ts';
import { newOid, simplified } from '../support/resources.ts';
import { describeShared } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

async function deposit(resource: DocumentReference): Promise<string> {
  const { status, body } = await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse');
  expect(status, JSON.stringify(body)).toBe(201);
  return `${stack.base}/Binary/${body.id}`;
}
const page = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await stack.raw(url, 'doctor', { accept: browser, ...headers });
  return { ...answer, html: answer.bytes.toString('utf8') };
};
const empty = async (): Promise<void> => {
  await expect.poll(() => stack.spooled()).toEqual([]);
};

describe('9. Reading aids', () => {
  it('shows what an N1 wraps: a text, an image; of a PDF the way to it', async () => {
    const said = await page(
      await deposit(simplified({ content: text('Un <b> & des "mots"'), contentType: 'text/plain' })),
    );
    expect([said.status, said.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(said.html).toMatch(/<pre>[^<]*Un &lt;b&gt; &amp; des "mots"/);
    const picture = jpeg();
    const image = await page(await deposit(simplified({ content: picture, contentType: 'image/jpeg' })));
    expect(image.html).toContain(`<img alt="" src="data:image/jpeg;base64,${picture.toString('base64')}">`);
    const content = pdf('Lien');
    const url = await deposit(simplified({ content, contentType: 'application/pdf' }));
    const link = /<a href="([^"]+)">/.exec((await page(url)).html)![1]!;
    const opened = await stack.raw(link, 'doctor', { accept: browser });
    expect([opened.status, opened.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(opened.bytes.equals(content)).toBe(true);
    await empty();
  });

  it('lets a page do nothing, and be framed by nobody', async () => {
    const { headers, html } = await page(await deposit(simplified({ content: text('x'), contentType: 'text/plain' })));
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox$/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(html).not.toMatch(/<script|<iframe|<object|<link|javascript:|\son\w+\s*=/i);
    expect(headers.get('content-disposition')).toMatch(/^inline; filename="[^"]+\.html"/);
  });

  it('names a file by kind and day, never by its title', async () => {
    const url = await deposit(
      simplified({ content: pdf('x'), contentType: 'application/pdf', title: 'Lettre pour Mme CACHEE Ève' }),
    );
    for (const [accept, extension] of [
      ['application/pdf', 'pdf'],
      ['text/xml', 'xml'],
    ] as const) {
      const { headers } = await stack.raw(url, 'doctor', { accept });
      const name = headers.get('content-disposition')!;
      expect(name).toMatch(new RegExp(`^attachment; filename="[\\x20-\\x7e]+ \\d{4}-\\d{2}-\\d{2}\\.${extension}"`));
      expect(decodeURIComponent(name)).not.toMatch(/CACHEE|Ève|Lettre/);
    }
  });

  it('has a strong tag for each form: 304, 206, 416, If-Range, HEAD', async () => {
    const content = pdf('Parties');
    const url = await deposit(simplified({ content, contentType: 'application/pdf' }));
    const tags = new Set<string>();
    for (const accept of [
      'application/pdf',
      'text/xml',
      'application/fhir+json',
      'application/fhir+xml',
      'text/html',
    ]) {
      const whole = await stack.raw(url, 'doctor', { accept });
      const etag = whole.headers.get('etag')!;
      expect(etag).toMatch(/^"[^"]+"$/);
      tags.add(etag);
      expect((await stack.raw(url, 'doctor', { accept, 'if-none-match': etag })).status).toBe(304);
      const part = await stack.raw(url, 'doctor', { accept, range: 'bytes=10-29', 'if-range': etag });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-29/${whole.bytes.length}`]);
      expect(part.bytes.equals(whole.bytes.subarray(10, 30))).toBe(true);
      const stale = await stack.raw(url, 'doctor', { accept, range: 'bytes=10-29', 'if-range': '"0"' });
      expect([stale.status, stale.bytes.length]).toEqual([200, whole.bytes.length]);
      const head = await fetch(url, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${await stack.token('doctor')}`, accept },
      });
      expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
        200,
        String(whole.bytes.length),
        'bytes',
      ]);
    }
    expect(tags.size).toBe(5);
    const beyond = await stack.raw(url, 'doctor', { accept: 'application/pdf', range: `bytes=${content.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${content.length}`]);
    expect((JSON.parse(beyond.bytes.toString()) as OperationOutcome).resourceType).toBe('OperationOutcome');
    await empty();
  });

  it('shows nothing, not even a part, that the registry does not vouch for', async () => {
    const url = await deposit(simplified({ content: text('to be corrupted'), contentType: 'text/plain' }));
    await stack.fault({ transaction: 'TD3.2', kind: 'corrupt' });
    const asked: Record<string, string>[] = [{ accept: 'text/html' }, { accept: 'text/plain', range: 'bytes=0-3' }];
    for (const headers of asked) {
      const { status, bytes } = await stack.raw(url, 'doctor', headers);
      expect(status).toBe(502);
      expect(bytes.toString()).not.toContain('to be corrupted');
    }
    await stack.clearFaults();
    await empty();
  });

  it('answers a browser in HTML everywhere, errors too', async () => {
    for (const [url, status] of [
      ['/metadata', 200],
      ['/DocumentReference/nobody', 404],
    ] as const) {
      const { status: got, headers, html } = await page(`${stack.base}${url}`);
      expect([got, headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(html).toContain('<pre>');
    }
  });
});

describeShared('a structured CDA', (dir) => {
  it('is read as a page: facts, sections, tables, images; a hostile one as its text', async () => {
    const uniqueId = newOid();
    const hostile =
      '<content ID="x" onclick="alert(1)">Clic</content><script xmlns="http://www.w3.org/1999/xhtml">alert(2)</script><linkHtml href="javascript:alert(3)">lien</linkHtml>';
    const section = `<component><section><title>Allergies &lt;i&gt;</title><text><table><thead><tr><th>Substance</th></tr></thead><tbody><tr><td styleCode="Bold">Pénicilline</td></tr></tbody></table>${hostile}<renderMultiMedia referencedObject="img"/></text><entry><observationMedia classCode="OBS" moodCode="EVN" ID="img"><value mediaType="image/jpeg" representation="B64">${jpeg().toString('base64')}</value></observationMedia></entry></section></component>`;
    const cda = readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml'), 'utf8')
      .replace(/(<id root=")2\.16\.840\.1\.113883\.19\.7601\.3\.50[^"]*"/, `$1${uniqueId}"`)
      .replace(/<nonXMLBody>[\s\S]*<\/nonXMLBody>/, `<structuredBody>${section}</structuredBody>`);
    const resource = simplified({
      content: Buffer.from(cda),
      contentType: 'text/xml',
      uniqueId,
      type: { system: 'http://loinc.org', code: '83981-1' },
    });
    // It follows no CI-SIS template.
    resource.content[0]!.format = {
      system: 'urn:oid:1.2.250.1.213.1.1.4.2.282',
      code: 'urn:asipSante:modelesHorsProfils:2011',
    };
    const url = await deposit(resource);
    const { status, html } = await page(url);
    expect(status).toBe(200);
    expect(html).toContain('<h2>Allergies &lt;i&gt;</h2>');
    expect(html).toContain('<th>Substance</th>');
    expect(html).toContain('<td class="b">Pénicilline</td>');
    expect(html).toContain('<span id="cda-x">Clic</span>alert(2)<span>lien</span>');
    expect(html).toContain(`src="data:image/jpeg;base64,${jpeg().toString('base64')}"`);
    expect(html).toMatch(/<dt>Patient<\/dt><dd>[^<]*\p{Lu}+/u);
    const raw = await stack.raw(url, 'doctor', { accept: '*/*' });
    expect(raw.bytes.equals(Buffer.from(cda))).toBe(true);
    await empty();
  });
});
