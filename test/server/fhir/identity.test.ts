/** Issue line 5: PIXm over HTTP: ITI-104 (feed, merge, removal), ITI-83, and what a Patient search makes of a local identifier. */
import type { OperationOutcome, Parameters, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { extComparison } from '../../../mappings/identity/canonicals.ts';
import { validateBase } from '../../../server/fhir/validation/index.ts';
import { INS_TEST, patients } from '../../support/resources.ts';
import { answerFor, domain, known, newLocal } from '../identity/support.ts';
import { startBench, type Bench } from './support.ts';

const other = 'urn:oid:2.16.840.1.113883.19.7602.10';
let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ LOCAL_ID_SYSTEMS: `${domain},${other}` });
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.dmp.calls.length = 0;
  bench.dmp.answers = { 'TD0.2': ({ patient }: { patient: { value: string } }) => answerFor(patient.value) };
});

type Local = ReturnType<typeof newLocal>;
const at = ({ system, value }: Local): string => `/fhir/Patient?identifier=${encodeURIComponent(`${system}|${value}`)}`;
interface Answer<T> {
  status: number;
  body: T;
  headers: Record<string, string>;
}
async function send<T>(
  method: 'put' | 'delete' | 'get' | 'post',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
  token = 'all',
): Promise<Answer<T>> {
  const request = bench.any(method, url, token).set(headers);
  const answer =
    body === undefined
      ? await request
      : await request.set('content-type', 'application/fhir+json').send(JSON.stringify(body));
  return { status: answer.status, body: answer.body as T, headers: answer.headers };
}
const put = <T = Patient>(local: Local, patient: Patient, headers?: Record<string, string>) =>
  send<T>('put', at(local), patient, headers);
const keysOf = (body: OperationOutcome): (string | undefined)[] =>
  body.issue.map((i) => i.details?.coding?.at(-1)?.code);
const pix = (query: Record<string, string | string[]>) => {
  const pairs = Object.entries(query).flatMap(([n, v]) => [v].flat().map((x): [string, string] => [n, x]));
  return send<Parameters>('get', `/fhir/Patient/$ihe-pix?${new URLSearchParams(pairs).toString()}`);
};
const token = ({ system, value }: Local): string => `${system}|${value}`;
const valuesOf = ({ parameter = [] }: Parameters, name: string): string[] =>
  parameter.filter((p) => p.name === name).map((p) => p.valueIdentifier?.value ?? p.valueReference?.reference ?? '');

