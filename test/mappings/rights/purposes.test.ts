import { describe, expect, it } from 'vitest';
import {
  emergencyProblems,
  reachProblems,
  regulationProblems,
  traitsConfirmed,
} from '../../../mappings/rights/purposes.ts';
import { isPurposeful } from '../../../mappings/rights/reason.ts';

describe('a reason of « bris de glace »', () => {
  it.each([
    'Détresse respiratoire, patient non communicant',
    '  Malaise   avec perte\nde connaissance ',
    'Chute, traitement anticoagulant inconnu ?',
    'Unconscious after a fall; allergies unknown',
  ])('says why: %s', (reason) => expect(isPurposeful(reason, 20)).toBe(true));

  it.each([
    ['nothing', ''],
    ['white space alone', ' '.repeat(40)],
    ['too short once trimmed', '  Malaise grave      '],
    ['white space between the words does not count', `Malaise${' '.repeat(30)}grave`],
    ['one word', 'anticonstitutionnellement'],
    ['one word over and over', 'urgence urgence urgence URGENCE'],
    ['a key held down', 'aaaaaaaaaaaaaaa bbbbbbbbbbbbbbb'],
    ['two keys', 'abababababab babababababab'],
    ['one character over and over', 'urgence vitale ........................'],
    ['figures', '12345 67890 12345 67890 de la'],
    ['letters one by one', 'u r g e n c e v i t a l e o k'],
    ['an INS', 'Malaise de 2 36 04 69 990 123 76 dans le couloir'],
  ])('does not: %s', (_, reason) => expect(isPurposeful(reason, 20)).toBe(false));

  it('is as long as the setting says', () => {
    expect(isPurposeful('Chute grave', 11)).toBe(true);
    expect(isPurposeful('Chute grave', 12)).toBe(false);
  });
});

const p2 = { value: '141112A99004563', oid: '1.2.250.1.213.1.4.10' };
const grantedAt = new Date('2026-10-20T05:00:00Z');
const breaking = {
  purpose: 'bris_de_glace',
  reason: 'Détresse respiratoire, patient non communicant',
  emergency: { patient: p2, grantedAt },
};
const limits = (minutes: number) => ({
  now: new Date(grantedAt.getTime() + minutes * 60_000),
  minutes: 30,
  reasonMin: 20,
});
const keys = (issues: { key: string }[]): string[] => issues.map((i) => i.key);

describe('« bris de glace »', () => {
  it('opens the record of its patient until its time is over, to the millisecond', () => {
    expect(emergencyProblems(breaking, p2, limits(0))).toEqual([]);
    expect(emergencyProblems(breaking, p2, limits(29.999))).toEqual([]);
    expect(emergencyProblems(breaking, p2, limits(30))).toEqual([
      { key: 'break-glass-expired', values: { minutes: 30 } },
    ]);
  });

  it('opens nothing else', () => {
    for (const patient of [{ ...p2, value: '236046999012376' }, { ...p2, oid: '1.2.250.1.213.1.4.8' }, undefined])
      expect(keys(emergencyProblems(breaking, patient, limits(1)))).toEqual(['break-glass-patient']);
  });

  it('opens nothing when the token said no patient, even if the call says none', () => {
    const { emergency, ...without } = breaking;
    expect(emergency).toBeDefined();
    for (const patient of [p2, undefined])
      expect(keys(emergencyProblems(without, patient, limits(1)))).toEqual(['break-glass-patient']);
  });

  it('wants its reason, and everything that is wrong is said at once', () => {
    expect(keys(emergencyProblems({ ...breaking, reason: 'urgence' }, undefined, limits(31)))).toEqual([
      'break-glass-reason',
      'break-glass-patient',
      'break-glass-expired',
    ]);
  });

  it('is no matter of other purposes', () => {
    for (const purpose of ['normal', 'centre_15']) expect(emergencyProblems({ purpose }, p2, limits(99))).toEqual([]);
  });
});

describe('« centre_15 »', () => {
  it('is for regulation centres', () => {
    const problems = (purpose: string, is: boolean, id = '1990300444') =>
      keys(
        regulationProblems({ purpose, structure: { id } }, { REGULATION_STRUCTURE: is, STRUCTURE_ID: '1990300444' }),
      );
    expect(problems('centre_15', false)).toEqual(['regulation-only']);
    expect(problems('centre_15', true)).toEqual([]);
    expect(problems('centre_15', true, '1990100109'), 'beside it, another structure').toEqual(['regulation-only']);
    expect(problems('normal', false)).toEqual([]);
    expect(problems('bris_de_glace', false)).toEqual([]);
  });
});

