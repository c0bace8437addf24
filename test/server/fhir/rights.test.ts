/** `$my-rights` over HTTP with a real store and a DMP that answers what a test wants; and what it rests on, alone. */
import type {
  OperationDefinitionParameter,
  OperationOutcome,
  Parameters,
  ParametersParameter,
} from '@medplum/fhirtypes';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errors } from '../../../mappings/errors.ts';
import { rights } from '../../../mappings/rights/matrix.ts';
import { loadProfiles } from '../../../profiles/index.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { explainRight, type Explained } from '../../../server/fhir/rights/explain.ts';
import { loadHabilitations } from '../../../server/fhir/rights/habilitation-file.ts';
import type { PatientFacts } from '../../../server/fhir/rights/patient-facts.ts';
import { entries } from '../../../server/fhir/rights/table.ts';
import { sessionEnd } from '../../../server/fhir/subscription/read.ts';
import { topics } from '../../../server/fhir/subscription/topics.ts';
import { errorsOf, loadR4 } from '../../support/profiles.ts';
import { insToken, P1, startBench, testOid, verifyToken, type Bench } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  loadR4();
  bench = await startBench({ CONSENT_FEEDING: 'recorded', CONSENT_CONSULTATION: 'recorded', AUTHORIZATION: 'declare' });
}, 60_000);
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const parts = (p: ParametersParameter, name: string): ParametersParameter[] =>
  (p.part ?? []).filter((x) => x.name === name);
const code = (p: ParametersParameter | undefined): string | undefined => p?.valueCodeableConcept?.coding?.[0]?.code;

interface Right {
  allowed?: string;
  mode?: string;
  why: (string | undefined)[];
  notes: (string | undefined)[];
  asTreating?: string;
  doors: Record<string, boolean>;
}
/** The rights of an answer by their names; TD3.3c stands twice, the second one is the person's own. */
function read({ parameter = [] }: Parameters): Record<string, Right> {
  const all: Record<string, Right> = {};
  for (const p of parameter.filter(({ name }) => name === 'right')) {
    const name = code(parts(p, 'what')[0])!;
    const text = (d: ParametersParameter, n: string): string => {
      const [x] = parts(d, n);
      return x?.valueCode ?? x?.valueString ?? '';
    };
    all[name in all ? `${name} own` : name] = {
      allowed: code(parts(p, 'allowed')[0]),
      mode: parts(p, 'mode')[0]?.valueCode,
      why: parts(p, 'why').map(code),
      notes: parts(p, 'note').map(code),
      asTreating: code(parts(p, 'asTreatingPhysician')[0]),
      doors: Object.fromEntries(
        parts(p, 'door').map((d) => [`${text(d, 'method')} ${text(d, 'path')}`, parts(d, 'open')[0]!.valueBoolean!]),
      ),
    };
  }
  return all;
}
const ask = async (token = 'all', query = ''): Promise<Parameters> => {
  const { status, body } = await bench.get(`/fhir/$my-rights${query}`, token);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Parameters;
};

/** What TD0.2 says of P1. */
const existence = (over: object = {}, patient: object = {}) => ({
  interaction: 'PRPA_IN201308UV02',
  acknowledgement: 'AA',
  details: [],
  queryResponse: 'OK',
  authorization: 'VALIDE',
  treatingPhysician: false,
  patients: [{ identifiers: [{ system: testOid, value: P1 }], status: 'active', ...patient }],
  ...over,
});

