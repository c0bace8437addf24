/**
 * How well a person matches the criteria of a TD0.5. The DMP's own measure is not public: this one is ours, and always
 * gives the same.
 *
 * - Every criterion must match, at least in part: otherwise the person is no candidate.
 * - A name or a city matches by 100 % when the letters are the same (case aside), by 90 % when accents, hyphens,
 *   apostrophes and spaces differ, by 70 % when the first three letters or more, all that was given, begin it.
 * - A family name is compared with the usage name and the birth name, a given name with each given name: the best counts.
 * - A birth date matches when it begins with what was given (year, month or day); sex and postal code when they are equal.
 * - The percentage is the mean of the criteria given, by the weights below, rounded.
 */
import type { PatientRecord } from '../world.ts';
import type { Criteria } from './candidates.ts';

const weights: Record<keyof Criteria, number> = {
  family: 40,
  given: 20,
  birthDate: 20,
  sex: 10,
  city: 5,
  postalCode: 5,
};

const upper = (text: string): string => text.trim().toLocaleUpperCase('fr');

/** Letters and digits only, upper case, without accents. */
export const bare = (text: string): string =>
  upper(text)
    .replaceAll('Œ', 'OE')
    .replaceAll('Æ', 'AE')
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '');

function likeness(sought: string, known: string | undefined): number {
  if (known === undefined) return 0;
  if (upper(sought) === upper(known)) return 1;
  const [a, b] = [bare(sought), bare(known)];
  if (a === b) return 0.9;
  return a.length >= 3 && b.startsWith(a) ? 0.7 : 0;
}

const best = (sought: string, known: (string | undefined)[]): number =>
  Math.max(0, ...known.map((each) => likeness(sought, each)));
const certain = (yes: boolean): number => (yes ? 1 : 0);

/** From 0 to 1 by criterion. */
const grades: { [K in keyof Criteria]-?: (sought: string, patient: PatientRecord) => number } = {
  family: (sought, { name }) => best(sought, [name.usage, name.birth]),
  given: (sought, { name }) => best(sought, [...name.given, name.given.join(' ')]),
  birthDate: (sought, { birthDate }) => certain(birthDate.startsWith(sought)),
  sex: (sought, { sex }) => certain(sex === sought),
  city: (sought, { address }) => best(sought, [address?.city]),
  postalCode: (sought, { address }) => certain(address?.postalCode === sought),
};

/** A whole percentage from 70 to 100, or 0 for a person who is no candidate. */
export function matchPercent(criteria: Criteria, patient: PatientRecord): number {
  let [sum, weight] = [0, 0];
  for (const [key, sought] of Object.entries(criteria) as [keyof Criteria, string][]) {
    const grade = grades[key](sought, patient);
    if (grade === 0) return 0;
    sum += weights[key] * grade;
    weight += weights[key];
  }
  return Math.round((100 * sum) / weight);
}
