/** Issue line 2: FHIRPath Patch is applied strictly, and says what it touched. */
import type { DocumentReference } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { readFhirPathPatch } from '../../../server/fhir/patch/fhirpath-patch.ts';
import { loadEngine } from '../../../server/fhir/validation/engine.ts';
import {
  codesOf,
  document,
  fhirPath,
  isArchived,
  issuesOf,
  keysOf,
  op,
  patched,
  type Part,
  v3,
  visibility,
} from './support.ts';

beforeAll(() => loadEngine());

describe('FHIRPath Patch', () => {
  it('reads PDSm’s own examples', () => {
    const deletion = fhirPath(
      op('replace', 'DocumentReference.status', { name: 'value', valueCode: 'superseded' }),
      op(
        'add',
        'DocumentReference',
        { name: 'name', valueString: 'extension' },
        {
          name: 'value',
          part: [
            { name: 'url', valueUri: extIsArchived.replace('archived', 'deleted') },
            { name: 'valueBoolean', valueBoolean: true },
          ],
        },
      ),
    );
    expect(patched(deletion).extension!.at(-1)).toEqual({
      url: extIsArchived.replace('archived', 'deleted'),
      valueBoolean: true,
    });
    const level = fhirPath(
      op('replace', `DocumentReference.securityLabel.coding.where(system='${v3}').code`, {
        name: 'value',
        valueCode: 'R',
      }),
    );
    expect(codesOf(patched(level)), 'the system counts, under whichever of its URLs').toEqual(['R', 'MASQUE_PS']);
  });

  it.each<[string, Part[], (d: DocumentReference) => unknown, unknown]>([
    ['an index', op('delete', 'DocumentReference.securityLabel[1]'), codesOf, ['N']],
    ['first()', op('delete', 'DocumentReference.securityLabel.first()'), codesOf, ['MASQUE_PS']],
    ['last()', op('delete', 'securityLabel.last()'), codesOf, ['N']],
    [
      'a deep where',
      op('replace', "DocumentReference.securityLabel.coding.where(code = 'MASQUE_PS').code", {
        name: 'value',
        valueCode: 'INVISIBLE_PATIENT',
      }),
      codesOf,
      ['N', 'INVISIBLE_PATIENT'],
    ],
    [
      'extension()',
      op('replace', `DocumentReference.extension('${extIsArchived}').value`, { name: 'value', valueBoolean: true }),
      isArchived,
      true,
    ],
    [
      'insert',
      op(
        'insert',
        'DocumentReference.securityLabel',
        { name: 'index', valueInteger: 0 },
        { name: 'value', valueCodeableConcept: { coding: [{ system: visibility, code: 'INVISIBLE_PATIENT' }] } },
      ),
      codesOf,
      ['INVISIBLE_PATIENT', 'N', 'MASQUE_PS'],
    ],
    [
      'move',
      op(
        'move',
        'DocumentReference.securityLabel',
        { name: 'source', valueInteger: 1 },
        { name: 'destination', valueInteger: 0 },
      ),
      codesOf,
      ['MASQUE_PS', 'N'],
    ],
    [
      'delete of what is not there',
      op('delete', "DocumentReference.securityLabel.where(coding.code='V')"),
      codesOf,
      ['N', 'MASQUE_PS'],
    ],
    [
      'an element made of parts',
      op(
        'add',
        'DocumentReference',
        { name: 'name', valueString: 'securityLabel' },
        {
          name: 'value',
          part: [
            {
              name: 'coding',
              part: [
                { name: 'system', valueUri: visibility },
                { name: 'code', valueCode: 'INVISIBLE_PATIENT' },
              ],
            },
          ],
        },
      ),
      codesOf,
      ['N', 'MASQUE_PS', 'INVISIBLE_PATIENT'],
    ],
  ])('understands %s', (_, operation, read, expected) => expect(read(patched(fhirPath(operation)))).toEqual(expected));

  it.each([
    "DocumentReference.securityLabel.where(coding.exists(code='N'))",
    "DocumentReference.securityLabel.where(coding.code='N' or true)",
    'DocumentReference.subject.resolve().name',
    'DocumentReference.descendants()',
    'Patient.name',
    'DocumentReference..status',
    "DocumentReference.securityLabel.where(coding.code='N'",
    'DocumentReference.constructor.prototype',
    `DocumentReference.${'a.'.repeat(400)}b`,
    `DocumentReference.extension.where(url='${'x'.repeat(2000)}').value`,
  ])('refuses %s, saying what is understood', (path) => {
    const [issue] = issuesOf(() => fhirPath(op('delete', path)).apply(document));
    // `Patient` reads as an element, which there is not: it changes nothing.
    if (path.startsWith('Patient'))
      return expect(issuesOf(() => patched(fhirPath(op('delete', path))))[0]!.key).toBe('patch-element');
    expect(issue!.key).toBe('patch-path');
    expect(issue!.values!.remedy).toContain('DocumentReference.status');
  });

  it.each<[string, unknown]>([
    ['no Parameters', { resourceType: 'Patient' }],
    ['no operation', { resourceType: 'Parameters' }],
    [
      'an unknown type',
      { resourceType: 'Parameters', parameter: [{ name: 'operation', part: op('change', 'status') }] },
    ],
    [
      'no path',
      { resourceType: 'Parameters', parameter: [{ name: 'operation', part: [{ name: 'type', valueCode: 'delete' }] }] },
    ],
    ['no value', { resourceType: 'Parameters', parameter: [{ name: 'operation', part: op('replace', 'status') }] }],
    [
      'a part twice',
      {
        resourceType: 'Parameters',
        parameter: [{ name: 'operation', part: [...op('delete', 'status'), { name: 'type', valueCode: 'delete' }] }],
      },
    ],
    [
      'two values',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'operation', part: op('replace', 'status', { name: 'value', valueCode: 'a', valueString: 'b' }) },
        ],
      },
    ],
    ['another name', { resourceType: 'Parameters', parameter: [{ name: 'op', part: op('delete', 'status') }] }],
  ])('refuses %s', (_, parameters) => {
    expect(keysOf(() => readFhirPathPatch(parameters))[0]).toMatch(/^(patch-malformed|wrong-resource-type)$/);
  });

  it.each<[string, Part[]]>([
    [
      'replace of nothing',
      op('replace', "DocumentReference.securityLabel.where(coding.code='V')", { name: 'value', valueCode: 'x' }),
    ],
    ['replace of several', op('replace', 'DocumentReference.securityLabel', { name: 'value', valueCode: 'x' })],
    [
      'add of what is there',
      op('add', 'DocumentReference', { name: 'name', valueString: 'status' }, { name: 'value', valueCode: 'x' }),
    ],
    [
      'insert beyond the end',
      op(
        'insert',
        'DocumentReference.securityLabel',
        { name: 'index', valueInteger: 9 },
        { name: 'value', valueCode: 'x' },
      ),
    ],
  ])('does not apply: %s', (_, operation) =>
    expect(keysOf(() => fhirPath(operation).apply(document))).toEqual(['patch-not-applicable']),
  );
});
