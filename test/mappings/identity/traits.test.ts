import fc from 'fast-check';
import type { Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import type { PatientFacts } from '../../../mappings/hl7v3/facts.ts';
import { sameGiven } from '../../../mappings/identity/names.ts';
import { compareTraits, compareWithDmp, traitsOfPatient, type Traits } from '../../../mappings/identity/traits.ts';
import '../../support/fast-check.ts';

const odette: PatientFacts = {
  identifiers: [],
  name: { prefix: 'Mme', given: ['ODETTE'], usage: 'ROUSSELIN', birth: 'BASTIDE' },
  sex: 'F',
  birthDate: '19360412',
};
const own: Patient = {
  resourceType: 'Patient',
  name: [
    { use: 'official', family: 'Bastide', given: ['Odette'] },
    { use: 'usual', family: 'Rousselin', given: ['Odette'] },
  ],
  gender: 'female',
  birthDate: '1936-04-12',
};
const differing = (patient: Partial<Patient>, facts: Partial<PatientFacts> = {}): string[] =>
  compareWithDmp({ ...own, ...patient }, { ...odette, ...facts }).differing;

describe('traits compared with the DMP’s', () => {
  it('the same person', () => {
    const { compared, differing: none } = compareWithDmp(own, odette);
    expect(compared).toEqual(['family', 'usualFamily', 'given', 'birthDate', 'gender']);
    expect(none).toEqual([]);
  });

  it.each([
    ['family', { name: [{ use: 'official', family: 'QUERCY', given: ['ODETTE'] }] }],
    ['given', { name: [{ use: 'official', family: 'BASTIDE', given: ['ODILE'] }] }],
    ['birthDate', { birthDate: '1936-04-21' }],
    ['gender', { gender: 'male' }],
    ['usualFamily', { name: [own.name![0]!, { use: 'usual', family: 'OTHER' }] }],
  ] as [string, Partial<Patient>][])('%s: the name of the trait that differs, never its value', (name, patient) => {
    expect(differing(patient)).toEqual([name]);
  });

  it('says several at once, in one order', () => {
    expect(
      differing({ name: [{ family: 'QUERCY', given: ['ODILE'] }], birthDate: '1936-04-21', gender: 'male' }),
    ).toEqual(['family', 'given', 'birthDate', 'gender']);
  });

  it('the one name that the DMP says as the name in use is the name at birth of who never changed it', () => {
    const name = { given: ['ANGE-TOUSSAINT'], usage: 'CAVALLINI' };
    const given = ['Ange Toussaint'];
    expect(differing({ name: [{ use: 'official', family: 'Cavallini', given }] }, { name })).toEqual([]);
    expect(differing({ name: [{ use: 'official', family: 'Cavallina', given }] }, { name })).toEqual(['family']);
  });

  it('the name in use on one side, both names on the other', () => {
    expect(differing({ name: [{ family: 'ROUSSELIN', given: ['ODETTE'] }] })).toEqual([]);
    expect(differing({ name: [{ family: 'BASTIDE', given: ['ODETTE'] }] })).toEqual([]);
    expect(differing({}, { name: { given: ['ODETTE'], usage: 'BASTIDE' } })).toEqual([]);
  });

  it('all given names of the birth certificate stand for the first ones', () => {
    const list = (valueString: string): Partial<Patient> => ({
      name: [
        {
          use: 'official',
          family: 'BASTIDE',
          given: ['X'],
          extension: [
            {
              url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name',
              valueString,
            },
          ],
        },
      ],
    });
    expect(differing(list('ODETTE MARIE LOUISE'))).toEqual([]);
    expect(differing(list('MARIE ODETTE LOUISE'))).toEqual(['given']);
  });

  it.each([
    ['JEAN-NOËL', 'JEAN NOEL', true],
    ['JEAN-NOËL', 'JEAN-NOEL MARIE', true],
    ['JEAN NOËL MARIE', 'JEAN-NOEL', true],
    ['JEANNOEL', 'JEAN-NOEL', true],
    ['JEAN', 'JEAN NOEL', true],
    ['JEAN', 'JEAN-NOEL', false],
    ['JEAN-NOEL', 'JEAN', false],
    ['JEAN-NOEL', 'JEAN-MARIE', false],
    ['JEAN', 'JEANNE', false],
    ['MARIE', 'ODETTE MARIE', false],
  ])('given names: %s, %s → %s', (a, b, same) => {
    expect(sameGiven([a], [b])).toBe(same);
    expect(sameGiven(a.split(' '), b.split(' '))).toBe(same);
  });

  it.each([
    ['1936-04-12', '19360400', []],
    ['1936-04-12', '19360000', []],
    ['1936-04-12', '1936', []],
    ['1936', '19360412', []],
    ['1936-04', '19360412', []],
    ['1936-04-12', '19363012', []], // a « lunar » month says nothing
    ['1936-04-12', '19360500', ['birthDate']],
    ['1936-04', '19360512', ['birthDate']],
    ['1936-04-12', '00000412', []],
  ])('birth dates as far as both are certain: %s, %s', (birthDate, wire, expected) => {
    expect(differing({ birthDate }, { birthDate: wire })).toEqual(expected);
  });

  it.each(['unknown', 'other', undefined] as const)('a gender that is %s is not compared', (gender) => {
    expect(compareWithDmp({ ...own, gender }, odette).compared).not.toContain('gender');
    expect(compareWithDmp(own, { ...odette, sex: 'U' }).compared).not.toContain('gender');
  });

  it('birth places by code where both have one, else by town', () => {
    const place = (code?: string, city?: string): Patient => ({
      ...own,
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
          valueAddress: {
            ...(city ? { city } : {}),
            ...(code
              ? {
                  extension: [
                    {
                      url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code',
                      valueCoding: { code },
                    },
                  ],
                }
              : {}),
          },
        },
      ],
    });
    const of = (a: Patient, b: Patient) => compareTraits(traitsOfPatient(a), traitsOfPatient(b)).differing;
    expect(of(place('2a990', 'Fictiva'), place('2A990', 'Autre'))).toEqual([]);
    expect(of(place('69990'), place('69991'))).toEqual(['birthPlace']);
    expect(differing(place(undefined, 'Fictiva'), { birthPlace: { city: 'FICTIVA' } })).toEqual([]);
    expect(differing(place('69990', 'Fictiva'), { birthPlace: { city: 'AUTREVILLE' } })).toEqual(['birthPlace']);
    expect(differing(place('69990'), { birthPlace: { city: 'AUTREVILLE' } })).toEqual([]);
  });

  it('what one side does not say is not compared', () => {
    expect(compareWithDmp({ resourceType: 'Patient' }, odette)).toEqual({ compared: [], differing: [] });
    expect(compareWithDmp(own, { identifiers: [] })).toEqual({ compared: [], differing: [] });
  });
});

