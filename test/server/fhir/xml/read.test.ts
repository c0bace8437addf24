import type { Resource } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { IssueError, type Issue } from '../../../../mappings/outcome.ts';
import { readFhirXml } from '../../../../server/fhir/xml/read.ts';
import { writeFhirXml } from '../../../../server/fhir/xml/write.ts';

const fhir = 'xmlns="http://hl7.org/fhir"';
const read = (xml: string | Uint8Array) => readFhirXml(typeof xml === 'string' ? Buffer.from(xml) : xml);
const patient = (inside: string) => read(`<Patient ${fhir}>${inside}</Patient>`);

function issues(xml: string | Uint8Array): Issue[] {
  try {
    read(xml);
  } catch (e) {
    if (e instanceof IssueError) return [...e.issues];
    throw e;
  }
  return [];
}
/** `key expression what` of each problem. */
const faults = (xml: string | Uint8Array): string[] =>
  issues(xml).map((i) =>
    [i.key, i.expression, i.values?.what ?? i.values?.detail ?? i.values?.name]
      .filter((p) => p !== undefined)
      .join(' '),
  );
const inPatient = (inside: string) => faults(`<Patient ${fhir}>${inside}</Patient>`);

describe('what is read', () => {
  it('values by their type, in the JSON form', () => {
    expect(
      read(
        `<?xml version="1.0" encoding="utf-8"?><!-- c --><?pi x?>
<Patient ${fhir} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">
  <id value="p"/>
  <meta><versionId value="1"/></meta>
  <text><status value="generated"/><h:div xmlns:h="http://www.w3.org/1999/xhtml">é &lt; <h:b>x</h:b><h:br></h:br></h:div></text>
  <contained><Organization><id value="o"/></Organization></contained>
  <contained><List><title value="t"/></List></contained>
  <extension url="http://x"><valueDecimal value="1.50"/></extension>
  <extension url="http://y"><valueQuantity><value value="-0.10"/></valueQuantity></extension>
  <active value="true"/>
  <name id="n1"><family value="a&#10;b &amp; &quot;c&quot; 'd'&#x1F600;"/><given id="g1" value="A"/><given value="B"/></name>
  <multipleBirthInteger value="2"/>
</Patient>`,
      ),
    ).toEqual({
      resourceType: 'Patient',
      id: 'p',
      meta: { versionId: '1' },
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">é &lt; <b>x</b><br/></div>' },
      contained: [
        { resourceType: 'Organization', id: 'o' },
        { resourceType: 'List', title: 't' },
      ],
      extension: [
        { url: 'http://x', valueDecimal: 1.5 },
        { url: 'http://y', valueQuantity: { value: -0.1 } },
      ],
      active: true,
      name: [{ id: 'n1', family: 'a\nb & "c" \'d\'😀', given: ['A', 'B'], _given: [{ id: 'g1' }, null] }],
      multipleBirthInteger: 2,
    });
  });

  it('a prefix for the namespace, elements in any order, a byte order mark', () => {
    const expected = { resourceType: 'Patient', gender: 'male', id: 'x', active: false };
    const xml =
      '<f:Patient xmlns:f="http://hl7.org/fhir"><f:gender value="male"/><f:id value="x"/><f:active value=" false "/></f:Patient>';
    expect(read(xml)).toEqual(expected);
    expect(read(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(xml)]))).toEqual(expected);
  });

  it('primitives with extensions, alone and in lists', () => {
    const e = '<extension url="http://x"><valueCode value="c"/></extension>';
    const extension = [{ url: 'http://x', valueCode: 'c' }];
    expect(
      patient(
        `<birthDate>${e}</birthDate><gender id="i" value="male"/><name><given value="A"/><given>${e}</given><given value="C"/></name><name><given>${e}</given></name>`,
      ),
    ).toEqual({
      resourceType: 'Patient',
      _birthDate: { extension },
      gender: 'male',
      _gender: { id: 'i' },
      name: [
        { given: ['A', null, 'C'], _given: [null, { extension }, null] },
        { given: [null], _given: [{ extension }] },
      ],
    });
  });

  it('base64 with line ends', () => {
    expect(read(`<Binary ${fhir}><data value="QUJD\n  REVG&#10;"/></Binary>`)).toMatchObject({ data: 'QUJDREVG' });
  });

  it('decimals keep their text on their way back to XML, unless they were changed', () => {
    const body = '<extension url="http://x"><valueDecimal value="1.500"/></extension>';
    const back = patient(
      `${body}<extension url="http://y"><valueDecimal value="0.10000000000000000001"/></extension>`,
    ) as {
      extension: { valueDecimal: number }[];
    };
    expect(writeFhirXml(back as unknown as Resource)).toContain('"1.500"');
    expect(writeFhirXml(back as unknown as Resource)).toContain('"0.10000000000000000001"');
    back.extension[0]!.valueDecimal = 2;
    expect(writeFhirXml(back as unknown as Resource)).toContain('<valueDecimal value="2"/>');
  });

  it('20 MB in one attribute, and in lines, in a moment', () => {
    const data = Buffer.alloc(20 * 1024 * 1024, 'é').toString('base64');
    const lines = data.match(/.{1,76}/g)!.join('\n');
    const started = performance.now();
    expect((read(`<Binary ${fhir}><data value="${data}"/></Binary>`) as { data: string }).data === data).toBe(true);
    expect((read(`<Binary ${fhir}><data value="${lines}"/></Binary>`) as { data: string }).data === data).toBe(true);
    expect(inPatient(`<language value="${'&lt;'.repeat(5_000_000)}"/>`)).toEqual(['xml-malformed > 500000 references']);
    expect(performance.now() - started).toBeLessThan(8000);
  });
});

