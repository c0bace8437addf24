import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { canonicalDigest, canonicalize } from '../../../server/dmp/c14n.ts';
import { describeShared } from '../../support/shared.ts';

const ours = (xml: string | Uint8Array): string => {
  let out = '';
  canonicalize(typeof xml === 'string' ? Buffer.from(xml) : xml, (t) => (out += t));
  return out;
};

/** libxml2's C14N of the same bytes. */
function oracle(bytes: Uint8Array): string {
  using doc = XmlDocument.fromBuffer(bytes);
  return doc.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_1_0, withComments: true });
}

describe('C14N 1.0 with comments', () => {
  it.each([
    [
      'W3C example 3.1',
      '<?xml version="1.0"?>\n\n<?xml-stylesheet   href="doc.xsl"\n   type="text/xsl"   ?>\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->\n',
    ],
    [
      'W3C example 3.2',
      '<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n   </mixed>\n</doc>',
    ],
    [
      'W3C example 3.3, without its DTD',
      '<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = "elem3"   id="elem3"   />\n   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I\'m"\n      xmlns:b="http://www.ietf.org"\n      xmlns:a="http://www.w3.org"\n      xmlns="http://example.org"/>\n   <e6 xmlns="" xmlns:a="http://www.w3.org">\n      <e7 xmlns="http://www.ietf.org">\n         <e8 xmlns="" xmlns:a="http://www.w3.org">\n            <e9 xmlns="" xmlns:a="http://www.ietf.org"/>\n         </e8>\n      </e7>\n   </e6>\n</doc>',
    ],
    [
      'W3C example 3.4, without its DTD',
      '<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   <compute><![CDATA[value>"0" && value<"10" ?"valid":"error"]]></compute>\n   <compute expr=\'value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"\'>valid</compute>\n   <norm attr=\' &apos;   &#x20;&#13;&#xa;&#9;   &apos; \'/>\n   <normId id=\' &apos;   &#x20;&#13;&#xa;&#9;   &apos; \'/>\n</doc>',
    ],
    [
      'CRLF and lone CR in text, attributes and comments',
      '<a b="1\r\n2\r3\n4\t5">x\r\ny\rz<!-- c\r\nd -->\r\n</a>\r\n',
    ],
    [
      'xml:lang, xml:space and a redeclared xml prefix',
      '<a xml:lang="fr" xmlns:xml="http://www.w3.org/XML/1998/namespace"><b xml:space="preserve"/></a>',
    ],
    ['byte order mark', '\ufeff<a/>'],
    ['attributes whose names begin with xmlns', '<a xmlnsx="1" xmlns:x="urn:x" x:b="2"/>'],
    ['the same default namespace again', '<a xmlns="urn:a"><b xmlns="urn:a"><c xmlns=""/></b></a>'],
    [
      'a prefix bound to another namespace and back',
      '<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"><p:c xmlns:p="urn:1"/></p:b></p:a>',
    ],
    ['astral characters in names and text', '<é ü="😀" 𐐀="1" ｚ="2">😀</é>'],
    ['processing instruction inside the root', '<a><?php  echo "a" ;  ?><?x?></a>'],
  ])('is libxml2’s: %s', (_, xml) => {
    expect(ours(xml)).toBe(oracle(Buffer.from(xml)));
  });

  it('is libxml2’s for any small document', () => {
    const name = fc.constantFrom('a', 'b', 'p:a', 'q:b', 'z');
    const text = fc
      .array(
        fc.constantFrom(
          'x',
          'é',
          '😀',
          '\r\n',
          '\r',
          '\n',
          '\t',
          ' ',
          '&amp;',
          '&#13;',
          '&#10;',
          '&lt;',
          '&gt;',
          '"',
          "'",
          '>',
          '<![CDATA[<&]]>',
          '<!-- c\r\n -->',
          '<?pi  d ?>',
        ),
        { maxLength: 6 },
      )
      .map((p) => p.join('').replace(/]]>(?=>)/g, ''));
    const value = fc
      .array(fc.constantFrom('v', 'é', '\r\n', '\n', '\t', ' ', '&amp;', '&#13;', '&#9;', '&lt;', '&quot;', '>', "'"), {
        maxLength: 5,
      })
      .map((p) => p.join(''));
    const declaration = fc.constantFrom(
      'xmlns="urn:1"',
      'xmlns="urn:2"',
      'xmlns=""',
      'xmlns:p="urn:1"',
      'xmlns:p="urn:3"',
      'xmlns:q="urn:2"',
      'xmlns:r="urn:1"',
    );
    const key = (s: string): string => s.split('=')[0]!;
    const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
      content: fc.oneof({ maxDepth: 4 }, text, tie('element')),
      element: fc
        .tuple(
          name,
          fc.uniqueArray(fc.tuple(fc.constantFrom('i', 'j', 'p:i', 'q:i'), value), {
            selector: ([n]) => n,
            maxLength: 4,
          }),
          fc.uniqueArray(declaration, { selector: key, maxLength: 3 }),
          fc.array(tie('content'), { maxLength: 3 }),
          fc.boolean(),
        )
        .map(
          ([n, attrs, ns, content, single]) =>
            `<${n} ${[...ns, ...attrs.map(([k, v]) => (single ? `${k}='${v.replaceAll("'", '')}'` : `${k}="${v}"`))].join(' ')}>${content.join('')}</${n} >`,
        ),
    }));
    fc.assert(
      fc.property(element, text, (root, after) => {
        const misc = (after.match(/<!--[^]*?-->|<\?[^]*?\?>|\s/g) ?? []).join('');
        const xml = Buffer.from(
          `<?xml version="1.0" encoding="UTF-8"?>\n${misc}<w xmlns:p="urn:p" xmlns:q="urn:q">${root}</w>${misc}`,
        );
        let expected: string;
        try {
          expected = oracle(xml);
        } catch {
          return; // two attributes of one expanded name
        }
        expect(ours(xml)).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['a DTD', '<!DOCTYPE a><a/>', 'doctype'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'encoding'],
    ['broken UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e]), 'encoding'],
    ['what is not XML', 'hello', 'syntax'],
    ['a truncated document', '<a><b></b>', 'syntax'],
    ['depth', '<a>'.repeat(300) + '</a>'.repeat(300), 'depth'],
  ])('refuses %s', (_, xml, reason) => {
    expect(() => ours(xml)).toThrow(expect.objectContaining({ reason }));
  });
});