describe('ITI-104: an identity is fed', () => {
  it('201 with its place and version, then 200; read as it was fed, with tag and comparison', async () => {
    const local = newLocal();
    const fed = known('P1', local, 'VALI', {
      meta: { profile: ['urn:x'] },
      text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
    });
    const created = await put(local, fed);
    expect([created.status, created.headers['etag']], JSON.stringify(created.body)).toEqual([201, 'W/"1"']);
    const { id } = created.body;
    expect(created.headers['location']).toBe(`${bench.config.fhirBase}/Patient/${id}`);
    const read = await send<Patient>('get', `/fhir/Patient/${id}`);
    expect(read.body).toEqual(created.body);
    expect(read.body).toMatchObject({
      identifier: fed.identifier,
      name: fed.name,
      active: true,
      meta: { profile: ['urn:x'], versionId: '1', tag: [{ code: 'own' }] },
    });
    expect(read.body.text).toBeUndefined();
    expect(read.body.extension).toContainEqual({
      url: extComparison,
      extension: [{ url: 'at', valueInstant: expect.any(String) as string }],
    });
    expect(validateBase(read.body, 'Patient').filter((i) => i.severity !== 'warning')).toEqual([]);
    // What was read may be sent back.
    const again = await put(local, { ...read.body, birthDate: '1936-04-13' });
    expect([again.status, again.headers['etag'], again.body.birthDate]).toEqual([200, 'W/"2"', '1936-04-13']);
    expect(again.body.extension!.filter((e) => e.url === extComparison)).toEqual([
      { url: extComparison, extension: [expect.anything(), { url: 'difference', valueCode: 'birthDate' }] },
    ]);
    expect(bench.dmp.names()).toEqual(['TD0.2', 'TD0.2']);
  });

  it('by id once it is known; an unknown id makes nothing', async () => {
    const local = newLocal();
    const { body } = await put(local, known('P1', local));
    expect((await send('put', `/fhir/Patient/${body.id}`, known('P1', local))).status).toBe(200);
    expect((await send('put', '/fhir/Patient/x1', known('P1', local))).status).toBe(404);
    const named = (id: string) =>
      send<OperationOutcome>('put', `/fhir/Patient/${body.id}`, known('P1', local, 'VALI', { id }));
    expect((await named(body.id!)).status).toBe(200);
    const refused = await named('another');
    expect([refused.status, refused.body.issue[0]!.expression]).toEqual([400, ['Patient.id']]);
    expect((await send('delete', `/fhir/Patient/${body.id}`)).status).toBe(204);
  });

  it('says on demand what differs, by the name of the trait and never by its value', async () => {
    const local = newLocal();
    const patient = known('P1', local, 'VALI', { birthDate: '1936-04-21' });
    const said = await put<OperationOutcome>(local, patient, { prefer: 'return=OperationOutcome' });
    expect(keysOf(said.body)).toEqual(['identity-fed', 'identity-trait-differs']);
    expect(said.body.issue[1]).toMatchObject({ severity: 'warning', expression: ['Patient.birthDate'] });
    expect(JSON.stringify(said.body)).not.toMatch(/1936/);
    expect((await put(local, patient, { prefer: 'return=minimal' })).body).toEqual({});
  });

  it('If-Match: another version is a conflict', async () => {
    const local = newLocal();
    expect((await put(local, known('P1', local), { 'if-match': 'W/"1"' })).status).toBe(412);
    await put(local, known('P1', local));
    expect((await put(local, known('P1', local), { 'if-match': 'W/"2"' })).status).toBe(412);
    expect((await put(local, known('P1', local), { 'if-match': 'W/"1"' })).status).toBe(200);
    expect((await send('delete', at(local), undefined, { 'if-match': 'W/"1"' })).status).toBe(412);
  });

  it.each([
    ['another domain', { system: 'urn:oid:2.999', value: '1' }, 400, 'identity-domain'],
    ['an INS', { system: INS_TEST, value: patients.P1.ins }, 400, 'identity-domain'],
    ['no value', { system: domain, value: '' }, 400, 'identity-criteria'],
  ])('refuses %s as the criterion', async (_, local, status, key) => {
    const answer = await put<OperationOutcome>(local, known('P1', newLocal()));
    expect([answer.status, keysOf(answer.body)]).toEqual([status, [key]]);
  });

  it('refuses other criteria', async () => {
    const local = newLocal();
    for (const url of ['/fhir/Patient', `${at(local)}&name=x`, '/fhir/Patient?_id=1']) {
      const answer = await send<OperationOutcome>('put', url, known('P1', local));
      expect([answer.status, keysOf(answer.body)]).toEqual([400, ['identity-criteria']]);
    }
  });

  it.each<[string, (p: Patient, l: Local) => Patient, string]>([
    [
      'another identifier than the criterion’s',
      (p, l) => ({ ...p, identifier: [{ ...l, value: 'X' }] }),
      'identity-identifier',
    ],
    [
      'two identifiers of the domain',
      (p, l) => ({ ...p, identifier: [l, { ...l, value: 'X' }] }),
      'identity-identifier',
    ],
    ['nobody’s name', (p) => ({ ...p, name: undefined }), 'required'],
    ['a modifier', (p) => ({ ...p, modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }), 'identity-element'],
    [
      'a link without active',
      (p) => ({ ...p, active: undefined, link: [{ type: 'seealso', other: { display: 'x' } }] }),
      'identity-element',
    ],
    [
      'a merge of what is active',
      (p) => ({ ...p, link: [{ type: 'replaced-by', other: { reference: 'Patient/x' } }] }),
      'identity-element',
    ],
    ['a photograph', (p) => ({ ...p, photo: [{ contentType: 'image/png', data: 'A'.repeat(100_000) }] }), 'too-large'],
    [
      'two INS',
      (p) => ({ ...p, identifier: [...p.identifier!, { system: INS_TEST, value: patients.P2.ins }] }),
      'patient-inconsistent',
    ],
  ])('refuses %s', async (_, change, key) => {
    const local = newLocal();
    const answer = await put<OperationOutcome>(local, change(known('P1', local), local));
    expect([answer.status >= 400, keysOf(answer.body)]).toEqual([true, [key]]);
    expect(JSON.stringify(answer.body)).not.toContain(patients.P1.ins);
    expect(await bench.store.identities.byLocal('1990100109', local.system, local.value)).toBeUndefined();
  });

  it('asks for the scopes u and d, or ITI-104', async () => {
    const local = newLocal();
    const as = (scope: string) => send('put', at(local), known('P1', local), {}, scope);
    expect((await as('user~Patient.rs')).status).toBe(403);
    expect((await as('ITI-104')).status).toBe(201);
    expect((await as('user~Patient.u')).status).toBe(200);
    expect((await send('delete', at(local), undefined, {}, 'user~Patient.u')).status).toBe(403);
    expect((await send('delete', at(local), undefined, {}, 'user~Patient.d')).status).toBe(204);
  });
});

