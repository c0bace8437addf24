/**
 * Issue 3, line 4: search, complete. What the tables of search.test.ts and declared.test.ts do not say: combinations,
 * escaping, cursors, what is asked for and cannot be had, and limits of XDS that a client never sees.
 */
import type { Bundle, DocumentReference, OperationOutcome, Patient, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

/** A registry that gives four objects at once, and no more. */
const most = 4;
let stack: Stack;
let narrow: Stack;
let deposited: string[] = [];
beforeAll(async () => {
  [stack, narrow] = await Promise.all([startStack(), startStack({}, { maxResults: most })]);
  deposited = await Promise.all(
    ['10 %, \\ et $', 'a|b', 'Été'].map(async (description, i) => {
      const resource = {
        ...simplified({
          content: text(description),
          contentType: 'text/plain',
          title: `Essai ${i}`,
          date: `202${i}-01-15T08:00:00Z`,
        }),
        description,
      };
      const { status, body } = await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse');
      expect(status, JSON.stringify(body)).toBe(201);
      return body.id!;
    }),
  );
});
afterAll(() => Promise.all([stack.close(), narrow.close()]));

const P1 = `${INS_TEST}|${patients.P1.ins}`;
type Pairs = (readonly [name: string, value: string])[];
const mine: Pairs = [
  ['patient.identifier', P1],
  ['status', 'current'],
];
const encode = (pairs: Pairs): string =>
  new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v])).toString();
/** By POST where the query is long. */
const ask = (pairs: Pairs, headers: Record<string, string> = {}, on = stack) => {
  const query = encode(pairs);
  return query.length < 4000
    ? on.get<Bundle<DocumentReference>>(`/DocumentReference?${query}`, 'doctor', headers)
    : on.send<Bundle<DocumentReference>>(
        '/DocumentReference/_search',
        query,
        'application/x-www-form-urlencoded',
        'doctor',
      );
};
const entries = (bundle: Bundle, mode: string): Resource[] =>
  (bundle.entry ?? []).filter((e) => e.search?.mode === mode).map((e) => e.resource!);
const matches = (bundle: Bundle): DocumentReference[] => entries(bundle, 'match') as DocumentReference[];
async function search(pairs: Pairs, on = stack): Promise<DocumentReference[]> {
  const { status, body } = await ask([...mine, ['_count', '500'], ...pairs], {}, on);
  expect(status, JSON.stringify(body)).toBe(200);
  return matches(body);
}
const titles = (all: DocumentReference[]): string[] => all.map((d) => d.content[0]!.attachment.title!);
const keysOf = (outcome: unknown): string[] =>
  (outcome as OperationOutcome).issue.map((i) => i.details!.coding!.at(-1)!.code!);

