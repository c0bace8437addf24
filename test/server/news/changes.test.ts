/** What a registry's answers mean, whatever its habits: the steps of the CNAM's pattern against registries made for it. */
import { describe, expect, it } from 'vitest';
import { associationTypes, statuses } from '../../../mappings/ebrim/schemes.ts';
import type { StoredQuery } from '../../../mappings/query.ts';
import { relationTable } from '../../../mappings/relates-to.ts';
import type { Association, DocumentEntry, SubmissionSet } from '../../../mappings/xds.ts';
import { changesIn } from '../../../server/fhir/news/changes.ts';
import { collect, TooMuchNews } from '../../../server/fhir/news/collect.ts';
import { entry, P1, testOid } from '../fhir/support.ts';

const patientId = `${P1}^^^&${testOid}&ISO^NH`;
const from = Date.UTC(2026, 10, 1);
const at = (n: number): string => `202611${String(n).padStart(2, '0')}080000`;
const set = (id: string, submissionTime: string): SubmissionSet => ({
  id,
  submissionTime,
  patientId,
  authors: [],
  intendedRecipients: [],
  sourceId: '',
  uniqueId: id,
  slots: {},
});
const link = (type: string, source: string, target: string, slots: Record<string, string[]> = {}): Association => ({
  type,
  source,
  target,
  slots,
});
const member = (source: string, target: string, slots: Record<string, string[]> = {}): Association =>
  link(associationTypes.hasMember, source, target, { SubmissionSetStatus: ['Original'], ...slots });
const replaces = (source: string, target: string): Association => link(relationTable.RPLC.urn, source, target);

interface World {
  sets: SubmissionSet[];
  associations: Association[];
  entries: DocumentEntry[];
  /** Entries that only FindDocuments gives. */
  deleted?: DocumentEntry[];
}

/** A registry that keeps associations as they were submitted. */
function registry(world: World) {
  const asked: StoredQuery[] = [];
  const list = (q: StoredQuery, name: string): string[] => q.parameters[name]?.[0] ?? [];
  const ask = (query: StoredQuery) => {
    asked.push(query);
    const none = { documentEntries: [], submissionSets: [], folders: [], associations: [], objectRefs: [] };
    const touching = (ids: string[]) =>
      world.associations.filter((a) => ids.includes(a.source) || ids.includes(a.target));
    const objects = (() => {
      switch (query.query) {
        case 'FindSubmissionSets':
          return { ...none, submissionSets: world.sets };
        case 'GetAssociations':
          return { ...none, associations: touching(list(query, '$uuid')) };
        case 'GetDocumentsAndAssociations': {
          const ids = list(query, '$XDSDocumentEntryEntryUUID');
          const documentEntries = world.entries.filter((e) => ids.includes(e.id));
          return { ...none, documentEntries, associations: touching(documentEntries.map((e) => e.id)) };
        }
        default:
          return { ...none, documentEntries: world.deleted ?? [] };
      }
    })();
    return Promise.resolve({ total: 0, objects, errors: [] });
  };
  return { ask, asked };
}

const options = { batch: 20, most: 1000 };
async function told(world: World): Promise<Record<string, string>> {
  const { changes } = changesIn(await collect(registry(world).ask, patientId, from, options));
  return Object.fromEntries(changes.map((c) => [c.entry.id, c.code]));
}

const doc = (n: number, over: Partial<DocumentEntry> = {}): DocumentEntry => {
  const e = entry(n, over);
  return { ...e, logicalId: over.logicalId ?? e.id };
};