describe('ITI-104: removed, merged', () => {
  it('204, then inactive and in no answer; never fed: 404; its history says who did what', async () => {
    const local = newLocal();
    expect((await send('delete', at(local))).status).toBe(404);
    const { body } = await put(local, known('P4', local));
    expect((await send('delete', at(local))).status).toBe(204);
    expect((await send('delete', at(local))).status).toBe(204);
    expect((await send<Patient>('get', `/fhir/Patient/${body.id}`)).body.active).toBe(false);
    expect((await pix({ sourceIdentifier: token(local) })).status).toBe(404);
    const history = await send<Parameters>('get', `/fhir/Patient/${body.id}/$identity-history`);
    expect(validateBase(history.body, 'Parameters')).toEqual([]);
    const part = (name: string) => history.body.parameter!.map((e) => e.part!.find((p) => p.name === name));
    expect(part('kind').map((p) => p!.valueCode)).toEqual(['delete', 'create']);
    expect(part('by')[0]!.valueIdentifier).toEqual({ system: 'urn:oid:1.2.250.1.71.4.2.1', value: '899700101233' });
    expect(JSON.stringify(part('after')[1])).toContain(patients.P4.ins);
    expect((await send('get', '/fhir/Patient/x1/$identity-history')).status).toBe(404);
  });

  it.each<[string, (survivor: Local, id: string) => object]>([
    ['its identifier', (l) => ({ identifier: l })],
    ['its id', (_, id) => ({ reference: `Patient/${id}` })],
    ['its URL', (_, id) => ({ reference: `${bench.config.fhirBase}/Patient/${id}` })],
    ['a condition', (l) => ({ reference: `Patient?identifier=${l.system}|${l.value}` })],
  ])('the one that replaces is named by %s', async (_, reference) => {
    const [survivor, gone] = [newLocal(), newLocal()];
    const kept = await put(survivor, known('P5', survivor));
    await put(gone, known('P5', gone));
    const merged = await put(gone, {
      ...known('P5', gone),
      active: false,
      link: [{ type: 'replaced-by', other: reference(survivor, kept.body.id!) }],
    });
    expect(merged.body).toMatchObject({
      active: false,
      link: [{ type: 'replaced-by', other: { reference: `Patient/${kept.body.id}` } }],
    });
    const ids = await pix({ sourceIdentifier: token(gone), targetSystem: domain });
    expect(valuesOf(ids.body, 'targetIdentifier')).toContain(survivor.value);
    const refused = await put<OperationOutcome>(gone, known('P5', gone));
    expect([refused.status, keysOf(refused.body)]).toEqual([422, ['identity-merged']]);
    expect(JSON.stringify(refused.body)).toContain(kept.body.id);
    await send('delete', at(survivor));
  });
});

