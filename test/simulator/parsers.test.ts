/** The simulator's own parsers: MTOM packages, XML, canonical forms, names, the INS key. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalize, children, findOne, hasComments, parseXml, pureText, withXml } from '../../simulator/dom.ts';
import { cidHref, decodeCid, decodeMtom, encodeMtom, mediaType, MtomRefused, partOf } from '../../simulator/mtom.ts';
import { hasRightKey } from '../../simulator/patients/ins.ts';
import { settingRows, readSettings } from '../../simulator/settings.ts';
import { chainOf, readPem } from '../../simulator/vihf/certificate.ts';
import { nameFromText, sameName } from '../../simulator/vihf/names.ts';
import { describeNeeding, describeShared } from '../support/shared.ts';
import { filesIn, readWire } from './support/golden.ts';
import { createTestPki } from './support/pki.ts';

describe('MTOM', () => {
  const type = (more = '') =>
    `multipart/related; type="application/xop+xml"; boundary="b"; start-info="application/soap+xml"${more}`;
  const part = (headers: string, body: string) => `--b\r\n${headers}\r\n\r\n${body}\r\n`;
  const root = part('Content-Type: application/xop+xml\r\nContent-ID: <root>', '<a/>');

  it('gives back any bytes that it wrote', () => {
    const file = fc.record({
      cid: fc.stringMatching(/^[a-z0-9:%@.-]{1,20}$/),
      body: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: (f) => decodeCid(f.cid), maxLength: 5 }), (files) => {
        const { contentType, body } = encodeMtom(
          '<a/>',
          'urn:x',
          files.map((f) => ({ ...f, contentType: 'text/xml' })),
          'id',
        );
        const read = decodeMtom(contentType, body);
        expect(Buffer.from(read.root).toString()).toBe('<a/>');
        for (const { cid, body: bytes } of files)
          expect(Buffer.from(read.parts.get(decodeCid(cid))!.body)).toEqual(Buffer.from(bytes));
      }),
    );
  });
  it('resolves a cid whether its colon is escaped or not', () => {
    const id = 'uuid-2@urn:ihe:iti:xds-b:2007';
    const escaped = 'uuid-2@urn%3Aihe%3Aiti%3Axds-b%3A2007';
    expect(cidHref(id)).toBe(`cid:${escaped}`);
    for (const written of [id, escaped]) {
      const text = root + part(`Content-Type: text/xml\r\nContent-ID: <${written}>`, 'x') + '--b--';
      const { parts } = decodeMtom(type(), Buffer.from(text));
      expect(partOf(parts, `cid:${id}`)?.body).toEqual(Buffer.from('x'));
      expect(partOf(parts, `cid:${escaped}`)?.body).toEqual(Buffer.from('x'));
      expect(partOf(parts, id)).toBeUndefined();
    }
  });
  it.each([
    ['no boundary', 'multipart/related', root],
    ['boundary that never comes', type().replace('"b"', '"c"'), `${root}--b--`],
    ['no closing delimiter', type(), root],
    ['part without headers', type(), `--b\r\n<a/>\r\n--b--`],
    ['root of another type', type(), `${part('Content-Type: text/xml', '<a/>')}--b--`],
    ['start that is no part', type('; start="<other>"'), `${root}--b--`],
    ['attachment without Content-ID', type(), `${root}${part('Content-Type: text/xml', 'x')}--b--`],
    ['same Content-ID twice', type(), `${root}${part('Content-ID: <a>', 'x')}${part('Content-ID: <a>', 'y')}--b--`],
    ['base64 part', type(), `${root}${part('Content-ID: <a>\r\nContent-Transfer-Encoding: base64', 'eA==')}--b--`],
  ])('refuses a package with %s', (_, contentType, body) => {
    expect(() => decodeMtom(contentType, Buffer.from(body))).toThrow(MtomRefused);
  });
  it('reads parameters with semicolons and escapes in quotes', () => {
    expect(mediaType('A/B; x="a;b=\\"c"; Y=z')).toEqual({ type: 'a/b', parameters: { x: 'a;b="c', y: 'z' } });
  });
});

describe('XML', () => {
  it('sees around comments, instructions and CDATA', () => {
    withXml(Buffer.from('<a><!--c--><?p i?><b>x<![CDATA[<y>]]></b><d>x<!--c-->y</d><e/></a>'), (a) => {
      expect(children(a).map((c) => c.name)).toEqual(['b', 'd', 'e']);
      expect(pureText(findOne(a, 'b')!)).toBe('x<y>');
      expect(pureText(findOne(a, 'd')!)).toBeUndefined();
      expect([hasComments(a), hasComments(findOne(a, 'b')!), hasComments(findOne(a, 'd')!)]).toEqual([
        true,
        false,
        true,
      ]);
    });
  });
  it('has limits', () => {
    expect(() => parseXml(Buffer.from('<a/>'), { maxBytes: 3 })).toThrow('larger');
    expect(() => parseXml(Buffer.from('<a><b><c/></b></a>'), { maxDepth: 2 })).toThrow('deeper');
    parseXml(Buffer.from('<a><b><c/></b></a>'), { maxDepth: 3 }).dispose();
  });
  it('takes a declaration as text, never as a declaration', () => {
    withXml(Buffer.from('<a><![CDATA[<!DOCTYPE x>]]></a>'), (a) => expect(a.content).toBe('<!DOCTYPE x>'));
    for (const text of [
      '<!DOCTYPE a><a/>',
      '\ufeff<?xml version="1.0"?>\n<!-- x -->\n<?p?> <!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    ])
      expect(() => parseXml(Buffer.from(text))).toThrow('document type');
  });
});

const missingXmllint = (() => {
  try {
    execFileSync('xmllint', ['--version'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'no xmllint';
  }
})();

describeNeeding('canonical forms', missingXmllint, () => {
  describeShared('agree with xmllint', (dir) => {
    const forms = { '--c14n': 'inclusiveWithComments', '--exc-c14n': 'exclusiveWithComments' } as const;
    for (const file of filesIn(dir, 'parts').filter((f) => f.endsWith('.xml')))
      it(file, () => {
        const folder = mkdtempSync(join(tmpdir(), 'c14n-'));
        try {
          writeFileSync(join(folder, 'a.xml'), readWire(dir, `parts/${file}`));
          for (const [option, algorithm] of Object.entries(forms)) {
            const expected = execFileSync('xmllint', [option, join(folder, 'a.xml')], { maxBuffer: 1e8 }).toString();
            const root = expected.slice(expected.search(/<[A-Za-z]/)).trimEnd();
            withXml(Buffer.from(readWire(dir, `parts/${file}`)), (element) => {
              expect(canonicalize(element, algorithm).toString()).toBe(root);
            });
          }
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
  });
});

describe('names', () => {
  const name = (text: string) => nameFromText(text)!;
  it('a multi-valued RDN is a set, whatever its order and notation', () => {
    const written = name(
      'CN=899700307715+2.5.4.4=#0c09464155434f4e4e4554+2.5.4.42=#0c0742656e6fc3ae74,2.5.4.12=#0c084dc3a9646563696e,C=FR',
    );
    expect(sameName(written, name('GN=Benoît+CN=899700307715+SN=FAUCONNET, title=M\\C3\\A9decin, C=FR'))).toBe(true);
    expect(sameName(written, name('CN=899700307715+SN=FAUCONNET+GN=Benoît,C=FR,T=Médecin'))).toBe(false);
    expect(sameName(written, name('CN=899700307715,SN=FAUCONNET+GN=Benoît,T=Médecin,C=FR'))).toBe(false);
  });
  it('escapes and quotes', () => {
    expect(name('O=A\\, B+OU="c,d",C=FR')).toEqual([
      [{ oid: '2.5.4.6', value: 'FR' }],
      [
        { oid: '2.5.4.10', value: 'A, B' },
        { oid: '2.5.4.11', value: 'c,d' },
      ],
    ]);
  });
  it.each(['', 'x', 'CN=', 'foo=bar', '=a', 'CN=#zz'])('%j is no name', (text) => {
    expect(nameFromText(text)).toBeUndefined();
  });
});

describe('chains', () => {
  it('need every link, an authority that may issue, and a root that is trusted', async () => {
    const pki = await createTestPki();
    const other = await createTestPki();
    const [leaf] = readPem((await pki.structure('1', { use: 'sign' })).cert);
    const trusted = readPem(...pki.ca);
    expect(chainOf(leaf!, trusted)).toHaveLength(3);
    expect(chainOf(leaf!, trusted.slice(1)), 'no root').toBeUndefined();
    expect(chainOf(leaf!, [trusted[0]!, trusted[2]!]), 'no intermediate').toBeUndefined();
    expect(chainOf(leaf!, readPem(...other.ca)), 'same names, other keys').toBeUndefined();
    expect(chainOf(leaf!, [...readPem(...other.ca), ...trusted]), 'both').toHaveLength(3);
  });
});

describe('INS', () => {
  it.each(['236046999012376', '141112A99004563', '213052B99001288', '150027499020861'])('%s has its key', (ins) => {
    expect(hasRightKey(ins)).toBe(true);
  });
  it.each(['150027499020899', '236046999012377', '14111299004563', '141112C99004563', ''])('%s has not', (ins) => {
    expect(hasRightKey(ins)).toBe(false);
  });
});

describe('settings', () => {
  it('every setting can be read from its variable, which is named when it cannot', () => {
    const variables = Object.values(settingRows).map((row) => row.env);
    expect(new Set(variables).size).toBe(variables.length);
    expect(
      readSettings({
        SIMULATOR_PORT: '1234',
        SIMULATOR_VIHF_VERSIONS: '3.0, 4.0',
        SIMULATOR_CLOCK: '2026-10-20T06:30:00Z',
      }),
    ).toMatchObject({
      port: 1234,
      vihfVersions: ['3.0', '4.0'],
      clock: new Date('2026-10-20T06:30:00Z'),
    });
    expect(() => readSettings({ SIMULATOR_PORT: 'a' })).toThrow('SIMULATOR_PORT');
    expect(() => readSettings({ SIMULATOR_VIHF_SHA1: 'oui' })).toThrow('SIMULATOR_VIHF_SHA1');
    expect(() => readSettings({ SIMULATOR_CLOCK: 'hier' })).toThrow('SIMULATOR_CLOCK');
  });
});
