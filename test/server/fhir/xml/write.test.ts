import type { Resource } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { readFhirXml } from '../../../../server/fhir/xml/read.ts';
import { writeFhirXml } from '../../../../server/fhir/xml/write.ts';

const write = (r: object, pretty?: boolean) => writeFhirXml(r as Resource, pretty);
const head = '<?xml version="1.0" encoding="UTF-8"?>';

describe('writeFhirXml', () => {
  it('puts elements in the order of the definition, whatever that of the JSON', () => {
    expect(
      write({
        gender: 'male',
        _birthDate: { extension: [{ valueCode: 'u', url: 'http://x' }] },
        name: [{ given: ['A', null], _given: [null, { id: 'g' }], id: 'n' }],
        active: false,
        id: 'p',
        contained: [{ id: 'o', resourceType: 'Organization' }],
        resourceType: 'Patient',
      }),
    ).toBe(
      `${head}\n<Patient xmlns="http://hl7.org/fhir"><id value="p"/><contained><Organization><id value="o"/></Organization></contained>` +
        '<active value="false"/><name id="n"><given value="A"/><given id="g"/></name><gender value="male"/>' +
        '<birthDate><extension url="http://x"><valueCode value="u"/></extension></birthDate></Patient>',
    );
  });

  it('indents', () => {
    expect(write({ resourceType: 'Patient', name: [{ family: 'A' }], meta: {} }, true)).toBe(
      `${head}\n<Patient xmlns="http://hl7.org/fhir">\n  <meta/>\n  <name>\n    <family value="A"/>\n  </name>\n</Patient>`,
    );
  });

  it('keeps what XML has a way to write, and replaces what it has none for', () => {
    const family = 'a\t\n\r<>&"\u00a0\u2028😀';
    const xml = write({ resourceType: 'Patient', name: [{ family }] });
    expect(xml).toContain('a&#9;&#10;&#13;&lt;&gt;&amp;&quot;');
    expect((readFhirXml(Buffer.from(xml)) as { name: { family: string }[] }).name[0]!.family).toBe(family);
    const bad = write({ resourceType: 'Patient', name: [{ family: 'a\u0000b\ud800c\udc00d\uffffe\u001bf' }] });
    expect((readFhirXml(Buffer.from(bad)) as { name: { family: string }[] }).name[0]!.family).toBe(
      'a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf',
    );
  });

  it('writes numbers as FHIR does', () => {
    const of = (value: number) => write({ resourceType: 'Patient', extension: [{ url: 'x', valueDecimal: value }] });
    expect(of(1e21)).toContain('"1e+21"');
    expect(of(0.1)).toContain('"0.1"');
    expect(() => of(NaN)).toThrow(RangeError);
  });

  it.each([
    ['an unknown type', { resourceType: 'Nothing' }],
    ['no type', {}],
    ['an unknown property', { resourceType: 'Patient', foo: 1 }],
    ['a property of Medplum’s own', { resourceType: 'Patient', meta: { project: 'x' } }],
    ['a property of Medplum’s own', { resourceType: 'Binary', url: 'x' }],
    ['an unknown shadow', { resourceType: 'Patient', _name: [{ id: 'x' }] }],
    ['one where many are', { resourceType: 'Patient', name: { family: 'x' } }],
    ['many where one is', { resourceType: 'Patient', gender: ['male'] }],
    ['an object for a primitive', { resourceType: 'Patient', gender: {} }],
    ['a primitive for an object', { resourceType: 'Patient', name: ['x'] }],
    ['null', { resourceType: 'Patient', gender: null }],
    ['an unknown resource within', { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Nothing' } }] }],
    ['an id that is no text', { resourceType: 'Patient', name: [{ id: {} }] }],
  ])('refuses %s', (_, resource) => expect(() => write(resource)).toThrow(RangeError));

  it('refuses a narrative that is none', () => {
    expect(() =>
      write({ resourceType: 'Patient', text: { status: 'generated', div: '</div></text></Patient><x/>' } }),
    ).toThrow();
  });
});