/** What a Parameters breaks of its OperationDefinition: names, cardinalities, types. */
function faults(given: ParametersParameter[], defined: OperationDefinitionParameter[], place: string): string[] {
  const known = defined.filter((d) => d.use === 'out');
  return [
    ...given.filter((p) => !known.some((d) => d.name === p.name)).map((p) => `${place}.${p.name}: unknown`),
    ...known.flatMap((d) => {
      const found = given.filter((p) => p.name === d.name);
      const at = `${place}.${d.name}`;
      const most = d.max === '*' ? Infinity : Number(d.max);
      const value = `value${(d.type ?? '').charAt(0).toUpperCase()}${(d.type ?? '').slice(1)}`;
      return [
        ...(found.length < d.min || found.length > most ? [`${at}: ${found.length}`] : []),
        ...found.flatMap((p) =>
          d.part ? faults(p.part ?? [], d.part, at) : Object.keys(p).includes(value) ? [] : [`${at}: not ${value}`],
        ),
      ];
    }),
  ];
}
const definition = loadProfiles().find((d) => d.resourceType === 'OperationDefinition' && d.code === 'my-rights');
const definedParameters = (definition as { parameter: OperationDefinitionParameter[] }).parameter;

describe('$my-rights, in general', () => {
  it('explains every right of the matrix, as its OperationDefinition says and as R4 wants it', async () => {
    for (const token of ['all', 'nurse', 'admin']) {
      const answer = await ask(token);
      expect(errorsOf(answer)).toEqual([]);
      expect(faults(answer.parameter!, definedParameters, '')).toEqual([]);
      expect(new Set(Object.keys(read(answer)))).toEqual(new Set([...rights, 'TD3.3c own']));
      expect(bench.dmp.names()).toEqual([]);
    }
  });

  it('a nurse of the structure feeds and deletes what is the structure’s; reading wants Pro Santé Connect', async () => {
    const rights = read(await ask('nurse'));
    expect(rights['TD2.1']).toMatchObject({ allowed: 'yes', mode: 'INDIRECTE', why: [] });
    expect(rights['TD3.3c']).toMatchObject({ allowed: 'structure', mode: 'INDIRECTE' });
    expect(rights['TD0.4']).toMatchObject({ allowed: 'new-authorizations' });
    for (const right of ['TD3.1a', 'TD3.2', 'TD0.3 declare', 'TD1.6', 'TD3.3a'])
      expect(rights[right], right).toMatchObject({ allowed: 'no', mode: undefined, why: ['dmp-rights-psc'] });
  });

  it('a doctor of Pro Santé Connect reads; what only a médecin traitant may is said', async () => {
    const rights = read(await ask());
    for (const right of ['TD3.1a', 'TD3.2', 'TD0.3 declare', 'TD1.6', 'TD3.3d'])
      expect(rights[right], right).toMatchObject({ allowed: 'yes', mode: 'INDIRECTE_RENFORCEE' });
    expect(rights['TD2.1']).toMatchObject({ allowed: 'yes', mode: 'INDIRECTE' });
    expect(rights['TD3.2 masked']).toMatchObject({ allowed: 'own', asTreating: 'yes' });
    expect(rights['TD3.3c own']).toMatchObject({ allowed: 'own', mode: 'INDIRECTE_RENFORCEE' });
    expect(rights['TD3.3c patient']).toMatchObject({
      allowed: 'no',
      why: ['rights-matrix'],
      asTreating: 'treating-physician',
    });
  });

  it('names the doors, and the scope that lacks where none is open', async () => {
    const rights = read(await ask('user~DocumentReference.s+user~Patient.rs'));
    expect(rights['TD3.1a']).toMatchObject({ allowed: 'yes' });
    expect(rights['TD3.1a']!.doors).toMatchObject({
      'GET /fhir/DocumentReference': true,
      'POST /fhir/DocumentReference/_search': true,
      'GET /fhir/DocumentReference/{id}': false,
      'GET /fhir/List': false,
    });
    expect(rights['TD3.2']).toMatchObject({
      allowed: 'no',
      why: ['scope-missing'],
      doors: { 'GET /fhir/Binary/{id}': false },
    });
    expect(rights['TD2.1']!.doors).toMatchObject({ 'POST /fhir': false, 'POST /fhir/DocumentReference': false });
    const { parameter } = await ask('user~Binary.r');
    expect(JSON.stringify(parameter)).toContain('user/DocumentReference.s');
  });

  it('speaks both languages, the one asked for first', async () => {
    const inFrench = JSON.stringify(await ask('nurse'));
    const english = await bench.get('/fhir/$my-rights', 'nurse').set('Accept-Language', 'en');
    for (const key of ['dmp-rights-psc', 'transaction-withdrawn'] as const) {
      const { fr, en } = errors[key];
      for (const words of [fr, en])
        for (const text of [inFrench, JSON.stringify(english.body)])
          expect(text).toContain(words.split('{')[0]!.trim());
    }
    expect(inFrench).toContain('"text":"Alimenter le DMP"');
    expect(JSON.stringify(english.body)).toContain('"text":"Feed the DMP"');
  });

  it('is asked by POST as well, answers in XML, and knows no other parameter', async () => {
    const posted = await bench
      .post('/fhir/$my-rights')
      .set('Content-Type', 'application/fhir+json')
      .send({ resourceType: 'Parameters' });
    expect(read(posted.body as Parameters)).toEqual(read(await ask()));
    const xml = await bench.get('/fhir/$my-rights?_format=xml');
    expect(xml.text).toContain('<Parameters xmlns="http://hl7.org/fhir">');
    const wrong = await bench.get('/fhir/$my-rights?patience=1');
    expect(wrong.status).toBe(400);
    expect((await bench.get('/fhir/$my-rights', '')).status).toBe(401);
  });
});

