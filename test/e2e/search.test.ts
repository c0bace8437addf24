/**
 * Each search parameter finds what it should among the documents of the story
 * (simulator/README.md), by GET and by POST `_search`, with and without system; what is malformed is said. That none is forgotten, declared.test.ts sees to.
 */
import type { Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
/** P1's documents by a word of their titles. */
const words = {
  letter: 'corrigée',
  project: 'Projet',
  hospital: 'hospitalisation',
  prescription: 'Ordonnance',
  will: 'Directives',
};
type Name = keyof typeof words;
let ids: Record<string, string>;
let patient: string;

const P1 = `${INS_TEST}|${patients.P1.ins}`;
const nos = (name: string): string => `https://mos.esante.gouv.fr/NOS/${name}/FHIR/${name.replace('_', '-')}`;

beforeAll(async () => {
  stack = await startStack();
  const found = await search([]);
  ids = Object.fromEntries(
    Object.entries(words).map(([name, word]) => [
      found.find((d) => d.content[0]!.attachment.title!.includes(word))!.id!,
      name,
    ]),
  );
  patient = found[0]!.subject!.reference!;
});
afterAll(() => stack.close());

type Pairs = readonly (readonly [name: string, value: string])[];
const query = (pairs: Pairs): string => new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v])).toString();
const mine: Pairs = [
  ['patient.identifier', P1],
  ['status', 'current'],
];

async function search(pairs: Pairs, base: Pairs = mine): Promise<DocumentReference[]> {
  const text = query([...base, ...pairs]);
  const got = await stack.get<Bundle<DocumentReference>>(`/DocumentReference?${text}`, 'doctor');
  const posted = await stack.send<Bundle<DocumentReference>>(
    '/DocumentReference/_search',
    text,
    'application/x-www-form-urlencoded',
    'doctor',
  );
  const resources = ({ status, body }: typeof got): DocumentReference[] => {
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.total).toBe(body.entry?.length ?? 0);
    return (body.entry ?? []).map((e) => e.resource!);
  };
  const [first, second] = [resources(got), resources(posted)];
  expect(second.map((d) => d.id)).toEqual(first.map((d) => d.id));
  return first;
}

