/** Issue line 2: the forms of a patch. Each is applied strictly, and says what it touched. */
import type { DocumentReference } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { documentEntryToFhir } from '../../../mappings/document-entry.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { requireClearLabels, requireNames, requirePatchable } from '../../../server/fhir/patch/elements.ts';
import { readFhirPathPatch } from '../../../server/fhir/patch/fhirpath-patch.ts';
import { readJsonPatch } from '../../../server/fhir/patch/json-patch.ts';
import { maxBytes, type Patch } from '../../../server/fhir/patch/patch.ts';
import { readXmlPatch } from '../../../server/fhir/patch/xml-patch.ts';
import { loadEngine } from '../../../server/fhir/validation/engine.ts';
import { entry as registered } from '../fhir/support.ts';

beforeAll(() => loadEngine());

const masked = registered(1, {
  confidentialityCodes: [
    { code: 'N', scheme: '2.16.840.1.113883.5.25', display: 'Normal' },
    { code: 'MASQUE_PS', scheme: '1.2.250.1.213.1.1.4.13', display: 'Masqué' },
  ],
});
const document: DocumentReference = documentEntryToFhir(masked, {
  id: 'd1',
  subject: { reference: 'Patient/p' },
  attachmentUrl: 'http://x.invalid/fhir/Binary/d1',
});
const visibility =
  'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
const v3 = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const at = document.extension!.findIndex((e) => e.url === extIsArchived);

const json = (operations: unknown): Patch => readJsonPatch(Buffer.from(JSON.stringify(operations)));
type Part = Record<string, unknown>;
const fhirPath = (...operations: Part[][]): Patch =>
  readFhirPathPatch({ resourceType: 'Parameters', parameter: operations.map((part) => ({ name: 'operation', part })) });
const op = (type: string, path: string, ...more: Part[]): Part[] => [
  { name: 'type', valueCode: type },
  { name: 'path', valueString: path },
  ...more,
];
const xml = (content: string): Patch =>
  readXmlPatch(Buffer.from(`<diff xmlns:f="http://hl7.org/fhir">${content}</diff>`));

const patched = (patch: Patch): DocumentReference => {
  requireNames(patch.names);
  return requirePatchable(document, patch.apply(document));
};
const codesOf = ({ securityLabel }: DocumentReference): (string | undefined)[] =>
  (securityLabel ?? []).map((l) => l.coding?.[0]?.code);
const isArchived = ({ extension }: DocumentReference): boolean | undefined =>
  extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
const issuesOf = (run: () => unknown): readonly Issue[] => {
  try {
    run();
  } catch (e) {
    if (e instanceof IssueError) return e.issues;
    throw e;
  }
  return [];
};
const keysOf = (run: () => unknown): string[] => issuesOf(run).map((i) => i.key);
const unchanged = structuredClone(document);

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
