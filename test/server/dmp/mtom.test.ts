import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseMultipart } from '@remix-run/multipart-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContentType } from '../../../server/dmp/mtom/content-type.ts';
import { decodeMultipart, MultipartError, normalizeCid } from '../../../server/dmp/mtom/decode.ts';
import { cidUrl, encodeMultipart } from '../../../server/dmp/mtom/encode.ts';
import { describeShared } from '../../support/shared.ts';
import { inChunks, readGolden } from './http-file.ts';

interface Part {
  headers: Record<string, string>;
  body: Buffer;
}

async function decode(
  bytes: Uint8Array,
  boundary: string,
  size = 65_536,
  limits?: { parts: number; headers: number },
): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of decodeMultipart(inChunks(bytes, size), boundary, limits)) {
    const body: Uint8Array[] = [];
    for await (const chunk of part.body) body.push(chunk);
    parts.push({ headers: Object.fromEntries(part.headers), body: Buffer.concat(body) });
  }
  return parts;
}

const oracle = (bytes: Buffer, boundary: string): Part[] =>
  [...parseMultipart(bytes, { boundary, maxFileSize: 1e8 })].map((p) => ({
    headers: { ...p.headers } as unknown as Record<string, string>,
    body: Buffer.from(p.bytes),
  }));

const all = async (chunks: Iterable<Uint8Array>): Promise<Buffer> => Buffer.concat([...chunks]);

describe('multipart/related', () => {
  const bin = Buffer.concat([
    Buffer.from('\r\n--uuid:nope\r\n\r'),
    randomBytes(3000),
    Buffer.from('\r\n\r\n--\r\n--uuid:'),
  ]);
  const message = encodeMultipart(
    '<é/>',
    [
      { cid: 'urn:uuid:1', contentType: 'text/xml', body: bin },
      { cid: 'b@x', contentType: 'application/dicom', body: Buffer.alloc(0) },
    ],
    'urn:action',
    '2b6e',
  );

  it('is encoded with its own length, the envelope first, and read by another implementation', async () => {
    const bytes = await all(message.chunks());
    expect(bytes.length).toBe(message.contentLength);
    const { parameters } = parseContentType(message.contentType)!;
    expect(Object.fromEntries(parameters)).toMatchObject({
      type: 'application/xop+xml',
      'start-info': 'application/soap+xml',
      action: 'urn:action',
    });
    const parts = oracle(bytes, parameters.get('boundary')!);
    expect(parts[0]!.headers['content-id']).toBe(parameters.get('start'));
    expect(parts.map((p) => p.body)).toEqual([Buffer.from('<é/>'), bin, Buffer.alloc(0)]);
  });

  it('hands its parts on without copying them, as often as asked', () => {
    expect([...message.chunks()]).toContain(bin);
    expect([...message.chunks()]).toEqual([...message.chunks()]);
  });

  it('is decoded whatever the chunks', async () => {
    const bytes = await all(message.chunks());
    const expected = await decode(bytes, 'uuid:2b6e');
    expect(expected.map((p) => p.body)).toEqual([Buffer.from('<é/>'), bin, Buffer.alloc(0)]);
    for (const size of [1, 2, 3, 5, 7, 11, 13, 16, 17, 31, 64, 100, 1000, 2999])
      expect(await decode(bytes, 'uuid:2b6e', size)).toEqual(expected);
  });

  it('is decoded as by another implementation, whatever it holds', async () => {
    const piece = fc.constantFrom('\r\n', '--', 'b', '\r', '\n', 'é', '--b', '\r\n--', '\r\n-', 'x', ' ');
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(piece, { maxLength: 12 }).map((p) => p.join('')),
          { minLength: 1, maxLength: 4 },
        ),
        fc.integer({ min: 1, max: 40 }),
        async (bodies, size) => {
          const clean = bodies.map((b) => b.replaceAll('--b', '--c').replace(/^--b/, ''));
          const bytes = Buffer.from(
            `${clean.map((b, i) => `--b\r\nContent-ID: <${i}>\r\n\r\n${b}\r\n`).join('')}--b--`,
          );
          expect(await decode(bytes, 'b', size)).toEqual(oracle(bytes, 'b'));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads parts without headers, white space after a boundary, folded headers, a preamble and an epilogue', async () => {
    const bytes = Buffer.from(
      'preamble\r\n--b \t\r\n\r\none\r\n--b\r\nContent-Type: text/xml;\r\n  charset=utf-8\r\nX: 1\r\n\r\n\r\n--b--\r\nepilogue',
    );
    expect(await decode(bytes, 'b', 1)).toEqual([
      { headers: {}, body: Buffer.from('one') },
      { headers: { 'content-type': 'text/xml; charset=utf-8', x: '1' }, body: Buffer.alloc(0) },
    ]);
  });

  it('skips what a reader leaves', async () => {
    const bytes = await all(message.chunks());
    const seen: (string | undefined)[] = [];
    for await (const part of decodeMultipart(inChunks(bytes, 64), 'uuid:2b6e')) {
      for await (const chunk of part.body) if (chunk.length > 0) break;
      seen.push(part.headers.get('content-id'));
    }
    expect(seen).toEqual(['<root.2b6e@dmp-fhir.invalid>', '<urn:uuid:1>', '<b@x>']);
  });

  it('does not hold a part in memory', async () => {
    const size = 64 * 1024 * 1024;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('--b\r\n\r\n');
      for (let i = 0; i < size / 65_536; i++) yield Buffer.alloc(65_536, i);
      yield Buffer.from('\r\n--b--');
    }
    let largest = 0;
    let total = 0;
    for await (const part of decodeMultipart(source(), 'b')) {
      for await (const chunk of part.body) {
        largest = Math.max(largest, chunk.length);
        total += chunk.length;
      }
    }
    expect(total).toBe(size);
    expect(largest).toBeLessThan(3 * 65_536);
  });

  it('says that it is cut, wherever the cut is', async () => {
    const bytes = await all(message.chunks());
    for (let at = 0; at < bytes.length - 4; at += at < 600 || at > bytes.length - 200 ? 1 : 97) {
      await expect(decode(bytes.subarray(0, at), 'uuid:2b6e', 50)).rejects.toMatchObject({ reason: 'truncated' });
    }
  });

  it.each([
    ['no boundary', 'x'.repeat(20_000), 'malformed'],
    ['text after a boundary', '--b\r\n\r\na\r\n--bc\r\n\r\n\r\n--b--', 'malformed'],
    ['a header without a name', '--b\r\n: x\r\n\r\n\r\n--b--', 'malformed'],
    ['large headers', `--b\r\nX: ${'y'.repeat(20_000)}\r\n\r\n\r\n--b--`, 'too-large'],
    ['many parts', `${'--b\r\n\r\n\r\n'.repeat(300)}--b--`, 'too-large'],
    ['an endless boundary line', `--b${' '.repeat(5000)}`, 'malformed'],
  ])('refuses %s', async (_, text, reason) => {
    const error = await decode(Buffer.from(text), 'b', 100).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MultipartError);
    expect(error).toMatchObject({ reason });
  });

  it('holds cid forms equal', () => {
    expect(normalizeCid('cid:a-2@urn%3Aihe%3Aiti')).toBe(normalizeCid('<a-2@urn:ihe:iti>'));
    expect(normalizeCid('<a-2@urn%3Aihe%3Aiti>')).toBe('a-2@urn:ihe:iti');
    expect(normalizeCid('<100%>')).toBe('100%');
    expect(cidUrl('urn:uuid:1@x')).toBe('cid:urn%3Auuid%3A1@x');
  });
});

