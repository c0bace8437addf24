/** Issue line 2: JSON Patch is applied strictly, and says what it touched. */
import { beforeAll, describe, expect, it } from 'vitest';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { readJsonPatch } from '../../../server/fhir/patch/json-patch.ts';
import type { Patch } from '../../../server/fhir/patch/patch.ts';
import { loadEngine } from '../../../server/fhir/validation/engine.ts';
import { at, codesOf, document, issuesOf, json, keysOf, patched } from './support.ts';

beforeAll(() => loadEngine());

describe('JSON Patch', () => {
  it('tests before it writes', () => {
    const test = (value: string): Patch =>
      json([
        { op: 'test', path: '/status', value },
        { op: 'test', path: '/masterIdentifier/value', value: document.masterIdentifier!.value },
        { op: 'replace', path: '/status', value: 'superseded' },
      ]);
    expect(patched(test('current')).status).toBe('superseded');
    expect(keysOf(() => patched(test('superseded')))).toEqual(['patch-test-failed']);
  });

  it('tests values whole: lists, objects in any order, what is not there', () => {
    const test = (path: string, value: unknown) => keysOf(() => patched(json([{ op: 'test', path, value }])));
    const [first] = document.securityLabel!;
    expect(test('/securityLabel/0', JSON.parse(JSON.stringify(first)))).toEqual([]);
    expect(test('/masterIdentifier', Object.fromEntries(Object.entries(document.masterIdentifier!).reverse()))).toEqual(
      [],
    );
    expect(test('', document)).toEqual([]);
    for (const [path, value] of [
      ['/securityLabel', [first]],
      ['/securityLabel/0', { ...first, text: 'x' }],
      ['/securityLabel/length', 2],
      ['/securityLabel/9', null],
      ['/securityLabel/-', null],
      ['/toString', null],
      ['/status/length', 7],
    ] as const)
      expect(test(path, value), path).toEqual(['patch-test-failed']);
  });

  it('tests long lists in no time', () => {
    const list = (from: number): number[] => Array.from({ length: 50_000 }, (_, i) => from + i);
    const patch = json([
      { op: 'add', path: '/securityLabel', value: list(0) },
      { op: 'test', path: '/securityLabel', value: list(0) },
      { op: 'test', path: '/securityLabel', value: list(0.5) },
    ]);
    const started = performance.now();
    expect(keysOf(() => patched(patch))).toEqual(['patch-test-failed']);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('moves and copies among labels', () => {
    expect(codesOf(patched(json([{ op: 'move', from: '/securityLabel/1', path: '/securityLabel/0' }])))).toEqual([
      'MASQUE_PS',
      'N',
    ]);
    expect(codesOf(patched(json([{ op: 'copy', from: '/securityLabel/1', path: '/securityLabel/-' }])))).toEqual([
      'N',
      'MASQUE_PS',
      'MASQUE_PS',
    ]);
  });

  const replace = (path: string, value: unknown = 'x') => [{ op: 'replace', path, value }];
  it.each<[string, unknown]>([
    ['no list', { op: 'replace' }],
    ['an empty list', []],
    ['a string', ['replace']],
    ['an unknown op', [{ op: 'change', path: '/status', value: 'x' }]],
    ['no path', [{ op: 'remove' }]],
    ['no value', [{ op: 'replace', path: '/status' }]],
    ['no from', [{ op: 'move', path: '/status' }]],
  ])('refuses %s', (_, operations) => expect(keysOf(() => json(operations))).toEqual(['patch-malformed']));

  it('refuses more operations than anybody needs, keys twice, and what is not JSON', () => {
    const many = Array.from({ length: 101 }, () => ({ op: 'test', path: '/status', value: 'current' }));
    expect(keysOf(() => json(many))).toEqual(['patch-too-many']);
    expect(keysOf(() => readJsonPatch(Buffer.from('[{"op":"test","op":"add"}]')))).toEqual(['body-malformed']);
    expect(keysOf(() => readJsonPatch(Buffer.from('<diff/>')))).toEqual(['body-malformed']);
  });

  it.each<[string, unknown[], string]>([
    ['no pointer', replace('status'), 'patch-path'],
    ['a FHIRPath', replace('DocumentReference.status'), 'patch-path'],
    ['the resource’s name', replace('/DocumentReference/status'), 'patch-path'],
    ['a bad escape', replace('/status~2'), 'patch-path'],
    ['__proto__', [{ op: 'add', path: '/__proto__/polluted', value: 1 }], 'patch-path'],
    ['constructor', [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }], 'patch-path'],
    ['an index beyond the list', replace('/securityLabel/7'), 'patch-not-applicable'],
    ['the end, to replace', replace('/securityLabel/-'), 'patch-not-applicable'],
    ['a leading zero', replace('/securityLabel/00'), 'patch-not-applicable'],
    ['a negative index', replace('/securityLabel/-1'), 'patch-not-applicable'],
    ['a step into a text', replace('/status/length'), 'patch-not-applicable'],
    ['what is not there', [{ op: 'remove', path: '/extension/0/valueCode' }], 'patch-not-applicable'],
  ])('refuses %s', (_, operations, key) => {
    expect(keysOf(() => json(operations).apply(document))).toEqual([key]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('does not let copies of copies grow', () => {
    const bomb = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/securityLabel', path: '/securityLabel/-' }));
    const began = performance.now();
    expect(keysOf(() => json(bomb).apply(document))).toEqual(['patch-not-applicable']);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('tells who copies PDSm’s invalid example what to write instead', () => {
    const url = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/PDSm-isArchived';
    for (const path of [`/extension/[url:"${url}"]/valueBoolean`, `/extension[url:'${extIsArchived}']/valueBoolean`]) {
      const [issue] = issuesOf(() => json(replace(path, 'true')).apply(document));
      expect(issue).toMatchObject({ key: 'patch-path' });
      expect(issue!.values!.remedy).toContain(`"/extension/${at}/valueBoolean"`);
      expect(issue!.values!.remedy).toContain(extIsArchived);
    }
    const without = { ...document, extension: undefined };
    const [issue] = issuesOf(() => json(replace(`/extension[url:'x']`)).apply(without));
    expect(issue!.values!.remedy).toContain('"/extension/-"');
  });
});
