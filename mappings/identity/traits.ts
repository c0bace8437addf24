/**
 * Identity traits of a Patient held against those that the DMP answers (EX_GEN-1270, auth §1.5). The result is the names of
 * the traits that differ; the values never leave.
 *
 * A trait that one side does not say is not compared: a difference is a contradiction, not a gap. The DMP says neither the INSEE
 * code of the birth place nor, in TD0.2, the place itself (dmp-wire §6); what it says is compared.
 */
import type { Address, HumanName, Patient } from '@medplum/fhirtypes';
import { traitsOf } from '../cda/metadata.ts';
import type { CdaPatient } from '../cda/types.ts';
import { defined } from '../defined.ts';
import type { PatientFacts } from '../hl7v3/facts.ts';
import { lettersOf, sameGiven } from './names.ts';

const frCore = 'https://hl7.fr/ig/fhir/core/StructureDefinition';
const extBirthGiven = `${frCore}/fr-core-patient-birth-list-given-name`;
const extInseeCode = `${frCore}/fr-core-address-insee-code`;
const extBirthPlace = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';

/** The traits, by the FHIR element that says each. */
export const traitElements = {
  family: "Patient.name.where(use='official').family",
  usualFamily: "Patient.name.where(use='usual').family",
  given: 'Patient.name.given',
  birthDate: 'Patient.birthDate',
  gender: 'Patient.gender',
  birthPlace: `Patient.extension('${extBirthPlace}')`,
} as const;
export type TraitName = keyof typeof traitElements;
const traitNames = Object.keys(traitElements) as TraitName[];

/** The name in use is no trait of the INS: that it differs is said, and stops nothing. */
export const isStrict = (trait: string): boolean => trait !== 'usualFamily';

/** What is known of a person. */
export interface Traits {
  /** Family name at birth. */
  birth?: string;
  /** Family name in use. */
  usual?: string;
  /** Given names at birth, in order. */
  given?: readonly string[];
  /** yyyy, yyyy-mm or yyyy-mm-dd: what is certain of it. */
  birthDate?: string;
  gender?: 'male' | 'female';
  birthPlace?: { code?: string; city?: string };
}

export interface Comparison {
  /** Traits that both sides say. */
  compared: TraitName[];
  /** Those of them that contradict each other. */
  differing: TraitName[];
}

/** The DMP's traits of a person (TD0.2, TD0.5, TD1.3a). */
export function traitsOfFacts({ name, birthDate, sex, birthPlace }: PatientFacts): Traits {
  return defined<Traits>({
    birth: name?.birth,
    usual: name?.usage,
    given: name && name.given.length > 0 ? name.given : undefined,
    birthDate: birthDate === undefined ? undefined : certainDate(birthDate.slice(0, 8)),
    gender: sex === 'M' ? 'male' : sex === 'F' ? 'female' : undefined,
    birthPlace: birthPlace?.city === undefined ? undefined : { city: birthPlace.city },
  });
}

/** A Patient's own traits: names at birth are `official` (or `maiden`), the name in use is `usual`, or has no use. */
export function traitsOfPatient(patient: Patient): Traits {
  const named = (...uses: (HumanName['use'] | undefined)[]): HumanName | undefined =>
    uses.flatMap((use) => (patient.name ?? []).filter((n) => n.use === use))[0];
  const birth = named('official', 'maiden');
  const usual = named('usual', undefined);
  const listed = birth?.extension?.find((e) => e.url === extBirthGiven)?.valueString;
  const given = listed === undefined ? (birth?.given ?? usual?.given ?? []) : [listed];
  const { gender, birthDate } = patient;
  const place = patient.extension?.find((e) => e.url === extBirthPlace)?.valueAddress;
  return defined<Traits>({
    birth: birth?.family,
    usual: usual?.family,
    given: given.length > 0 ? given : undefined,
    birthDate: birthDate === undefined ? undefined : certainDate(birthDate.replaceAll('-', '')),
    gender: gender === 'male' || gender === 'female' ? gender : undefined,
    birthPlace: place && placeOf(place),
  });
}

