import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalMedia, declaresPdfA1, isEmpty, sniff } from '../../mappings/media.ts';
import { describeShared } from '../support/shared.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p, 'latin1') : Buffer.from(p))));
const pdf = (body: string): Uint8Array => bytes('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', body, '\nstartxref\n9\n%%EOF\n');
const xmp = (inner: string): string => `<x:xmpmeta><rdf:RDF><rdf:Description ${inner}</rdf:RDF></x:xmpmeta>`;

describe('sniffing', () => {
  it.each<[string, Uint8Array, string | undefined]>([
    ['a PDF', pdf('1 0 obj'), 'application/pdf'],
    ['a PDF that was cut', bytes('%PDF-1.4\n1 0 obj<<'), undefined],
    ['a JPEG', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF', [0, 1, 2, 0xff, 0xd9]), 'image/jpeg'],
    ['a JPEG that was cut', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF'), undefined],
    ['a TIFF, little-endian', bytes([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 'image/tiff'],
    ['a TIFF, big-endian', bytes([0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]), 'image/tiff'],
    ['a TIFF whose directory is outside', bytes([0x49, 0x49, 0x2a, 0, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), undefined],
    ['an RTF', bytes('{\\rtf1\\ansi bonjour}\r\n'), 'text/rtf'],
    ['an RTF that was cut', bytes('{\\rtf1\\ansi bonjour'), undefined],
    ['a text', Buffer.from('Compte rendu : rien à signaler\n'), 'text/plain'],
    ['a text in Latin-1', bytes('Compte rendu : rien \xe0 signaler'), undefined],
    ['a text that talks of PDF', Buffer.from('%PDF, dit-il'), 'text/plain'],
    ['a text with a zero byte', bytes('abc\0def'), undefined],
    ['XML', Buffer.from('<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>'), 'text/xml'],
    ['XML after a byte order mark', Buffer.from('\ufeff<c:ClinicalDocument xmlns:c="urn:hl7-org:v3"/>'), 'text/xml'],
    ['HTML', Buffer.from('<!DOCTYPE html><html></html>'), 'text/plain'],
    ['a text that begins with <', Buffer.from('< 3 g/L'), 'text/plain'],
    ['a PNG', bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), undefined],
    ['a ZIP', bytes('PK\x03\x04'), undefined],
    ['nothing', new Uint8Array(0), undefined],
    ['blanks', bytes('\r\n \t'), undefined],
  ])('%s', (_, content, expected) => {
    expect(sniff(content)).toBe(expected);
  });

  it('looks at a part of a larger buffer', () => {
    const all = Buffer.concat([Buffer.from('xxxx'), pdf('1 0 obj'), Buffer.from('yyyy')]);
    expect(sniff(all.subarray(4, all.length - 4))).toBe('application/pdf');
  });

  it('a UTF-8 character across two looks is still UTF-8', () => {
    expect(sniff(Buffer.from('a'.repeat(65_535) + 'é'))).toBe('text/plain');
    expect(sniff(Buffer.concat([Buffer.from('a'.repeat(65_535)), Buffer.from([0xc3])]))).toBeUndefined();
  });

  it('emptiness', () => {
    expect(isEmpty(Buffer.from('\ufeff \n'))).toBe(true);
    expect(isEmpty(Buffer.from(' a'))).toBe(false);
  });

  it('names of types', () => {
    expect(canonicalMedia('Application/RTF; charset=utf-8')).toBe('text/rtf');
    expect(canonicalMedia('application/xml')).toBe('text/xml');
    expect(canonicalMedia('image/png')).toBeUndefined();
    expect(canonicalMedia('')).toBeUndefined();
  });
});

describe('PDF/A-1 declaration', () => {
  it.each<[string, string, boolean]>([
    [
      'elements',
      xmp('><pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>'),
      true,
    ],
    ['attributes', xmp('pdfaid:part="1" pdfaid:conformance="A"/>'), true],
    ['other order and quotes', xmp("pdfaid:conformance = 'B'\n pdfaid:part = '1'/>"), true],
    ['PDF/A-2', xmp('pdfaid:part="2" pdfaid:conformance="B"/>'), false],
    ['conformance U', xmp('pdfaid:part="1" pdfaid:conformance="U"/>'), false],
    ['no conformance', xmp('pdfaid:part="1"/>'), false],
    ['part 10', xmp('pdfaid:part="10" pdfaid:conformance="B"/>'), false],
    ['none', '', false],
  ])('%s', (_, metadata, expected) => {
    expect(declaresPdfA1(pdf(`${' '.repeat(9000)}${metadata}${' '.repeat(9000)}`))).toBe(expected);
  });

  it('is found wherever it stands in a large file, quickly', () => {
    const large = Buffer.concat([
      Buffer.alloc(20_000_000, 0x70),
      Buffer.from(xmp('pdfaid:part="1" pdfaid:conformance="B"/>')),
    ]);
    const started = performance.now();
    expect(declaresPdfA1(large)).toBe(true);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each([
    ['names alone', 'pdfaid:part'.repeat(400_000)],
    ['blanks after them', `pdfaid:part>${' '.repeat(2000)}`.repeat(2000)],
    ['blanks in quotes', `pdfaid:part="${' '.repeat(2000)}`.repeat(2000)],
    ['the other name', `pdfaid:part=1 pdfaid:conformance>${'\n'.repeat(4000)}`.repeat(1000)],
  ])('a file made to be slow is read quickly: %s', (_, body) => {
    const started = performance.now();
    expect(declaresPdfA1(pdf(body))).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describeShared('documents of the corpora', (dir) => {
  it('the golden parts are what they are, and do not declare PDF/A-1', () => {
    const letter = readFileSync(path.join(dir, 'wire/parts/lettre-v1.pdf'));
    expect(sniff(letter)).toBe('application/pdf');
    expect(declaresPdfA1(letter)).toBe(false);
    expect(sniff(readFileSync(path.join(dir, 'wire/parts/td2-1-01-cda-n1.xml')))).toBe('text/xml');
    expect(sniff(readFileSync(path.join(dir, 'wire/parts/td2-1-02-cda-n1-v2.xml')))).toBe('text/xml');
  });
});
