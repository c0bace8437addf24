import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DOMParser, type Element, type Node } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { bodyLimits, CdaBody } from '../../../../server/fhir/render/body.ts';
import { readHead, sectionsPage, wrappedPage } from '../../../../server/fhir/render/cda.ts';
import { pageHead } from '../../../../server/fhir/render/page.ts';
import { describeShared } from '../../../support/shared.ts';

const hl7 = 'urn:hl7-org:v3';

async function* chunked(bytes: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function page(xml: string | Buffer, language: 'fr' | 'en' = 'fr'): Promise<string> {
  const bytes = Buffer.from(xml);
  const head = await readHead(chunked(bytes));
  return (await sectionsPage(head!, chunked(bytes), language)).join('');
}

/** The text of HTML that we wrote: our tags away, our references resolved. */
const textOf = (html: string): string =>
  html
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(lt|gt|quot|amp|#13);/g, (_, n: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[n] ?? ' ')
    .replace(/\s+/g, ' ');

/** Tags that a page may hold, with their attributes. */
const tags = (html: string): string[] =>
  [...html.matchAll(/<([a-zA-Z][^\s/>]*)((?:[^>"]|"[^"]*")*)>/g)].map((m) => m[0]);
const allowed =
  /^<(html lang="[\w-]*"|head|meta charset="utf-8"|meta name="viewport" content="width=device-width"|title|style|body|(h[1-6]|dl|dt|dd|section|p|pre|br|sub|sup|div|span|del|ins|ul|ol|li|caption|table|thead|tbody|tfoot|tr|th|td|colgroup|col|a|img)( (id="cda-[\w.:-]+"|class="[a-z ]+"|colspan="\d+"|rowspan="\d+"|span="\d+"|href="(#cda-[\w.:-]+|https?:\/\/[^"]*|mailto:[^"]*)"|rel="noopener noreferrer nofollow"|alt=""|src="data:image\/(png|jpeg|gif);base64,[A-Za-z0-9+\/=]*"))*)>$/;

function expectHarmless(html: string): void {
  for (const tag of tags(html)) expect(allowed.test(tag), tag.slice(0, 200)).toBe(true);
  // Every `<` begins one of the tags just seen, or closes one.
  expect(html.replace(/^<!DOCTYPE html>/, '').match(/<(?![a-z/])/g) ?? []).toEqual([]);
}

function* descendants(node: Node): Generator<Node> {
  for (let c = node.firstChild; c; c = c.nextSibling) {
    yield c;
    yield* descendants(c);
  }
}

describeShared('the 28 examples of the ANS', (dir) => {
  const folder = path.join(dir, 'cda');
  const files = readdirSync(folder).filter((f) => f.endsWith('.xml'));
  it('are there', () => expect(files.length).toBe(28));

  it.each(files)('%s is shown without loss', async (file) => {
    const bytes = readFileSync(path.join(folder, file));
    const head = await readHead(chunked(bytes));
    expect(head?.header, 'a header').toBeDefined();
    if (head!.body === 'wrapped') return;
    const html = await page(bytes);
    expectHarmless(html);
    const shown = textOf(html);
    const document = new DOMParser().parseFromString(bytes.toString('utf8').replace(/^\ufeff/, ''), 'text/xml');
    const sections = [...document.getElementsByTagNameNS(hl7, 'section')] as Element[];
    expect(sections.length).toBeGreaterThan(0);
    let count = 0;
    for (const section of sections) {
      for (const part of [...section.childNodes] as Element[]) {
        if (part.localName !== 'title' && part.localName !== 'text') continue;
        for (const node of [part, ...descendants(part)]) {
          if (node.nodeType !== 3 && node.nodeType !== 4) continue;
          const said = (node.nodeValue ?? '').replace(/\s+/g, ' ').trim();
          if (said === '') continue;
          count++;
          expect(shown, said).toContain(said);
        }
      }
    }
    expect(count).toBeGreaterThan(0);
    expect(html.split('<section>').length - 1).toBe(sections.length);
    expect((html.match(/<table/g) ?? []).length).toBe(
      sections
        .flatMap((s) => [...s.childNodes] as Element[])
        .filter((e) => e.localName === 'text')
        .reduce((n, t) => n + t.getElementsByTagNameNS(hl7, 'table').length, 0),
    );
    const family = head!.header!.patients[0]!.name?.family[0]?.value;
    if (family !== undefined) expect(shown).toContain(family);
  });
});

const document = (text: string, more = '', header = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="${hl7}"><id root="1.2.3"/><code code="c" codeSystem="1.2" displayName="Synthèse"/>` +
  `<title>Titre</title><effectiveTime value="20261012093000+0200"/>${header}<recordTarget><patientRole><id root="1.2" extension="x"/><patient><name><given>Ève</given><family>A&lt;B</family></name></patient></patientRole></recordTarget>` +
  `<component><structuredBody><component><section><title>Section</title><text>${text}</text>${more}</section></component></structuredBody></component></ClinicalDocument>`;
const inside = (html: string): string =>
  /<h2>Section<\/h2><div class="p">([\s\S]*)<\/div><\/section>/.exec(html)?.[1] ?? html;
const media = (id: string, type: string, data: string, attributes = 'representation="B64"') =>
  `<entry><observationMedia classCode="OBS" moodCode="EVN" ID="${id}"><value mediaType="${type}" ${attributes}>${data}</value></observationMedia></entry>`;

describe('the narrative block', () => {
  it.each([
    ['<content styleCode="Bold Italics">x</content>', '<span class="b i">x</span>'],
    ['<content ID="a1" styleCode="xUnknown">x</content>', '<span id="cda-a1">x</span>'],
    ['<content revised="delete">x</content>', '<del>x</del>'],
    ['<paragraph styleCode="Underline">x</paragraph>', '<div class="p u">x</div>'],
    [
      '<list listType="ordered" styleCode="BigRoman"><caption>c</caption><item>a</item><item>b</item></list>',
      '<ol class="uroman"><div class="caption">c</div><li>a</li><li>b</li></ol>',
    ],
    ['<list><item>a</item></list>', '<ul><li>a</li></ul>'],
    [
      '<table border="1"><caption>c</caption><colgroup><col span="2"/></colgroup><tbody><tr><td colspan="2" rowspan="x" align="center" styleCode="Botrule">a</td></tr></tbody></table>',
      '<table><caption>c</caption><colgroup><col span="2"></colgroup><tbody><tr><td class="rb c" colspan="2">a</td></tr></tbody></table>',
    ],
    ['a<br/>b<sub>1</sub><sup>2</sup>', 'a<br>b<sub>1</sub><sup>2</sup>'],
    [
      '<linkHtml href="https://example.org/?a=1&amp;b=2">x</linkHtml>',
      '<a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer nofollow">x</a>',
    ],
    ['<linkHtml href="#a1">x</linkHtml>', '<a href="#cda-a1" rel="noopener noreferrer nofollow">x</a>'],
    [
      '<footnoteRef IDREF="f"/><footnote ID="f">x</footnote>',
      '<sup><a href="#cda-f">*</a></sup><span id="cda-f" class="note">x</span>',
    ],
    ['a &lt;b&gt; &amp; <![CDATA[<script>]]>', 'a &lt;b&gt; &amp; &lt;script&gt;'],
    ['<unknown>x<b>y</b></unknown>', 'xy'],
  ])('%s', async (text, html) => {
    const whole = await page(document(text));
    expect(inside(whole)).toBe(html);
    expectHarmless(whole);
  });

  it('shows facts of the header, in French and English', async () => {
    const header =
      '<author><time value="20261012"/><assignedAuthor><id root="1.2" extension="9"/><assignedPerson><name><family>LE BIHAN</family><given>Yann</given></name></assignedPerson></assignedAuthor></author>';
    const fr = textOf(await page(document('x', '', header)));
    expect(fr).toContain('Patient A<B Ève');
    expect(fr).toContain('12/10/2026 09:30');
    expect(fr).toContain('Auteur LE BIHAN Yann');
    expect(textOf(await page(document('x', '', header), 'en'))).toContain('Date 2026-10-12 09:30');
  });

  it('nests headings as sections nest', async () => {
    const html = await page(
      document('x', '<component><section><title>Inner</title><text>y</text></section></component>'),
    );
    expect(html).toContain('<section><h3>Inner</h3><div class="p">y</div></section></section>');
  });

  it('shows images of safe types in place, once; says what it does not show', async () => {
    const html = await page(
      document(
        'a<renderMultiMedia referencedObject="i1"/>b<renderMultiMedia referencedObject="i1"/>c<renderMultiMedia referencedObject="p1"/><renderMultiMedia referencedObject="none"/>',
        media('i1', 'image/png', 'QU\n JD') +
          media('p1', 'application/pdf', 'QUJD') +
          media('left', 'image/gif', 'R0lG'),
      ),
    );
    expectHarmless(html);
    expect(html).toContain('a<img id="cda-i1" alt="" src="data:image/png;base64,QUJD">');
    expect(html).toContain('b<a href="#cda-i1">[image/png, 3 octets]</a>');
    expect(html).toContain('<span class="note" id="cda-p1">[application/pdf, 3 octets : non affiché ici]</span>');
    expect(html).toContain('src="data:image/gif;base64,R0lG"');
    expect(html.match(/QUJD/g)).toHaveLength(1);
  });

  it('finds the image of a region of interest', async () => {
    const region = `<entry><regionOfInterest ID="r1"><entryRelationship>${media('i2', 'image/jpeg', 'QUJD').replace(/<\/?entry>/g, '')}</entryRelationship></regionOfInterest></entry>`;
    expect(await page(document('<renderMultiMedia referencedObject="r1"/>', region))).toContain(
      'src="data:image/jpeg;base64,QUJD"',
    );
  });
});

describe('a hostile document', () => {
  it.each([
    '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><a href="javascript:x">y</a></svg>',
    '<content onclick="alert(1)" style="background:url(http://x)" class="x">y</content>',
    '<content ID="&quot;&gt;&lt;script&gt;">y</content>',
    '<content styleCode="&quot;onload=&quot;x">y</content>',
    '<content styleCode="constructor toString __proto__">y</content>',
    '<constructor>y</constructor>',
    '<linkHtml href="javascript:alert(1)">y</linkHtml>',
    '<linkHtml href=" JaVa&#9;script:alert(1)">y</linkHtml>',
    '<linkHtml href="data:text/html,x">y</linkHtml>',
    '<linkHtml href="https://x/&quot;onmouseover=&quot;y">y</linkHtml>',
    '<linkHtml href="//evil.example/">y</linkHtml>',
    '<td colspan="1000000">y</td>',
    '<iframe src="http://x">y</iframe>',
    '<img src="http://x"/>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<renderMultiMedia referencedObject="&quot;&gt;&lt;script&gt;"/>',
  ])('%s is harmless', async (text) => expectHarmless(await page(document(text))));

  it('cannot hide a program in a medium, a title or a name', async () => {
    const html = await page(
      document(
        '<renderMultiMedia referencedObject="a"/><renderMultiMedia referencedObject="b"/><renderMultiMedia referencedObject="c"/>',
        media('a', 'image/svg+xml', 'PHN2Zz4=') +
          media('b', 'image/png&quot; onload=&quot;x', 'QUJD') +
          media('c', 'image/png', '&quot;&gt;&lt;script&gt;') +
          media('d', 'image/png', '<reference value="http://x/y.png"/>'),
        '<versionNumber value="1"/>',
      ).replace('Titre', '&lt;/title&gt;&lt;script&gt;'),
    );
    expectHarmless(html);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('http://x');
  });

  it.each([
    ['a DOCTYPE', document('x').replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>')],
    ['nesting', document('<content>'.repeat(500) + 'x' + '</content>'.repeat(500))],
    ['attributes', document(`<content ${Array.from({ length: 500 }, (_, i) => `a${i}="1"`).join(' ')}>x</content>`)],
    ['a cut end', document('x').slice(0, -40)],
  ])('with %s is no page', async (_, xml) => {
    await expect(
      (async () => {
        const head = await readHead(chunked(Buffer.from(xml)));
        if (!head) throw new Error('no head');
        return sectionsPage(head, chunked(Buffer.from(xml)), 'fr');
      })(),
    ).rejects.toThrow();
  });

  it('without measure is refused soon', () => {
    const body = (limits: Partial<typeof bodyLimits>, text: string) => {
      const b = new CdaBody('fr', { ...bodyLimits, ...limits });
      b.write(document(text));
      return b.end();
    };
    expect(() => body({ output: 1000 }, 'x'.repeat(2000))).toThrow('size');
    expect(() => body({ elements: 100 }, '<br/>'.repeat(200))).toThrow('nodes');
    expect(() => body({ media: 99 }, '<renderMultiMedia referencedObject="a b c d e"/>'.repeat(20))).toThrow('size');
    expect(() => body({}, 'a&amp;'.repeat(600_000))).toThrow('size');
    expect(() => body({ output: 100_000, media: 100 }, '<br/>&amp;'.repeat(10))).not.toThrow();
  });

  it('outside of a ClinicalDocument has no say', async () => {
    const xsl = `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><component xmlns="${hl7}"><structuredBody><component><section><text>no</text></section></component></structuredBody></component></xsl:template>${document('yes').replace(/^<\?[^>]*>/, '')}</xsl:stylesheet>`;
    const html = await page(xsl);
    expect(inside(html)).toBe('yes');
    expect(textOf(html)).not.toContain('no ');
  });
});

describe('a CDA that wraps a document', () => {
  const wrapped = async (type: string, content: Buffer): Promise<string> => {
    const pieces: string[] = [];
    const head = { body: 'wrapped' as const };
    const source = { type, size: content.length, read: () => chunked(content, 7) };
    for await (const piece of wrappedPage(head, source, { language: 'en', url: 'https://s/Binary/1?_format=x&y' }))
      pieces.push(piece);
    return pieces.join('');
  };
  const only = (html: string) =>
    html.slice(pageHead('Untitled document', 'en').length + '<h1>Untitled document</h1>\n'.length);

  it('shows its image or its text, and leads to anything else', async () => {
    expect(only(await wrapped('image/png', Buffer.from('0123456789')))).toContain(
      `src="data:image/png;base64,${Buffer.from('0123456789').toString('base64')}"`,
    );
    expect(only(await wrapped('text/plain', Buffer.from('é <script>&')))).toContain('<pre>é &lt;script&gt;&amp;</pre>');
    expect(only(await wrapped('application/pdf', Buffer.from('%PDF')))).toContain(
      '<a href="https://s/Binary/1?_format=x&amp;y">Open the document</a> (application/pdf, 4 bytes)',
    );
    expect(await wrapped('image/svg+xml', Buffer.from('<svg/>'))).not.toContain('<img');
  });
});
