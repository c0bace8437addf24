/**
 * Issue line “Lists (ITI-66)”: submission sets and folders, read and searched with every parameter that MHD and PDSm list,
 * by GET and by POST, with their members and `_include=List:item`. Over real HTTP, TLS and the simulator's story.
 */
import type {
  Bundle,
  CapabilityStatement,
  List,
  OperationOutcome,
  Resource,
  StructureDefinition,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { ids as seeded } from '../../simulator/seed/odette.ts';
import { entryScheme } from '../../simulator/xds/vocabulary.ts';
import { text } from '../support/documents.ts';
import { errorsOf, loadR4, profileOf } from '../support/profiles.ts';
import { INS_TEST, patients, provideBundle } from '../support/resources.ts';
import { sharedDir } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
/** P1's lists by their titles. */
const titles = {
  prescription: 'Ordonnance',
  will: 'Dépôt du patient',
  hospital: 'Sortie',
  letter: 'Dépôt du 12 octobre 2026',
  filing: 'Classeur du séjour',
  correction: 'Correction de la lettre de liaison',
  folder: 'Classeur fictif 2026',
};
type Name = keyof typeof titles;
const nameOf = (list: List): string => Object.entries(titles).find(([, t]) => t === list.title)?.[0] ?? '?';
const sets: Name[] = ['prescription', 'will', 'hospital', 'letter', 'filing', 'correction'];
let ids: Record<string, string>;
let patient: string;

const P1 = `${INS_TEST}|${patients.P1.ins}`;
const listTypes = 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes';
const activity = 'https://mos.esante.gouv.fr/NOS/TRE_R209-TypeActivite/FHIR/TRE-R209-TypeActivite';

type Pairs = readonly (readonly [name: string, value: string])[];
const query = (pairs: Pairs): string => new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v])).toString();
const mine: Pairs = [
  ['patient.identifier', P1],
  ['status', 'current'],
];
const ofSets: Pairs = [...mine, ['code', 'submissionset']];
const ofFolders: Pairs = [...mine, ['code', 'folder']];

beforeAll(async () => {
  stack = await startStack();
  loadR4();
  const found = [...(await search([], ofSets)), ...(await search([], ofFolders))];
  ids = Object.fromEntries(found.map((l) => [nameOf(l), l.id!]));
  patient = found[0]!.subject!.reference!;
});
afterAll(() => stack.close());