// --- properties

const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const word = fc.string({ unit: letter, minLength: 2, maxLength: 8 });
const name = fc.array(word, { minLength: 1, maxLength: 3 });
const accents: Readonly<Record<string, string>> = { A: 'à', C: 'Ç', E: 'é', I: 'Ï', N: 'ñ', O: 'ô', U: 'Ù', Y: 'ÿ' };
/** The same name as somebody else writes it. */
const rewritten = (words: string[], joint: string, accented: boolean): string =>
  words.map((w) => (accented ? [...w].map((c) => accents[c] ?? c.toLowerCase()).join('') : w)).join(joint);
const joints = fc.constantFrom('-', ' ', '’', "'", ' - ', '\u2010');
const date = fc
  .tuple(fc.integer({ min: 1900, max: 2026 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([y, m, d]) => [String(y), String(m).padStart(2, '0'), String(d).padStart(2, '0')]);
const known: fc.Arbitrary<Traits> = fc.record(
  {
    birth: name.map((n) => n.join(' ')),
    usual: name.map((n) => n.join('-')),
    given: name,
    birthDate: fc.tuple(date, fc.integer({ min: 1, max: 3 })).map(([parts, n]) => parts.slice(0, n).join('-')),
    gender: fc.constantFrom('male' as const, 'female' as const),
    birthPlace: fc.record({ city: word }),
  },
  { requiredKeys: [] },
);

describe('comparing traits', () => {
  it('does not depend on the order of the sides', () => {
    fc.assert(
      fc.property(known, known, (a, b) => void expect(compareTraits(a, b)).toEqual(compareTraits(b, a))),
      { numRuns: 1000 },
    );
  });

  it('finds no difference of a person with itself', () => {
    fc.assert(fc.property(known, (a) => void expect(compareTraits(a, a).differing).toEqual([])));
  });

  it('only names traits that both sides say', () => {
    fc.assert(
      fc.property(known, known, (a, b) => {
        const { compared, differing: found } = compareTraits(a, b);
        expect(compared).toEqual(expect.arrayContaining(found));
        if (a.birthDate === undefined || b.birthDate === undefined) expect(compared).not.toContain('birthDate');
        if (a.birth === undefined && a.usual === undefined) expect(compared).not.toContain('family');
      }),
    );
  });

  it('case, accents, hyphens, apostrophes and blanks tell nobody apart', () => {
    fc.assert(
      fc.property(name, name, joints, joints, (family, given, j1, j2) => {
        const one: Traits = { birth: family.join(' '), given: [given.join('-')] };
        const other: Traits = { birth: rewritten(family, j1, true), given: [rewritten(given, j2, true)] };
        expect(compareTraits(one, other)).toEqual({ compared: ['family', 'given'], differing: [] });
      }),
    );
  });

  it.each([
    ['MØLLER', 'Moller'],
    ['ŁUKASIK', 'LUKASIK'],
    ['đorđević', 'DORDEVIC'],
    ['STRAUß', 'STRAUẞ'],
  ])('a stroke is no other letter: %s, %s', (birth, other) => {
    expect(compareTraits({ birth }, { birth: other }).differing).toEqual([]);
  });

  it('ligatures are two letters', () => {
    expect(compareTraits({ birth: 'LŒUILLET' }, { birth: 'Loeuillet' }).differing).toEqual([]);
    expect(compareTraits({ birth: 'Lætitien' }, { birth: 'LAETITIEN' }).differing).toEqual([]);
  });

  it('one other letter tells people apart', () => {
    fc.assert(
      fc.property(word, fc.nat(), letter, (family, at, other) => {
        const i = at % family.length;
        fc.pre(family[i] !== other);
        const changed = family.slice(0, i) + other + family.slice(i + 1);
        expect(compareTraits({ birth: family }, { birth: changed }).differing).toEqual(['family']);
        expect(compareTraits({ given: [family] }, { given: [changed] }).differing).toEqual(['given']);
      }),
    );
  });
});
