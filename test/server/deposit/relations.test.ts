/** Relations, folders and partial successes, on fakes: what leaves for the DMP and what is kept. */
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { checkRelated } from '../../../mappings/cda/related.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { depositBundle } from '../../../server/fhir/deposit/bundle.ts';
import { depositOne } from '../../../server/fhir/deposit/one.ts';
import { toProblem } from '../../../server/fhir/outcome.ts';
import { text } from '../../support/documents.ts';
import { newOid, provideBundle, simplified } from '../../support/resources.ts';
import { nurse } from '../../support/callers.ts';
import { world, type World } from './fakes.ts';

const note = (content: string, more: Partial<DocumentReference> = {}): DocumentReference => ({
  ...simplified({ content: text(content), contentType: 'text/plain' }),
  ...more,
});
const oldUuid = 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31';
/** A world with one document deposited, which the DMP's registry knows. */
async function withOld(): Promise<{ w: World; id: string; uniqueId: string }> {
  const w = world();
  const { id = '', resource } = await depositOne(note('v1'), w, nurse);
  const uniqueId = resource!.masterIdentifier!.value!.replace('urn:oid:', '');
  w.fake.registry.set(uniqueId, oldUuid);
  w.fake.calls.length = 0;
  return { w, id, uniqueId };
}
const replaces = (id: string): DocumentReference['relatesTo'] => [
  { code: 'replaces', target: { reference: `DocumentReference/${id}` } },
];
async function keys(step: Promise<unknown>): Promise<string[]> {
  const error: unknown = await step.then(
    () => undefined,
    (e: unknown) => e,
  );
  return toProblem(error).issues.map((i) => `${i.key} ${i.expression ?? ''}`.trim());
}