describe('what the professional confirmed, held against the DMP', () => {
  const angeToussaint = { name: { given: ['ANGE-TOUSSAINT'], usage: 'CAVALLINI' }, birthDate: '19411103' };
  const solange = {
    name: { given: ['SOLANGE', 'MARIE'], usage: 'VERNOUX-LAMY', birth: 'LAMY' },
    birthDate: '19290730',
  };
  const jeanNoel = { name: { given: ['JEAN-NOËL'], usage: "D'AUBERIVE" }, birthDate: '19470905000000' };
  const bastide = { name: { given: ['MARIE ANNE LŒTITIA'], birth: 'BÆRT' }, birthDate: '1930' };
  const lunar = { name: { given: ['Y'], usage: 'X' }, birthDate: '19300000' };
  const typed = (family: string, given: string, birthDate: string) => ({ family, given, birthDate });

  it.each([
    ['as it is', angeToussaint, typed('CAVALLINI', 'ANGE-TOUSSAINT', '1941-11-03')],
    ['case, blanks for hyphens', angeToussaint, typed('Cavallini', 'Ange Toussaint', '1941-11-03')],
    ['family name in use', solange, typed('Vernoux Lamy', 'Solange', '1929-07-30')],
    ['family name at birth', solange, typed('Lamy', 'Solange', '1929-07-30')],
    ['two given names of two', solange, typed('Lamy', 'Solange Marie', '1929-07-30')],
    ['accents and apostrophes, a time behind the date', jeanNoel, typed('D’Auberive', 'Jean-Noel', '1947-09-05')],
    ['given names in one word, a date known by its year', bastide, typed('Baert', 'Marie-Anne', '1930-05-06')],
    ['a month that nobody knows', lunar, typed('X', 'Y', '1930-01-01')],
    ['ligatures', bastide, typed('BAERT', 'MARIE ANNE LOETITIA', '1930-05-06')],
  ])('is the same: %s', (_, facts, confirmed) => expect(traitsConfirmed(confirmed, facts)).toEqual([]));

  it.each([
    ['another family', angeToussaint, typed('CAVALLIN', 'ANGE-TOUSSAINT', '1941-11-03'), ['family_name']],
    ['half of a hyphenated given name', jeanNoel, typed("D'AUBERIVE", 'Jean', '1947-09-05'), ['given_name']],
    ['the second given name alone', solange, typed('LAMY', 'MARIE', '1929-07-30'), ['given_name']],
    ['part of a family name', solange, typed('VERNOUX', 'SOLANGE', '1929-07-30'), ['family_name']],
    ['another day', solange, typed('LAMY', 'SOLANGE', '1929-07-31'), ['birthdate']],
    ['another year', bastide, typed('BAERT', 'MARIE', '1931-01-01'), ['birthdate']],
    ['everything', solange, typed('X', 'Y', '2000-01-01'), ['family_name', 'given_name', 'birthdate']],
    ['nothing typed', solange, typed('-', '.', ''), ['family_name', 'given_name', 'birthdate']],
  ])('differs: %s', (_, facts, confirmed, traits) => expect(traitsConfirmed(confirmed, facts)).toEqual(traits));

  it('differs where the DMP says nothing', () => {
    const all = ['family_name', 'given_name', 'birthdate'];
    expect(traitsConfirmed(typed('LAMY', 'SOLANGE', '1929-07-30'), {})).toEqual(all);
    expect(traitsConfirmed(typed('', '', ''), { name: { given: [''], usage: '' }, birthDate: '' })).toEqual(all);
  });
});

describe('what was granted for one patient', () => {
  const mine = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
  it('reaches that patient, by value and authority, and nothing that is about none', () => {
    expect(reachProblems({ onlyPatient: mine }, { ...mine })).toEqual([]);
    for (const other of [{ ...mine, value: '141112A99004563' }, { ...mine, oid: '1.2.250.1.213.1.4.8' }, undefined])
      expect(reachProblems({ onlyPatient: mine }, other)).toEqual([{ key: 'launch-patient' }]);
    expect(reachProblems({}, undefined)).toEqual([]);
  });
});