const page = async (pairs: Pairs): Promise<Bundle> => {
  const { status, body } = await stack.get<Bundle>(`/List?${query(pairs)}`, 'doctor');
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const matches = (bundle: Bundle): List[] =>
  (bundle.entry ?? []).flatMap((e) => (e.search?.mode === 'match' ? [e.resource as List] : []));

/** What a search finds, by GET and by POST `_search` alike. */
async function search(pairs: Pairs, base: Pairs = ofSets): Promise<List[]> {
  const found = await page([...base, ...pairs]);
  const form = 'application/x-www-form-urlencoded';
  const posted = await stack.send<Bundle>('/List/_search', query([...base, ...pairs]), form, 'doctor');
  expect(posted.status).toBe(200);
  const resources = matches(found);
  expect(matches(posted.body).map((l) => l.id)).toEqual(resources.map((l) => l.id));
  expect(found.total).toBe(resources.length);
  return resources;
}

const rows: [name: string, value: string, found: Name[]][] = [
  ['date', '2026-10', ['letter', 'filing', 'correction']],
  ['date', '2026-10-12T07:42:00Z', ['letter']],
  ['date', '2026-10-12T09:42:00+02:00', ['letter']],
  ['date', 'lt2026-08', ['prescription']],
  ['date', 'ge2026-10-15', ['correction']],
  ['date', 'ne2026-10', ['prescription', 'will', 'hospital']],
  ['date', '2026-06,2026-08', ['prescription', 'will']],
  ['designationType', `${activity}|03`, ['hospital']],
  ['designationType', 'urn:oid:1.2.250.1.213.2.2|03', ['hospital']],
  ['designationType', '03', ['hospital']],
  ['designationType', 'http://loinc.org|03', []],
  ['designationType', `${activity}|03,${activity}|07`, ['hospital', 'prescription']],
  ['designationType:not', '11', ['prescription', 'will', 'hospital']],
  ['designationType:text', 'hospitalisation', ['hospital']],
  ['DesignationType', '03', ['hospital']],
  ['identifier', 'urn:ietf:rfc:3986|urn:oid:2.16.840.1.113883.19.9901.4.55119', ['will']],
  ['identifier', '2.16.840.1.113883.19.9901.4.55119', ['will']],
  ['identifier', 'urn:uuid:703ce8d2-c610-11f1-8425-02420a1e0f31', ['letter']],
  ['identifier', '703ce8d2-c610-11f1-8425-02420a1e0f31', ['letter']],
  ['identifier:not', 'urn:uuid:703ce8d2-c610-11f1-8425-02420a1e0f31', sets.filter((n) => n !== 'letter')],
  ['status', 'retired', []],
  ['isArchived', 'true', []],
  ['isArchived', 'false', sets],
  ['title', 'depot', ['will', 'letter']],
  ['title:contains', 'OCTOBRE', ['letter']],
  ['title:exact', 'Sortie', ['hospital']],
  ['title:exact', 'sortie', []],
  ['sourceId', 'urn:oid:2.16.840.1.113883.19.8802', ['hospital']],
  ['sourceId', 'urn:ietf:rfc:3986|urn:oid:2.16.840.1.113883.19.8802', ['hospital']],
  ['SourceId', 'urn:oid:2.16.840.1.113883.19.8802', ['hospital']],
  ['source:identifier', 'urn:oid:1.2.250.1.71.4.2.1|899700307715', ['prescription']],
  ['source.identifier', 'https://rpps.esante.gouv.fr|99700307715', ['prescription']],
  ['source.identifier', '899700307715', ['prescription']],
  ['source.family', 'maur', ['letter', 'filing', 'correction']],
  ['source.family:exact', 'BASTIDE', ['will']],
  ['source.family:contains', 'DELMAS', ['hospital']],
  ['source.given', 'benoit', ['prescription']],
  ['source:Patient.family', 'bastide', ['will']],
  ['source:Patient.family', 'maurel', []],
  ['source:Patient.given', 'odette', ['will']],
  ['source:PractitionerRole.name', 'bastide', []],
  ['source:PractitionerRole.name', 'tran-delmas', ['hospital']],
  ['source:PractitionerRole.practitioner.family', 'FAUCONNET', ['prescription']],
  ['source:PractitionerRole.practitioner.given', 'MINH', ['hospital']],
  ['source:PractitionerRole.partOf.family-ex', 'FAUCONNET', ['prescription']],
  ['authorOrg:identifier', 'urn:oid:1.2.250.1.71.4.2.2|1990100109', ['letter', 'filing', 'correction']],
  ['authorOrg.identifier', '1990100109', ['letter', 'filing', 'correction']],
  ['authorOrg.name', 'centre hospitalier', ['hospital']],
  ['authorOrg:missing', 'true', ['will']],
  ['source:missing', 'true', []],
  ['code', 'folder', []],
  ['_lastUpdated', 'ge2026', sets],
  ['_lastUpdated', 'lt2026', []],
];

it.each(rows)('Lists: %s=%s', async (name, value, found) => {
  const names = (await search([[name, value]])).map(nameOf);
  expect(names.sort()).toEqual([...found].sort());
});

it('Lists: several of a kind, all must hold; each word is one condition more', async () => {
  const both: Pairs = [
    ['date', 'ge2026-10-12'],
    ['date', 'lt2026-10-13'],
    ['title:contains', 'classeur'],
    ['designationType', '11'],
  ];
  expect((await search(both)).map(nameOf)).toEqual(['filing']);
});

it('Lists: the patient by any of its names, _id, and code in every form', async () => {
  const base: Pairs = [
    ['status', 'current'],
    ['code', 'submissionset'],
  ];
  const forms: Pairs = [
    ['patient', patient],
    ['patient', patient.replace('Patient/', '')],
    ['patient:Patient', patient.replace('Patient/', '')],
    ['patient', `${stack.base}/${patient}`],
    ['patient:identifier', P1],
    ['patient:Patient.identifier', P1],
    ['subject', patient],
    ['subject.identifier', P1],
    ['patient.identifier', patients.P1.ins],
  ];
  for (const form of forms) expect(await search([form], base), form.join('=')).toHaveLength(6);
  for (const code of ['folder', `${listTypes}|folder`])
    expect((await search([['code', code]], mine)).map(nameOf)).toEqual(['folder']);
  expect(await search([['code', `${listTypes}|folder,submissionset`]], mine)).toHaveLength(7);
  expect(await search([['code', 'http://loinc.org|folder']], mine)).toEqual([]);
  for (const some of [[], mine, ofSets] as Pairs[])
    expect((await search([['_id', `${ids['will']},${ids['letter']},nobody`]], some)).map(nameOf)).toEqual([
      'will',
      'letter',
    ]);
  expect((await search([['_id', ids['folder']!]], [])).map(nameOf)).toEqual(['folder']);
  expect(await search([['_id', ids['folder']!]], ofSets)).toEqual([]);
  const other: Pairs = [['patient.identifier', `${INS_TEST}|${patients.P2.ins}`]];
  expect(await search([['_id', ids['will']!]], other)).toEqual([]);
});

it('Lists: what is mandatory and missing is named, all at once', async () => {
  const refused = await stack.get<OperationOutcome>('/List?title=x', 'doctor');
  expect(refused.status).toBe(400);
  const told = refused.body.issue.map((i) => i.details!.text!).join('\n');
  for (const name of ['patient.identifier', 'code', 'status']) expect(told).toContain(name);
  const one = await stack.get<OperationOutcome>(`/List?${query(mine)}`, 'doctor');
  expect([one.status, one.body.issue.length]).toEqual([400, 1]);
  expect(one.body.issue[0]!.details!.text).toContain('code');
});

it('Lists: a folder has its own code, date and title; what says something of sets only is passed over', async () => {
  const folders: [string, string, boolean][] = [
    ['date', '2026-10-12', true],
    ['date', 'lt2026-10-12', false],
    ['designationType', 'urn:oid:2.16.840.1.113883.19.7601.9.1|SEJOUR', true],
    ['designationType', 'SEJOUR', true],
    ['designationType', '11', false],
    ['title', 'classeur', true],
    ['title', 'autre', false],
    ['identifier', 'urn:oid:2.16.840.1.113883.19.7601.3.70.1', true],
    ['identifier', 'urn:oid:1.2.3', false],
    ['sourceId', 'urn:oid:1.2.3', true],
    ['source.family', 'nobody', true],
    ['source:Patient.given', 'nobody', true],
    ['authorOrg.identifier', 'nobody', true],
  ];
  for (const [name, value, found] of folders) {
    const got = await search([[name, value]], ofFolders);
    expect(got.length, `${name}=${value}`).toBe(found ? 1 : 0);
  }
  const asked = await page([...ofFolders, ['sourceId', 'urn:oid:1.2.3']]);
  expect(asked.entry!.some((e) => e.search?.mode === 'outcome')).toBe(false);
});

it('Lists: status and isArchived tell lists of every status apart, in the words of FHIR and of XDS', async () => {
  const { registry } = stack.simulator.world();
  const [folder] = registry.folders();
  const before = folder!.object;
  const base: Pairs = [
    ['patient.identifier', P1],
    ['code', 'folder'],
  ];
  const found = async (...pairs: Pairs): Promise<string[]> => (await search(pairs, base)).map((l) => l.status);
  try {
    folder!.object = { ...before, status: statuses.archived };
    expect(await found(['status', 'current'])).toEqual(['current']);
    expect(await found(['status', 'current'], ['isArchived', 'true'])).toEqual(['current']);
    expect(await found(['status', 'current'], ['isArchived', 'false'])).toEqual([]);
    folder!.object = { ...before, status: statuses.deprecated };
    expect(await found(['status', 'current'])).toEqual([]);
    expect(await found(['status', 'retired'])).toEqual(['retired']);
    expect(await found(['status', 'superseded'])).toEqual(['retired']);
    folder!.object = { ...before, status: statuses.deleted };
    expect(await found(['status', 'retired'])).toEqual([]);
    expect(await found(['status', 'entered-in-error'])).toEqual(['entered-in-error']);
    expect((await stack.get(`/List/${ids['folder']}`, 'doctor')).status).toBe(410);
  } finally {
    folder!.object = before;
  }
});

it('Lists: every parameter that /metadata declares stands above', async () => {
  const { body } = await stack.get<CapabilityStatement>('/metadata', 'doctor');
  const declared = body.rest![0]!.resource!.find((r) => r.type === 'List')!;
  const modifier = /:(?:not|text|exact|contains|missing|identifier)$/;
  const used = new Set(rows.map(([name]) => name.replace(modifier, '')));
  for (const name of ['_id', 'patient', 'patient.identifier', 'subject', 'subject.identifier', 'source', 'authorOrg'])
    used.add(name);
  expect(declared.searchParam!.map((p) => p.name).filter((name) => !used.has(name))).toEqual([]);
  expect(declared.searchInclude).toEqual(['List:item', 'List:subject', 'List:patient']);
  expect(declared.interaction!.map((i) => i.code).sort()).toEqual(expect.arrayContaining(['read', 'search-type']));
});

it('Lists: names that guides misprint are read with a warning, and refused when strictness is asked for', async () => {
  const pairs: Pairs = [...ofSets, ['DesignationType', '03']];
  const found = await page(pairs);
  const outcome = found.entry!.find((e) => e.search?.mode === 'outcome')!.resource as OperationOutcome;
  expect(outcome.issue[0]!.details!.text).toContain('designationType');
  const strict = await stack.get(`/List?${query(pairs)}`, 'doctor', { prefer: 'handling=strict' });
  expect(strict.status).toBe(400);
});

it('Lists: POST on /List is told where a search goes, and creates nothing', async () => {
  const { registry } = stack.simulator.world();
  const before = [registry.sets().length, registry.folders().length];
  for (const [url, body] of [
    [`/List?${query(ofSets)}`, ''],
    ['/List', JSON.stringify({ resourceType: 'List', status: 'current', mode: 'working' })],
  ] as const) {
    const {
      status,
      headers,
      body: outcome,
    } = await stack.send<OperationOutcome>(url, body, 'application/fhir+json', 'nurse');
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(outcome.issue[0]!.details!.text).toContain('/List/_search');
  }
  expect([registry.sets().length, registry.folders().length]).toEqual(before);
});

describe('members', () => {
  const items = (list: List | undefined): string[] => (list?.entry ?? []).map((e) => e.item.reference!);

  it('Lists: entry.item names the documents and folders of a list, its signature left out', async () => {
    const all = Object.fromEntries((await search([['code', 'submissionset,folder']], mine)).map((l) => [nameOf(l), l]));
    const count = (n: Name): number => items(all[n]).length;
    expect(sets.map(count)).toEqual([1, 1, 1, 2, 1, 1]);
    expect(items(all['filing'])).toEqual([`List/${ids['folder']}`]);
    expect(items(all['folder'])).toHaveLength(2);
    expect(items(all['folder'])).toContain(items(all['hospital'])[0]);
    for (const reference of [...new Set(Object.values(all).flatMap(items))]) {
      const { status, body } = await stack.get<Resource>(`/${reference}`, 'doctor');
      expect([status, `${body.resourceType}/${body.id}`]).toEqual([200, reference]);
    }
  });

  it('Lists: what may not be seen is no member, and not told of', async () => {
    const [letter] = items((await search([['title', 'Sortie']]))[0]);
    const { registry } = stack.simulator.world();
    const document = registry.byEntryUuid(`urn:uuid:${seeded.c}`);
    const before = document!.entry;
    const masked = {
      ...before.classifications.find((c) => c.classificationScheme === entryScheme.confidentialityCode)!,
      nodeRepresentation: 'MASQUE_PS',
      slots: [{ name: 'codingScheme', values: ['1.2.250.1.213.1.1.4.13'] }],
    };
    try {
      document!.entry = { ...before, classifications: [...before.classifications, masked] };
      const [folder] = await search([], ofFolders);
      expect(items(folder)).toHaveLength(1);
      expect(items(folder)).not.toContain(letter);
      const included = await page([...ofFolders, ['_include', 'List:item']]);
      expect(included.entry!.map((e) => `${e.resource!.resourceType}/${e.resource!.id}`)).not.toContain(letter);
      const read = await stack.get<List>(`/List/${ids['folder']}`, 'doctor');
      expect(items(read.body)).toEqual(items(folder));
    } finally {
      document!.entry = before;
    }
  });

  it('Lists: _include=List:item brings the documents of the page, each once, with what they replace', async () => {
    const bundle = await page([
      ...mine,
      ['code', 'submissionset,folder'],
      ['_include', 'List:item'],
      ['_include', 'List:subject'],
    ]);
    const included = bundle.entry!.filter((e) => e.search?.mode === 'include').map((e) => e.resource!);
    const of = (resource: Resource): string => `${resource.resourceType}/${resource.id}`;
    const documents = matches(bundle)
      .flatMap(items)
      .filter((r) => r.startsWith('DocumentReference/'));
    expect(documents.length).toBeGreaterThan(new Set(documents).size);
    expect(included.map(of).sort()).toEqual([patient, ...new Set(documents)].sort());
    expect(bundle.total).toBe(7);
    const told = included.flatMap((r) => (r.resourceType === 'DocumentReference' ? (r.relatesTo ?? []) : []));
    expect(told.map((r) => r.code)).toContain('replaces');

    const second = await page([...ofSets, ['_include', 'List:item'], ['_count', '1'], ['_sort', 'date']]);
    expect(matches(second).map(nameOf)).toEqual(['prescription']);
    expect(second.entry!.filter((e) => e.search?.mode === 'include').map((e) => of(e.resource!))).toEqual(
      items(matches(second)[0]),
    );
    const narrowed = await page([...ofSets, ['_include', 'List:item:Patient']]);
    expect(narrowed.entry!.every((e) => e.search?.mode === 'match')).toBe(true);
  });
});

describe('reading', () => {
  it('Lists: one by its id, its entryUUID or its uniqueId, as the registry has it', async () => {
    for (const name of ['letter', 'folder'] as const) {
      const [found] = await search([['_id', ids[name]!]], []);
      const uuid = found!.identifier!.find((i) => i.use === 'official')!.value!.replace('urn:uuid:', '');
      const oid = found!.identifier!.find((i) => i.use === 'usual')!.value!.replace('urn:oid:', '');
      for (const id of [ids[name]!, uuid, oid]) {
        const { status, headers, body } = await stack.get<List>(`/List/${id}`, 'doctor');
        expect([status, headers.get('etag')]).toEqual([200, `W/"${found!.meta!.versionId}"`]);
        expect(headers.get('content-location')).toBe(`${stack.base}/List/${ids[name]}`);
        expect(body).toEqual(found);
      }
    }
    expect((await stack.get('/List/5d0f2000-b3a1-41f1-8f01-02420a1e0f31', 'doctor')).status).toBe(404);
  });

  it('Lists: a structure reads what it deposited, and nothing else; the professional finds the same List', async () => {
    const { body } = await stack.post<Bundle>(
      '',
      provideBundle([
        { content: text('un'), contentType: 'text/plain' },
        { content: text('deux'), contentType: 'text/plain' },
      ]),
      'nurse',
    );
    const id = body.entry!.map((e) => /List\/([^/]+)/.exec(e.response!.location!)?.[1]).find((i) => i)!;
    await stack.resetCalls();
    const deposited = await stack.get<List>(`/List/${id}`, 'nurse');
    expect([deposited.status, await stack.calls()]).toEqual([200, []]);
    const registered = await stack.get<List>(`/List/${id}`, 'doctor');
    expect([registered.status, await stack.calls()]).toEqual([200, ['TD3.1a', 'TD3.1a', 'TD3.1a']]);
    const comparable = ({ identifier, meta, entry, ...rest }: List) => ({
      ...rest,
      uniqueId: identifier!.find((i) => i.use === 'usual'),
      profile: meta!.profile,
      items: entry!.map((e) => e.item.reference).sort(),
    });
    expect(comparable(registered.body)).toEqual(comparable(deposited.body));
    const uuid = registered.body.identifier!.find((i) => i.use === 'official')!.value!;
    expect((await search([['identifier', uuid]])).map((l) => l.id)).toEqual([id]);
    // Known now: nothing of it is asked twice.
    await stack.resetCalls();
    await stack.get(`/List/${id}`, 'doctor');
    expect(await stack.calls()).toHaveLength(2);

    expect((await stack.get(`/List/${ids['letter']}`, 'nurse')).status).toBe(403);
    expect((await stack.get(`/List?${query(ofSets)}`, 'nurse')).status).toBe(403);
  });
});

describe('pages', () => {
  /** P1 of this test has more lists by now: what is counted is counted here. */
  it('Lists: sorted, cut into pages of a size, each with its members; later pages search no more', async () => {
    const all = await page([...ofSets, ['_sort', '-date']]);
    const dates = matches(all).map((l) => l.date!);
    expect(dates).toEqual([...dates].sort().reverse());
    const walked: List[] = [];
    let url: string | undefined = `/List?${query([...ofSets, ['_sort', '-date'], ['_count', '2']])}`;
    const calls: number[] = [];
    while (url !== undefined) {
      await stack.resetCalls();
      const { body }: { body: Bundle } = await stack.get<Bundle>(url, 'doctor');
      calls.push((await stack.calls()).length);
      expect(body.total).toBe(all.total);
      expect(body.link!.find((l) => l.relation === 'self')!.url).not.toContain(patients.P1.ins);
      walked.push(...matches(body));
      url = body.link!.find((l) => l.relation === 'next')?.url.slice(stack.base.length);
    }
    expect(walked).toEqual(matches(all));
    expect(calls).toEqual([2, ...calls.slice(1).map(() => 1)]);
    const byTitle = matches(await page([...ofSets, ['_sort', 'title']])).map((l) => l.title!);
    expect(byTitle).toEqual([...byTitle].sort(new Intl.Collator('fr', { numeric: true }).compare));
  });

  it('Lists: _count=0 and _summary=count are the number alone; a summary has no members and asks for none', async () => {
    for (const only of [
      ['_count', '0'],
      ['_summary', 'count'],
    ] as const) {
      await stack.resetCalls();
      const bundle = await page([...ofFolders, only]);
      expect([bundle.total, bundle.entry, (await stack.calls()).length]).toEqual([1, undefined, 1]);
    }
    for (const [part, kept, lost] of [
      [['_summary', 'true'], 'title', 'entry'],
      [['_elements', 'date'], 'date', 'title'],
    ] as const) {
      await stack.resetCalls();
      const [list] = matches(await page([...ofFolders, part]));
      expect(list).toHaveProperty(kept);
      expect(list).not.toHaveProperty(lost);
      expect(list!.meta!.tag).toContainEqual(expect.objectContaining({ code: 'SUBSETTED' }));
      expect(await stack.calls()).toHaveLength(1);
    }
    const [withEntry] = matches(await page([...ofFolders, ['_elements', 'entry']]));
    expect(withEntry!.entry).toHaveLength(2);
  });

  it('Lists: the cost does not grow with the page: one search, one GetAssociations', async () => {
    for (const count of [1, 3, 100]) {
      await stack.resetCalls();
      await page([...ofSets, ['_count', String(count)], ['date', 'lt2026-10-12']]);
      expect(await stack.calls(), String(count)).toEqual(['TD3.1a', 'TD3.1a']);
      await stack.resetCalls();
      await page([...ofSets, ['_count', String(count)], ['date', '2026-10-12'], ['_include', 'List:item']]);
      expect((await stack.calls()).length, String(count)).toBeLessThanOrEqual(5);
    }
  });

  it('Lists: an answer too large for the registry is asked for in parts', async () => {
    const whole = (await page(ofSets)).total;
    const { settings } = stack.simulator.world();
    const { maxResults } = settings;
    settings.maxResults = 4;
    try {
      const parts = await page([...ofSets, ['_summary', 'true']]);
      expect(parts.total).toBe(whole);
      expect(new Set(matches(parts).map((l) => l.id)).size).toBe(whole);
    } finally {
      settings.maxResults = maxResults;
    }
  });
});

const shared = sharedDir();
describe.runIf(shared)('conformance', () => {
  const profile = (file: string): StructureDefinition => profileOf(shared!, file);
  const problems = (resource: Resource, file?: string): string[] =>
    errorsOf(resource, file === undefined ? undefined : profile(file)).map(
      (i) => `${i.expression?.join()} ${i.details?.text}`,
    );

  it.each([
    ['submissionset', 'pdsm-submissionset-comprehensive', 'SubmissionSet'],
    ['folder', 'pdsm-folder-comprehensive', 'Folder'],
  ])('Lists: %s conform to R4, PDSm and MHD, in a searchset that does', async (code, pdsm, mhd) => {
    const bundle = await page([...mine, ['code', code]]);
    expect(problems(bundle)).toEqual([]);
    expect(problems(bundle, 'pdsm/StructureDefinition-pdsm-find-lists-response.json')).toEqual([]);
    expect(problems(bundle, 'mhd/StructureDefinition-IHE.MHD.FindDocumentListsResponseMessage.json')).toEqual([]);
    for (const list of matches(bundle)) {
      expect(list.meta!.profile).toEqual([`https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/${pdsm}`]);
      for (const file of [
        undefined,
        `pdsm/StructureDefinition-${pdsm}.json`,
        `mhd/StructureDefinition-IHE.MHD.Comprehensive.${mhd}.json`,
        `mhd/StructureDefinition-IHE.MHD.Minimal.${mhd}.json`,
      ])
        expect(problems(list, file), `${list.title} ${file}`).toEqual([]);
    }
  });
});