describe('4. Search, complete: values', () => {
  it.each([
    ['description', '10 %\\, \\\\ et \\$', 0],
    ['description', '10 %', 0],
    ['description', 'a\\|b', 1],
    ['description', 'ete', 2],
    ['description:exact', 'Été', 2],
  ])('%s=%s finds what it names, its escapes undone', async (name, value, index) => {
    expect((await search([[name, value]])).map((d) => d.id)).toEqual([deposited[index]]);
  });

  it('a comma that is not escaped separates alternatives; repeated parameters must all hold', async () => {
    const found = await search([['description', 'a\\|b,ete']]);
    expect(found.map((d) => d.id).sort()).toEqual([deposited[1], deposited[2]].sort());
    const both = await search([
      ['description', 'a\\|b,ete'],
      ['date', 'ge2021'],
      ['date', 'lt2022'],
    ]);
    expect(both.map((d) => d.id)).toEqual([deposited[1]]);
  });

  it('dates of every precision stand for what they cover', async () => {
    const at = async (value: string): Promise<string[]> =>
      (await search([['date', value]])).map((d) => d.id!).filter((id) => deposited.includes(id));
    for (const value of [
      '2021',
      '2021-01',
      '2021-01-15',
      '2021-01-15T08:00Z',
      '2021-01-15T08:00:00Z',
      '2021-01-15T09:00:00+01:00',
    ])
      expect(await at(value), value).toEqual([deposited[1]]);
    for (const value of ['2021-02', '2021-01-14', '2021-01-15T08:01Z', '2021-01-15T08:00:00+01:00'])
      expect(await at(value), value).toEqual([]);
    expect((await at('lt2021')).sort()).toEqual([deposited[0]]);
    expect((await at('sa2021-01-15')).sort()).toEqual([deposited[2]]);
    expect((await at('le2021-01-15')).sort()).toEqual([deposited[0], deposited[1]].sort());
  });

  it('a patient is named in many ways; PDSm’s example without system is one', async () => {
    const expected = titles(await search([]));
    for (const name of [
      'patient.identifier',
      'subject.identifier',
      'patient:Patient.identifier',
      'patient:identifier',
    ]) {
      const { body } = await ask([
        [name, patients.P1.ins],
        ['status', 'current'],
        ['_count', '500'],
      ]);
      expect(titles(matches(body)), name).toEqual(expected);
    }
  });

  it('an author is found by the type that the chain names', async () => {
    const named = async (key: string, value: string): Promise<number> => (await search([[key, value]])).length;
    expect(await named('author.family', 'bastide')).toBe(1);
    expect(await named('author:Patient.family', 'bastide')).toBe(1);
    expect(await named('author:Practitioner.family', 'bastide')).toBe(0);
    expect(await named('author:PractitionerRole.name', 'maurel')).toBeGreaterThan(0);
    expect(await named('author:Patient.family', 'maurel')).toBe(0);
    expect(await named('author:Device.device-name', 'lumidui')).toBeGreaterThan(0);
  });

  it('names that PDSm and MHD misprint are understood, said right in the link, and refused when strict', async () => {
    for (const [misprint, right, value] of [
      ['PDSm_isArchived', 'isArchived', 'true'],
      ['PDSm_DocumentReference_period-start', 'period-start', 'ge2026-09'],
      ['PDSm_DocumentReference_period-end', 'period-end', 'ge2026-09'],
      ['relatesTo', 'relatesto', 'DocumentReference/x'],
      ['_lastupdated', '_lastUpdated', 'ge2026'],
      ['DocumentRefence Author', 'author', 'Practitioner/x'],
    ] as const) {
      const [wrong, asked] = [await ask([...mine, [misprint, value]]), await ask([...mine, [right, value]])];
      expect(
        matches(wrong.body).map((d) => d.id),
        misprint,
      ).toEqual(matches(asked.body).map((d) => d.id));
      expect(wrong.body.link).toEqual(asked.body.link);
      expect(keysOf(entries(wrong.body, 'outcome')[0])).toEqual(['search-parameter-alias']);
      const strict = await ask([...mine, [misprint, value]], { prefer: 'handling=strict' });
      expect([strict.status, keysOf(strict.body)]).toEqual([400, ['search-parameter-alias']]);
    }
    const { body } = await ask([
      ['DocumentReference Patient', matches((await ask(mine)).body)[0]!.subject!.reference!],
      mine[1]!,
    ]);
    expect(body.total).toBe((await search([])).length);
  });

  it('alternatives beyond what one value of a query holds are all asked for', async () => {
    const system = 'https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument';
    const many = Array.from({ length: 150 }, (_, i) => `${system}|inconnu-${i}`);
    const found = await search([['category', [...many, `${system}|42`].join(',')]]);
    expect(titles(found)).toEqual(['Ordonnance de renouvellement (juin 2026)']);
    for (const [name, value] of [
      ['category', `${system}|${'x'.repeat(400)}`],
      ['author.identifier', '1'.repeat(400)],
      ['identifier', `urn:oid:1.2.${'3'.repeat(400)}`],
      ['related', `urn:oid:1.2.3|${'4'.repeat(400)}`],
    ] as const)
      expect(await search([[name, value]]), name).toEqual([]);
  });
});

