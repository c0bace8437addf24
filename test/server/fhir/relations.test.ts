/** What documents relate to, out of the registry's associations: codes, targets, batches, failures. */
import type { Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { StoredQuery } from '../../../mappings/query.ts';
import type { Association, DocumentEntry } from '../../../mappings/xds.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { answerOf, entry, insToken, P1, startBench, testOid, type Bench } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ PAGE_SIZE: '4', PAGE_SIZE_MAX: '50', RELATIONS_BATCH: '3' });
});
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const iti = 'urn:ihe:iti:2007:AssociationType:';
const relation = (type: string, source: DocumentEntry | string, target: DocumentEntry | string): Association => ({
  id: `urn:uuid:${crypto.randomUUID()}`,
  type: type.includes(':') ? type : `${iti}${type}`,
  source: typeof source === 'string' ? source : source.id,
  target: typeof target === 'string' ? target : target.id,
  slots: {},
});

/** A registry whose FindDocuments gives `listed`, whose Get… knows `all`. */
function holds(listed: DocumentEntry[], associations: Association[], all = listed, refuses: string[] = []): void {
  bench.dmp.answers['TD3.1a'] = ({ query, parameters }: StoredQuery) => {
    if (refuses.includes(query)) throw new DmpError('registry', 'XDSRegistryBusy', 'TD3.1a');
    const named = Object.values(parameters).flat(2);
    if (query === 'FindDocuments') return answerOf(listed);
    const found = all.filter((e) => named.includes(e.id) || named.includes(e.uniqueId));
    const ids = [...named, ...found.map((e) => e.id)];
    const related = associations.filter((a) => ids.includes(a.source) || ids.includes(a.target));
    const answer = answerOf(query === 'GetAssociations' ? [] : found);
    return { ...answer, objects: { ...answer.objects, associations: query === 'GetDocuments' ? [] : related } };
  };
}
const queries = () => bench.dmp.calls.map((c) => c.input as StoredQuery);
const names = () => queries().map((q) => q.query);
const get = (query = '') =>
  bench.get(`/fhir/DocumentReference?patient.identifier=${encodeURIComponent(insToken)}&status=current${query}`);
const matchesOf = ({ body }: { body: unknown }) =>
  ((body as Bundle<DocumentReference>).entry ?? []).filter((e) => e.search?.mode === 'match').map((e) => e.resource!);
const outcomeOf = ({ body }: { body: unknown }) =>
  (body as Bundle).entry?.find((e) => e.search?.mode === 'outcome')?.resource as OperationOutcome | undefined;
const told = (d: DocumentReference) =>
  (d.relatesTo ?? []).map((r) => [r.code, r.target.reference ?? r.target.identifier?.value]);
/** Entries that no other test uses. */
let used = 1000;
const fresh = (over: Partial<DocumentEntry> = {}): DocumentEntry => entry(++used, over);