describe('$my-rights, for a patient', () => {
  const query = `?patient.identifier=${encodeURIComponent(insToken)}`;
  const about = async (answer: object, token = 'all'): Promise<Parameters> => {
    bench.dmp.answers['TD0.2'] = () => answer;
    return ask(token, query);
  };

  it('asks the DMP once, changes nothing, and needs the right to search patients', async () => {
    const answer = await about(existence());
    expect(bench.dmp.names()).toEqual(['TD0.2']);
    expect(errorsOf(answer)).toEqual([]);
    expect(faults(answer.parameter!, definedParameters, '')).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain(P1);
    const { status, body } = await bench.get(`/fhir/$my-rights${query}`, 'user~DocumentReference.rs');
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain('user/Patient.s');
  });

  it('says what the consents on record lack', async () => {
    const rights = read(await about(existence()));
    expect(rights['TD2.1']).toMatchObject({ allowed: 'no', why: ['consent-feeding-missing'] });
    expect(rights['TD3.1a']).toMatchObject({ allowed: 'no', why: ['consent-consultation-missing'] });
    expect(rights['TD1.3a']).toMatchObject({ allowed: 'yes' });
  });

  it('what the caller does to a document is looked at first: reading must be allowed', async () => {
    const rights = read(await about(existence()));
    for (const right of ['TD3.3a', 'TD3.3a unmask', 'TD3.3b', 'TD3.3d', 'TD3.3c own', 'TD3.2'])
      expect(rights[right], right).toMatchObject({ allowed: 'no', why: ['consent-consultation-missing'] });
    // A structure deletes what it fed by the reference alone.
    expect(rights['TD3.3c']).toMatchObject({ allowed: 'structure', why: [] });
  });

  it('declaring an authorisation wants the consent to reading, as its door does; the web site only no refusal', async () => {
    const rights = read(await about(existence({ authorization: 'NON_EXISTE' })));
    for (const right of ['TD0.3 declare', 'TD0.3 become MT'])
      expect(rights[right], right).toMatchObject({ allowed: 'no', why: ['consent-consultation-missing'] });
    expect(rights['TD0.3 remove']).toMatchObject({ allowed: 'yes' });
    expect(rights['TD0.10']).toMatchObject({ allowed: 'yes', why: [] });
  });

  describe('who consents to feeding and consultation', () => {
    beforeAll(async () => {
      const { id: patientId } = await bench.store.patients.byIns({ value: P1, oid: testOid });
      for (const topic of ['feeding', 'consultation'] as const)
        await bench.store.consents.record(
          { patientId, structure: '1990100109', topic },
          { status: 'active', decision: 'permit', content: {} },
          new Date(),
        );
    });

    it('is read and fed; an authorisation that has run out will be declared', async () => {
      const valid = read(await about(existence()));
      expect(valid['TD2.1']).toMatchObject({ allowed: 'yes', why: [] });
      expect(valid['TD3.1a']).toMatchObject({ allowed: 'yes', why: [], notes: [] });
      const expired = read(await about(existence({ authorization: 'EXPIRE' })));
      expect(expired['TD3.1a']).toMatchObject({ allowed: 'yes', notes: ['rights-authorization-declared'] });
      expect(bench.dmp.names()).not.toContain('TD0.3');
    });

    it('has another table for the médecin traitant', async () => {
      const answer = await about(existence({ treatingPhysician: true }));
      expect(answer.parameter).toContainEqual({ name: 'treatingPhysician', valueBoolean: true });
      const rights = read(answer);
      expect(rights['TD3.2 masked']).toMatchObject({ allowed: 'yes' });
      expect(rights['TD3.3c patient']).toMatchObject({ allowed: 'yes' });
      expect(rights['TD0.3 remove MT']).toMatchObject({ allowed: 'unlisted' });
      for (const right of Object.values(rights)) expect(right.asTreating).toBeUndefined();
    });

    it('has blocked this professional: nothing but to know it', async () => {
      const answer = await about(existence({ authorization: 'INTERDIT' }));
      expect(answer.parameter).toContainEqual({
        name: 'authorization',
        valueCoding: { system: 'urn:oid:1.2.250.1.213.4.1.2.6.2', code: 'INTERDIT' },
      });
      const rights = read(answer);
      expect(rights['TD0.2']).toMatchObject({ allowed: 'yes' });
      for (const right of ['TD0.3 declare', 'TD1.3a', 'TD2.1', 'TD3.1a', 'TD3.2'])
        expect(rights[right]?.why, right).toContain('authorization-blocked');
    });

    it('has no DMP, or a closed one', async () => {
      const none = await about(existence({ queryResponse: 'NF', authorization: undefined, patients: [] }));
      expect(none.parameter).toContainEqual({ name: 'dmp', valueCode: 'none' });
      expect(read(none)['TD2.1']).toMatchObject({ allowed: 'no', why: ['dmp-absent'] });
      expect(read(none)['TD0.2']).toMatchObject({ allowed: 'yes' });
      const closed = await about(existence({}, { status: 'terminated' }));
      expect(read(closed)['TD3.2']).toMatchObject({ allowed: 'no', why: ['rights-dmp-closed'] });
      // The door answers DMPClosed, and dmp-absent where there is none.
      expect(read(closed)['TD1.3a']).toMatchObject({ allowed: 'no', why: ['rights-dmp-closed'] });
      expect(read(none)['TD1.3a']).toMatchObject({ allowed: 'no', why: ['dmp-absent'] });
      for (const answer of [none, closed]) expect(read(answer)['TD0.10']).toMatchObject({ allowed: 'yes' });
    });
  });

  it('an authorisation that nothing will declare is missing, and says which word the DMP had', async () => {
    const other = await startBench({ AUTHORIZATION: 'check' });
    try {
      const of = async (authorization: string): Promise<Parameters> => {
        other.dmp.answers['TD0.2'] = () => existence({ authorization });
        return (await other.get(`/fhir/$my-rights${query}`)).body as Parameters;
      };
      const expired = await of('EXPIRE');
      expect(read(expired)['TD3.1a']).toMatchObject({ allowed: 'no', why: ['authorization-missing'], notes: [] });
      expect(JSON.stringify(expired)).toContain('EXPIRE');
      expect(read(await of('VALIDE'))['TD3.1a']).toMatchObject({ allowed: 'yes', why: [] });
    } finally {
      await other.close();
    }
  });

  it('a patient who is unknown, two patients, an INS that is none', async () => {
    const refused = async (q: string): Promise<[number, string]> => {
      const { status, body } = await bench.get(`/fhir/$my-rights?${q}`);
      return [status, (body as OperationOutcome).issue[0]!.details!.coding!.at(-1)!.code!];
    };
    expect(await refused('patient=Patient/00000000-0000-4000-8000-000000000000')).toEqual([
      expect.any(Number),
      'reference-unresolved',
    ]);
    expect(await refused(`patient.identifier=urn:oid:${testOid}|12`)).toEqual([400, 'ins-format']);
    expect(bench.dmp.names()).toEqual([]);
  });

  it('the DMP that does not answer is said, not guessed', async () => {
    const { status } = await bench.get(`/fhir/$my-rights${query}`);
    expect(status).toBeGreaterThanOrEqual(500);
  });
});

