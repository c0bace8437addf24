/** Issue line 6: PDQm `$match` where it is meaningful. */
import type { Bundle, BundleEntry, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/facts.ts';
import { createApp, createHttpServer } from '../../../server/app.ts';
import { validateBase } from '../../../server/fhir/validation/index.ts';
import { INS_TEST, patients, type Who } from '../../support/resources.ts';
import { answerFor, known, newLocal, nobody } from '../identity/support.ts';
import { startBench, verifyToken, type Bench } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.dmp.calls.length = 0;
  bench.dmp.answers = { 'TD0.2': ({ patient }: { patient: { value: string } }) => answerFor(patient.value) };
});

const described = (who: Who, more: Partial<Patient> = {}): Patient => {
  const { extension: _, active: _a, ...patient } = known(who, newLocal());
  return { ...patient, identifier: [{ system: INS_TEST, value: patients[who].ins }], ...more };
};
async function match<T = Bundle>(body: unknown, on = bench) {
  const answer = await on
    .post('/fhir/Patient/$match')
    .set('content-type', 'application/fhir+json')
    .send(JSON.stringify(body));
  return { status: answer.status, body: answer.body as T };
}
const asked = (resource: Patient, more: object[] = []) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'resource', resource }, ...more],
});
const gradeOf = (entry: BundleEntry | undefined) => ({
  grade: entry?.search?.extension?.[0]?.valueCode,
  score: entry?.search?.score,
});
const patientsOf = ({ entry = [] }: Bundle) => entry.filter((e) => e.search?.mode === 'match');
const outcomeOf = ({ entry = [] }: Bundle) =>
  (entry.find((e) => e.search?.mode === 'outcome')?.resource as OperationOutcome | undefined)?.issue ?? [];

describe('ITI-119: with an INS', () => {
  it('the same traits: certain, one Patient of the DMP, one TD0.2', async () => {
    for (const body of [described('P1'), asked(described('P1'))]) {
      bench.dmp.calls.length = 0;
      const { status, body: bundle } = await match(body);
      expect(status, JSON.stringify(bundle)).toBe(200);
      expect(validateBase(bundle, 'Bundle').filter((i) => i.severity !== 'warning')).toEqual([]);
      const [only, ...more] = patientsOf(bundle);
      expect(more).toEqual([]);
      expect(gradeOf(only)).toEqual({ grade: 'certain', score: 1 });
      expect(only!.search!.extension![0]!.url).toBe('http://hl7.org/fhir/StructureDefinition/match-grade');
      expect(outcomeOf(bundle)[0]).toMatchObject({ severity: 'information' });
      expect(JSON.stringify(bundle.link)).not.toContain(patients.P1.ins);
      expect(bench.dmp.names()).toEqual(['TD0.2']);
    }
  });

  it.each<[string, Partial<Patient>, string, number, string[]]>([
    ['one trait', { birthDate: '1936-04-21' }, 'possible', 0.8, ['birthDate']],
    ['two traits', { birthDate: '1936-04-21', gender: 'male' }, 'certainly-not', 0.6, ['birthDate', 'gender']],
    ['no trait, for few are said', { gender: undefined, birthDate: undefined }, 'probable', 0.6, []],
    ['no trait, for none is said', { gender: undefined, birthDate: undefined, name: undefined }, 'probable', 0.2, []],
  ])('%s against it', async (_, more, grade, score, names) => {
    const { body } = await match(described('P1', more));
    expect(gradeOf(patientsOf(body)[0])).toEqual({ grade, score });
    const differing = outcomeOf(body).filter((i) => i.severity === 'warning');
    expect(differing.map((i) => /trait (?:d’identité )?(\w+)/.exec(i.details!.text!)?.[1])).toEqual(names);
    expect(JSON.stringify(differing)).not.toMatch(/1936/);
  });

  it('only certain ones: a possible one is left out, and it is still said why', async () => {
    const only = [{ name: 'onlyCertainMatches', valueBoolean: true }];
    expect(patientsOf((await match(asked(described('P1'), only))).body)).toHaveLength(1);
    const { body } = await match(asked(described('P1', { gender: 'male' }), only));
    expect([body.total, patientsOf(body), outcomeOf(body)[0]!.severity]).toEqual([0, [], 'warning']);
  });

  it('a birth date that is less exact than the DMP’s makes nobody certain', async () => {
    const year = await match(described('P1', { birthDate: '1936' }));
    expect(gradeOf(patientsOf(year.body)[0]).grade).toBe('probable');
    bench.dmp.answers['TD0.2'] = () => answerFor(patients.P1.ins, { birthDate: '19360000' });
    const alike = await match(described('P1', { birthDate: '1936' }));
    expect(gradeOf(patientsOf(alike.body)[0]).grade).toBe('certain');
  });

  it('nobody has a DMP: an empty searchset', async () => {
    bench.dmp.answers['TD0.2'] = nobody;
    const { body } = await match(described('P4'));
    expect([body.type, body.total]).toEqual(['searchset', 0]);
  });
});

