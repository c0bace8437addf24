/**
 * The doors on patients beyond « has this person a DMP? », for the tests that walk everything that is declared and count every
 * call: each with its effect, and with what the DMP then hears.
 */
import type { Bundle, OperationOutcome, Parameters, Patient } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { insKey } from '../../mappings/ins.ts';
import { patientExtensions } from '../../mappings/patient.ts';
import { loadConfig } from '../../server/config.ts';
import { makeToken } from './outside-issuer.ts';
import { INS_TEST, patientResource, patients, reliability, type Who } from './resources.ts';
import type { Stack } from './stack.ts';

/** What the façade and the simulator must be told for all of them to be served. */
export const patientDoorSettings = { WITHDRAWN_TRANSACTIONS: 'true', REGULATION_STRUCTURE: 'true' } as const;
export const patientDoorWorld = { withdrawnTransactions: true } as const;

const opposition = (code: string) => ({
  url: patientExtensions.observation,
  extension: [
    { url: 'code', valueCode: code },
    { url: 'value', valueBoolean: false },
  ],
});

/** Somebody whom neither the story nor the DMP knows. @param n 0 to 99 */
export function stranger(n: number): Patient {
  const first = `15003759902${String(n).padStart(2, '0')}`;
  return {
    resourceType: 'Patient',
    extension: [
      reliability('VALI'),
      { url: patientExtensions.consent, valueDate: '2026-11-20' },
      opposition('OPPOSITION_BRIS_DE_GLACE'),
      opposition('OPPOSITION_ACCES_URGENCE'),
    ],
    identifier: [{ system: INS_TEST, value: `${first}${insKey(first)}` }],
    name: [{ use: 'official', family: 'INCONNU', given: ['JEAN'], prefix: ['M'] }],
    gender: 'male',
    birthDate: '1950-03-07',
  };
}

const parameters = (...parameter: Parameters['parameter'] & object): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});
const consentedOn = parameters({ name: 'consentedOn', valueDate: '2026-11-20' });
const motive = parameters({ name: 'motive', valueCode: 'FERMETURE_DEMANDE_PATIENT' });

/** The administrative data of P6, whose DMP no Mon espace santé owns, with a town. */
const thérèse = (id: string, city: string): Patient => {
  const known = patientResource('P6', id);
  return { ...known, name: known.name!.map((n) => ({ ...n, prefix: ['Mme'] })), address: [{ city }] };
};

/** By `prepare`: ids of patients, as an app gets them; and a token of emergency regulation. */
const known: { ids: Partial<Record<Who, string>>; regulator: string } = { ids: {}, regulator: '' };
const idOf = (who: Who): string => known.ids[who] ?? '';

/** Before anything is counted. */
export async function preparePatientDoors(stack: Stack): Promise<void> {
  for (const who of ['P1', 'P3', 'P6', 'P7'] as const) {
    const form = { identifier: `${INS_TEST}|${patients[who].ins}` };
    const { body } = await stack.form<Bundle<Patient>>('/Patient/_search', form, 'doctor');
    known.ids[who] = body.entry?.find((e) => e.search?.mode === 'match')?.resource?.id;
  }
  known.regulator = await makeToken(loadConfig(stack.environment), { person: 'doctor', purpose: 'centre_15' });
}

async function byTraits(stack: Stack, query: string): Promise<{ status: number; body: Bundle<Patient> }> {
  const answer = await fetch(`${stack.base}/Patient?${query}`, {
    headers: { authorization: `Bearer ${known.regulator}`, accept: 'application/fhir+json' },
  });
  return { status: answer.status, body: (await answer.json()) as Bundle<Patient> };
}

/** INS of the candidates of a search by traits, the best first. */
async function candidatesOf(stack: Stack, query: string): Promise<(string | undefined)[]> {
  const { status, body } = await byTraits(stack, query);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.entry ?? []).map((e) => e.resource?.identifier?.[0]?.value);
}