describe('what an explanation rests on', () => {
  const facts: PatientFacts = {
    dmp: 'active',
    authorization: 'VALIDE',
    isTreating: false,
    emergency: [],
    traits: [],
    block: [],
    feeding: [],
    consultation: [],
    declaring: [],
  };
  const explain = async (
    over: Partial<Caller>,
    settings: Record<string, string> = {},
    of?: Partial<PatientFacts>,
  ): Promise<Record<string, Explained>> => {
    const caller = { ...(await verifyToken('all')), ...over };
    const known = of && { ...facts, ...of };
    return Object.fromEntries(
      entries.map((e) => [e.right, explainRight(e, caller, loadConfig(settings), known)] as const).reverse(),
    );
  };
  const keys = (explained: Explained | undefined): string[] => (explained?.why ?? []).map((i) => i.key);

  it('« centre_15 »: the search without INS, and only in a regulation centre', async () => {
    const purpose = { purpose: 'centre_15' } as const;
    const elsewhere = await explain(purpose);
    for (const e of Object.values(elsewhere)) expect(keys(e), e.entry.right).toContain('regulation-only');
    const centre = await explain(purpose, { REGULATION_STRUCTURE: 'true' });
    expect(centre['TD0.5']).toMatchObject({ allowed: 'yes', mode: 'INDIRECTE_RENFORCEE' });
    expect(centre['TD3.2 masked']).toMatchObject({ allowed: 'patient-allowed' });
    expect(keys(centre['TD0.3 declare'])).toEqual(['dmp-rights-purpose', 'purpose-normal-only']);
  });

  it('« bris de glace »: for professionals of Pro Santé Connect, and not to feed', async () => {
    const purpose = { purpose: 'bris_de_glace', reason: 'Malaise dans le couloir' } as const;
    const doctor = await explain(purpose, {}, {});
    expect(doctor['TD3.1a']).toMatchObject({ allowed: 'yes' });
    expect(keys(doctor['TD2.1'])).toEqual(['dmp-rights-purpose', 'break-glass-patient']);
    const nurse = await explain({ ...purpose, strength: 'local' }, {}, {});
    expect(keys(nurse['TD3.1a'])).toEqual(['dmp-rights-psc']);
    const over = await explain(purpose, {}, { emergency: [{ key: 'break-glass-expired', values: { minutes: 30 } }] });
    for (const e of Object.values(over)) expect(keys(e), e.entry.right).toContain('break-glass-expired');
  });

  it('a right whose every door the purpose closes is closed, and says why', async () => {
    const emergency = { purpose: 'bris_de_glace', reason: 'Malaise dans le couloir' } as const;
    const rights = await explain(emergency, {}, {});
    for (const right of ['TD0.4', 'TD3.1b'])
      expect([rights[right]?.allowed, keys(rights[right])], right).toEqual(['no', ['break-glass-patient']]);
    const open = (right: string): string[] =>
      rights[right]!.doors.filter((d) => d.refused.length === 0).map((d) => `${d.method} ${d.path}`);
    expect(open('TD3.1a')).toContain('GET /fhir/DocumentReference');
    expect(open('TD3.1a')).not.toContain('POST /fhir/Subscription');
    expect(open('TD3.3c')).toEqual(['PATCH /fhir/DocumentReference', 'PATCH /fhir/DocumentReference/{id}']);
  });

  it('the correction of a wrong record is a door with the scopes of its steps, and only by POST', async () => {
    const { 'TD2.1': feed, 'TD3.3c': remove } = await explain({
      scopes: ['user/Patient.u', 'user/DocumentReference.u'],
    });
    expect(feed).toMatchObject({ allowed: 'no' });
    expect(keys(feed)).toEqual(['scope-missing']);
    const of = (e: Explained | undefined): unknown[] =>
      e!.doors.filter((d) => d.path.endsWith('$correct-record')).map((d) => [d.method, d.missing]);
    expect(of(feed)).toEqual([['POST', ['user/DocumentReference.c']]]);
    expect(of(remove)).toEqual([['POST', []]]);
  });

  it('changing administrative data is no matter of the identity feed, whose route it shares', async () => {
    const { 'TD1.3b': change } = await explain({ scopes: ['ITI-104'] }, { WITHDRAWN_TRANSACTIONS: 'true' });
    expect(change!.doors.map((d) => [d.path, d.missing])).toEqual([['/fhir/Patient/{id}', ['user/Patient.u']]]);
    expect(keys(change)).toEqual(['scope-missing']);
  });

  it('the web site is for whoever Pro Santé Connect knows, and not for whom the patient refuses', async () => {
    for (const over of [{ personId: '3990100109/DIR-01' }, { roles: [{ code: '10', system: '1.2.250.1.71.1.2.7' }] }])
      expect((await explain(over as Partial<Caller>))['TD0.10']).toMatchObject({ allowed: 'yes', why: [] });
    expect(keys((await explain({ strength: 'local' }))['TD0.10'])).toEqual(['dmp-rights-psc']);
    const refused = await explain({}, {}, { consultation: [{ key: 'consent-consultation-refused' }] });
    for (const right of ['TD0.10', 'TD1.3a'])
      expect(keys(refused[right]), right).toEqual(['consent-consultation-refused']);
  });

  it('traits that differ close what opens the record, not whether there is one', async () => {
    const emergency = { purpose: 'bris_de_glace', reason: 'Malaise dans le couloir' } as const;
    const rights = await explain(
      emergency,
      {},
      { traits: [{ key: 'break-glass-traits', values: { traits: 'birthdate' } }] },
    );
    expect(rights['TD0.2']).toMatchObject({ allowed: 'yes' });
    for (const right of ['TD3.1a', 'TD0.10']) expect(keys(rights[right]), right).toEqual(['break-glass-traits']);
    const nothing = await explain(emergency, {}, { dmp: 'none' });
    expect(nothing['TD0.2']).toMatchObject({ allowed: 'yes' });
    expect(keys(nothing['TD0.10'])).toEqual(['dmp-absent']);
  });

  it('a DMP is created where there is none, and reactivated where it is closed', async () => {
    const on = { WITHDRAWN_TRANSACTIONS: 'true' };
    const of = async (dmp: 'active' | 'terminated' | 'none'): Promise<string[][]> => {
      const rights = await explain({}, on, { dmp });
      return ['TD1.1', 'TD1.2'].map((right) => keys(rights[right]));
    };
    expect(await of('none')).toEqual([[], ['dmp-absent']]);
    expect(await of('terminated')).toEqual([['rights-dmp-closed'], []]);
    expect(await of('active')).toEqual([['dmp:DMPFound'], ['dmp:DMPFound']]);
  });

  it('somebody without RPPS, or who is no professional', async () => {
    const director = {
      personId: '3990100109/DIR-01',
      roles: [
        { code: '99', system: '1.2.250.1.213.1.6.1.140', display: '' },
        { code: '312', system: '1.2.250.1.213.1.6.1.107', display: 'Autre professionnel' },
      ],
    };
    expect(keys((await explain(director))['TD3.1a'])).toEqual(['dmp-rights-rpps']);
    const social = await explain({ roles: [{ code: '41', system: '1.2.250.1.213.1.6.1.4', display: '' }] });
    expect(social['TD3.1a']).toMatchObject({ allowed: 'no' });
    expect(keys(social['TD3.1a'])).toEqual(['rights-matrix']);
    expect(social['TD0.3 declare']).toMatchObject({ allowed: 'structure' });
    // Reached by PATCH, which looks at the document first.
    const byPerson = entries.filter((e) => e.right === 'TD3.3c')[1]!;
    const caller = { ...(await verifyToken('all')), roles: [{ code: '41', system: '1.2.250.1.213.1.6.1.4' }] };
    expect(explainRight(byPerson, caller as Caller, loadConfig({}), undefined).why).toMatchObject([
      { key: 'rights-matrix', values: { transaction: 'TD3.1a' } },
    ]);
  });

  it('what the DMP has withdrawn is behind its setting', async () => {
    const withdrawn = ['TD1.1', 'TD1.2', 'TD1.3b', 'TD1.4'];
    const off = await explain({});
    const on = await explain({}, { WITHDRAWN_TRANSACTIONS: 'true' });
    for (const right of withdrawn) {
      expect(keys(off[right]), right).toEqual(['transaction-withdrawn']);
      expect(on[right], right).toMatchObject({ allowed: 'withdrawn', why: [] });
    }
  });

  it('every right has a door', async () => {
    for (const e of Object.values(await explain({}))) expect(e.doors.length, e.entry.right).toBeGreaterThan(0);
  });
});