describe('Content-Type', () => {
  it.each([
    ['application/soap+xml;charset=utf-8', 'application/soap+xml', { charset: 'utf-8' }],
    [
      'Multipart/Related; Boundary="a; b=\\"c"; type=text/xml ;',
      'multipart/related',
      { boundary: 'a; b="c', type: 'text/xml' },
    ],
    ['text/html', 'text/html', {}],
  ])('reads %s', (value, type, parameters) => {
    const read = parseContentType(value)!;
    expect([read.type, Object.fromEntries(read.parameters)]).toEqual([type, parameters]);
  });

  it.each([undefined, '', 'xml', 'a/b; c', 'a/b; c="d'])('refuses %s', (value) => {
    expect(parseContentType(value)).toBeUndefined();
  });
});

describeShared('golden multipart messages', (dir) => {
  const files = readdirSync(path.join(dir, 'wire/messages'), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.http') && !f.includes('503'))
    .map((f) => `messages/${f}`);

  it.each(files)('%s, in chunks of any size, as another implementation reads it', async (file) => {
    const { contentType, body } = readGolden(dir, file);
    const boundary = parseContentType(contentType)!.parameters.get('boundary')!;
    const expected = oracle(body, boundary);
    expect(expected.length).toBeGreaterThan(0);
    for (const size of [1, 2, 3, 7, 64, 1000, 65_536]) expect(await decode(body, boundary, size)).toEqual(expected);
  });
});
