/** The document inside a CDA N1, byte for byte, in bounded memory, however the XML is written. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractEmbedded } from '../../../mappings/cda/embedded.ts';
import { sniff } from '../../../mappings/media.ts';
import { at, child, parseXml } from '../../../mappings/xml/tree.ts';
import { describeShared } from '../../support/shared.ts';
import { chunked, collect } from './support.ts';

const wrap = (text: string, prefix = ''): Buffer =>
  Buffer.from(
    `<?xml version="1.0"?><!-- <nonXMLBody><text>bm8=</text></nonXMLBody> --><${prefix}ClinicalDocument xmlns${prefix ? `:${prefix.slice(0, -1)}` : ''}="urn:hl7-org:v3">` +
      `<${prefix}title><![CDATA[<nonXMLBody><text>]]></${prefix}title><${prefix}component><${prefix}nonXMLBody>${text}</${prefix}nonXMLBody></${prefix}component></${prefix}ClinicalDocument>`,
  );
const content = Buffer.from('Un texte, un peu long pour être coupé.');
const b64 = content.toString('base64');
const read = async (cda: Uint8Array, size: number): Promise<{ mediaType?: string; bytes: Buffer }> => {
  const found = await extractEmbedded(chunked(cda, size));
  return { mediaType: found?.mediaType, bytes: await collect(found?.body) };
};

describe('whatever the XML looks like', () => {
  const forms: Record<string, Buffer> = {
    'one line': wrap(`<text mediaType="text/plain" representation="B64">${b64}</text>`),
    'a prefix': wrap(`<h:text mediaType="text/plain" representation="B64">${b64}</h:text>`, 'h:'),
    'line ends and blanks': wrap(
      `<text mediaType="text/plain" representation="B64">\r\n\t${b64.replace(/(.{7})/g, '$1\r\n ')}\r\n</text >`,
    ),
    'character references for line ends': wrap(
      `<text mediaType="text/plain" representation="B64">${b64.replace(/(.{8})/g, '$1&#13;&#xA;')}</text>`,
    ),
    CDATA: wrap(
      `<text mediaType="text/plain" representation="B64"><![CDATA[${b64.slice(0, 10)}]]>${b64.slice(10, 20)}<![CDATA[${b64.slice(20)}]]></text>`,
    ),
    'a comment and an instruction inside': wrap(
      `<text mediaType="text/plain" representation="B64">${b64.slice(0, 9)}<!-- c --->${b64.slice(9, 12)}<?p x?>${b64.slice(12)}</text>`.replace(
        '--->',
        '-->',
      ),
    ),
    'attributes turned round, odd quotes': wrap(
      `<text\n representation='B64'\n  mediaType = 'text/plain' >${b64}</text>`,
    ),
    'a > in an attribute': wrap(`<text language="a>b" mediaType="text/plain" representation="B64">${b64}</text>`),
    'characters instead of base64': wrap(`<text mediaType="text/plain">${content.toString('utf8')}</text>`),
    'no padding': wrap(`<text mediaType="text/plain" representation="B64">${b64.replace(/=+$/, '')}</text>`),
    'line ends and astral characters before the body': Buffer.from(
      wrap(`<text mediaType="text/plain" representation="B64">${b64}</text>`)
        .toString()
        .replace('<component>', '\r\n<!-- \u{1F600}\r -->\r<a b="\u{1F600}\u{1F600}"/>\r\n<component>'),
    ),
    'a byte order mark': Buffer.concat([
      Buffer.from('\ufeff'),
      wrap(`<text mediaType="text/plain" representation="B64">${b64}</text>`),
    ]),
  };
  for (const [name, cda] of Object.entries(forms))
    it(name, async () => {
      for (const size of [1, 2, 3, 5, 7, 64, 10_000]) {
        const { mediaType, bytes } = await read(cda, size);
        expect(mediaType).toBe('text/plain');
        expect(bytes.toString('utf8'), `chunks of ${size}`).toBe(content.toString('utf8'));
      }
    });

  it('text with markup characters and line ends', async () => {
    const cda = wrap('<text>a &lt; b &amp; c\r\nd<![CDATA[ & <e> ]]>&#233;\u{1F600}</text>');
    for (const size of [1, 2, 3, 4, 9, 1000])
      expect((await read(cda, size)).bytes.toString('utf8')).toBe('a < b & c\nd & <e> é\u{1F600}');
  });
});

it('characters are those that an XML parser gives, however they are written and cut', async () => {
  const run = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((s) =>
      s
        .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '')
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;'),
    ),
    fc.constantFrom('\r\n', '\r', '\n', '&#13;', '&#x10000;', '&quot;', '&apos;', '\u{1F600}'),
    fc.string().map((s) => `<![CDATA[${s.replace(/[^\x20-\x7e\r\n]|\]\]>/g, '')}]]>`),
    fc.string().map((s) => `<!--${s.replace(/[^\x20-\x7e]|-/g, '')}-->`),
    fc.string().map((s) => `<?p ${s.replace(/[^\x20-\x7e]|\?>/g, '')}?>`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(run, { maxLength: 12 }), fc.integer({ min: 1, max: 60 }), async (runs, size) => {
      const cda = wrap(`<text>${runs.join('')}</text>`);
      const expected = at(child(parseXml(cda), 'component'), 'nonXMLBody', 'text')?.text;
      expect((await read(cda, size)).bytes.toString('utf8')).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

describe('what is no N1', () => {
  it.each([
    [
      'an N3',
      '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section><text>x</text></section></component></structuredBody></component></ClinicalDocument>',
    ],
    [
      'another namespace',
      '<ClinicalDocument><component><nonXMLBody><text>x</text></nonXMLBody></component></ClinicalDocument>',
    ],
    ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY e "x">]><ClinicalDocument xmlns="urn:hl7-org:v3"/>'],
    ['no XML', '%PDF-1.4'],
    ['nothing', ''],
    [
      'a compressed body',
      '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><nonXMLBody><text representation="B64" compression="GZ">AAAA</text></nonXMLBody></component></ClinicalDocument>',
    ],
  ])('%s', async (_, xml) => {
    expect(await extractEmbedded(chunked(Buffer.from(xml), 10))).toBeUndefined();
  });

  it.each([
    ['cut short', `<text representation="B64">${b64}`],
    ['no base64', '<text representation="B64">AA*A</text>'],
    ['base64 after its padding', '<text representation="B64">AA==AAAA</text>'],
    ['half a character of base64', '<text representation="B64">AAAAA</text>'],
    ['an element inside', '<text representation="B64"><reference value="https://exemple.invalid"/></text>'],
    ['an unknown entity', '<text>&nbsp;</text>'],
  ])('an error while reading: %s', async (name, text) => {
    const whole = wrap(text).toString();
    const cda = name === 'cut short' ? whole.slice(0, whole.indexOf('</nonXMLBody></component>')) : whole;
    for (const size of [4, 1000]) {
      const found = await extractEmbedded(chunked(Buffer.from(cda), size));
      expect(found).toBeDefined();
      await expect(collect(found?.body)).rejects.toThrow('cda-invalid');
    }
  });

  it('the source is closed when the reader stops early', async () => {
    let closed = false;
    const cda = wrap(`<text representation="B64">${'AAAA'.repeat(10_000)}</text>`);
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield* chunked(cda, 100);
      } finally {
        closed = true;
      }
    }
    const found = await extractEmbedded(source());
    for await (const piece of found?.body ?? []) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(true);
  });
});

it('20 MB in bounded memory', async () => {
  const block = Buffer.alloc(3 * 20_000);
  const blocks = 350;
  for (let i = 0; i < block.length; i++) block[i] = (i * 7 + 13) & 0xff;
  const text = block.toString('base64');
  let peak = 0;
  let ahead = 0;
  let sent = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    const [before, after] = wrap('<text mediaType="application/pdf" representation="B64">@</text>')
      .toString()
      .split('@') as [string, string];
    yield Buffer.from(before);
    for (let i = 0; i < blocks; i++) {
      sent += block.length;
      yield Buffer.from(text);
      await Promise.resolve();
    }
    yield Buffer.from(after);
  }
  const found = await extractEmbedded(source());
  const actual = createHash('sha1');
  let size = 0;
  for await (const piece of found?.body ?? []) {
    actual.update(piece);
    size += piece.length;
    peak = Math.max(peak, piece.length);
    ahead = Math.max(ahead, sent - size);
  }
  const expected = createHash('sha1');
  for (let i = 0; i < blocks; i++) expected.update(block);
  expect(size).toBe(block.length * blocks);
  expect(actual.digest('hex')).toBe(expected.digest('hex'));
  expect(peak).toBeLessThanOrEqual(block.length + 3);
  // Nothing is asked of the source before what it gave has been given on.
  expect(ahead).toBeLessThanOrEqual(block.length);
});

describeShared('N1 documents of the corpora', (dir) => {
  it('each gives the document that its base64 holds; each N3 gives none', async () => {
    const files = [
      ...readdirSync(path.join(dir, 'cda')).map((f) => path.join(dir, 'cda', f)),
      ...readdirSync(path.join(dir, 'wire/parts'))
        .filter((f) => f.includes('cda'))
        .map((f) => path.join(dir, 'wire/parts', f)),
    ];
    let found = 0;
    for (const file of files) {
      const cda = readFileSync(file);
      const text = at(child(parseXml(cda), 'component'), 'nonXMLBody', 'text');
      const { mediaType, bytes } = await read(cda, 4096);
      if (!text) {
        expect(mediaType, file).toBeUndefined();
        continue;
      }
      found++;
      expect(mediaType, file).toBe(text.attrs.mediaType);
      expect(bytes.equals(Buffer.from(text.text, 'base64')), file).toBe(true);
      expect(sniff(bytes), file).toBe(mediaType);
    }
    expect(found).toBeGreaterThanOrEqual(8);
  });

  it('the golden N1 hold the two letters', async () => {
    for (const [cda, pdf] of [
      ['td2-1-01-cda-n1.xml', 'lettre-v1.pdf'],
      ['td2-1-02-cda-n1-v2.xml', 'lettre-v2.pdf'],
    ] as const) {
      const { bytes } = await read(readFileSync(path.join(dir, 'wire/parts', cda)), 100);
      expect(bytes.equals(readFileSync(path.join(dir, 'wire/parts', pdf)))).toBe(true);
    }
  });
});