describe('ITI-119: with a local identifier', () => {
  it('the linked INS is asked about; what was fed is compared where nothing is described', async () => {
    const local = newLocal();
    await bench
      .any('put', `/fhir/Patient?identifier=${encodeURIComponent(`${local.system}|${local.value}`)}`)
      .set('content-type', 'application/fhir+json')
      .send(JSON.stringify(known('P2', local)));
    const bare = await match({ resourceType: 'Patient', identifier: [local] });
    expect(gradeOf(patientsOf(bare.body)[0]).grade).toBe('certain');
    const other = await match({ resourceType: 'Patient', identifier: [local], gender: 'female' });
    expect(gradeOf(patientsOf(other.body)[0]).grade).toBe('possible');
    expect(bench.dmp.calls.map((c) => c.context.patient?.value)).toEqual(Array(3).fill(patients.P2.ins));
  });

  it('one that is linked to another INS than the one beside it, or than another one’s, is a contradiction', async () => {
    const [one, two] = [newLocal(), newLocal()];
    for (const [who, local] of [
      ['P3', one],
      ['P6', two],
    ] as const)
      await bench
        .any('put', `/fhir/Patient?identifier=${encodeURIComponent(`${local.system}|${local.value}`)}`)
        .set('content-type', 'application/fhir+json')
        .send(JSON.stringify(known(who, local)));
    bench.dmp.calls.length = 0;
    for (const identifier of [
      [{ system: INS_TEST, value: patients.P1.ins }, one],
      [one, two],
    ]) {
      const { status, body } = await match<OperationOutcome>({ resourceType: 'Patient', identifier });
      expect([status, body.issue[0]!.details!.coding![0]!.code]).toEqual([422, 'identity-contradiction']);
    }
    expect(bench.dmp.calls).toEqual([]);
  });

  it('an unknown one is refused, and says what to do', async () => {
    const { status, body } = await match<OperationOutcome>({ resourceType: 'Patient', identifier: [newLocal()] });
    expect([status, body.issue[0]!.details!.coding![0]!.code]).toEqual([422, 'identity-unknown']);
  });
});

describe('ITI-119: refusals', () => {
  it.each<[string, (p: Patient) => unknown, string]>([
    ['no identifier', (p) => ({ ...p, identifier: [] as never[] | undefined, active: true }), 'value-empty'],
    ['no identifier at all', (p) => ({ ...p, identifier: undefined }), 'match-identifier'],
    [
      'an INS-C alone',
      (p) => ({ ...p, identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.2', value: '1' }] }),
      'match-identifier',
    ],
    ['a modifier', (p) => ({ ...p, modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }), 'match-modifier'],
    [
      'a modifier inside',
      (p) => asked({ ...p, contact: [{ modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }] }),
      'match-modifier',
    ],
    ['another resource', () => ({ resourceType: 'Practitioner' }), 'wrong-resource-type'],
    [
      'no resource',
      () => ({ resourceType: 'Parameters', parameter: [{ name: 'count', valueInteger: 1 }] }),
      'operation-parameter-required',
    ],
    ['a count of nothing', (p) => asked(p, [{ name: 'count', valueInteger: 0 }]), 'operation-parameter'],
    [
      'an unknown parameter',
      (p) => asked(p, [{ name: 'onlyCertain', valueBoolean: true }]),
      'operation-parameter-unknown',
    ],
  ])('%s: 400', async (_, body, key) => {
    const { status, body: outcome } = await match<OperationOutcome>(body(described('P1')));
    expect([status, outcome.issue[0]!.details!.coding!.at(-1)!.code]).toEqual([400, key]);
    expect(bench.dmp.calls).toEqual([]);
  });
});

describe('ITI-119: emergency regulation', () => {
  const regulated = async (body: unknown, answer: ExistenceAnswer) => {
    bench.dmp.answers['TD0.5'] = () => answer;
    const app = createApp({
      config: { ...bench.config, REGULATION_STRUCTURE: true },
      store: bench.store,
      dmp: bench.dmp,
      logger: pino({ level: 'silent' }),
      verifyToken: async (token) => ({ ...(await verifyToken(token)), purpose: 'centre_15' }),
    });
    const server = createHttpServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const reply = await fetch(`http://127.0.0.1:${port}/fhir/Patient/$match`, {
      method: 'POST',
      headers: { authorization: 'Bearer all', 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
    });
    server.close();
    return { status: reply.status, body: (await reply.json()) as Bundle };
  };
  const two = (): ExistenceAnswer => ({
    ...answerFor(''),
    patients: [
      { ...answerFor(patients.P2.ins).patients[0]!, matchPercent: 40 },
      { ...answerFor(patients.P1.ins).patients[0]!, matchPercent: 95 },
    ],
  });

  it('searches by traits (TD0.5), the best first, as many as asked for; none of them is certain', async () => {
    const { identifier: _, ...traits } = described('P1');
    const { status, body } = await regulated(traits, two());
    expect(status, JSON.stringify(body)).toBe(200);
    expect(bench.dmp.calls.map((c) => [c.name, c.input])).toEqual([
      ['TD0.5', { family: 'BASTIDE', given: 'ODETTE', birthDate: '19360412', sex: 'F' }],
    ]);
    expect(patientsOf(body).map(gradeOf)).toEqual([
      { grade: 'probable', score: 0.95 },
      { grade: 'possible', score: 0.4 },
    ]);
    const one = (await regulated(asked(traits, [{ name: 'count', valueInteger: 1 }]), two())).body;
    expect([patientsOf(one).length, one.total]).toEqual([1, 2]);
    const certain = [{ name: 'onlyCertainMatches', valueBoolean: true }];
    expect(patientsOf((await regulated(asked(traits, certain), two())).body)).toHaveLength(0);
  });

  it('asks for a name or a birth date', async () => {
    const { status } = await regulated({ resourceType: 'Patient', gender: 'male' }, two());
    expect(status).toBe(400);
    expect(bench.dmp.calls).toEqual([]);
  });
});