describe('4. Search, complete: results', () => {
  it('are sorted by several keys, stably', async () => {
    const found = await search([['_sort', 'category,-date']]);
    const keys = found.map((d) => [d.category![0]!.coding![0]!.display!, Date.parse(d.date!)] as const);
    const { compare } = new Intl.Collator('fr');
    expect(keys).toEqual([...keys].sort((a, b) => compare(a[0], b[0]) || b[1] - a[1]));
    expect(new Set(keys.map(([c]) => c)).size).toBeGreaterThan(1);
    expect(titles(await search([['_sort', 'title']]))).toEqual(titles(found).sort(compare));
  });

  it('come in pages that a cursor holds: what changes meanwhile changes no page', async () => {
    const first = (await ask([...mine, ['_sort', '-date'], ['_count', '3']])).body;
    const whole = titles(await search([['_sort', '-date']]));
    const added = simplified({ content: text(newOid()), contentType: 'text/plain', title: 'Entre deux pages' });
    expect((await stack.post('/DocumentReference', added, 'nurse')).status).toBe(201);
    const seen = titles(matches(first));
    let { link } = first;
    for (;;) {
      const next = link!.find((l) => l.relation === 'next')?.url;
      if (!next) break;
      expect(next).toMatch(/\?_cursor=[\w-]{32}&_offset=\d+&_count=3$/);
      const page = (await stack.get<Bundle>(next.slice(stack.base.length), 'doctor')).body;
      seen.push(...titles(matches(page)));
      link = page.link;
    }
    expect(seen).toEqual(whole);
    expect(await search([['_sort', '-date']])).toHaveLength(whole.length + 1);
  });

  it('bring the patient along when asked, once, without asking the DMP', async () => {
    await stack.resetCalls();
    const { body } = await ask([...mine, ['_include', 'DocumentReference:subject'], ['_count', '2']]);
    expect(await stack.calls()).not.toContain('TD0.2');
    const [patient, ...more] = entries(body, 'include') as Patient[];
    expect(more).toEqual([]);
    expect(`Patient/${patient!.id}`).toBe(matches(body)[0]!.subject!.reference);
    expect(patient!.identifier).toMatchObject([{ system: INS_TEST, value: patients.P1.ins, use: 'official' }]);
    expect([patient!.name, patient!.birthDate]).toEqual([undefined, undefined]);
    expect(body.entry!.find((e) => e.search!.mode === 'include')!.fullUrl).toBe(`${stack.base}/Patient/${patient!.id}`);
    expect(body.link!.find((l) => l.relation === 'self')!.url).toContain('_include=DocumentReference:subject');
    const next = body.link!.find((l) => l.relation === 'next')!.url;
    const page = (await stack.get<Bundle>(next.slice(stack.base.length), 'doctor')).body;
    expect(entries(page, 'include')).toEqual([patient]);
    // Nothing found, nothing included; of another type, neither.
    for (const pairs of [
      [...mine, ['type', 'none'], ['_include', 'DocumentReference:subject']],
      [...mine, ['_include', 'DocumentReference:subject:Group']],
    ] as Pairs[])
      expect(entries((await ask(pairs)).body, 'include')).toEqual([]);
  });

  it('_include of what is not served: a warning, or 400 when strict; what goes further is always refused', async () => {
    const odd: Pairs = [...mine, ['_include', 'DocumentReference:encounter']];
    const lenient = await ask(odd);
    expect([lenient.status, keysOf(entries(lenient.body, 'outcome')[0])]).toEqual([200, ['search-include-unknown']]);
    expect((await ask(odd, { prefer: 'handling=strict' })).status).toBe(400);
    for (const name of ['_include:iterate', '_revinclude', '_revinclude:iterate']) {
      const refused = await ask([...mine, [name, 'List:item']]);
      expect([refused.status, keysOf(refused.body)], name).toEqual([400, ['search-include-refused']]);
    }
  });
});

describe('4. Search, complete: the limits of XDS', () => {
  it('a list that is too large for one answer is asked for in parts: nothing lost, nothing twice, in order', async () => {
    expect(narrow.simulator.world().settings.maxResults).toBe(most);
    for (let i = 0; i < 12; i++) {
      const resource = simplified({
        content: text(`${i}`),
        contentType: 'text/plain',
        title: `Partie ${i}`,
        date: `20${String(10 + i)}-0${(i % 9) + 1}-15T08:00:00Z`,
      });
      expect((await narrow.post('/DocumentReference', resource, 'nurse')).status).toBe(201);
    }
    await narrow.resetCalls();
    const found = await search([['_sort', 'date']], narrow);
    expect(found).toHaveLength(17);
    expect(new Set(found.map((d) => d.id)).size).toBe(17);
    const dates = found.map((d) => Date.parse(d.date!));
    expect(dates).toEqual([...dates].sort((a, b) => a - b));
    const calls = await narrow.calls();
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.length).toBeLessThan(64);
    expect(titles(await search([['date', 'lt2015']], narrow))).toHaveLength(5);
    expect(titles(await search([['description', 'ajusté']], narrow))).toEqual([]);
    expect(titles(await search([['description:contains', 'ajusté']], narrow))).toHaveLength(1);
    // The relations of the page are too many for one answer too.
    expect(found.filter((d) => d.relatesTo)).toHaveLength(2);
  });

  it('what cannot be parted is an error that says so, not half a list', async () => {
    for (let i = 0; i <= most; i++) {
      const resource = simplified({
        who: 'P2',
        content: text(`${i}`),
        contentType: 'text/plain',
        date: '2026-03-03T03:03:03Z',
      });
      expect((await narrow.post('/DocumentReference', resource, 'nurse')).status).toBe(201);
    }
    const { status, body } = await ask(
      [['patient.identifier', `${INS_TEST}|${patients.P2.ins}`], mine[1]!],
      {},
      narrow,
    );
    expect([status, keysOf(body)]).toEqual([422, ['dmp-XDSTooManyResults']]);
  });
});