describe('what is refused', () => {
  it.each([
    ['nothing', '', 'xml-malformed document must contain a root element.'],
    ['no XML', 'hello', 'xml-malformed text data outside of root node.'],
    ['an open element', `<Patient ${fhir}><id value="a"/>`, 'xml-malformed unclosed tag: Patient'],
    ['a DOCTYPE', `<!DOCTYPE Patient><Patient ${fhir}/>`, 'xml-malformed DOCTYPE'],
    [
      'an external entity',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient ${fhir}><id value="&x;"/></Patient>`,
      'xml-malformed DOCTYPE',
    ],
    ['an entity of HTML', `<Patient ${fhir}><id value="&nbsp;"/></Patient>`, 'xml-malformed undefined entity.'],
    ['a control character', `<Patient ${fhir}><id value="a\u0001"/></Patient>`, 'xml-malformed disallowed character.'],
    [
      'a reference to one',
      `<Patient ${fhir}><id value="&#1;"/></Patient>`,
      'xml-malformed malformed character entity.',
    ],
    [
      'two attributes of a name',
      `<Patient ${fhir}><id value="a" value="b"/></Patient>`,
      'xml-malformed duplicate attribute: value.',
    ],
    ['XML 1.1', `<?xml version="1.1"?><Patient ${fhir}/>`, 'xml-malformed XML 1.1'],
    [
      'another encoding',
      `<?xml version="1.0" encoding="ISO-8859-1"?><Patient ${fhir}/>`,
      'xml-malformed encoding: UTF-8',
    ],
    [
      'an undeclared prefix',
      `<Patient ${fhir}><x:id value="a"/></Patient>`,
      'xml-malformed unbound namespace prefix: "x".',
    ],
  ])('%s', (_, xml, expected) => expect(faults(xml)[0]).toBe(expected));

  it('bytes that are no UTF-8', () => {
    expect(
      faults(
        Buffer.concat([Buffer.from(`<Patient ${fhir}><id value="`), Buffer.from([0xe9]), Buffer.from('"/></Patient>')]),
      ),
    ).toEqual(['xml-malformed UTF-8']);
    expect(faults(Buffer.from(`<Patient ${fhir}/>`, 'utf16le'))[0]).toContain('xml-malformed');
  });

  it('what is not of the type, with its path; all of it at once', () => {
    expect(
      inPatient(
        '<foo><id value="a"/></foo><id value="a"/><id value="b"/><name><given value="A"/><given value="B" x="y"/><Family value="x"/></name>' +
          '<active value="yes"/><multipleBirthInteger value="01"/><text>no</text><contact/><url value="x"/>' +
          '<extension url="a"><valueDecimal value="1,5"/></extension><photo><data value=""/></photo>',
      ),
    ).toEqual([
      'property-unknown Patient.foo foo',
      'cardinality Patient.id',
      'xml-unexpected Patient.name[0].given[1] @x',
      'property-unknown Patient.name[0].Family Family',
      'value-format Patient.active',
      'value-format Patient.multipleBirthInteger',
      'xml-unexpected Patient.text text',
      'value-empty Patient.text',
      'value-empty Patient.contact[0]',
      'property-unknown Patient.url url',
      'value-format Patient.extension[0].valueDecimal',
      'value-empty Patient.photo[0].data.value',
      'value-empty Patient.photo[0].data',
      'value-empty Patient.photo[0]',
    ]);
  });

  it('attributes and elements in each other’s place', () => {
    expect(inPatient('<name><id value="x"/></name>')).toEqual(['property-unknown Patient.name[0].id id']);
    expect(inPatient('<extension><url value="x"/><valueCode value="y"/></extension>')).toEqual([
      'property-unknown Patient.extension[0].url url',
    ]);
    expect(faults(`<Patient ${fhir} id="x"/>`)).toEqual(['xml-unexpected Patient @id']);
    expect(inPatient('<name value="x"/>')).toContain('xml-unexpected Patient.name[0] @value');
    expect(inPatient('<active xml:lang="fr" value="true"/>')).toEqual(['xml-unexpected Patient.active @xml:lang']);
  });

  it('resources where there is none, two, or an unknown one', () => {
    expect(inPatient('<contained/>')).toEqual(['value-empty Patient.contained[0]']);
    expect(inPatient('<contained><Nothing/></contained>')).toEqual(['resource-unknown Patient.contained[0]']);
    expect(inPatient('<contained><List><id value="a"/></List><List/></contained>')).toEqual([
      'xml-unexpected Patient.contained[0] <List>',
    ]);
    expect(inPatient('<contained id="x"><List><id value="a"/></List></contained>')).toEqual([
      'xml-unexpected Patient.contained[0] @id',
    ]);
    expect(faults(`<Nothing ${fhir}/>`)).toEqual(['resource-unknown']);
    expect(faults(`<Resource ${fhir}/>`)).toEqual(['resource-unknown']);
    expect(
      faults(`<Bundle ${fhir}><entry><resource><Patient><active value="1"/></Patient></resource></entry></Bundle>`),
    ).toEqual(['value-format Bundle.entry[0].resource.active']);
  });

  it('other namespaces', () => {
    expect(faults('<Patient/>')).toEqual(['xml-unexpected <Patient>, xmlns']);
    expect(inPatient('<active xmlns="urn:x" value="true"/>')).toEqual([
      'xml-unexpected Patient.active <active>, xmlns',
    ]);
    expect(inPatient('<text><status value="empty"/><div>x</div></text>')).toEqual([
      'xml-unexpected Patient.text.div <div>, xmlns',
    ]);
  });

  it('a narrative that holds more than text', () => {
    const div = (inside: string) =>
      inPatient(
        `<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">${inside}</div></text><foo/>`,
      );
    expect(div('<p>x<script>alert(1)<b/></script></p>y')).toEqual([
      'narrative Patient.text.div <script>',
      'property-unknown Patient.foo foo',
    ]);
    expect(div(' ')).toEqual(['narrative Patient.text.div txt-2', 'property-unknown Patient.foo foo']);
  });

  it('says the line and the column', () => {
    const [issue] = issues(`<Patient ${fhir}>\n  <id value="a"/>\n  <foo/>\n</Patient>`);
    expect(issue!.position).toEqual({ line: 3, column: 8 });
  });

  it('what is without measure, quickly', () => {
    const started = performance.now();
    const many = Array.from({ length: 100_000 }, (_, i) => ` a${i}="1"`).join('');
    expect(faults(`<Patient ${fhir}${many}/>`)).toEqual(['xml-malformed attributes']);
    const declared = Array.from({ length: 100_000 }, (_, i) => ` xmlns:a${i}="urn:x"`).join('');
    expect(faults(`<Patient ${fhir}${declared}/>`)).toEqual(['xml-malformed attributes']);
    expect(inPatient('<extension url="a">'.repeat(200_000))).toEqual(['xml-malformed depth > 100']);
    expect(inPatient('<foo/>'.repeat(1_000_000))).toHaveLength(50);
    expect(inPatient('<name><text value="a"/></name>'.repeat(200_000))).toEqual(['xml-malformed > 250000 elements']);
    expect(performance.now() - started).toBeLessThan(8000);
  });
});