describe('a long stretch of base64', () => {
  const long = 'QUJD+/==\n'.repeat(40_000);
  it.each([
    ['as text', `<a><b x="1">${long}</b><b>${long}</b>${long}</a>`],
    ['as text in namespaces', `<a xmlns="urn:1"><p:b xmlns:p="urn:2"\n>${long}</p:b></a>`],
    ['with a reference', `<a>${long}&lt;${long}</a>`],
    ['with CR', `<a>${long}\r\n${long}</a>`],
    ['with letters of two octets', `<a>${long}é${long}</a>`],
    ['after a comment that ends it', `<a><!-- > -->${long}</a>`],
    ['in a comment', `<a><!-- <b>${long}<c> --></a>`],
    ['in CDATA', `<a><![CDATA[<b>${long}<c>]]></a>`],
    ['in a processing instruction', `<a><?pi <b>${long}<c> ?></a>`],
    ['in an attribute', `<a b=">${long.replaceAll('\n', '')}"/>`],
    ['after an empty element', `<a><b/>${long}<b></b>${long}<!-- -->${long}</a>`],
    ['around the root', `<a>1</a>${' '.repeat(100_000)}<!-- -->${' '.repeat(100_000)}`],
  ])('%s', (_, xml) => {
    expect(ours(xml) === oracle(Buffer.from(xml))).toBe(true);
  });

  it.each([
    ['an end tag that is not its own', `<a>${long}</b>`],
    ['after the root', `<a></a>${long}<b/>`],
    ['a character that XML has not', `<a>${long}\u0001${long}</a>`],
    [']]>', `<a>${long}]]>${long}</a>`],
  ])('with %s is refused', (_, xml) => {
    expect(() => ours(xml)).toThrow('syntax');
  });
});

describeShared('C14N of the corpora', (dir) => {
  const files = [
    ...readdirSync(path.join(dir, 'cda'))
      .filter((f) => f.endsWith('.xml'))
      .map((f) => path.join(dir, 'cda', f)),
    ...readdirSync(path.join(dir, 'wire/parts'))
      .filter((f) => f.endsWith('.xml'))
      .map((f) => path.join(dir, 'wire/parts', f)),
  ];

  it.each(files.map((f) => [path.basename(f), f]))('is libxml2’s: %s', (_, file) => {
    const bytes = readFileSync(file);
    if (/<!DOCTYPE/.test(bytes.toString('latin1', 0, 2000))) return;
    expect(canonicalDigest(bytes, 'sha1')).toBe(createHash('sha1').update(oracle(bytes)).digest('base64'));
  });

  it.each([
    ['td2-1-01-xades.xml', ['td2-1-01-cda-n1.xml', 'td2-1-01-cda-n3.xml']],
    ['td2-1-02-xades.xml', ['td2-1-02-cda-n1-v2.xml']],
  ])('gives the digests that the manifest of %s holds', (xades, documents) => {
    const manifest = readFileSync(path.join(dir, 'wire/parts', xades), 'utf8').match(
      /<(?:ds:)?Manifest[^]*Manifest>/,
    )![0];
    const digests = [...manifest.matchAll(/DigestValue>([^<]+)</g)].map((m) => m[1]);
    expect(digests).toEqual([
      'AA==',
      ...documents.map((d) => canonicalDigest(readFileSync(path.join(dir, 'wire/parts', d)), 'sha1')),
    ]);
  });
});
