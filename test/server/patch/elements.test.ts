/** Issue line 2: what a patch may touch, in every form. */
import { beforeAll, describe, expect, it } from 'vitest';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { requireClearLabels, requirePatchable } from '../../../server/fhir/patch/elements.ts';
import type { Patch } from '../../../server/fhir/patch/patch.ts';
import { loadEngine } from '../../../server/fhir/validation/engine.ts';
import { at, document, fhirPath, issuesOf, json, keysOf, masked, op, patched, v3, visibility, xml } from './support.ts';

beforeAll(() => loadEngine());

describe('only status, securityLabel and isArchived (405)', () => {
  it.each<[string, Patch, string]>([
    ['another element', json([{ op: 'replace', path: '/description', value: 'x' }]), 'description'],
    ['the same value', json([{ op: 'replace', path: '/subject', value: document.subject }]), 'subject'],
    ['a new element', json([{ op: 'add', path: '/docStatus', value: 'final' }]), 'docStatus'],
    [
      'an element among allowed ones',
      json([
        { op: 'replace', path: '/status', value: 'superseded' },
        { op: 'remove', path: '/author/0' },
      ]),
      'author',
    ],
    ['the whole resource', json([{ op: 'replace', path: '', value: {} }]), '*'],
    ['a move out', json([{ op: 'move', from: '/description', path: '/status' }]), 'description'],
    ['the type', json([{ op: 'replace', path: '/resourceType', value: 'Patient' }]), 'resourceType'],
    ['the id', json([{ op: 'replace', path: '/id', value: 'x' }]), 'id'],
    [
      'another extension',
      json([{ op: 'add', path: '/extension/-', value: { url: 'http://x.invalid/e', valueString: 'x' } }]),
      'extension',
    ],
    [
      'all extensions',
      json([{ op: 'add', path: '/extension', value: [{ url: extIsArchived, valueBoolean: true }] }]),
      'extension',
    ],
    ['by FHIRPath', fhirPath(op('delete', 'DocumentReference.author')), 'author'],
    ['by FHIRPath, nothing', fhirPath(op('delete', 'DocumentReference.docStatus')), 'docStatus'],
    ['by XML', xml('<remove sel="f:DocumentReference/f:date"/>'), 'date'],
    ['by XML, the root', xml('<remove sel="f:DocumentReference"/>'), '*'],
    ['by XML, a new one', xml('<add sel="f:DocumentReference"><f:docStatus value="final"/></add>'), 'docStatus'],
  ])('%s', (_, patch, element) => {
    const issues = issuesOf(() => patched(patch));
    expect(issues.map((i) => i.key)).toEqual(['patch-element']);
    expect(issues[0]!.values!.element).toBe(element);
  });

  it('a test of any element is no touch', () => {
    expect(keysOf(() => patched(json([{ op: 'test', path: '/id', value: 'd1' }])))).toEqual([]);
  });
});

describe('values that are not FHIR (400)', () => {
  it.each<[string, Patch, string, string]>([
    [
      'a status with a space, as PDSm’s example',
      json([{ op: 'replace', path: '/status', value: 'current ' }]),
      'patch-value',
      '"current"',
    ],
    ['an unknown status', json([{ op: 'replace', path: '/status', value: 'deleted' }]), 'patch-value', '"superseded"'],
    ['no status', json([{ op: 'remove', path: '/status' }]), 'patch-value', '"current"'],
    [
      'a boolean in quotes',
      json([{ op: 'replace', path: `/extension/${at}/valueBoolean`, value: 'true' }]),
      'patch-value',
      'true | false',
    ],
    [
      'a label that is a text',
      json([{ op: 'replace', path: '/securityLabel', value: 'N' }]),
      'patch-value',
      '"coding"',
    ],
    ['labels that are texts', json([{ op: 'add', path: '/securityLabel/-', value: 'N' }]), 'patch-value', '"coding"'],
    [
      'a wrong URL',
      json([
        {
          op: 'add',
          path: '/extension/-',
          value: { url: 'http://esante.gouv.fr/PDSm_isArchived', valueBoolean: true },
        },
      ]),
      'patch-value',
      extIsArchived,
    ],
  ])('%s: told what to write', (_, patch, key, remedy) => {
    const [issue] = issuesOf(() => patched(patch));
    expect(issue!.key).toBe(key);
    expect(issue!.values!.remedy).toContain(remedy);
  });

  it('a property that FHIR lacks', () => {
    const patch = json([{ op: 'add', path: '/securityLabel/0/colour', value: 'red' }]);
    expect(keysOf(() => patched(patch))).toContain('property-unknown');
  });
});

describe('PDSm4DMP’s way to unmask, which writes N over label 0', () => {
  const N = { coding: [{ system: v3, code: 'N', display: 'normal' }] };
  const check = (patch: Patch): string[] => {
    const applied = patch.apply(document);
    const result = requirePatchable(document, applied);
    return keysOf(() => requireClearLabels(masked, result, applied.touched));
  };
  it.each<[string, Patch]>([
    ['JSON Patch', json([{ op: 'replace', path: '/securityLabel/0', value: N }])],
    [
      'FHIRPath Patch',
      fhirPath(op('replace', 'DocumentReference.securityLabel[0]', { name: 'value', valueCodeableConcept: N })),
    ],
    [
      'XML Patch',
      xml(
        `<replace sel="f:DocumentReference/f:securityLabel[1]"><f:securityLabel><f:coding><f:system value="${v3}"/><f:code value="N"/></f:coding></f:securityLabel></replace>`,
      ),
    ],
  ])('is not taken for nothing (%s)', (_, patch) => expect(check(patch)).toEqual(['patch-label-ambiguous']));

  it.each<[string, Patch]>([
    ['the label of the restriction', json([{ op: 'replace', path: '/securityLabel/1', value: N }])],
    ['all labels, as they are', json([{ op: 'replace', path: '/securityLabel', value: document.securityLabel }])],
    ['all labels', json([{ op: 'replace', path: '/securityLabel', value: [N] }])],
    [
      'a restriction',
      json([
        {
          op: 'replace',
          path: '/securityLabel/0',
          value: { coding: [{ system: visibility, code: 'INVISIBLE_PATIENT' }] },
        },
      ]),
    ],
  ])('is no matter when it writes %s', (_, patch) => expect(check(patch)).toEqual([]));

  it('says how to lift the restriction', () => {
    const applied = json([{ op: 'replace', path: '/securityLabel/0', value: N }]).apply(document);
    const [issue] = issuesOf(() => requireClearLabels(masked, requirePatchable(document, applied), applied.touched));
    expect(issue!.values!.remedy).toContain('{ "op": "remove", "path": "/securityLabel/1" } (MASQUE_PS)');
  });
});