it('says what each association means, once, and nothing of the others', async () => {
  const [a, b, c] = [fresh(), fresh(), fresh()] as const;
  holds(
    [a, b, c],
    [
      relation('RPLC', b, a),
      relation('RPLC', b, a),
      relation('APND', c, a),
      relation('signs', c, b),
      relation('XFRM', a, c),
      relation('urn:ihe:iti:2010:AssociationType:IsSnapshotOf', a, b),
      relation('XFRM_RPLC', c, b),
      relation('RPLC', c, c),
      relation('urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember', 'urn:uuid:set', a),
      relation('urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus', c, a),
    ],
  );
  const found = matchesOf(await get());
  const id = Object.fromEntries(found.map((d) => [d.content[0]!.attachment.title!, `DocumentReference/${d.id}`]));
  const [A, B, C] = [a, b, c].map((e) => id[e.title!]);
  expect(found.map(told)).toEqual([
    [
      ['transforms', C],
      ['transforms', B],
    ],
    [['replaces', A]],
    [
      ['appends', A],
      ['signs', B],
      ['replaces', B],
      ['transforms', B],
    ],
  ]);
  expect(found[1]!.relatesTo![0]!.target).toEqual({
    reference: A,
    type: 'DocumentReference',
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${a.uniqueId}` },
  });
  expect(names()).toEqual(['FindDocuments', 'GetAssociations']);
});

it('asks about the documents of the page alone, in batches, and for unknown targets once', async () => {
  const listed = Array.from({ length: 9 }, () => fresh());
  const elsewhere = listed.map(() => fresh());
  const replaced = listed.map((e, i) => relation('RPLC', e, elsewhere[i]!));
  holds(listed, replaced, [...listed, ...elsewhere]);
  const first = await get();
  expect(names()).toEqual(['FindDocuments', 'GetAssociations', 'GetAssociations', 'GetDocuments', 'GetDocuments']);
  const asked = queries().map((q) => Object.values(q.parameters).flat(2));
  expect(asked[1]!.concat(asked[2]!)).toEqual(listed.slice(0, 4).map((e) => e.id));
  expect(asked[3]!.concat(asked[4]!)).toEqual(elsewhere.slice(0, 4).map((e) => e.id));
  for (const d of matchesOf(first))
    expect(told(d)).toEqual([['replaces', expect.stringMatching(/^DocumentReference\//)]]);

  bench.dmp.calls = [];
  await get();
  expect(names(), 'the targets are known now').toEqual(['FindDocuments', 'GetAssociations', 'GetAssociations']);

  bench.dmp.calls = [];
  const next = (first.body as Bundle).link!.find((l) => l.relation === 'next')!.url;
  const second = matchesOf(await bench.get(next.slice(next.indexOf('/fhir/'))));
  expect(second.map(told)).toHaveLength(4);
  for (const d of second) expect(told(d)).toHaveLength(1);
  expect(names()).toEqual(['GetAssociations', 'GetAssociations', 'GetDocuments', 'GetDocuments']);
});

it('asks for none that is not shown', async () => {
  const [a, b] = [fresh(), fresh()];
  holds([a, b], [relation('RPLC', b, a)]);
  for (const [query, shown] of [
    ['&_summary=count', false],
    ['&_count=0', false],
    ['&_summary=text', false],
    ['&_elements=type', false],
    ['&_elements=relatesTo', true],
    ['&_elements=DocumentReference.relatesTo.target', true],
    ['&_summary=true', true],
    ['&_summary=data', true],
  ] as const) {
    bench.dmp.calls = [];
    const found = matchesOf(await get(query));
    expect(names(), query).toEqual(shown ? ['FindDocuments', 'GetAssociations'] : ['FindDocuments']);
    expect(
      found.some((d) => d.relatesTo !== undefined),
      query,
    ).toBe(shown);
  }
});

it('names what the registry tells of and does not give, and links to nothing that is not there', async () => {
  const [a, other] = [fresh(), fresh({ patientId: `141112A99004563^^^&${testOid}&ISO^NH` })];
  const gone = 'urn:uuid:0c77e2d4-5277-11f1-8b07-02420a1e0f31';
  holds(
    [a],
    [
      relation('RPLC', a, gone),
      relation('APND', a, other),
      relation('signs', a, 'urn:uuid:11111111-5277-11f1-8b07-02420a1e0f31'),
    ],
    [a, other],
  );
  const [found] = matchesOf(await get());
  expect(told(found!)).toEqual([
    ['replaces', gone],
    ['appends', other.id],
  ]);
  expect(found!.relatesTo!.every((r) => r.target.reference === undefined)).toBe(true);
});

it('does not link to a document of another patient that is known here', async () => {
  const patient = await bench.store.patients.byIns({ value: '141112A99004563', oid: testOid });
  const [a, other] = [fresh(), fresh()];
  await bench.store.documents.bind([
    {
      repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2',
      uniqueId: other.uniqueId,
      entryUuid: other.id,
      mimeType: 'text/xml',
      patientId: patient.id,
    },
  ]);
  holds([a], [relation('RPLC', a, other)]);
  expect(told(matchesOf(await get())[0]!)).toEqual([['replaces', other.id]]);
});

it('finds associations of a version of the past, on either side', async () => {
  const first = fresh();
  const changed = { ...fresh({ version: '3' }), logicalId: first.id };
  const old = fresh({ version: '2' });
  const now = { ...old, id: 'urn:uuid:99999999-0000-4000-8000-000000000001', version: '5' };
  // The registry gives the version that is asked for, which is not the current one.
  holds([changed, now], [relation('APND', first.id, old)], [changed, now, old]);
  const [one, target] = matchesOf(await get());
  expect(told(one!)).toEqual([['appends', `DocumentReference/${target!.id}`]]);
  const asked = queries().find((q) => q.query === 'GetAssociations')!;
  expect(asked.parameters['$uuid']![0]).toContain(first.id);
  const known = await bench.store.documents.byIdentifier(old.uniqueId);
  expect([known!.entryUuid, known!.version], 'the current version stays the current one').toEqual([now.id, '5']);
  expect((await bench.store.documents.byIdentifier(old.id))!.id).toBe(known!.id);
});

it('keeps the list when the relations cannot be had, and says so', async () => {
  const [a, b] = [fresh(), fresh()];
  for (const [refused, target] of [
    ['GetAssociations', a],
    ['GetDocuments', fresh()],
  ] as const) {
    holds([a, b], [relation('RPLC', b, target)], [a, b], [refused]);
    const res = await get();
    expect(res.status, res.text).toBe(200);
    expect(matchesOf(res)).toHaveLength(2);
    const [issue, ...more] = outcomeOf(res)!.issue;
    expect(more).toEqual([]);
    expect(issue).toMatchObject({
      severity: 'warning',
      code: 'incomplete',
      expression: ['DocumentReference.relatesTo'],
    });
    expect(issue!.details!.coding!.map((c) => c.code)).toEqual(['XDSRegistryBusy', 'relations-unavailable']);
  }
});

it('searches by relatesto among all documents, whatever the page shows', async () => {
  const [a, b, c, d] = [fresh(), fresh(), fresh(), fresh()] as const;
  holds([d, a, b, c], [relation('RPLC', b, a), relation('APND', c, b)]);
  const id = Object.fromEntries(matchesOf(await get()).map((r) => [r.content[0]!.attachment.title!, r.id!]));
  const titles = async (query: string) => matchesOf(await get(query)).map((r) => r.content[0]!.attachment.title);
  const A = id[a.title!]!;
  for (const value of [A, `DocumentReference/${A}`, `${bench.config.fhirBase}/DocumentReference/${A}`])
    expect(await titles(`&relatesto=${value}`), value).toEqual([b.title]);
  expect(await titles(`&relatesto=${A},${id[b.title!]}`)).toEqual([b.title, c.title]);
  expect(await titles(`&relatesto:DocumentReference=${A}`)).toEqual([b.title]);
  expect(await titles(`&relatesto:identifier=urn:ietf:rfc:3986|urn:oid:${a.uniqueId}`)).toEqual([b.title]);
  expect(await titles('&relatesto:missing=false&_sort=-title&_count=1')).toEqual([c.title]);
  expect(await titles('&relatesto:missing=true')).toEqual([d.title, a.title]);
  expect(await titles(`&relatesTo=${A}`), 'as PDSm prints it').toEqual([b.title]);
  bench.dmp.calls = [];
  const counted = await get(`&relatesto=${A}&_summary=count`);
  expect((counted.body as Bundle).total).toBe(1);
  expect(names()).toEqual(['FindDocuments', 'GetAssociations', 'GetAssociations']);
  // Without them such a search has no answer.
  holds([d, a, b, c], [], [], ['GetAssociations']);
  expect((await get(`&relatesto=${A}`)).status).toBe(503);
});

it('gives them with a document that is read, in the same call', async () => {
  const [a, b] = [fresh(), fresh()];
  holds([a, b], [relation('RPLC', b, a)]);
  const [, second] = matchesOf(await get());
  bench.dmp.calls = [];
  const res = await bench.get(`/fhir/DocumentReference/${second!.id}`);
  expect(res.body).toEqual(second);
  expect(names()).toEqual(['GetDocumentsAndAssociations']);
  bench.dmp.calls = [];
  expect(matchesOf(await get(`&_id=${second!.id}`))).toEqual([second]);
  expect(names()).toEqual(['GetDocumentsAndAssociations']);
});

it('can be turned off', async () => {
  const off = await startBench({ RELATIONS: 'false' });
  try {
    const [a, b] = [entry(1), entry(2)];
    off.dmp.answers['TD3.1a'] = ({ query }: StoredQuery) => {
      const answer = answerOf(query === 'GetAssociations' ? [] : [a, b]);
      return { ...answer, objects: { ...answer.objects, associations: [relation('RPLC', b, a)] } };
    };
    const query = `/fhir/DocumentReference?patient.identifier=urn:oid:${testOid}|${P1}&status=current`;
    const found = matchesOf(await off.get(query));
    await off.get(`/fhir/DocumentReference/${found[1]!.id}`);
    expect(found[1]!.relatesTo).toBeUndefined();
    expect(off.dmp.calls.map((c) => (c.input as StoredQuery).query)).toEqual(['FindDocuments', 'GetDocuments']);
    // What is searched by is asked for all the same.
    expect(matchesOf(await off.get(`${query}&relatesto=${found[0]!.id}`)).map((d) => d.id)).toEqual([found[1]!.id]);
  } finally {
    await off.close();
  }
});