/** Search parameter → two values that find others, beside what TD0.5 needs. P1 and P8 bear the same name in use. */
const traits: Record<string, { beside: string; finds: Record<string, Who[]> }> = {
  family: { beside: 'birthdate=1936-04', finds: { Rousselin: ['P1', 'P8'], Quercy: ['P8'] } },
  given: { beside: 'family=Rousselin', finds: { Odette: ['P1'], Odile: ['P8'] } },
  birthdate: { beside: 'family=Rousselin', finds: { '1936-04-12': ['P1'], '1936-04-21': ['P8'] } },
  gender: { beside: 'family=Rousselin&birthdate=1936', finds: { female: ['P1', 'P8'], male: [] } },
  'address-city': {
    beside: 'family=Rousselin',
    finds: { 'SAINT-FICTIF-LES-VALS': ['P1'], 'VALMONT-SUR-ESSAI': ['P8'] },
  },
  'address-postalcode': { beside: 'family=Rousselin', finds: { '38990': ['P1'], '38991': ['P8'] } },
};

async function traitCase(stack: Stack, name: string): Promise<void> {
  const { beside, finds } = traits[name]!;
  for (const [value, who] of Object.entries(finds)) {
    const found = await candidatesOf(stack, `${beside}&${name}=${encodeURIComponent(value)}`);
    expect(found.sort()).toEqual(who.map((w) => patients[w].ins).sort());
  }
}

