/** The measure of a match is what match.ts says it is. */
import { describe, expect, it } from 'vitest';

import type { Criteria } from '../../simulator/patients/candidates.ts';
import { matchPercent } from '../../simulator/patients/match.ts';
import { story } from '../../simulator/seed/story.ts';

const [odette, , , , jeanNoel, therese] = story.patients;

describe('matchPercent', () => {
  it.each<[Criteria, number]>([
    [{ family: 'ROUSSELIN' }, 100],
    [{ family: 'rousselin' }, 100],
    [{ family: 'BASTIDE' }, 100],
    [{ family: 'ROU' }, 70],
    [{ family: 'RO' }, 0],
    [{ family: 'ROUSSELINE' }, 0],
    [{ family: 'ROUSSELIN', birthDate: '1936' }, 100],
    [{ family: 'ROUSSELIN', birthDate: '193604' }, 100],
    [{ family: 'ROUSSELIN', birthDate: '19360413' }, 0],
    [{ family: 'ROUSSELIN', sex: 'M' }, 0],
    [{ family: 'ROUSSELIN', city: 'SAINT FICTIF LES VALS' }, 99], // (40 + 5 × 0.9) / 45
    [{ family: 'ROUSS', birthDate: '1936', sex: 'F' }, 83], // (40 × 0.7 + 20 + 10) / 70
    [{ family: 'ROUSSELIN', given: 'ODE', postalCode: '38990' }, 91], // (40 + 20 × 0.7 + 5) / 65
    [{ family: 'ROUSSELIN', postalCode: '38991' }, 0],
  ])('%j → %i', (criteria, expected) => {
    expect(matchPercent(criteria, odette!)).toBe(expected);
  });

  it('accents, hyphens and apostrophes cost little', () => {
    expect(matchPercent({ family: 'GUERINEAU' }, therese!)).toBe(90);
    expect(matchPercent({ family: 'GUÉRINEAU', given: 'THERESE' }, therese!)).toBe(97);
    expect(matchPercent({ family: 'D AUBERIVE', given: 'JEAN NOEL' }, jeanNoel!)).toBe(90);
  });

  it('what the DMP does not know does not match', () => {
    expect(matchPercent({ family: 'GUÉRINEAU', city: 'VALMONT-SUR-ESSAI' }, therese!)).toBe(0);
  });
});