describe('the file of habilitations', () => {
  const file = (text: string): string => {
    const place = path.join(bench.dataDir, 'matrix.json');
    writeFileSync(place, text);
    return place;
  };
  const matrix = {
    version: '2026-10',
    source: 'ours',
    default: true,
    rows: [
      { role: '60', classCode: '90', allow: false },
      { role: '60', typeCode: '11488-4', allow: false },
    ],
  };

  it('tells a profession what it reads', async () => {
    const other = await startBench({ HABILITATION_MATRIX: file(JSON.stringify(matrix)) });
    const of = async (token: string): Promise<ParametersParameter | undefined> => {
      const { body } = await other.get('/fhir/$my-rights', token);
      expect(faults((body as Parameters).parameter!, definedParameters, '')).toEqual([]);
      return (body as Parameters).parameter!.find((p) => p.name === 'habilitation');
    };
    try {
      const nurse = await of('nurse');
      expect(parts(nurse!, 'otherwise')).toEqual([{ name: 'otherwise', valueBoolean: true }]);
      expect(
        parts(nurse!, 'document').map((d) => d.part!.map((p) => p.valueCoding?.code ?? p.valueCode ?? p.valueBoolean)),
      ).toEqual([
        ['90', false],
        ['11488-4', false],
      ]);
      expect(parts((await of('all'))!, 'document')).toEqual([]);
    } finally {
      await other.close();
    }
    expect((await ask()).parameter!.some((p) => p.name === 'habilitation')).toBe(false);
  });

  it('that is not right stops the start, naming the place', async () => {
    const load = (text: string) => () => loadHabilitations(loadConfig({ HABILITATION_MATRIX: file(text) }));
    expect(load('{')).toThrow(ConfigError);
    expect(load(JSON.stringify({ ...matrix, rows: [{ role: '60' }] }))).toThrow(/HABILITATION_MATRIX.*rows\.0\.allow/);
    expect(() => loadHabilitations(loadConfig({ HABILITATION_MATRIX: '/nowhere/m.json' }))).toThrow(ConfigError);
    await expect(startBench({ HABILITATION_MATRIX: file('[]') })).rejects.toThrow('HABILITATION_MATRIX');
  });
});

describe('a subscription', () => {
  it('is not asked for by an access that is not normal: it would outlive it', async () => {
    const caller = await verifyToken('all');
    const services = { config: loadConfig({}), now: () => new Date('2026-11-21T03:00:00Z') };
    for (const topic of topics) {
      expect(sessionEnd(topic, caller, services)).toBeInstanceOf(Date);
      for (const purpose of ['bris_de_glace', 'centre_15'] as const)
        expect(() => sessionEnd(topic, { ...caller, purpose, reason: 'Malaise dans le couloir' }, services)).toThrow(
          'subscription-purpose',
        );
    }
  });
});