describe('relatesTo, on the way to TD2.1', () => {
  it('is an association to the entryUUID that TD3.1b gave, and stands in the CDA', async () => {
    const { w, id, uniqueId } = await withOld();
    const { resource } = await depositOne(note('v2', { relatesTo: replaces(id) }), w, nurse);
    expect(w.fake.calls.map((c) => c.transaction)).toEqual(['TD3.1b', 'TD2.1']);
    expect(w.fake.sent.associations.map((a) => [a.type.split(':').pop(), a.source, a.target])).toEqual([
      ['HasMember', 'SubmissionSet01', 'Document01'],
      ['RPLC', 'Document01', oldUuid],
    ]);
    expect(readCdaHeader(w.fake.sent.entries[0]!.content)).toMatchObject({
      relatedDocuments: [{ type: 'RPLC', id: { root: uniqueId }, setId: { root: uniqueId }, versionNumber: '1' }],
      setId: { root: uniqueId },
      versionNumber: '2',
    });
    expect(resource!.relatesTo).toEqual([
      {
        code: 'replaces',
        target: {
          reference: `DocumentReference/${id}`,
          identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${uniqueId}` },
        },
      },
    ]);
    expect(w.memory.held.get(id)!.availabilityStatus).toMatch(/Deprecated$/);
  });

  it('a reference and an identifier of two documents; a target in the same request; a folder as target', async () => {
    const { w, id } = await withOld();
    const other = await depositOne(note('autre'), w, nurse);
    const identifier = other.resource!.masterIdentifier!;
    const two = [{ code: 'replaces' as const, target: { reference: `DocumentReference/${id}`, identifier } }];
    expect(await keys(depositOne(note('x', { relatesTo: two }), w, nurse))).toEqual([
      'target-inconsistent DocumentReference.relatesTo[0].target',
    ]);
    const list = [{ code: 'appends' as const, target: { reference: `List/${id}` } }];
    expect(await keys(depositOne(note('x', { relatesTo: list }), w, nurse))).toEqual([
      'reference-type DocumentReference.relatesTo[0].target.reference',
    ]);
    const bundle = provideBundle([
      { content: text('a'), contentType: 'text/plain' },
      { content: text('b'), contentType: 'text/plain' },
    ]);
    (bundle.entry![1]!.resource as DocumentReference).relatesTo = [
      { code: 'transforms', target: { reference: bundle.entry![3]!.fullUrl! } },
    ];
    expect(await keys(depositBundle(bundle, w, nurse))).toEqual([
      'target-new Bundle.entry[1].resource.relatesTo[0].target.reference',
    ]);
    const own = newOid();
    const itself = simplified({ content: text('x'), contentType: 'text/plain', uniqueId: own });
    const value = { system: 'urn:ietf:rfc:3986', value: `urn:oid:${own}` };
    expect(
      await keys(depositOne({ ...itself, relatesTo: [{ code: 'replaces', target: { identifier: value } }] }, w, nurse)),
    ).toEqual(['target-new DocumentReference.relatesTo[0].target']);
  });

  it('a refusal of the DMP names the relation that it is about', async () => {
    const { w, id } = await withOld();
    const errors = [
      {
        code: 'XDSReplaceFailed',
        context: `${oldUuid} est déjà remplacé`,
        location: oldUuid,
        severity: 'Error' as const,
      },
    ];
    // The first call is TD3.1b.
    w.fake.failures.push(
      undefined as never,
      new DmpError('registry', 'XDSReplaceFailed', 'TD2.1', errors[0]!.context, errors),
    );
    expect(await keys(depositOne(note('v2', { relatesTo: replaces(id) }), w, nurse))).toEqual([
      'dmp:XDSReplaceFailed DocumentReference.relatesTo[0]',
    ]);
    expect([...w.memory.held.values()].map((d) => d.state)).toEqual(['confirmed']);
  });
});

describe('a given CDA and relatesTo', () => {
  const header = (...relatedDocuments: { type: string; id?: { root: string; extension?: string } }[]) => ({
    relatedDocuments,
  });
  const rplc = { type: 'RPLC' as const, uniqueId: '1.2.3.4' };
  it.each([
    ['agree', header({ type: 'RPLC', id: { root: '1.2.3.4' } }), [rplc], []],
    [
      'agree in another form of the identifier',
      header({ type: 'RPLC', id: { root: '1.2.3', extension: '4' } }),
      [rplc],
      [],
    ],
    ['the header alone', header({ type: 'RPLC', id: { root: '1.2.3.4' } }), [], ['cda-relation-unsaid']],
    ['relatesTo alone', header(), [rplc], ['cda-relation-missing']],
    [
      'two different documents',
      header({ type: 'RPLC', id: { root: '9.9' } }),
      [rplc],
      ['cda-relation-unsaid', 'cda-relation-missing'],
    ],
    [
      'an addendum that the header does not tell',
      header(),
      [{ type: 'APND' as const, uniqueId: '1.2' }],
      ['(cda-relation-missing)'],
    ],
    [
      'both of XFRM_RPLC',
      header({ type: 'XFRM', id: { root: '1.2' } }, { type: 'RPLC', id: { root: '1.2' } }),
      [{ type: 'XFRM_RPLC' as const, uniqueId: '1.2' }],
      [],
    ],
    ['other relations are not ours to judge', header({ type: 'SUBJ', id: { root: '1.2' } }), [], []],
  ])('%s', (_, given, stated, expected) => {
    expect(checkRelated(given, stated).map((i) => (i.severity === 'warning' ? `(${i.key})` : i.key))).toEqual(expected);
  });
});

describe('a partial success (which ITI-41 does not know)', () => {
  const two = (): Bundle =>
    provideBundle([
      { content: text('a'), contentType: 'text/plain' },
      { content: text('b'), contentType: 'text/plain' },
    ]);
  const uniqueIds = (b: Bundle): string[] =>
    [1, 3].map((i) => (b.entry![i]!.resource as DocumentReference).masterIdentifier!.value!.replace('urn:oid:', ''));
  const partial = (w: World): void => {
    w.fake.status = 'PartialSuccess';
    w.fake.warnings = [{ code: 'XDSRepositoryError', context: 'Document02', severity: 'Error' }];
  };
  const codes = (b: Bundle, i: number): string[] =>
    (b.entry![i]!.response!.outcome?.issue ?? []).map((x) => x.details!.coding!.at(-1)!.code!);

  it('what is registered is answered 201, what is not is told in its own entry and free again', async () => {
    const w = world();
    partial(w);
    const bundle = two();
    const [first = '', second = ''] = uniqueIds(bundle);
    w.fake.registry.set(first, oldUuid);
    const response = await depositBundle(bundle, w, nurse);
    expect(w.fake.calls.map((c) => c.transaction)).toEqual(['TD2.1', 'TD3.1b', 'TD3.1b']);
    expect(response.entry!.map((e) => e.response!.status.slice(0, 3))).toEqual(['201', '201', '201', '502', '502']);
    expect(codes(response, 3)).toEqual(['dmp-warning', 'not-registered']);
    expect(codes(response, 1)).toEqual([]);
    expect([...w.memory.held.values()].map((d) => [d.uniqueId, d.state])).toEqual([[first, 'confirmed']]);
    expect([...w.memory.held.values()].some((d) => d.uniqueId === second)).toBe(false);
  });

  it('everything is there: a success with warnings; nothing is: a failure', async () => {
    const all = world();
    partial(all);
    const bundle = two();
    for (const uniqueId of uniqueIds(bundle)) all.fake.registry.set(uniqueId, oldUuid);
    const response = await depositBundle(bundle, all, nurse);
    expect(response.entry!.every((e) => e.response!.status === '201 Created')).toBe(true);
    expect(codes(response, 3)).toEqual(['dmp-warning']);

    const none = world();
    partial(none);
    expect(await keys(depositBundle(two(), none, nurse))).toEqual(['dmp:XDSRepositoryError Bundle.entry[3].resource']);
    expect(none.memory.held.size).toBe(0);
  });

  it('what is there cannot be found out: the deposit stays pending', async () => {
    const w = world();
    partial(w);
    w.fake.failures.push(undefined as never, new DmpError('timeout', '', 'TD3.1b'));
    const error: unknown = await depositBundle(two(), w, nurse).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DmpError);
    expect(error).not.toBeInstanceOf(IssueError);
    expect([...w.memory.held.values()].map((d) => d.state)).toEqual(['pending', 'pending']);
  });
});
