import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
import type request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RetrieveInput } from '../../../server/dmp/transactions/td3-2.ts';
import { DmpError, type CallContext } from '../../../server/dmp/types.ts';
import { spoolDir } from '../../../server/fhir/spool.ts';
import { readFhirXml } from '../../../server/fhir/xml/read.ts';
import { answerOf, entry, P1, startBench, testOid, type Bench } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
afterEach(async () => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
  // The file goes when the answer is out, which the client may know a little sooner.
  await emptied();
});

const spooled = () => (existsSync(spoolDir(bench.dataDir)) ? readdirSync(spoolDir(bench.dataDir)) : []);
const emptied = async (): Promise<void> => {
  for (let i = 0; i < 100 && spooled().length > 0; i++) await wait(10);
  expect(spooled()).toEqual([]);
};
const firstOf = (input: RetrieveInput) => input.documents[0] ?? { repositoryUniqueId: '', uniqueId: '' };
const sha1 = (b: Buffer) => createHash('sha1').update(b).digest('hex');
let n = 100;

async function* chunked(bytes: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A document that the store knows and the DMP gives; `sent` when the DMP gives something else. */
async function document(
  bytes: Buffer,
  mimeType: string,
  over: { hash?: string | null; size?: number | null; sent?: Buffer } = {},
): Promise<string> {
  const uniqueId = entry(++n).uniqueId;
  const { hash = sha1(bytes), size = bytes.length, sent = bytes } = over;
  const patient = await bench.store.patients.byIns({ value: P1, oid: testOid });
  const [bound] = await bench.store.documents.bind([
    {
      repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2',
      uniqueId,
      entryUuid: entry(n).id,
      mimeType,
      patientId: patient.id,
      ...(hash === null ? {} : { hash }),
      ...(size === null ? {} : { size }),
    },
  ]);
  bench.dmp.answers['TD3.1a'] = () =>
    answerOf([entry(n, { uniqueId, mimeType, hash: sha1(bytes), size: String(bytes.length) })]);
  bench.dmp.answers['TD3.2'] = async (input: RetrieveInput) => {
    expect(input.documents).toEqual([{ repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2', uniqueId }]);
    await input.sink({ ...input.documents[0]!, mimeType }, chunked(sent));
    return { status: 'Success', errors: [] };
  };
  return bound!.id;
}

const buffer = (test: request.Test): request.Test =>
  test.buffer(true).parse((res, done) => {
    const parts: Buffer[] = [];
    res.on('data', (c: Buffer) => parts.push(c));
    res.on('end', () => done(null, Buffer.concat(parts)));
  });
const get = (id: string, accept?: string) => {
  const test = buffer(bench.get(`/fhir/Binary/${id}`));
  return accept === undefined ? test : test.set('Accept', accept);
};
const outcome = (res: { body: unknown }) => JSON.parse((res.body as Buffer).toString()) as OperationOutcome;

const cda = (content: Buffer, mediaType = 'application/pdf') =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>é</title><component><nonXMLBody><text mediaType="${mediaType}" representation="B64">${content.toString('base64')}</text></nonXMLBody></component></ClinicalDocument>`,
  );

describe('GET Binary', () => {
  it('sends the raw bytes with what protects them, after one TD3.2', async () => {
    const bytes = randomBytes(200_001);
    const id = await document(bytes, 'application/pdf');
    for (const accept of [undefined, '*/*', 'application/pdf', 'application/*', 'text/html, */*;q=0.1']) {
      bench.dmp.calls = [];
      const res = await get(id, accept);
      expect(res.status, accept).toBe(200);
      expect((res.body as Buffer).equals(bytes)).toBe(true);
      expect(bench.dmp.names()).toEqual(['TD3.2']);
      expect(res.headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-length': '200001',
        'content-disposition': `attachment; filename="${id}.pdf"`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store, private',
        etag: `"${sha1(bytes)}"`,
      });
      expect(res.headers['content-encoding']).toBeUndefined();
    }
  });

  it('sends a Binary resource when it is asked for by name', async () => {
    for (const length of [0, 1, 2, 3, 65_536, 200_000]) {
      const bytes = randomBytes(length);
      const id = await document(bytes, 'application/pdf');
      for (const accept of ['application/fhir+json', 'application/json, */*;q=0.1']) {
        const res = await get(id, accept);
        expect(res.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
        expect(Number(res.headers['content-length'])).toBe((res.body as Buffer).length);
        const binary = JSON.parse((res.body as Buffer).toString()) as Binary;
        expect(binary).toMatchObject({
          resourceType: 'Binary',
          id,
          contentType: 'application/pdf',
          securityContext: { reference: `DocumentReference/${id}` },
        });
        expect(Buffer.from(binary.data!, 'base64').equals(bytes)).toBe(true);
      }
    }
    const id = await document(Buffer.from('x'), 'text/plain');
    expect((await buffer(bench.get(`/fhir/Binary/${id}?_format=json`))).headers['content-type']).toMatch(/fhir\+json/);
  });

  it('sends it in XML too, byte for byte as long as it says', async () => {
    for (const length of [0, 1, 2, 3, 200_000]) {
      const bytes = randomBytes(length);
      const id = await document(bytes, 'application/pdf');
      const res = await get(id, 'application/fhir+xml');
      expect(res.headers['content-type']).toBe('application/fhir+xml; charset=utf-8');
      expect(Number(res.headers['content-length'])).toBe((res.body as Buffer).length);
      const binary = readFhirXml(res.body as Buffer) as Binary;
      expect(binary).toMatchObject({ resourceType: 'Binary', id, contentType: 'application/pdf' });
      expect(Buffer.from(binary.data ?? '', 'base64').equals(bytes)).toBe(true);
      const json = await get(id, 'application/fhir+json');
      expect(res.headers['etag']).not.toBe(json.headers['etag']);
    }
    const id = await document(Buffer.from('x'), 'text/plain');
    expect((await buffer(bench.get(`/fhir/Binary/${id}?_format=xml`))).headers['content-type']).toMatch(/fhir\+xml/);
  });

  it('sends a part of each form, of the verified whole', async () => {
    const bytes = randomBytes(200_000);
    const id = await document(bytes, 'application/pdf');
    for (const accept of ['application/pdf', 'application/fhir+json', 'application/fhir+xml']) {
      const whole = (await get(id, accept)).body as Buffer;
      const { etag } = (await get(id, accept)).headers as { etag: string };
      for (const [range, start, end] of [
        ['bytes=0-0', 0, 0],
        ['bytes=65530-131080', 65530, 131080],
        ['bytes=199990-', 199990, whole.length - 1],
        ['bytes=-7', whole.length - 7, whole.length - 1],
      ] as const) {
        const res = await get(id, accept).set('Range', range).set('If-Range', etag);
        expect([res.status, res.headers['content-range'], res.headers['content-length']], `${accept} ${range}`).toEqual(
          [206, `bytes ${start}-${end}/${whole.length}`, String(end - start + 1)],
        );
        expect((res.body as Buffer).equals(whole.subarray(start, end + 1))).toBe(true);
        expect(res.headers).toMatchObject({ 'accept-ranges': 'bytes', etag });
      }
      const other = await get(id, accept).set('Range', 'bytes=0-0').set('If-Range', '"other"');
      expect([other.status, (other.body as Buffer).length]).toEqual([200, whole.length]);
    }
    const beyond = await get(id).set('Range', 'bytes=200000-');
    expect([beyond.status, beyond.headers['content-range'], beyond.headers['etag']]).toEqual([
      416,
      'bytes */200000',
      undefined,
    ]);
    expect(outcome(beyond).issue[0]!.details!.text).toContain('200000');
    const unchanged = await bench
      .get(`/fhir/Binary/${id}`)
      .set('Range', 'bytes=0-0')
      .set('If-None-Match', `W/"${sha1(bytes)}"`);
    expect(unchanged.status).toBe(304);
    const head = await bench.any('head', `/fhir/Binary/${id}`).set('Range', 'bytes=0-0');
    expect([head.status, head.headers['content-length']]).toEqual([200, '200000']);
  });

  it('shows a CDA as a page when HTML is asked for by name', async () => {
    const id = await document(cda(Buffer.from('é <b>'), 'text/plain'), 'text/xml');
    for (const accept of ['text/html', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8']) {
      const res = await get(id, accept);
      expect([res.status, res.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(Number(res.headers['content-length'])).toBe((res.body as Buffer).length);
      expect((res.body as Buffer).toString()).toContain('<pre>é &lt;b&gt;</pre>');
      expect(res.headers['content-disposition']).toBe(`inline; filename="${id}.html"`);
      expect(res.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-.*sandbox$/);
      expect(res.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store, private' });
      const again = await get(id, accept).set('If-None-Match', res.headers['etag'] as string);
      expect(again.status).toBe(304);
      const part = await get(id, accept).set('Range', 'bytes=0-14');
      expect([part.status, (part.body as Buffer).toString()]).toEqual([206, '<!DOCTYPE html>']);
    }
    const pdf = await get(await document(cda(Buffer.from('%PDF')), 'text/xml'), 'text/html');
    expect((pdf.body as Buffer).toString()).toMatch(
      /<a href="[^"]*\/fhir\/Binary\/[^"?]*\?_format=application%2Fpdf">/,
    );
    const notOne = await get(await document(Buffer.from('<a/>'), 'text/xml'), 'text/html');
    expect(notOne.status).toBe(406);
    const raw = await get(await document(Buffer.from('<script>'), 'text/html'), 'text/html');
    expect(raw.headers['content-disposition']).toMatch(/^attachment;/);
    expect(raw.headers['content-security-policy']).toContain('sandbox');
  });

  it('sends what a CDA wraps, by Accept', async () => {
    const pdf = randomBytes(150_000);
    const xml = cda(pdf);
    const id = await document(xml, 'text/xml');
    for (const accept of [
      'application/pdf',
      'application/pdf, text/xml;q=0.5',
      'application/*;q=0.9, text/xml;q=0.1',
    ]) {
      const res = await get(id, accept);
      expect([res.status, res.headers['content-type'], res.headers['content-length']], accept).toEqual([
        200,
        'application/pdf',
        '150000',
      ]);
      expect((res.body as Buffer).equals(pdf)).toBe(true);
      expect(res.headers['content-disposition']).toContain('.pdf"');
    }
    for (const accept of [
      undefined,
      '*/*',
      'text/xml',
      'application/xml',
      'text/xml, application/pdf;q=0.5',
      'application/pdf, text/xml',
    ]) {
      const res = await get(id, accept);
      expect(res.headers['content-type'], accept).toBe('text/xml');
      expect((res.body as Buffer).equals(xml)).toBe(true);
    }
  });

  it('is 406 with the list of what there is, before the DMP is asked when that can be known', async () => {
    const plain = await get(await document(Buffer.from('x'), 'text/plain'), 'image/png');
    expect(plain.status).toBe(406);
    expect(outcome(plain).issue[0]!.details!.text).toContain('text/plain, application/fhir+json');
    expect(bench.dmp.calls).toEqual([]);
    const wrapped = await get(await document(cda(Buffer.from('x')), 'text/xml'), 'image/png');
    expect(wrapped.status).toBe(406);
    expect(outcome(wrapped).issue[0]!.details!.text).toContain('text/xml, application/pdf, application/fhir+json');
    const structured = await get(
      await document(
        Buffer.from(
          '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody/></component></ClinicalDocument>',
        ),
        'text/xml',
      ),
      'application/pdf',
    );
    expect(structured.status).toBe(406);
  });

  it('answers HEAD and If-None-Match without a body', async () => {
    const bytes = randomBytes(1000);
    const id = await document(bytes, 'application/pdf');
    const head = await bench.any('head', `/fhir/Binary/${id}`);
    expect([head.status, head.headers['content-length'], head.headers['content-type']]).toEqual([
      200,
      '1000',
      'application/pdf',
    ]);
    const same = await bench.get(`/fhir/Binary/${id}`).set('If-None-Match', `"x", "${sha1(bytes)}"`);
    expect([same.status, same.headers['etag'], same.headers['content-length']]).toEqual([
      304,
      `"${sha1(bytes)}"`,
      undefined,
    ]);
    expect((await get(id).set('If-None-Match', '"x"')).status).toBe(200);
  });

  it('asks the registry first when it does not know the hash', async () => {
    const id = await document(Buffer.from('abc'), 'text/plain', { hash: null, size: null });
    const res = await get(id);
    expect([res.status, (res.body as Buffer).toString(), bench.dmp.names()]).toEqual([200, 'abc', ['TD3.1a', 'TD3.2']]);
  });
});

describe('what is not verified does not leave', () => {
  const refused = async (id: string, status: number, code: string) => {
    const res = await get(id);
    expect([res.status, outcome(res).issue[0]!.code]).toEqual([status, code]);
    expect(res.headers['content-disposition']).toBeUndefined();
    expect(spooled()).toEqual([]);
  };
  const bytes = Buffer.from('the right bytes');

  it('other bytes, fewer, more', async () => {
    await refused(await document(bytes, 'text/plain', { sent: Buffer.from('the wrong bytes') }), 502, 'exception');
    await refused(await document(bytes, 'text/plain', { sent: bytes.subarray(1) }), 502, 'exception');
    await refused(await document(bytes, 'text/plain', { sent: Buffer.concat([bytes, bytes]) }), 502, 'exception');
    await refused(await document(bytes, 'text/plain', { size: 3 }), 502, 'exception');
  });

  it('a document without any hash in the registry', async () => {
    const id = await document(bytes, 'text/plain', { hash: null });
    bench.dmp.answers['TD3.1a'] = () => answerOf([entry(n, { hash: undefined })]);
    await refused(id, 502, 'exception');
  });

  it('an answer that is cut, refused, empty, about another document, or twice the same', async () => {
    const id = await document(bytes, 'text/plain');
    const answer = bench.dmp.answers['TD3.2']!;
    bench.dmp.answers['TD3.2'] = async (input: RetrieveInput) => {
      await input.sink(
        { ...input.documents[0]!, mimeType: 'text/plain' },
        (async function* () {
          yield bytes.subarray(0, 3);
          throw new DmpError('truncated', 'part', 'TD3.2');
        })(),
      );
    };
    await refused(id, 502, 'exception');
    bench.dmp.answers['TD3.2'] = () => ({
      status: 'Failure',
      errors: [{ code: 'XDSDocumentUniqueIdError', severity: 'Error' }],
    });
    await refused(id, 404, 'not-found');
    bench.dmp.answers['TD3.2'] = () => ({ status: 'Success', errors: [] });
    await refused(id, 502, 'exception');
    bench.dmp.answers['TD3.2'] = async (input: RetrieveInput) => {
      await input.sink({ uniqueId: '1.2.3', repositoryUniqueId: '1', mimeType: 'text/plain' }, chunked(bytes));
    };
    await refused(id, 502, 'exception');
    bench.dmp.answers['TD3.2'] = async (input: never) => {
      await answer(input, {} as never);
      return answer(input, {} as never);
    };
    await refused(id, 502, 'exception');
    bench.dmp.answers['TD3.2'] = async (input: never) => {
      await answer(input, {} as never);
      return { status: 'PartialSuccess', errors: [{ code: 'XDSRepositoryError', severity: 'Error' }] };
    };
    await refused(id, 502, 'exception');
  });

  it('an unknown id: 404, and no call', async () => {
    await refused('nobody', 404, 'not-found');
    await refused(entry(1).uniqueId, 404, 'not-found');
    expect(bench.dmp.calls).toEqual([]);
  });

  it('a CDA whose wrapping is broken', async () => {
    const broken = Buffer.from(cda(Buffer.from('abcdef')).toString().replace('YWJjZGVm', 'YW#jZGVm'));
    const id = await document(broken, 'text/xml');
    const res = await get(id, 'application/pdf');
    expect(res.status).toBeGreaterThanOrEqual(400);
    expect((await get(id)).status).toBe(200);
  });
});

describe('a client that leaves', () => {
  it('while the DMP sends: the call is called off and nothing stays', async () => {
    const id = await document(Buffer.alloc(1000), 'text/plain');
    const seen = { aborted: false };
    let began: () => void;
    const started = new Promise<void>((resolve) => (began = resolve));
    bench.dmp.answers['TD3.2'] = async (input: RetrieveInput, { signal }: CallContext) => {
      await input.sink(
        { ...input.documents[0]!, mimeType: 'text/plain' },
        (async function* () {
          yield Buffer.alloc(10);
          began();
          await new Promise((resolve) => signal!.addEventListener('abort', resolve));
          seen.aborted = true;
          throw signal!.reason;
        })(),
      );
    };
    const client = http.get(`${bench.origin}/fhir/Binary/${id}`, { headers: { authorization: 'Bearer all' } });
    client.on('error', () => undefined);
    await started;
    client.destroy();
    for (let i = 0; i < 100 && !seen.aborted; i++) await wait(20);
    expect(seen.aborted).toBe(true);
    await emptied();
    expect(bench.log()).not.toContain('unforeseen');
  });

  it('while it receives: nothing stays', async () => {
    const id = await document(randomBytes(20_000_000), 'application/pdf');
    await new Promise<void>((resolve) => {
      const client = http.get(
        `${bench.origin}/fhir/Binary/${id}`,
        { headers: { authorization: 'Bearer all' } },
        (res) => {
          res.once('data', () => client.destroy());
          res.on('error', () => undefined);
          res.on('close', () => resolve());
        },
      );
      client.on('error', () => undefined);
    });
    await emptied();
    expect(bench.log()).not.toContain('unforeseen');
  });
});

describe('memory', () => {
  it('does not grow with the document', async () => {
    const size = 96 * 1024 * 1024;
    const block = randomBytes(64 * 1024);
    const hash = createHash('sha1');
    for (let at = 0; at < size; at += block.length) hash.update(block);
    const id = await document(Buffer.alloc(0), 'application/pdf', { hash: hash.digest('hex'), size });
    bench.dmp.answers['TD3.2'] = async (input: RetrieveInput) => {
      const body = (async function* () {
        for (let at = 0; at < size; at += block.length) yield await Promise.resolve(block);
      })();
      await input.sink({ ...firstOf(input), mimeType: 'application/pdf' }, body);
      return { status: 'Success', errors: [] };
    };
    for (const accept of ['*/*', 'application/fhir+json']) {
      let peak = 0;
      const measure = (): void => {
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        peak = Math.max(peak, heapUsed + arrayBuffers);
      };
      measure();
      const before = peak;
      const timer = setInterval(measure, 5);
      let received = 0;
      await new Promise<void>((resolve, reject) => {
        http
          .get(`${bench.origin}/fhir/Binary/${id}`, { headers: { authorization: 'Bearer all', accept } }, (res) => {
            res.on('data', (chunk: Buffer) => {
              received += chunk.length;
              measure();
            });
            res.on('end', resolve);
          })
          .on('error', reject);
      });
      clearInterval(timer);
      expect(received, accept).toBeGreaterThanOrEqual(size);
      expect(peak - before, accept).toBeLessThan(64 * 1024 * 1024);
    }
  });
});
