/** The fast reader against saxes: what it reads is what saxes reads; what it cannot read it leaves alone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlain } from '../../mappings/xml/plain.ts';
import { defaultLimits, parseXml, XmlTreeReader, type XmlNode } from '../../mappings/xml/tree.ts';
import { describeShared } from '../support/shared.ts';

function bySaxes(text: string): XmlNode {
  const reader = new XmlTreeReader(defaultLimits);
  reader.write(text);
  return reader.end();
}

/** The trees as plain objects: the readers differ in prototypes and in nothing else. */
const plain = (node: XmlNode): unknown => ({ ...node, attrs: { ...node.attrs }, children: node.children.map(plain) });

/** Whether the fast reader read it; then saxes must have read the same. */
function agrees(text: string): boolean {
  const fast = readPlain(Buffer.from(text), defaultLimits);
  if (fast) expect(plain(fast)).toEqual(plain(bySaxes(text)));
  return fast !== undefined;
}

describe('plain XML is read', () => {
  it.each([
    ['an empty element', '<a/>'],
    ['a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<a></a>\n'],
    ['prefixes', '<x:a xmlns:x="urn:x" x:b="1" b="2"><x:c/><d xmlns="urn:d" b="3"><e/></d><d/></x:a>'],
    ['a prefix declared anew', '<x:a xmlns:x="urn:1"><x:b xmlns:x="urn:2" x:c=""/><x:b x:c=""/></x:a>'],
    ['a default namespace taken back', '<a xmlns="urn:1"><b xmlns=""><c/></b><c/></a>'],
    ['xml:lang', '<a xml:lang="fr" xml:space="preserve"/>'],
    ['entities', '<a b="&lt;&gt;&amp;&quot;&apos;&#10;&#xe9;">&lt;&#13;&#x9;é&amp;amp;</a>'],
    ['white space in tags', '<a\n b="1"\t c="2" ><d \n/></a>'],
    ['text around elements', '<a>1<b>2</b>3\n<c/> ]]4></a>'],
    ['names of all kinds', '<_a.b-c1 _d.e-f2="1"/>'],
  ])('%s', (_, text) => {
    expect(agrees(text)).toBe(true);
  });
});