describe('ITI-104: a link that names nobody, or two', () => {
  it('is refused, and nothing is merged', async () => {
    const [one, two, gone] = [newLocal(), newLocal(), newLocal()];
    const ids = [(await put(one, known('P5', one))).body.id!, (await put(two, known('P5', two))).body.id!];
    const { id } = (await put(gone, known('P5', gone))).body;
    const byOne = { reference: `Patient?identifier=${token(one)}` };
    for (const others of [
      [{ identifier: one }, { identifier: two }],
      [{ reference: `Patient/${ids[0]}`, identifier: two }],
      [{ ...byOne, identifier: two }],
      [{ reference: `${byOne.reference}&identifier=${token(two)}` }],
      [{ reference: `${byOne.reference}&active=true` }],
      [{ reference: `https://elsewhere.invalid/fhir/${byOne.reference}` }],
      [{ reference: `https://elsewhere.invalid/fhir/Patient/${ids[0]}` }],
      [{ display: 'the other one' }],
    ]) {
      const link = others.map((o) => ({ type: 'replaced-by' as const, other: o }));
      const refused = await put<OperationOutcome>(gone, { ...known('P5', gone), active: false, link });
      expect(refused.status, JSON.stringify(others)).toBe(422);
      expect((await send<Patient>('get', `/fhir/Patient/${id}`)).body.active).toBe(true);
    }
    const link = [{ type: 'replaced-by' as const, other: { reference: `Patient/${ids[0]}`, identifier: one } }];
    const merged = await put(gone, { ...known('P5', gone), active: false, link });
    expect(merged.body.link![0]!.other.reference).toBe(`Patient/${ids[0]}`);
    for (const local of [one, two]) await send('delete', at(local));
  });
});