/** Declared thing → what shows that it works (`test/e2e/declared.test.ts`). */
export function declaredPatientDoors(stackOf: () => Stack): Record<string, () => Promise<void>> {
  const get = <T>(url: string) => stackOf().get<T>(`/Patient/${url}`, 'doctor');
  const post = <T>(url: string, body: unknown) => stackOf().post<T>(`/Patient/${url}`, body, 'doctor');
  const activeAfter = async (url: string, body: Parameters): Promise<boolean | undefined> => {
    const answer = await post<Patient>(url, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.active;
  };
  return {
    ...Object.fromEntries(Object.keys(traits).map((name) => [`Patient?${name}`, () => traitCase(stackOf(), name)])),
    'Patient create': async () => {
      const made = await stackOf().post<Patient>('/Patient', stranger(1), 'nurse');
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const there = await stackOf().get<Patient>(`/Patient/${made.body.id}`, 'nurse');
      expect([there.status, there.body.active]).toEqual([200, true]);
    },
    'Patient $authorized-records': async () => {
      const of = async (query: string) => {
        const { status, body } = await get<Bundle<Patient>>(`$authorized-records?${query}`);
        expect(status, JSON.stringify(body)).toBe(200);
        return (body.entry ?? []).map((e) => e.resource!.id);
      };
      expect(await of('')).toContain(idOf('P7'));
      // P7 has no document; nobody was authorised in the future.
      expect(await of('by=document&since=2020')).not.toContain(idOf('P7'));
      expect(await of('since=2999')).toEqual([]);
      expect(await of('owner=899700204581')).not.toContain(idOf('P7'));
    },
    'Patient $administrative-data': async () => {
      const { status, body } = await get<Patient>(`${idOf('P7')}/$administrative-data`);
      expect([status, body.id], JSON.stringify(body)).toEqual([200, idOf('P7')]);
      expect(body.contact?.length).toBe(2);
      expect((await get('unknown/$administrative-data')).status).toBe(404);
    },
    'Patient $web-access': async () => {
      const urlOf = async (place: string) =>
        (await get<Parameters>(`${place}$web-access?page=Documents`)).body.parameter?.find((p) => p.name === 'url')
          ?.valueUrl;
      expect(await urlOf(`${idOf('P1')}/`)).toMatch(new RegExp(`/AccesDirect/Documents/${patients.P1.ins}$`));
      expect(await urlOf('')).toMatch(/\/AccesDirect\/Documents$/);
    },
    'Patient $reactivate': async () => expect(await activeAfter(`${idOf('P3')}/$reactivate`, consentedOn)).toBe(true),
    'Patient $close': async () => expect(await activeAfter(`${idOf('P6')}/$close`, motive)).toBe(false),
    'Patient $internet-account': async () => {
      const answer = await post<OperationOutcome>(`${idOf('P1')}/$internet-account`, parameters());
      expect(answer.status).toBe(501);
      expect(answer.body.issue[0]!.details!.text).toContain('TD1.5');
    },
  };
}

/** What is asked, of which interaction, its status, and the calls of the DMP (`test/e2e/calls.test.ts`). */
export type Counted = [
  name: string,
  serves: string,
  act: () => Promise<{ status: number }>,
  status: number,
  calls: string[],
];

const strong = 'INDIRECTE_RENFORCEE';
const weak = 'INDIRECTE';

export function countedPatientDoors(stackOf: () => Stack): Counted[] {
  const get = (url: string, kind: 'doctor' | 'nurse') => stackOf().get(`/Patient${url}`, kind);
  const post = (url: string, body: unknown, kind: 'doctor' | 'nurse') => stackOf().post(`/Patient${url}`, body, kind);
  const list = 'Patient.$authorized-records';
  const web = 'Patient.$web-access';
  return [
    ['the DMPs that a doctor may enter', list, () => get('/$authorized-records', 'doctor'), 200, [`TD0.4 ${strong}`]],
    [
      'the new authorisations of a structure',
      list,
      () => get('/$authorized-records?since=2026-01-01', 'nurse'),
      200,
      [`TD0.4 ${weak}`],
    ],
    ['all of them, by a structure', list, () => get('/$authorized-records', 'nurse'), 403, []],
    [
      'a search by traits, in regulation',
      'Patient.search-type',
      () => byTraits(stackOf(), 'family=Rousselin&birthdate=1936'),
      200,
      [`TD0.5 ${strong}`],
    ],
    ['a search by traits', 'Patient.search-type', () => get('?family=Rousselin&birthdate=1936', 'doctor'), 403, []],
    [
      'administrative data',
      'Patient.$administrative-data',
      () => get(`/${idOf('P1')}/$administrative-data`, 'nurse'),
      200,
      [`TD1.3a ${weak}`],
    ],
    ['a page of the web site', web, () => get(`/${idOf('P1')}/$web-access?page=Documents`, 'doctor'), 200, []],
    ['a page without the right', web, () => get(`/${idOf('P1')}/$web-access?page=Documents`, 'nurse'), 403, []],
    ['a DMP created', 'Patient.create', () => post('', stranger(2), 'nurse'), 201, [`TD1.1 ${weak}`]],
    ['a DMP not created, without consent', 'Patient.create', () => post('', patientResource('P4'), 'nurse'), 400, []],
    [
      'administrative data changed',
      'Patient.update',
      () => stackOf().put(`/Patient/${idOf('P6')}`, thérèse(idOf('P6'), 'FICTIVILLE'), 'doctor'),
      200,
      [`TD1.3b ${strong}`],
    ],
    [
      'a DMP reactivated: under which name, and that',
      'Patient.$reactivate',
      () => post(`/${idOf('P3')}/$reactivate`, consentedOn, 'doctor'),
      200,
      [`TD0.2 ${strong}`, `TD1.2 ${strong}`],
    ],
    [
      'a DMP closed: under which name, and that',
      'Patient.$close',
      () => post(`/${idOf('P6')}/$close`, motive, 'doctor'),
      200,
      [`TD0.2 ${strong}`, `TD1.4 ${strong}`],
    ],
    [
      'the internet account',
      'Patient.$internet-account',
      () => post(`/${idOf('P1')}/$internet-account`, parameters(), 'doctor'),
      501,
      [],
    ],
  ];
}
