/** Issue line 2: the forms of a patch say the same, and how large each may be. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readFhirPathPatch } from '../../../server/fhir/patch/fhirpath-patch.ts';
import { maxBytes, type Patch } from '../../../server/fhir/patch/patch.ts';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { loadEngine } from '../../../server/fhir/validation/engine.ts';
import {
  at,
  codesOf,
  document,
  fhirPath,
  isArchived,
  json,
  keysOf,
  op,
  patched,
  unchanged,
  visibility,
  xml,
} from './support.ts';

beforeAll(() => loadEngine());

describe('the three forms say the same', () => {
  const forms: [string, Record<'archive' | 'delete' | 'unmask' | 'second', Patch>][] = [
    [
      'JSON Patch',
      {
        archive: json([{ op: 'replace', path: `/extension/${at}/valueBoolean`, value: true }]),
        delete: json([{ op: 'replace', path: '/status', value: 'superseded' }]),
        unmask: json([{ op: 'remove', path: '/securityLabel/1' }]),
        second: json([
          {
            op: 'add',
            path: '/securityLabel/-',
            value: { coding: [{ system: visibility, code: 'INVISIBLE_PATIENT' }] },
          },
        ]),
      },
    ],
    [
      'FHIRPath Patch',
      {
        archive: fhirPath(
          op('replace', `DocumentReference.extension.where(url='${extIsArchived}').value`, {
            name: 'value',
            valueBoolean: true,
          }),
        ),
        delete: fhirPath(op('replace', 'DocumentReference.status', { name: 'value', valueCode: 'superseded' })),
        unmask: fhirPath(op('delete', "DocumentReference.securityLabel.where(coding.code='MASQUE_PS')")),
        second: fhirPath(
          op(
            'add',
            'DocumentReference',
            { name: 'name', valueString: 'securityLabel' },
            { name: 'value', valueCodeableConcept: { coding: [{ system: visibility, code: 'INVISIBLE_PATIENT' }] } },
          ),
        ),
      },
    ],
    [
      'XML Patch',
      {
        archive: xml(
          `<replace sel="f:DocumentReference/f:extension[@url='${extIsArchived}']/f:valueBoolean/@value">true</replace>`,
        ),
        delete: xml('<replace sel="f:DocumentReference/f:status/@value">superseded</replace>'),
        unmask: xml(`<remove sel="f:DocumentReference/f:securityLabel[f:coding/f:code/@value='MASQUE_PS']"/>`),
        second: xml(
          `<add sel="f:DocumentReference/f:securityLabel[2]" pos="after"><f:securityLabel><f:coding><f:system value="${visibility}"/><f:code value="INVISIBLE_PATIENT"/></f:coding></f:securityLabel></add>`,
        ),
      },
    ],
  ];
  it.each(forms)('%s', (_, { archive, delete: remove, unmask, second }) => {
    expect(isArchived(patched(archive))).toBe(true);
    expect(patched(remove)).toEqual({ ...document, status: 'superseded' });
    expect(codesOf(patched(unmask))).toEqual(['N']);
    expect(codesOf(patched(second))).toEqual(['N', 'MASQUE_PS', 'INVISIBLE_PATIENT']);
    expect(document, 'the document given is not changed').toEqual(unchanged);
  });
});

describe('the most that a patch may be', () => {
  const soon = (run: () => unknown): void => {
    const started = performance.now();
    keysOf(run);
    expect(performance.now() - started).toBeLessThan(2500);
  };
  /** As many times as it fits into what the others leave. */
  const filled = (before: string, piece: string, after: string, share = 0.5): string =>
    before + piece.repeat(Math.floor((maxBytes * share) / piece.length)) + after;

  it('in XML Patch: every path looks at every label', () => {
    const labels = filled(
      '<add sel="DocumentReference">',
      '<securityLabel><coding><code value="N"/></coding></securityLabel>',
      '</add>',
    );
    const path = filled('<remove sel="DocumentReference/securityLabel', "[coding/code/@value='N']", '"/>', 0.5 / 50);
    soon(() => xml(labels + path.repeat(50)).apply(document));
  });

  it('in FHIRPath Patch: the same; a list of thousands is not gone through', () => {
    const operation = (type: string, path: string, ...more: object[]): object => ({
      name: 'operation',
      part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more],
    });
    // As many steps as a path may have.
    const path = `DocumentReference.status${".where(a='b')".repeat(19)}`;
    const patch = (count: number): Patch =>
      readFhirPathPatch({
        resourceType: 'Parameters',
        parameter: [
          operation('replace', 'DocumentReference.status', { name: 'value', valueCode: Array(count).fill({}) }),
          ...Array.from({ length: 99 }, () => operation('delete', path)),
        ],
      });
    soon(() => patch(1000).apply(document));
    expect(keysOf(() => patch(1001).apply(document))).toEqual(['patch-malformed']);
  });
});