describe('ITI-83: $ihe-pix', () => {
  const [one, two, ins] = [newLocal(), newLocal(other), { system: INS_TEST, value: patients.P3.ins }];
  let ids: string[];
  beforeAll(async () => {
    bench.dmp.answers = { 'TD0.2': ({ patient }: { patient: { value: string } }) => answerFor(patient.value) };
    ids = [(await put(one, known('P3', one))).body.id!, (await put(two, known('P3', two))).body.id!];
  });

  it('all other identifiers, of all domains, and the Patients behind them; never the one asked about', async () => {
    const { status, body } = await pix({ sourceIdentifier: token(one) });
    expect(status).toBe(200);
    expect(validateBase(body, 'Parameters')).toEqual([]);
    expect(valuesOf(body, 'targetIdentifier')).toEqual([two.value, ins.value]);
    const { id } = await bench.store.patients.byIns({ value: ins.value, oid: INS_TEST.slice(8) });
    expect(valuesOf(body, 'targetId')).toEqual([`Patient/${ids[1]}`, `Patient/${id}`]);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('only of the domains asked for; from the INS too; by POST alike', async () => {
    const of = async (query: Record<string, string | string[]>) =>
      valuesOf((await pix(query)).body, 'targetIdentifier').sort();
    expect(await of({ sourceIdentifier: token(one), targetSystem: INS_TEST })).toEqual([ins.value]);
    expect(await of({ sourceIdentifier: token(one), targetSystem: [other, INS_TEST] })).toEqual(
      [two.value, ins.value].sort(),
    );
    expect(await of({ sourceIdentifier: token(one), targetSystem: domain })).toEqual([]);
    expect(await of({ sourceIdentifier: token(ins) })).toEqual([one.value, two.value].sort());
    const parameter = [
      { name: 'sourceIdentifier', valueString: token(one) },
      { name: 'targetSystem', valueString: INS_TEST },
      { name: '_format', valueString: 'application/fhir+json' },
    ];
    const posted = await send<Parameters>('post', '/fhir/Patient/$ihe-pix', { resourceType: 'Parameters', parameter });
    expect(valuesOf(posted.body, 'targetIdentifier')).toEqual([ins.value]);
  });

  it.each([
    [
      'an unknown identifier',
      { sourceIdentifier: `${domain}|nobody` },
      404,
      'not-found',
      'Patient Identifier not found',
    ],
    [
      'an unknown INS',
      { sourceIdentifier: `${INS_TEST}|${patients.P2.ins.slice(0, 13)}00` },
      404,
      'not-found',
      'Patient Identifier not found',
    ],
    [
      'an unknown source domain',
      { sourceIdentifier: 'urn:oid:2.999|1' },
      400,
      'code-invalid',
      'Assigning Authority not found',
    ],
    [
      'an INS-C',
      { sourceIdentifier: 'urn:oid:1.2.250.1.213.1.4.2|0944009023609680323697' },
      400,
      'code-invalid',
      'Assigning Authority not found',
    ],
    [
      'an unknown target domain',
      { sourceIdentifier: token(one), targetSystem: 'urn:oid:2.999' },
      403,
      'code-invalid',
      'targetSystem not found',
    ],
  ])('%s', async (_, query, status, code, words) => {
    const url = `/fhir/Patient/$ihe-pix?${new URLSearchParams(query).toString()}`;
    const answer = await send<OperationOutcome>('get', url, undefined, { 'accept-language': 'en' });
    expect([answer.status, answer.body.issue[0]!.code]).toEqual([status, code]);
    expect(answer.body.issue[0]!.details!.text).toContain(words);
  });

  it.each(['PROV', 'DOUT', 'FICT'])('one that is %s is linked to nobody, and its INS is not given', async (status) => {
    const [mine, unsure] = [newLocal(), newLocal(other)];
    await put(mine, known('P6', mine));
    await put(unsure, known('P6', unsure, status));
    const of = async (source: Local) => (await pix({ sourceIdentifier: token(source) })).body;
    expect(valuesOf(await of(mine), 'targetIdentifier')).toEqual([patients.P6.ins]);
    expect(await of(unsure)).toEqual({ resourceType: 'Parameters' });
    expect(valuesOf(await of({ system: INS_TEST, value: patients.P6.ins }), 'targetIdentifier')).toEqual([mine.value]);
    await put(unsure, known('P6', unsure));
    expect(valuesOf(await of(unsure), 'targetIdentifier')).toEqual([mine.value, patients.P6.ins]);
    for (const local of [mine, unsure]) await send('delete', at(local));
  });

  it('without a source, or with a parameter that it does not have: 400', async () => {
    expect((await pix({})).status).toBe(400);
    expect((await pix({ sourceIdentifier: token(one), target: 'x' })).status).toBe(400);
  });
});

describe('a search by local identifier', () => {
  it('finds the INS and asks the DMP as for it; unknown, inactive or without INS: nothing, and nobody is asked', async () => {
    const [local, bare] = [newLocal(), newLocal()];
    await put(local, known('P2', local));
    await put(bare, { ...known('P2', bare), identifier: [bare] });
    bench.dmp.calls.length = 0;
    const found = await send<{ total: number; entry: { resource: Patient }[] }>('get', at(local));
    expect(found.body.total).toBe(1);
    expect(found.body.entry[0]!.resource.meta?.tag?.[0]?.code).toBe('dmp');
    expect(bench.dmp.calls.map((c) => c.context.patient?.value)).toEqual([patients.P2.ins]);
    bench.dmp.calls.length = 0;
    await send('delete', at(local));
    for (const l of [local, bare, newLocal()]) expect((await send<{ total: number }>('get', at(l))).body.total).toBe(0);
    expect(bench.dmp.calls).toEqual([]);
  });
});