/** The traits in the header of a CDA. */
export function traitsOfCda(patient: CdaPatient): Traits {
  const { birthFamily, usageFamily, given, usageGiven, birthDate, sex } = traitsOf(patient);
  const first = given ?? usageGiven;
  return defined<Traits>({
    birth: birthFamily,
    usual: usageFamily,
    given: first === undefined ? undefined : [first],
    birthDate: birthDate === undefined ? undefined : certainDate(birthDate),
    gender: sex === 'M' ? 'male' : sex === 'F' ? 'female' : undefined,
  });
}

function placeOf({ city, extension }: Address): Traits['birthPlace'] {
  const code = extension?.find((e) => e.url === extInseeCode)?.valueCoding?.code;
  return code === undefined && city === undefined ? undefined : defined({ code, city });
}

/** Of yyyyMMdd what a calendar knows: an unknown (00) or « lunar » month or day, and what follows it, is not certain. */
function certainDate(digits: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)?(\d\d)?$/.exec(digits) ?? [];
  if (year === undefined || year === '0000') return undefined;
  if (!isBetween(month, 12)) return year;
  return isBetween(day, 31) ? `${year}-${month}-${day}` : `${year}-${month}`;
}

const isBetween = (digits: string | undefined, max: number): boolean => {
  const n = Number(digits ?? 0);
  return n >= 1 && n <= max;
};

/** Each trait compared: undefined when one side does not say it. Symmetric. */
const comparisons: Readonly<Record<TraitName, (a: Traits, b: Traits) => boolean | undefined>> = {
  family: sameFamily,
  usualFamily: (a, b) =>
    // Where a name at birth is missing, the name in use has stood in for it.
    both(a.birth, b.birth, () => both(a.usual, b.usual, (x, y) => lettersOf(x) === lettersOf(y))),
  given: (a, b) => both(a.given, b.given, sameGiven),
  birthDate: (a, b) => both(a.birthDate, b.birthDate, (x, y) => x.startsWith(y) || y.startsWith(x)),
  gender: (a, b) => both(a.gender, b.gender, (x, y) => x === y),
  birthPlace: (a, b) =>
    both(a.birthPlace?.code, b.birthPlace?.code, (x, y) => x.toUpperCase() === y.toUpperCase()) ??
    both(a.birthPlace?.city, b.birthPlace?.city, (x, y) => lettersOf(x) === lettersOf(y)),
};

function both<T>(a: T | undefined, b: T | undefined, same: (a: T, b: T) => boolean | undefined): boolean | undefined {
  return a === undefined || b === undefined ? undefined : same(a, b);
}

/**
 * The name at birth; where one side does not say it, any name of the one may be any name of the other: whoever never changed it
 * has one name, and the DMP then says it as the one in use.
 */
function sameFamily(a: Traits, b: Traits): boolean | undefined {
  if (a.birth !== undefined && b.birth !== undefined) return lettersOf(a.birth) === lettersOf(b.birth);
  const namesOf = ({ birth, usual }: Traits): string[] => [birth, usual].flatMap((n) => (n ? lettersOf(n) : []));
  const [ours, theirs] = [namesOf(a), namesOf(b)];
  if (ours.length === 0 || theirs.length === 0) return undefined;
  return ours.some((n) => theirs.includes(n));
}

/** Compares what is known on two sides. The order of the sides does not matter. */
export function compareTraits(one: Traits, other: Traits): Comparison {
  const results = traitNames.flatMap((name) => {
    const same = comparisons[name](one, other);
    return same === undefined ? [] : [{ name, same }];
  });
  return {
    compared: results.map((r) => r.name),
    differing: results.filter((r) => !r.same).map((r) => r.name),
  };
}

/** Traits that a person seldom has two of: where two of them contradict each other, two persons are described. */
const telling: readonly TraitName[] = ['family', 'given', 'birthDate', 'gender'];

export const areTwoPersons = ({ differing }: Comparison): boolean =>
  differing.filter((name) => telling.includes(name)).length > 1;

/** Compares a Patient with one patient of the DMP's answer. */
export const compareWithDmp = (patient: Patient, facts: PatientFacts): Comparison =>
  compareTraits(traitsOfPatient(patient), traitsOfFacts(facts));