const all: Name[] = ['letter', 'project', 'hospital', 'prescription', 'will'];
const facility = nos('TRE_R02-SecteurActivite');
const visibility = nos('TRE_A07-StatutVisibiliteDocument');
const uniqueId = '2.16.840.1.113883.19.9901.4.55120';
const rows: [name: string, value: string, found: Name[]][] = [
  ['type', 'http://loinc.org|57833-6', ['prescription']],
  ['type', 'urn:oid:2.16.840.1.113883.6.1|57833-6', ['prescription']],
  ['type', '57833-6', ['prescription']],
  ['type', 'http://loinc.org|57833-6,http://loinc.org|80788-3', ['prescription', 'project']],
  ['type:not', '57833-6', ['letter', 'project', 'hospital', 'will']],
  ['type:text', 'prescription', ['prescription']],
  ['type:missing', 'true', []],
  ['category', `${nos('TRE_A03-ClasseDocument')}|42`, ['prescription']],
  ['category', '42', ['prescription']],
  ['category', 'http://loinc.org|42', []],
  ['date', '2026-08-22', ['will']],
  ['date', '2026-08-22T19:01:00Z', ['will']],
  ['date', '2026-08-22T21:01:00+02:00', ['will']],
  ['date', 'ne2026-08', ['letter', 'project', 'hospital', 'prescription']],
  ['date', '2026', all],
  ['date', 'sa2026-09', ['letter', 'project']],
  ['creation', 'eb2026-07', ['prescription']],
  ['creation', 'le2026-08-22T19:01:00Z', ['prescription', 'will']],
  ['creation', 'gt2026-08-22T19:01:00Z', ['letter', 'project', 'hospital']],
  ['period', '2026-09-15', ['letter', 'hospital', 'prescription', 'will']],
  ['period', 'eb2026-10', ['hospital']],
  ['period', 'lt2026-07', ['prescription']],
  ['period-start', '2026-09-01', ['letter']],
  ['period-end', 'ge2026-10-12', ['letter']],
  ['facility', `${facility}|SA07`, ['prescription']],
  ['facility', 'urn:oid:1.2.250.1.71.4.2.4|SA07', ['prescription']],
  ['facility', 'SA07', ['prescription']],
  ['facility', 'sa07', ['prescription']],
  ['setting', `${nos('TRE_A01-CadreExercice')}|AMBULATOIRE`, ['prescription']],
  ['setting', 'AMBULATOIRE', ['prescription']],
  ['format', 'urn:oid:1.3.6.1.4.1.19376.1.2.3|urn:ihe:pharm:pre:2010', ['prescription']],
  ['format', 'urn:ihe:pharm:pre:2010', ['prescription']],
  ['event', 'http://hl7.org/fhir/sid/icd-10|Z74.1', ['letter']],
  ['event', 'Z74.1', ['letter']],
  ['security-label', `${visibility}|MASQUE_PS`, ['project']],
  ['security-label', 'MASQUE_PS', ['project']],
  ['security-label', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R', ['hospital']],
  ['identifier', `urn:ietf:rfc:3986|urn:oid:${uniqueId}`, ['will']],
  ['identifier', `urn:oid:${uniqueId}`, ['will']],
  ['identifier', 'urn:ietf:rfc:3986|urn:uuid:29c3d3c1-9e5c-11f1-904c-02420a1e0f31', ['will']],
  ['status', 'current,superseded', all],
  ['isArchived', 'true', ['prescription']],
  ['isArchived', 'false', ['letter', 'project', 'hospital', 'will']],
  ['author.family', 'tran', ['hospital']],
  ['author.given', 'Hélène', ['letter']],
  ['author.identifier', 'urn:oid:1.2.250.1.71.4.2.1|899700101233', ['letter']],
  ['author.identifier', 'https://rpps.esante.gouv.fr|99700101233', ['letter']],
  ['author.identifier', '3990100109/ldui-01', ['letter']],
  ['author:identifier', 'urn:oid:1.2.250.1.71.4.2.1|899700101233', ['letter']],
  ['related:identifier', 'LD-ORD-5521', ['letter']],
  ['relatesto', 'DocumentReference/x', []],
  ['description', 'sortie', ['letter']],
  ['description:contains', 'AJUSTE', ['letter']],
  ['description:exact', 'sortie', []],
  ['language', 'fr-FR', all],
  ['contenttype', 'text/xml', all],
  ['_lastUpdated', 'ge2026', all],
];

it.each(rows)('%s=%s', async (name, value, found) => {
  const names = (await search([[name, value]])).map((d) => ids[d.id!]);
  expect(names.sort()).toEqual([...found].sort());
});

it('_id, patient and subject', async () => {
  const [will] = Object.keys(ids).filter((id) => ids[id] === 'will');
  const single: [Pairs, Pairs][] = [
    [[['_id', will!]], []],
    [[['_id', will!]], mine],
  ];
  for (const [pairs, base] of single) expect((await search(pairs, base)).map((d) => d.id)).toEqual([will]);
  const current = ['status', 'current'] as const;
  const forms: Pairs = [
    ['patient', patient],
    ['patient', patient.replace('Patient/', '')],
    ['patient', `${stack.base}/${patient}`],
    ['patient:identifier', P1],
    ['subject', patient],
    ['subject.identifier', P1],
    ['patient.identifier', patients.P1.ins],
  ];
  for (const form of forms) expect(await search([current], [form]), form.join('=')).toHaveLength(5);
});

it('several of a kind: all must hold', async () => {
  const both = await search([
    ['security-label', 'N'],
    ['security-label', 'MASQUE_PS'],
    ['date', 'ge2026-10'],
    ['date', 'lt2026-10-11'],
  ]);
  expect(both.map((d) => ids[d.id!])).toEqual(['project']);
});

it('_count=0 and _summary=count give the total alone', async () => {
  for (const only of ['_count=0', '_summary=count']) {
    const { body } = await stack.get<Bundle>(`/DocumentReference?${query(mine)}&${only}`, 'doctor');
    expect([body.total, body.entry]).toEqual([5, undefined]);
  }
});

it.each([
  ['date', '2026-02-30'],
  ['date', '2026-13'],
  ['date', 'xx2026'],
  ['date', '2026-08-22T25:00:00Z'],
  ['_count', '-1'],
  ['_count', 'two'],
  ['type:below', '57833-6'],
])('%s=%s is no value of it: 400', async (name, value) => {
  const answer = await stack.get<OperationOutcome>(`/DocumentReference?${query([...mine, [name, value]])}`, 'doctor', {
    prefer: 'handling=strict',
  });
  expect(answer.status).toBe(400);
  expect(answer.body.issue[0]!.details!.text).toContain(name.replace(/:.*/, ''));
});
