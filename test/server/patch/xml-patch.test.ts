/** Issue line 2: XML Patch is applied strictly, and says what it touched. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Patch } from '../../../server/fhir/patch/patch.ts';
import { readXmlPatch } from '../../../server/fhir/patch/xml-patch.ts';
import { loadEngine } from '../../../server/fhir/validation/engine.ts';
import { codesOf, document, keysOf, patched, visibility, xml } from './support.ts';

beforeAll(() => loadEngine());

describe('XML Patch', () => {
  it('adds at the end, before, after, and attributes', () => {
    const label = (code: string): string =>
      `<securityLabel xmlns="http://hl7.org/fhir"><coding><system value="${visibility}"/><code value="${code}"/></coding></securityLabel>`;
    expect(codesOf(patched(xml(`<add sel="/f:DocumentReference">${label('INVISIBLE_PATIENT')}</add>`)))).toEqual([
      'N',
      'MASQUE_PS',
      'INVISIBLE_PATIENT',
    ]);
    expect(
      codesOf(
        patched(
          xml(`<add sel="/f:DocumentReference/f:securityLabel[1]" pos="before">${label('INVISIBLE_PATIENT')}</add>`),
        ),
      ),
    ).toEqual(['INVISIBLE_PATIENT', 'N', 'MASQUE_PS']);
    expect(
      codesOf(
        patched(xml(`<replace sel="DocumentReference/securityLabel[last()]">${label('INVISIBLE_PATIENT')}</replace>`)),
      ),
    ).toEqual(['N', 'INVISIBLE_PATIENT']);
    const twice = xml(
      '<remove sel="f:DocumentReference/f:status/@value"/><add sel="f:DocumentReference/f:status" type="@value">superseded</add>',
    );
    expect(patched(twice).status).toBe('superseded');
  });

  it.each<[string, string]>([
    ['an entity', '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><diff><remove sel="a"/></diff>'],
    ['no XML', '{"op":"add"}'],
    ['a deep tree', `<diff>${'<a>'.repeat(40)}${'</a>'.repeat(40)}</diff>`],
  ])('refuses %s', (_, text) => expect(keysOf(() => readXmlPatch(Buffer.from(text)))).toEqual(['xml-malformed']));

  it.each<[string, string, string]>([
    ['another root', '<f:x/>', 'patch-malformed'],
    ['no sel', '<remove/>', 'patch-malformed'],
    ['an unknown pos', '<add sel="a" pos="inside"><b/></add>', 'patch-malformed'],
    ['an axis', '<remove sel="//f:status"/>', 'patch-path'],
    ['a function', '<remove sel="f:DocumentReference/f:securityLabel[contains(.,\'x\')]"/>', 'patch-path'],
    ['id()', '<remove sel="id(\'x\')"/>', 'patch-path'],
    ['..', '<remove sel="f:DocumentReference/../x"/>', 'patch-path'],
  ])('refuses %s', (name, content, key) => {
    const run = (): Patch => (name === 'another root' ? readXmlPatch(Buffer.from('<changes/>')) : xml(content));
    expect(keysOf(run)).toEqual([key]);
  });

  it.each<[string, string, string]>([
    ['nothing', '<remove sel="f:DocumentReference/f:docStatus"/>', 'patch-not-applicable'],
    ['several', '<remove sel="f:DocumentReference/f:securityLabel"/>', 'patch-not-applicable'],
    [
      'an attribute that is there',
      '<add sel="f:DocumentReference/f:status" type="@value">x</add>',
      'patch-not-applicable',
    ],
    ['another namespace', '<add sel="f:DocumentReference"><securityLabel xmlns="urn:x"/></add>', 'patch-malformed'],
    [
      'an element that FHIR lacks',
      '<add sel="f:DocumentReference/f:securityLabel[1]"><f:colour value="x"/></add>',
      'property-unknown',
    ],
  ])('does not apply to %s', (_, content, key) => expect(keysOf(() => xml(content).apply(document))).toContain(key));
});