describe('a document is', () => {
  const [a, b, c] = [doc(1), doc(2), doc(3)];

  it('new when its first version came with a set', async () => {
    expect(await told({ sets: [set('s', at(2))], associations: [member('s', a.id)], entries: [a] })).toEqual({
      [a.id]: 'new',
    });
  });

  it('not new when a set only refers to it', async () => {
    const associations = [member('s', a.id, { SubmissionSetStatus: ['Reference'] })];
    expect(await told({ sets: [set('s', at(2))], associations, entries: [a] })).toEqual({});
  });

  it('no document when it signs its set', async () => {
    const associations = [member('s', a.id), member('s', b.id), link(associationTypes.signs, b.id, 's')];
    expect(await told({ sets: [set('s', at(2))], associations, entries: [a, b] })).toEqual({ [a.id]: 'new' });
  });

  it('replaced, along a chain as far as it is recent', async () => {
    const old = doc(4, { availabilityStatus: statuses.deprecated });
    const older = doc(5, { availabilityStatus: statuses.deprecated });
    const middle = { ...b, availabilityStatus: statuses.deprecated };
    const associations = [
      member('s', b.id),
      member('t', c.id),
      replaces(b.id, old.id),
      replaces(c.id, b.id),
      replaces(old.id, older.id),
    ];
    const world = { sets: [set('s', at(2)), set('t', at(3))], associations, entries: [middle, c, old, older] };
    expect(await told(world)).toEqual({ [old.id]: 'replaced', [b.id]: 'replaced', [c.id]: 'replacement' });
  });

  it('updated when a set brought another version of it', async () => {
    const second = doc(6, { version: '2', logicalId: a.id });
    const associations = [member('s', second.id, { PreviousVersion: ['1'] })];
    expect(await told({ sets: [set('s', at(2))], associations, entries: [second] })).toEqual({
      [second.id]: 'updated',
    });
  });

  it.each<[string, Association[]]>([
    [
      'the associations stay with the first version',
      [member('s', a.id), member('t', doc(6).id, { PreviousVersion: ['1'] })],
    ],
    [
      'they follow to the last, and keep PreviousVersion',
      [member('s', doc(6).id), member('t', doc(6).id, { PreviousVersion: ['1'] })],
    ],
    ['they follow to the last, and forget it', [member('s', doc(6).id), member('t', doc(6).id)]],
  ])('new when it came and was re-labelled since: %s', async (_how, associations) => {
    const second = doc(6, { version: '2', logicalId: a.id });
    const sets = [set('s', at(2)), set('t', at(3))];
    expect(await told({ sets, associations, entries: [second] })).toEqual({ [second.id]: 'new' });
  });

  it('one, in its last version, when a registry gives the others too', async () => {
    const second = doc(6, { version: '2', logicalId: a.id });
    const first = { ...a, availabilityStatus: statuses.deprecated };
    const associations = [member('s', a.id), member('t', second.id, { PreviousVersion: ['1'] })];
    const world = { sets: [set('s', at(2)), set('t', at(3))], associations, entries: [first, second] };
    expect(await told(world)).toEqual({ [second.id]: 'new' });
  });

  it.each<[string, string, string, DocumentEntry['availabilityStatus']]>([
    ['archived', statuses.approved, statuses.archived, statuses.archived],
    ['unarchived', statuses.archived, statuses.approved, statuses.approved],
    ['deleted', statuses.approved, statuses.deleted, statuses.deleted],
  ])('%s when a registry keeps the association that says so', async (code, OriginalStatus, NewStatus, now) => {
    const slots = { OriginalStatus: [OriginalStatus], NewStatus: [NewStatus] };
    const world = {
      sets: [set('s', at(2))],
      associations: [link(associationTypes.updateStatus, 's', a.id, slots)],
      entries: [{ ...a, availabilityStatus: now }],
    };
    expect(await told(world)).toEqual({ [a.id]: code });
  });

  it('deleted, found among the deleted ones, when a registry does not give it by its identifier', async () => {
    const slots = { OriginalStatus: [statuses.approved], NewStatus: [statuses.deleted] };
    const associations = [link(associationTypes.updateStatus, 's', a.id, slots)];
    const gone = { ...a, availabilityStatus: statuses.deleted };
    const world = { sets: [set('s', at(2))], associations, entries: [], deleted: [gone, b] };
    expect(await told(world)).toEqual({ [a.id]: 'deleted' });
    const collected = await collect(registry({ ...world, deleted: [] }).ask, patientId, from, options);
    expect(changesIn(collected).vanished).toEqual([{ entryUuid: a.id, at: Date.UTC(2026, 10, 2, 8) }]);
  });

  it('somebody else’s business when it is of another patient', async () => {
    const other = { ...a, patientId: `1${P1.slice(1)}^^^&${testOid}&ISO^NH` };
    expect(await told({ sets: [set('s', at(2))], associations: [member('s', a.id)], entries: [other] })).toEqual({});
  });
});

describe('a look', () => {
  const many = Array.from({ length: 45 }, (_, i) => doc(100 + i));
  const world = {
    sets: many.map((_, i) => set(`s${i}`, at(2))),
    associations: many.map((d, i) => member(`s${i}`, d.id)),
    entries: many,
  };

  it('asks in batches', async () => {
    const { ask, asked } = registry(world);
    await collect(ask, patientId, from, options);
    const count = (name: string): number => asked.filter((q) => q.query === name).length;
    expect([count('FindSubmissionSets'), count('GetAssociations'), count('GetDocumentsAndAssociations')]).toEqual([
      1, 3, 3,
    ]);
    expect(asked[0]!.parameters['$XDSSubmissionSetSubmissionTimeFrom']).toEqual([['20261101000000']]);
  });

  it('ends when there is too much', async () => {
    await expect(collect(registry(world).ask, patientId, from, { batch: 20, most: 44 })).rejects.toThrow(TooMuchNews);
  });

  it('remembers when a set says nothing of what it changed', async () => {
    const { ask } = registry({ sets: [set('s', at(2)), set('t', at(5))], associations: [], entries: [] });
    expect((await collect(ask, patientId, from, options)).silentSet).toBe(Date.UTC(2026, 10, 5, 8));
  });
});