describe('what is not plain is left to saxes', () => {
  it.each([
    ['a comment', '<a><!-- --></a>'],
    ['CDATA', '<a><![CDATA[<]]></a>'],
    ['a processing instruction', '<a><?b?></a>'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['an entity of its own', '<a>&b;</a>'],
    ['a bare ampersand', '<a>&</a>'],
    ['a character that XML has not', '<a>\u0001</a>'],
    ['a reference to one', '<a>&#1;</a>'],
    ['a reference beyond the BMP', '<a>&#x1F600;</a>'],
    ['a surrogate that was lost on the way', '<a>\ud800</a>'],
    ['letters from U+D000 on', '<a>한</a>'],
    ['a character beyond the BMP', '<a>😀</a>'],
    ['U+FFFF', '<a>\uffff</a>'],
    ['CR', '<a>\r\n</a>'],
    ['white space in a value', '<a b="1\n2"/>'],
    ['single quotes', "<a b='1'/>"],
    ['an undeclared prefix', '<x:a/>'],
    ['an undeclared prefix of an attribute', '<a x:b=""/>'],
    ['a prefix out of scope', '<a><b xmlns:x="urn:x"/><x:c/></a>'],
    ['a prefix taken back', '<a xmlns:x="urn:x"><b xmlns:x=""/></a>'],
    ['xml declared', '<a xmlns:xml="urn:x"/>'],
    ['xmlns as element', '<xmlns:a/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute twice by two prefixes', '<a xmlns:x="urn:x" xmlns:y="urn:x" x:b="1" y:b="2"/>'],
    ['a declaration twice', '<a xmlns:x="urn:x" xmlns:x="urn:y"/>'],
    ['no white space between attributes', '<a b="1"c="2"/>'],
    ['a value without quotes', '<a b=1/>'],
    ['an attribute without value', '<a b/>'],
    ['< in a value', '<a b="<"/>'],
    [']]> in text', '<a>]]></a>'],
    ['another end tag', '<a></b>'],
    ['a longer end tag', '<a></ab>'],
    ['no end tag', '<a><b></a>'],
    ['two roots', '<a/><b/>'],
    ['text after the root', '<a/>b'],
    ['text before the root', 'b<a/>'],
    ['nothing', ''],
    ['half a tag', '<a'],
    ['two colons', '<a:b:c xmlns:a="urn:a"/>'],
    ['a digit in front', '<1a/>'],
    ['a digit after the colon', '<a:1 xmlns:a="urn:a"/>'],
    ['a name that objects inherit', '<a constructor="" __proto__="x"/>'],
    ['XML 1.1', '<?xml version="1.1"?><a/>'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
    ['a late declaration', ' <?xml version="1.0"?><a/>'],
  ])('%s', (_, text) => {
    expect(readPlain(Buffer.from(text), defaultLimits)).toBeUndefined();
  });

  it.each([
    ['depth', { depth: 2 }, '<a><b><c/></b></a>'],
    ['nodes', { nodes: 2 }, '<a><b/><b/></a>'],
    ['size', { size: 3 }, '<a/>'],
  ])('more than the limit of %s', (reason, limit, text) => {
    const limits = { ...defaultLimits, ...limit };
    expect(readPlain(Buffer.from(text), limits)).toBeUndefined();
    expect(() => parseXml(text, limits)).toThrow(reason);
  });
});

it('reads letters of one, two and three octets', () => {
  const text = '<a>aé’<b c="œ€ÿ&#233;"/>ا</a>';
  expect(agrees(text)).toBe(true);
  expect(parseXml(text).text).toBe('aé’ا');
});

it('refuses a lone surrogate', () => {
  expect(() => parseXml('<a>\ud800</a>')).toThrow('syntax');
});

it('reads bytes with a byte order mark, and no other encoding', () => {
  expect(parseXml(Buffer.from('\ufeff<a>é</a>')).text).toBe('é');
  expect(() => parseXml(Buffer.from('<a>é</a>', 'latin1'))).toThrow('encoding');
});

describe('whatever it reads is what saxes reads', () => {
  const piece = fc.constantFrom(
    ...[
      '<a>',
      '</a>',
      '<a/>',
      '<x:b xmlns:x="urn:x">',
      '</x:b>',
      '<x:b/>',
      ' x:c="1"',
      ' d="&amp;"',
      '"',
      "'",
      '>',
      '<',
    ],
    ...[
      '/',
      '&lt;',
      '&',
      ';',
      '#',
      'é',
      ' ',
      '\n',
      '\r',
      ']]>',
      '<!--',
      '-->',
      '<![CDATA[',
      'xmlns',
      ':',
      '=',
      '\u0000',
    ],
  );
  it('of pieces in any order', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const text of [pieces.join(''), `<a>${pieces.join('')}</a>`, `<a${pieces.join('')}></a>`]) {
          const fast = readPlain(Buffer.from(text), defaultLimits);
          if (fast) expect(plain(fast)).toEqual(plain(bySaxes(text)));
        }
      }),
      { numRuns: 3000 },
    );
  });
});

it('leaves a text that declares thousands of prefixes to saxes, at once', () => {
  const declarations = Array.from({ length: 20_000 }, (_, i) => `xmlns:a${i}="u"`).join(' ');
  const started = performance.now();
  agrees(`<a ${declarations}/>`);
  expect(performance.now() - started).toBeLessThan(1000);
});

describeShared('golden messages', (shared) => {
  const dir = path.join(shared, 'wire/messages');
  const files = existsSync(dir)
    ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.xml'))
    : [];

  it('are read as saxes reads them, most of them by the fast reader', () => {
    const fast = files.filter((f) => agrees(readFileSync(path.join(dir, f), 'utf8')));
    expect(fast.length).toBeGreaterThan(files.length / 2);
  });

  it('with any character changed are read as saxes reads them, or left to it', () => {
    const texts = files.map((f) => readFileSync(path.join(dir, f), 'utf8').slice(0, 20_000));
    const character = fc.constantFrom(...'<>&"\'/:=; \r\n]!?-xa\u0001\ud800é'.split(''), '');
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(19_999), character, (text, at, c) => {
        const changed = text.slice(0, at) + c + text.slice(at + 1);
        agrees(changed);
      }),
      { numRuns: 400 },
    );
  });
});
