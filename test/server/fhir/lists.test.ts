/** Lists over HTTP with a DMP that answers what a test wants: what the simulator's story does not hold. */
import type { Bundle, List } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { associationTypes, statuses } from '../../../mappings/ebrim/schemes.ts';
import type { StoredQuery } from '../../../mappings/query.ts';
import type { Association, DocumentEntry, Folder, RegistryObjects, SubmissionSet } from '../../../mappings/xds.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { entry, insToken, P1, startBench, testOid, type Bench } from './support.ts';

let bench: Bench;
/** What the registry holds. */
let registry: RegistryObjects;
const cx = (ins: string): string => `${ins}^^^&${testOid}&ISO^NH`;
const uuid = (kind: number, n: number): string =>
  `urn:uuid:${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const setOf = (n: number, over: Partial<SubmissionSet> = {}): SubmissionSet => ({
  id: uuid(2, n),
  availabilityStatus: statuses.approved,
  submissionTime: `202602${String(n).padStart(2, '0')}100000`,
  authors: entry(n).authors,
  contentTypeCode: { code: '11', scheme: '1.2.250.1.213.2.2', display: 'Hébergement' },
  intendedRecipients: [],
  patientId: cx(P1),
  sourceId: '1.2.3',
  uniqueId: `2.16.840.1.113883.19.7601.8.${n}`,
  title: `Lot ${n}`,
  slots: {},
  ...over,
});
const folderOf = (over: Partial<Folder> = {}): Folder => ({
  id: uuid(3, 1),
  logicalId: uuid(3, 1),
  version: '1',
  availabilityStatus: statuses.approved,
  title: 'Classeur',
  lastUpdateTime: '20260301100000',
  codes: [{ code: 'X', scheme: '1.2.3.4' }],
  patientId: cx(P1),
  uniqueId: '2.16.840.1.113883.19.7601.7.1',
  slots: {},
  ...over,
});
let serial = 0;
const member = (source: string, target: string, type: string = associationTypes.hasMember): Association => ({
  id: uuid(9, ++serial),
  type,
  source,
  target,
  slots: {},
});

const none: RegistryObjects = {
  documentEntries: [],
  submissionSets: [],
  folders: [],
  associations: [],
  objectRefs: [],
};

/** ITI-18 over `registry`, as far as these tests ask. */
function answer({ query, parameters }: StoredQuery): { objects: RegistryObjects; errors: [] } {
  const values = (name: string): string[] => parameters[name]?.[0] ?? [];
  const { documentEntries, submissionSets, folders, associations } = registry;
  const objects = ((): Partial<RegistryObjects> => {
    switch (query) {
      case 'FindSubmissionSets': {
        const from = values('$XDSSubmissionSetSubmissionTimeFrom')[0] ?? '';
        const to = values('$XDSSubmissionSetSubmissionTimeTo')[0] ?? '9';
        return { submissionSets: submissionSets.filter((s) => s.submissionTime >= from && s.submissionTime < to) };
      }
      case 'FindFolders':
        return { folders };
      case 'GetAssociations':
        return {
          associations: associations.filter((a) => values('$uuid').some((u) => u === a.source || u === a.target)),
        };
      case 'GetFolderAndContents':
        return { folders, documentEntries, associations };
      default: {
        const byId = values('$XDSDocumentEntryEntryUUID');
        const byUniqueId = values('$XDSDocumentEntryUniqueId');
        return {
          documentEntries: documentEntries.filter((d) => byId.includes(d.id) || byUniqueId.includes(d.uniqueId)),
        };
      }
    }
  })();
  return { objects: { ...none, ...objects }, errors: [] };
}

beforeAll(async () => {
  bench = await startBench({ RELATIONS_BATCH: '2' });
  bench.dmp.answers['TD3.1a'] = (query: StoredQuery) => answer(query);
});
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers['TD3.1a'] = (query: StoredQuery) => answer(query);
});
afterAll(() => bench.close());

const asked = (): string[] => bench.dmp.calls.map((c) => (c.input as StoredQuery).query);
const base = `/fhir/List?patient.identifier=${encodeURIComponent(insToken)}&status=current`;
const lists = (bundle: Bundle): List[] => (bundle.entry ?? []).map((e) => e.resource as List);
const items = (list: List): string[] => (list.entry ?? []).map((e) => e.item.reference!);

async function find(query: string): Promise<List[]> {
  const { status, body } = (await bench.get(`${base}&${query}`)) as { status: number; body: Bundle };
  expect(status, JSON.stringify(body)).toBe(200);
  return lists(body);
}

describe('the members of a page', () => {
  it('are asked for RELATIONS_BATCH lists at a time, and documents never seen as many at a time; once', async () => {
    const numbers = [1, 2, 3, 4, 5];
    const documentEntries: DocumentEntry[] = numbers.map((n) => entry(100 + n));
    registry = {
      ...none,
      submissionSets: numbers.map((n) => setOf(n)),
      documentEntries,
      associations: numbers.map((n) => member(uuid(2, n), documentEntries[n - 1]!.id)),
    };
    const found = await find('code=submissionset');
    expect(found.map((l) => items(l).length)).toEqual([1, 1, 1, 1, 1]);
    const times = (name: string): number => asked().filter((q) => q === name).length;
    expect([times('FindSubmissionSets'), times('GetAssociations'), times('GetDocuments')]).toEqual([1, 3, 3]);
    bench.dmp.calls = [];
    expect(await find('code=submissionset')).toEqual(found);
    expect([times('FindSubmissionSets'), times('GetAssociations'), times('GetDocuments')]).toEqual([1, 3, 0]);
  });

  it('that the registry does not tell: the search fails, for a list that lacks members must not look whole', async () => {
    registry = { ...none, submissionSets: [setOf(1)] };
    bench.dmp.answers['TD3.1a'] = (query: StoredQuery) => {
      if (query.query === 'GetAssociations') throw new DmpError('timeout', '', 'TD3.1a');
      return answer(query);
    };
    expect((await bench.get(`${base}&code=submissionset`)).status).toBe(504);
    expect((await bench.get(`${base}&code=submissionset&_summary=true`)).status).toBe(200);
  });

  it('are documents and folders: signatures, associations and what is withheld are none', async () => {
    const [document, signature, withheld] = [entry(201), entry(202), uuid(1, 203)];
    const folder = folderOf();
    const inFolder = member(folder.id, document.id);
    registry = {
      ...none,
      submissionSets: [setOf(1)],
      folders: [folder],
      documentEntries: [document, signature],
      associations: [
        inFolder,
        ...[document.id, signature.id, withheld, folder.id, inFolder.id!, document.id].map((t) =>
          member(uuid(2, 1), t),
        ),
        member(signature.id, uuid(2, 1), associationTypes.signs),
        member(document.id, uuid(2, 1), 'urn:ihe:iti:2007:AssociationType:RPLC'),
      ],
    };
    const [set, ...more] = await find('code=submissionset');
    expect(more).toEqual([]);
    const stored = await bench.store.documents.byIdentifier(document.uniqueId);
    const folderList = await bench.store.lists.byIdentifier(folder.uniqueId);
    expect(items(set!)).toEqual([`DocumentReference/${stored!.id}`, `List/${folderList!.id}`]);
  });
});

it('lists of another patient are no answer, however they got into one', async () => {
  registry = { ...none, submissionSets: [setOf(1), setOf(2, { patientId: cx('141112A99004563') })] };
  expect((await find('code=submissionset')).map((l) => l.title)).toEqual(['Lot 1']);
});

it('both kinds at once: each has its own query, and its own conditions', async () => {
  registry = { ...none, submissionSets: [setOf(1), setOf(2, { sourceId: '9.9' })], folders: [folderOf()] };
  const found = await find('code=submissionset,folder&sourceId=urn:oid:1.2.3&_summary=true');
  expect(found.map((l) => l.title)).toEqual(['Lot 1', 'Classeur']);
  expect(asked().sort()).toEqual(['FindFolders', 'FindSubmissionSets']);
});

describe('a folder whose metadata change', () => {
  it('stays one List: found and read by every entryUUID that it had, its version in the ETag', async () => {
    const document = entry(301);
    registry = {
      ...none,
      folders: [folderOf()],
      documentEntries: [document],
      associations: [member(uuid(3, 1), document.id)],
    };
    const [first] = await find('code=folder');
    const updated = folderOf({ id: uuid(3, 2), version: '2', title: 'Autre titre' });
    registry = { ...registry, folders: [folderOf(), updated] };
    const read = await bench.get(`/fhir/List/${first!.id}`);
    expect([read.status, (read.body as List).title, items(read.body as List)]).toEqual([
      200,
      'Autre titre',
      items(first!),
    ]);
    expect(read.headers['etag']).toBe('W/"2-20260301100000"');
    expect(first!.meta!.versionId).toBe('1-20260301100000');
    for (const old of [uuid(3, 1), uuid(3, 1).slice(9), uuid(3, 2)]) {
      expect(
        (await find(`code=folder&identifier=${old}`)).map((l) => l.id),
        old,
      ).toEqual([first!.id]);
      expect((await bench.get(`/fhir/List/${old.replace('urn:uuid:', '')}`)).body).toMatchObject({ id: first!.id });
    }
  });
});

describe('a set', () => {
  it('is read by a search as narrow as when it was submitted', async () => {
    registry = { ...none, submissionSets: Array.from({ length: 20 }, (_, i) => setOf(i + 1)) };
    const [found] = await find('code=submissionset&title=Lot 7&_summary=true');
    bench.dmp.calls = [];
    const read = await bench.get(`/fhir/List/${found!.id}`);
    expect((read.body as List).title).toBe('Lot 7');
    expect(asked()).toEqual(['FindSubmissionSets', 'GetAssociations']);
    expect((bench.dmp.calls[0]!.input as StoredQuery).parameters).toMatchObject({
      $XDSSubmissionSetSubmissionTimeFrom: [['20260206235959']],
      $XDSSubmissionSetSubmissionTimeTo: [['20260207100001']],
      $XDSSubmissionSetStatus: [Object.values(statuses)],
    });
  });

  it('that the registry no longer shows is not found; one that was taken back is gone', async () => {
    registry = { ...none, submissionSets: [setOf(1)] };
    const [found] = await find('code=submissionset');
    registry = { ...none, submissionSets: [setOf(1, { availabilityStatus: statuses.deleted })] };
    expect((await bench.get(`/fhir/List/${found!.id}`)).status).toBe(410);
    registry = none;
    expect((await bench.get(`/fhir/List/${found!.id}`)).status).toBe(404);
    expect((await bench.get('/fhir/List/nobody')).status).toBe(404);
  });

  it('of which nothing can match is not asked for', async () => {
    for (const query of ['code=other', 'code=folder&code=submissionset', 'code=folder&status=retired&isArchived=true'])
      expect(await find(query), query).toEqual([]);
    expect(asked()).toEqual([]);
  });
});
